"""Where ways meet that hold numbers of several types, each way converts its own at its own end."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def largest_least(a: np.ndarray):
    best = 0
    place = -1
    for i in range(a.shape[0]):
        least = np.inf
        for j in range(a.shape[1]):
            if a[i, j] < best:
                break
            if a[i, j] < least:
                least = a[i, j]
        else:
            if least > best:
                best = least
                place = i
    return best, place


@pytest.mark.parametrize("seed", range(4))
def test_a_name_of_a_left_loop_becomes_a_float_in_its_else(seed):
    a = np.random.default_rng(seed).uniform(1, 9, (6, 5))
    same_as_python(largest_least, a)


@nm.jit
def last_above(a: nm.f8[:], n: int):
    level = 0
    for _ in range(n):
        for x in a:
            if x < level:
                break
        else:
            level = a[0]
    return level


def test_an_int_that_a_break_keeps_is_converted_in_the_loop():
    same_as_python(last_above, np.array([3.0, 5.0, 4.0]), 3)
    same_as_python(last_above, np.array([3.0, 1.0, 4.0]), 3)


@nm.jit
def small_or_item(i: int, a: nm.i4[:], use: bool):
    x = i
    if use:
        x = a[0]
    a[1] = x
    return a


def test_a_conversion_is_asked_for_on_its_own_way_only():
    same_as_python(small_or_item, 7, np.zeros(3, np.int32), False)
    same_as_python(small_or_item, 2**40, np.zeros(3, np.int32), True)
    same_as_python(small_or_item, 2**40, np.zeros(3, np.int32), False)
