"""`and`, `or`, `not` and chained comparisons: operands as results, and only where reached."""
# ruff: noqa: SIM103, SIM210, SIM108, PLR1714, SIM109 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()
NAN, INF = math.nan, math.inf
PAIRS = ((1.0, 2.0), (2.0, 1.0), (0.0, 3.0), (3.0, 0.0), (0.0, -0.0), (-0.0, 0.0), (NAN, 0.0))
FLAGS = ((True, True), (True, False), (False, True), (False, False))


def array(*values):
    return np.array(values or (3.0, 0.0, -2.0, 5.0))


@case(*FLAGS)
@nm.jit
def and_or_of_flags(p: bool, q: bool):
    return p and q, p or q, not p, not (p and q), p and not q


@case(*PAIRS)
@nm.jit
def and_gives_an_operand(x: float, y: float):
    return x and y


@case(*PAIRS)
@nm.jit
def or_gives_an_operand(x: float, y: float):
    return x or y


@case(*PAIRS)
@nm.jit
def operands_of_strong_floats(x: nm.f8, y: nm.f8):
    return x and y, x or y


@case((0, 5), (3, 0), (3, 5), (0, 0), (-1, -2))
@nm.jit
def operands_of_ints(n: int, m: int):
    return n and m, n or m, (n and m) or 7, (n or m) and 9


@case((0, 5), (3, 0), (255, 1))
@nm.jit
def operands_of_unsigned_bytes(n: nm.u1, m: nm.u1):
    return n and m, n or m


@case((0.0,), (-0.0,), (NAN,), (2.0,))
@nm.jit
def or_with_a_constant(x: float):
    return x or 1.0


@case((0.0,), (-0.0,), (NAN,), (2.0,))
@nm.jit
def and_with_a_constant(x: float):
    return x and 1.0


@case((0.0,), (-0.0,), (NAN,), (2.0,), (INF,))
@nm.jit
def not_of_a_float(x: nm.f8):
    return not x


@case((0,), (1,), (-5,), (-(2**63),))
@nm.jit
def not_of_an_int(n: nm.i8):
    return not n, bool(n)


@case((0j,), (1j,), (complex(0, NAN),))
@nm.jit
def not_of_a_complex(z: complex):
    return not z


@case((array(0.0, NAN, 1.0, -0.0),))
@nm.jit
def not_of_elements(a: nm.f8[:]) -> int:
    k = 0
    for i in range(4):
        k = 2 * k + (not a[i])
    return k


@case((0.5,), (0.0,), (1.0,), (-1.0,), (NAN,))
@nm.jit
def chained_comparison(x: float):
    return 0 < x < 1


@case((0.5,), (0.0,), (1.0,), (2.0,), (NAN,))
@nm.jit
def chained_comparison_of_strong_values(x: nm.f8):
    return 0 <= x <= 1


@case((1, 2, 3), (1, 3, 2), (2, 2, 2), (3, 2, 1), (1, 1, 2))
@nm.jit
def chains_of_three(p: int, q: int, r: int):
    return p < q < r, p <= q <= r, p < q > r, p == q == r, p != q != r, p < q == 2 <= r


@case((NAN, NAN), (1.0, 1.0), (0.0, -0.0), (1.0, 2.0))
@nm.jit
def chained_equality(x: nm.f8, y: nm.f8):
    return x == y == x, x != y != x


@case((1, 5), (0, 5), (5, 1), (9, 9))
@nm.jit
def not_of_a_chain(n: int, m: int):
    return not 0 < n < m, not (n == m), not n == m  # noqa: SIM201


@case((array(), 0), (array(), 3), (array(), 4), (array(), -1))
@nm.jit
def and_guards_an_index(a: nm.f8[:], i: int) -> int:
    if i >= 0 and i < len(a) and a[i] > 0:
        return 1
    return 0


@case((array(), 0), (array(), 9))
@nm.jit
def or_guards_an_index(a: nm.f8[:], i: int) -> int:
    if i >= len(a) or a[i] == 3.0:
        return 1
    return 0


@case((6, 3), (6, 4), (6, 0))
@nm.jit
def and_guards_a_division(n: int, d: int) -> bool:
    return d != 0 and n % d == 0


@case((6, 3), (6, 4), (6, 0))
@nm.jit
def or_guards_a_division(n: int, d: int) -> bool:
    return d == 0 or n // d > 1


@case((4.0,), (-4.0,), (0.0,))
@nm.jit
def and_guards_a_square_root(x: float) -> bool:
    return x >= 0 and math.sqrt(x) > 1


@case((array(), 5.0), (array(), 99.0), (array(), 3.0))
@nm.jit
def and_in_a_while(a: nm.f8[:], x: float) -> int:
    i = 0
    while i < len(a) and a[i] != x:
        i += 1
    return i


def note(a, place, value):
    a[place] += 1
    return value


@case((array(), 1.0, 1.0), (array(), 1.0, 0.0), (array(), 0.0, 1.0), (array(), NAN, 0.0))
@nm.jit
def and_evaluates_as_far_as_needed(a: nm.f8[:], x: float, y: float) -> bool:
    return note(a, 0, x > 0) and note(a, 1, y > 0) and note(a, 2, True)


@case((array(), 1.0, 1.0), (array(), 1.0, 0.0), (array(), 0.0, 1.0), (array(), 0.0, 0.0))
@nm.jit
def or_evaluates_as_far_as_needed(a: nm.f8[:], x: float, y: float) -> bool:
    return note(a, 0, x > 0) or note(a, 1, y > 0) or note(a, 2, False)


@case((array(), 1.0, 1.0), (array(), 1.0, 0.0), (array(), 0.0, 1.0), (array(), 0.0, 0.0))
@nm.jit
def mixed_and_or_bind_as_in_python(a: nm.f8[:], x: float, y: float) -> bool:
    return note(a, 0, x > 0) or (note(a, 1, y > 0) and not note(a, 2, x < y))


@case((array(), 1, 2, 3), (array(), 3, 2, 3), (array(), 1, 5, 3))
@nm.jit
def a_chain_evaluates_the_middle_once(a: nm.f8[:], p: int, q: int, r: int) -> bool:
    return note(a, 0, p) < note(a, 1, q) < note(a, 2, r)


@case((array(), 1.0), (array(), -1.0))
@nm.jit
def a_conditional_expression_evaluates_one_side(a: nm.f8[:], x: float) -> float:
    return note(a, 0, 5.0) if x > 0 else note(a, 1, 6.0)


@case(*FLAGS)
@nm.jit
def de_morgan(p: bool, q: bool):
    return (not (p and q)) == (not p or not q), (not (p or q)) == (not p and not q)


@case(*FLAGS)
@nm.jit
def and_is_not_the_bit_operation(p: bool, q: bool) -> int:
    return 10 * (p and q) + (p & q) + 100 * (p or q) + 1000 * (p ^ q)


@case((1, 2), (2, 1), (6, 4))
@nm.jit
def and_of_ints_is_not_the_bit_operation(n: int, m: int):
    return n and m, n & m, n or m, n | m


@case((0.0,), (-0.0,), (NAN,), (5.0,))
@nm.jit
def bool_of_a_value(x: float):
    return bool(x), bool(x) + 1, True if x else False


@case((1,), (5,), (7,), (0,))
@nm.jit
def any_of_three(n: int) -> bool:
    return n == 1 or n == 5 or n == 9


@case((3, 1.0), (3, -1.0), (0, 1.0))
@nm.jit
def a_compile_time_operand(n, x: float) -> int:
    if n and x > 0:
        return 1
    if not n or x < -5:
        return 2
    return 3


@case((array(), True), (array(), False))
@nm.jit
def a_flag_collects_by_and(a: nm.f8[:], good: bool):
    for x in a:
        good = good and bool(x > -1)
    return good


@case((array(),), (array(0.0),), (array(NAN),))
@nm.jit
def a_flag_collects_by_or(a: nm.f8[:]):
    found = False
    for x in a:
        found = found or bool(x != x)
    return found


@case((2023,), (2024,), (1900,), (2000,))
@nm.jit
def leap_year(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@case.each
def test_a_condition_is_what_it_is_in_python(kernel, args):
    same_as_python(kernel, *args)
