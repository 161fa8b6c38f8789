"""`for` and `while` on run-time values: trips, bounds, break, continue and loop else."""
# ruff: noqa: B007, B905, SIM110, SIM113, UP028 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()
NAN = math.nan
TRIPS = ((0,), (1,), (2,), (7,), (-3,))


def array(n=5, dtype="f8"):
    return (np.arange(n) * 3 % 7).astype(dtype)


def table(rows=3, columns=4, dtype="f8"):
    return np.arange(rows * columns).reshape(rows, columns).astype(dtype)


@case(*TRIPS)
@nm.jit
def count(n: int) -> int:
    k = 0
    for i in range(n):
        k += 1
    return k


@case(*TRIPS)
@nm.jit
def gauss(n: int) -> int:
    s = 0
    for i in range(n + 1):
        s += i
    return s


@case((0, 5), (5, 0), (-3, 4), (2, 2), (2, 3), (-5, -2))
@nm.jit
def start_and_stop(p: int, q: int) -> int:
    s = 0
    for i in range(p, q):
        s = s * 10 + i
    return s


@case((0, 10, 3), (0, 9, 3), (10, 0, -3), (9, 0, -3), (0, 10, -1), (10, 0, 1), (5, 5, 1))
@case((5, 6, 100), (6, 5, -100), (-1, -8, -2), (3, -4, -7), (0, 1, 1), (0, -1, -1))
@nm.jit
def run_time_step(p: int, q: int, step: int) -> int:
    s = 1
    for i in range(p, q, step):
        s = s * 7 + i
        s %= 1000003
    return s


@case(*TRIPS)
@nm.jit
def downwards(n: int) -> int:
    s = 0
    for i in range(n - 1, -1, -1):
        s = s * 3 + i
    return s


@case(*TRIPS)
@nm.jit
def reversed_range(n: int) -> int:
    s = 0
    for i in reversed(range(n)):
        s = s * 3 + i
    return s


@case((0, 10, 3), (0, 9, 3), (10, 0, -3), (3, 3, 1), (0, 1, 5))
@nm.jit
def reversed_range_with_a_step(p: int, q: int, step: int) -> int:
    s = 1
    for i in reversed(range(p, q, step)):
        s = s * 7 + i
    return s


@case(*TRIPS)
@nm.jit
def compiled_range(n: int) -> int:
    s = 0
    for i in nm.range(n):
        s += i * i
    return s


@case((array(),), (array(1),), (array(0),), (array(5, "f8")[::2],), (array(5)[::-1],))
@nm.jit
def sum_of_an_array(a: nm.f8[:]) -> nm.f8:
    s = 0.0
    for x in a:
        s += x
    return s


@case((array(dtype="f4"),), (array(0, "f4"),))
@nm.jit
def sum_of_f4(a: nm.f4[:]) -> nm.f4:
    s = nm.f4(0)
    for x in a:
        s += x * nm.f4(0.1)
    return s


@case((array(dtype="i4"),), (array(0, "i4"),), (np.array([2**31 - 1, 1, 5], "i4"),))
@nm.jit
def sum_of_i4_wraps(a: nm.i4[:]):
    s = nm.i4(0)
    for x in a:
        s += x
    return s


@case((array(dtype="u1"),), (np.full(9, 100, "u1"),), (array(0, "u1"),))
@nm.jit
def sum_of_u1_wraps(a: nm.u1[:]):
    s = nm.u1(0)
    for x in a:
        s += x
    return s


@case((array(dtype="u1"),), (np.full(9, 100, "u1"),), (array(0, "u1"),))
@nm.jit
def sum_of_u1_as_python_ints(a: nm.u1[:]) -> int:
    s = 0
    for x in a:
        s += int(x)
    return s


@case((np.array([True, False, True]),), (np.zeros(4, bool),), (np.zeros(0, bool),))
@nm.jit
def count_of_true(b: nm.b1[:]) -> int:
    k = 0
    for flag in b:
        if flag:
            k += 1
    return k


@case((array(),), (array(1),), (array(0),))
@nm.jit
def enumerate_an_array(a: nm.f8[:]) -> nm.f8:
    s = nm.f8(0.0)
    for i, x in enumerate(a):
        s += i * x
    return s


@case((array(), 3), (array(), -3), (array(0), 1))
@nm.jit
def enumerate_from_a_start(a: nm.f8[:], first: int) -> nm.f8:
    s = nm.f8(0.0)
    for i, x in enumerate(a, first):
        s += i * x
    return s


@case((array(5), array(5)), (array(5), array(3)), (array(3), array(5)), (array(0), array(5)))
@nm.jit
def zip_ends_with_the_shorter(a: nm.f8[:], b: nm.f8[:]) -> nm.f8:
    s = nm.f8(0.0)
    for x, y in zip(a, b):
        s = s * 2 + x * y
    return s


@case((array(4), 9), (array(4), 2), (array(4), 0), (array(4), -1))
@nm.jit
def zip_of_an_array_and_a_range(a: nm.f8[:], n: int) -> nm.f8:
    s = nm.f8(0.0)
    for x, i in zip(a, range(n)):
        s += x * (i + 1)
    return s


@case((array(5), array(4)), (array(1), array(1)), (array(0), array(0)))
@nm.jit
def enumerate_of_a_zip(a: nm.f8[:], b: nm.f8[:]) -> None:
    for i, (x, y) in enumerate(zip(a, b)):
        a[i] = y - x


@case((array(),), (array(1),), (array(0),))
@nm.jit
def reversed_array(a: nm.f8[:]) -> nm.f8:
    s = nm.f8(0.0)
    for x in reversed(a):
        s = s * 2 + x
    return s


@case((array(),), (array(0),))
@nm.jit
def elements_are_values_not_places(a: nm.f8[:]) -> None:
    for x in a:
        x += 1.0
        x = -x


@case((array(),), (array(2),), (array(1),), (array(0),))
@nm.jit
def a_store_in_front_is_read_by_the_iteration(a: nm.f8[:]) -> None:
    i = 0
    for x in a:
        if i + 1 < len(a):
            a[i + 1] += x
        i += 1


@case((table(),), (table(1, 1),), (table(0, 4),), (table(3, 0),))
@nm.jit
def nested_ranges(a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] += 10 * i + j


@case((4,), (1,), (0,))
@nm.jit
def triangle(n: int) -> int:
    s = 0
    for i in range(n):
        for j in range(i):
            for k in range(j, i):
                s += i + 10 * j + 100 * k
    return s


@case((array(), 6.0), (array(), 3.0), (array(), 99.0), (array(0), 1.0))
@nm.jit
def break_leaves_the_loop(a: nm.f8[:], x: float) -> int:
    k = 0
    for i in range(a.shape[0]):
        if a[i] == x:
            break
        k += 1
    return k


@case((array(7), 2), (array(7), 1), (array(0), 3))
@nm.jit
def continue_goes_on(a: nm.f8[:], m: int) -> nm.f8:
    s = nm.f8(0.0)
    for i in range(a.shape[0]):
        if i % m:
            continue
        s += a[i] + i
    return s


@case((10, 7), (10, 99), (0, 5), (10, 0))
@nm.jit
def break_and_continue_in_one_loop(n: int, last: int) -> int:
    s = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        if i > last:
            break
        s = s * 10 + i
    return s


@case((array(), 6.0), (array(), 99.0), (array(0), 0.0))
@nm.jit
def for_else(a: nm.f8[:], x: float) -> int:
    for i in range(a.shape[0]):
        if a[i] == x:
            k = i
            break
    else:
        k = -1
    return k


@case((3, 5), (0, 5), (3, 0))
@nm.jit
def compile_time_loop_inside(n, m: int) -> int:
    s = 0
    for i in range(m):
        for j in range(n):
            s = s * 2 + i * j
            s %= 9973
    return s


@case((array(5), 4.0), (array(5), 0.0), (array(5), 99.0))
@nm.jit
def an_unrolled_loop_breaks_at_run_time(a: nm.f8[:], x: float) -> int:
    k = 0
    for i in range(5):
        if a[i] > x:
            break
        k += 1
    return k


@case((array(5), 4.0), (array(5), 0.0), (array(5), 99.0))
@nm.jit
def an_unrolled_loop_continues_at_run_time(a: nm.f8[:], x: float) -> None:
    for i in range(5):
        if a[i] > x:
            continue
        a[i] += 10 * i


@case((array(5), 6.0), (array(5), 99.0))
@nm.jit
def an_unrolled_loop_has_an_else(a: nm.f8[:], x: float) -> int:
    for i in nm.unroll(5):
        if a[i] == x:
            r = 100 + i
            break
    else:
        r = -1
    return r


@case((array(5), 1), (array(5), 3), (array(5), 0))
@nm.jit
def a_run_time_break_between_unrolled_loops(a: nm.f8[:], n: int) -> None:
    for k in (1, 2, 3):
        for i in range(5):
            if i * k > n:
                break
            a[i] += k


@case((array(4), 2.0), (array(4), -1.0))
@nm.jit
def a_loop_over_a_tuple_of_constants(a: nm.f8[:], x: float) -> float:
    s = 0.0
    for place, weight in enumerate((0.25, 0.5, 1.0, 2.0)):
        if weight > x:
            break
        s += a[place] * weight
    return s


@case((array(6), array(6)), (array(0), array(0)), (array(1), array(1)))
@nm.jit
def two_loops_use_one_index(a: nm.f8[:], b: nm.f8[:]) -> None:
    for i in range(len(a)):
        a[i] += 1
    for i in range(len(b)):
        b[i] += a[i]


@case((3,), (0,))
@nm.jit
def an_index_of_i8(n: nm.i8) -> int:
    s = 0
    for i in range(n):
        s += i * 2
    return s


@case((250,), (0,), (255,))
@nm.jit
def an_index_over_u1_bounds_does_not_wrap(n: nm.u1) -> int:
    s = 0
    for i in range(n, 260):
        s += i
    return s


@case((np.array([3, 0, 2], "i4"),), (np.array([0, 0, 0], "i4"),), (np.array([-1, 1, 9], "i4"),))
@nm.jit
def elements_are_bounds(a: nm.i4[:]) -> int:
    s = 0
    for k in range(3):
        for i in range(a[k]):
            s += i + 1
    return s


@case((2**63 - 4, 2**63 - 1, 2), (2**63 - 3, 2**63 - 1, 1), (-(2**63) + 3, -(2**63), -2))
@case((2**63 - 1, 2**63 - 1, 1), (0, 2**63 - 1, 2**62), (0, -(2**63), -(2**62)))
@nm.jit
def bounds_at_the_ends_of_i8(p: int, q: int, step: int) -> int:
    k = 0
    for i in range(p, q, step):
        k += i % 5 + 1
    return k


@case((table(), 5.0), (table(), -1.0), (table(), 99.0))
@nm.jit
def search_in_two_dimensions(a: nm.f8[:, :], x: float):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == x:
                return i, j
    return -1, -1


@case((1,), (0,), (3,))
@nm.jit
def a_loop_inside_a_branch(n: int) -> int:
    s = 0
    if n > 0:
        for i in range(n):
            s += i + 1
    else:
        while s < 5:
            s += 2
    return s


@case((table(3, 3, "i8"),), (table(2, 5, "i8"),))
@nm.jit
def rows_are_views(a: nm.i8[:, :]) -> None:
    for row in a:
        row[0] += 100


@case.each
def test_a_loop_does_what_its_function_does(kernel, args):
    same_as_python(kernel, *args)
