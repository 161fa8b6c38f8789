"""Scalar arithmetic at its edges: wrap-around, rounding, comparisons beyond 2**53, checks mode."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

BIG = 2**63 - 1


def test_a_wrapped_sum_compares_as_it_wrapped():
    @nm.jit
    def kernel(a):
        x = a[0]
        return x - 1 < x, x + 1 > x, x - 1 <= x, x + 1 == x, (x + 1) - 1, x * 2 // 2

    for dtype in ("i1", "i2", "i4", "i8", "u1", "u8"):
        info = np.iinfo(dtype)
        for value in (info.min, info.max, 5):
            same_as_python(kernel, np.array([value], dtype))


def test_quotient_of_python_ints_is_rounded_once():
    @nm.jit
    def kernel(a: int, b: int):
        return a / b

    rng = np.random.default_rng(3)
    pairs = rng.integers(-(2**63), BIG, (150, 2)) >> rng.integers(0, 62, (150, 2))
    for a, b in [*pairs.tolist(), (-(2**63), 1), (1, -(2**63)), (0, -(2**60)), (BIG, BIG - 1)]:
        if b:
            same_as_python(kernel, a, b, modes=("exact",))


def test_int_and_float_compare_as_numbers():
    @nm.jit
    def kernel(i: int, x: float):
        return i < x, i <= x, i == x, i != x, i > x, i >= x, x < i, x <= i, x == i, x > i

    for i in (2**53 + 1, -(2**53) - 1, BIG, -(2**63), 0, 2**62 + 1):
        for x in (float(i), math.nextafter(i, math.inf), math.nan, math.inf, -math.inf, 2.0**63):
            same_as_python(kernel, i, x, modes=("default",))


def test_int64_and_uint64_compare_as_numbers():
    @nm.jit
    def kernel(a, b):
        return a[0] < b[0], a[0] <= b[0], a[0] == b[0], b[0] < a[0], b[0] >= a[0]

    for a in (0, -1, BIG, -(2**63)):
        for b in (0, 1, BIG, 2**63, 2**64 - 1):
            same_as_python(kernel, np.array([a]), np.array([b], "u8"), modes=("default",))


@nm.jit
def power(x: float, y: float):
    return x**y


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, 1e300, math.inf, math.nan])
def test_powers_raise_in_checks_mode_what_python_raises(x):
    for y in (0.0, -1.0, 0.5, 2.0, -2.5, math.nan, math.inf, -math.inf, -1e300):
        same_as_python(power, x, y)


@pytest.mark.parametrize("x", [0.0, 2.0, -2.0, 1e300])
def test_math_pow_raises_in_checks_mode_what_python_raises(x):
    @nm.jit
    def kernel(x: float, y: float):
        return math.pow(x, y)

    for y in (0.0, -1.0, 0.5, 2.0, math.nan, math.inf, -math.inf):
        same_as_python(kernel, x, y)


def test_left_shift_of_a_python_int_raises_in_checks_mode_where_it_leaves_64_bits():
    @nm.jit
    def kernel(a: int, b: int):
        return a << b

    for a, b in [(1, 62), (-1, 63), (0, 200), (5, 3), (1, -1)]:
        same_as_python(kernel, a, b)
    for a, b in [(1, 63), (5, 62), (-3, 63), (1, 64)]:
        with pytest.raises(OverflowError):
            in_mode(kernel, "checks")(a, b)


@pytest.mark.parametrize("dtype", ["c8", "c16"])
def test_small_powers_of_infinite_complex_numbers(dtype):
    @nm.jit
    def kernel(a, b):
        return a[0] ** b[0], a[0] ** 3, a[0] * b[0], a[0] / b[0]

    for x in (complex(math.inf, 1), complex(1, math.inf), 2 - 3j, 0j):
        for y in (1, 2, 3, 5, -1 + 0j, 0.5j):
            same_as_python(kernel, np.array([x], dtype), np.array([y], dtype), modes=("default",))


def test_gcd_of_every_integer_type():
    for dtype in ("i1", "i4", "i8", "u1", "u2", "u4", "u8"):

        @nm.jit
        def kernel(a, b):
            return np.gcd(a[0], b[0])

        for a, b in [(12, 18), (0, 5), (100, 75), (127, 0)]:
            same_as_python(kernel, np.array([a], dtype), np.array([b], dtype), modes=("default",))


@pytest.mark.parametrize("mode", ["default", "exact", "checks"])
def test_literals_are_bit_exact(mode):
    reals = [0.1, 1e22, 1e23, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308]
    reals += [math.inf, -math.inf, math.nan, -math.nan, 0.0, -0.0, 2.0**63, 1e15, 1e16, 4.35]
    singles = [np.float32(x) for x in (0.1, 1e-45, -1e-40, 3.4028235e38, math.nan, -0.0, 16777217)]
    wholes = [0, -1, 2**31, -(2**31), -(2**31) - 1, BIG, -(2**63), -(2**63) + 1]
    complexes = [1 + 2j, complex(-0.0, 0.0), complex(0.0, -0.0), complex(math.nan, -math.inf), -1j]

    def plain(a, b, c, d):
        for place, x in enumerate(reals):
            a[place] = x
        for place, y in enumerate(singles):
            b[place] = y
        for place, n in enumerate(wholes):
            c[place] = n
        for place, z in enumerate(complexes):
            d[place] = z

    def arrays():
        lengths = (len(reals), len(singles), len(wholes), len(complexes))
        return [np.zeros(n, t) for n, t in zip(lengths, ("f8", "f4", "i8", "c16"), strict=True)]

    expected, got = arrays(), arrays()
    plain(*expected)
    in_mode(nm.jit(plain), mode)(*got)
    assert [x.tobytes() for x in got] == [x.tobytes() for x in expected]
