"""Claim: explicit loops run as fast as hand-written Fortran (within 3 %) and as fast as Numba.

Three nests: naive matrix product 512 x 512 (order i, j, k as written, accumulated into c[i, j]),
one step of a 5-point stencil on 1024 x 1024, a first-order recurrence over a million elements.
Contenders: numeta, the Fortran of bench/reference/ compiled with the flags numeta's kernel was
compiled with, and Numba's njit on the same Python with plain `range`. Each result is compared with
NumPy's before anything is timed. Arrays are allocated once per contender and aligned alike.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
from fortran_reference import DEFAULT_FLAGS, flags_of, reference
from new_process import first_line
from numpy.typing import NDArray
from peer_extensions import python_module
from side_by_side import (
    AbsentError,
    Measured,
    Result,
    interleaved,
    rounds_from_command_line,
    versions,
)

Array = NDArray[np.float64]
SIZES = {"matmul": 512, "stencil": 1024, "prefix": 1_000_000}
REPEATS = {"matmul": 1, "stencil": 20, "prefix": 4}
WITHIN = 1.03

SOURCE = """\
{imports}


{decorator}
def matmul(a{matrix}, b{matrix}, c{matrix}):
    n = a.shape[0]
    for i in {range}(n):
        for j in {range}(n):
            for k in {range}(n):
                c[i, j] += a[i, k] * b[k, j]


{decorator}
def stencil(u{matrix}, w{matrix}):
    n = u.shape[0]
    for i in {range}(1, n - 1):
        for j in {range}(1, n - 1):
            w[i, j] = u[i, j] + 0.1 * (
                u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j]
            )


{decorator}
def prefix(b{vector}, x{vector}):
    for i in {range}(1, b.shape[0]):
        x[i] = 0.5 * x[i - 1] + b[i]
"""
NUMBA = {
    "imports": "from numba import njit",
    "decorator": "@njit",
    "range": "range",
    "matrix": "",
    "vector": "",
}
NUMETA = {
    "imports": "import numeta as nm",
    "decorator": "@nm.jit",
    "range": "nm.range",
    "matrix": ": nm.f8[:, :]",
    "vector": ": nm.f8[:]",
}


def aligned(shape: tuple[int, ...]) -> Array:
    """Zeros on a 64-byte boundary, so that no contender has the luckier allocation."""
    count = int(np.prod(shape))
    raw = np.zeros(count * 8 + 64, dtype=np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + count * 8].view(np.float64).reshape(shape)


def arguments(nest: str) -> list[Array]:
    """Inputs from a fixed seed, the written array (zeros) last."""
    size = SIZES[nest]
    shape = (size,) if nest == "prefix" else (size, size)
    numbers = np.random.default_rng(2024)
    made = [aligned(shape) for _ in range(3 if nest == "matmul" else 2)]
    for array in made[:-1]:
        array[...] = numbers.standard_normal(shape)
    return made


def expected(nest: str, inputs: list[Array]) -> Array:
    """What NumPy (for the recurrence: Python) makes of the inputs."""
    if nest == "matmul":
        return inputs[0] @ inputs[1]
    if nest == "stencil":
        u = inputs[0]
        w = np.zeros_like(u)
        around = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:]
        w[1:-1, 1:-1] = u[1:-1, 1:-1] + 0.1 * (around - 4.0 * u[1:-1, 1:-1])
        return w
    values = inputs[0].tolist()
    x = [0.0]
    for value in values[1:]:
        x.append(0.5 * x[-1] + value)
    return np.array(x)


def fortran(nest: str, flags: list[str], folder: Path) -> Callable[..., object]:
    """The reference, which takes the size before the arrays."""
    call = reference(nest, flags, folder)
    return lambda *arrays: call(SIZES[nest], *arrays)


def sample(nest: str, function: Callable[..., object]) -> Callable[[], float]:
    """A checked contender as a timed sample: seconds per call."""
    arrays = arguments(nest)
    written = arrays[-1]
    function(*arrays)
    if not np.allclose(written, expected(nest, arrays[:-1]), rtol=1e-11, atol=1e-11):
        raise AbsentError("wrong result")

    def timed() -> float:
        written.fill(0.0)
        start = time.perf_counter()
        for _ in range(REPEATS[nest]):
            function(*arrays)
        return (time.perf_counter() - start) / REPEATS[nest]

    return timed


def module(name: str, words: dict[str, str]) -> ModuleType:
    return python_module(f"loops_{name}", SOURCE.format(**words))


def measure(nest: str, rounds: int, folder: Path) -> Measured:
    """Time the contenders of one nest; numeta first, since the Fortran takes its flags."""
    makers: dict[str, Callable[[], Callable[..., object]]] = {
        "numeta": lambda: getattr(module("numeta", NUMETA), nest),
        "numba": lambda: getattr(module("numba", NUMBA), nest),
        "fortran": lambda: fortran(nest, kernel_flags(nest), folder),
    }
    samples: dict[str, Callable[[], float]] = {}
    absent: dict[str, str] = {}
    for name, maker in makers.items():
        try:
            samples[name] = sample(nest, maker())
        except Exception as reason:
            absent[name] = f"{type(reason).__name__}: {reason}"
    measured = interleaved(samples, rounds)
    measured.absent |= absent
    return measured


def kernel_flags(nest: str) -> list[str]:
    """The flags numeta compiled this kernel with; those of default mode where it is absent."""
    try:
        kernel = getattr(module("numeta", NUMETA), nest)
        kernel(*arguments(nest))
    except Exception:
        return DEFAULT_FLAGS
    return flags_of(kernel)


def main() -> None:
    rounds = rounds_from_command_line(15)
    result = Result(
        "explicit loops: matmul 512^2, 5-point stencil 1024^2, recurrence 10^6",
        "ms",
        versions("numeta", "numpy", "numba", gfortran=first_line(["gfortran", "--version"])),
        rounds=rounds,
    )
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        for nest in SIZES:
            measured = measure(nest, rounds, Path(folder))
            result.figures[nest] = measured.medians(1e3)
            result.figures[f"{nest}_fortran_flags"] = " ".join(kernel_flags(nest))
            result.absent |= {f"{nest}: {name}": why for name, why in measured.absent.items()}
            for peer, at_most in (("fortran", WITHIN), ("numba", 1.0)):
                key = f"{nest}: numeta/{peer}"
                ratio = measured.ratio("numeta", peer)
                result.ratios[key] = None if ratio is None else round(ratio, 4)
                result.demand(key, ratio, at_most, ours="numeta" in measured.absent)
    result.print_and_exit()


if __name__ == "__main__":
    main()
