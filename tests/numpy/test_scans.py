"""Scans, differences, integrals and interpolation of arrays."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

RNG = np.random.default_rng(5)
A = RNG.normal(size=(3, 4, 5))


@nm.jit
def scanned(a):
    return (
        *(np.cumsum(a), np.cumsum(a, axis=0), np.cumsum(a, 1), np.cumsum(a, axis=-1)),
        *(np.cumprod(a, axis=0), np.cumprod(a), a.cumsum(axis=1), a.cumprod(axis=-1)),
    )


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "u1", "b1", "c16"])
def test_cumulative_sums_and_products(dtype):
    same_as_python(scanned, (A * 3).astype(dtype), modes=("default",))


@pytest.mark.parametrize("layout", ["fortran", "strided", "empty", "one"])
def test_layouts(layout):
    views = {
        "fortran": np.asfortranarray(A),
        "strided": A[::-2, :, ::2],
        "empty": A[:, :0],
        "one": A[:1, :1, :1],
    }
    same_as_python(scanned, views[layout], modes=("default",))


def test_scans_are_numpys_to_the_bit():
    @nm.jit
    def running(a):
        return np.cumsum(a), np.cumprod(a)

    a = RNG.normal(size=1000)
    for got, expected in zip(running(a), running.py_func(a), strict=True):
        assert np.array_equal(got, expected)


def test_nans_are_passed_over():
    @nm.jit
    def passed(a):
        return np.nancumsum(a), np.nancumprod(a, axis=0), np.cumsum(a)

    a = A[0].copy()
    a[1, 2] = a[0, 0] = np.nan
    same_as_python(passed, a)


def test_dtype_and_out():
    @nm.jit
    def into(a, out):
        returned = np.cumsum(a, axis=0, out=out)
        return returned, np.cumsum(a, dtype=np.float32), np.cumprod(a, 1, np.int64)

    same_as_python(into, np.arange(12).reshape(3, 4), np.zeros((3, 4)))


@nm.jit
def differences(a):
    return (
        *(np.diff(a), np.diff(a, axis=0), np.diff(a, 2), np.diff(a, n=1, axis=1)),
        *(np.diff(a, prepend=0), np.diff(a, append=a, axis=1), np.ediff1d(a)),
    )


@pytest.mark.parametrize("dtype", ["f8", "i4", "u1"])
def test_differences(dtype):
    same_as_python(differences, (A[0] * 5).astype(dtype), modes=("default", "checks"))


def test_difference_of_bools_and_of_one():
    @nm.jit
    def difference(a):
        return np.diff(a)

    same_as_python(difference, np.array([True, False, False, True]))
    same_as_python(difference, np.array([1.0]))
    same_as_python(difference, np.empty(0))


@nm.jit
def slopes(a, h):
    return (
        *(np.gradient(a[0]), np.gradient(a[0], h), np.gradient(a[0], h, edge_order=2)),
        *(np.gradient(a, 2.0, axis=1), *np.gradient(a), *np.gradient(a, 0.5, h)),
    )


def test_gradient():
    same_as_python(slopes, A[0], 0.25)
    same_as_python(slopes, np.arange(12).reshape(3, 4) ** 2, 2.0, modes=("default",))
    with pytest.raises(ValueError, match="too small to calculate"):
        slopes(np.ones((1, 3)), 1.0)


@nm.jit
def areas(y, x):
    return (
        *(np.trapezoid(y[0]), np.trapezoid(y, x), np.trapezoid(y, dx=0.5, axis=0)),
        np.trapezoid(y, y * 2),
    )


def test_trapezoid():
    y = np.abs(A[0])
    same_as_python(areas, y, np.sort(RNG.normal(size=5)))


@nm.jit
def interpolated(x, xp, fp):
    return np.interp(x, xp, fp), np.interp(x, xp, fp, left=-9.0, right=9), np.interp(0.7, xp, fp)


def test_interpolation():
    xp, fp = np.array([0.0, 1, 2, 2.5]), np.array([1.0, 3, -1, np.inf])
    same_as_python(interpolated, np.array([-1.0, 0, 0.5, 1, 2, 2.2, 2.5, 3, np.nan]), xp, fp)
    same_as_python(interpolated, np.arange(6).reshape(2, 3), xp[:1], fp[:1])
    same_as_python(interpolated, np.arange(4), np.array([0, 2, 4]), np.array([1, 5, 2]))
    with pytest.raises(ValueError, match="not of the same length"):
        interpolated(xp, xp, fp[:2])


@nm.jit
def complex_values(x: nm.f8[:], xp: nm.f8[:], fp: nm.c16[:]):
    ends = np.interp(x, xp, fp, left=1, right=2j)
    return np.interp(x, xp, fp), ends, np.interp(x, xp, fp, period=2.5), np.interp(1.25, xp, fp)


def test_complex_values_are_interpolated():
    x = np.array([0.0, 0.5, 1.2, 3, 9, -1, np.nan])
    fp = np.array([1 + 2j, 3, 4j, -1])
    same_as_python(complex_values, x, np.array([0.0, 1, 2, 3]), fp)
    fp[1:] = np.inf, complex(2, np.nan), np.inf
    same_as_python(complex_values, x, np.array([0.0, 1, 2, 3]), fp)
