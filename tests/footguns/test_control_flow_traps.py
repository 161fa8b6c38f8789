"""Traps of loops and branches that compilers of Python fell into: right, or a TraceError."""
# ruff: noqa: B007, B020, B023, B905, F841, SIM108, SIM113 - the kernels are traps on purpose

import numpy as np

import numeta as nm
from tests.language.cases import Cases

from .traps import right_or_raises

case = Cases()


def array(*values):
    return np.array(values or (3.0, 1.0, 2.0, 5.0))


# -- the index of a loop --------------------------------------------------------------------------


@case((3,), (1,), (10,))
@nm.jit
def the_index_does_not_overshoot(n: int):
    for i in range(n):
        pass
    for j in range(0, n * 3, 3):
        pass
    for k in range(n, 0, -1):
        pass
    return i, j, k


@case((6,), (0,))
@nm.jit
def the_index_is_moved_in_the_body(n: int) -> int:
    s = 0
    for i in range(n):
        s += 1
        i += 5
        if i > 100:
            break
    return s


@case((4,), (0,))
@nm.jit
def the_index_of_the_inner_loop_is_that_of_the_outer(n: int) -> int:
    s = 0
    for i in range(n):
        for i in range(2):
            s += 1
        s += 100 * i
    return s


@case((4,), (1,))
@nm.jit
def the_index_becomes_a_float(n: int) -> float:
    for i in range(n):
        i = i + 0.5
    return i


@case((5,), (0,))
@nm.jit
def the_index_is_a_name_of_before(n: int) -> float:
    i = 1.5
    s = 0.0
    for i in range(n):
        s += i
    return s + i


@case((3,), (0,))
@nm.jit
def the_index_is_an_argument(n: int) -> int:
    for n in range(n):
        pass
    return n


@case((array(), 3), (array(), 0))
@nm.jit
def the_target_is_an_element(a: nm.f8[:], n: int) -> None:
    for a[0] in range(n):
        a[1] += a[0]


@case((array(), 3), (array(), 0))
@nm.jit
def the_target_is_a_tuple_of_elements(a: nm.f8[:], n: int) -> None:
    for a[0], a[1] in zip(range(n), range(5, 50)):
        a[2] += a[0] * a[1]


@case((3,), (0,))
@nm.jit
def two_loops_over_the_same_name_of_other_types(n: int) -> float:
    s = 0.0
    for i in range(n):
        s += i
    for i in (0.25, 0.5):
        s += i
    return s + i


# -- bounds are read once -------------------------------------------------------------------------


@case((10,), (3,))
@nm.jit
def a_bound_grows_in_the_body(n: int):
    for i in range(n):
        if i == n // 2:
            n *= 2
    return i, n


@case((10,), (1,))
@nm.jit
def a_bound_becomes_zero_in_the_body(n: int) -> int:
    s = 0
    for i in range(n):
        s += i
        n = 0
    return s


@case((np.array([4, 0, 0]),), (np.array([1, 0, 0]),))
@nm.jit
def a_bound_is_an_element_that_changes(a: nm.i8[:]) -> None:
    for i in range(a[0]):
        a[0] += 1
        a[1] += i


@case((5, 1), (5, 2))
@nm.jit
def a_step_changes_in_the_body(n: int, step: int) -> int:
    s = 0
    for i in range(0, n, step):
        step += 1
        s += i
    return s


@case((array(), 2), (array(), 0))
@nm.jit
def a_range_is_a_value(a: nm.f8[:], n: int) -> int:
    r = range(n)
    n = 100
    s = 0
    for i in r:
        s += i
    for i in r:
        s += 10
    return s


@case((3,), (0,))
@nm.jit
def a_while_bound_is_read_each_time(n: int) -> int:
    i = 0
    while i < n:
        i += 1
        if i == 2:
            n = 6
    return i


@case((np.array([2, 5]), 0), (np.array([2, 5]), 1))
@nm.jit
def the_order_of_range_arguments(a: nm.i8[:], k: int) -> int:
    def take(i):
        a[i] += 1
        return int(a[i])

    s = 0
    for i in range(take(0), take(1), take(0) - 3):
        s += i
    return s * 100 + int(a[0])


# -- steps and ends -------------------------------------------------------------------------------


@case((95, -1, -8), (0, 10, -1), (10, 0, 2), (5, 4, -1), (5, 5, -1))
@nm.jit
def a_negative_step_of_run_time(p: int, q: int, step: int) -> int:
    k = 0
    for i in range(p, q, step):
        k += 1 + i
    return k


@case((0, 1), (3, 4))
@nm.jit
def a_step_of_zero_raises(n: int, p: int) -> int:
    s = 0
    for i in range(0, 3, n):
        s += p
    return s


@case((2**63 - 6,), (2**63 - 5,), (2**63 - 4,))
@nm.jit
def the_next_index_would_not_fit(p: int) -> int:
    k = 0
    for i in range(p, 2**63 - 1, 3):
        k += 1
        if k > 10:
            break
    return k


@case((-(2**63) + 5,))
@nm.jit
def the_next_index_would_not_fit_below(p: int) -> int:
    k = 0
    for i in range(p, -(2**63), -4):
        k += 1
        if k > 10:
            break
    return k


@case((250,), (255,), (0,))
@nm.jit
def bounds_of_u1(n: nm.u1) -> int:
    k = 0
    for i in range(n):
        k += 1
    for i in range(n, n + 3 if n < 250 else 260, 2):
        k += i
    return k


@case((2**63 + 2, -1), (2, 5))
@nm.jit
def an_unsigned_start_above_a_negative_stop(p: nm.u8, q: int) -> int:
    k = 0
    for i in range(p % 4 + 1, q, 2):
        k += 1
    return k


@case((5, 1), (5, -2))
@nm.jit
def a_range_over_bools(n: int, m: int) -> int:
    s = 0
    for i in range(m > 0):
        s += n
    for i in range(False, True):
        s += 100
    return s


@case((3.0,), (0.0,))
@nm.jit
def a_range_over_a_float_raises(x: float) -> int:
    s = 0
    for i in range(x):
        s += i
    return s


# -- continue, break and else ---------------------------------------------------------------------


@case((10,), (0,), (1,))
@nm.jit
def continue_and_break_in_one_loop(n: int) -> int:
    s = stop = 0
    for i in range(n):
        if i % 2 == 0:
            continue
        s += i
        if stop:
            break
    return s


@case((5,), (3,), (0,))
@nm.jit
def continue_skips_the_rest_but_not_the_step(n: int) -> int:
    s = 0
    for i in range(0, n, 2):
        if i >= 0:
            continue
        s += 1000
    else:
        s += 1
    return s


@case((4, 2), (4, 7), (0, 0))
@nm.jit
def break_binds_to_the_inner_unrolled_loop(n: int, m: int) -> int:
    s = 0
    for i in range(n):
        for k in (1, 2, 3):
            if k * i > m:
                break
            s += k
        else:
            s += 100
        s += 1000
    return s


@case((4, 2), (4, 0), (0, 0))
@nm.jit
def break_binds_to_the_outer_unrolled_loop(n: int, m: int) -> int:
    s = 0
    for k in (1, 2, 3):
        for i in range(n):
            s += 1
            if i == m:
                break
        if k > m:
            break
    else:
        s += 100
    return s


@case((1, 3), (3, 3), (0, 3))
@nm.jit
def continue_in_an_unrolled_loop(n: int, m: int) -> int:
    s = 0
    for k in range(4):
        if k == n:
            continue
        s = 10 * s + k
        if k == m:
            break
    return s


@case((4, 2), (4, 9), (0, 2))
@nm.jit
def while_else_with_a_break_in_an_inner_loop(n: int, m: int) -> int:
    i = s = 0
    while i < n:
        for j in range(m):
            if j == i:
                break
        else:
            s += 1
        i += 1
    else:
        s += 100
    return s


@case((3,), (0,))
@nm.jit
def break_inside_the_else_of_a_loop_leaves_the_outer(n: int) -> int:
    s = 0
    for i in range(n):
        for j in range(i):
            s += 1
        else:
            if i == 1:
                break
        s += 10
    return s


@case((5, 0), (5, 1))
@nm.jit
def a_loop_that_only_breaks(n: int, m: int) -> int:
    for i in range(n):
        break
    while m:
        break
    else:
        return -1
    return i


@case((3,), (-1,))
@nm.jit
def while_false_never_runs(n: int) -> int:
    while False:
        n = "never"
    while n > 100 and n < 0:
        n = -5
    return n


@case((7,), (0,))
@nm.jit
def while_one(n: int) -> int:
    while 1:
        n -= 2
        if n < 0:
            return n


@case((9,), (3,), (0,))
@nm.jit
def a_return_in_an_else_of_a_while_of_a_for(n: int) -> int:
    for i in range(n):
        k = i
        while k < 4:
            k += 3
            if k == 5:
                break
        else:
            return 10 * i + k
    return -1


@case((5, 3), (5, 9))
@nm.jit
def code_behind_break_and_continue(n: int, m: int) -> int:
    s = 0
    for i in range(n):
        if i == m:
            break
            s = "never"
        s += 1
        continue
        s = "never"
    return s


@case.each
def test_a_loop_is_right_or_refused(kernel, args):
    right_or_raises(kernel, *args)
