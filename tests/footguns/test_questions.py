"""Traps of questions about run-time values: Python's answer or an error, never a silent False."""
# ruff: noqa: F632, UP031, UP032, E711, RUF005, SIM222 - the kernels are traps on purpose

import functools
import operator

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

from .refusals import refused


def out():
    return np.array([1.0, 2.0, 3.0])


@nm.jit
def isinstances(a: nm.f8[:], x: float, n: int, y: nm.f4) -> None:
    a[0] = 1 if isinstance(x, float) else 0
    a[1] = 1 if isinstance(a[0], float) and isinstance(a[0], np.floating) else 0
    a[2] = (1 if isinstance(n, int) else 0) + (2 if isinstance(y, float) else 4)
    a[2] += 8 if type(x) is float and type(y) is np.float32 else 0
    a[2] += 16 if isinstance(a, np.ndarray) else 0
    for i in nm.range(1):
        a[1] += 10 if isinstance(i, int) and type(i) is int else 20


def test_types_are_those_of_the_undecorated_function():
    same_as_python(isinstances, out(), 1.0, 2, 3.0)


@nm.jit
def nones(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if x is None else 2.0
    a[1] = 1.0 if a is not None else 2.0
    a[2] = 1.0 if a is a and x is not "s" else 2.0


def test_is_none_is_answered():
    same_as_python(nones, out(), 1.0)


@pytest.mark.parametrize("x", [1.0, -1.0])
def test_is_true_is_answered(x):
    @nm.jit
    def of_python(x: float, b: bool):
        return (
            b is True,
            b is not False,
            (x > 0) is True,
            3 if (x > 0) is not True else 4,
            x is True,
        )

    @nm.jit
    def of_numpy(x: nm.f8):
        return (x > 0) is True, (x > 0) is not False

    same_as_python(of_python, x, x > 0)
    same_as_python(of_numpy, x)


@nm.jit
def is_true(a: nm.f8[:], x: float) -> None:
    flag = True if x > 0 else 2
    a[0] = 1.0 if flag is True else 2.0


@nm.jit
def is_other(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if x is a[0] else 2.0


@nm.jit
def is_array(a: nm.f8[:], b: nm.f8[:]) -> None:
    a[0] = 1.0 if a is b else 2.0


@nm.jit
def is_in(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if x in (1.0, 2.0) else 2.0


@nm.jit
def is_in_list(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if 2.0 in [x, 2.0] else 2.0


@nm.jit
def is_in_chain(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if 1 < 2 in [x] else 2.0


@nm.jit
def operator_is(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if operator.is_(x, x) else 2.0


@nm.jit
def key(a: nm.f8[:], n: int) -> None:
    a[0] = {1: 2.0}[n]


@nm.jit
def member(a: nm.f8[:], n: int) -> None:
    a[0] = len({n, 1})


@nm.jit
def index_of(a: nm.f8[:], n: int) -> None:
    a[0] = [1, 2, 3].index(n)


@nm.jit
def list_item(a: nm.f8[:], n: int) -> None:
    a[0] = [[1], [2], [3]][n][0]


@nm.jit
def formats(a: nm.f8[:], x: float) -> None:
    a[0] = len(f"{x}")


@nm.jit
def percent(a: nm.f8[:], x: float) -> None:
    a[0] = len("%r" % x)


@nm.jit
def format_method(a: nm.f8[:], x: float) -> None:
    a[0] = len("{!r}".format(x))


@nm.jit
def text(a: nm.f8[:], x: float) -> None:
    a[0] = len(str(x))


@nm.jit
def identity(a: nm.f8[:], x: float) -> None:
    a[0] = id(x)


@nm.jit
def matches(a: nm.f8[:], x: float) -> None:
    match x:
        case float():
            a[0] = 1.0
        case _:
            a[0] = 2.0


@nm.jit
def matches_class(a: nm.f8[:], x: float) -> None:
    match x, 1:
        case float(), 1:
            a[0] = 1.0
        case _:
            a[0] = 2.0


@nm.jit
def branches(a: nm.f8[:], x: float) -> None:
    if x > 0:
        a[0] = 1.0


@nm.jit
def loops(a: nm.f8[:], x: float) -> None:
    while x > 0:
        a[0] += 1.0
        x -= 1.0


@nm.jit
def chained(a: nm.f8[:], x: float) -> None:
    a[0] = 0 < x < 1


@nm.jit
def short_circuit(a: nm.f8[:], x: float) -> None:
    a[0] = x or 1.0


@nm.jit
def negates(a: nm.f8[:], x: float) -> None:
    a[0] = not x


@nm.jit
def asserts(a: nm.f8[:], x: float) -> None:
    assert x > 0
    a[0] = 1.0


@nm.jit
def filters(a: nm.f8[:], x: float) -> None:
    a[0] = len(list(filter(None, [x, 0.0])))


@nm.jit
def sorts(a: nm.f8[:], x: float) -> None:
    a[0] = sorted([x, 0.0])[0]


@nm.jit
def any_of(a: nm.f8[:], x: float) -> None:
    a[0] = any([x, 0.0])


@nm.jit
def to_int_index(a: nm.f8[:], n: int) -> None:
    a[0] = len([0] * n)


@nm.jit
def bytes_of(a: nm.f8[:], n: int) -> None:
    a[0] = len(bytes(n))


@nm.jit
def array_truth(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if a else 2.0


@nm.jit
def compared_array(a: nm.f8[:], x: float) -> None:
    a[0] = 1.0 if a == None else 2.0


_REFUSED = [is_true, is_other, operator_is, key]
_REFUSED += [member, index_of, list_item, formats, percent, format_method, text, identity]
_REFUSED += [matches, matches_class]
_REFUSED += [filters, sorts, any_of, to_int_index, bytes_of, compared_array]


@pytest.mark.parametrize("kernel", _REFUSED, ids=lambda kernel: kernel.__name__)
def test_a_question_about_a_run_time_value_is_refused(kernel):
    refused(kernel, out(), 1)


def test_the_truth_of_several_elements_raises_as_in_numpy():
    same_as_python(array_truth, np.array([2.0]), 1.0)
    for length in (0, 2):
        for function in (array_truth, array_truth.py_func):
            with pytest.raises(ValueError, match="truth value of an"):
                function(np.zeros(length), 1.0)


@pytest.mark.parametrize(
    "kernel",
    [branches, loops, chained, short_circuit, negates, asserts, is_in, is_in_list, is_in_chain],
    ids=lambda k: k.__name__,
)
def test_truth_is_decided_at_run_time(kernel):
    for x in (-1.0, 0.0, 0.25, 1.0, 3.0):
        same_as_python(kernel, out(), x)


def test_the_identity_of_two_arrays_is_refused():
    a = out()
    assert refused(is_array, a, a).number == 225


# -- objects with run-time values in them ---------------------------------------------------------


class Vec:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def norm(self):
        return (self.x * self.x + self.y * self.y) ** 0.5


@nm.jit
def vectors(a: nm.f8[:], x: float) -> None:
    v = Vec(x, 2.0) + Vec(a[0], a[1])
    a[0] = v.norm()
    a[1], a[2] = v.x, v.y


def test_objects_that_hold_run_time_values_are_right():
    same_as_python(vectors, out(), 3.0)


@functools.cache
def cached(n):
    return n * 2


def helper(x, *rest, scale=2.0, **named):
    return x * scale + sum(rest) + named.get("offset", 0.0)


@nm.jit
def calls(n, a: nm.f8[:], x: float) -> None:
    a[0] = helper(x, a[1], 3.0, scale=cached(n), offset=a[2])
    a[1] = helper(*[x, 1.0], **{"scale": x})
    a[2] = functools.reduce(lambda p, q: p * q, [x, a[0], 2.0])


def test_helpers_are_inlined_with_every_kind_of_argument():
    same_as_python(calls, 3, out(), 1.5)


@nm.jit
def mapped(a: nm.f8[:], x: float) -> None:
    a[0], a[1] = map(abs, [x, -1.0])
    a[2] = sum(map(helper, [x, 2.0]))


def test_functions_handed_to_map_are_inlined():
    same_as_python(mapped, out(), -2.5)


@nm.jit
def inner(x: nm.f4, n: int) -> nm.f8:
    return x * n


@nm.jit
def outer(a: nm.f8[:], x: nm.f4) -> None:
    a[0] = inner(x, 3)
    for i in nm.range(2):
        a[i + 1] = inner(x, i)


def test_a_kernel_in_a_kernel_converts_its_hints():
    a, b = out(), out()
    outer(a, np.float32(0.1))
    with nm.debug():
        outer(b, np.float32(0.1))
    assert a.tolist() == b.tolist()


@nm.jit
def unknown_function(a: nm.f8[:], x: float) -> None:
    a[0] = np.piecewise([x, 1.0], [True, False], [2.0, 3.0])[0]


@nm.jit
def stdlib_function(a: nm.f8[:], x: float) -> None:
    import statistics

    a[0] = statistics.mean([x, 1.0])


@pytest.mark.parametrize("kernel", [unknown_function, stdlib_function])
def test_a_function_that_is_not_known_is_refused_by_name(kernel):
    error = refused(kernel, out(), 1.0)
    assert error.number in (223, 248)
    assert "piecewise" in error.message or "statistics.mean" in error.message


@nm.jit
def shadowed(a: nm.f8[:], x: float) -> None:
    def abs(x):
        return x + 1

    a[0] = abs(x)


def test_a_shadowed_builtin_is_what_the_kernel_says():
    same_as_python(shadowed, out(), -1.0)


def test_recursion_over_compile_time_values_is_right():
    @nm.jit
    def power(n, a: nm.f8[:], x: float) -> None:
        def times(k):
            return x * times(k - 1) if k else 1.0

        a[0] = times(n)

    same_as_python(power, 5, out(), 1.5)


class Scaled:
    """Its operators are called by Python itself and so are not staged."""

    def __init__(self, x):
        self.x = x

    def __mul__(self, other):
        if isinstance(other, int | float | np.floating):
            return Scaled(self.x * other)
        return Scaled(self.x * other.x)


@nm.jit
def unstaged_isinstance(a: nm.f8[:], x: float, y: nm.f4) -> None:
    a[0] = (Scaled(2.0) * x).x
    a[1] = (Scaled(x) * Scaled(y)).x
    a[2] = (Scaled(x) * y).x


def test_isinstance_in_code_that_is_not_staged_is_answered():
    same_as_python(unstaged_isinstance, out(), 1.5, 2.5)


@nm.jit
def attributes(a: nm.f8[:], x: float, y: nm.f8) -> None:
    a[0] = 1.0 if hasattr(x, "dtype") else 2.0
    a[1] = 1.0 if hasattr(y, "dtype") else 2.0
    a[2] = getattr(x, "nothing", 5.0) + x.real + y.imag
    a[2] += 1 if hasattr(a, "shape") and hasattr(a, "T") else 2


def test_attributes_are_those_of_the_undecorated_function():
    same_as_python(attributes, out(), 1.5, 2.5)


@nm.jit
def foreign_attribute(a: nm.f8[:], y: nm.f8) -> None:
    a[0] = y.strides


def test_an_attribute_that_is_not_compiled_is_refused():
    assert refused(foreign_attribute, out(), 1.0).number == 121
