"""Returned arrays of a length that the kernel finds out: made for the caller when it is known."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

X = np.random.default_rng(3).random(40)


@nm.jit
def total(a: nm.f8[:]) -> float:
    s = 0.0
    for x in a:
        s += x
    return s


@nm.jit
def numbered(a: nm.f8[:], first: float) -> None:
    for i in range(a.size):
        a[i] = first + i


@nm.jit
def several_of_them(x: nm.f8[:], limit: float):
    low, high = x[x < limit], x[x >= limit]
    numbered(low[::2], 3.0)
    return low, high, total(low), np.where(high > 0.7)[0], np.cumsum(high)


@nm.jit
def given_to_a_library(a: nm.f8[:, :], limit: float):
    rows = a[a[:, 0] > limit]
    return rows.T @ rows, rows, rows[:, 1] @ rows[:, 1]


@nm.jit
def written_in_parallel(a: nm.f8[:, :], limit: float):
    rows = a[a[:, 0] > limit]
    for i in nm.prange(rows.shape[0]):
        for j in range(rows.shape[1]):
            rows[i, j] = rows[i, j] * 2 + i
    return rows


@nm.jit
def in_each_order(lengths: nm.i8[:]):
    c = np.empty((lengths[0], lengths[1], lengths[2]))
    f = np.zeros((lengths[0], lengths[2]), order="F")
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            for k in range(c.shape[2]):
                c[i, j, k] = i * 100 + j * 10 + k
    f[-1] = 5.0
    return c, f, f.T


@nm.jit
def before_it_fails(x: nm.f8[:], limit: float, fails: bool):
    found = x[x > limit]
    if fails:
        raise ValueError("after the array was made")
    return found


@pytest.mark.parametrize("limit", [-1.0, 0.3, 2.0])
def test_arrays_whose_length_is_found_out(limit):
    same_as_python(several_of_them, X, limit)
    same_as_python(several_of_them, X[:0], limit)
    a = np.floor(X * 9).reshape(8, 5)  # sums of whole numbers have no order
    same_as_python(given_to_a_library, a, limit * 9)
    same_as_python(written_in_parallel, a, limit * 9)


@pytest.mark.parametrize("lengths", [(3, 2, 4), (1, 1, 1), (2, 0, 3)])
def test_lengths_that_are_read(lengths):
    same_as_python(in_each_order, np.array(lengths))


def test_lengths_that_no_array_has():
    for lengths, error in (((-3, 1, 1), ValueError), ((10**9, 10**8, 1), MemoryError)):
        for kernel in (in_each_order.py_func, in_each_order):
            with pytest.raises(error):
                kernel(np.array(lengths))


def test_what_was_made_before_a_kernel_fails_is_given_back():
    with pytest.raises(ValueError, match="after the array was made"):
        before_it_fails(X, 0.5, True)
    x = np.ones(200_000)
    tracemalloc.start()
    try:
        for _ in range(20):
            with pytest.raises(ValueError, match="after the array was made"):
                before_it_fails(x, 0.5, True)
        assert tracemalloc.get_traced_memory()[0] < x.nbytes
    finally:
        tracemalloc.stop()
    same_as_python(before_it_fails, X, 0.5, False)
