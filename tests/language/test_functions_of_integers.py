"""math's functions of integers: exact in 64 bits, what does not fit wraps or raises in checks."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

EDGES = (0, 1, 2, 3, 4, 8, 9, 15, 16, 2**53, 2**62 - 1, 2**62, 2**63 - 1)
SQUARES = tuple(root**2 + d for root in (3037000499, 94906267, 2**31) for d in (-1, 0, 1))


@nm.jit
def root(n: int):
    return math.isqrt(n)


@nm.jit
def factorials(n: int):
    return math.factorial(n), math.perm(n)


@nm.jit
def choose(n: int, k: int):
    return math.comb(n, k)


@nm.jit
def arrange(n: int, k: int):
    return math.perm(n, k)


@nm.jit
def divisors(a: int, b: int, c: int):
    return math.gcd(a, b, c), math.lcm(a, b, c), math.gcd(a), math.lcm(b), math.gcd(a, 12)


@nm.jit
def of_other_integers(a: nm.u8, b: nm.i4, c: nm.u1, d: bool):
    return math.isqrt(a), math.gcd(a, b), math.lcm(b, c, d), math.comb(c, 2), math.factorial(d)


@pytest.mark.parametrize("n", (*EDGES, *SQUARES, -1, -(2**63)))
def test_isqrt_is_exact(n):
    same_as_python(root, n)


@pytest.mark.parametrize("n", range(-2, 21))
def test_factorials(n):
    same_as_python(factorials, n)


def wrapped(number):
    return (number + 2**63) % 2**64 - 2**63


@pytest.mark.parametrize("kernel", [choose, arrange], ids=["comb", "perm"])
def test_what_does_not_fit_wraps_or_raises(kernel):
    fitted = 0
    for n in (-1, 0, 1, 2, 5, 20, 21, 60, 61, 62, 66, 67, 68, 100):
        for k in (-1, 0, 1, 2, n // 3, n // 2, n - 1, n, n + 1):
            exact = kernel.py_func(n, k) if n >= 0 and k >= 0 else 0
            if exact < 2**63:
                same_as_python(kernel, n, k)
                fitted += 1
                continue
            assert kernel(n, k) == wrapped(exact), (n, k)
            with pytest.raises(OverflowError):
                in_mode(kernel, "checks")(n, k)
    assert 50 < fitted < 14 * 9


@pytest.mark.parametrize("a", (0, 1, -4, 6, 2**40, -(2**50)))
def test_gcd_and_lcm_of_several(a):
    for b in (0, -3, 8):
        for c in (0, 1, 2):
            same_as_python(divisors, a, b, c)


def test_an_lcm_beyond_64_bits_raises_in_checks():
    with pytest.raises(OverflowError):
        in_mode(divisors, "checks")(2**61, 3, 5)


def test_integers_of_numpy():
    same_as_python(of_other_integers, 2**40, -6, 200, True)
    same_as_python(of_other_integers, 2**63 - 1, 5, 0, False)


def test_a_uint64_that_is_no_int64_raises_in_every_mode():
    for mode in ("default", "exact", "checks"):
        with pytest.raises(OverflowError):
            in_mode(of_other_integers, mode)(2**63, 1, 1, True)


@pytest.mark.parametrize("name", ["isqrt", "factorial", "gcd", "lcm", "perm"])
@pytest.mark.parametrize("value", [2.0, np.float32(2), np.True_], ids=["float", "f4", "b1"])
def test_only_integers_are_taken(name, value):
    function = getattr(math, name)

    @nm.jit
    def kernel(x: {float: float, np.float32: nm.f4, np.bool_: nm.b1}[type(value)]):
        return function(x)

    same_as_python(kernel, value, modes=("checks",))
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        kernel(value)


def test_int_of_a_uint64_beyond_int64_raises_in_checks():
    @nm.jit
    def kernel(n: nm.u8):
        return int(n)

    same_as_python(kernel, 2**63 - 1)
    with pytest.raises(OverflowError):
        in_mode(kernel, "checks")(2**63)
