"""Compiled loops: carried names, jumps out of them, and loops that Python or the kernel may run."""
# ruff: noqa: B007, F821, SIM108, B905, F841, SIM113, PLR1704, RET505, SIM110, RET503

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.array([0.5, -1.0, 3.0, 2.0, -4.0, 0.25])


@nm.jit
def summed(a: nm.f8[:]) -> float:
    s = 0.0
    for i in nm.range(a.shape[0]):
        s += a[i]
    return s


@nm.jit
def summed_from_int(a: nm.f8[:], n: int):
    s = 0
    for i in range(n):
        s += a[i]
    return s


@nm.jit
def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@nm.jit
def swaps(n: int) -> tuple[float, float]:
    a, b = 1.0, 2.0
    for _ in range(n):
        a, b = b, a
    return a, b


@nm.jit
def last(a: nm.f8[:]) -> float:
    t = -1.0
    for i in nm.range(a.shape[0]):
        t = a[i]
    return t


@nm.jit
def largest(a: nm.f8[:]):
    best, where = a[0], 0
    for i in range(1, a.shape[0]):
        if a[i] > best:
            best = a[i]
            where = i
    return best, where


@nm.jit
def two_levels(a: nm.f8[:], n: int) -> float:
    s = 0
    for i in range(n):
        t = 0
        for j in range(i):
            if (i + j) % 2:
                t += a[j]
            else:
                s = s - 1
        s += t
    return s


@nm.jit
def single_precision(a: nm.f4[:]):
    s = 0.0
    for x in a:
        s += x
    return s


@nm.jit
def single_precision_branches(a: nm.f4[:]):
    s = 0.0
    for x in a:
        if x > 1:
            s = s + x
        else:
            s = s * 0.5
    return s


@nm.jit
def previous(a: nm.f8[:]) -> float:
    s = 0.0
    for i in range(a.shape[0]):
        if i > 0:
            s += prev * a[i]
        prev = a[i]
    return s


@nm.jit
def index_after(a: nm.f8[:], n: int) -> int:
    for i in range(n):
        a[i] = 1.0
    return i


@nm.jit
def index_kept(a: nm.f8[:], n: int) -> int:
    i = 77
    for i in range(n):
        a[i] = 1.0
    return i


@nm.jit
def bound_in_loop(a: nm.f8[:], n: int) -> float:
    for i in range(n):
        t = a[i]
    return t


@nm.jit
def reads_before(n: int) -> int:
    for i in range(n):
        k = k + 1
    return 0


def test_names_are_carried():
    for n in range(4):
        part = A[:n]
        same_as_python(summed, part)
        same_as_python(fibonacci, n)
        same_as_python(swaps, n)
        same_as_python(last, part)
        same_as_python(previous, part)
        same_as_python(two_levels, A, n)
        same_as_python(index_kept, A, n)
    same_as_python(summed_from_int, A, 6)
    same_as_python(largest, A)
    same_as_python(two_levels, A, 6)
    same_as_python(single_precision, A.astype("f4"))
    same_as_python(single_precision_branches, A.astype("f4"))


def test_names_bound_by_a_loop_that_may_not_run():
    for n in range(3):
        same_as_python(index_after, A, n)
        same_as_python(bound_in_loop, A, n)
        same_as_python(reads_before, n)
    with pytest.raises(UnboundLocalError, match="'i'"):
        index_after(A.copy(), 0)


@nm.jit
def finds(a: nm.f8[:], x: float) -> int:
    for i in range(a.shape[0]):
        if a[i] == x:
            return i
    return -1


@nm.jit
def finds_with_else(a: nm.f8[:], x: float) -> int:
    for i in range(a.shape[0]):
        if a[i] == x:
            where = i
            break
    else:
        where = -1
    return where


@nm.jit
def skips(a: nm.f8[:]) -> float:
    s = 0.0
    for i in range(a.shape[0]):
        if a[i] < 0:
            continue
        s += a[i]
        if s > 3:
            break
        s += 0.125
    return s


@nm.jit
def breaks_and_keeps(a: nm.f8[:], x: float):
    found = False
    value = 0
    for i in range(a.shape[0]):
        value = a[i]
        if value > x:
            found = True
            break
    return found, value


@nm.jit
def break_below(a: nm.f8[:], b: nm.f8[:], x: float) -> float:
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(b.shape[0]):
            if a[i] + b[j] > x:
                if b[j] > 0:
                    s += 1.0
                    break
                continue
            s += 0.25
        else:
            s += 100.0
            continue
        s += 10.0
        if s > 40:
            break
    return s


@nm.jit
def unrolled(a: nm.f8[:], x: float):
    s = 0.0
    for k in range(4):
        if a[k] < x:
            if a[k] < -2:
                break
            continue
        s += a[k] * (1.0, 2.0, 3.0, 4.0)[k]
        if s > 5:
            if k > 1:
                break
            s -= 1.0
    else:
        s += 1000.0
    return float(s), k


@nm.jit
def returns_from_unrolled(a: nm.f8[:], x: float) -> float:
    for k in range(4):
        for j in range(2):
            if a[k] > x + j:
                return a[k] + j
        if k == 2:
            return -1.0
    return -2.0


def finds_helper(a, x):
    for i in range(a.shape[0]):
        if a[i] > x:
            if i > 2:
                return i, x
            return i, a[i]
    return -1, 0.0


@nm.jit
def inlined_returns(a: nm.f8[:], x: float) -> float:
    i, y = finds_helper(a, x)
    s = 0.0
    for k in range(3):
        j, z = finds_helper(a, x + k)
        s += j * 10 + z
    return s + i + y


LEVELS = (-10.0, -1.0, 0.3, 0.5, 1.9, 2.5, 50.0)


@pytest.mark.parametrize(
    "kernel",
    [finds, finds_with_else, breaks_and_keeps, unrolled, returns_from_unrolled, inlined_returns],
)
def test_jumps_out_of_loops(kernel):
    for x in LEVELS:
        same_as_python(kernel, A, x)


def test_jumps_out_of_nested_loops():
    same_as_python(skips, A)
    for x in LEVELS:
        same_as_python(break_below, A, A[::-1].copy(), x)


@nm.jit
def halves(x: float) -> int:
    k = 0
    while x > 1:
        x /= 2
        k += 1
    return k


@nm.jit
def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


@nm.jit
def newton(x: float) -> float:
    err = 1.0
    y = x
    while err > 1e-12:
        z = 0.5 * (y + x / y)
        err = abs(z - y)
        y = z
    return y


@nm.jit
def forever(a: nm.f8[:]) -> int:
    k = 0
    while True:
        if a[k] < 0:
            break
        k += 1
        if k == a.shape[0]:
            return -1
        if a[k] > 10:
            break
    return k


@nm.jit
def while_else(n: int) -> int:
    k = 0
    while k < n:
        k += 2
        if k == 5:
            break
        if k % 4 == 0:
            continue
        k += 1
    else:
        k = -k
    return k


@nm.jit
def known_while(a: nm.f8[:]) -> float:
    k, s = 0, 0.0
    while k < 3:
        s += a[k] * (1.0, 2.0, 3.0)[k]
        k += 1
    return s


@nm.jit
def long_while(a: nm.f8[:]) -> float:
    k, s = 0, 0.0
    while k < 1000:
        s += a[k % 6]
        k += 1
    return s


@nm.jit
def while_with_walrus(a: nm.f8[:]) -> float:
    k, s = 0, 0.0
    while (x := a[k]) > -2:
        s += x
        k += 1
    return s + x


def test_while():
    for x in (0.5, 1.0, 3.0, 1e6):
        same_as_python(halves, x)
        same_as_python(newton, x)
    for n in range(1, 12):
        same_as_python(collatz, n)
        same_as_python(while_else, n)
    same_as_python(forever, A)
    same_as_python(forever, np.abs(A))
    same_as_python(forever, np.array([1.0, 20.0]))
    same_as_python(known_while, A)
    same_as_python(long_while, A)
    same_as_python(while_with_walrus, A)


@nm.jit
def long_range(a: nm.f8[:]) -> float:
    s = 0.0
    for i in range(20000):
        s += a[i % 6]
    return s


@nm.jit
def long_range_with_break(x: float) -> int:
    for i in range(10**12):
        if i * 0.5 > x:
            break
    return i


@nm.jit
def needs_its_index(a: nm.f8[:], table: nm.comptime) -> float:
    s = 0.0
    for i in range(300):
        s += a[i % 6] * table[i]
    return s


@nm.jit
def too_long(table: nm.comptime, x: float) -> float:
    for i in range(30000):
        x += len(table[i % 2])
    return x


@nm.jit
def of_a_short_table(table: nm.comptime, x: float) -> float:
    for i in range(30000):
        x += table[i % 2]
    return x


@nm.jit
def unroll_is_python(a: nm.f8[:]) -> float:
    s = 0.0
    for i in nm.unroll(300):
        s += a[i % 6] * (1.0, 2.0)[i % 2]
    return s


def test_long_loops():
    same_as_python(long_range, A)
    same_as_python(long_range_with_break, 10.0)
    assert "do" in long_range.fortran(A)
    same_as_python(needs_its_index, A, [float(k) for k in range(300)])
    same_as_python(unroll_is_python, A)
    with pytest.raises(nm.TraceError, match="NM237"):
        too_long(["a", "bc"], 1.0)
    same_as_python(of_a_short_table, [1.0, 2.0], 1.0)


@nm.jit
def breaks_after_a_continued_turn(n: int) -> int:
    for i in range(3):
        if i:
            break
        if n:
            continue
    return i


@nm.jit
def breaks_after_two_of_them(n: int, m: int):
    s = last = 0
    for i, (j, k) in enumerate(((5, 6), (7, 8), (9, 10), (11, 12))):
        if i == 3:
            break
        if n > i:
            continue
        s += j
        if m < k:
            continue
        last = k
    else:
        s = -1
    return i, j, k, s, last


@nm.jit
def breaks_inside_of_a_continued_turn(n: int) -> int:
    i = j = 0
    for i in range(4):
        for j in range(3):
            if j == 2:
                break
            if n > j:
                continue
        if i == 2:
            break
        if n > i:
            continue
    return i * 10 + j


def test_a_known_break_after_a_turn_that_goes_on_at_run_time():
    for n in range(5):
        same_as_python(breaks_after_a_continued_turn, n)
        same_as_python(breaks_inside_of_a_continued_turn, n)
        for m in (0, 6, 8, 20):
            same_as_python(breaks_after_two_of_them, n, m)
