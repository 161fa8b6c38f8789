"""gamma, lgamma, lengths, neighbours, clip: CPython's and NumPy's bits, edges included."""

import itertools
import math
import random

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

TINY, LEAST, HUGE = 2.2250738585072014e-308, 5e-324, 1.7976931348623157e308
EDGES = (0.0, -0.0, 1.0, -1.5, LEAST, -LEAST, TINY, HUGE, math.inf, -math.inf, math.nan)


def samples(count):
    """Numbers of every size, subnormals too."""
    rng = random.Random(7)
    for _ in range(count):
        low, high = rng.choice([(-1074, 1024), (-3, 4), (-1074, -1000), (-3, 9)])
        yield math.ldexp(rng.uniform(-1, 1), rng.randrange(low, high))


def same_bits(kernel, *args):
    """Python's bits in default and exact mode; where Python raises, checks mode raises too."""
    try:
        expected = kernel.py_func(*args)
    except (ValueError, OverflowError):
        same_as_python(kernel, *args, modes=("checks",))
        return 0
    for mode in ("default", "exact"):
        assert repr(in_mode(kernel, mode)(*args)) == repr(expected), (mode, args)
    return 1


@nm.jit
def gamma(x: float):
    return math.gamma(x)


@nm.jit
def lgamma(x: float):
    return math.lgamma(x)


@pytest.mark.parametrize("kernel", [gamma, lgamma], ids=["gamma", "lgamma"])
def test_gamma_functions_have_cpythons_bits(kernel):
    grid = [k / 4 for k in range(-840, 700)] + [2.0000001, 0.9999999, -2.4570247382208006]
    numbers = [*EDGES, *grid, 1e-20, -1e-21, 200.5, 1e300, *samples(3000)]
    assert sum(same_bits(kernel, x) for x in numbers) > 3000


@nm.jit
def lengths(x: float, y: float, z: float):
    return math.hypot(x, y, z), math.hypot(x), math.dist((x, y, z), (z, 0.5, y))


@nm.jit
def length(x: float, y: float):
    return math.hypot(x, y), math.dist([x], [y]), math.dist((x, y), (y, 3))


def test_lengths_of_three_numbers_have_cpythons_bits():
    for args in itertools.product(EDGES[:5] + EDGES[6:], repeat=3):
        same_bits(lengths, *args)
    numbers = list(samples(6000))
    for args in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        assert same_bits(lengths, *args)


def test_lengths_of_two_numbers_have_cpythons_bits_in_exact_mode():
    for args in itertools.product(EDGES, repeat=2):
        same_as_python(length, *args)
    numbers = list(samples(4000))
    exact = in_mode(length, "exact")
    for x, y in zip(numbers[::2], numbers[1::2], strict=True):
        for args in ((x, y), (x, 0.75 * x)):
            assert exact(*args) == length.py_func(*args), args


def test_points_of_two_dimensions_have_no_distance():
    @nm.jit
    def kernel(x: float):
        return math.dist((x, x), (x,))

    with pytest.raises(ValueError, match="same number of dimensions"):
        kernel(1.0)


@nm.jit
def neighbours(x: float, y: float, a: nm.f4, b: nm.f4):
    return math.nextafter(x, y), np.nextafter(x, y), np.nextafter(a, b), math.nextafter(a, b)


def test_neighbours():
    with np.errstate(all="ignore"):
        for x, y in itertools.product(EDGES, repeat=2):
            same_as_python(neighbours, x, y, np.float32(x), np.float32(y))


def test_several_steps_to_a_neighbour_are_refused():
    @nm.jit
    def kernel(x: float):
        return math.nextafter(x, 1.0, steps=2)

    with pytest.raises(nm.TraceError, match=r"math.nextafter\(\) is called with steps="):
        kernel(0.5)


# -- clip -----------------------------------------------------------------------------------------


def clips(kinds):
    x, low, high = kinds

    @nm.jit
    def kernel(x: x, low: low, high: high):
        both = np.clip(x, low, high), np.clip(x, a_min=low, a_max=high), np.clip(x, 0, 1)
        return *both, np.clip(x, None, high), np.clip(x, low, None), np.clip(x, min=low)

    return kernel


CLIPS = {
    "floats": ((float, float, float), list(itertools.product(EDGES[:4] + EDGES[7:], repeat=3))),
    "ints": ((int, int, int), [(5, 0, 3), (-5, 0, 3), (5, 10, 1), (-(2**63), 0, 2**63 - 1)]),
    "bytes": ((nm.u1, int, int), [(5, -1, 300), (200, 3, 100), (5, 0, 255), (5, 300, 301)]),
    "negative": ((nm.u1, int, int), [(5, 0, -1), (5, -7, -7)]),
    "wide": ((nm.u8, int, int), [(2**63 + 5, 0, 10), (2**63 + 5, -1, 2**62)]),
    "mixed": ((nm.i1, nm.f4, int), [(5, 2.5, 3), (1, 2.5, 7)]),
    "single": ((nm.f4, float, float), [(3.0, 0.0, 1e30), (0.1, 0.1, 0.5), (math.nan, 0.0, 1.0)]),
    "int in floats": ((int, float, float), [(5, 0.5, 3.5), (1, 0.5, 3.5)]),
    "bools": ((bool, int, int), [(True, 0, 0), (False, 1, 2)]),
}


@pytest.mark.parametrize("name", CLIPS)
def test_clip(name):
    kinds, arguments = CLIPS[name]
    kernel = clips(kinds)
    for args in arguments:
        same_as_python(kernel, *args)


def test_clip_without_bounds_is_its_argument_as_a_numpy_number():
    @nm.jit
    def kernel(x: float):
        return np.clip(x, None, None)

    if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
        same_as_python(kernel, 1.5)


# -- rounding in decimal --------------------------------------------------------------------------

HALVES = (0.5, 1.5, 2.5, 2.675, -2.675, 0.125, 0.375, -0.125, 25.0, 250.0, 350.0, -150.0, 5e21)
WIDE = (1e22, 1e300, 2.0**52 + 0.5, 2.0**53, 1e15 + 0.25, 1e16 / 3, 123456789.5, 1.5e22)


@pytest.mark.parametrize("digits", [*range(-22, 23), 330, -320])
def test_rounding_to_digits_has_pythons_and_numpys_bits(digits):
    @nm.jit
    def kernel(x: float):
        return round(x, digits), np.round(x, digits), np.around(x, decimals=digits)

    rng = random.Random(digits)
    unit = 10.0 ** -min(max(digits, -30), 30)
    ties = [(rng.randrange(1000) + 0.5) * unit for _ in range(30)]
    sizes = [rng.uniform(-1, 1) * 10.0 ** rng.randrange(-25, 25) for _ in range(60)]
    with np.errstate(all="ignore"):
        for x in (*EDGES, *HALVES, *WIDE, *ties, *sizes):
            assert same_bits(kernel, x)


@pytest.mark.parametrize("digits", [-18, -5, -2, -1, 0, 1, 5])
def test_rounding_of_other_numbers(digits):
    @nm.jit
    def kernel(i: int, j: nm.i4, u: nm.u1, s: nm.i1, w: nm.u8, f: nm.f4, c: nm.c16):
        of_python = round(i, digits), round(i > 3, digits), round(j, digits), round(f, digits)
        of_numpy = np.round(i, digits), np.round(u, digits), np.round(s, digits)
        return *of_python, *of_numpy, np.round(w, digits), np.round(f, digits), np.round(c, digits)

    for i in (0, 5, 15, 25, 35, -5, -15, -25, 449, 450, 451, 550, -450, 5 * 10**17, 15 * 10**17):
        args = (i, i % 2**31 - 2**30, i % 256, i % 256 - 128, i % 2**63, i / 13)
        same_as_python(kernel, *args, complex(i / 7, -math.inf if i == 5 else -i / 9))


def test_digits_of_run_time_and_beyond_the_exact_powers_are_refused():
    @nm.jit
    def of_run_time(x: float, n: int):
        return round(x, n)

    @nm.jit
    def beyond(x: float):
        return round(x, 23)

    with pytest.raises(nm.TraceError, match="known at run time only"):
        of_run_time(1.0, 2)
    with pytest.raises(nm.TraceError, match="23 digits"):
        beyond(1.0)


def test_numpy_bools_are_not_rounded():
    @nm.jit
    def kernel(b: nm.b1):
        return round(b, 1)

    @nm.jit
    def of_numpy(b: nm.b1):
        return np.round(b, 1)

    same_as_python(kernel, True, modes=("checks",))
    with pytest.raises(TypeError):
        of_numpy(True)


# -- min and max of Python numbers beside NumPy's -------------------------------------------------


def test_a_python_number_is_compared_in_the_type_that_holds_it_exactly():
    @nm.jit
    def kernel(x: nm.f8, y: nm.f4, i: nm.i4):
        return max(x, 1), min(y, 0.5), max(i, 7), max(x, 2, 0.25)

    for value in (0.25, 8.0):
        got = kernel(value, value, int(value))
        expected = kernel.py_func(np.float64(value), np.float32(value), np.int32(value))
        assert got == expected
        assert [type(v) for v in got] == [np.float64, np.float32, np.int32, np.float64]


def test_a_python_number_without_an_exact_value_in_the_type_is_refused():
    @nm.jit
    def kernel(y: nm.f4):
        return max(y, 0.1)

    with pytest.raises(nm.TraceError, match="has no single type"):
        kernel(1.0)
