"""`return` from any depth of branches and loops: what comes back, and what is no longer done."""
# ruff: noqa: B007, SIM103, SIM116 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()
NAN = math.nan


def array(n=5, dtype="f8"):
    return (np.arange(n) * 3 % 7).astype(dtype)


def table(rows=3, columns=3):
    return np.arange(1.0, rows * columns + 1).reshape(rows, columns)


@case((1.0,), (-1.0,), (0.0,), (NAN,))
@nm.jit
def sign(x: float) -> int:
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0


@case((array(), 4.0), (array(), 99.0), (array(), -9.0), (array(0), 1.0))
@nm.jit
def what_stands_after_a_return_is_not_done(a: nm.f8[:], x: float) -> None:
    for i in range(a.shape[0]):
        if a[i] > x:
            return
        a[i] = -1.0
    for i in range(a.shape[0]):
        a[i] -= 100


@case((array(), 1), (array(), -1))
@nm.jit
def a_bare_return_ends_the_kernel(a: nm.f8[:], n: int) -> None:
    a[0] = 1.0
    if n > 0:
        return
    a[1] = 2.0


@case((array(), 1), (array(), -1))
@nm.jit
def return_none_and_falling_off_are_one(a: nm.f8[:], n: int):
    if n > 0:
        a[0] = 1.0
        return None
    a[1] = 2.0


@case((array(), 6.0), (array(), 0.0), (array(), 99.0), (array(0), 0.0))
@nm.jit
def first_place(a: nm.f8[:], x: float) -> int:
    for i in range(a.shape[0]):
        if a[i] == x:
            return i
    return -1


@case((array(), 6.0), (array(), 99.0), (array(0), 1.0))
@nm.jit
def first_place_by_enumerate(a: nm.f8[:], x: nm.f8) -> int:
    for i, y in enumerate(a):
        if y == x:
            return i
    return -1


@case((table(), 5.0), (table(), 99.0), (table(), 1.0), (table(), 9.0))
@nm.jit
def return_from_two_loops(a: nm.f8[:, :], x: float):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] == x:
                return i, j
    return -1, -1


@case((3, 0), (3, 5), (3, 99), (0, 0))
@nm.jit
def return_from_while_in_for_in_if(n: int, stop: int) -> int:
    k = 0
    if n > 0:
        for i in range(n):
            m = n
            while m > 0:
                if k == stop:
                    return 1000 + 10 * i + m
                k += 1
                m -= 1
        k += 100
    return k


@case((5,), (1,), (0,))
@nm.jit
def return_in_an_endless_loop(n: int) -> int:
    k = 0
    while True:
        k += 3
        if k > n:
            return k


@case((4, 2), (4, 9))
@nm.jit
def return_in_the_else_of_a_loop(n: int, m: int) -> int:
    for i in range(n):
        if i == m:
            break
    else:
        return -1
    return i


@case((4, 2), (4, 9), (0, 0))
@nm.jit
def a_return_skips_the_else_of_a_loop(n: int, m: int) -> int:
    k = 0
    for i in range(n):
        if i == m:
            return i
    else:
        k = 50
    return k + 1


@case((1, 2.0), (0, 2.0), (-1, 2.0))
@nm.jit
def tuples_from_several_returns(n: int, x: float):
    if n > 0:
        return n, x
    if n < 0:
        return -n, x * 2
    return 0, 0.0


@case((1, 2.0), (-1, 2.0))
@nm.jit
def nested_tuples_from_several_returns(n: int, x: float):
    if n > 0:
        return n, (x, True)
    return n * 2, (-x, False)


@case((1,), (-1,))
@nm.jit
def an_int_and_a_float_by_a_hint(n: int) -> float:
    if n > 0:
        return n
    return 0.5


@case((1, 2), (-1, 2))
@nm.jit
def i4_and_i8_by_a_hint(n: int, k: nm.i4) -> nm.i8:
    if n > 0:
        return k
    return nm.i8(2**40)


@case((1, 2), (-1, 2))
@nm.jit
def i4_from_each_return(n: int, k: nm.i4):
    if n > 0:
        return k + 1
    return k * k


@case((1, 0.1), (-1, 0.1))
@nm.jit
def f4_from_each_return(n: int, x: nm.f4):
    if n > 0:
        return x + 1
    return x * x


@case((1, 0.1), (-1, 0.1))
@nm.jit
def weak_floats_from_each_return(n: int, x: float):
    if n > 0:
        return x
    return 2.5


@case((1.0,), (-1.0,), (NAN,))
@nm.jit
def python_bools_from_each_return(x: nm.f8):
    if x > 0:
        return True
    return False


@case((1.0, 2.0), (-1.0, 2.0))
@nm.jit
def numpy_bools_from_each_return(x: nm.f8, y: nm.f8):
    if x > 0:
        return x < y
    return y < x


@case((1j, 1), (1j, 0))
@nm.jit
def complex_from_each_return(z: complex, n: int):
    if n:
        return z * z
    return z + 1


@case((array(), 1), (array(), 0))
@nm.jit
def an_element_from_each_return(a: nm.f8[:], n: int):
    if n:
        return a[1]
    return a[2] * 2


@case((3, 2), (3, -2))
@nm.jit
def a_return_under_a_compile_time_condition(n, k: int) -> int:
    if n == 3:
        if k > 0:
            return k
        return -k
    return "never"


@case((array(3), 0.0), (array(3), 3.0), (array(3), 99.0))
@nm.jit
def a_return_from_an_unrolled_loop(a: nm.f8[:], x: float) -> int:
    for i in range(3):
        if a[i] == x:
            return i
    return -1


@case((1,), (2,), (3,), (4,), (5,))
@nm.jit
def a_return_for_each_case(n: int) -> int:
    if n == 1:
        return 10
    elif n == 2:
        return 20
    elif n == 3:
        return 30
    elif n == 4:
        return 40
    else:
        return 50


@case((5, 2), (5, 9), (0, 0))
@nm.jit
def names_of_the_trip_that_returned(n: int, m: int):
    s = 0
    for i in range(n):
        s += i
        if i == m:
            return s, i
        s *= 2
    return s, -1


@case((array(), 1), (array(), 4), (array(), 9))
@nm.jit
def stores_before_a_return_are_kept(a: nm.f8[:], m: int) -> int:
    for i in range(a.shape[0]):
        a[i] = 10 * i
        if i == m:
            return i
        a[i] += 1
    return 99


@case((1,), (0,))
@nm.jit
def code_after_two_returns_is_never_run(n: int) -> int:
    if n:
        return 1
    else:
        return 2
    return "never"


@case((10, 3), (10, 11))
@nm.jit
def a_return_after_a_continue(n: int, m: int) -> int:
    s = 0
    for i in range(n):
        if i % 2:
            continue
        if i > m:
            return s
        s += i
    return -s


@case((0.0,), (-0.0,))
@nm.jit
def a_zero_keeps_its_sign_through_a_return(x: float) -> float:
    if x == 0:
        return x
    return 1.0


@case((array(), 1), (array(), 0))
@nm.jit
def one_array_from_each_return(a: nm.f8[:], n: int):
    if n:
        a[0] = 5.0
        return a
    return a


@case.each
def test_a_return_gives_what_its_function_gives(kernel, args):
    same_as_python(kernel, *args)


def test_an_array_returned_under_a_branch_is_the_argument():
    a = array()
    for n in (0, 1):
        assert one_array_from_each_return(a, n) is a
