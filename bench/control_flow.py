"""Claim: kernels full of run-time control flow run as fast as Fortran (within 3 %) and as Numba.

The kernels of plain_kernels.py, the same function objects for numeta and for Numba (`njit` with its
defaults: no fastmath, no bounds checks), against the Fortran of reference/ compiled with the flags
that numeta compiled each kernel with. Each contender's result and every array it was given are
compared with plain Python's on a small size and with each other's on the size that is timed, bit
for bit. The arrays are set anew before every call, outside of what is timed. The time is the
processor's (everything runs in the calling thread): waiting for other programs is not counted.
"""

from __future__ import annotations

import ctypes
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import plain_kernels
from fortran_reference import flags_of, reference
from new_process import first_line
from side_by_side import (
    AbsentError,
    Measured,
    Result,
    described,
    interleaved,
    rounds_from_command_line,
    versions,
)

WITHIN_FORTRAN = 1.03
WITHIN_NUMBA = 1.0
Function = Callable[..., Any]
Numbers = np.random.Generator


@dataclass(frozen=True)
class Problem:
    """One kernel: what it is called with for a size, and the sizes for checking and timing.

    `size_first`: the first argument is the size; otherwise the Fortran gets it before the others.
    `reference`: the Fortran, where its name is not the kernel's.
    """

    make: Callable[[int, Numbers], list[Any]]
    small: int
    size: int
    result: Any = None
    size_first: bool = False
    reference: str = ""


def letters(n: int, numbers: Numbers) -> Any:
    return numbers.integers(97, 101, n, dtype=np.uint8)


def board(n: int, numbers: Numbers) -> list[Any]:
    grid = np.zeros((n, n), np.uint8)
    grid[1:-1, 1:-1] = numbers.random((n - 2, n - 2)) < 0.35
    return [grid, np.zeros_like(grid), 60]


PROBLEMS = {
    "collatz": Problem(lambda n, _: [n], 300, 60_000, ctypes.c_int64, size_first=True),
    "mandelbrot": Problem(lambda n, _: [np.zeros((n, n), np.int32), 200], 12, 300),
    "mandelbrot_complex": Problem(lambda n, _: [np.zeros((n, n), np.int64), 200], 12, 300),
    "sieve": Problem(lambda n, _: [np.zeros(n, np.bool_)], 500, 3_000_000, ctypes.c_int64),
    "sieve_while": Problem(
        lambda n, _: [np.zeros(n, np.bool_)], 500, 3_000_000, ctypes.c_int64, reference="sieve"
    ),
    "queens": Problem(
        lambda n, _: [
            n,
            np.zeros(n, np.int64),
            *(np.zeros(k, np.bool_) for k in (n, 2 * n, 2 * n)),
        ],
        6,
        11,
        ctypes.c_int64,
        size_first=True,
    ),
    "edit_distance": Problem(
        lambda n, numbers: [
            letters(n, numbers),
            letters(n, numbers),
            np.zeros((n + 1, n + 1), np.int64),
        ],
        30,
        2500,
        ctypes.c_int64,
    ),
    "quicksort": Problem(
        lambda n, numbers: [numbers.standard_normal(n), np.zeros(256, np.int64)], 500, 150_000
    ),
    "life": Problem(board, 16, 512),
}


@dataclass
class Contender:
    """A function and the arguments it is called with; `fresh` is what they are before a call."""

    function: Function
    arguments: list[Any]
    fresh: list[Any]

    def reset(self) -> None:
        for own, fresh in zip(self.arguments, self.fresh, strict=True):
            if isinstance(own, np.ndarray):
                own[...] = fresh

    def outcome(self) -> list[Any]:
        """The result of a call and what it left in the arrays."""
        self.reset()
        result = self.function(*self.arguments)
        arrays = [own.copy() for own in self.arguments if isinstance(own, np.ndarray)]
        return [result, *arrays]

    def seconds(self) -> float:
        self.reset()
        start = time.thread_time()
        self.function(*self.arguments)
        return time.thread_time() - start


def contender(problem: Problem, size: int, function: Function) -> Contender:
    made, fresh = (problem.make(size, np.random.default_rng(2026)) for _ in range(2))
    return Contender(function, made, fresh)


def same(first: list[Any], second: list[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def makers(name: str, folder: Path) -> dict[str, Callable[[], Function]]:
    """How each contender's function is made; numeta is first: the Fortran takes its flags."""
    plain = getattr(plain_kernels, name)
    problem = PROBLEMS[name]
    compiled: list[Any] = []

    def numeta() -> Function:
        import numeta as nm

        compiled.append(nm.jit(plain))
        return compiled[0]

    def numba() -> Function:
        from numba import njit

        return njit(plain)

    def fortran() -> Function:
        flags = flags_of(compiled[0] if compiled else None)
        call = reference(problem.reference or name, flags, folder, problem.result)
        if problem.size_first:
            return call
        return lambda *arguments: call(len(arguments[0]), *arguments)

    return {"numeta": numeta, "numba": numba, "fortran": fortran}


def checked(name: str, folder: Path) -> tuple[dict[str, Contender], dict[str, str]]:
    """The contenders whose results are right, and why the others are absent."""
    problem = PROBLEMS[name]
    wanted = contender(problem, problem.small, getattr(plain_kernels, name)).outcome()
    found: dict[str, Contender] = {}
    outcomes: dict[str, list[Any]] = {}
    absent: dict[str, str] = {}
    for who, maker in makers(name, folder).items():
        try:
            function = maker()
            if not same(contender(problem, problem.small, function).outcome(), wanted):
                raise AbsentError(f"wrong result on size {problem.small}")
            found[who] = contender(problem, problem.size, function)
            outcomes[who] = found[who].outcome()
        except Exception as reason:
            found.pop(who, None)
            absent[who] = described(reason)
    # The Fortran is judge on the size that is timed; without it the peer.
    judge = next((who for who in ("fortran", "numba", "numeta") if who in outcomes), "")
    for who, outcome in outcomes.items():
        if not same(outcome, outcomes[judge]):
            del found[who]
            absent[who] = f"not what {judge} computes on size {problem.size}"
    return found, absent


def measure(name: str, rounds: int, folder: Path, result: Result) -> Measured:
    """Time the contenders of one kernel and enter figures and what is claimed."""
    found, absent = checked(name, folder)
    measured = interleaved({who: one.seconds for who, one in found.items()}, rounds)
    measured.absent |= absent
    result.figures[name] = measured.medians(1e3)
    ours = found.get("numeta")
    result.figures[f"{name}_fortran_flags"] = " ".join(flags_of(ours and ours.function))
    result.absent |= {f"{name}: {who}": why for who, why in measured.absent.items()}
    result.demand_ratio(measured, "numeta", "fortran", WITHIN_FORTRAN, of=name)
    result.demand_ratio(measured, "numeta", "numba", WITHIN_NUMBA, of=name)
    peers = measured.ratio("numba", "fortran")
    result.ratios[f"{name}: numba/fortran"] = None if peers is None else round(peers, 4)
    return measured


def main() -> None:
    rounds = rounds_from_command_line(11)
    result = Result(
        f"run-time control flow: {', '.join(PROBLEMS)}",
        "ms",
        versions("numeta", "numpy", "numba", gfortran=first_line(["gfortran", "--version"])),
        rounds=rounds,
    )
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        for name in PROBLEMS:
            measure(name, rounds, Path(folder), result)
    result.print_and_exit()


if __name__ == "__main__":
    main()
