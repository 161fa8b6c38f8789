"""Traps of flow analysis: kernels of the shapes that other compilers are known to have got wrong.

Lifetimes ended in one branch, stores forwarded past `continue`, conditions pruned as constants,
names that only some trips bind, trip counts that overflow, `and`/`or` that evaluate both sides.
"""
# ruff: noqa: B007, B023, F821, F841, SIM102, SIM103, SIM108 - the kernels are traps on purpose

import numpy as np

import numeta as nm
from tests.language.cases import Cases

from .traps import right_or_raises

case = Cases()
START = 32


def array(*values):
    return np.array(values or (3.0, 1.0, 2.0, 5.0))


@case((1, 1), (0, 1), (2, 0))
@nm.jit
def a_name_set_again_before_continue(x: int, n: int) -> int:
    result = -2
    for _ in range(n):
        k = x
        if k != 1:
            if k == 2:
                k = x + 5
            continue
        if k == x:
            result = k
    return result


@case((1,), (5,), (6,), (7,), (0,))
@nm.jit
def a_store_before_continue_reaches_the_next_trip(n: int) -> int:
    a, b = 10, 0
    for i in range(n):
        b += a
        a = i
        if i == 5:
            continue
        a = 100
    return 1000 * a + b


@case((array(0.0, 0.0),), (array(1.0, 0.0),))
@nm.jit
def an_element_set_before_continue(a: nm.f8[:]) -> None:
    for p in range(int(a[0]) + 1):
        if a[0] == 0:
            a[1] = 1.0
            continue
        a[1] = 100.0
        if a[0] != 0:
            a[0] = 7.0


@case((array(10.0, 0.0), 1, 1), (array(10.0, 0.0), 0, 1), (array(10.0, 0.0), 2, 3))
@nm.jit
def a_value_loaded_before_two_loops(a: nm.f8[:], n: int, m: int) -> None:
    x = a[0]
    for i in range(n):
        for j in range(m):
            a[0] = x + 1
            a[1] += a[0]


@case((1,), (0,))
@nm.jit
def a_constant_that_a_while_halves(n: int) -> int:
    k = START // 2
    trips = 0
    while k:
        trips += n
        k //= 2
    return trips * 100 + k


@case((10,), (-10,))
@nm.jit
def a_name_behind_and_that_is_bound_when_needed(n: int) -> bool:
    positive = n > 0
    if positive:
        d = n - 5
    return positive and d > 0


@case((-3,), (3,), (100,))
@nm.jit
def a_name_behind_or_that_is_bound_when_needed(n: int) -> bool:
    if n > 0:
        d = n - 50
    return n <= 0 or d > 0


@case((10,), (7,), (6,), (1,), (0,))
@nm.jit
def a_name_that_earlier_trips_bind(n: int) -> int:
    for i in range(n):
        if i > 5:
            x = z + i
        else:
            z = 10 * i
    return x


@case((0,), (1,))
@nm.jit
def a_name_bound_in_the_other_branch(n: int) -> int:
    if n == 0:
        i = 1
        k = i
    else:
        k = i
    return k


@case((True,), (False,))
@nm.jit
def a_flag_bound_on_one_path_only(flag: bool) -> bool:
    if flag:
        found = True
    return found


@case((3, None), (-3, None), (3, 5), (-3, 5))
@nm.jit
def none_at_compile_time_under_a_run_time_branch(n: int, limit) -> int:
    if n > 0:
        if limit is None:
            return 1
        return limit
    return -1


@case((3, True), (-3, True), (3, False), (-3, False))
@nm.jit
def a_return_under_a_compile_time_condition_ends_it(n: int, early) -> int:
    if early:
        if n > 0:
            return 10
        return 20
    n = n * 2
    return n


def first_of(n):
    for i in range(n):
        return 100 + i
    return -1


def counts_up_to(n):
    k = 1
    while 1:
        k += 3
        if k > n:
            return k


@case((3,), (1,), (0,))
@nm.jit
def a_helper_returns_in_its_first_trip(n: int) -> int:
    return first_of(n) + first_of(n - 1)


@case((3,), (-1,), (100,))
@nm.jit
def a_helper_returns_from_an_endless_loop(n: int) -> int:
    return counts_up_to(n) * 1000 + counts_up_to(2 * n)


@case((-(2**63) + 1, 2**63 - 1), (2**63 - 1, -(2**63) + 1), (-(2**63), 2**63 - 1))
@nm.jit
def a_trip_count_that_does_not_fit(low: int, high: int) -> int:
    k = 0
    for i in range(low, high, -1 if low < high else 1):
        k += 1
        if k > 3:
            break
    for i in range(low, high):
        k += 10
        if k > 50:
            break
    for i in range(low, high, 2**62):
        k += 1000
    return k


@case((1, 2, 3), (1, 4, 3), (1, 5, 3), (2, 1, -3))
@nm.jit
def a_step_beyond_the_end(p: int, q: int, step: int) -> int:
    k = 0
    for i in range(p, q, step):
        k = 10 * k + i
    return k


@case((3, 5), (3, 3), (9, 2), (-1, -4))
@nm.jit
def a_bound_from_max_and_min(n: int, m: int) -> int:
    k = 0
    for i in range(max(n, m)):
        k += i
    for i in range(min(n, m), max(n, m, 4), abs(n) or 1):
        k += 100
    return k


@case((True, True), (True, False), (False, False))
@nm.jit
def flags_are_compared(p: bool, q: bool):
    same = False
    if p == q:
        same = True
    return same, p != q, p < q, p >= q, p + q, p * q


@case((126,), (127,), (128,), (129,))
@nm.jit
def a_number_beside_a_comparison(n: int) -> int:
    if n & 1 or n < 128:
        return 1
    return 0


@case((12, 3), (0, 3), (2, 0), (0, 0))
@nm.jit
def numbers_from_and_or(n: int, m: int) -> int:
    p = n or m
    q = n and m
    while p or q:
        p, q = (p and p - 1), (q and q - 1)
        n += 1
    return n


@case((4, 4, 5), (3, 4, 6), (5, 4, 3), (4, 4, 4))
@nm.jit
def a_chain_in_a_loop(p: int, q: int, r: int) -> int:
    k = 0
    while p <= q <= r:
        k += 1
        p += 1
        if k > 10:
            break
    return k


@case((3,), (0,))
@nm.jit
def none_becomes_a_number_in_a_nested_loop(n: int) -> int:
    best = None
    for i in range(n):
        k = i
        while k >= 0:
            if best is None or k * (3 - k) > best:
                best = k * (3 - k)
            k -= 1
    return -1 if best is None else best


@case((array(), 2), (array(), 0), (array(), 3))
@nm.jit
def an_index_kept_for_a_second_loop(a: nm.f8[:], n: int) -> None:
    place = 0
    for i in range(len(a)):
        place += 1
        if a[place - 1] >= 2 and i >= n:
            break
    for i in range(place + 1, len(a)):
        a[i] = -1.0
    a[0] = place


@case((3,), (0,))
@nm.jit
def a_closure_three_levels_down(n: int) -> int:
    k = n

    def one():
        def two():
            def three():
                nonlocal k
                if k > 1:
                    k -= 1
                return k * n

            return three() + k

        return two() + two()

    s = 0
    for i in range(n):
        s = 7 * s + one()
    return s


@case((array(3.0, -1.0, 4.0, -1.0, 5.0, 9.0), 3), (array(3.0, -1.0, 4.0), 0))
@nm.jit
def a_view_that_is_summed_to(a: nm.f8[:], n: int) -> float:
    total = a[0:2]
    for i in range(n):
        total = total + a[i : i + 2]
    return total[0] + 10 * total[1]


@case((array(1.0, 2.0, 3.0, 4.0), 2), (array(1.0, 2.0, 3.0, 4.0), 0))
@nm.jit
def a_view_chosen_by_a_branch(a: nm.f8[:], n: int) -> None:
    v = a[:2] if n > 0 else a[2:]
    v[0] = 50.0
    a[1] = v[1] + v[0]


@case((array(1.0, 2.0, 3.0, 4.0), 3), (array(1.0, 2.0, 3.0, 4.0), 0))
@nm.jit
def an_array_that_a_loop_makes_larger_values_of(a: nm.f8[:], n: int) -> float:
    b = a
    for i in range(n):
        b = b * 2
        a[0] = -1.0
    return b[0] + b[3]


@case((3, 2.0), (0, 2.0))
@nm.jit
def a_loop_invariant_that_is_none(n: int, x: float) -> float:
    y = x
    s = 0.0
    for i in range(n):
        s += y * y
        if i == 1:
            y = y + 1
    return s


@case((5, 0), (5, 3), (0, 0))
@nm.jit
def a_division_that_only_some_trips_reach(n: int, d: int) -> int:
    k = 0
    for i in range(n):
        if d and i % d == 0:
            k += i // d + 1
    return k


@case((np.array([2, 0, 1, 3]), 2), (np.array([0, 1, 2, 3]), 0))
@nm.jit
def an_index_through_an_index_that_changes(a: nm.i8[:], i: int) -> int:
    k = 0
    while a[i] != i and k < 10:
        a[i], i = i, int(a[i])
        k += 1
    return 10 * k + i


@case((4,), (1,), (0,))
@nm.jit
def the_same_condition_asked_twice(n: int) -> int:
    s = 0
    while n > 0:
        if n > 2:
            n -= 1
        if n > 2:
            s += 10
        else:
            s += 1
        n -= 1
    return s


@case.each
def test_a_shape_of_flow_is_right_or_refused(kernel, args):
    right_or_raises(kernel, *args)
