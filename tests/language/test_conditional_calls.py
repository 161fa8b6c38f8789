"""Calls that happen on one path only, of inner functions that assign to names around them."""

import pytest

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()


@case((4,), (0,), (-4,))
@nm.jit
def in_a_choice(n: int) -> int:
    total = 0

    def add(k):
        nonlocal total
        total += k
        return total

    r = add(5) if n > 0 else add(7)
    return r * 100 + total


@case((4,), (1,), (0,), (-4,))
@nm.jit
def in_nested_choices(n: int) -> int:
    total = 0
    other = 1

    def add(k):
        nonlocal total, other
        total += k
        other *= 2
        return total

    r = (add(5) if n > 2 else add(6) + add(1)) if n >= 0 else 9
    r += (n > 0 and add(1)) or add(2)
    for i in range(n):
        r += add(i) if i % 2 else 0
    return r * 100 + total * 7 + other


@case((4,), (0,), (-4,))
@nm.jit
def in_conditions(n: int) -> int:
    total = 0

    def add(k):
        nonlocal total
        total += k
        return total > 0

    if (n == 4 and add(1)) or add(2):
        total += 100
    while n > 0 and add(1):
        n -= 1
    return total + (n < 0 or add(7))


@case((3,), (0,), (-4,))
@nm.jit
def in_a_chain_of_comparisons(n: int) -> int:
    count = 0

    def end():
        nonlocal count
        count += 1
        return 5

    inside = n > 0 < end() > 3
    return count * 10 + inside


@case((4,), (0,))
@nm.jit
def a_name_that_is_bound_later(n: int):
    def add(k):
        nonlocal total
        total += k
        return total

    r = abs(n) if n > 0 else abs(n - 1)
    total = 5
    return r + (add(n) if n else 0) + total


@case((4, 2.5), (0, 1.5))
@nm.jit
def a_name_that_becomes_a_float(n: int, x: float):
    total = 0

    def add(k):
        nonlocal total
        total += k
        return 1

    r = add(x) if n > 0 else add(n)
    return r + total * 1.0


@case.each
def test_a_call_on_one_path_assigns_on_that_path(kernel, args):
    same_as_python(kernel, *args)


def test_a_function_between_cannot_see_the_name():
    @nm.jit
    def kernel(n: int):
        total = 0

        def add(k):
            nonlocal total
            total += k
            return total

        def between(k):
            return add(k) if k > 0 else 0

        return between(n) + total

    with pytest.raises(nm.TraceError) as problem:
        kernel(3)
    assert problem.value.number == 213
