"""Complex numbers under Python's operators: whose operator is asked, and powers at their edges."""

import itertools
import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

PARTS = (0.0, -0.0, 1.0, -2.5, 1e200, 1e-200, math.inf, -math.inf, math.nan)
BASES = [complex(a, b) for a, b in itertools.product(PARTS, PARTS)]
EXPONENTS = [
    0,
    1,
    2,
    3,
    -1,
    -2,
    100,
    101,
    0.5,
    1j,
    2 + 1j,
    complex(3, math.nan),
    math.inf,
    -math.inf,
]


@pytest.mark.parametrize("kind", [nm.f8, nm.f4, nm.i8, nm.u1, nm.b1, nm.c16, nm.c8], ids=repr)
def test_a_python_complex_and_a_number_of_numpy(kind):
    @nm.jit
    def left(z: complex, x: kind):
        return z + x, z - x, z * x, z / x, z**x, z == x, z != x

    @nm.jit
    def right(z: complex, x: kind):
        return x + z, x - z, x * z, x / z, x**z, x == z, x != z

    same_as_python(left, 1.5 - 2j, kind(1))
    same_as_python(right, 1.5 - 2j, kind(1))


def test_a_complex_constant_and_a_number_of_numpy():
    @nm.jit
    def kernel(z: complex, x: nm.f8):
        y = 2j
        y *= x
        return 1j + x, 1j * x, 2j**x, y, z * np.float64(3), np.add(z, x), x * 1j

    same_as_python(kernel, 1.5 - 2j, np.float64(2))


@pytest.mark.parametrize("kind", [nm.f8, nm.f4], ids=repr)
def test_orders_of_a_python_complex_are_those_of_numpy(kind):
    @nm.jit
    def kernel(z: complex, x: kind):
        return z < x, x < z, z >= x

    same_as_python(kernel, 1.5 - 2j, kind(1))


@pytest.mark.parametrize("kind", [nm.f8, nm.f4, nm.i8, nm.i4, nm.b1], ids=repr)
def test_a_python_float_and_a_number_of_numpy(kind):
    @nm.jit
    def kernel(x: float, i: int, b: bool, y: kind):
        return x + y, y * x, i + y, y - i, x == y, i != y, b | (y == y), b * y, x / y, i**y

    if kind is nm.b1:

        @nm.jit
        def kernel(x: float, i: int, b: bool, y: kind):
            return x + y, y * x, i + y, x == y, i != y, b | y, b & y, x / y

    same_as_python(kernel, 1.5, 2, True, kind(1))


def parts(z):
    """Zeros with their signs, infinities, NaN; other numbers by fewer digits."""
    return [str(x) if x == 0 or not math.isfinite(x) else f"{x:.4g}" for x in (z.real, z.imag)]


def outcome(call, *args):
    try:
        with np.errstate(all="ignore"):
            return call(*args)
    except (ZeroDivisionError, OverflowError) as problem:
        return type(problem)


@pytest.mark.parametrize("mode", ["default", "exact", "checks"])
@pytest.mark.parametrize("hint, kind", [(complex, complex), (nm.c16, np.complex128)])
def test_powers_at_the_edges(hint, kind, mode):
    @nm.jit
    def kernel(z: hint, w: hint):
        return z**w

    compiled = in_mode(kernel, mode)
    for z, w in itertools.product(map(kind, BASES), map(kind, EXPONENTS)):
        got, expected = outcome(compiled, z, w), outcome(kernel.py_func, z, w)
        if not isinstance(expected, type):
            assert type(got) is kind, (z, w)
            assert parts(got) == parts(expected), (z, w)
        elif mode == "checks":
            assert got is expected, (z, w)


@pytest.mark.parametrize("hint, kind", [(complex, complex), (nm.c16, np.complex128)])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5])
def test_constant_powers_at_the_edges(hint, kind, exponent):
    @nm.jit
    def kernel(z: hint):
        return z**exponent

    for z in map(kind, BASES):
        got, expected = outcome(kernel, z), outcome(kernel.py_func, z)
        if not isinstance(expected, type):
            assert parts(got) == parts(expected), z
        assert outcome(in_mode(kernel, "checks"), z) is expected or not isinstance(expected, type)


@pytest.mark.parametrize("base", [0.0, False, 0])
def test_a_real_zero_to_a_complex_power(base):
    @nm.jit
    def kernel(z: complex):
        return base**z

    for z in (complex(3, math.nan), complex(math.nan, 0), -1 + 0j, 2 + 0j, 1j):
        same_as_python(kernel, z)


@pytest.mark.parametrize("value", [True, False])
def test_parts_of_a_bool(value):
    @nm.jit
    def of_numpy(b: nm.b1):
        return b.real, b.imag, b.conjugate(), b.conj()

    @nm.jit
    def of_python(b: bool):
        return b.real, b.imag, b.conjugate()

    same_as_python(of_numpy, np.bool_(value))
    same_as_python(of_python, value)


@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("x", [0.0, -0.0, 2.0])
def test_zero_minus_what_is_never_minus_zero(k: int, x: float) -> None:
    """gcc takes 0.0 - abs(x) for -abs(x), also in the parts of a complex number."""

    @nm.jit
    def differences(k: int, x: float, b: nm.b1[:]):
        z = complex(float(k), 0.0)
        bits = np.subtract(np.signbit(b), nm.f4(k))
        return (
            0j - z,
            complex(0.0, x) - complex(abs(x), float(k)),
            0.0 + -abs(x),
            -abs(x) + 0.0,
            bits,
        )

    @nm.jit
    def in_steps(s: nm.c16, k: nm.u2, m: nm.comptime):
        s = m - nm.c8(k) - nm.u8(k)
        return s

    same_as_python(differences, k, x, np.array([True, False]))
    same_as_python(in_steps, np.complex128(1j), np.uint16(k), 0)
