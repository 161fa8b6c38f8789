"""Kernels that call themselves or each other on arrays that are, or may be, the same memory."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def folded(a: nm.f8[:], b: nm.f8[:], k: int) -> float:
    if k >= len(a):
        return 0.0
    a[k] += b[-1 - k]
    b[0] -= a[-1]
    return a[k] + folded(a, b, k + 1)


@nm.jit
def crossed(a: nm.f8[:], b: nm.f8[:], k: int) -> float:
    if k >= len(a):
        return 0.0
    a[k] = 2 * b[k] + 1
    return b[-1] + crossed(b, a, k + 1) - a[0]


@nm.jit
def doubled(a: nm.f8[:], n: int) -> None:
    for i in range(len(a)):
        a[i] *= n
    if n > 1:
        doubled(a, n - 1)


@nm.jit
def one_is_written(a: nm.f8[:], b: nm.f8[:], n: int) -> float:
    before = b[0]
    doubled(a, n)
    after = b[0]
    b[-1] = 7.0
    doubled(b, n)
    return before + 10 * after + 100 * a[-1]


@nm.jit
def given_twice(a: nm.f8[:], b: nm.f8[:], n: int) -> float:
    return folded(a, b, 0) + folded(b, a, n) + folded(a, a, n) + crossed(b, b, 0)


@nm.jit
def shifted(a: nm.f8[:], b: nm.f8[:]) -> None:
    for i in range(len(a)):
        a[i] = b[i] + 1


@nm.jit
def in_a_loop(a: nm.f8[:], b: nm.f8[:], n: int) -> float:
    s = 0.0
    for _ in range(n):
        shifted(a, b)
        s = s * 2 + b[0] + a[-1]
        shifted(b, a)
    return s


def shared(how):
    x = np.arange(1.0, 7.0)
    return {
        "apart": (x[:5].copy(), x[1:].copy()),
        "same": (x, x),
        "shifted": (x[1:], x[:-1]),
        "reversed": (x, x[::-1]),
        "strided": (x[::2], x[1::2]),
    }[how]


@pytest.mark.parametrize("how", ["apart", "same", "shifted", "reversed", "strided"])
@pytest.mark.parametrize(
    "kernel, rest",
    [
        (folded, (0,)),
        (crossed, (0,)),
        (one_is_written, (3,)),
        (given_twice, (1,)),
        (in_a_loop, (3,)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_shared_memory_is_seen_in_every_call(kernel, rest, how):
    same_as_python(kernel, *shared(how), *rest)
