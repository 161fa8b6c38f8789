"""Short ranges of compile-time bounds around array code: unrolled, unless that makes long code."""

from __future__ import annotations

from typing import Any

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

TAPS = (0.25, 0.5, 0.25)


@nm.jit
def smoothed(x: nm.f8[:]) -> Any:
    out = np.zeros(x.shape[0] - 2)
    for k in range(3):
        out += TAPS[k] * x[k : x.shape[0] - 2 + k]
    return out


@nm.jit
def relaxed(steps, a: nm.f8[:, :]) -> None:
    for t in range(steps):
        a[1:-1, 1:-1] = 0.25 * (a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1]) + t


@nm.jit
def by_name(steps, a: nm.f8[:, :]) -> None:
    scale = {k: 1.0 / (k + 1) for k in range(steps)}
    for t in range(steps):
        a[1:-1, 1:-1] += scale[t] * (a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])


@nm.jit
def named_after(steps, a: nm.f8[:, :]) -> Any:
    scale = {k: 1.0 / (k + 1) for k in range(steps)}
    for t in range(steps):
        a[1:-1, 1:-1] += 0.1 * (a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        last = t
    return scale[t] + scale[last - 1]


@nm.jit
def triangle(n, a: nm.i8[:]) -> Any:
    table = np.zeros((n, n), np.int64)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            if a[i] + a[j] == 3:
                table[i, j] += 1
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])
    return table


def loops(kernel: Any) -> int:
    return int(kernel.fortran().count("end do"))


def test_a_short_one_is_unrolled() -> None:
    same_as_python(smoothed, np.linspace(0.0, 1.0, 30))
    smoothed(np.ones(30))
    assert "do k = 0, 2" not in smoothed.fortran()


def test_a_long_one_is_a_loop() -> None:
    same_as_python(relaxed, 30, np.random.default_rng(1).random((7, 8)))
    relaxed(30, np.ones((7, 8)))
    assert loops(relaxed) < 10


def test_a_long_one_that_needs_its_index_is_unrolled() -> None:
    same_as_python(by_name, 16, np.random.default_rng(2).random((7, 8)))
    by_name(16, np.ones((7, 8)))
    assert loops(by_name) >= 32


def test_a_long_one_whose_index_is_needed_after_it_is_unrolled() -> None:
    same_as_python(named_after, 16, np.random.default_rng(2).random((7, 8)))


def test_iterations_that_become_longer() -> None:
    n = 40
    same_as_python(triangle, n, np.random.default_rng(3).integers(0, 4, n))
    triangle(n, np.ones(n, np.int64))
    assert loops(triangle) < 20


@nm.jit
def weighted(n, x: nm.f8[:]) -> Any:
    factorial = 1
    for k in range(1, n):
        factorial = factorial * k
        x[1:] += x[:-1] * 0.5 + x[1:] * 0.25 + x[2:3] + float(factorial % 1009) - x[1:] / 3
    return factorial % 1000003


def test_an_int_that_grows_beyond_64_bits_stays_pythons() -> None:
    same_as_python(weighted, 40, np.linspace(0.0, 1.0, 9))
