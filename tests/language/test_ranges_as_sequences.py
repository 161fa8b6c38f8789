"""Ranges with run-time bounds as sequences: parts of them, their sums and extremes."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases, raises_as_python

case = Cases()


@case((5,), (1,), (0,))
@nm.jit
def reversed_by_a_slice(n: int):
    digits = 0
    for i in range(n)[::-1]:
        digits = digits * 10 + i
    return digits


@case(
    (6, 1, 4, 2), (7, -3, 100, -1), (0, 0, 0, 1), (6, 5, 0, -2), (6, -100, 100, 3), (9, 8, -8, -3)
)
@nm.jit
def sliced(n: int, first: int, last: int, step: int):
    digits = 0
    for i in range(1, n)[first:last:step]:
        digits = digits * 10 + i
    for i in range(n, -n, -3)[:last:step]:
        digits = digits * 10 + i
    for i in range(n)[first:]:
        digits = digits * 10 + i
    return digits


@nm.jit
def sliced_by_no_step(n: int, step: int):
    return len(range(n)[::step])


@case((5, 2), (5, -5), (1, -1))
@nm.jit
def item(n: int, k: int):
    return range(3, 3 + 2 * n, 2)[k]


@case((0,), (-8,), (7,))
@nm.jit
def item_of_a_known_range(k: int):
    return range(2, 10)[k]


@case((5,), (1,), (0,), (-3,))
@nm.jit
def sums(n: int):
    return sum(range(n)), sum(range(n, 0, -2), 3), sum(range(n)[1:]), sum(reversed(range(n)))


@case((5,), (1,))
@nm.jit
def extremes(n: int):
    return max(range(n)), min(range(n)), max(range(n, -n, -1))


@case((5, 2.5), (1, -0.5), (0, 3.0))
@nm.jit
def products(n: int, x: float):
    back = math.prod(reversed(range(n)))
    return math.prod(range(1, n + 1)), math.prod(range(n)[1:], start=x), back


@case((3,), (2,), (1,), (0,))
@nm.jit
def truths(n: int):
    return any(range(n)), all(range(n)), any(range(1, n)), all(range(1, n))


@case((3, -5, 2), (3, -3, 1), (1, 2, 3), (-2, 2, -2))
@nm.jit
def best_by_a_key(a: int, b: int, c: int):
    largest = max(a, b, c, key=abs)
    listed = max([a, b], key=lambda value: value * value * 0.5)
    return largest, listed, min(a, b, key=lambda value: -value), min((a, b, c), key=lambda value: 1)


@case((1.0, float("nan")), (float("nan"), 1.0), (-0.0, 0.0), (0.0, -0.0), (-1.0, 1.0))
@nm.jit
def best_of_floats_by_a_key(x: float, y: float):
    return max(x, y, key=abs), min(x, y, key=abs), max(x, y, key=lambda value: value > 0)


@case.each
def test_is_the_same_as_python(kernel, args):
    same_as_python(kernel, *args)


@nm.jit
def product_of_array(a):
    return math.prod(a), math.prod(a, start=2), math.prod(a[1:])


@pytest.mark.parametrize("dtype", ["f8", "i8", "u1", "f4", "c16", "i1"])
def test_products_of_arrays(dtype):
    a = np.array([3, 7, 5, 11]).astype(dtype)
    same_as_python(product_of_array, a)


@pytest.mark.parametrize(
    ("kernel", "args"),
    [
        (sliced_by_no_step, (6, 0)),
        (item, (5, 5)),
        (item, (5, -6)),
        (item, (0, 0)),
        (item_of_a_known_range, (8,)),
        (item_of_a_known_range, (-9,)),
        (extremes, (0,)),
    ],
)
def test_raises_in_every_mode(kernel, args):
    raises_as_python(kernel, *args)


def test_the_default_of_an_extreme_is_refused():
    @nm.jit
    def kernel(a: int, b: int):
        return max([a, b], default=0)

    with pytest.raises(nm.TraceError, match="default="):
        kernel(1, 2)
