"""Functions that a vector library has: the numbers where such libraries differ from scalar code are
right in long arrays as in short ones, and where all operands are constants."""

from __future__ import annotations

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

UNARY = (
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh"
    " arccosh arctanh cbrt"
).split()
SPECIAL = [0.0, 1.0, 0.5, 2.0, np.inf, np.nan, 1e-40, 1e-20, 1e-8, 0.75, 3.0, 25.0, 90.0, 1e5, 1e38]
EDGES = {
    "f4": [1e-45, np.finfo("f4").tiny, np.finfo("f4").max, 88.8, 103.9, 127.9, 149.5],
    "f8": [5e-324, np.finfo("f8").tiny, np.finfo("f8").max, 709.79, 710.5, 745.2, 1023.9, 1074.9],
}


def numbers(dtype):
    positive = np.array(SPECIAL + EDGES[dtype], dtype)
    return np.concatenate([positive, -positive])


@nm.jit
def unary(name: nm.comptime, a):
    return getattr(np, name)(a)


@nm.jit
def binary(name: nm.comptime, a, b):
    f = getattr(np, name)
    return f(a[:, None], b), f(a, 2), f(-0.0, b)


@pytest.mark.parametrize("dtype", EDGES)
@pytest.mark.parametrize("name", UNARY)
def test_special_numbers(name, dtype):
    a = numbers(dtype)
    same_as_python(unary, name, a, modes=("default",))
    same_as_python(unary, name, a[:1], modes=("default",))


@pytest.mark.parametrize("dtype", EDGES)
@pytest.mark.parametrize("name", ["arctan2", "hypot", "power"])
def test_special_pairs(name, dtype):
    a = numbers(dtype)
    same_as_python(binary, name, a, a, modes=("default",))


@pytest.mark.parametrize("dtype", EDGES)
@pytest.mark.parametrize("name", ["arctan2", "hypot"])
def test_near_numbers_of_every_size(name, dtype):
    rng = np.random.default_rng(5)
    a = rng.normal(size=400).astype(dtype) * (10.0 ** rng.integers(-30, 30, 400)).astype(dtype)
    b = a * rng.normal(size=400).astype(dtype)
    same_as_python(binary, name, a, b, modes=("default",))


@nm.jit
def each(name: nm.comptime, a: nm.f8[:], out: nm.f8[:]) -> None:
    for i in range(len(a)):
        out[i] = getattr(math, name)(a[i])


@nm.jit
def each_pair(name: nm.comptime, a: nm.f8[:], b: nm.f8[:], out: nm.f8[:, :]) -> None:
    for i in range(len(a)):
        for j in range(len(b)):
            out[i, j] = getattr(math, name)(a[i], b[j])


@pytest.mark.parametrize("name", ["erf", "erfc", "atan", "tanh", "asinh"])
def test_loops_over_python_functions(name):
    a = numbers("f8")
    same_as_python(each, name, a, np.zeros_like(a))


@pytest.mark.parametrize("name", ["atan2", "hypot"])
def test_loops_over_python_functions_of_two(name):
    a = numbers("f8")
    same_as_python(each_pair, name, a, a, np.zeros((len(a), len(a))))


@nm.jit
def of_known_numbers(n: nm.i8) -> tuple[float, float, float, float]:
    zero = 0.0
    two = 2.0
    if n > 0:
        zero = 0.0
        two = 2.0
    return (math.atan2(zero, zero), math.hypot(two, zero), math.erf(two), math.atan2(-zero, -two))


def test_numbers_that_are_known_only_after_tracing():
    same_as_python(of_known_numbers, 0)
    same_as_python(of_known_numbers, 3)


@nm.jit
def named_as_functions(hypot: nm.f8[:], atan2: nm.f8[:], erf: nm.f8[:]) -> None:
    erfc = np.hypot(hypot, atan2)
    erf[:] = np.arctan2(erfc, atan2)
    erf[0] = math.erf(hypot[0]) + math.erfc(atan2[0])


def test_names_of_the_functions_are_free_for_users():
    a = np.linspace(-2.0, 2.0, 9)
    same_as_python(named_as_functions, a, a[::-1], np.zeros(9))
