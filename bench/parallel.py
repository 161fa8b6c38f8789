"""Claim: `nm.prange` on two threads is at least 90 % efficient on compute-bound kernels.

Efficiency is the time on one thread over twice the time on two, from the same round. The kernels:
escape counts of the Mandelbrot set, a row per index (the two halves mirror each other, so that both
threads have the same work), and the lengths of Collatz's chains from a million on. Each step
of theirs waits for the one before, which leaves room for a second thread on the units of a core.
Beside numeta stand Numba's prange and OpenMP Fortran with the flags of numeta's kernel, on as many
threads each; all of them have to give the same bits as plain Python.
"""

from __future__ import annotations

import inspect
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import plain_kernels
from fortran_reference import flags_of, reference
from new_process import first_line
from peer_extensions import python_module
from side_by_side import (
    AbsentError,
    Measured,
    Result,
    described,
    interleaved,
    rounded,
    rounds_from_command_line,
    versions,
)

# The kernels of plain_kernels.py whose outermost loop is shared, and the Fortran of each.
KERNELS = {"mandelbrot": "mandelbrot_rows", "chains": "chains"}
NUMETA = ("import numeta as nm", "@nm.jit", "nm.prange")
NUMBA = ("from numba import njit, prange", "@njit(parallel=True)", "prange")
PLAIN = ("", "", "range")
THREADS = (1, 2)
EFFICIENCY = 0.90
WITHIN = {"fortran": 1.03, "numba": 1.0}
SETTLE = 0.005  # seconds until the threads of the contender before have gone to sleep
Call = Callable[..., None]


def arguments(kernel: str, small: bool = False) -> list[Any]:
    """What the kernel is called with: the array that it writes and a number."""
    if kernel == "mandelbrot":
        n = 12 if small else 300
        return [np.zeros((n, n), np.int32), 300]
    return [np.zeros(10 if small else 80_000, np.int64), 1_000_000]


def module(name: str, words: tuple[str, str, str]) -> Any:
    """The kernels for one contender; the first loop of each is the parallel one."""
    imports, decorator, parallel = words
    text = f"from __future__ import annotations\n\n{imports}\n"
    for kernel in KERNELS:
        plain = inspect.getsource(getattr(plain_kernels, kernel))
        text += f"\n\n{decorator}\n{plain.replace(' in range(', f' in {parallel}(', 1)}"
    return python_module(f"parallel_{name}", text)


def makers(kernel: str, folder: Path) -> dict[str, Callable[[], Call]]:
    """Contenders as functions of (threads, *arguments); numeta is first, for its flags."""
    compiled: list[Any] = []

    def numeta() -> Call:
        import numeta as nm

        if not hasattr(nm, "prange") or not hasattr(nm, "set_num_threads"):
            raise AbsentError("refused: numeta has no prange")
        function = getattr(module("numeta", NUMETA), kernel)
        compiled.append(function)

        def call(threads: int, *given: Any) -> None:
            nm.set_num_threads(threads)
            function(*given)

        return call

    def numba() -> Call:
        import numba

        function = getattr(module("numba", NUMBA), kernel)

        def call(threads: int, *given: Any) -> None:
            numba.set_num_threads(threads)
            function(*given)

        return call

    def fortran() -> Call:
        flags = flags_of(compiled[0] if compiled else None)
        flags = flags if "-fopenmp" in flags else [*flags, "-fopenmp"]
        entry = reference(KERNELS[kernel], flags, folder)
        return lambda threads, *given: entry(len(given[0]), threads, *given)

    return {"numeta": numeta, "numba": numba, "fortran": fortran}


def checked(kernel: str, call: Call) -> Call:
    """A contender that gives what plain Python does, on one thread and on two."""
    for threads in THREADS:
        ours, plain = arguments(kernel, small=True), arguments(kernel, small=True)
        getattr(module("plain", PLAIN), kernel)(*plain)
        call(threads, *ours)
        if not np.array_equal(ours[0], plain[0]):
            raise AbsentError(f"wrong result on {threads} threads")
    return call


def sample(kernel: str, threads: int, call: Call) -> Callable[[], float]:
    given = arguments(kernel)

    def timed() -> float:
        given[0].fill(0)
        time.sleep(SETTLE)
        start = time.perf_counter()
        call(threads, *given)
        return time.perf_counter() - start

    return timed


def measure(kernel: str, rounds: int, folder: Path) -> Measured:
    """Samples are named `<contender> on <threads>`."""
    samples: dict[str, Callable[[], float]] = {}
    absent: dict[str, str] = {}
    for name, maker in makers(kernel, folder).items():
        try:
            call = checked(kernel, maker())
        except Exception as reason:
            absent |= {f"{name} on {threads}": described(reason) for threads in THREADS}
            continue
        samples |= {f"{name} on {threads}": sample(kernel, threads, call) for threads in THREADS}
    measured = interleaved(samples, rounds)
    measured.absent |= absent
    return measured


def efficiency(measured: Measured, name: str) -> float | None:
    ratio = measured.ratio(f"{name} on 1", f"{name} on 2")
    return None if ratio is None else ratio / 2


def main() -> None:
    rounds = rounds_from_command_line(11)
    result = Result(
        "prange: two threads against one",
        "ms",
        versions("numeta", "numpy", "numba", gfortran=first_line(["gfortran", "--version"])),
        rounds=rounds,
    )
    processors = len(os.sched_getaffinity(0))
    result.figures["processors"] = processors
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        for kernel in KERNELS:
            measured = measure(kernel, rounds, Path(folder))
            result.figures[kernel] = measured.medians(1e3)
            result.absent |= {f"{kernel}: {name}": why for name, why in measured.absent.items()}
            for name in ("numeta", *WITHIN):
                value = efficiency(measured, name)
                result.ratios[f"{kernel}: efficiency of {name}"] = value and rounded(value)
            what = f"{kernel}: efficiency of numeta"
            result.demand_at_least(what, efficiency(measured, "numeta"), EFFICIENCY)
            for peer, at_most in WITHIN.items():
                for threads in THREADS:
                    top, bottom = f"numeta on {threads}", f"{peer} on {threads}"
                    result.demand_ratio(measured, top, bottom, at_most, of=kernel)
    result.print_and_exit()


if __name__ == "__main__":
    main()
