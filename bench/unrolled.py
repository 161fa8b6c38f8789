"""Claim: 10,000 unrolled statements compile within 6 s and run as fast as short procedures do.

(a) Statements that no loop can stand for: operators, operands and shapes of trees are chosen
pseudo-randomly. Compiled in 6 s from trace to result; the time of one statement is at most 1.2 of
that in a procedure of 1,000 such statements, written as Fortran and compiled with -O2. (b)
Statements that a loop can stand for, `a[k] = b[k] * c + d[k]` for consecutive k: compiled in 200
ms. (c) Statements that differ in constants and indices only, `s = s * c + a[k]`, every c and every
k another pseudo-random one: compiled in a second. Every sample of a compile time has constants of
its own and so finds nothing in the cache, which is a folder empty at first.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from fortran_reference import shared_object
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
import numeta as nm


@nm.jit
def warm_up(a: nm.f8[:]) -> None:
    a[0] = 1.0


@nm.jit
def scattered(coefficients: nm.comptime, places: nm.comptime, a: nm.f8[:]) -> float:
    s = 1.0
    for c, k in zip(coefficients, places):
        s = s * c + a[k]
    return s


@nm.jit
def irregular(statements: nm.comptime, a: nm.f8[:]) -> float:
    s = 0.5
    for kind, c, i, j, k, m in statements:
        if kind == 0:
            s = s * c + a[i]
        elif kind == 1:
            s = a[i] * a[j] - s * c
        elif kind == 2:
            s = (s - a[i]) * c + a[j] * a[k]
        elif kind == 3:
            s = (a[i] + s * c) - (a[j] - a[k] * c)
        elif kind == 4:
            a[m] = s * a[i] - c
        elif kind == 5:
            s = a[i] - (s + a[j]) * c
        else:
            s = (a[i] * c + a[j] * s) * c
    return s


@nm.jit
def consecutive(
    count: nm.comptime, factor: nm.comptime, a: nm.f8[:], b: nm.f8[:], d: nm.f8[:]
) -> None:
    for k in nm.unroll(count):
        a[k] = b[k] * factor + d[k]
"""
DRIVER = """\
! Calls the procedure often enough to be timed; in a file of its own, so that nothing is inlined.
! Each call goes on from the number of the one before: processors would run them at the same time.
subroutine repeated(times, a, s) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: times
  real(c_double), intent(inout) :: a(0:*), s
  integer(c_int64_t) :: i
  interface
    subroutine statements(a, s) bind(c)
      import :: c_double
      real(c_double), intent(inout) :: a(0:*), s
    end subroutine statements
  end interface

  do i = 1, times
    call statements(a, s)
  end do
end subroutine repeated
"""
STATEMENTS, SHORT, ELEMENTS = 10_000, 1_000, 4_096
SECONDS, SLOWER, MILLISECONDS, SCATTERED = 6.0, 1.2, 200.0, 1.0
CALLS = 200  # of 10,000 statements in a sample
_seeds = itertools.count(1)


def program(count: int, seed: int) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """The constants (|c| < 1, so that nothing grows) and the indices of `count` statements."""
    numbers = np.random.default_rng(seed)
    constants = numbers.uniform(0.1, 0.99, count).tolist()
    return tuple(constants), tuple(numbers.integers(0, ELEMENTS, count).tolist())


def statements(count: int, seed: int) -> tuple[tuple[int, float, int, int, int, int], ...]:
    """Irregular statements: the kind, a constant, the indices that are read, the one written."""
    numbers = np.random.default_rng(seed)
    kinds = numbers.integers(0, 7, count).tolist()
    constants = numbers.uniform(0.1, 0.45, count).tolist()
    places = numbers.integers(0, ELEMENTS, (count, 4)).tolist()
    return tuple((kind, c, *p) for kind, c, p in zip(kinds, constants, places, strict=True))


_FORMS = (
    "s = s * {c} + a({i})",
    "s = a({i}) * a({j}) - s * {c}",
    "s = (s - a({i})) * {c} + a({j}) * a({k})",
    "s = (a({i}) + s * {c}) - (a({j}) - a({k}) * {c})",
    "a({m}) = s * a({i}) - {c}",
    "s = a({i}) - (s + a({j})) * {c}",
    "s = (a({i}) * {c} + a({j}) * s) * {c}",
)


def value_of(constants: tuple[float, ...], places: tuple[int, ...], a: list[float]) -> float:
    s = 1.0
    for c, k in zip(constants, places, strict=True):
        s = s * c + a[k]
    return s


def procedure(program: tuple[tuple[int, float, int, int, int, int], ...]) -> str:
    """Irregular statements as a Fortran procedure."""
    lines = [
        "subroutine statements(a, s) bind(c)",
        "  use, intrinsic :: iso_c_binding, only: c_double",
        "  implicit none",
        "  real(c_double), intent(inout) :: a(0:*), s",
    ]
    for kind, c, i, j, k, m in program:
        lines.append("  " + _FORMS[kind].format(c=f"{c!r}_c_double", i=i, j=j, k=k, m=m))
    return "\n".join([*lines, "end subroutine statements", ""])


def elements() -> Any:
    return np.random.default_rng(7).standard_normal(ELEMENTS)


def right(found: float, wanted: float) -> bool:
    return math.isclose(found, wanted, rel_tol=1e-12)


def kernels() -> Any:
    """The module of kernels, after a first compilation that is not counted."""
    module = python_module("unrolled_kernels", SOURCE)
    module.warm_up(np.zeros(1))
    return module


def compile_scattered() -> float:
    """Seconds from the call of a kernel that is not compiled to its result."""
    kernel, a = kernels().scattered, elements()
    constants, places = program(STATEMENTS, next(_seeds))
    start = time.perf_counter()
    found = kernel(constants, places, a)
    elapsed = time.perf_counter() - start
    assert right(found, value_of(constants, places, a.tolist())), "wrong result"
    return elapsed


def compile_irregular() -> float:
    module, a = kernels(), elements()
    program = statements(STATEMENTS, next(_seeds))
    expected = elements()
    wanted = module.irregular.py_func(program, expected)
    start = time.perf_counter()
    found = module.irregular(program, a)
    elapsed = time.perf_counter() - start
    assert right(found, float(wanted)) and np.allclose(a, expected), "wrong result"
    return elapsed


def compile_consecutive() -> float:
    kernel = kernels().consecutive
    factor = 1.0 + next(_seeds) / 64
    a, b, d = np.zeros(STATEMENTS), np.arange(STATEMENTS, dtype=float), np.full(STATEMENTS, 3.0)
    start = time.perf_counter()
    kernel(STATEMENTS, factor, a, b, d)
    elapsed = time.perf_counter() - start
    assert np.array_equal(a, b * factor + d), "wrong result"
    return elapsed


def or_absent(sample: Callable[[], float]) -> Callable[[], float]:
    """The sample, absent from the round on in which it cannot be taken."""

    def timed() -> float:
        try:
            return sample()
        except Exception as reason:
            raise AbsentError(described(reason)) from None

    return timed


def running_numeta() -> Callable[[], float]:
    """A sample: seconds per statement of 10,000 irregular ones."""
    kernel, a = kernels().irregular, elements()
    program = statements(STATEMENTS, 0)
    kernel(program, a)

    def timed() -> float:
        start = time.perf_counter()
        for _ in range(CALLS):
            kernel(program, a)
        return (time.perf_counter() - start) / (CALLS * STATEMENTS)

    return timed


def running_fortran(folder: Path) -> Callable[[], float]:
    """A sample: seconds per statement of 1,000, called in a loop of Fortran."""
    program = statements(SHORT, 0)
    files = {"statements.f90": procedure(program), "repeated.f90": DRIVER}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    flags = ["-O2", "-ffp-contract=off", "-march=native"]
    library = shared_object([folder / name for name in files], flags, folder / "short.so")
    a, s = elements(), ctypes.c_double(0.5)
    times = CALLS * STATEMENTS // SHORT
    address = ctypes.c_void_p(a.ctypes.data)
    library.repeated.restype = None
    library.repeated(ctypes.c_int64(1), address, ctypes.byref(s))

    def timed() -> float:
        start = time.perf_counter()
        library.repeated(ctypes.c_int64(times), address, ctypes.byref(s))
        return (time.perf_counter() - start) / (times * SHORT)

    return timed


def main() -> None:
    rounds = rounds_from_command_line(3)
    result = Result(
        "10,000 unrolled statements: compile time, and time per statement against 1,000 of Fortran",
        "s; ms; ns",
        versions("numeta", "numpy", gfortran=first_line(["gfortran", "--version"])),
        rounds=rounds,
    )
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as name:
        folder = Path(name)
        os.environ["NUMETA_CACHE_DIR"] = str(folder / "cache")
        (folder / "cache").mkdir(mode=0o700)
        samples: dict[str, Callable[[], float]] = {}
        for who, maker in (
            ("numeta", running_numeta),
            ("fortran", lambda: running_fortran(folder)),
            ("irregular", lambda: or_absent(compile_irregular)),
            ("scattered", lambda: or_absent(compile_scattered)),
            ("consecutive", lambda: or_absent(compile_consecutive)),
        ):
            try:
                samples[who] = maker()
            except Exception as reason:
                result.absent[who] = described(reason)
        measured = interleaved(samples, rounds, discarded=0)
    measured.absent |= result.absent
    result.absent |= measured.absent
    irregular, scattered = measured.median("irregular"), measured.median("scattered")
    consecutive = measured.median("consecutive")
    result.figures |= {
        "irregular_compile_s": irregular and round(irregular, 3),
        "scattered_compile_s": scattered and round(scattered, 3),
        "consecutive_compile_ms": consecutive and round(consecutive * 1e3, 1),
        "ns_per_statement": {
            who: round(seconds * 1e9, 3)
            for who in ("numeta", "fortran")
            if (seconds := measured.median(who)) is not None
        },
    }
    result.demand("10,000 irregular statements compiled, s", irregular, SECONDS, ours=True)
    result.demand("10,000 scattered statements compiled, s", scattered, SCATTERED, ours=True)
    milliseconds = None if consecutive is None else consecutive * 1e3
    what = "10,000 consecutive statements compiled, ms"
    result.demand(what, milliseconds, MILLISECONDS, ours=True)
    result.demand_ratio(measured, "numeta", "fortran", SLOWER, of="time per statement")
    result.print_and_exit()


if __name__ == "__main__":
    main()
