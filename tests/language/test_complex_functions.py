"""Functions and orders of complex numbers as NumPy has them, on every pair of edges."""

import itertools
import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

PARTS = (0.0, -0.0, 1.0, -1.5, 2.5, 1e30, math.inf, -math.inf, math.nan)
EDGES = [complex(a, b) for a in PARTS for b in PARTS]
KINDS = {"c8": (nm.c8, np.complex64), "c16": (nm.c16, np.complex128)}


def text(value):
    return repr(value).replace("-nan", "nan")


def same_edges(got, expected):
    """Parts that are zero, infinite or NaN are equal, signs of zeros included."""
    for part in ("real", "imag"):
        a, b = getattr(got, part), getattr(expected, part)
        if b == 0 or not np.isfinite(b):
            assert text(a) == text(b), (got, expected)


@pytest.mark.parametrize("code", KINDS)
@pytest.mark.parametrize("name", "exp log10 log2 exp2 expm1 log1p rint sign".split())
def test_functions(code, name):
    function = getattr(np, name)
    hint, kind = KINDS[code]

    @nm.jit
    def kernel(z: hint):
        return function(z)

    for z in EDGES:
        with np.errstate(all="ignore"):
            expected = function(kind(z))
        same_as_python(kernel, z)
        for mode in ("default", "exact"):
            got = in_mode(kernel, mode)(z)
            same_edges(got, expected)
            if name in ("rint", "sign"):
                assert text(got) == text(expected), (z, mode)


@pytest.mark.parametrize("code", KINDS)
def test_orders_and_extremes(code):
    hint, kind = KINDS[code]

    @nm.jit
    def kernel(z: hint, w: hint):
        extremes = np.minimum(z, w), np.maximum(z, w), np.fmin(z, w), np.fmax(z, w)
        ufuncs = np.less(z, w), np.less_equal(z, w), np.greater(z, w), np.greater_equal(z, w)
        return *extremes, *ufuncs, z < w, z <= w, z > w, z >= w

    exact = in_mode(kernel, "exact")
    with np.errstate(all="ignore"):
        for z, w in itertools.product(EDGES, repeat=2):
            expected = kernel.py_func(kind(z), kind(w))
            assert text(kernel(z, w)) == text(expected), (z, w)
            assert text(exact(z, w)) == text(expected), (z, w)
    same_as_python(kernel, 1 + 2j, 1 - 1j)


def test_min_and_max_of_numpys_complex_numbers():
    @nm.jit
    def kernel(z: nm.c16, w: nm.c16):
        return min(z, w), max(z, w)

    for z, w in ((1j, 2 + 1j), (1 + 2j, 1 + 1j), (0j, 0j)):
        same_as_python(kernel, z, w)


@pytest.mark.parametrize(
    "compare",
    [lambda z, w: z < w, lambda z, w: z >= w, lambda z, w: z < 2, lambda z, w: max(z, w)],
    ids=["lt", "ge", "int", "max"],
)
def test_python_orders_no_complex_numbers(compare):
    @nm.jit
    def kernel(z: complex, w: complex):
        return compare(z, w)

    same_as_python(kernel, 1j, 2j, modes=("checks",))
    with pytest.raises(TypeError, match="not supported between instances of 'complex' and"):
        kernel(1j, 2j)


@nm.jit
def power(z: complex, w: complex):
    return z**w


POWERS = (0j, 1j, 1 + 1j, -1 + 0j, 2 + 0j, complex(-0.0, -0.0), complex(0, -1), -0.5 + 0j)


@pytest.mark.parametrize("exponent", POWERS)
def test_powers_of_zero_and_overflow_raise_as_python_does(exponent):
    for base in (0j, complex(-0.0, 0.0), 2 + 1j, 1e200 + 1e200j):
        same_as_python(power, base, exponent, modes=("checks",))


def test_powers_are_cpythons_within_their_tolerance():
    parts = (0.5, -1.25, 3.0, 0.0, 1e10)
    numbers = [complex(a, b) for a in parts for b in parts if a or b]
    numbers += [complex(0, math.inf), complex(math.inf, 0), complex(math.nan, 1)]
    exponents = (*POWERS, 3 + 0j, -3 + 0j, 100 + 0j, 0.5 + 0j, 0.25 - 1.5j, complex(math.nan, 0))
    for base, exponent in itertools.product(numbers, exponents):
        try:
            base**exponent
        except (OverflowError, ZeroDivisionError):  # an infinity may come of infinite numbers
            continue
        same_as_python(power, base, exponent, modes=("default", "exact"))
    same_as_python(power, 0j, complex(math.nan, 0))


def test_a_product_whose_parts_overflow_is_that_of_numpys_numbers():
    @nm.jit
    def kernel(x: nm.c8, y: nm.c8):
        return x * y, x / y

    values = (1e30, 3e38, -3e38, 1e-30, 2.0, math.inf, math.nan, -0.0)
    numbers = [np.complex64(complex(a, b)) for a in values for b in values]
    with np.errstate(all="ignore"):
        for x, y in itertools.product(numbers, repeat=2):
            assert text(kernel(x, y)) == text(kernel.py_func(x, y)), (x, y)


@pytest.mark.parametrize("code", KINDS)
def test_exponentials_of_turns_are_libms(code):
    hint, kind = KINDS[code]

    @nm.jit
    def turns(z: hint[:]):
        return np.exp(z)

    angles = np.array([0.0, -0.0, 5e-324, 1e-310, 1e-40, 0.5, -3.5, 1e22, -1e30, math.pi / 2, 1e5])
    real = [complex(zero, angle) for zero in (0.0, -0.0, 1e-300) for angle in angles]
    given = np.array(real).astype(kind)
    for mode in ("default", "exact"):
        got, expected = in_mode(turns, mode)(given), np.exp(given)
        assert got.tobytes() == expected.tobytes()
