"""Generators run while the kernel is traced; a compiled loop cannot be suspended by one."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


def pairs(n):
    for i in range(n):
        for j in range(i):
            yield i, j


def compiled(n):
    for i in nm.range(n):  # noqa: UP028
        yield i


@nm.jit
def triangular(a: nm.f8[:], n: nm.comptime) -> float:
    for i, j in pairs(n):
        a[i] += a[j] * 2
    return sum(a[i] for i, _ in pairs(3))


def test_a_generator_helper_runs_at_the_trace():
    same_as_python(triangular, np.arange(5.0), 4)


def test_a_yield_inside_a_compiled_loop_is_refused():
    @nm.jit
    def kernel(a: nm.f8[:]):
        for i in compiled(len(a)):
            a[i] = 1.0

    with pytest.raises(nm.TraceError, match="NM208: a generator has run-time control flow"):
        kernel(np.zeros(3))


def test_a_kernel_that_yields_is_refused():
    @nm.jit
    def kernel(a: nm.f8[:]):
        yield a[0]

    with pytest.raises(nm.TraceError, match="NM221: .*uses `yield`"):
        kernel(np.zeros(3))


def test_only_kernels_without_loops_keep_the_gil():
    @nm.jit
    def straight(a: nm.f8[:]) -> None:
        a[0] = a[1] + 1.0

    @nm.jit
    def looped(a: nm.f8[:]) -> None:
        for i in nm.range(2):
            a[i] = 1.0

    for kernel in (straight, looped):
        kernel(np.zeros(3))
    assert straight.specialisations[0].info.traced.emission.brief
    assert not looped.specialisations[0].info.traced.emission.brief
