"""What `explain()` says of array code: its loops, what was fused, and the arrays that need memory.

Each kernel of the corpus stands for one plan. The arrays that are listed are all that a call
allocates, so the text of the kernel may allocate no others.
"""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest

import numeta as nm


def values(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).random(shape) + 0.5


def notes(kernel: Any) -> list[str]:
    lines = [line.strip() for line in kernel.explain().splitlines()]
    return [line.split(": ", 1)[1] for line in lines if re.match(r"line \d+: ", line)]


def loops(kernel: Any) -> list[str]:
    """What the outermost loops go over; how many are inside depends on how rows are summed."""
    found = [re.match(r"a loop over (\(.*?\))", note) for note in notes(kernel)]
    return [match[1] for match in found if match]


def kept(kernel: Any) -> list[str]:
    """The shapes and reasons of arrays of run-time length, without those of fixed length."""
    found = [note for note in notes(kernel) if " is kept: " in note]
    matches = [re.match(r"an array (\(.*\)) is kept: (.*)", note) for note in found]
    shapes = [match.groups() for match in matches if match]
    return [f"{shape} {why}" for shape, why in shapes if re.search("[a-z]", shape)]


def agrees(kernel: Any, *arguments: Any) -> None:
    mine, theirs = ([copied(x) for x in arguments] for _ in range(2))
    results = kernel(*mine), kernel.py_func(*theirs)
    for got, expected in zip((*mine, results[0]), (*theirs, results[1]), strict=True):
        if expected is None:
            continue
        np.testing.assert_allclose(got, expected, rtol=1e-11)


def copied(x: Any) -> Any:
    return x.copy(order="K") if isinstance(x, np.ndarray) else x


@nm.jit
def chain(x: nm.f8[:, :], y: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    t = np.clip(x * 2 - 1, -0.5, 0.5)
    out[:, :] = np.abs(np.where(y > 0.5, t * y, t + y))


@nm.jit
def norms(x: nm.f8[:, :]) -> Any:
    return np.sqrt(np.sum(x * x, axis=1))


@nm.jit
def softmax(x: nm.f8[:, :]) -> Any:
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


@nm.jit
def normalised(x: nm.f8[:, :]) -> Any:
    mean = np.mean(x, axis=1, keepdims=True)
    spread = np.sqrt(np.var(x, axis=1, keepdims=True) + 1e-5)
    return (x - mean) / spread


@nm.jit
def accelerations(p: nm.f8[:, :], m: nm.f8[:], a: nm.f8[:, :]) -> None:
    x, y = p[:, 0:1], p[:, 1:2]
    dx, dy = x.T - x, y.T - y
    r = dx * dx + dy * dy + 0.01
    w = m / (r * np.sqrt(r))
    a[:, 0] = np.sum(dx * w, axis=1)
    a[:, 1] = np.sum(dy * w, axis=1)


@nm.jit
def smoothed(a: nm.f8[:, :], b: nm.f8[:, :], n: nm.i8) -> None:
    for _ in range(n):
        b[1:-1, 1:-1] = 0.25 * (a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])
        a[1:-1, 1:-1] = 0.25 * (b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1])


@nm.jit
def upwind(u: nm.f8[:], n: nm.i8) -> None:
    for _ in range(n):
        old = u.copy()
        u[1:] = old[1:] - 0.1 * (old[1:] - old[:-1])


@nm.jit
def escape_times(c: nm.f8[:, :], d: nm.f8[:, :], n: nm.i8) -> Any:
    x, y = np.zeros(c.shape), np.zeros(c.shape)
    times = np.zeros(c.shape)
    for k in range(n):
        inside = x * x + y * y < 4
        times[:, :] = np.where(inside, k, times)
        new = x * x - y * y + c
        y[:, :] = np.where(inside, 2 * x * y + d, y)
        x[:, :] = np.where(inside, new, x)
    return times


@nm.jit
def turned(x: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    out[:, :] = (x * x + 2 * x).T


@nm.jit
def dot(x: nm.f8[:], y: nm.f8[:]) -> Any:
    return np.sum(np.exp(x) * y)


a, b = values(6, 7), values(7, 6)
CORPUS: list[tuple[Any, tuple[Any, ...], list[str], list[str]]] = [
    (chain, (a, a * 2, a * 3), ["(out.shape[0], out.shape[1])"], []),
    (norms, (a,), ["(x.shape[0],)"], []),
    (
        softmax,
        (a,),
        ["(x.shape[0],)"],
        ["(x.shape[1],) it is written in parts, or read by several loops"],
    ),
    (normalised, (a,), ["(x.shape[0],)"], []),
    (
        accelerations,
        (values(9, 2), values(9), values(9, 2)),
        ["(a.shape[0],)"],
        ["(p.shape[0],) it is written in parts, or read by several loops"],
    ),
    (smoothed, (a, a * 2, 3), ["(n,)"], []),
    (
        upwind,
        (values(9), 3),
        ["(n, u.shape[0] - 1)"],  # backwards, without a copy
        [],
    ),
    (
        escape_times,
        (values(5, 6) * 2 - 2, values(5, 6) - 1, 9),
        ["(c.shape[0],)"],  # all steps of one row after the other
        ["(c.shape[1],) it is written in several places"] * 2,
    ),
    (turned, (np.asfortranarray(a), b), ["(out.shape[0], out.shape[1])"], []),
]


@pytest.mark.parametrize("case", range(len(CORPUS)), ids=[case[0].__name__ for case in CORPUS])
def test_loops_and_arrays_of_the_corpus(case: int) -> None:
    kernel, arguments, its_loops, arrays = CORPUS[case]
    agrees(kernel, *arguments)
    assert loops(kernel) == its_loops
    assert kept(kernel) == arrays
    assert len(re.findall(r"\ballocate\(", kernel.fortran())) == len(arrays)


def test_a_sum_makes_no_array_of_what_it_sums() -> None:
    agrees(dot, values(700), values(700) - 1)
    assert kept(dot) == []
    assert "allocatable" not in dot.fortran()


def test_what_was_fused_is_said() -> None:
    softmax(a)
    said = notes(softmax)
    assert "4 loops became one" in said
    assert "2 array operations became one loop nest" in said
    assert "an array needs memory for one iteration of a loop only" in said


def test_checks_of_the_arguments_are_said() -> None:
    smoothed(a, a * 2, 1)
    assert "8 checks of the arguments are made before all else" in notes(smoothed)


PEAK = """
import resource
import numpy as np
import numeta as nm

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

@nm.jit
def kernel(p: nm.f8[:], q: nm.f8[:]):
    d = np.sqrt(p) - np.exp(-q)
    e = np.where(d > 0, d, 0) * 2 + p / (q + 1)
    w = np.exp(-0.5 * (p[:, None] - q[:200]) ** 2)
    return e + np.sum(w / (1 + w), axis=1) + np.sum(w * w, axis=1)

kernel(np.ones(200), np.ones(200))
n = 1_000_000
kernel.explain()
p, q = np.full(n, 0.5), np.full(n, 0.25)
before = peak()
result = kernel(p, q)
print(peak() - before, result.nbytes)
"""


def test_memory_is_the_results_and_the_arrays_that_are_listed(tmp_path: Any) -> None:
    """The matrix of 1,000,000 by 200 that NumPy makes here needs 1.6 GB."""
    script = tmp_path / "peak.py"
    script.write_text(textwrap.dedent(PEAK))
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    grown, result = map(int, run.stdout.split())
    assert grown < result + 2**22
