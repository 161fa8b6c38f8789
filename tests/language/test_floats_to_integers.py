"""Floats that become integers: NumPy's results for what does not fit, and no sign of zero."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

SMALL = [0.0, -0.0, -0.001, 0.9, -0.9, 2.5, -1.5, 127.9, 128.0, 255.5, 256.0, 32767.5, 65536.7]
LARGE = [2147483647.5, 2.0**31, -(2.0**31), -2147483648.9, -3e9, 2.0**32, 2.0**53 + 2, 2.0**63]
HUGE = [-(2.0**63), 1.8e19, 2.0**64, 1e30, -1e30, math.inf, -math.inf, math.nan]
EDGES = [*SMALL, *LARGE, *HUGE]
FLOATS = {"f4": nm.f4, "f8": nm.f8}
INTEGERS = [nm.i1, nm.i2, nm.i4, nm.i8, nm.u1, nm.u2, nm.u4, nm.u8]
ABOVE = np.float64(3e9)


@pytest.mark.parametrize("code", FLOATS)
@pytest.mark.parametrize("integer", INTEGERS, ids=repr)
def test_what_numpy_gives_alone_and_back_in_a_float(code, integer):
    real = FLOATS[code]

    @nm.jit
    def kernel(x: real):
        whole = integer(x)
        return whole, nm.f8(whole), nm.f4(whole), whole * x

    for x in np.array(EDGES, code):
        same_as_python(kernel, x)


@pytest.mark.parametrize("code", FLOATS)
@pytest.mark.parametrize("integer", INTEGERS, ids=repr)
def test_loops_of_conversions(code, integer):
    real = FLOATS[code]

    @nm.jit
    def kernel(x: real[:], whole: integer[:], back: nm.f8[:]):
        for i in range(x.shape[0]):
            whole[i] = integer(x[i])
            back[i] = integer(x[i])

    x = np.array(EDGES * 3, code)
    same_as_python(kernel, x, np.zeros(len(x), integer), np.zeros(len(x)))


def test_a_loop_of_conversions_alone():
    @nm.jit
    def kernel(x: nm.f8[:], whole: nm.i4[:]):
        for i in range(x.shape[0]):
            whole[i] = nm.i4(x[i])

    x = np.array(EDGES * 3)
    same_as_python(kernel, x, np.zeros(len(x), "i4"))


@pytest.mark.parametrize("integer", INTEGERS, ids=repr)
def test_what_the_compiler_can_compute(integer):
    @nm.jit
    def not_a_number(n: nm.u4):
        return integer(0.0 // (43 // n))

    @nm.jit
    def infinite(b: nm.b1):
        return integer(nm.f8(b) // False)

    same_as_python(not_a_number, np.uint32(0))
    same_as_python(infinite, np.True_)
    same_as_python(infinite, np.False_)


@pytest.mark.parametrize("x", [-0.0, -0.001, -0.9, 0.5, -1.5])
def test_integers_have_no_negative_zero(x):
    @nm.jit
    def kernel(x: float):
        return float(int(x)), int(x) / 1, math.trunc(x) + 0j, int(x) * -1.0

    same_as_python(kernel, x)


def test_a_constant_that_does_not_fit():
    @nm.jit
    def kernel(a: nm.i4[:], b: nm.i2[:], c: nm.u4[:]):
        a[0] = ABOVE
        b[0] = ABOVE
        c[0] = ABOVE

    same_as_python(kernel, np.zeros(1, "i4"), np.zeros(1, "i2"), np.zeros(1, "u4"))


@pytest.mark.parametrize("x", [-24691.0, 255.0, 256.0, 1e30, -1.0, math.inf, math.nan])
@pytest.mark.parametrize("integer", INTEGERS, ids=repr)
def test_checks_raise_where_a_python_float_does_not_fit(integer, x):
    @nm.jit
    def kernel(x: float):
        return integer(x)

    same_as_python(kernel, x)


# gfortran finds that these are 1 / 0; where numbers are converted both ways, it thinks of traps.
ZEROS = {
    "n - n": lambda x, n: n - n,
    "n ^ n": lambda x, n: n ^ n,
    "x < x": lambda x, n: x < x,
    "n % 1": lambda x, n: n % np.int64(1),
    "(n + 1) - n - 1": lambda x, n: (n + 1) - n - 1,
    "abs(x) < -0.0": lambda x, n: abs(x) < -0.0,
}


@pytest.mark.parametrize("zero", ZEROS.values(), ids=list(ZEROS))
def test_a_division_by_what_the_compiler_finds_to_be_zero(zero):
    @nm.jit
    def kernel(x: nm.f8, n: nm.i8):
        d = np.float64(1.0) / zero(x, n)
        return x // d, x % d, max(x, d), math.copysign(x, d), nm.i8(x), nm.f8(n)

    same_as_python(kernel, np.float64(3.5), np.int64(5))


def test_comparisons_of_a_value_with_itself():
    @nm.jit
    def kernel(x: nm.f8, z: nm.c16, n: nm.i8, u: nm.u4, b: nm.b1):
        found = 0
        for v in (x, z, n, u, b):
            found = found * 4 + (v == v) * 2 + (v != v)
        for v in (x, n, u, b):
            found = found * 4 + (v <= v) * 2 + (v < v)
        return found

    for x in (1.0, math.inf, math.nan):
        z = np.complex128(complex(0.0, x))
        same_as_python(kernel, np.float64(x), z, np.int64(2), np.uint32(3), np.True_)
