"""Sorting, searching, counting and sets of arrays."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

RNG = np.random.default_rng(3)


def shuffled(dtype, length):
    x = RNG.integers(0, 40, length) - (0 if np.dtype(dtype).kind == "u" else 15)
    x = x.astype(dtype)
    if x.dtype.kind == "c":
        x += 1j * RNG.integers(-2, 3, length)
    if x.dtype.kind in "fc" and length > 3:
        x[::7] = np.nan
    return x


@nm.jit
def sorted_and_places(a):
    return np.sort(a), np.argsort(a, kind="stable"), np.sort(a, kind="mergesort")


@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "u1", "b1", "c16", "i8"])
def test_sort(dtype):
    for length in (0, 1, 2, 16, 17, 33, 200):
        same_as_python(sorted_and_places, shuffled(dtype, length), modes=("default",))


def test_sort_of_long_arrays_and_of_sorted_ones():
    a = RNG.normal(size=5000)
    for given in (a, np.sort(a), np.sort(a)[::-1], np.round(a) + 0.0, a[::3]):
        same_as_python(sorted_and_places, given, modes=("default", "checks"))


def test_complex_nans_in_either_part():
    parts = [0.0, 1.0, -1.0, np.nan]
    a = np.array([complex(x, y) for x in parts for y in parts])
    same_as_python(sorted_and_places, a)


@nm.jit
def along_axes(a):
    return (
        *(np.sort(a, axis=0), np.sort(a, axis=1), np.sort(a, axis=None), np.sort(a)),
        *(np.argsort(a, axis=0, kind="stable"), a.argsort(kind="stable")),
    )


def test_axes():
    a = RNG.permutation(np.arange(24.0)).reshape(2, 3, 4)
    same_as_python(along_axes, a)
    same_as_python(along_axes, np.asfortranarray(a), modes=("default",))
    same_as_python(along_axes, a[:, ::-1, ::2], modes=("default",))


def test_sort_in_place():
    @nm.jit
    def in_place(a, b):
        a.sort()
        b.sort(axis=0)
        b[:, ::2].sort(axis=1)

    same_as_python(in_place, shuffled("f8", 50), RNG.permutation(20).reshape(4, 5))


def test_partition_is_refused():
    @nm.jit
    def parted(a):
        return np.partition(a, 2)

    with pytest.raises(nm.TraceError, match="instead|Instead: np.sort"):
        parted(np.arange(5.0))


@nm.jit
def searched(a, v):
    return (
        *(np.searchsorted(a, v), np.searchsorted(a, v, side="right"), a.searchsorted(v)),
        *(np.searchsorted(a, 2), np.searchsorted(a, v, sorter=np.argsort(a, kind="stable"))),
    )


def test_searchsorted():
    v = np.array([[0, 1, 2.5], [9, -1, np.nan]])
    for a in (np.array([1.0, 2, 2, 5]), np.array([1.0, np.nan]), np.empty(0), np.array([1, 2, 9])):
        same_as_python(searched, a, v)
    same_as_python(searched, np.array([1, 3, 3]), np.array([2, 3]))


@nm.jit
def digitized(x, bins):
    return np.digitize(x, bins), np.digitize(x, bins, right=True), np.digitize(x, bins[::-1])


def test_digitize():
    same_as_python(digitized, np.array([0.2, 6.4, 3.0, 1.0, 9]), np.array([0.0, 1, 2.5, 4, 9]))
    same_as_python(digitized, np.array([1, 2]), np.array([2, 2, 2]))
    with pytest.raises(ValueError, match="monotonically"):
        digitized(np.array([1.0]), np.array([1.0, 3, 2]))


@nm.jit
def counted(a, w):
    return np.bincount(a), np.bincount(a, w), np.bincount(a, minlength=9)


def test_bincount():
    same_as_python(counted, np.array([0, 3, 1, 1, 5]), np.array([1.0, 2, 3, 4, 5]))
    same_as_python(counted, np.array([3, 1], "u1"), np.array([1, 2]))
    with pytest.raises(ValueError, match="no negative elements"):
        counted(np.array([0, -1]), np.ones(2))


@nm.jit
def histograms(a, w, edges):
    return (
        *(np.histogram(a), np.histogram(a, 4), np.histogram(a, edges)),
        *(np.histogram(a, 3, range=(1, 4)), np.histogram(a, edges, weights=w)),
        *(np.histogram(a, 4, density=True), np.histogram(a, edges, density=True)),
    )


def test_histogram():
    edges = np.array([0, 1, 1.5, 5])
    a = np.array([0, 3, 1, 1, 5.0, 4.999, 2.5])
    same_as_python(histograms, a, np.arange(7.0), edges)
    same_as_python(histograms, np.full(3, 2.0), np.ones(3), edges)
    same_as_python(histograms, RNG.normal(size=500) + 2, np.ones(500), edges, modes=("default",))
    same_as_python(histograms, RNG.integers(0, 9, 100), np.ones(100), edges, modes=("default",))
    with pytest.raises(ValueError, match="autodetected range is not finite"):
        histograms(np.array([1.0, np.inf]), np.ones(2), edges)


@nm.jit
def shifted(a, v):
    return (
        *(np.convolve(a, v), np.convolve(a, v, "same"), np.convolve(a, v, mode="valid")),
        *(np.correlate(a, v), np.correlate(a, v, "full"), np.correlate(a, v, "same")),
    )


def test_convolve_and_correlate():
    for n, m in ((5, 3), (3, 5), (4, 4), (6, 4), (4, 6), (1, 1), (7, 2), (2, 7)):
        same_as_python(shifted, RNG.integers(-9, 9, n), RNG.integers(-9, 9, m), modes=("default",))
    same_as_python(shifted, np.array([1.0, 2, 3]), np.array([0.5, 1]))
    with pytest.raises(ValueError, match="cannot be empty"):
        shifted(np.empty(0), np.ones(2))


def test_polyval():
    @nm.jit
    def values(p, x):
        return np.polyval(p, x), np.polyval([1, 2, 3], x), np.polyval(p, 2)

    same_as_python(values, np.array([1.0, -2, 0.5]), np.array([0.0, 1, 2.5]))
    same_as_python(values, np.array([1, 2]), np.arange(4).reshape(2, 2))


@nm.jit
def uniques(a):
    return (
        *(np.unique(a), np.unique(a, return_index=True, return_counts=True)),
        np.unique(a, return_inverse=True),
    )


@pytest.mark.parametrize("dtype", ["f8", "i4", "b1", "c16"])
def test_unique(dtype):
    for length in (0, 1, 40):
        same_as_python(uniques, shuffled(dtype, length), modes=("default",))
    same_as_python(uniques, shuffled(dtype, 12).reshape(3, 4))


@nm.jit
def sets(a, b):
    return (
        *(np.isin(a, b), np.isin(a, b, invert=True), np.union1d(a, b)),
        *(np.setdiff1d(a, b), np.intersect1d(a, b)),
    )


def test_sets():
    same_as_python(sets, np.array([3, 1, 1, 7]), np.array([1, 2, 7, 7]))
    same_as_python(sets, np.array([[3.0, 1], [np.nan, 7]]), np.array([1, np.nan, 7]))
    same_as_python(sets, np.array([1, 2], "i2"), np.array([2.5, 2]))
    same_as_python(sets, np.empty(0), np.array([1.0]))
