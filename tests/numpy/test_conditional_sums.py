"""Several sums of one loop whose terms a condition chooses. gcc 12 makes one vector of such sums,
and compares other elements than those that it adds; the answers here are NumPy's all the same."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


def numbers(*shape, dtype="f8"):
    return (np.random.default_rng(1).integers(-9, 10, shape) / 2).astype(dtype)


def codes(*shape, dtype="i8"):
    return np.random.default_rng(2).integers(0, 3, shape).astype(dtype)


@nm.jit
def named(x: nm.f8[:, 8], w: nm.i8[:, 8], k: int):
    a = b = c = d = e = f = g = h = np.float64(0.0)
    for i in range(x.shape[0]):
        if w[i, 0] == k:
            a += x[i, 0]
        if w[i, 1] == k:
            b += x[i, 1]
        if w[i, 2] == k:
            c += x[i, 2]
        if w[i, 3] == k:
            d += x[i, 3]
        if w[i, 4] == k:
            e += x[i, 4]
        if w[i, 5] == k:
            f += x[i, 5]
        if w[i, 6] == k:
            g += x[i, 6]
        if w[i, 7] == k:
            h += x[i, 7]
    return a, b, c, d, e, f, g, h


@nm.jit
def elements(x: nm.f8[:, 8], w: nm.i8[:, 8], k: int):
    a = np.zeros(8)
    for i in range(x.shape[0]):
        for j in range(8):
            a[j] += x[i, j] if w[i, j] == k else 0.0
    return a


@nm.jit
def elements_of_a_loop(x: nm.f8[:, 8], w: nm.i8[:, 8], k: int):
    a = np.zeros(8)
    for i in range(x.shape[0]):
        for j in nm.range(8):
            if w[i, j] == k:
                a[j] += x[i, j]
    return a


@nm.jit
def while_there_are(x: nm.f8[:, 8], w: nm.i8[:, 8], k: int):
    a = np.zeros(8)
    i = 0
    while i < x.shape[0]:
        for j in range(8):
            a[j] += x[i, j] if w[i, j] == k else 0.0
        i += 1
    return a


@nm.jit
def in_two_steps(x: nm.f8[:, 8], w: nm.i8[:, 8], k: int):
    a, t = np.zeros(8), np.zeros(8)
    for i in range(x.shape[0]):
        for j in range(8):
            if w[i, j] == k:
                t[j] = x[i, j]
            else:
                t[j] = 0.0
        for j in range(8):
            a[j] += t[j]
    return a


@nm.jit
def whole_rows(x, w, k: int):
    a = np.zeros_like(x[0])
    for i in range(x.shape[0]):
        a += np.where(w[i] == k, x[i], 0)
    return a


@nm.jit
def along_rows(x, w, k: int):
    return np.where(w == k, x, 0).sum(axis=1), np.sum(x, where=w == k), (x * (w > k)).sum(axis=1)


@nm.jit
def of_fixed_length(x: nm.f8[100], w: nm.i8[100], k: int):
    t = np.where(w == k, x, 0.0)
    return t.sum(), np.sum(np.where(w > k, x, -x)), np.dot(t, x), t.max()


@nm.jit
def in_threads(x: nm.f8[:, :, 8], w: nm.i8[:, :, 8], k: int):
    out = np.zeros((x.shape[0], 8))
    for i in nm.prange(x.shape[0]):
        for n in range(x.shape[1]):
            for j in range(8):
                out[i, j] += x[i, n, j] if w[i, n, j] == k else 0.0
    return out


@pytest.mark.parametrize("rows", [1, 3, 8, 100])
@pytest.mark.parametrize(
    "kernel", [named, elements, elements_of_a_loop, while_there_are, in_two_steps]
)
def test_sums_that_conditions_choose(kernel, rows):
    same_as_python(kernel, numbers(rows, 8), codes(rows, 8), 1)


@pytest.mark.parametrize("dtype", ["f8", "f4", "c16", "i8", "i4"])
@pytest.mark.parametrize("hint", [2, 4, 8, 16, 32])
def test_rows_of_a_fixed_length(hint, dtype):
    short = dtype if dtype != "c16" else "c16"
    hints = {"x": getattr(nm, short)[:, hint], "w": nm.i8[:, hint], "k": int}
    function = type(whole_rows.py_func)(
        whole_rows.py_func.__code__, whole_rows.py_func.__globals__, "whole_rows_fixed"
    )
    function.__annotations__ = hints
    same_as_python(nm.jit(function), numbers(50, hint, dtype=dtype), codes(50, hint), 1)


@pytest.mark.parametrize("columns", [3, 8, 16, 40, 100, 130, 300])
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_sums_along_rows(columns, dtype):
    same_as_python(along_rows, numbers(20, columns, dtype=dtype), codes(20, columns), 1)
    same_as_python(along_rows, numbers(20, columns, dtype=dtype), codes(20, columns, dtype="i4"), 1)


def test_sums_of_a_fixed_length():
    same_as_python(of_fixed_length, numbers(100), codes(100), 1)


def test_sums_in_threads():
    same_as_python(in_threads, numbers(4, 50, 8), codes(4, 50, 8), 1)


def test_sums_without_conditions_are_vectors():
    @nm.jit
    def plain(x: nm.f8[:, 8], w: nm.f8[:, 8]):
        a = np.zeros(8)
        for i in range(x.shape[0]):
            for j in range(8):
                a[j] += x[i, j] * w[i, j]
        return a

    plain(numbers(9, 8), numbers(9, 8))
    assert "novector" not in plain.fortran()
    elements(numbers(9, 8), codes(9, 8), 1)
    assert "novector" in elements.fortran()
