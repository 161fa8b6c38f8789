"""Tuples and lists with run-time numbers in them are compared as Python does; so is `in`."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def sum_of_like_shapes(a: np.ndarray, b: np.ndarray):
    if a.shape != b.shape:
        raise ValueError("shapes differ")
    assert a.shape == b.shape, "never"
    return a + b


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 0, 2), ()])
def test_shapes_are_compared(shape):
    same_as_python(sum_of_like_shapes, np.ones(shape), np.ones(shape))


@pytest.mark.parametrize("other", [(3,), (2, 2), (2, 1), (2, 3, 1)])
def test_shapes_that_differ_raise(other):
    same_as_python(sum_of_like_shapes, np.ones((2, 3)), np.ones(other))
    with pytest.raises(ValueError, match="shapes differ"):
        sum_of_like_shapes(np.ones((2, 3)), np.ones(other))


@nm.jit
def comparisons(i: int, j: int, x: float):
    pair = (i, j)
    return (
        (pair == (2, 3), pair != (2, 3), pair < (2, 3), pair <= (2, 3), pair > (2, 3)),
        (pair >= (2,), pair < (2,), (2, j) < pair, pair > (), pair == (2, 3, 4), pair == [2, 3]),
        ([i, x] == [2, 2.5], [i, x] < [2, 2.5], (i, (j, x)) == (2, (3, 2.5)), (i, "a") == (2, "a")),
        (pair == (j, i), (pair == (2, 3)) == (x > 2), (2, 3) == pair != (3, 2)),
        ((i, None) == (2, None), (i, "a") != (2, "b"), (None, i) == (i, None)),
    )


@pytest.mark.parametrize("pair", [(2, 3), (3, 2), (1, 9), (2, 2), (2, 4), (3, 3)])
def test_the_first_items_that_differ_decide(pair):
    same_as_python(comparisons, *pair, 2.5)


def test_items_are_equal_if_they_are_one_object():
    @nm.jit
    def of_nan(x: float):
        return (x,) == (x,), (x + 0.0,) == (x,), x in (x,), x in (1.0, 2.0), x + 0.0 in [x]

    same_as_python(of_nan, 2.0)
    got, expected = of_nan(np.nan), of_nan.py_func(np.nan)
    assert got == expected == (True, False, True, False, False)


@nm.jit
def found(i: int, j: int, x: float, u: nm.u1):
    kinds = {1, 2, 5}
    return (
        (i in (1, 2), i not in [3, 4], i in kinds, i in {2: "a"}, i in (2.0, "b", None)),
        (
            (i, j) in ((2, 3), (4, 5)),
            [i, j] in [[2, 3]],
            (i,) in ((2, 3),),
            i in (j, 2),
            3 in (i, j),
        ),
        (x in (2.5, 1), u in (1, 255), i in (), x in frozenset((2.5,))),
        (i in range(5), i in range(9, 0, -3), x in range(4), i in range(0), u in range(2, 300, 11)),
    )


@pytest.mark.parametrize("i", [-1, 0, 1, 2, 3, 5, 6, 9])
@pytest.mark.parametrize("x", [2.5, 3.0, np.nan])
def test_a_run_time_number_is_searched_for(i, x):
    same_as_python(found, i, 3, x, np.uint8(255 if i < 2 else i))


def test_membership_decides_a_branch_and_a_filter():
    @nm.jit
    def counted(codes: nm.i4[:], n: int):
        hits = 0
        for k in range(n):
            if codes[k] in (3, 5, 7) and k not in (0, 2):
                hits += 1
        return hits, sum(1 for k in range(n) if codes[k] in (1, 2))

    same_as_python(counted, np.array([3, 5, 7, 1, 3, 2, 2, 5], np.int32), 8)


def test_an_array_in_a_tuple_is_refused():
    @nm.jit
    def of_arrays(a: nm.f8[:], b: nm.f8[:]):
        return (a, 1) == (b, 1)

    with pytest.raises(nm.TraceError):
        of_arrays(np.ones(1), np.ones(1))


@nm.jit
def in_ranges_of_any_type(n: int, u: nm.u1, i: nm.i8, x: float, w: nm.u8):
    near = n in range(5, 20, 3), i in range(5, 20), n in range(-10, 2**62, 7)
    return (
        near,
        u in range(-5, 10),
        u in range(20, -300, -7),
        x in range(0, 10, 2),
        w in range(-3, 4),
    )


def test_what_the_bounds_of_a_range_are_not_of_the_type_of():
    for n in (8, 5, 6, 20, -(2**63), 2**63 - 1):
        for u in (0, 6, 9, 255):
            for x in (2.0, 2.5, -0.0, math.inf, math.nan):
                w = np.uint64(2**64 - 3 if u == 255 else u)
                same_as_python(in_ranges_of_any_type, n, np.uint8(u), np.int64(n), x, w)


def test_a_nan_that_may_be_the_very_item_is_not_guessed():
    @nm.jit
    def kernel(x: float):
        return x in (1.0, math.nan)

    with pytest.raises(nm.TraceError, match="NM225"):
        kernel(math.nan)
