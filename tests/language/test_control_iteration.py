"""What compiled loops go over: arrays, zip, enumerate, reversed, rows; and what they refuse."""
# ruff: noqa: B007, F821, SIM108, B905, F841, SIM113, PLR1704, RET505, SIM110, RET503

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.array([0.5, -1.0, 3.0, 2.0, -4.0, 0.25])
LEVELS = (-10.0, -1.0, 0.3, 0.5, 1.9, 2.5, 50.0)


@nm.jit
def goes_over(a: nm.f8[:], b: nm.f8[:]) -> float:
    s = 0.0
    for x in a:
        s = s * 0.5 + x
    for k, x in enumerate(a):
        s += k * x
    for k, x in enumerate(b, 3):
        s -= k * x
    for x, y in zip(a, b):
        s += x * y
    for k, (x, y) in enumerate(zip(a, b)):
        s += x * y * k
    for x in reversed(a):
        s = s * 0.25 + x
    for k in reversed(range(a.shape[0])):
        s = s * 0.5 + k
    for k, x in zip(range(2, 100, 3), a):
        s += k * x
    r = range(a.shape[0] - 1, 0, -2)
    for k in r:
        s = s * 0.5 + a[k]
    return s + len(r)


@nm.jit
def strided(a: nm.f8[:], low: int, high: int, step: int) -> float:
    s = 0.0
    for k in range(low, high, step):
        s = s * 0.5 + k
    for k in reversed(range(low, high, step)):
        s = s * 0.5 + k
    return s + len(range(low, high, step))


def test_what_a_loop_goes_over():
    for n in range(4):
        same_as_python(goes_over, A[:n], A[2:])
        same_as_python(goes_over, A, A[:n])
    for bounds in ((0, 5, 1), (5, 0, -1), (3, 3, 1), (0, 7, 3), (7, -2, -4), (5, 1, 2)):
        same_as_python(strided, A, *bounds)


@nm.jit
def element_target(a: nm.f8[:], n: int) -> None:
    for a[0] in range(n):
        a[1] += a[0]


@nm.jit
def branch_of_loops(a: nm.f8[:], x: float) -> float:
    s = 0
    for i in range(a.shape[0]):
        if a[i] > x:
            for j in range(i):
                s += a[j]
                if s > 2:
                    s = s - 2
                    break
            t = s
        else:
            t = 1.0
        s = t + 1
    return s


@nm.jit
def counted_in_loop(a: nm.f8[:]) -> int:
    k = 0

    def bump(c):
        nonlocal k
        if c:
            k += 1

    for x in a:
        bump(x > 0)
        bump(x > 1)
    return k


def test_the_rest():
    same_as_python(element_target, A, 4)
    for x in LEVELS:
        same_as_python(branch_of_loops, A, x)
    same_as_python(counted_in_loop, A)


@nm.jit
def appends(a: nm.f8[:]) -> float:
    out = []
    for x in a:
        out.append(x)
    return len(out)


@nm.jit
def local_list(a: nm.f8[:]) -> float:
    s = 0.0
    for x in a:
        out = [x]
        out.append(2.0)
        out[0] = out[0] + 1.0
        s += out[0] * out[1]
    return s


@nm.jit
def nothing_at_first(a: nm.f8[:]) -> float:
    best = None
    for x in a:
        if best is None or x > best:
            best = x
    return best


def endless(x):
    if x > 0:
        return endless(x - 1)
    return x


@nm.jit
def recursive(x: float) -> float:
    return endless(x)


def test_what_is_refused():
    with pytest.raises(nm.TraceError, match="NM212: 'out'"):
        appends(A)
    same_as_python(local_list, A)
    with pytest.raises(nm.TraceError, match="NM236: 'best'"):
        nothing_at_first(A)
    with pytest.raises(nm.TraceError, match="NM240"):
        recursive(3.0)


@nm.jit
def carries_a_tuple(a: nm.f8[:]) -> float:
    p = (0, 1.0)
    for x in a:
        if x > 0:
            p = (p[0] + 1, p[1] * x)
        else:
            p = (p[0], x)
    return p[0] + p[1]


@nm.jit
def zip_is_used_up(a: nm.f8[:]) -> float:
    pairs = zip(a, range(3))
    s = 0.0
    for x, k in pairs:
        s += x * k
    for x, k in pairs:
        s += 1000.0
    return s


def first_negative(values, limit):
    for k in range(len(values)):
        if values[k] > limit:
            raise LookupError("none")
        if values[k] < 0:
            return k
    return -1


@nm.jit
def handles(a: nm.f8[:], values: nm.comptime) -> float:
    s = 0.0
    try:
        k = first_negative(values, 10)
    except LookupError:
        k = 5
    for x in a:
        s += x * k
        if s > 20:
            break
    return s


@nm.jit
def breaks_a_generator(a: nm.f8[:]) -> float:
    s = 0.0
    for k in (n for n in range(3)):
        if a[k] < 0:
            break
        s += a[k]
    return s


def test_tuples_iterators_and_handlers():
    same_as_python(carries_a_tuple, A)
    same_as_python(carries_a_tuple, A[:0])
    same_as_python(zip_is_used_up, A)
    for values in ((1, 2), (1, -2), (1, 20, -1)):
        same_as_python(handles, A, values)
    same_as_python(breaks_a_generator, A)


@nm.jit
def recursive_kernel(n: int) -> int:
    if n < 2:
        return 1
    s = 0
    for k in range(n):
        if k % 2:
            continue
        s += recursive_kernel(k)
    return s + recursive_kernel(n - 1)


def test_control_flow_in_a_recursive_kernel():
    for n in range(7):
        same_as_python(recursive_kernel, n)


@nm.jit
def innermost(a: nm.f8[:], n: int) -> float:
    s = 0.0
    for i in range(n):
        for j in range(n):
            for k in range(n):
                for l in range(n):  # noqa: E741
                    for m in range(n):
                        for o in range(n):
                            for p in range(n):
                                for q in range(n):
                                    if (i + j + k + l + m + o + p + q) % 3:
                                        continue
                                    s += a[(i * j + k * l + m * o + p * q) % 6]
    return s


def test_loops_eight_deep():
    same_as_python(innermost, A, 2)
