"""`match` on values that are known at run time, and on those that are not."""
# ruff: noqa: SIM116 - as users write it

import enum
import math

import pytest

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case_of = Cases()


class Kind(enum.IntEnum):
    A = 1
    B = 2


@case_of((3,), (1,), (7,), (4,))
@nm.jit
def by_constants(n: int) -> int:
    match n:
        case 1:
            return 10
        case 3 | 4:
            return 30
        case _:
            return 0


@case_of((3,), (1,), (7,))
@nm.jit
def none_may_match(n: int) -> int:
    r = 5
    match n * 2:
        case 2:
            r = 1
        case 6 | 8:
            r = 2
    return r


@case_of((3,), (1,), (2,))
@nm.jit
def by_dotted_names(n: int) -> int:
    match n:
        case Kind.A:
            return 10
        case Kind.B:
            return 20
        case other:
            return other


@case_of((3,), (15,), (5,), (7,))
@nm.jit
def a_tuple_by_its_items(n: int):
    match (n % 3, n % 5):
        case (0, 0):
            return 15
        case (0, _):
            return 3
        case (_, 0):
            return 5
        case (a, b):
            return a * 10 + b


@case_of((3,), (15,), (5,), (0,), (-7,))
@nm.jit
def guards(n: int):
    r = 0
    match n:
        case x if x > 4:
            r = x
        case 3 if r == 0:
            r = 33
        case x if x < 0:
            r = -x * 2
        case _:
            r = 99
    return r


@case_of((20,), (3,), (0,))
@nm.jit
def jumps_in_cases(n: int):
    s = 0
    for i in range(n):
        match i % 4:
            case 0:
                continue
            case 1:
                s += 1
            case 2 if i > 10:
                s += 100
            case 3:
                if i > 15:
                    break
                s += 10
    else:
        s = -1 - s
    return s


@case_of((1,), (2,), (3,))
@nm.jit
def the_subject_is_evaluated_once(n: int):
    calls = 0

    def subject():
        nonlocal calls
        calls += 1
        return n

    match subject():
        case 1:
            r = 1
        case 2:
            r = 2
        case _:
            r = 3
    return calls, r


@case_of((2, 1), (2, 2), (0, 0))
@nm.jit
def inside_of_each_other(n: int, m: int):
    match n:
        case 2:
            match m:
                case 1:
                    return 21
                case _:
                    return 20
        case _:
            return 0


@case_of((1.5,), (-1.5,), (math.nan,), (0.0,), (-0.0,))
@nm.jit
def floats(x: float):
    match x:
        case 0:
            return 1
        case 1.5:
            return 2
        case -1.5:
            return 3
        case _:
            return 4


@case_of((True,), (False,))
@nm.jit
def bools(b: bool):
    match b:
        case True:
            return 1
        case False:
            return 2


@case_of((3, "add"), (3, "mul"), (3, None), (3, ("p", 5)), (3, {"k": 2}), (3, True))
@nm.jit
def what_is_known_at_compile_time(n: int, how):
    match how:
        case "add":
            r = n + 1
        case None:
            r = n
        case True:
            r = 77
        case ("p", k):
            r = n * k
        case {"k": v}:
            r = n - v
        case _:
            r = 0
    return r


@case_of((3, "add"), (3, "several"), (3, None))
@nm.jit
def texts_and_none(n: int, how):
    match how:
        case "add" | "plus":
            r = n + 1
        case None:
            r = n
        case other:
            r = len(other)
    return r


@case_of.each
def test_the_case_that_matches_runs(kernel, args):
    same_as_python(kernel, *args)


@nm.jit
def by_class(n: int):
    match n:
        case int():
            return 1


def test_other_patterns_of_run_time_values_are_refused():
    with pytest.raises(nm.TraceError) as problem:
        by_class(3)
    assert problem.value.number == 227
