"""Claim: a recursive function costs at most 1.05 of recursive Fortran, and no more than Numba's.

fib(38) by the recursion that defines it, some 126 million calls: hardly anything but the calls is
timed. The Fortran has the flags of numeta's kernel. Every contender's first numbers are compared
with plain Python's, and fib(38) with the number known. The time is the processor's, as in
control_flow.py.
"""

from __future__ import annotations

import ctypes
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fortran_reference import flags_of, reference
from new_process import first_line
from peer_extensions import python_module
from side_by_side import (
    AbsentError,
    Result,
    described,
    interleaved,
    rounds_from_command_line,
    versions,
)

SOURCE = """\
{imports}


{decorator}
def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)
"""
ARGUMENT, NUMBER = 38, 39_088_169
FIRST = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55]
WITHIN_FORTRAN = 1.05
WITHIN_NUMBA = 1.0


def compiled(name: str, imports: str, decorator: str) -> Any:
    return python_module(
        f"recursion_{name}", SOURCE.format(imports=imports, decorator=decorator)
    ).fib


def sample(fib: Callable[[int], int]) -> Callable[[], float]:
    """A checked contender as a timed sample: seconds for fib(38)."""
    if [fib(n) for n in range(len(FIRST))] != FIRST or fib(ARGUMENT) != NUMBER:
        raise AbsentError("wrong result")

    def timed() -> float:
        start = time.thread_time()
        fib(ARGUMENT)
        return time.thread_time() - start

    return timed


def main() -> None:
    rounds = rounds_from_command_line(7)
    result = Result(
        f"recursion: fib({ARGUMENT})",
        "ms",
        versions("numeta", "numba", gfortran=first_line(["gfortran", "--version"])),
        rounds=rounds,
    )
    flags = flags_of(None)
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:

        def numeta() -> Any:
            nonlocal flags
            fib = compiled("numeta", "import numeta as nm", "@nm.jit")
            fib(1)
            flags = flags_of(fib)
            return fib

        makers: dict[str, Callable[[], Any]] = {
            "numeta": numeta,
            "numba": lambda: compiled("numba", "from numba import njit", "@njit"),
            "fortran": lambda: reference("fib", flags, Path(folder), ctypes.c_int64),
        }
        samples: dict[str, Callable[[], float]] = {}
        absent: dict[str, str] = {}
        for name, maker in makers.items():
            try:
                samples[name] = sample(maker())
            except Exception as reason:
                absent[name] = described(reason)
        measured = interleaved(samples, rounds)
    measured.absent |= absent
    result.figures |= measured.medians(1e3)
    result.figures["fortran_flags"] = " ".join(flags)
    result.absent |= measured.absent
    result.demand_ratio(measured, "numeta", "fortran", WITHIN_FORTRAN)
    result.demand_ratio(measured, "numeta", "numba", WITHIN_NUMBA)
    peers = measured.ratio("numba", "fortran")
    result.ratios["numba/fortran"] = None if peers is None else round(peers, 4)
    result.print_and_exit()


if __name__ == "__main__":
    main()
