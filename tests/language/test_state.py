"""Names carried by loops and merged by branches, and names bound on one path only."""
# ruff: noqa: B007, F841, SIM108, SIM113 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases, raises_as_python

case, unbound = Cases(), Cases()
TRIPS = ((0,), (1,), (2,), (6,))


def array(n=5, dtype="f8"):
    return (np.arange(n) * 3 % 7 + 1).astype(dtype)


@case(*TRIPS)
@nm.jit
def fibonacci_by_a_swap(n: int) -> int:
    x, y = 0, 1
    for i in range(n):
        x, y = y, x + y
    return x


@case(*TRIPS)
@nm.jit
def three_names_rotate(n: int):
    x, y, z = 1, 2, 3
    for i in range(n):
        x, y, z = y, z, x
    return x, y, z


@case((array(),), (array(1),), (array(0),))
@nm.jit
def an_int_becomes_a_float(a: nm.f8[:]) -> nm.f8:
    s = 0
    for x in a:
        s += x
    return s


@case((array(), 0), (array(), 2), (array(), 9), (array(0), 1))
@nm.jit
def a_weak_int_becomes_a_weak_float_late(a: nm.f8[:], n: int) -> float:
    s = 1
    for i in range(a.shape[0]):
        if i >= n:
            s = s * 0.5
    return s


@case((array(4, "f4"),), (array(1, "f4"),))
@nm.jit
def a_weak_zero_becomes_f4(a: nm.f4[:]):
    s = 0
    for i in range(1, 1 + len(a)):
        s = s + a[i - 1] / 3
    return nm.f4(s)


@case((array(4, "i4"),), (np.array([2**31 - 1, 2**31 - 1], "i4"),))
@nm.jit
def a_weak_zero_becomes_i4_and_wraps(a: nm.i4[:]) -> nm.i4:
    s = nm.i4(0)
    for x in a:
        s = s + x
    return s


@case(*TRIPS)
@nm.jit
def a_chain_of_names_becomes_float(n: int) -> float:
    p = q = r = 0
    for i in range(n):
        r = q
        q = p
        p = p + 0.5
    return p * 100 + q * 10 + r


@case((array(),), (array(1),), (array(0),))
@nm.jit
def a_bool_flag_is_carried(a: nm.f8[:]):
    rising = True
    last = -math.inf
    for x in a:
        if x < last:
            rising = False
        last = x
    return rising


@case((array(),), (array(0),))
@nm.jit
def a_flag_flips(a: nm.f8[:]) -> nm.f8:
    odd, s = False, nm.f8(0)
    for x in a:
        if odd:
            s -= x
        else:
            s += x
        odd = not odd
    return s


@case((5,), (1,), (0,))
@nm.jit
def a_name_set_in_the_loop_is_kept_after(n: int) -> int:
    last = -1
    for i in range(n):
        last = i * i
    return last


@case((1,), (5,))
@nm.jit
def a_name_first_bound_in_the_loop(n: int) -> int:
    for i in range(n):
        t = i * 10
    return t


@case((1,), (2,), (5,))
@nm.jit
def the_index_after_its_loop(n: int) -> int:
    for i in range(n):
        pass
    return i


@case((0, 10, 3), (10, 0, -3), (0, 1, 100), (5, -5, -4))
@nm.jit
def the_index_after_a_loop_with_a_step(p: int, q: int, step: int) -> int:
    for i in range(p, q, step):
        pass
    return i


@case((5, 3), (5, 0), (5, 9))
@nm.jit
def the_index_after_a_break(n: int, m: int) -> int:
    for i in range(n):
        if i == m:
            break
    return i


@case((0,), (3,))
@nm.jit
def the_index_keeps_what_it_was_before_no_trip(n: int) -> int:
    i = 77
    for i in range(n):
        pass
    return i


@case((3,), (1,))
@nm.jit
def the_index_changed_in_the_body_is_kept_after(n: int) -> int:
    for i in range(n):
        i = i * 10 + 5
    return i


@case((4,), (0,))
@nm.jit
def the_index_changed_in_the_body_does_not_move_the_loop(n: int) -> int:
    s = 0
    for i in range(n):
        s = s * 10 + i
        i += 2
        s = s * 10 + i
    return s


@case((3,), (0,))
@nm.jit
def the_bound_changed_in_the_body_does_not_count(n: int) -> int:
    s = 0
    for i in range(n):
        n = 100
        s += 1
    return s + n


@case((array(3),), (array(1),))
@nm.jit
def the_last_element_after_its_loop(a: nm.f8[:]):
    for i, x in enumerate(a):
        pass
    return i, x


@case((3, 2), (1, 1), (4, 0))
@nm.jit
def inner_and_outer_index_after_their_loops(n: int, m: int) -> int:
    j = -5
    for i in range(n):
        for j in range(m):
            pass
    return i * 100 + j


@case((array(), 2), (array(), 0), (array(), 9))
@nm.jit
def carried_through_break_and_continue(a: nm.f8[:], n: int):
    seen = skipped = 0
    for i in range(a.shape[0]):
        seen = i + 1
        if a[i] == 4:
            skipped += 10
            continue
        if i > n:
            break
        skipped += 1
    return seen, skipped


@case((6,), (0,), (1,))
@nm.jit
def read_before_it_is_set_in_the_body(n: int) -> int:
    previous, s = 100, 0
    for i in range(n):
        s += previous
        previous = i
    return s


@case((array(), 3), (array(), 0))
@nm.jit
def previous_element(a: nm.f8[:], n: int) -> None:
    before = 0.5
    for i in range(n):
        before, a[i] = a[i], before


@case((5,), (0,))
@nm.jit
def a_name_is_bound_to_itself(n: int) -> int:
    k = 3
    for i in range(n):
        k = k
    return k


@case((5, 1), (5, -1), (0, 1))
@nm.jit
def conditional_update(n: int, sign: int) -> int:
    k = 0
    for i in range(n):
        if sign > 0:
            k += i
        elif i > 2:
            k -= i
    return k


@case((4,), (0,), (1,))
@nm.jit
def loops_carry_through_loops(n: int) -> int:
    s = t = 1
    for i in range(n):
        for j in range(i + 1):
            s, t = t + j, s
        t += i
    return s * 1000 + t


@case((10,), (1,), (0,))
@nm.jit
def a_tuple_is_carried(n: int):
    state = (0, 1.0)
    for i in range(n):
        state = (state[0] + i, state[1] * 0.5)
    return state


@case((10,), (1,), (0,))
@nm.jit
def a_tuple_is_unpacked_and_packed(n: int) -> int:
    pair = 0, 1
    for i in range(n):
        x, y = pair
        pair = y, x + y
    return pair[0]


@case((array(6), 2.0), (array(6), 50.0), (array(0), 0.0))
@nm.jit
def largest_and_its_place(a: nm.f8[:], floor: float):
    best, place = floor, -1
    for i, x in enumerate(a):
        if x > best:
            best, place = float(x), i
    return best, place


@case((np.array([1.0, math.nan, 3.0]),), (np.array([math.nan]),), (array(0),))
@nm.jit
def nan_is_never_largest(a: nm.f8[:]) -> float:
    best = -1.0
    for x in a:
        if x > best:
            best = x
    return best


@case((3,), (0,))
@nm.jit
def a_zero_keeps_its_sign_through_a_loop(n: int) -> float:
    z = -0.0
    for i in range(n):
        z = z * 1.0
    return z


@case((2**31 - 3, 5), (2**31 - 1, 0))
@nm.jit
def an_i4_counter_wraps(k: nm.i4, n: int):
    for i in range(n):
        k += 1
    return k


@case((250, 10), (0, 0), (0, 300))
@nm.jit
def a_u1_counter_wraps(k: nm.u1, n: int):
    for i in range(n):
        k += 1
    return k


@case((2**64 - 2, 5), (0, 3))
@nm.jit
def a_u8_counter_wraps(k: nm.u8, n: int):
    for i in range(n):
        k += 1
        k ^= k << 1
    return k


@case((-(2**63) + 1, 4))
@nm.jit
def an_i8_counter_wraps(k: nm.i8, n: int):
    for i in range(n):
        k -= 1
    return k


@case((0.1, 7), (0.1, 0))
@nm.jit
def an_f4_sum_stays_f4(x: nm.f4, n: int):
    s = x
    for i in range(n):
        s += x
    return s


@case((1j, 5), (0.5 + 0.5j, 0))
@nm.jit
def a_complex_is_carried(z: complex, n: int) -> complex:
    w = 1 + 0j
    for i in range(n):
        w = w * z
    return w


@case((5,), (0,))
@nm.jit
def a_float_becomes_complex(n: int) -> complex:
    w = 1.0
    for i in range(n):
        w = w * 0.5j
    return w


@case((3, 4), (3, -4))
@nm.jit
def a_parameter_is_carried(n: int, k: int) -> int:
    for i in range(n):
        k = k * 2 + i
    return k


@case((5, 1.0), (5, -1.0), (0, 1.0))
@nm.jit
def bound_on_both_paths_of_each_trip(n: int, x: float) -> float:
    s = 0.0
    for i in range(n):
        if x > 0:
            t = x * i
        else:
            t = -x
        s += t
    return s


@case((1, 1), (0, 1), (1, 0))
@nm.jit
def bound_and_used_under_the_same_condition(n: int, m: int) -> int:
    s = m
    if n > 0:
        t = 5
    if n > 0:
        s += t
    return s


@case((5,), (3,))
@nm.jit
def bound_in_the_first_trip_used_later(n: int) -> int:
    s = 0
    for i in range(n):
        if i == 0:
            first = 42
        s += first
    return s


@unbound((0,), (-1,))
@case((1,))
@nm.jit
def set_on_one_path(n: int) -> int:
    if n > 0:
        t = 5
    return t


@unbound((0,), (-3,))
@case((2,))
@nm.jit
def set_in_a_loop_only(n: int) -> int:
    for i in range(n):
        t = i
    return t


@unbound((0,), (-3,))
@case((2,))
@nm.jit
def index_of_no_trip(n: int) -> int:
    for i in range(n):
        pass
    return i


@unbound((array(), 0), (array(), -1))
@case((array(), 3))
@nm.jit
def stores_before_the_unbound_name_are_kept(a: nm.f8[:], n: int) -> None:
    a[0] = 9.0
    for i in range(n):
        a[1] = 8.0
    a[2] = i


@unbound((0.0,), (5.0,))
@case((-1.0,))
@nm.jit
def unbound_in_an_elif_chain(x: float) -> float:
    if x > 1:
        pass
    elif x < 0:
        y = 3.0
    return y


@unbound((0,), (5,))
@case((1,), (2,))
@nm.jit
def unbound_in_a_later_trip(n: int) -> int:
    s = 0
    for i in range(2):
        if n == 1 or n == 2 or i > 5:
            t = n
        s += t
    return s


@unbound((0, 1))
@case((0, 0), (1, 1))
@nm.jit
def unbound_only_where_it_is_used(n: int, m: int) -> int:
    if n > 0:
        t = 5
    if m > 0:
        return t
    return -1


@unbound((array(0),))
@case((array(2),))
@nm.jit
def element_of_no_trip(a: nm.f8[:]):
    for x in a:
        pass
    return x


@case.each
def test_names_hold_what_they_hold_in_python(kernel, args):
    same_as_python(kernel, *args)


@unbound.each
def test_an_unbound_name_is_an_error_in_every_mode(kernel, args):
    raises_as_python(kernel, *args)
