"""sum, any, all, min and max of comprehensions, over what is known at run time too."""

# ruff: noqa: B905 - as users write it

import math
import sys

import numpy as np
import pytest

import numeta as nm
from numeta import folds
from numeta.testing import same_as_python

from .cases import Cases, raises_as_python

case = Cases()


def array(*values):
    return np.array(values or (3.0, 1.0, 2.0, 5.0))


def matrix():
    return np.arange(12.0).reshape(3, 4) * 7 % 11 - 3


@case((5,), (1,), (0,))
@nm.jit
def over_a_range(n: int):
    return sum(i * i for i in range(n)), sum([i for i in range(n, 0, -2)], 10)


@case((array(),), (array(-1.0, 7.0),))
@nm.jit
def over_an_array(a: nm.f8[:]):
    total = sum(x * x for x in a), sum([abs(x) for x in a if x < 3], 1.0)
    return total, any(x > 4 for x in a), all(x > 0 for x in a), any([x < 0 for x in a])


@case((array(),), (array(-1.0, math.nan),), (array(math.nan, 1.0),))
@nm.jit
def the_best(a: nm.f8[:]):
    return max(x * x for x in a), min(abs(x - 2) for x in a), max([i for i, x in enumerate(a)])


@case((array(), array(1.0, 2.0, 3.0, 4.0)))
@nm.jit
def over_several_at_once(a: nm.f8[:], b: nm.f8[:]):
    dot = sum(x * y for x, y in zip(a, b))
    return dot, sum(i * x for i, x in enumerate(a)), sum(x for x, y in zip(a, reversed(b)) if x > y)


@case((matrix(), 3), (matrix(), 0))
@nm.jit
def several_clauses(m: nm.f8[:, :], n: int):
    total = sum(m[i, j] for i in range(m.shape[0]) for j in range(m.shape[1]))
    odd = sum(i * j for i in range(n) if i % 2 for j in range(i, 9) if j != 2 if j != 4)
    return total, odd, sum(v for row in m for v in row if v > 0), any(v == 7 for r in m for v in r)


@case((matrix(),))
@nm.jit
def inside_of_each_other(m: nm.f8[:, :]):
    return sum(sum(v for v in row) for row in m), all(any(v > 6 for v in row) for row in m)


@case((30,), (2,))
@nm.jit
def primes_below(n: int):
    return sum(1 for k in range(2, n) if all(k % d for d in range(2, k)))


@case((5,), (7,), (0,))
@nm.jit
def over_what_is_known(n: int):
    keys = {"a": 1, "b": n}
    found = (
        any(i == n for i in range(6)),
        all(i != n for i in range(6)),
        any(k == "a" for k in keys),
    )
    return found, sum(keys[k] for k in keys), max(k for k in (1, n, 3))


@case((array(),), (array(9.0),))
@nm.jit
def ends_at_the_first(a: nm.f8[:]):
    beyond = any(i == len(a) - 1 or a[i + 1] > 100 for i in range(len(a) + 5))
    return beyond, all(a[i] > a[i + 1] for i in range(len(a)) if i + 1 < len(a))


@case((5,), (0,))
@nm.jit
def in_conditions(n: int):
    steps = 0
    if any(i == n for i in range(10)) and sum(i for i in range(n)) > 5:
        steps = 1
    while any(i == n for i in range(3, 100)):
        n -= 1
        steps += 10
    return steps + (sum(i for i in range(n)) if n else 7)


@case((5,))
@nm.jit
def names_are_read_when_the_items_are(n: int):
    k = 2
    first = sum(k * i for i in range(n))
    k = 3
    later = lambda: sum(k * i for i in range(n))  # noqa: E731
    k = 4
    return first, later()


@case((5,))
@nm.jit
def a_function_of_that_name(n: int):
    def sum(items):
        return 42

    return sum(i for i in range(3))


@case.each
def test_a_comprehension_is_folded_as_in_python(kernel, args):
    same_as_python(kernel, *args)


@nm.jit
def the_best_of_nothing(a: nm.f8[:]):
    return max(x for x in a if x > 100)


def test_the_best_of_nothing_raises():
    raises_as_python(the_best_of_nothing, array())


def test_the_sum_of_nothing_has_the_type_of_its_items():
    assert (
        repr(over_an_array(np.zeros(0)))
        == "((np.float64(0.0), np.float64(1.0)), False, True, False)"
    )


@nm.jit
def a_list_that_changes(a: nm.f8[:]):
    seen = []
    return sum(x for x in a if seen.append(1) is None), len(seen)


@nm.jit
def a_function_that_keeps_count(a: nm.f8[:]):
    count = 0

    def seen(x):
        nonlocal count
        count += 1
        return x + count

    return sum(seen(x) for x in a), count


@nm.jit
def a_vectorized_function_that_keeps_count(a: nm.f8[:]):
    count = 0

    def seen(x):
        nonlocal count
        count += 1
        return x + count

    return np.vectorize(seen)(a), count


@nm.jit
def a_vectorized_function_that_fills_a_list(a: nm.f8[:]):
    values = []

    def seen(x):
        values.append(x)
        return x + len(values)

    return np.vectorize(seen)(a), len(values)


@pytest.mark.parametrize(
    ("kernel", "number"),
    [
        (a_list_that_changes, 212),
        (a_function_that_keeps_count, 213),
        (a_vectorized_function_that_keeps_count, 213),
        (a_vectorized_function_that_fills_a_list, 212),
    ],
)
def test_state_that_changes_with_each_item_is_refused(kernel, number):
    with pytest.raises(nm.TraceError) as problem:
        kernel(array())
    assert problem.value.number == number
    assert problem.value.filename == __file__


def test_sums_of_floats_are_compensated_as_from_python_3_12(monkeypatch):
    def compensated(clause, eager, start=0):
        return folds._finished(*folds._compensated(clause, start, 0.0))

    @nm.jit
    def kernel(n: int, scale: float):
        return sum(scale * 0.1 for i in range(n)), sum(i for i in range(n))

    monkeypatch.setitem(folds._FOLDS, id(sum), compensated)
    assert kernel(1000, 1.0) == (math.fsum([0.1] * 1000), 499500)
    assert kernel(3, math.inf) == (math.inf, 3)


def test_a_sum_of_what_is_known_of_which_some_is_left_out():
    @nm.jit
    def kernel(n: int):
        return sum(x for x in (n, 2) if x)

    if sys.version_info >= (3, 12):  # where floats are summed as no loop over known values does
        with pytest.raises(nm.TraceError, match="NM101"):
            kernel(1)
    else:
        for n in (0, 1, 3):
            same_as_python(kernel, n)
