"""Columns that a nest reads again and again, copied to rows first: the numbers are those of the
loops as they are written, whatever the lengths, the layouts and what overlaps."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

LENGTHS = (0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33)


def numbers(*shape, dtype="f8"):
    return np.random.default_rng(7).standard_normal(shape).astype(dtype)


@nm.jit
def triangle(alpha: float, c: nm.f8[:, :], a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        c[i, : i + 1] *= 0.5
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]


@nm.jit
def two(alpha: float, c: nm.f8[:, :], a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i, : i + 1] += a[: i + 1, k] * alpha * b[i, k] + b[: i + 1, k] * alpha * a[i, k]


@nm.jit
def with_transposed(c, a, b) -> None:
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[j, k]


@nm.jit
def lengths_that_change(c: nm.f8[:, :], a: nm.f8[:, :], ends: nm.i8[:]) -> None:
    for i in range(c.shape[0]):
        for k in range(2, a.shape[1] - 1):
            for j in range(1, ends[i]):
                c[i, j] += a[j + 1, k] * 2.0


@nm.jit
def changed_between(steps: int, c: nm.f8[:, :], a: nm.f8[:, :]) -> None:
    for t in range(steps):
        for i in range(c.shape[0]):
            for k in range(a.shape[1]):
                for j in range(a.shape[0]):
                    c[i, j] += a[j, k]
        a[t, t] = c[t, t]


@nm.jit
def only_sometimes(c: nm.f8[:, :], a: nm.f8[:, :], wanted: nm.b1[:]) -> None:
    for i in range(c.shape[0]):
        if wanted[i]:
            for k in range(a.shape[1]):
                for j in range(a.shape[0]):
                    c[i, j] += a[j, k]
        else:
            c[i, 0] = -1.0


@pytest.mark.parametrize("columns", LENGTHS)
@pytest.mark.parametrize("rows", LENGTHS)
def test_a_triangle_of_columns(rows, columns):
    a, c = numbers(rows, columns), numbers(rows, rows)
    same_as_python(triangle, 1.5, c, a)
    same_as_python(two, 1.5, c, a, a[::-1].copy())


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16", "i4"])
def test_a_product_with_a_transposed_matrix(dtype):
    for rows, columns, terms in ((9, 17, 12), (8, 8, 8), (20, 3, 40), (1, 30, 30), (33, 16, 4)):
        a, b = (numbers(n, terms).astype(dtype) for n in (rows, columns))
        c = numbers(rows, columns).astype(dtype)
        same_as_python(with_transposed, c, a, b)
        same_as_python(with_transposed, np.asfortranarray(c), a, np.asfortranarray(b))
        same_as_python(with_transposed, c, a[:, ::-1], b[::-1])


def test_what_is_read_is_also_written():
    for size in (7, 8, 12, 20):
        a = numbers(size, size)
        same_as_python(with_transposed, a, numbers(size, size), a)
        same_as_python(triangle, 1.5, a, a)


@pytest.mark.parametrize("columns", [3, 7, 11, 12, 20])
def test_more_and_fewer_rows_from_one_time_to_the_next(columns):
    a, c = numbers(32, columns), numbers(40, 40)
    ends = np.random.default_rng(1).integers(0, 31, 40)
    same_as_python(lengths_that_change, c, a, ends)
    same_as_python(lengths_that_change, c, a, np.sort(ends)[::-1].copy())


def test_what_changes_between_is_copied_anew():
    same_as_python(changed_between, 4, numbers(9, 12), numbers(12, 10))


def test_a_nest_that_runs_only_sometimes():
    for wanted in (np.arange(9) % 2 == 0, np.zeros(9, bool), np.arange(9) == 8):
        same_as_python(only_sometimes, numbers(9, 12), numbers(12, 10), wanted)


def test_lengths_that_do_not_fit_raise_where_they_are_compared():
    a = numbers(20, 12)
    for rows in (19, 12, 5):
        c, expected = numbers(20, rows), numbers(20, rows)
        with pytest.raises(ValueError, match="broadcast"):
            triangle.py_func(1.5, expected, a)
        with pytest.raises(ValueError, match="broadcast"):
            triangle(1.5, c, a)
        assert np.array_equal(c, expected)


def test_the_copy_is_told_of():
    triangle(1.5, numbers(20, 20), numbers(20, 12))
    assert "of a a copy is made" in triangle.explain()
    assert "an array" in triangle.explain()


def test_the_bits_are_those_of_the_loops():
    c, a, b = numbers(30, 40), numbers(30, 50), numbers(40, 50)
    expected = c.copy()
    for k in range(50):
        expected += a[:, k, None] * b[None, :, k]
    for exact in (False, True):
        got = c.copy()
        nm.jit(exact=exact)(with_transposed.py_func)(got, a, b)
        assert np.array_equal(got, expected)
