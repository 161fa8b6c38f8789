"""Loops that fill arrays by comparing their index with a constant, cut in two where it changes."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

LENGTHS = (0, 1, 2, 3, 4, 17)


@nm.jit
def every_order(out: nm.i8[:, :], low: int) -> int:
    n = out.shape[1]
    last = 7
    for i in range(n):
        out[0, i] = i >= 2
    for i in range(n):
        out[1, i] = i > 2
        out[2, n - 1 - i] = 3 if i > 2 else 4
    for i in range(n):
        out[3, i] = not i < 2
        last = i <= 1
    for i in range(1, n):
        out[4, i - 2] = 1 if i <= 3 else low
    for i in range(3, n):
        out[5, i] = 5 if i < 3 else 6
    for i in range(n):
        out[6, 0] = i < 1
        out[6, i // 2] = i < 1
    for i in range(low, n):
        out[7, i] = i >= 1
    for i in range(n - 1, -1, -1):
        out[8, i] = i >= 2
    for i in range(0, n, 3):
        out[9, i] = i >= 2
    return last


@pytest.mark.parametrize("n", LENGTHS)
def test_the_elements_are_those_of_python(n):
    for low in (-2, 0, 1, 2):
        if n >= 2 or low >= 0:
            same_as_python(every_order, np.full((10, n), 9), low)


@nm.jit
def in_other_loops(a: nm.f4[:, :], flags: nm.b1[:], most: int) -> None:
    for k in range(a.shape[0]):
        if flags[k]:
            for i in range(min(most, a.shape[1])):
                a[k, i] = 1.5 if i >= 2 else -0.0
        else:
            for i in range(k, a.shape[1]):
                a[k, i] = i > 2


@pytest.mark.parametrize("n", LENGTHS)
def test_loops_inside_loops_and_branches(n):
    for most in (-3, 0, 2, 3, 40):
        same_as_python(in_other_loops, np.ones((4, n), np.float32), np.arange(4) % 2 > 0, most)


@nm.jit
def shared_memory(a: nm.i8[:], b: nm.i8[:]) -> None:
    for i in range(a.shape[0]):
        a[i] = 1 if i < 3 else 2
        b[i] = 3 if i < 3 else 4


def test_arrays_that_overlap():
    base = np.zeros(9, np.int64)
    same_as_python(shared_memory, base[1:], base[:-1])
    same_as_python(shared_memory, base[:-1], base[1:])
    same_as_python(shared_memory, base, base)


def test_the_two_parts_store_one_value_each():
    @nm.jit
    def kernel(prime: nm.b1[:]) -> None:
        for i in range(prime.shape[0]):
            prime[i] = i >= 2

    text = kernel.fortran(nm.b1[:])
    assert "do i = 0, min(prime_shape(0), 2_c_int64_t) - 1" in text
    assert "do i = 2, prime_shape(0) - 1" in text
    assert "merge" not in text
