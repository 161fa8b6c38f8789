"""Items of tuples and lists by an index that is known at run time."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

from .cases import Cases

case = Cases()
WEIGHTS = (0.5, 1.5, 2.5)
ORDER = [3, 1, 2]
PAIRS = ((1, 2.0), (3, 4.0))
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@case((2,), (0,), (-1,), (-3,), (3,), (-4,))
@nm.jit
def of_a_tuple(i: int):
    return (10, 20, 30)[i]


@case((2,), (-3,), (5,))
@nm.jit
def of_a_list_by_a_number_of_numpy(i: nm.i8):
    values = [1.5, 2.5, 3.5]
    return values[i]


@case((2,), (255,))
@nm.jit
def by_an_unsigned_number(i: nm.u1):
    return ORDER[i]


@case((True,), (False,))
@nm.jit
def by_a_bool(b: bool):
    return [10, 20][b], (5, 6)[not b]


@case((True,))
@nm.jit
def by_a_bool_of_numpy(b: nm.b1):
    return [10, 20][b]


@case((1.0,))
@nm.jit
def by_a_float(x: float):
    return [10, 20][x]


@case((7,), (0,))
@nm.jit
def in_a_loop(n: int):
    s = 0.0
    for i in range(n):
        s += WEIGHTS[i % 3] * ORDER[(i + 1) % 3]
    return s


@case((11,), (0,), (12,))
@nm.jit
def days_until(month: int):
    days = 0
    while month >= 0:
        days += DAYS[month]
        month -= 1
    return days


@case((1, 2.0), (0, 2.0))
@nm.jit
def of_run_time_items(i: int, x: float):
    pair = (x, x * 2)
    a, b = PAIRS[i]
    return pair[i], a + b, PAIRS[i][1], (1, x)[i] * 1.0


@case((2,))
@nm.jit
def of_numbers_of_numpy(i: int):
    values = (np.float32(1.5), np.float32(2), np.float32(3))
    return values[i]


@case((3,))
@nm.jit
def in_a_parallel_loop(n: int):
    s = 0.0
    for i in nm.prange(n):
        s += WEIGHTS[i]
    return s


@case.each
def test_an_item_is_that_of_the_function(kernel, args):
    same_as_python(kernel, *args)


@nm.jit
def of_arrays(a: nm.f8[:]):
    both = [a, a * 2]
    s = 0.0
    for k in range(2):
        s += both[k][0]
    return s


def test_arrays_are_chosen_at_compile_time():
    same_as_python(of_arrays, np.ones(3))


def test_an_index_outside_raises_in_every_mode():
    for mode in ("default", "exact", "checks", "fast"):
        with pytest.raises(IndexError, match="tuple index out of range"):
            in_mode(of_a_tuple, mode)(3)
        with pytest.raises(IndexError, match="list index out of range"):
            in_mode(of_a_list_by_a_number_of_numpy, mode)(-4)
