"""The module bisect: places in sorted arrays, tuples and lists."""

import bisect
from bisect import bisect_left, bisect_right

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def places(a: np.ndarray, x: float, low: int, high: int):
    return (
        (bisect.bisect(a, x), bisect_left(a, x), bisect_right(a, x)),
        (bisect_left(a, x, low), bisect_right(a, x, low, high), bisect_left(a, x, hi=high)),
        (bisect_left([1, 3, 5.5], x), bisect.bisect_right((1, 2, 3), x, 1)),
    )


@pytest.mark.parametrize("x", [-1.0, 1.0, 2.0, 2.5, 9.0, np.nan, np.inf])
def test_places_of_a_number(x):
    same_as_python(places, np.array([1.0, 2.0, 2.0, 3.0]), x, 1, 3)
    same_as_python(places, np.array([1, 2, 2, 3], np.int32)[::-1][::-1], x, 0, 0)


def test_places_in_an_empty_array_and_outside():
    same_as_python(places, np.zeros(0), 1.0, 0, 0)
    same_as_python(places, np.ones(3), 1.0, -1, 2)
    with pytest.raises(ValueError, match="lo must be non-negative"):
        places(np.ones(3), 1.0, -1, 2)


def test_a_run_time_number_in_a_table_that_is_known():
    marks = [0.1, 0.5, 0.9]

    @nm.jit
    def grades(a: nm.f8[:], out: nm.i8[:]):
        for k in range(len(a)):
            out[k] = bisect.bisect(marks, a[k])

    same_as_python(grades, np.array([0.0, 0.1, 0.3, 0.9, 2.0]), np.zeros(5, np.int64))


def test_a_key_is_refused():
    @nm.jit
    def by_key(a: nm.f8[:], x: float):
        return bisect.bisect(a, x, key=lambda v: -v)

    with pytest.raises(nm.TraceError, match="bisect"):
        by_key(np.ones(3), 1.0)
