"""Loops over columns that go row by row, and rows of sums that are kept in registers: the numbers
are those of the loops as they are written, whatever the lengths, the layouts and what overlaps."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

LENGTHS = (0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65)


def whole(*shape, dtype="f8"):
    """Small whole numbers: every sum of them is exact, in any order."""
    return np.random.default_rng(3).integers(-3, 4, shape).astype(dtype)


def layouts(a):
    wide = np.zeros((2 * a.shape[0] + 1, 3 * a.shape[1] + 1), a.dtype)
    view = wide[1::2, : 3 * a.shape[1] : 3]
    view[...] = a
    return [a, np.asfortranarray(a), view, a[::-1, ::-1].copy()[::-1, ::-1]]


@nm.jit
def dots(a: nm.f8[:, :], b: nm.f8[:, :], out: nm.f8[:]) -> None:
    for j in range(a.shape[1]):
        out[j] += np.dot(a[:, j], b[:, j])


@nm.jit
def triangle(alpha: float, a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            b[i, j] += np.dot(a[i + 1 :, i], b[i + 1 :, j])
    b *= alpha


@nm.jit
def sums_then_differences(a, out) -> None:
    for j in range(a.shape[1]):
        for i in range(a.shape[0]):
            out[j] += a[i, j] * 2
        for i in range(a.shape[0]):
            a[i, j] = a[i, j] - out[j]


@nm.jit
def next_column(a: nm.f8[:, :], out: nm.f8[:]) -> None:
    for j in range(1, a.shape[1]):
        out[j] = np.dot(a[:, j], a[:, j - 1])
        a[0, j] = out[j] % 5.0


@nm.jit
def column_before(a: nm.f8[:, :], out: nm.f8[:]) -> None:
    for j in range(a.shape[1] - 1):
        out[j] = np.dot(a[:, j], a[:, j + 1])
        a[0, j] = out[j] % 5.0


@nm.jit
def stored_before_it_fails(a: nm.f8[:, :], b: nm.f8[:, :], out: nm.f8[:]) -> None:
    for j in range(a.shape[1]):
        out[j] = 7.0
        out[j] += np.dot(a[:, j], b[:, j])


@nm.jit
def product(a, b, c) -> None:
    for i in range(c.shape[0]):
        for k in range(a.shape[1]):
            for j in range(c.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


@nm.jit
def part_of_a_row(a: nm.f8[:, :], c: nm.f8[:], first: int, last: int) -> None:
    for k in range(a.shape[0]):
        for j in range(first, last):
            c[j] = c[j] * 0.5 + a[k, j]


@nm.jit
def rows(alpha: float, c: nm.f8[:, :], a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        c[i, : i + 1] *= 0.5
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]


@nm.jit
def first_row(c: nm.f8[:, :]) -> None:
    for k in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[0, j] += c[k, j]


@pytest.mark.parametrize(
    "kernel",
    [dots, triangle, sums_then_differences, column_before, stored_before_it_fails, next_column],
)
def test_loops_over_columns_are_split(kernel):
    a, out = whole(9, 9), whole(9)
    given = {
        dots: (a, a + 1, out),
        triangle: (0.5, a, a + 1),
        stored_before_it_fails: (a, a + 1, out),
    }
    kernel(*given.get(kernel, (a, out)))
    # What a column reads of the one before is stored by then.
    assert ("is split" in kernel.explain()) == (kernel is not next_column)


@pytest.mark.parametrize("kernel", [product, part_of_a_row, rows, first_row])
def test_rows_of_sums_are_kept_in_registers(kernel):
    a = whole(9, 9)
    given = {product: (a, a + 1, a + 2), part_of_a_row: (a, a[0] + 1, 0, 9), rows: (1.0, a, a + 1)}
    # An index that may be negative wraps, and a row of sums is no other array.
    stays = kernel in (part_of_a_row, first_row)
    kernel(*given.get(kernel, (a,)))
    assert ("kept in registers" in kernel.explain()) == (not stays)


@pytest.mark.parametrize("n", LENGTHS)
def test_columns_of_every_length(n):
    for a, b in zip(layouts(whole(5, n)), layouts(whole(5, n) + 1), strict=True):
        same_as_python(dots, a, b, whole(n))
        same_as_python(sums_then_differences, a, whole(n))
        same_as_python(column_before, a, whole(n))
        same_as_python(next_column, a, whole(n))
    for a in layouts(whole(n, 9)):
        same_as_python(dots, a, a + 1, whole(9))
        same_as_python(triangle, 0.5, whole(n, n) / 2, a)


@pytest.mark.parametrize("dtype", ["f4", "f8", "c16", "i4", "u8"])
def test_sums_of_columns_of_every_type(dtype):
    a = whole(6, 19, dtype=dtype)
    same_as_python(sums_then_differences, a, a[0] * 2)
    same_as_python(product, a[:, :6], a, a + a)


def test_a_loop_that_fails_has_stored_what_it_did():
    for columns in (3, 20):
        a, b, out = whole(4, columns), whole(5, columns), whole(columns)
        wanted = out.copy()
        wanted[0] = 7.0
        with pytest.raises(ValueError, match="mismatch|not aligned"):
            stored_before_it_fails(a, b, out)
        assert np.array_equal(out, wanted)


@pytest.mark.parametrize("n", LENGTHS)
def test_rows_of_every_length(n):
    numbers = np.random.default_rng(7)
    for count in (0, 1, 3, 4, 9):
        a = numbers.standard_normal((2, count))
        b = numbers.standard_normal((count, n))
        c = numbers.standard_normal((2, n))
        b.flat[::5], c.flat[::3] = -0.0, -0.0
        for order in "CF":
            same_as_python(product, a, np.asarray(b, order=order), np.asarray(c, order=order))
        same_as_python(part_of_a_row, b, c[0], 0, n)
        same_as_python(part_of_a_row, b, c[0], min(n, 2), n)
        same_as_python(part_of_a_row, b, c[0], -n, 0)
    same_as_python(rows, 1.5, whole(n, n), whole(n, 5))
    same_as_python(first_row, whole(5, n))


@pytest.mark.parametrize("dtype", ["f4", "f8", "c16", "i8", "u1"])
def test_the_end_of_a_row_is_added_to_once(dtype):
    a, b = whole(3, 6, dtype=dtype), whole(6, 47, dtype=dtype)
    for n in range(7, 48, 5):
        same_as_python(product, a, b[:, :n].copy(), whole(3, n, dtype=dtype))
        same_as_python(product, a, b[:, ::-1][:, :n], whole(3, 50, dtype=dtype)[:, :n])
        if np.dtype(dtype).kind == "f":
            special = b[:, :n].copy()
            special[:, n // 2] = np.inf
            special[2, -1] = np.nan
            same_as_python(product, a, special, np.full((3, n), -0.0, dtype))


def test_arguments_that_overlap():
    a = whole(20, 20)
    same_as_python(product, a, a, a)
    same_as_python(product, a[::-1], a, a.T)
    same_as_python(dots, a, a[::-1], a[3])
    same_as_python(triangle, 0.5, a / 2, a)
    same_as_python(part_of_a_row, a, a[3], 0, 20)
    same_as_python(rows, 2.0, a, a)


def test_numbers_that_are_none():
    a = np.random.default_rng(1).standard_normal((20, 20))
    a[3, 4], a[5, :], a[6, 7] = np.nan, np.inf, -np.inf
    same_as_python(sums_then_differences, a, np.zeros(20))
    same_as_python(product, a, a[::-1].copy(), np.zeros((20, 20)))


@nm.jit
def power(a):
    return a**-1.5


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_power_that_is_a_reciprocal_and_a_root(dtype):
    limits = np.finfo(dtype)
    ends = [0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, limits.tiny, limits.max, 5e-324, 1e-40]
    sizes = 10.0 ** np.random.default_rng(2).uniform(-310, 308, 500)
    with np.errstate(all="ignore"):
        same_as_python(power, np.array(ends, dtype), modes=("default", "checks"))
        same_as_python(power, sizes.astype(dtype), modes=("default", "checks"))
