"""Medians, quantiles, covariances, and averages that pass over NaNs."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

RNG = np.random.default_rng(9)
A = RNG.normal(size=(3, 4, 5)) + 3


@nm.jit
def medians(a):
    return (
        *(np.median(a), np.median(a, axis=0), np.median(a, axis=-1), np.median(a, axis=(0, 1))),
        *(np.median(a, axis=1, keepdims=True), np.nanmedian(a), np.nanmedian(a, axis=0)),
    )


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "b1"])
def test_median(dtype):
    same_as_python(medians, A.astype(dtype), modes=("default",))


@pytest.mark.filterwarnings("ignore")
def test_median_of_nans():
    a = A.copy()
    a[0, 1, 2] = a[:, 0, 0] = np.nan
    same_as_python(medians, a)


@nm.jit
def quantiles(a):
    return (
        *(np.quantile(a, 0.3), np.quantile(a, [0, 0.25, 1], axis=0), np.percentile(a, 50)),
        *(np.percentile(a, 90.0, axis=1, keepdims=True), np.percentile(a, (10, 20))),
    )


def test_quantiles():
    same_as_python(quantiles, A)
    same_as_python(quantiles, np.arange(60).reshape(3, 4, 5))
    a = A.copy()
    a[1, 1, 1] = np.nan
    same_as_python(quantiles, a, modes=("default",))


def test_quantile_out_of_range():
    @nm.jit
    def quantile(a, q: float):
        return np.quantile(a, q)

    same_as_python(quantile, A, 0.75)
    with pytest.raises(ValueError, match="must be in the range"):
        quantile(A, 1.5)


@nm.jit
def passing_nans(a):
    return (
        *(np.nanmean(a), np.nanmean(a, axis=0), np.nanvar(a), np.nanvar(a, axis=1, ddof=1)),
        *(np.nanstd(a, axis=0, keepdims=True), np.nansum(a, axis=2), np.nanmax(a, axis=1)),
        *(np.nanmin(a, axis=0), np.nanprod(a, axis=1)),
    )


@pytest.mark.filterwarnings("ignore")
def test_nans_are_passed_over():
    a = A.copy()
    a[0, 1, 2] = a[:, 0, 0] = np.nan
    same_as_python(passing_nans, a)
    same_as_python(passing_nans, (A * 3).astype("i4"), modes=("default",))


@nm.jit
def nan_positions(a):
    return np.nanargmin(a), np.nanargmax(a), np.nanargmax(a, axis=0), np.nanargmin(a, axis=1)


def test_positions_that_pass_over_nans():
    a = A[0].copy()
    a[0, 0] = a[1, 2] = a[2, 4] = np.nan
    same_as_python(nan_positions, a)
    a[:, 2] = np.nan
    with pytest.raises(ValueError, match="All-NaN slice encountered"):
        nan_positions(a)


@nm.jit
def covariances(a, b):
    return (
        *(np.cov(a), np.cov(a, rowvar=False), np.cov(a, bias=True), np.cov(a[0])),
        *(np.cov(a[0], b), np.corrcoef(a), np.corrcoef(a[0], b), np.cov(a, ddof=0)),
    )


def test_covariance_and_correlation():
    a, b = np.array([[1.0, 2, 4], [3, 9, 5]]), np.array([2.0, 3, 7])
    same_as_python(covariances, a, b, modes=("default", "checks"))  # NumPy's are of a library


def test_quantiles_at_an_array_of_places():
    @nm.jit
    def kernel(a: nm.f8[:, :], q: nm.f8[:]):
        one = np.quantile(a[0], q), np.nanquantile(a, q), np.percentile(a, q * 100, axis=0)
        return (
            one,
            np.quantile(a, q, axis=1, keepdims=True),
            np.quantile(a, q.reshape(1, -1), axis=1),
        )

    same_as_python(kernel, A, np.array([0.1, 0.5, 1.0]))
    same_as_python(kernel, A, np.array([0.25]))
    same_as_python(kernel, A, np.array([0.5, 1.5]))


def test_quantiles_that_are_elements_or_the_middle_of_two():
    @nm.jit
    def kernel(a):
        taken = np.percentile(a, 30, method="lower"), np.percentile(a, 30, method="higher")
        nearest = np.percentile(a, 50, method="nearest"), np.quantile(a, [0, 0.9], method="nearest")
        return taken, nearest, np.percentile(a, 30, method="midpoint")

    @nm.jit
    def of_single(a: nm.f4[:]):
        return np.percentile(a, 50, method="lower"), np.quantile(a, [0.2, 0.9], method="nearest")

    for a in (A, A[0], np.array([3, 1, 2]), np.array([1, np.nan, 2]), np.array([5.0])):
        same_as_python(kernel, a)
    same_as_python(of_single, np.array([3, 1, 2], np.float32))


def test_quantiles_of_infinities_and_zeros_are_numpys():
    @nm.jit
    def kernel(a: nm.f8[:]):
        ends = np.quantile(a, [0, 0.3, 0.5, 1]), np.quantile(a, 1.0), np.nanquantile(a, [0.0, 1.0])
        return ends, np.median(a), np.nanmedian(a), np.median(a[None], axis=1)

    inf = np.inf
    for values in ([1, inf, -inf, 2], [1, inf], [inf], [inf, inf], [-inf, -inf, 1], [-inf, -inf]):
        same_as_python(kernel, np.array(values, float))
    for values in ([-0.0], [-0.0, -0.0], [-1, -0.0], [-1, -0.0, 3], [-0.0] * 9):
        same_as_python(kernel, np.array(values))


def test_nothing_to_squeeze_gives_the_array_itself():
    @nm.jit
    def kernel(a: nm.f8[:, :]):
        return a.squeeze(), np.squeeze(a)

    for shape in ((3, 4), (1, 4), (1, 1)):
        same_as_python(kernel, np.ones(shape))
