"""frexp, modf, ldexp, ulp, isclose, fsum: CPython's bits and errors, in every mode."""

import itertools
import math
import random

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

TINY, LEAST, HUGE = 2.2250738585072014e-308, 5e-324, 1.7976931348623157e308
EDGES = (0.0, -0.0, 1.0, -1.5, 0.5, LEAST, -LEAST, TINY, HUGE, math.inf, -math.inf, math.nan)


def samples(count, seed=7):
    """Numbers of every size, subnormals too."""
    rng = random.Random(seed)
    for _ in range(count):
        low, high = rng.choice([(-1074, 1024), (-3, 4), (-1074, -1000), (40, 60)])
        yield math.ldexp(rng.uniform(-1, 1), rng.randrange(low, high))


def same_bits(kernel, *args):
    """Python's result, signs of zero and all, in each mode; where Python raises, checks raises."""
    try:
        expected = kernel.py_func(*args)
    except (ValueError, OverflowError):
        same_as_python(kernel, *args, modes=("checks",))
        return
    for mode in ("default", "exact", "checks"):
        assert repr(in_mode(kernel, mode)(*args)) == repr(expected), (mode, args)


@nm.jit
def parts(x: float):
    return math.frexp(x), math.modf(x), math.ulp(x)


@nm.jit
def parts_of_single(x: nm.f4):
    return math.frexp(x), math.modf(x), math.ulp(x)


@nm.jit
def parts_of_integer(i: int, b: bool):
    return math.frexp(i), math.modf(i), math.ulp(b), math.frexp(b)


def test_parts_and_spacing_of_floats():
    for x in (*EDGES, *samples(2000), 4503599627370497.5, 1e300, 2.0**53):
        same_bits(parts, x)
    for x in (0.1, -0.0, 3e38, 1e-45, np.inf, np.nan):
        same_bits(parts_of_single, np.float32(x))
    for i in (0, 1, -7, 2**53 + 1, 2**63 - 1, -(2**63)):
        same_bits(parts_of_integer, i, i > 0)


@nm.jit
def scaled(x: float, i: int):
    return math.ldexp(x, i)


@nm.jit
def scaled_by_constants(x: float, b: bool):
    return math.ldexp(x, -1074), math.ldexp(x, b), math.ldexp(0.75, b), math.ldexp(x, -(2**70))


def test_ldexp_rounds_once_and_checks_its_range():
    exponents = (0, 1, -1, 52, -1022, -1074, -1075, 1024, 2100, -2200, 2**31, -(2**31) - 1, 2**62)
    for x in EDGES:
        for i in exponents:
            same_bits(scaled, x, i)
    rng = random.Random(3)
    for x in samples(2000):
        same_bits(scaled, x, rng.randrange(-2200, 2200))
    for x in (0.3, 1e300, LEAST, math.inf):
        same_bits(scaled_by_constants, x, True)


@pytest.mark.parametrize(("kind", "value"), [("float", 2.0), ("nm.i8", 2), ("nm.f8", 2.0)])
def test_an_exponent_that_is_no_python_int_is_pythons_type_error(kind, value):
    if kind == "float":

        @nm.jit
        def kernel(x: float):
            return math.ldexp(x, x)
    else:

        @nm.jit
        def kernel(x):
            return math.ldexp(1.0, x[0])

        value = np.array([value])

    with pytest.raises(TypeError) as expected:
        kernel.py_func(value)
    with pytest.raises(TypeError) as caught:
        kernel(value)
    assert str(caught.value) == str(expected.value)


@nm.jit
def close(a: float, b: float):
    return math.isclose(a, b), math.isclose(a, b, rel_tol=0.5), math.isclose(b, a, abs_tol=1e-3)


@nm.jit
def close_within(a: float, b: float, r: float, t: float):
    if math.isclose(a, b, rel_tol=r, abs_tol=t):
        return 1
    return 0


def test_isclose():
    near = (1.0, 1.0 + 1e-9, 1.0 + 1.0000001e-9, 1.000000002, 1e-3, 0.0, -0.0, 2.0, 0.5)
    for a, b in itertools.product((*near, *EDGES), repeat=2):
        same_bits(close, a, b)
    for r, t in itertools.product((0.0, 1e-9, 0.5, math.inf, math.nan, -1.0), repeat=2):
        for a, b in ((1.0, 1.1), (1.0, math.inf), (math.nan, math.nan), (HUGE, -HUGE), (2.0, 2.0)):
            same_bits(close_within, a, b, r, t)


def test_a_negative_tolerance_that_is_known_raises_at_once():
    @nm.jit
    def kernel(x: float):
        return math.isclose(x, 1.0, abs_tol=-1e-3)

    with pytest.raises(ValueError, match="^tolerances must be non-negative$"):
        kernel(1.0)


@nm.jit
def sum_of_five(a: float, b: float, c: float, d: float, e: float):
    return math.fsum([a, b, c, d, e])


@nm.jit
def sum_with_constants(a: float, i: int, x: nm.f8):
    return math.fsum((a, 1e-16, i, x, -1, 1e100, True)), math.fsum([a]), math.fsum(())


@nm.jit
def sum_of_products(a):
    return math.fsum(a[k] * a[k + 1] for k in range(19))


def test_fsum_is_exact():
    rng = random.Random(11)
    numbers = list(samples(500))
    tie = 2.0**53
    cases = [
        (1e16, 1.0, 1e-16, -1e16, 0.0),
        (tie, 1.0, 1e-30, 0.0, 0.0),
        (tie, 1.0, -1e-30, 0.0, 0.0),
        (tie + 2, 1.0, 1e-300, -1e-320, 0.0),
        (-tie, -1.0, -LEAST, 0.0, 0.0),
        (0.1, 0.2, 0.3, -0.6, -0.0),
        (-0.0, -0.0, -0.0, -0.0, -0.0),
        (LEAST, LEAST, -LEAST, TINY, -TINY),
        (HUGE, -HUGE, 2.0**970, 1.0, -(2.0**970)),
    ]
    for _ in range(2000):
        some = rng.choices(numbers, k=3)
        sign = rng.choice((1.0, -1.0))
        cases.append(tuple(rng.sample([*some, -some[0] * sign, some[1] * 2.0**-53], 5)))
    for case in cases:
        same_bits(sum_of_five, *case)


def test_fsum_of_what_is_not_finite_or_too_large():
    special = (1e308, -1e308, math.inf, -math.inf, math.nan)
    for case in itertools.product(special, repeat=5):
        same_bits(sum_of_five, *case)


def test_fsum_of_several_types_and_of_a_generator():
    for a in (0.1, -1e100, math.inf, -0.0):
        same_bits(sum_with_constants, a, 2**53 + 1, 0.1)
    same_as_python(sum_of_products, np.random.default_rng(1).standard_normal(20) * 1e8)


@nm.jit
def sum_of_array(a):
    return math.fsum(a)


@nm.jit
def sum_of_many(a):
    return math.fsum([a[k] for k in range(65)])


def test_sums_that_are_too_long_are_refused_by_name():
    with pytest.raises(nm.TraceError, match="(?s)math.fsum.*a tuple or a list"):
        sum_of_array(np.ones(3))
    with pytest.raises(nm.TraceError, match="(?s)math.fsum.*more than 64 numbers"):
        sum_of_many(np.ones(65))
