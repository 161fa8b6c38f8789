"""`while` on run-time values, and leaving nested loops."""
# ruff: noqa: B007, SIM113 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()
NAN = math.nan


def array(n=5):
    return np.arange(n) * 3 % 7.0


@case((0,), (1,), (5,), (-1,))
@nm.jit
def while_counts_down(n: int) -> int:
    s = 0
    while n > 0:
        s += n
        n -= 1
    return s


@case((10.0,), (0.5,), (0.0,), (-1.0,), (NAN,))
@nm.jit
def while_halves(x: float) -> int:
    k = 0
    while x > 1e-3:
        x /= 2
        k += 1
    return k


@case((27,), (1,), (6,))
@nm.jit
def while_with_a_chain(n: int) -> int:
    k = 0
    while 1 < n < 10**9:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        k += 1
    return k


@case((5,), (0,), (-2,))
@nm.jit
def while_true_and_break(n: int) -> int:
    k = 0
    while True:
        if k >= n:
            break
        k += 1
    return k


@case((5,), (0,))
@nm.jit
def while_of_a_number(n: int) -> int:
    k = 0
    while n:
        n -= 1
        k += 2
    return k


@case((6,), (1,), (0,))
@nm.jit
def while_of_a_flag(n: int) -> int:
    k = 0
    going = n > 0
    while going:
        k += 1
        going = k < n
    return k


@case((100,), (2,), (1,))
@nm.jit
def while_with_a_walrus(n: int) -> int:
    k = 0
    while (m := n // 3) > 0:
        n = m
        k += m
    return k


@case((10,), (0,), (1,))
@nm.jit
def continue_in_a_while(n: int) -> int:
    s = i = 0
    while i < n:
        i += 1
        if i % 3 == 0:
            continue
        s += i
    return s


@case((17,), (18,), (2,), (25,))
@nm.jit
def while_else(n: int) -> bool:
    d = 2
    while d * d <= n:
        if n % d == 0:
            prime = False
            break
        d += 1
    else:
        prime = True
    return prime


@case((30,), (2,), (3,), (0,))
@nm.jit
def primes_by_for_else(n: int) -> int:
    s = 0
    for p in range(2, n):
        for d in range(2, p):
            if p % d == 0:
                break
        else:
            s = s * 3 + p
            s %= 10007
    return s


@case((3, 3), (0, 3), (3, 0), (9, 9))
@nm.jit
def else_runs_after_continue(n: int, m: int) -> int:
    s = 0
    for i in range(n):
        if i == m:
            continue
        s += 1
    else:
        s += 100
    return s


@case((5, 5), (1, 1), (5, 0), (0, 5))
@nm.jit
def break_in_the_inner_loop_only(n: int, m: int) -> int:
    s = 0
    for i in range(n):
        for j in range(m):
            if j > i:
                break
            s += 10 * i + j
        s += 1000
    return s


@case((5, 5, 7), (5, 5, 999), (0, 0, 1))
@nm.jit
def leave_both_loops_by_a_flag(n: int, m: int, x: int) -> int:
    s, found = 0, False
    for i in range(n):
        for j in range(m):
            if i * j == x // 2 and i > 1:
                found = True
                break
            s += 1
        if found:
            break
    return s


@case((5, 6), (5, 99), (0, 1))
@nm.jit
def leave_both_loops_by_else_continue(n: int, x: int) -> int:
    s = 0
    for i in range(n):
        for j in range(n):
            if i * j == x:
                break
            s += 1
        else:
            continue
        break
    return s


@case((4,), (0,))
@nm.jit
def while_in_for_in_while(n: int) -> int:
    s = 0
    while n > 0:
        for i in range(n):
            k = i
            while k > 0:
                s += k * n
                k -= 2
        n -= 1
    return s


@case((array(6),), (array(1),), (array(0),))
@nm.jit
def a_negative_index_walks_back(a: nm.f8[:]) -> nm.f8:
    s = nm.f8(0.0)
    k = -1
    while k >= -len(a):
        s = s * 2 + a[k]
        k -= 1
    return s


@case.each
def test_a_loop_does_what_its_function_does(kernel, args):
    same_as_python(kernel, *args)
