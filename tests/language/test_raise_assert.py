"""`raise` and `assert` at run time: the same exception, message and earlier stores, in any mode.

PYTEST_DONT_REWRITE: the asserts of kernels are Python's own.
"""
# ruff: noqa: B007, B018, RET505, SIM102 - the kernels are written as users write them

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases, raises_as_python

good, bad = Cases(), Cases()


def array(n=5):
    return np.arange(n) * 3 % 7 + 1.0


class OwnError(Exception):
    """Not a builtin."""


@good((1.0,), (0.0,))
@bad((-1.0,), (math.nan,))
@nm.jit
def asserted(x: float) -> float:
    assert x >= 0
    return x + 1


@good((1.0,))
@bad((-1.0,))
@nm.jit
def asserted_with_a_message(x: float) -> float:
    assert x >= 0, "x must not be negative"
    return math.sqrt(x)


@good((1,), (5,))
@bad((0,), (6,))
@nm.jit
def asserted_chain(n: int) -> int:
    assert 0 < n <= 5, "n is outside 1..5"
    return n


@good((3,), (-1,))
@bad((0,))
@nm.jit
def asserted_truth_of_a_number(n: int) -> int:
    assert n
    return 10 // n


@good((1.0,))
@bad((-1.0,))
@nm.jit
def raised_under_a_branch(x: float) -> float:
    if x < 0:
        raise ValueError("negative")
    return x


@good((1,))
@bad((0,))
@nm.jit
def raised_as_a_class(n: int) -> int:
    if n == 0:
        raise ZeroDivisionError
    return n


@good((1,), (2,))
@bad((0,), (3,), (-5,))
@nm.jit
def raised_for_each_reason(n: int) -> int:
    if n == 0:
        raise ValueError("zero")
    elif n == 3:
        raise IndexError("three", 3)
    elif n < 0:
        raise ArithmeticError("below")
    return n


@good((array(), 99.0))
@bad((array(), 1.0), (array(), 6.0))
@nm.jit
def raised_in_a_loop(a: nm.f8[:], x: float) -> None:
    for i in range(len(a)):
        a[i] += 10
        if a[i] == x + 10:
            raise KeyError("found")
        a[i] *= 2


@good((array(), 7))
@bad((array(), 2), (array(), 0))
@nm.jit
def asserted_in_a_loop(a: nm.f8[:], n: int) -> None:
    for i in range(len(a)):
        assert i != n, "reached"
        a[i] = -1.0


@good((array(3), 0.5))
@bad((array(3), 1.0), (array(3), 5.0))
@nm.jit
def raised_in_an_unrolled_loop(a: nm.f8[:], x: float) -> None:
    for i in range(3):
        a[i] += 0.25
        if a[i] - 0.25 == x or x == 5.0:
            raise RuntimeError("unrolled")


@good((12,), (1,))
@bad((0,), (-4,))
@nm.jit
def raised_in_a_while(n: int) -> int:
    k = 0
    while n != 1:
        if n <= 0:
            raise ValueError("no end")
        n //= 2
        k += 1
    return k


@good((4, 2))
@bad((4, 9), (0, 0))
@nm.jit
def raised_in_the_else_of_a_loop(n: int, m: int) -> int:
    for i in range(n):
        if i == m:
            break
    else:
        raise LookupError("not there")
    return i


def checked_root(x):
    if x < 0:
        raise ValueError("math domain error of a helper")
    return math.sqrt(x)


@good((4.0,))
@bad((-4.0,))
@nm.jit
def raised_in_a_helper(x: float) -> float:
    return checked_root(x) + 1


@good((array(),))
@bad((4.0 - array(),))
@nm.jit
def raised_in_a_helper_in_a_loop(a: nm.f8[:]) -> None:
    for i in range(len(a)):
        a[i] = checked_root(a[i])


@good((1,))
@bad((-1,))
@nm.jit
def own_exception(n: int) -> int:
    if n < 0:
        raise OwnError("own", 1)
    return n


@good((1,))
@bad((-1,))
@nm.jit
def a_raise_ends_a_path(n: int) -> int:
    if n > 0:
        k = 5
    else:
        raise ValueError("k is not bound on this path")
    return k


@bad((1,))
@nm.jit
def always_raised(n: int) -> int:
    raise NotImplementedError("not yet")


@bad((array(), 1))
@nm.jit
def raised_after_a_store(a: nm.f8[:], n: int) -> None:
    a[0] = 7.0
    a[1] = a[0] + n
    raise ValueError("after the stores")


@good((array(), 1))
@bad((array(), 0))
@nm.jit
def stores_before_an_assert_are_kept(a: nm.f8[:], n: int) -> None:
    a[0] = -5.0
    assert n > 0, "too late"
    a[1] = -6.0


@good((0, 0), (1, 1))
@bad((1, 0))
@nm.jit
def a_conditional_assert(n: int, m: int) -> int:
    if n:
        assert m
    return m


@good((array(2), 0))
@bad((array(2), 5))
@nm.jit
def the_first_failing_assert_counts(a: nm.f8[:], n: int) -> None:
    assert n < 4, "first"
    assert n < 3, "second"
    a[0] = 1.0


@nm.jit
def inner_kernel(n: int) -> int:
    if n > 3:
        raise OverflowError("inner")
    return n


@good((3,))
@bad((4,))
@nm.jit
def raised_in_a_kernel_that_is_called(n: int) -> int:
    return inner_kernel(n) + 1


@bad((1,), (0,))
@nm.jit
def raised_on_every_path(n: int) -> int:
    if n:
        raise ValueError("one")
    else:
        raise TypeError("other")


@bad((3,), (0,))
@nm.jit
def assert_false_with_two_messages(n: int) -> int:
    if n > 1:
        assert False, "large"  # noqa: B011
    assert False, "small"  # noqa: B011


@good.each
def test_no_exception_where_python_raises_none(kernel, args):
    same_as_python(kernel, *args)


@bad.each
def test_the_exception_is_that_of_the_function(kernel, args):
    raises_as_python(kernel, *args)


def test_a_kernel_works_after_it_raised():
    with pytest.raises(ValueError, match="negative"):
        raised_under_a_branch(-1.0)
    assert raised_under_a_branch(2.0) == 2.0


def test_what_follows_a_failure_that_is_certain_is_gone():
    """Known while the loop of `all` is merged into another: what is returned is not computed."""

    @nm.jit
    def divides(a: nm.i1[:], out: nm.f8[:], n: int, d: nm.c8[:], m: nm.comptime):
        if (0 == d).all():
            pass
        out[m] = n // m
        return a[m], out[n] + n

    numbers = np.array([1, 2], np.complex64)
    ones = np.array([-3, 64], np.int8)
    same_as_python(divides, ones, np.zeros(3), 1, numbers, 0, modes=("checks",))
    same_as_python(divides, ones, np.zeros(3), 1, numbers, 1)
