"""Traps of names: shadowed builtins, Fortran's words, closures, defaults, kernels of every kind."""
# ruff: noqa: A001, A002, A003, B006, B007, B008, B023, E731, E741, F841, N801, N803, N806, RUF001
# ruff: noqa: RUF003, SIM108, F811, SIM300 - the kernels are traps on purpose

import linecache
import math
import textwrap

import numpy as np
import pytest

import numeta as nm
from tests.language.cases import Cases

from .traps import right_or_raises

case = Cases()


def array(*values):
    return np.array(values or (3.0, 1.0, 2.0, 5.0))


# -- names of builtins and of Fortran -------------------------------------------------------------


@case((array(), 3), (array(), 0))
@nm.jit
def names_of_builtins(a: nm.f8[:], len: int) -> float:
    sum = 0.0
    max = -1.0
    for abs in range(len):
        sum += a[abs]
        if a[abs] > max:
            max = float(a[abs])
    int = sum + max
    return int


@case((3,), (0,))
@nm.jit
def range_is_a_number(n: int) -> int:
    range = 5
    while n > 0:
        range += n
        n -= 1
    return range


@case((3,), (0,))
@nm.jit
def range_is_a_function_of_the_kernel(n: int) -> int:
    def range(k):
        return (k, k + 1, k + 2)

    s = 0
    for i in range(n):
        s = 10 * s + i
    return s


@case((3.0,), (-3.0,))
@nm.jit
def abs_is_bound_on_one_path(x: float) -> float:
    if x > 0:
        abs = 5.0
    else:
        abs = x
    return abs


@case((3,), (-3,))
@nm.jit
def a_builtin_bound_on_one_path_is_local(n: int) -> int:
    if n > 0:
        max = n
    return max + 1


@case((4, 2.0), (0, 2.0))
@nm.jit
def words_of_fortran(do: int, real: float) -> float:
    end = result = 0.0
    integer, function, module = 1, 2.0, True
    for program in range(do):
        then = real * program
        if module:
            end += then
        result = end + integer
        module = not module
        subroutine = function
        function = subroutine + 1
    return end + 10 * result + 100 * function


@case((0.5, 3), (0.5, 0))
@nm.jit
def intrinsics_of_fortran(exp: float, size: int) -> float:
    sin = cos = 1.0
    for mod in range(size):
        sin, cos = cos, sin * exp
        kind = mod
        merge = sin + kind
        iand = merge if mod > 0 else cos
        cos += iand + math.exp(0.0)
    return sin + cos


@case((2, 5), (5, 2))
@nm.jit
def names_that_differ_by_case(n: int, N: int) -> int:
    A, a, Aa, aA = 1, 2, 3, 4
    for i in range(n):
        for I in range(N):
            A += a * i
            Aa += I
            if A > aA:
                aA, a = A, Aa
    return A + 10 * a + 100 * Aa + 1000 * aA


@case((2,), (0,))
@nm.jit
def names_with_underscores(_n: int) -> int:
    __x, _x_, x_, _ = 1, 2, 3, 4
    for _ in range(_n):
        __x += _x_
        x_ += __x + _
    return __x + 10 * _x_ + 100 * x_ + 1000 * _


@case((3, 0.5), (0, 0.5))
@nm.jit
def names_in_unicode(ñ: int, Δ: float) -> float:
    σ = 0.0
    é = 1.0
    for ι in range(ñ):
        σ += Δ * ι
        if σ > é:
            é = σ
    return σ + é


@case((3,), (0,))
@nm.jit
def names_longer_than_fortran_allows(n: int) -> int:
    a_name_that_goes_on_for_more_than_the_sixty_three_letters_of_fortran_1 = 1
    a_name_that_goes_on_for_more_than_the_sixty_three_letters_of_fortran_2 = 2
    for i in range(n):
        a_name_that_goes_on_for_more_than_the_sixty_three_letters_of_fortran_1 += i
        a_name_that_goes_on_for_more_than_the_sixty_three_letters_of_fortran_2 *= 2
    return (
        a_name_that_goes_on_for_more_than_the_sixty_three_letters_of_fortran_1 * 100
        + a_name_that_goes_on_for_more_than_the_sixty_three_letters_of_fortran_2
    )


@case((3,), (0,))
@nm.jit
def a_name_of_the_kernel_itself(n: int) -> int:
    a_name_of_the_kernel_itself = 1
    for i in range(n):
        a_name_of_the_kernel_itself *= 2
    return a_name_of_the_kernel_itself


@case((3,), (0,))
@nm.jit
def soft_keywords(n: int) -> int:
    match, case, type = 1, 2, 3
    for match in range(n):
        case += match
        type = case if match else type
    return match + 10 * case + 100 * type


# -- closures -------------------------------------------------------------------------------------


@case((3,), (1,))
@nm.jit
def a_closure_reads_the_index_late(n: int) -> int:
    for i in range(n):
        if i == 0:
            f = lambda: i
    return f()


@case((3,), (0,))
@nm.jit
def closures_of_an_unrolled_loop_are_late(n: int) -> int:
    fs = [lambda: k * n for k in range(3)]
    return fs[0]() + 10 * fs[1]() + 100 * fs[2]()


@case((3,), (0,))
@nm.jit
def defaults_bind_early(n: int) -> int:
    fs = [lambda k=k: k * n for k in range(3)]
    return fs[0]() + 10 * fs[1]() + 100 * fs[2]()


@case((4,), (0,))
@nm.jit
def a_default_is_the_value_of_then(n: int) -> int:
    k = n

    def f(m=k):
        return m

    for i in range(n):
        k += 1
    return f() * 100 + k


@case((4,), (0,))
@nm.jit
def a_function_defined_in_a_loop(n: int) -> int:
    s = 0
    for i in range(n):

        def f(x):
            return x * i

        s += f(2)
    return s


@case((1,), (0,))
@nm.jit
def a_function_defined_in_a_branch(n: int) -> int:
    if n > 0:

        def f(x):
            return x + 1
    else:

        def f(x):
            return x - 1

    return f(10)


@case((4,), (0,))
@nm.jit
def nonlocal_two_levels_down(n: int) -> int:
    k = 0

    def outer():
        def inner():
            nonlocal k
            k += 1
            return k

        return inner() + inner()

    s = 0
    for i in range(n):
        s += outer()
    return s * 100 + k


@case((2,), (-2,))
@nm.jit
def nonlocal_changes_between_the_operands(n: int) -> int:
    k = n

    def bump():
        nonlocal k
        k += 10
        return k

    return k + bump() * 100 + k * 10000 if n > 0 else bump() - k


@case((3, 5), (0, 5))
@nm.jit
def a_parameter_is_shadowed_in_a_helper(n: int, x: int) -> int:
    def f(x, n=2):
        for i in range(n):
            x += i
        n = 100
        return x

    s = 0
    for i in range(n):
        s += f(i)
    return s * 100 + x + n


def accumulating(x, seen=[]):
    seen.append(x)
    return len(seen)


@case((2,))
@nm.jit
def comprehension_names_stay_inside(n: int) -> int:
    k = 5
    for i in range(n):
        parts = [k * i for k in (1, 2)]
        k += parts[1]
    return k


@case((2, 3), (-2, 3))
@nm.jit
def a_comprehension_inside_a_branch(n: int, m: int) -> int:
    if n > 0:
        s = sum([k * m for k in range(3)])
    else:
        s = max(k - m for k in range(3))
    return s


@case((3,), (0,))
@nm.jit
def a_comprehension_reads_what_a_loop_carries(n: int) -> int:
    s = 1
    for i in range(n):
        s = sum([s + k for k in range(2)])
    return s


@case((5.0,), (-5.0,))
@nm.jit
def a_walrus_in_a_comprehension_leaks(x: float) -> float:
    y = 1.0
    if x > 0:
        parts = [y := y + x for _ in range(2)]
        return parts[0] * 10 + y
    return y


@case((3,), (-3,))
@nm.jit
def a_deleted_name_on_one_path(n: int) -> int:
    t = 7
    if n > 0:
        del t
    return t


@case((3,), (-3,))
@nm.jit
def deleted_and_bound_again(n: int) -> int:
    t = 7
    if n > 0:
        del t
        t = 8
    return t


# -- functions of every kind ----------------------------------------------------------------------

by_lambda = nm.jit(lambda n: n + 1)
case((3,))(by_lambda)


class Shapes:
    factor = 3

    @nm.jit
    def method(self, n: int) -> int:
        s = 0
        for i in range(n):
            s += i * self.factor if i % 2 else -i
        return s

    @staticmethod
    @nm.jit
    def static(n: int, x: float) -> float:
        while n > 0:
            x /= 2
            n -= 1
        return x

    @staticmethod
    def plain(x):
        if x > 0:
            return x
        return -x


case((Shapes(), 4), (Shapes(), 0))(Shapes.__dict__["method"])
case((4, 1.0), (0, 1.0))(Shapes.static)


@case((2.0,), (-2.0,))
@nm.jit
def a_static_method_with_a_branch(x: float) -> float:
    return Shapes.plain(x) + Shapes().plain(-x)


@case((3, 1.0, 2.0), (0, 1.0, 2.0), (3,))
@nm.jit
def star_arguments(n: int, *rest: float) -> float:
    s = 0.0
    for i in range(n):
        for x in rest:
            if x > 1:
                s += x
            else:
                s -= i
    return s


def only(n: int, *, x: float, k: int = 2) -> float:
    s = 0.0
    for i in range(n):
        if i % k == 0:
            s += x
    return s


@case((5, 1.5), (0, 1.5))
@nm.jit
def keyword_only_arguments(n: int, y: float) -> float:
    return only(n, x=y) + only(n, k=3, x=-y)


@nm.jit
def factorial(n: int) -> int:
    if n <= 1:
        return 1
    return n * factorial(n - 1)


case((10,), (0,))(factorial)


@case((1, 2.5), (0, 2.5))
@nm.jit
def an_assert_has_a_message_with_a_value(n: int, x: float) -> float:
    assert n > 0, f"n is {n} and x is {x}"
    return x


@case((1,), (-7,))
@nm.jit
def an_exception_has_a_run_time_value(n: int) -> int:
    if n < 0:
        raise ValueError("negative", n)
    return n


@case((1, "k"), (-1, "k"))
@nm.jit
def an_exception_has_a_compile_time_text(n: int, name) -> int:
    if n < 0:
        raise KeyError(f"no {name}")
    return n


def from_text(source, name):
    filename = f"<traps {name}>"
    source = textwrap.dedent(source)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    space = {"nm": nm}
    exec(compile(source, filename, "exec"), space)
    return space[name]


executed = from_text(
    """
    @nm.jit
    def executed(n: int) -> int:
        s = 0
        while n > 0:
            s += n
            n -= 2
        return s
    """,
    "executed",
)
case((7,), (0,))(executed)


def deeply_nested(depth):
    lines = ["@nm.jit", "def deep(n: int) -> int:", "    k = 0"]
    for level in range(depth):
        lines.append("    " * (level + 1) + f"if n > {level}:")
        lines.append("    " * (level + 2) + f"k += {level + 1}")
    return from_text("\n".join([*lines, "    return k"]), "deep")


def deeply_nested_loops(depth):
    lines = ["@nm.jit", "def loops(n: int) -> int:", "    k = 0"]
    for level in range(depth):
        lines.append("    " * (level + 1) + f"for i{level} in range(n):")
    lines.append("    " * (depth + 1) + "k += 1")
    return from_text("\n".join([*lines, "    return k"]), "loops")


def many_branches(count):
    lines = ["@nm.jit", "def branches(n: int) -> int:", "    k = n"]
    for place in range(count):
        lines += [
            f"    if k % {place + 2} == {place % 3}:",
            f"        k = k * 3 % 100003 + {place}",
        ]
    return from_text("\n".join([*lines, "    return k"]), "branches")


def long_chain(count):
    lines = ["@nm.jit", "def chain(n: int) -> int:", "    if n == -1:", "        k = -1"]
    for place in range(count):
        lines += [f"    elif n == {place}:", f"        k = {place * place}"]
    lines += ["    else:", "        k = -2", "    return k"]
    return from_text("\n".join(lines), "chain")


def test_thirty_branches_inside_each_other():
    deep = deeply_nested(30)
    for n in (0, 1, 17, 30):
        right_or_raises(deep, n)


def test_fifteen_loops_inside_each_other():
    loops = deeply_nested_loops(15)
    for n in (0, 1, 2):
        right_or_raises(loops, n)


def test_three_hundred_branches_in_a_row():
    branches = many_branches(300)
    for n in (0, 12345):
        right_or_raises(branches, n, modes=("default",))


def test_a_hundred_elifs():
    chain = long_chain(100)
    for n in (-1, 0, 99, 100):
        right_or_raises(chain, n, modes=("default",))


def test_source_that_is_not_there_is_refused_or_right():
    space = {"nm": nm}
    exec(
        "@nm.jit\ndef unseen(n: int) -> int:\n    k = 0\n"
        "    while n > 0:\n        k += n\n        n -= 1\n    return k\n",
        space,
    )
    right_or_raises(space["unseen"], 4)


def test_a_mutable_default_is_not_a_memory():
    @nm.jit
    def kernel(n: int) -> int:
        k = 0
        for i in range(n):
            k += accumulating(i)
        return k

    with pytest.raises(nm.TraceError):
        kernel(3)


@case.each
def test_a_name_is_right_or_refused(kernel, args):
    right_or_raises(kernel, *args)
