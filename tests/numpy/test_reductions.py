"""Reductions of arrays: how near sums are, NumPy's result types, NaNs, empty arrays, axes."""

from __future__ import annotations

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

RNG = np.random.default_rng(11)


def sample(dtype, shape=(3, 4, 5)):
    """Numbers of one sign, so that sums are well-conditioned."""
    x = np.abs(RNG.normal(size=shape) * 4) + 0.5
    if np.dtype(dtype).kind == "c":
        x = x + 1j * np.abs(RNG.normal(size=shape))
    return x.astype(dtype)


@nm.jit
def reduced(name: nm.comptime, a):
    f = getattr(np, name)
    return f(a), f(a, axis=0), f(a, axis=-1), f(a, axis=1, keepdims=True), f(a, keepdims=True)


@nm.jit
def reduced_along_two(name: nm.comptime, a):
    f = getattr(np, name)
    return f(a, axis=(0, 2)), f(a, axis=(1, 2)), f(a, axis=(0, -2), keepdims=True), f(a, axis=())


NAMES = ("sum", "prod", "max", "min", "any", "all", "mean", "var", "std")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "u1", "b1", "c16"])
def test_types_and_axes(name, dtype):
    same_as_python(reduced, name, sample(dtype), modes=("default",))


@pytest.mark.parametrize("name", NAMES)
def test_two_axes_at_once(name):
    same_as_python(reduced_along_two, name, sample("f8"))


@pytest.mark.parametrize("name", ["sum", "max", "any", "var"])
@pytest.mark.parametrize("layout", ["fortran", "strided", "reversed"])
def test_layouts(name, layout):
    a = sample("f8", (6, 4, 5))
    views = {
        "fortran": np.asfortranarray(a),
        "strided": a[::2, :, ::3],
        "reversed": a[::-1, ::-1],
    }
    same_as_python(reduced, name, views[layout], modes=("default",))


@pytest.mark.parametrize("name", ["ptp", "nanmin", "nanmax", "nansum", "nanprod", "nanmean"])
@pytest.mark.parametrize("dtype", ["f8", "i4"])
def test_others(name, dtype):
    a = sample(dtype)
    if dtype == "f8" and name != "ptp":
        a[1, 2, 3] = np.nan
        a[:, 0, 0] = np.nan
    same_as_python(reduced, name, a, modes=("default", "checks"))


@pytest.mark.parametrize("name", ["argmin", "argmax"])
@pytest.mark.parametrize("dtype", ["f8", "i4", "b1", "c16"])
def test_positions(name, dtype):
    a = sample(dtype)
    a[0, 1] = a[1, 1]
    same_as_python(reduced, name, a, modes=("default",))
    if dtype == "f8":
        a[1, 2, 3] = a[2, 0, 0] = np.nan
        same_as_python(reduced, name, a)


@nm.jit
def total(a):
    return np.sum(a)


@nm.jit(exact=True)
def exact_total(a):
    return np.sum(a)


LENGTHS = (0, 1, 3, 4, 7, 8, 9, 15, 31, 32, 33, 64, 127, 128, 129, 136, 255, 257, 511, 512, 513)
LENGTHS += (1000, 1024, 1055, 4097, 20000)


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16", "c8"])
def test_exact_sum_is_numpys_to_the_bit(dtype):
    numbers = sample(dtype, 20000)
    for length in LENGTHS:
        assert exact_total(numbers[:length]) == np.sum(numbers[:length])


def test_exact_sum_of_strided_and_signed_numbers_is_numpys_to_the_bit():
    numbers = RNG.normal(size=9001) * 10.0 ** RNG.integers(-8, 8, 9001)
    for view in (numbers, numbers[::3], numbers[::-1], numbers[5::-2]):
        assert exact_total(view) == np.sum(view)


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16", "c8"])
def test_every_number_is_summed_once(dtype):
    numbers = np.arange(1, 20001)
    for length in LENGTHS:
        few = numbers[:length] % 512
        assert total(few.astype(dtype)) == few.sum()


def test_default_sum_is_nearer_than_numpys_on_average():
    ours, numpys = 0.0, 0.0
    for length in (33, 100, 500, 1000, 5000, 50000):
        for _ in range(40):
            a = RNG.normal(size=length) * 10.0 ** RNG.integers(-3, 3, length)
            true = math.fsum(a)
            ours += abs(total(a) - true) / abs(true)
            numpys += abs(np.sum(a) - true) / abs(true)
    assert ours <= 1.2 * numpys


def test_sum_of_infinities_and_nans():
    for special in ([np.inf], [np.nan], [np.inf, -np.inf], [1e308] * 2, [-np.inf]):
        for place in (0, 40, 600):
            a = np.ones(1300)
            a[place : place + len(special)] = special
            with np.errstate(all="ignore"):
                np.testing.assert_equal(total(a), np.sum(a))


@nm.jit(exact=True)
def sums_along(a):
    return np.sum(a, axis=0), np.sum(a, axis=1), np.mean(a, axis=0), np.var(a, axis=1)


def test_exact_sums_along_axes_are_numpys_to_the_bit():
    a = RNG.normal(size=(37, 301))
    for got, expected in zip(sums_along(a), sums_along.py_func(a), strict=True):
        assert np.array_equal(got, expected)


def test_exact_sum_of_two_axes_is_numpys_to_the_bit():
    a = RNG.normal(size=(37, 301))
    assert exact_total(a) == np.sum(a)
    assert exact_total(np.asfortranarray(a)) == np.sum(np.asfortranarray(a))


def test_default_sum_of_two_axes_is_at_least_as_near():
    a = RNG.normal(size=(100, 333)) * 10.0 ** RNG.integers(-8, 8, (100, 333))
    true = math.fsum(a.ravel())
    assert abs(total(a) - true) <= abs(np.sum(a) - true) + abs(true) * 3e-16


@nm.jit
def extremes(a):
    return np.max(a), np.min(a), np.argmax(a), np.argmin(a), a.max(), np.any(a), np.all(a)


def test_nan_wins_wherever_it_stands():
    for place in (0, 1, 30, 31, 32, 33, 63, 64, 99):
        a = sample("f8", 100)
        a[place] = np.nan
        same_as_python(extremes, a, modes=("default",))
        a[[5, 70]] = np.inf, -np.inf
        a[99 - place] = -np.nan
        same_as_python(extremes, a, modes=("default",))
        a[:] = -np.inf
        a[place] = np.nan
        same_as_python(extremes, a.astype("f4"), modes=("default",))
    same_as_python(extremes, np.array([np.inf, -np.inf]))
    same_as_python(extremes, np.array([-np.inf, -np.inf, np.nan]))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_the_extreme_wherever_it_stands(dtype):
    @nm.jit
    def of_rows(a):
        return np.max(a, axis=1), np.min(a, axis=-1)

    for width in (1, 31, 32, 33, 64, 100):
        a = np.eye(width, dtype=dtype) - np.eye(width, dtype=dtype)[::-1]
        same_as_python(of_rows, a)
        a[: width // 3, -1] = np.nan
        same_as_python(of_rows, a)
        same_as_python(of_rows, a[::-2, ::-1])


@pytest.mark.parametrize("name", ["max", "min", "argmax", "ptp"])
def test_nothing_has_no_extremes(name):
    @nm.jit
    def extreme(a):
        return getattr(np, name)(a)

    with pytest.raises(ValueError) as native:
        getattr(np, name)(np.empty(0))
    with pytest.raises(ValueError) as ours:
        extreme(np.empty(0))
    assert str(ours.value) == str(native.value)


def test_empty_axes():
    @nm.jit
    def along(a):
        return np.sum(a, axis=1), np.max(a, axis=0), np.sum(a), np.mean(a, axis=0)

    same_as_python(along, np.empty((3, 0)))


def test_wrong_axes():
    @nm.jit
    def along_two(a):
        return np.sum(a, axis=2)

    @nm.jit
    def along_twice(a):
        return np.sum(a, axis=(0, -2))

    same_as_python(along_two, np.ones((2, 2)))
    same_as_python(along_twice, np.ones((2, 2)))
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds for array of"):
        along_two(np.ones((2, 2)))


@nm.jit
def with_keywords(a, mask):
    return (
        np.sum(a, where=mask),
        np.sum(a, initial=2.5),
        np.max(a, axis=0, initial=1.5, where=mask),
        np.sum(a, dtype=np.float32),
        np.prod(a, axis=1, initial=0.5),
        np.mean(a, where=mask),
        np.std(a, axis=0, ddof=1),
        np.var(a, ddof=2, keepdims=True),
        np.count_nonzero(a, axis=1),
        np.any(mask, axis=0, keepdims=True),
    )


def test_keywords():
    a = sample("f8", (4, 5))
    same_as_python(with_keywords, a, a > 3)


def test_out():
    @nm.jit
    def into(a, out, wrong):
        returned = np.sum(a, axis=0, out=out)
        np.max(a, axis=0, out=out[::-1])
        if wrong:
            np.sum(a, axis=1, out=out)
        return returned

    a = sample("f8", (3, 4))
    same_as_python(into, a, np.zeros(4), False)
    same_as_python(into, a, np.zeros(4), True)


def test_out_of_another_type():
    @nm.jit
    def into(a, out):
        np.sum(a, axis=0, out=out)
        np.max(a, axis=0, out=out[::-1])

    for dtype in ("f4", "i4", "i2"):
        same_as_python(into, sample("f8", (3, 4)), np.zeros(4, dtype))
    same_as_python(into, sample("i1", (300, 4)), np.zeros(4, "i2"))
    same_as_python(into, sample("i1", (300, 4)), np.zeros(4, "f8"))


@nm.jit
def methods(a):
    return (
        *(a.sum(), a.sum(axis=0), a.sum(0), a.prod(), a.mean(1), a.var(), a.std(axis=1)),
        *(a.max(), a.min(0), a.argmax(), a.argmin(1), a.any(), a.all(0), a.sum(keepdims=True)),
    )


def test_methods():
    same_as_python(methods, sample("f8", (3, 4)))
    same_as_python(methods, sample("i2", (3, 4)))


@nm.jit
def of_ufuncs(a, b):
    return (
        *(np.add.reduce(a), np.add.reduce(a, axis=1), np.multiply.reduce(a, axis=None)),
        *(np.maximum.reduce(a), np.minimum.reduce(a, axis=-1), np.logical_or.reduce(a > 3)),
        *(np.logical_and.reduce(a, axis=1), np.add.accumulate(a), np.maximum.accumulate(b)),
        *(np.multiply.outer(b, a), np.subtract.outer(b, 2.0), np.bitwise_or.reduce(a > 4)),
    )


def test_methods_of_ufuncs():
    same_as_python(of_ufuncs, sample("f8", (3, 4)), sample("f8", 5))


def test_fixed_shapes():
    @nm.jit
    def of_three(a: nm.f8[3], b: nm.f8[2, 200]):
        return np.sum(a), np.max(a), np.mean(a), a.argmax(), np.sum(b), np.sum(b, axis=0)

    same_as_python(of_three, sample("f8", 3), sample("f8", (2, 200)))


def test_zero_dimensional_arrays_and_lists():
    @nm.jit
    def of(a, x):
        z = a[0, ...]
        return np.sum(z), np.max(z), np.sum([x, 2.0, a[0]]), np.mean([[x, 1], [2, 3]]), np.any(z)

    same_as_python(of, sample("f8", 3), np.float64(2.5), modes=("default",))


@nm.jit
def builtins_of(a, m):
    return sum(a), sum(a, 2), min(a), max(a), any(m), all(m), abs(a), divmod(a, 3), pow(a, 2)


@pytest.mark.parametrize("dtype", ["f8", "i4"])
def test_builtins(dtype):
    a = sample(dtype, 7) - 3
    same_as_python(builtins_of, a.astype(dtype), a > 0)


def test_builtins_of_nan_and_of_nothing():
    @nm.jit
    def best(a):
        return min(a), max(a)

    same_as_python(best, np.array([1.0, np.nan, 0.5, 3.0]))
    same_as_python(best, np.array([np.nan, 2.0]))
    with pytest.raises(ValueError):
        best(np.empty(0))


@nm.jit
def averages(a, w):
    return (
        *(np.average(a), np.average(a, axis=0), np.average(a, axis=1, weights=w)),
        *(np.average(a, weights=a), np.average(a, axis=1, weights=w, returned=True)),
    )


def test_average():
    same_as_python(averages, sample("f8", (3, 4)), sample("f8", 4))
    same_as_python(averages, sample("i4", (3, 4)), np.array([1, 2, 3, 4]))
    with pytest.raises(ZeroDivisionError):
        averages(sample("f8", (3, 4)), np.zeros(4))


def test_mean_of_float32_and_of_integers():
    @nm.jit
    def mean(a):
        return np.mean(a), a.mean(axis=0), np.var(a), np.std(a, axis=-1)

    for dtype in ("f4", "i1", "u8", "b1", "c8"):
        same_as_python(mean, sample(dtype, (5, 6)), modes=("default",))
