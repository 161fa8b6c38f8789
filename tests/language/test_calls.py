"""Helpers, closures, methods and kernels called under run-time control flow."""
# ruff: noqa: B007, B023, E731, SIM108, SIM110 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()


def array(n=5, dtype="f8"):
    return (np.arange(n) * 3 % 7 + 1).astype(dtype)


def clamp(x, low, high):
    if x < low:
        return low
    if x > high:
        return high
    return x


def gcd(m, n):
    while n:
        m, n = n, m % n
    return m


def find(a, x):
    for i in range(len(a)):
        if a[i] == x:
            return i
    return -1


def halves(n):
    k = 0
    while n > 1:
        n //= 2
        k += 1
    return k, n


def bump(a, i):
    a[i] += 1


def bump_if(a, i, flag):
    if not flag:
        return
    a[i] += 1


def scaled(x, factor=2.0, *, offset=0.0):
    return x * factor + offset if x > 0 else offset


@case((5.0,), (-5.0,), (0.5,), (math.nan,))
@nm.jit
def a_helper_returns_early(x: float) -> float:
    return clamp(x, 0.0, 1.0)


@case((array(),), (array(0),))
@nm.jit
def a_helper_returns_early_in_a_loop(a: nm.f8[:]) -> None:
    for i in range(len(a)):
        a[i] = clamp(a[i], 2.0, 4.0)


@case((12, 18), (7, 0), (0, 7), (0, 0), (-12, 18))
@nm.jit
def a_helper_loops(m: int, n: int) -> int:
    return gcd(m, n)


@case((6,), (0,), (1,))
@nm.jit
def a_helper_loops_in_a_loop(n: int) -> int:
    k = 0
    for i in range(n):
        for j in range(n):
            if gcd(i, j) == 1:
                k += 1
    return k


@case((array(), 4.0), (array(), 99.0), (array(0), 1.0))
@nm.jit
def a_helper_returns_from_its_loop(a: nm.f8[:], x: float) -> int:
    k = find(a, x)
    return k * 10 if k >= 0 else k


@case((array(), 7.0), (array(), 99.0))
@nm.jit
def a_return_of_a_helper_does_not_end_the_kernel(a: nm.f8[:], x: float) -> None:
    for i in range(3):
        a[i] = find(a, x)
    a[4] = 50.0


@case((37,), (1,), (0,))
@nm.jit
def a_helper_returns_a_tuple(n: int) -> int:
    k, m = halves(n)
    return 10 * k + m


@case((array(), 2), (array(), 0))
@nm.jit
def a_helper_stores(a: nm.f8[:], n: int) -> None:
    for i in range(n):
        bump(a, i)
        bump_if(a, i, i > 0)
    bump_if(a, 4, n > 1)


@case((1.0,), (-1.0,))
@nm.jit
def defaults_and_keywords(x: float) -> float:
    s = scaled(x)
    if x > 0:
        s += scaled(x, 3.0)
    else:
        s += scaled(-x, offset=5.0)
    return s + scaled(factor=x, x=2.0)


@case((3, 2.0), (0, 2.0), (3, -2.0))
@nm.jit
def an_inner_function_reads_the_names_around_it(n: int, x: float) -> float:
    y = x * 2

    def term(i):
        return y * i if x > 0 else -y

    s = 0.0
    for i in range(n):
        s += term(i)
    return s


@case((4,), (0,))
@nm.jit
def an_inner_function_sees_the_current_value(n: int) -> int:
    k = 1

    def current():
        return k

    s = 0
    for i in range(n):
        k = k * 2
        s += current()
    return s


@case((4,), (0,), (1,))
@nm.jit
def nonlocal_in_a_loop(n: int) -> int:
    total = 0

    def add(x):
        nonlocal total
        total += x

    for i in range(n):
        add(i * i)
    return total


@case((4, 2), (4, 9), (0, 0))
@nm.jit
def nonlocal_under_a_branch(n: int, m: int) -> int:
    hits = misses = 0

    def note(flag):
        nonlocal hits, misses
        if flag:
            hits += 1
        else:
            misses += 1

    for i in range(n):
        note(i > m)
    return 10 * hits + misses


@case((3,), (-3,))
@nm.jit
def two_functions_share_a_nonlocal(n: int) -> int:
    z, k = 1, 2

    def copy():
        nonlocal k
        k = z

    def run(f):
        nonlocal z
        if n > 0:
            z = 3
        f()

    run(copy)
    return z * 10 + k


@case((2.0,), (-2.0,))
@nm.jit
def a_lambda_with_a_conditional_expression(x: float) -> float:
    f = lambda y: y if y > 0 else -y
    return f(x) + f(-x)


@case((2.0, 3), (2.0, 0), (-2.0, 2))
@nm.jit
def a_function_is_an_argument(x: float, n: int) -> float:
    def repeat(f, y, k):
        for i in range(k):
            y = f(y)
        return y

    return repeat(lambda y: y * y if y > 1 else y + 3, x, n)


@nm.jit
def kernel_minimum(x: float, y: float) -> float:
    if x < y:
        return x
    return y


@case((1.0, 2.0), (2.0, 1.0), (math.nan, 1.0), (1.0, math.nan))
@nm.jit
def a_kernel_with_a_branch_is_called(x: float, y: float) -> float:
    return kernel_minimum(x, y) + 2 * kernel_minimum(y, x)


@case((array(), 1.5), (array(0), 0.0))
@nm.jit
def a_kernel_is_called_in_a_loop(a: nm.f8[:], x: float) -> float:
    s = x
    for i in range(len(a)):
        s = kernel_minimum(s, float(a[i])) + 0.5
    return s


@case((2.0, 3.0), (-2.0, 3.0))
@nm.jit
def a_kernel_is_called_under_a_branch(x: float, y: float) -> float:
    if x > 0:
        return kernel_minimum(x, y)
    return -kernel_minimum(-x, y)


class Interval:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def holds(self, x):
        return self.low <= x < self.high

    @staticmethod
    def width_of(low, high):
        if high > low:
            return high - low
        return 0.0

    @classmethod
    def unit(cls):
        return cls(0.0, 1.0)

    @property
    def middle(self):
        return (self.low + self.high) / 2


UNIT = Interval.unit()


@case((0.5,), (1.0,), (-0.0,), (math.nan,))
@nm.jit
def a_method_of_a_captured_object(x: float) -> float:
    if UNIT.holds(x):
        return UNIT.middle
    return -1.0


@case((0.5, 2.0), (2.0, 0.5))
@nm.jit
def an_object_made_from_run_time_values(low: float, high: float) -> float:
    v = Interval(low, high)
    if v.holds(1.0):
        return v.middle
    return Interval.width_of(v.low, v.high) + Interval.unit().middle


@case((array(), 3), (array(), 0))
@nm.jit
def star_arguments(a: nm.f8[:], n: int) -> float:
    def weighted(*values, weight=1.0):
        s = 0.0
        for v in values:
            s += v if v > 2 else weight
        return s

    s = 0.0
    for i in range(n):
        s += weighted(a[i], 1.0, 5.0) + weighted(*(a[i], 0.5), **{"weight": 3.0})
    return s


@case((5,), (0,), (17,))
@nm.jit
def a_helper_of_a_helper(n: int) -> int:
    def even(k):
        return k % 2 == 0

    def step(k):
        if even(k):
            return k // 2
        return 3 * k + 1

    k = 0
    while n > 1:
        n = step(n)
        k += 1
    return k


@case((array(), 4.0), (array(), 99.0))
@nm.jit
def a_helper_decides_a_condition(a: nm.f8[:], x: float) -> int:
    def present(y):
        for z in a:
            if z == y:
                return True
        return False

    if present(x) and not present(x + 0.5):
        return 1
    return 0


@case((3.0,), (-3.0,))
@nm.jit
def builtins_under_a_branch(x: float) -> float:
    if x > 0:
        return max(x, 1.0) + min(x, 2.0, 2.5) + abs(-x)
    return round(x) + math.floor(x) + float(int(x)) + math.copysign(1.0, x)


@case((2, 5), (3, 0))
@nm.jit
def a_compile_time_argument_unrolls_the_helper(n, k: int) -> int:
    def power(x, times):
        r = 1
        for i in range(times):
            r *= x
            if r > 100:
                return -r
        return r

    s = 0
    for i in range(k):
        s += power(i, n)
    return s


@case.each
def test_a_call_does_what_its_function_does(kernel, args):
    same_as_python(kernel, *args)
