"""`if`, `elif`, `else` and conditional expressions on run-time values, and the names they merge."""
# ruff: noqa: SIM102, SIM103, SIM108, SIM201 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()
NAN, INF = math.nan, math.inf
FLOATS = ((1.5,), (-1.5,), (0.0,), (-0.0,), (NAN,), (INF,), (-INF,))
INTS = ((0,), (1,), (-1,), (7,), (2**63 - 1,), (-(2**63),))


def values(dtype="f8"):
    return np.array([3, 1, 2, 0, 5], dtype)


@case(*FLOATS)
@nm.jit
def two_ways(x: float) -> float:
    if x > 0:
        y = 1.0
    else:
        y = -1.0
    return y


@case(*FLOATS)
@nm.jit
def one_way(x: float) -> float:
    y = x
    if x < 0.0:
        y = -x
    return y


@case(*FLOATS)
@nm.jit
def elif_takes_the_first_that_holds(x: float) -> int:
    if x > 1.0:
        k = 1
    elif x > 0.5:
        k = 2
    elif x > -2.0:
        k = 3
    else:
        k = 4
    return k


@case(*FLOATS)
@nm.jit
def no_branch_taken(x: float) -> int:
    k = 0
    if x > 1e300:
        k += 1
    elif x < -1e300:
        k += 2
    return k


@case(*INTS)
@nm.jit
def truth_of_an_int(n: int) -> int:
    if n:
        return 1
    return 0


@case(*FLOATS)
@nm.jit
def truth_of_a_float(x: float) -> int:
    if x:
        return 1
    return 0


@case((0,), (255,))
@nm.jit
def truth_of_an_unsigned_byte(n: nm.u1) -> int:
    return 1 if n else 0


@case((True,), (False,))
@nm.jit
def truth_of_a_bool(flag: bool) -> int:
    return 10 if flag else 20


@case((np.array([True, False, True]),), (np.zeros(3, bool),))
@nm.jit
def truth_of_bool_elements(b: nm.b1[:]) -> int:
    k = 0
    if b[0]:
        k += 1
    if not b[1]:
        k += 2
    if b[2] == True:  # noqa: E712
        k += 4
    return k


@case((0j,), (1j,), (complex(NAN, 0),), (-0j,))
@nm.jit
def truth_of_a_complex(z: complex) -> int:
    return 1 if z else 0


@case((1.0, 2.0), (2.0, 1.0), (NAN, 1.0), (1.0, NAN), (0.0, -0.0), (-0.0, 0.0))
@nm.jit
def hand_written_minimum(x: nm.f8, y: nm.f8):
    if x < y:
        return x
    return y


@case((0.0,), (-0.0,))
@nm.jit
def a_zero_keeps_its_sign_through_a_branch(x: float) -> float:
    y = x if x == 0.0 else 1.0
    return y


@case((0.0,), (-0.0,), (NAN,), (3.0,))
@nm.jit
def equal_to_itself(x: nm.f8) -> int:
    if x == x:
        return 1
    return 0


@case((0.0,), (NAN,), (3.0,))
@nm.jit
def unlike_itself(x: nm.f8) -> int:
    return 1 if x != x else 0


@case((NAN, 1.0), (1.0, NAN), (1.0, 2.0), (2.0, 1.0), (2.0, 2.0))
@nm.jit
def not_less_is_not_greater_or_equal(x: float, y: float) -> int:
    k = 0
    if not x < y:
        k += 1
    if x >= y:
        k += 2
    if not x >= y:
        k += 4
    if not (x == y):
        k += 8
    return k


@case((1, 2.5), (0, 2.5), (-1, 2.5))
@nm.jit
def an_int_and_a_float_are_a_float(n: int, x: float) -> float:
    if n > 0:
        y = n
    else:
        y = x
    return y / 2


@case((3, 4.0), (-3, 4.0))
@nm.jit
def an_int_name_becomes_a_float(n: int, x: nm.f8) -> nm.f8:
    y = 0
    if n > 0:
        y = x * 2
    return y + 1.0


@case((3, 4), (-3, 4))
@nm.jit
def i4_stays_i4(n: int, k: nm.i4):
    y = k
    if n > 0:
        y = k + 1
    return y


@case((1, 2**31 - 1), (-1, 2**31 - 1))
@nm.jit
def i4_wraps_in_a_branch(n: int, k: nm.i4):
    y = k
    if n > 0:
        y += 1
    return y


@case((1, 200), (-1, 200))
@nm.jit
def u1_wraps_in_a_branch(n: int, k: nm.u1):
    y = k
    if n > 0:
        y = y + k
    return y


@case((1, 0.1), (-1, 0.1))
@nm.jit
def f4_stays_f4(n: int, x: nm.f4):
    if n > 0:
        y = x * 3
    else:
        y = x
    return y


@case((1, 3), (-1, 3))
@nm.jit
def i8_from_i4_on_one_path(n: int, k: nm.i4) -> nm.i8:
    y = nm.i8(5)
    if n > 0:
        y = nm.i8(k)
    return y


@case(*FLOATS)
@nm.jit
def nested_branches(x: float) -> int:
    if x > 0:
        if x > 1e10:
            k = 1
        else:
            k = 2
    else:
        if x < -1e10:
            k = 3
        elif x < 0:
            k = 4
        else:
            k = 5
    return k


@case((1,), (2,), (3,), (4,))
@nm.jit
def else_belongs_to_the_inner_if(n: int) -> int:
    k = 0
    if n > 1:
        if n > 2:
            k = 1
        else:
            k = 2
    return k


@case((1.0, 2.0), (2.0, 1.0))
@nm.jit
def a_swap_under_a_branch(x: float, y: float):
    if x > y:
        x, y = y, x
    return x, y


@case((1, 2, 3), (3, 2, 1), (2, 3, 1), (2, 2, 2), (3, 1, 2))
@nm.jit
def sort_of_three(p: int, q: int, r: int):
    if p > q:
        p, q = q, p
    if q > r:
        q, r = r, q
    if p > q:
        p, q = q, p
    return p, q, r


@case((values(), 2.0), (values(), -2.0), (values(), NAN))
@nm.jit
def stores_under_a_branch(a: nm.f8[:], x: float) -> None:
    if x > 0:
        a[0] = x
        a[1] = a[0] * 2
    else:
        a[2] = -x
        a[0] = a[2]
    a[3] = a[0] + a[1] + a[2]


@case((values(), 0), (values(), 4), (values(), -1))
@nm.jit
def an_element_decides(a: nm.f8[:], i: int) -> int:
    if a[i] > 2:
        return 1
    elif a[i] == 0:
        return 2
    return 3


@case((values(), 1), (values(), -1))
@nm.jit
def a_load_sees_the_store_of_the_branch(a: nm.f8[:], n: int) -> None:
    t = a[0]
    if n > 0:
        a[0] = 9.0
    a[1] = a[0]
    a[2] = t


@case((1,), (2,), (3,))
@nm.jit
def conditional_expression(n: int) -> int:
    return 10 if n == 1 else 20 if n == 2 else 30


@case((1, 1), (1, -1), (-1, 1), (-1, -1))
@nm.jit
def conditional_expression_in_a_condition(n: int, m: int) -> int:
    return 1 if (m > 0 if n > 0 else m < 0) else 2


@case((1.0,), (-1.0,), (NAN,))
@nm.jit
def conditional_expression_as_an_operand(x: float) -> float:
    return 2.0 * (x if x > 0 else -x) + (1.0 if x == x else 2.0)


@case((values(), 0), (values(), 2))
@nm.jit
def conditional_expression_as_an_index(a: nm.f8[:], n: int) -> None:
    a[0 if n > 1 else 4] = a[1 if n > 1 else 2] + 10


@case((values(), 1), (values(), 99))
@nm.jit
def a_branch_guards_an_index(a: nm.f8[:], i: int) -> float:
    if 0 <= i < a.shape[0]:
        return a[i]
    return -1.0


@case((4, 2), (4, 0))
@nm.jit
def a_branch_guards_a_division(n: int, d: int) -> int:
    q = -1
    if d != 0:
        q = n // d
    return q


@case((4, 2), (4, 0))
@nm.jit
def a_conditional_expression_guards_a_division(n: int, d: int) -> float:
    return n / d if d else 0.0


@case((4.0,), (-4.0,))
@nm.jit
def a_branch_guards_a_square_root(x: float) -> float:
    if x >= 0:
        return math.sqrt(x)
    else:
        return -math.sqrt(-x)


@case((True, False), (False, True), (True, True), (False, False))
@nm.jit
def flags_merge(p: bool, q: bool):
    flag = p
    if q:
        flag = not p
    return flag


@case((1.0,), (-1.0,), (NAN,))
@nm.jit
def a_flag_from_a_comparison_of_weak_values(x: float):
    found = False
    if x < 0:
        found = True
    return found


@case((1.0,), (-1.0,), (NAN,))
@nm.jit
def a_comparison_of_strong_values_is_a_numpy_bool(x: nm.f8):
    return x < 0


@case((3,), (-3,))
@nm.jit
def a_weak_result_is_a_python_int(n: int):
    if n > 0:
        n = n * 2
    return n


@case((3,), (-3,))
@nm.jit
def a_strong_result_is_a_numpy_scalar(n: nm.i8):
    if n > 0:
        n = n * 2
    return n


@case((1,), (0,))
@nm.jit
def constants_merge_to_a_python_float(n: int):
    return 1.5 if n else 2.5


@case((1,), (0,))
@nm.jit
def equal_constants_merge(n: int):
    if n:
        k = 3
    else:
        k = 3
    return k


@case((1,), (0,))
@nm.jit
def tuples_merge_by_element(n: int):
    if n:
        pair = (1, 2.5)
    else:
        pair = (3, 4.5)
    return pair


@case((1,), (0,))
@nm.jit
def tuples_are_unpacked_after_the_branch(n: int) -> float:
    pair = (1.0, 2.0) if n else (3.0, 5.0)
    x, y = pair
    return x * 10 + y


@case((0,), (1,), (5,))
@nm.jit
def augmented_assignment_in_each_branch(n: int) -> int:
    k = 7
    if n == 0:
        k += 1
    elif n == 1:
        k -= 1
    else:
        k *= n
        k //= 2
        k %= 5
        k <<= 2
        k |= 1
        k ^= 8
    return k


@case((1.0,), (-1.0,))
@nm.jit
def pass_does_nothing(x: float) -> float:
    if x > 0:
        pass
    else:
        x = 0.0
    return x


@case((1.0,), (-1.0,))
@nm.jit
def a_parameter_is_bound_anew(x: float) -> float:
    if x < 0:
        x = 10.0
    x = x + 1
    return x


@case((3, 1), (3, -1))
@nm.jit
def compile_time_and_run_time_conditions_mix(n, k: int) -> int:
    r = 0
    if n > 2:
        if k > 0:
            r = n
        else:
            r = -n
    else:
        r = "never reached"
    return r


@case((5,), (-5,))
@nm.jit
def walrus_in_a_condition(n: int) -> int:
    if (m := n * 2) > 0:
        return m
    return m - 1


@case((5,), (50,), (500,))
@nm.jit
def walrus_in_an_elif(n: int) -> int:
    if (m := n % 7) == 1:
        k = m
    elif (m := n % 11) == 6:
        k = m * 10
    else:
        k = m * 100
    return k


@case((values("i4"), 1), (values("i4"), -1))
@nm.jit
def i4_elements_under_a_branch(a: nm.i4[:], n: int) -> None:
    if n > 0:
        a[0] += 1
    else:
        a[0] -= a[1]


@case((values("u1"), 1), (values("u1"), -1))
@nm.jit
def u1_elements_wrap_under_a_branch(a: nm.u1[:], n: int) -> None:
    if n > 0:
        a[1] -= a[0]
    else:
        a[0] += a[0]


@case((values("f4"), 1), (values("f4"), -1))
@nm.jit
def f4_elements_under_a_branch(a: nm.f4[:], n: int) -> None:
    a[0] = a[0] / 3 if n > 0 else a[0] * 0.1


@case((1,), (2,), (3,), (4,))
@nm.jit
def match_by_ifs_over_a_table(n: int) -> float:
    r = 0.0
    for key, value in ((1, 10.0), (2, 20.0), (3, 30.0)):
        if n == key:
            r = value
    return r


@case((1.0, 2.0, 3.0), (1.0, 2.0, -3.0), (1.0, -2.0, 3.0), (-1.0, 2.0, 3.0))
@nm.jit
def median_of_three(x: float, y: float, z: float) -> float:
    if x <= y:
        if y <= z:
            return y
        return z if x <= z else x
    if x <= z:
        return x
    return z if y <= z else y


@case((2000,), (1900,), (2023,), (2024,))
@nm.jit
def leap_year(year: int) -> bool:
    if year % 400 == 0:
        return True
    if year % 100 == 0:
        return False
    return year % 4 == 0


@case((1e-3,), (0.5,), (3.0,), (-2.0,), (NAN,))
@nm.jit
def piecewise_function(x: nm.f8) -> nm.f8:
    if x < 0:
        return 0.0
    elif x < 1:
        return x * x
    elif x < 2:
        return 2 * x - 1
    return 3.0


@case.each
def test_a_branch_does_what_its_function_does(kernel, args):
    same_as_python(kernel, *args)
