"""Bad input raises what NumPy raises, at the Python line, with arguments as NumPy leaves them."""

from __future__ import annotations

import linecache
import traceback
from typing import Any

import numpy as np
import pytest

import numeta as nm
from numeta.testing import MODES, in_mode

A = np.arange(12.0).reshape(3, 4)
B = np.ones((2, 4))
V = np.arange(5.0)
M = np.array([[2.0, 1.0], [4.0, 2.0]])  # singular
I = np.array([0, 9, -20])  # noqa: E741
E = np.zeros((0, 4))

# Statements before the last one are run; the last one fails.
CASES: dict[str, tuple[Any, ...]] = {
    # shapes that do not broadcast
    "return a + b": (A, B),
    "a[0] = 7.0\nreturn a + b": (A, B),
    "a[0] = 7.0\na += b": (A, B),
    "a[1:] = b": (A, A[:, :3]),
    "a[:, 0] = b": (A, V),
    "np.add(a, b, out=a)": (A, np.ones((2, 3, 4))),
    "return np.where(a > 0, a, b)": (A, V),
    "return np.concatenate((a, b), axis=1)": (A, B),
    "return np.stack((a, b))": (A, B),
    "return a @ b": (A, B),
    "return np.dot(a, b)": (A, B),
    "return np.broadcast_to(a, (5, 5))": (A, B),
    "return a.reshape(5, -1)": (A, B),
    "return np.einsum('ij,jk->ik', a, b)": (A, B),
    "return np.linalg.solve(a[:3, :3] + np.eye(3), b)": (A, V),
    # axes
    "return np.sum(a, axis=2)": (A, B),
    "a[0, 0] = 5.0\nb[...] = 1.0\nreturn np.sum(a, axis=2)": (A, B),
    "return np.cumsum(a, axis=-3)": (A, B),
    "return np.sort(a, axis=5)": (A, B),
    "return np.concatenate((a, a), axis=2)": (A, B),
    "return np.mean(a, axis=(0, 0))": (A, B),
    "return np.expand_dims(a, 4)": (A, B),
    "return np.transpose(a, (0, 0))": (A, B),
    "return a[0, 0, 0]": (A, B),
    # systems that have no solution
    "return np.linalg.inv(a)": (M, B),
    "a[0, 0] = 2.0\nreturn np.linalg.solve(a, b)": (M, np.ones(2)),
    "return np.linalg.cholesky(a)": (np.array([[1.0, 2.0], [2.0, 1.0]]), B),
    "return np.linalg.inv(a)\n": (A, B),
    "return np.linalg.eigvals(a * np.nan)": (M, B),
    "return np.linalg.det(b)": (A, V),
    # indices out of range
    "return a[b]": (A, I),
    "a[0] = -1.0\nreturn np.take(a, b)": (A, I),
    "a[b] = 5.0": (A, I),
    "a[b, 0] += 5.0": (A, I),
    "np.put(a, b, 1.0)": (A, np.array([1, 99])),
    "np.add.at(a, b, 1.0)": (A, I),
    "return np.bincount(b)": (A, I),
    "return np.choose(b, [1.0, 2.0])": (A, I),
    "return np.repeat(a, b, axis=0)": (A, np.array([1, -1, 2])),
    "return a[b]\n": (A, np.array([True, False])),
    # negative and impossible sizes
    "return np.zeros(b[0])": (A, np.array([-1])),
    "a[0] = 3.0\nreturn np.empty((2, b[0]))": (A, np.array([-1])),
    "return np.eye(b[0])": (A, np.array([-2])),
    "return np.full(b[0], 1.0)": (A, np.array([-2])),
    "return np.repeat(a, b[0])": (A, np.array([-2])),
    "return np.linspace(0, 1, b[0])": (A, np.array([-2])),
    # reductions of nothing
    "return np.max(a)": (E, B),
    "a[...] = 1.0\nreturn a.min(axis=0)": (E, B),
    "return np.argmax(a, axis=0)": (E, B),
    "return np.nanargmin(a)": (np.full(3, np.nan), B),
    "return np.linalg.cond(a)": (E[:, :0], B),
    # others
    "return np.histogram(a, b)": (A, np.array([1.0, 0.0])),
    "return np.digitize(a, b)": (A, np.array([1.0, 0.0, 2.0])),
    "return np.interp(a, b, b[1:])": (A, V),
    "return np.percentile(a, b[0])": (A, np.array([101.0])),
    "return np.average(a, weights=b)": (V, np.zeros(5)),
    "return np.split(a, 2, axis=1)": (A[:, :3].copy(), np.zeros(2)),
}


def _kernel(body: str) -> Any:
    lines = body.strip().splitlines()
    source = "def kernel(a, b):\n" + "".join(f"    {line}\n" for line in lines)
    name = f"<bad input {body!r}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"np": np}
    exec(compile(source, name, "exec"), space)
    return nm.jit(space["kernel"]), name, len(lines) + 1


def _raised(call: Any, args: tuple[Any, ...]) -> BaseException:
    with pytest.raises(Exception) as problem, np.errstate(all="ignore"):
        call(*args)
    return problem.value


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("body", CASES)
def test_bad_input(body):
    kernel, name, line = _kernel(body)
    plain = tuple(array.copy() for array in CASES[body])
    expected = _raised(kernel.py_func, plain)
    for mode in MODES:
        args = tuple(array.copy() for array in CASES[body])
        got = _raised(in_mode(kernel, mode), args)
        assert isinstance(got, type(expected)), f"{got!r} instead of {expected!r}"
        places = [(f.filename, f.lineno) for f in traceback.extract_tb(got.__traceback__)]
        assert (name, line) in places
        for one, other in zip(args, plain, strict=True):
            np.testing.assert_array_equal(one, other)


HUGE = {
    "return np.empty(n)": 1 << 44,
    "return np.zeros((n, n))": 1 << 22,
    "b = np.empty((n, 3))\nb[0] = a[0]\nreturn b[0, 0]": 1 << 44,
    "return np.outer(np.arange(n), np.arange(n))": 1 << 22,
    "return np.repeat(a, n)": 1 << 44,
    "return np.tile(a, n).sum()": 1 << 42,
    "a[0] = 4.0\nreturn np.eye(n)": 1 << 24,
}


@pytest.mark.parametrize("body", HUGE)
def test_no_memory(body):
    lines = body.splitlines()
    source = "def kernel(a, n: nm.i8):\n" + "".join(f"    {line}\n" for line in lines)
    name = f"<no memory {body!r}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"np": np, "nm": nm}
    exec(compile(source, name, "exec"), space)
    kernel = nm.jit(space["kernel"])
    for mode in MODES:
        a = np.ones(3)
        with pytest.raises(MemoryError):
            in_mode(kernel, mode)(a, HUGE[body])
        assert a[0] == (4.0 if "4.0" in body else 1.0)
        assert in_mode(kernel, mode)(a, 2) is not None  # and the kernel goes on working
