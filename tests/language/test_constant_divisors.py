"""Floor division, remainders and shifts by constants, and comparisons with constants.

They are compiled to shifts, masks and narrow comparisons; each is tried at the ends of its type.
"""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

INTEGERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")


def hard_values(dtype):
    info = np.iinfo(dtype)
    near = [0, 1, 2, 3, 7, 8, 9, 126, 127]
    ends = [info.max - 1, info.max, info.max // 2, info.max // 2 + 1]
    below = [-1, -2, -3, -7, -8, -9, info.min + 1, info.min, info.min // 2] if info.min else []
    return np.array(near + ends + below, dtype)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("divisor", [1, 2, 8, 64, 3, 7, 100])
def test_floor_division_by_a_constant(dtype, divisor):
    @nm.jit
    def kernel(values, quotients, rests):
        for i in range(values.shape[0]):
            quotients[i] = values[i] // divisor
            rests[i] = values[i] % divisor

    values = hard_values(dtype)
    same_as_python(kernel, values, np.zeros_like(values), np.zeros_like(values))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_the_greatest_power_of_two_divides(dtype):
    greatest = np.iinfo(dtype).max // 2 + 1

    @nm.jit
    def kernel(values, quotients, rests):
        for i in range(values.shape[0]):
            quotients[i] = values[i] // greatest
            rests[i] = values[i] % greatest

    values = hard_values(dtype)
    same_as_python(kernel, values, np.zeros_like(values), np.zeros_like(values))


@pytest.mark.parametrize("value", [0, 1, -1, 5, -5, 2**62, -(2**62), 2**63 - 1, -(2**63)])
def test_python_ints_divide_by_constants(value):
    @nm.jit
    def kernel(n: int):
        positive = max(n, 0)
        halves = n // 2, n % 2, n // 1024, n % 1024, n // 2**62, n % 2**62
        return halves, n // 3, n % 3, positive // 3, positive % 10, divmod(n, 16)

    same_as_python(kernel, value)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("count", [0, 1, 7, 8, 31, 63])
def test_shifts_by_a_constant(dtype, count):
    if count >= np.iinfo(dtype).bits:
        count = np.iinfo(dtype).bits  # outside of the width

    @nm.jit
    def kernel(values, left, right):
        for i in range(values.shape[0]):
            left[i] = values[i] << count
            right[i] = values[i] >> count

    values = hard_values(dtype)
    same_as_python(kernel, values, np.zeros_like(values), np.zeros_like(values))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("limit", [0, 3, -1, 127, 128, 255, 256, 2**31, 2**63 - 1, 2**63])
def test_comparisons_with_a_constant(dtype, limit):
    @nm.jit
    def kernel(values, seen):
        for i in range(values.shape[0]):
            v = values[i]
            seen[i, 0] = v == limit
            seen[i, 1] = v != limit
            seen[i, 2] = v < limit
            seen[i, 3] = v <= limit
            seen[i, 4] = limit < v
            seen[i, 5] = v >= limit

    values = hard_values(dtype)
    same_as_python(kernel, values, np.zeros((len(values), 6), bool))


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8"])
def test_unsigned_values_are_ordered_as_unsigned(dtype):
    @nm.jit
    def kernel(a, b, seen):
        for i in range(a.shape[0]):
            for j in range(b.shape[0]):
                seen[i, j, 0] = a[i] < b[j]
                seen[i, j, 1] = a[i] <= b[j]

    values = hard_values(dtype)
    same_as_python(kernel, values, values, np.zeros((len(values), len(values), 2), bool))
