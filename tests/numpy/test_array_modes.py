"""Whole-array code agrees in all modes, and where arguments overlap: each statement reads what was
there before it, and writes what NumPy writes."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.arange(9.0).reshape(3, 3) - 3.5
V = np.arange(8.0) - 2.5


@nm.jit
def shifted(a: nm.f8[:]) -> None:
    a[1:] = a[:-1]


@nm.jit
def shifted_back(a: nm.f8[:]) -> None:
    a[:-1] = a[1:] + a[:-1]


@nm.jit
def turned(a: nm.f8[:]) -> None:
    a[:] = a[::-1]


@nm.jit
def symmetric(a: nm.f8[:, :]) -> None:
    a += a.T


@nm.jit
def rows_from_columns(a: nm.f8[:, :]) -> None:
    a[0] = a[:, 0]
    a[:, 1] = a[1]
    a[1:, :] = a[:-1, ::-1]


@nm.jit
def scaled_by_itself(a: nm.f8[:]) -> None:
    a *= a[2]
    a -= a[0]


@nm.jit
def own_first(a: nm.f8[:]) -> None:
    t = a[::2] + a[1::2]
    a[0] = 9.0
    a[:4] = t
    a[4:] = t - a[:4]


@pytest.mark.parametrize("kernel", [shifted, shifted_back, turned, scaled_by_itself, own_first])
def test_a_vector_and_itself(kernel):
    same_as_python(kernel, V)
    same_as_python(kernel, np.repeat(V, 2)[::2])
    same_as_python(kernel, V[::-1])


@pytest.mark.parametrize("kernel", [symmetric, rows_from_columns])
def test_a_matrix_and_itself(kernel):
    same_as_python(kernel, A)
    same_as_python(kernel, np.asfortranarray(A))
    same_as_python(kernel, A[::-1, ::-1])


@nm.jit
def copied(a: nm.f8[:], b: nm.f8[:]) -> None:
    a[:] = b


@nm.jit
def copied_backwards(a: nm.f8[:], b: nm.f8[:]) -> None:
    a[:] = b[::-1]


@nm.jit
def added(a: nm.f8[:], b: nm.f8[:]) -> None:
    a += b * 2.0


@nm.jit
def added_twice(a: nm.f8[:], b: nm.f8[:]) -> None:
    t = b + 1.0
    a[:] = t
    a += b
    b[1:] = a[:-1]


@nm.jit
def both_ways(a: nm.f8[:], b: nm.f8[:]) -> None:
    a[:], b[:] = b + 1.0, a * 2.0


@nm.jit
def by_rows(a: nm.f8[:], b: nm.f8[:]) -> None:
    for i in range(a.shape[0]):
        a[i:] = b[: a.shape[0] - i] + a[i]


@nm.jit
def bound_again(a: nm.f8[:], b: nm.f8[:]) -> None:
    x = b
    for i in range(3):
        x = x * 0.5 + i
        a[i] = x[0]
    b[:] = x


OVERLAPPING = [
    (slice(0, 6), slice(2, 8)),
    (slice(2, 8), slice(0, 6)),
    (slice(1, 8, 2), slice(3, 7)),
    (slice(7, 1, -1), slice(0, 6)),
    (slice(0, 6), slice(0, 6)),
]


@pytest.mark.parametrize("mode", ["default", "exact", "checks"])
@pytest.mark.parametrize("spans", OVERLAPPING)
@pytest.mark.parametrize(
    "kernel",
    [copied, copied_backwards, added, added_twice, both_ways, by_rows, bound_again],
)
def test_arguments_that_overlap(kernel, spans, mode):
    plain, compiled = V.copy(), V.copy()
    kernel.py_func(plain[spans[0]], plain[spans[1]])
    in_mode = nm.jit(kernel.py_func, **({} if mode == "default" else {mode: True}))
    in_mode(compiled[spans[0]], compiled[spans[1]])
    assert np.array_equal(plain, compiled)


def test_a_name_of_either_argument_that_overlap():
    @nm.jit
    def run(c: int, a: nm.f8[:], b: nm.f8[:], out: nm.f8[:]) -> None:
        x = a if c else b
        out[0] = x[0]
        out[1] = x[-1]

    for c in (0, 1):
        plain, compiled = V.copy(), V.copy()
        run.py_func(c, plain[:6], plain[2:], np.zeros(2))
        run(c, compiled[:6], compiled[2:], np.zeros(2))
        same_as_python(run, c, V[:6], V[2:], np.zeros(2))
