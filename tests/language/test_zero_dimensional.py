"""Arrays of no dimension: `a[()]` is the element, `a[...]` the array, which computes like it."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


def test_an_element_is_read_and_written():
    @nm.jit
    def kernel(a, b, x: float):
        a[()] = b[()] * x
        b[()] += 1
        b[...] = a[()] - x
        return a[()]

    for dtype in ("f8", "f4", "c16"):
        same_as_python(kernel, np.array(3, dtype), np.array(0.5, dtype), 2.5)


def test_the_whole_array_computes_like_its_element():
    @nm.jit
    def kernel(a, b, x: float, out):
        out[0] = a[...] + b[...]
        out[1] = x - a[...]
        out[2] = a > b[...]
        out[3] = -a[...] + b**2
        out[4] = a
        return divmod(a[...], 3), a == x, x < b

    for dtype in ("f8", "f4", "i8"):
        same_as_python(kernel, np.array(7, dtype), np.array(2, dtype), 0.5, np.zeros(5))


def test_a_second_name_sees_later_writes():
    @nm.jit
    def kernel(a, out):
        y = a[...]
        a[()] = 5
        out[0] = y
        y += 1
        y **= 2
        out[1] = a[()]

    same_as_python(kernel, np.array(1.0), np.zeros(2))


@pytest.mark.parametrize(
    "to, of", [("i4", "i8"), ("f4", "f8"), ("u1", "u1"), ("i8", "u1"), ("c8", "f8"), ("f8", "?")]
)
def test_augmented_assignment_casts_as_numpy_does(to, of):
    @nm.jit
    def kernel(a, b):
        a[...] += b[()]
        a *= b[...]

    same_as_python(kernel, np.array(200, to), np.array(100, of))


@pytest.mark.parametrize("to, of", [("i8", "f8"), ("u8", "i8"), ("?", "u1"), ("f8", "c16")])
def test_augmented_assignment_to_a_lower_kind_raises(to, of):
    @nm.jit
    def kernel(a, b):
        a[...] += b[()]

    for function in (kernel.py_func, kernel):
        with pytest.raises(TypeError, match="same_kind"):
            function(np.array(1, to), np.array(1, of))


def test_a_whole_array_is_stored_by_a_cast():
    @nm.jit
    def kernel(a, b, c):
        b[0] = a[...]
        c[...] = a

    for value in (1.5, -2.0, np.nan):
        same_as_python(kernel, np.array(value), np.zeros(1, "i8"), np.zeros((), "i8"))


def test_a_number_is_stored_as_in_an_element():
    @nm.jit
    def kernel(a, x: nm.f8):
        a[...] = x

    same_as_python(kernel, np.array(0), 2.5)
    for wrong, kind in ((np.nan, ValueError), (1e20, OverflowError)):
        for function in (kernel.py_func, kernel):
            with pytest.raises(kind):
                function(np.array(0), np.float64(wrong))


def test_a_loop_accumulates_into_one():
    @nm.jit
    def kernel(total, a: nm.f8[:]) -> None:
        for i in nm.range(a.shape[0]):
            total[...] += a[i]

    same_as_python(kernel, np.array(0.5), np.arange(5.0))


def test_the_whole_of_a_larger_array_is_the_array():
    @nm.jit
    def kernel(a):
        b = a[...]
        b[1] = 7.0
        return b[0] + a[1], b.shape[0]

    same_as_python(kernel, np.arange(3.0))


def test_the_same_keys_of_a_larger_array():
    @nm.jit
    def added(a):
        a[...] += 1

    @nm.jit
    def filled(a):
        a[...] = 1

    for kernel in (added, filled):
        same_as_python(kernel, np.arange(2.0))
