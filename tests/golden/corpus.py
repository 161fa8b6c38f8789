"""The kernels whose emitted Fortran is kept in tests/golden/*.f90, each with its arguments.

One row of CORPUS per golden file: the name of the file, the kernel, what it is emitted for. The
arguments are never run here; only their types and layouts count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import numeta as nm


def mixed_loops(n, array: nm.f8[:, :]) -> None:
    for i in range(n):
        for j in nm.frange(n):
            array[j, i] = i + j


def stencil(u: nm.f8[:, :], v: nm.f8[:, :]) -> None:
    rows, columns = u.shape
    for i in nm.range(1, rows - 1):
        for j in nm.range(1, columns - 1):
            v[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]) - u[i, j]


def scale(a: nm.f8[:, :], factor: nm.f8) -> None:
    for i in nm.range(a.shape[0]):
        for j in nm.range(a.shape[1]):
            a[i, j] *= factor


def matmul(a: nm.f8[:, :], b: nm.f8[:, :], c: nm.f8[:, :]) -> None:
    for i in nm.range(a.shape[0]):
        for j in nm.range(b.shape[1]):
            for k in nm.range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def rotate(point: nm.f8[2], matrix: nm.f8[2, 2]) -> None:
    x = point[0]
    y = point[1]
    point[0] = matrix[0, 0] * x + matrix[0, 1] * y
    point[1] = matrix[1, 0] * x + matrix[1, 1] * y


def ring(a: nm.f8[:], k: nm.i8) -> nm.f8:
    return a[k] - a[k - 1] + a[-1]


def congruential(state: nm.u4[:], out: nm.u8[:]) -> None:
    for i in nm.range(state.shape[0]):
        state[i] = state[i] * np.uint32(1664525) + np.uint32(1013904223)
        out[i] = (out[i] ^ (out[i] >> np.uint64(33))) % np.uint64(10**19)


def floor_pairs(a: nm.i8[:], x: nm.f8[:], b: nm.i8) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = a[i] // b + a[i] % b
        x[i] = x[i] // 0.5


def statistics(a: nm.f8[:], n: int) -> tuple[nm.f8, int, bool]:
    mean = (a[0] + a[1]) / 2
    return mean, n * 2 + 1, mean < a[0]


def checked(a: nm.f8[:], k: int, d: int) -> nm.f8:
    return a[k + 1] / d


def shift(a: nm.f8[:], b: nm.f8[:]) -> None:
    for i in nm.range(1, a.shape[0]):
        b[i] = a[i - 1] + a[i]


def transcendental(x: nm.f8[:]) -> None:
    for i in nm.range(x.shape[0]):
        x[i] = math.exp(x[i]) + np.sin(x[i]) ** 2.5 + np.cbrt(x[i])


def countdown(a: nm.i4[:], start: int, step: int) -> None:
    for i in nm.range(a.shape[0] - 1, -1, -1):
        a[i] = i
    for _round in nm.range(start, 0, step):
        a[0] += 1


def loop_bounds(n: int, k: nm.i4, rows: nm.i8[:], out: nm.i8[:]) -> None:
    for i in nm.range(n):
        out[i] += 1
    for i in nm.range(1, n + 1):
        out[i] += 2
    for i in nm.range(k):
        out[i] += 3
    for i in nm.range(rows[0], rows[1]):
        out[i] += 4


def literals(a: nm.f8[:], b: nm.i8[:], c: nm.c16[:]) -> None:
    a[0] = float("nan")
    a[1] = float("-inf")
    a[2] = -0.0
    a[3] = 5e-324
    a[4] = 0.1
    b[0] = -(2**63)
    b[1] = 2**63 - 1
    c[0] = 1.5 - 0.25j


def taken(rows: nm.b1[:], columns: nm.b1[:], places: nm.i8[:, :], row: int) -> int:
    free = 0
    for k in range(places.shape[0]):
        column = places[k, 0]
        while rows[row + column] or columns[column - 1]:
            column += 1
        if not rows[k] and not columns[places[k, 1]]:
            free += 1
    return free


class Case(NamedTuple):
    """A golden file."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    modes: tuple[str, ...] = ()
    overlap: bool = False


_F = np.zeros((4, 3), order="F")
_STRIDED = np.zeros((8, 6))[::2, ::-1]

CORPUS = (
    Case("mixed_loops", mixed_loops, (3, np.zeros((3, 3)))),
    Case("stencil", stencil, (nm.f8[:, :], nm.f8[:, :])),
    Case("matmul", matmul, (nm.f8[:, :], nm.f8[:, :], nm.f8[:, :])),
    Case("matmul_overlap", matmul, (nm.f8[:, :], nm.f8[:, :], nm.f8[:, :]), overlap=True),
    Case("strided", scale, (_STRIDED, 2.0)),
    Case("fortran_order", scale, (_F, 2.0)),
    Case("fixed_shape", rotate, (nm.f8[2], nm.f8[2, 2])),
    Case("negative_index", ring, (nm.f8[:], nm.i8)),
    Case("unsigned", congruential, (nm.u4[:], nm.u8[:])),
    Case("support", floor_pairs, (nm.i8[:], nm.f8[:], nm.i8)),
    Case("results", statistics, (nm.f8[:], int)),
    Case("checks", checked, (nm.f8[:], int, int), ("checks",)),
    Case("distinct", shift, (nm.f8[:], nm.f8[:])),
    Case("overlap", shift, (nm.f8[:], nm.f8[:]), overlap=True),
    Case("functions", transcendental, (nm.f8[:],)),
    Case("exact", transcendental, (nm.f8[:],), ("exact",)),
    Case("countdown", countdown, (nm.i4[:], int, int)),
    Case("loop_bounds", loop_bounds, (int, nm.i4, nm.i8[:], nm.i8[:])),
    Case("any_flag", taken, (nm.b1[:], nm.b1[:], nm.i8[:, :], int)),
    Case("literals", literals, (nm.f8[:], nm.i8[:], nm.c16[:])),
)


def emit(case: Case) -> str:
    """The Fortran that is emitted for a case."""
    kernel = nm.jit(case.function, **dict.fromkeys(case.modes, True))
    if not case.overlap:
        return kernel.fortran(*case.arguments)
    from numeta import compilation

    arguments = kernel._described(case.arguments)
    return str(compilation.trace(kernel, arguments, overlap=True).emission.fortran)
