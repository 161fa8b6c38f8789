"""The least integer of a type is its own magnitude: what comparisons of magnitudes say of it."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

INTEGERS = [(np.int8, nm.i1), (np.int16, nm.i2), (np.int32, nm.i4), (np.int64, nm.i8)]
MODES = ("default", "exact")  # with checks, -x of the least integer is an error


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize(("dtype", "hint"), INTEGERS, ids=lambda x: getattr(x, "__name__", ""))
def test_magnitudes_compared_with_constants(dtype, hint):
    @nm.jit
    def kernel(a: hint[:], x: hint):
        counts = np.zeros(8, np.int64)
        for i in range(a.shape[0]):
            y = a[i]
            if abs(y) <= 5:
                counts[0] += 1
            if (y if y > 0 else -y) < 7:
                counts[1] += 1
            if not (abs(y) <= 5):
                counts[2] += 1
            if abs(np.int64(y)) <= 5:
                counts[3] += 1
            if np.int64(abs(y)) <= np.int64(5):
                counts[4] += 1
            if -5 <= abs(y) <= 5:
                counts[5] += 1
            if abs(y) <= abs(x):
                counts[6] += 1
            if y < 0:
                y = -y
            if y <= 5:
                counts[7] += 1
        return counts

    @nm.jit
    def of_arrays(a: hint[:]):
        small = abs(a) <= 5
        other = np.where(a < 0, -a, a) <= 5
        return small, other, np.sum(abs(a) < 3), (abs(a) <= 5) & (a < 3), abs(abs(a)) <= 5, ~small

    least = dtype(np.iinfo(dtype).min)
    a = np.array([least, least, 5, -5, 6, -6, 0, least + 1] * 9, dtype)
    for x in (least, dtype(5)):
        same_as_python(kernel, a, x, modes=MODES)
    same_as_python(of_arrays, a, modes=MODES)
