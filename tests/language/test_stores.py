"""An element store converts as NumPy's does, or raises what NumPy raises."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

SIGNED, UNSIGNED = ("i1", "i2", "i4", "i8"), ("u1", "u2", "u4", "u8")
INTEGERS = [0, 1, 100, 127, 128, 255, 256, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1]
INTEGERS += [2**63 - 1, 2**63, 2**64 - 1, -1, -128, -129, -32769, -(2**31) - 1, -(2**63)]
REALS = [0.5, -0.5, 127.9, 128.0, -128.9, -129.0, 2.0**31, -(2.0**31) - 1, 3e9, 2.0**63, 1e20]
REALS += [-(2.0**63), -1e20, np.inf, -np.inf, np.nan]


@nm.jit
def stored(a, b):
    b[0] = a[0]


def as_numpy_stores(value, target):
    """Both store it alike, or both raise the same in every mode."""
    a, b = np.array([value]), np.zeros(1, target)
    try:
        b[0] = a[0]
    except (ValueError, OverflowError) as problem:
        for mode in ("default", "exact", "checks"):
            with pytest.raises(type(problem)):
                in_mode(stored, mode)(a, np.zeros(1, target))
    else:
        same_as_python(stored, a, np.zeros(1, target), modes=("default", "checks"))


@pytest.mark.parametrize("source", SIGNED + UNSIGNED)
def test_an_integer_that_does_not_fit_a_signed_array_raises(source):
    info = np.iinfo(source)
    for target in SIGNED:
        for value in INTEGERS:
            if info.min <= value <= info.max:
                as_numpy_stores(np.dtype(source).type(value), target)


def test_an_integer_wraps_in_an_unsigned_array():
    for target in ("u1", "u8"):
        for value in (-1, 300, 2**63 - 1, -(2**63)):
            as_numpy_stores(np.int64(value), target)


@pytest.mark.parametrize("source", ["f4", "f8"])
def test_a_float_that_does_not_fit_a_signed_array_raises(source):
    for target in SIGNED:
        for value in REALS:
            with np.errstate(all="ignore"):
                as_numpy_stores(np.dtype(source).type(value), target)


@nm.jit
def stored_number(x: float, n: int, b, c):
    b[0] = x
    c[0] = n


@pytest.mark.parametrize("target", ["i1", "u1", "u4"])
def test_a_python_number_that_does_not_fit_raises(target):
    def plain(*args):
        with nm.debug():
            stored_number(*args)

    for x, n in [(-0.5, 3), (127.9, 3), (-1.5, 3), (300.5, 3), (np.nan, 3), (np.inf, 3), (1, -200)]:
        arrays = [np.zeros(1, target), np.zeros(1, target)]
        try:
            plain(x, n, *arrays)
        except (ValueError, OverflowError) as problem:
            for mode in ("default", "exact", "checks"):
                with pytest.raises(type(problem)):
                    in_mode(stored_number, mode)(x, n, *arrays)
        else:
            same_as_python(stored_number, x, n, *arrays)


def test_python_int_rounds_to_float32_by_way_of_float():
    @nm.jit
    def kernel(a, n: int, b):
        b[0] = n
        b[1] = a[0] + n
        return nm.f4(n)

    for n in (2**60 + 2**36 + 1, 2**24 + 1, 2**53 + 1):
        same_as_python(kernel, np.zeros(1, "f4"), n, np.zeros(2, "f4"))


def test_int64_rounds_to_float32_as_numpy_stores_it():
    for value in (2**60 + 2**36 + 1, 2**24 + 1, -(2**53) - 1):
        same_as_python(stored, np.array([value]), np.zeros(1, "f4"))
    same_as_python(stored, np.array([2**63 + 2**39 + 1], "u8"), np.zeros(1, "f4"))


def test_complex_values_take_two_words_of_the_frame():
    @nm.jit
    def kernel(c: nm.c8, x: nm.f4, z: nm.c16, o):
        o[0], o[1], o[2] = c, x, z
        return c, x, z, c * c, x * 2

    same_as_python(kernel, 1 + 2j, 0.5, 3 - 4j, np.zeros(3, complex))


def test_uint64_as_int64_index_may_be_negative():
    @nm.jit
    def kernel(u: nm.u8, a):
        return a[nm.i8(u)]

    same_as_python(kernel, 2**64 - 1, np.arange(5.0))
    same_as_python(kernel, 2, np.arange(5.0))


def test_a_complex_number_is_a_truth_value():
    @nm.jit
    def kernel(z: nm.c16, b):
        b[0] = z
        return np.logical_not(z), np.logical_and(z, True), np.logical_or(z, False), bool(z)

    for z in (0j, 1j, complex(np.nan, 0)):
        same_as_python(kernel, z, np.zeros(1, bool))


def test_a_python_int_that_becomes_a_numpy_integer_must_fit():
    @nm.jit
    def kernel(n: int):
        return nm.u1(n), np.int8(n)

    same_as_python(kernel, 100)
    for mode in ("default", "exact", "checks"):
        for n in (300, 128, -1):
            with pytest.raises(OverflowError):
                in_mode(kernel, mode)(n)


def test_the_quotient_of_narrow_integers_is_a_double():
    @nm.jit
    def kernel(a, b):
        return np.divide(a[0], b[0]), a[0] / b[0]

    for dtype in ("i1", "u1", "?"):
        same_as_python(kernel, np.array([1], dtype), np.array([1], dtype))


def test_where_of_python_numbers_is_a_strong_value():
    @nm.jit
    def kernel(a, x: float, n: int, b):
        b[0] = np.where(a[0] > 2, x, n) * a[0]
        return np.where(a[0] > 2, x, n) * a[0], np.where(a[0] > 2, a[0], n) + a[0]

    for value in (1, 3):
        same_as_python(kernel, np.array([value], "f4"), 2.1, 3, np.zeros(1))
