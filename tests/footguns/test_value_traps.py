"""Traps of values in conditions and merges: types, zeros, NaN, wrapping, order of evaluation."""
# ruff: noqa: B007, E712, F632, RUF021, SIM103, SIM108, SIM109, SIM201, SIM208, SIM210
# ruff: noqa: SIM222, SIM223, B015, B018 - the kernels are traps on purpose

import math

import numpy as np

import numeta as nm
from tests.language.cases import Cases

from .traps import right_or_raises

case = Cases()
NAN, INF = math.nan, math.inf


def array(*values):
    return np.array(values or (3.0, 1.0, 2.0, 5.0))


def note(a, place, value):
    a[place] = a[place] * 10 + value
    return value


# -- merges of types ------------------------------------------------------------------------------


@case((1, 0.1), (0, 0.1))
@nm.jit
def a_weak_float_is_not_rounded_to_f4(n: int, x: nm.f4) -> nm.f8:
    y = 0.1 if n > 0 else x
    return y


@case((1, 0.1), (0, 0.1))
@nm.jit
def f4_and_f8_keep_their_digits(n: int, x: nm.f4) -> nm.f8:
    if n > 0:
        y = nm.f8(0.1)
    else:
        y = x
    return y * 3


@case((0, 0.25), (3, 0.25))
@nm.jit
def a_weak_start_of_an_f4_sum(n: int, x: nm.f4) -> nm.f8:
    s = 0.1
    for i in range(n):
        s = s + x
    return s


@case((1, 100), (0, 100))
@nm.jit
def i1_and_a_larger_weak_int(n: int, k: nm.i1) -> nm.i8:
    y = k if n > 0 else 1000
    return y


@case((1, 200, -1), (0, 200, -1))
@nm.jit
def u1_and_i1_merge(n: int, k: nm.u1, m: nm.i1) -> nm.i8:
    if n > 0:
        y = k
    else:
        y = m
    return nm.i8(y)


@case((1, 2**63 + 5, -7), (0, 2**63 + 5, -7))
@nm.jit
def u8_and_i8_merge(n: int, k: nm.u8, m: nm.i8) -> nm.f8:
    if n > 0:
        y = k
    else:
        y = m
    return nm.f8(y)


@case((1, 2**63 + 5), (0, 2**63 + 5))
@nm.jit
def u8_and_a_negative_weak_int_merge(n: int, k: nm.u8) -> nm.f8:
    y = k if n > 0 else -1
    return nm.f8(y)


@case((2**62 + 1, 1), (2**62 + 1, 0))
@nm.jit
def u8_stays_exact_under_masks(x: nm.u8, n: int) -> nm.u8:
    while n > 0:
        x = x & ~(nm.u8(1) << nm.u8(n))
        n -= 1
    return x


@case((1, 2**53 + 1), (0, 2**53 + 1))
@nm.jit
def a_large_int_beside_a_float_on_another_name(n: int, k: int):
    y = k
    z = 0.5
    if n > 0:
        y = k + 1
        z = z * 2
    return y, z


@case((1,), (0,))
@nm.jit
def a_bool_and_an_int_merge(n: int) -> int:
    y = True if n > 0 else 7
    return y + 1


@case((1,), (0,))
@nm.jit
def a_bool_and_a_float_merge(n: int) -> float:
    y = n > 5
    if n > 0:
        y = 2.5
    return y + 1


@case((5,), (0,))
@nm.jit
def a_bool_becomes_an_int_in_a_loop(n: int) -> int:
    k = False
    for i in range(n):
        k += True
    return k + 0


@case((5,), (1,), (0,))
@nm.jit
def two_names_become_float_one_after_another(n: int) -> float:
    p = q = 1
    for i in range(n):
        p, q = q, p / 2
    return p + 10 * q


@case((5,), (1,))
@nm.jit
def a_division_makes_a_float_of_the_counter(n: int) -> float:
    k = n
    while k > 1:
        k = k / 2
    return k


@case((7, 2), (-7, 2))
@nm.jit
def floor_division_of_a_merged_number(n: int, d: int) -> float:
    k = n
    if n > 0:
        k = n + 0.5
    return k // d + k % d


@case((5,), (0,))
@nm.jit
def the_type_is_that_of_before_the_loop_inside_its_first_trip(n: int) -> float:
    k = 7
    s = 0.0
    for i in range(n):
        s += k // 2
        k = k + 0.25
    return s


@case((1, 1j), (0, 1j))
@nm.jit
def a_float_and_a_complex_merge(n: int, z: complex) -> complex:
    y = 2.0
    if n > 0:
        y = z
    return y * y


@case((np.array([300, 5], "i4"), 1), (np.array([300, 5], "i4"), 0))
@nm.jit
def a_type_that_is_asked_for_after_a_merge(a: nm.i4[:], n: int) -> int:
    k = a[0]
    if n > 0:
        k = 7
    return 1 if isinstance(k, int) else 2


@case((3,), (0,))
@nm.jit
def a_type_that_is_asked_for_in_a_loop(n: int) -> int:
    k, s = 1, 0
    for i in range(n):
        s += 1 if isinstance(k, float) else 10
        k = k * 1.5
    return s


# -- wrapping -------------------------------------------------------------------------------------


@case((250, 10), (250, 0))
@nm.jit
def a_u1_counter_in_a_while(k: nm.u1, n: int) -> int:
    steps = 0
    while k >= 250:
        k += nm.u1(1)
        steps += 1
        if steps > n:
            break
    return steps


@case((0,), (5,))
@nm.jit
def an_unsigned_counter_is_never_negative(k: nm.u4) -> int:
    steps = 0
    while k >= 0:
        k -= nm.u4(1)
        steps += 1
        if steps > 10:
            break
    return steps


@case((2**31 - 1,), (5,))
@nm.jit
def i4_plus_one_is_not_always_greater(k: nm.i4) -> int:
    if k + 1 > k:
        return 1
    return 0


@case((2**31 - 1, 1), (7, 2))
@nm.jit
def an_i4_index_expression_does_not_wrap_into_i8(k: nm.i4, n: int) -> nm.i8:
    s = nm.i8(0)
    for i in range(n):
        s = s + (k + i)
    return s


@case((100, 100), (3, 4))
@nm.jit
def i1_product_compared(k: nm.i1, m: nm.i1) -> bool:
    return bool(k * m > 100)


@case((5, 3), (3, 5))
@nm.jit
def unsigned_difference_compared(k: nm.u4, m: nm.u4) -> bool:
    if k - m > 0:
        return True
    return False


@case((0, -1), (5, -1), (5, 5))
@nm.jit
def unsigned_against_negative(k: nm.u4, n: int):
    return bool(k > n), bool(k == n), bool(n < k)


@case((2**63, 5), (3, -5))
@nm.jit
def maximum_of_unsigned_and_weak(k: nm.u8, n: int) -> bool:
    if k > n:
        return True
    return False


# -- zeros and NaN --------------------------------------------------------------------------------


@case((0.0, -0.0), (-0.0, 0.0), (1.0, NAN), (NAN, 1.0))
@nm.jit
def a_conditional_maximum_is_no_intrinsic(x: float, y: float):
    return (x if x > y else y), (x if x >= y else y), (y if x < y else x)


@case((0.0, -0.0), (-0.0, 0.0), (1.0, NAN), (NAN, 1.0))
@nm.jit
def builtin_maximum_of_zeros_and_nan(x: float, y: float):
    return max(x, y), min(x, y), max(y, x, 0.5), min(y, x, -0.5)


@case((0.0,), (-0.0,), (1.0,), (NAN,))
@nm.jit
def absolute_value_by_a_branch(x: float):
    if x < 0:
        x = -x
    return x


@case((0.0,), (-0.0,), (2.0,))
@nm.jit
def equal_values_are_not_the_same_value(x: float):
    y = 0.0
    if x == y:
        y = x
    return y


@case((-0.0, 3), (-0.0, 0), (0.0, 3))
@nm.jit
def zero_plus_zero_in_a_loop(x: float, n: int):
    s = x
    for i in range(n):
        s = s + 0.0
    t = x
    for i in range(n):
        t = t - 0.0
    return s, t


@case((NAN,), (1.0,), (INF,))
@nm.jit
def an_equality_with_itself_is_not_folded(x: float):
    k = 0
    if x == x:
        k += 1
    if x != x:
        k += 2
    if x <= x:
        k += 4
    if not x < x:
        k += 8
    if x - x == 0:
        k += 16
    return k


@case((NAN,), (1.0,))
@nm.jit
def not_less_in_a_while(x: float) -> int:
    k = 0
    while not x < 3:
        k += 1
        if k > 5:
            break
    while not (x >= 3) and k < 20:
        x += 1
        k += 1
        if x != x:
            break
    return k


@case((NAN,), (0.0,), (-0.0,), (0.5,))
@nm.jit
def truth_of_floats(x: float):
    return not x, not not x, bool(x), (1 if x else 2), x and 5.0, x or 5.0


@case((0, 0.0), (3, -0.0), (0, NAN))
@nm.jit
def or_of_an_int_and_a_float(n: int, x: float) -> float:
    return n or x or 2.5


@case((0,), (3,))
@nm.jit
def or_of_a_flag_and_a_number(n: int) -> float:
    return (n > 5) or 1.0


@case((0, 1.0), (3, 1.0))
@nm.jit
def and_of_none(n: int, x: float) -> float:
    y = n > 0 and None
    return 1.0 if y is None else 2.0


@case((1,), (0,), (2,))
@nm.jit
def a_number_is_compared_with_true(n: int):
    return (n == True), (n == False), (1 if n == True else 2)


@case((1.0,), (-1.0,))
@nm.jit
def a_comparison_is_true_itself(x: float) -> int:
    return 1 if (x > 0) is True else 2


@case((1.0, 2.0), (2.0, 1.0))
@nm.jit
def arithmetic_of_flags(x: float, y: float):
    p, q = x < y, x == y
    return p + q, p * 3, -p, p & q, p | q, p ^ q, p - q, p / 2, ~5 if p else 0


@case((1.0, 2.0), (2.0, 1.0))
@nm.jit
def a_flag_as_an_index(x: float, y: float) -> int:
    return (10, 20)[x < y]


@case((array(), True), (array(), False))
@nm.jit
def a_flag_as_an_index_of_an_array(a: nm.f8[:], flag: bool) -> float:
    return a[int(flag)]


# -- order of evaluation --------------------------------------------------------------------------


@case((array(0.0, 0.0, 0.0, 0.0), 1, 5), (array(0.0, 0.0, 0.0, 0.0), 5, 1))
@nm.jit
def a_chain_of_calls(a: nm.f8[:], p: int, q: int) -> bool:
    return note(a, 0, p) < note(a, 0, 3) < note(a, 0, q) < note(a, 0, 9)


@case((array(0.0, 0.0), 1, 0), (array(0.0, 0.0), 0, 1), (array(0.0, 0.0), 0, 0))
@nm.jit
def calls_behind_and_or(a: nm.f8[:], p: int, q: int) -> int:
    if note(a, 0, p) and note(a, 0, 2) or note(a, 0, q) and note(a, 0, 4) or not note(a, 0, 5):
        return 1
    return 2


@case((array(0.0, 0.0), 1), (array(0.0, 0.0), 0))
@nm.jit
def the_condition_is_evaluated_before_both_sides(a: nm.f8[:], n: int) -> None:
    a[1] = note(a, 0, 1) + (note(a, 0, 3) if note(a, 0, 2) * n else note(a, 0, 4)) + note(a, 0, 5)


@case((array(0.0, 0.0), 3), (array(0.0, 0.0), 0))
@nm.jit
def a_while_condition_has_an_effect(a: nm.f8[:], n: int) -> None:
    while note(a, 0, 1) and a[0] < n * 100:
        a[1] += 1


@case((array(1.0, 2.0, 3.0), 0), (array(1.0, 2.0, 3.0), 2))
@nm.jit
def a_swap_with_an_index_that_is_swapped(a: nm.f8[:], i: int) -> int:
    if i >= 0:
        i, a[i] = 1, 9.0
    return i


@case((array(1.0, 2.0, 3.0), 3), (array(1.0, 2.0, 3.0), 0))
@nm.jit
def chained_assignment_goes_from_left_to_right(a: nm.f8[:], n: int) -> None:
    i = 0
    for k in range(n):
        i = a[i] = k % 3


@case((2, 3), (-2, 3))
@nm.jit
def a_walrus_is_read_to_its_right(n: int, m: int) -> int:
    return (n := n + m) * n if n > 0 else n - (m := m * 2) + m


@case((5,), (0,))
@nm.jit
def an_augmented_assignment_reads_first(n: int) -> int:
    k = 1

    def change():
        nonlocal k
        k = 100
        return 1

    for i in range(n):
        k += change()
    return k


@case((array(1.0, 2.0), 3), (array(1.0, 2.0), 0))
@nm.jit
def results_that_are_not_used(a: nm.f8[:], n: int) -> float:
    n > 2 and note(a, 0, 5)
    n > 0 or note(a, 1, 7)
    note(a, 0, 1) if n else None
    a[0] > 3
    return a[0] + a[1]


@case((3, 0), (0, 0), (3, 2))
@nm.jit
def an_unused_division_by_zero_on_a_path_not_taken(n: int, d: int) -> int:
    k = 0
    for i in range(n):
        if d != 0:
            k += i // d
            k += i % d
    return k


@case((array(), 9), (array(), -9), (array(), 1))
@nm.jit
def a_load_on_a_path_not_taken(a: nm.f8[:], i: int) -> float:
    x = 0.0
    for k in range(2):
        if -4 <= i < 4:
            x += a[i]
        elif i > 100:
            x = a[i * 10**9]
    return x


@case((4.0,), (-4.0,))
@nm.jit
def a_negative_index_by_a_while(x: float) -> float:
    i = 0
    while i > -3 and x > 0:
        i -= 1
        x -= 1
    return (1.0, 2.0, 3.0)[-1] * i + x


@case((array(), 2), (array(), 0))
@nm.jit
def a_negative_index_carried(a: nm.f8[:], n: int) -> None:
    i = 0
    for k in range(n):
        a[i] = 10.0 + k
        i -= 1
    a[i] += 100


@case((1, 2, 3), (3, 1, 2), (2, 3, 1))
@nm.jit
def rotations_under_branches(p: int, q: int, r: int):
    if p > q:
        p, q, r = q, r, p
    elif q > r:
        r, p, q = p, q, r
    return p, q, r


@case((10,), (1,))
@nm.jit
def a_search_starts_anew_in_each_trip(target: int) -> int:
    start = 1
    while True:
        i = start
        steps = 0
        while True:
            if i == 1:
                break
            if i % 2 == 0:
                i = i // 2
            else:
                i = 3 * i + 1
            steps += 1
        if steps >= target:
            return start
        start += 1


@case((2,), (1,), (0,))
@nm.jit
def a_constant_set_by_an_inner_loop(n: int) -> int:
    b = a = 0
    for j in range(n):
        for i in range(1):
            a = 1
        b = 0 if a == 0 else (j + 9) % 23
    return b


@case.each
def test_a_value_is_right_or_refused(kernel, args):
    right_or_raises(kernel, *args)
