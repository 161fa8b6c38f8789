"""math.sumprod (from Python 3.12) and math.fma (from 3.13): every bit is CPython's."""

import math
import random

import numpy as np
import pytest

import numeta as nm
from numeta.functions_math import fused
from numeta.testing import same_as_python

ODD = (math.inf, -math.inf, math.nan, 1e308, -1e308, 1e300, 5e-324, 1e-160, -0.0, 0.0)


def number(r):
    roll = r.random()
    if roll < 0.2:
        return r.choice(ODD)
    return r.uniform(-1, 1) * 10.0 ** r.randint(-20, 20)


@nm.jit
def of_floats(a: float, b: float, c: float, x: float, y: float, z: float) -> float:
    return math.sumprod((a, b, c), [x, y, z])


@nm.jit
def of_mixed(a: int, b: float, c: int, x: int, y: int, z: float) -> float:
    return math.sumprod([a, b, c], [x, y, z])


@nm.jit
def of_numpy(a: nm.f8, b: float, x: float, y: float) -> float:
    return math.sumprod([b, a], [x, y])


@nm.jit
def of_arrays(a: nm.f8[:], b: nm.i4[:]) -> float:
    return math.sumprod(a, b)


@pytest.mark.skipif(not hasattr(math, "sumprod"), reason="from Python 3.12")
def test_sums_of_products_are_pythons():
    r = random.Random(1)
    for _ in range(200):
        values = [number(r) for _ in range(6)]
        if r.random() < 0.5:
            values[1], values[4] = -values[0], values[3]  # what cancels leaves the errors
        same_as_python(of_floats, *values)
        whole = [r.randint(-9, 9) for _ in range(4)]
        same_as_python(of_mixed, whole[0], values[0], *whole[1:], values[1])
        same_as_python(of_numpy, np.float64(values[0]), *values[1:4])


@pytest.mark.skipif(not hasattr(math, "sumprod"), reason="from Python 3.12")
def test_products_of_elements_are_added_one_by_one():
    same_as_python(of_arrays, np.arange(5.0) / 3, np.arange(5, dtype="i4"))
    with pytest.raises(ValueError, match="Inputs are not the same length"):
        of_arrays(np.ones(3), np.ones(4, "i4"))


@nm.jit
def multiplied_and_added(x: float, y: float, z: float) -> float:
    return math.fma(x, y, z)


@pytest.mark.skipif(not hasattr(math, "fma"), reason="from Python 3.13")
def test_fma_is_rounded_once():
    r = random.Random(2)
    for _ in range(200):
        x, y = number(r), number(r)
        same_as_python(multiplied_and_added, x, y, r.choice((number(r), -(x * y))))


@nm.jit
def rounding_error(x: float, y: float) -> float:
    return fused(x, y, -(x * y))


def test_the_error_of_a_product_is_exact():
    from fractions import Fraction

    r = random.Random(3)
    for _ in range(100):
        x, y = r.uniform(-1, 1) * 1e9, r.uniform(-1, 1) / 3
        assert rounding_error(x, y) == float(Fraction(x) * Fraction(y) - Fraction(x * y))
