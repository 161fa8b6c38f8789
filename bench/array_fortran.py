"""Claim: array code runs as fast as the loops a Fortran programmer writes for it (within 5 %).

Twelve kernels of array_kernels/ on their large sizes, beyond the second-level cache, against
reference/<kernel>.f90, compiled with the flags that numeta compiled the kernel with. Both are given
the same arrays: where those lie in memory makes a tenth of the time of a stencil. Results are made
anew by every call on both sides; written arguments are set anew before it, outside of what is
timed. And a matrix product of 512 x 512 as three plain loops: in the order i, j, k it takes what
the order i, k, j takes, and gives the same bits in exact mode. The time is the processor's.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from array_contenders import copied, difference, expected, leaves
from array_kernels import KERNELS, Kernel
from fortran_reference import flags_of, reference
from new_process import first_line
from side_by_side import (
    AbsentError,
    Result,
    described,
    interleaved,
    rounds_from_command_line,
    versions,
)

WITHIN = 1.05
PRODUCT_WITHIN = 1.1
PRODUCT_SIZE = 512
Function = Callable[..., Any]


def made(call: Function, *arguments: Any, results: tuple[Any, ...]) -> Any:
    """Call a reference with arrays for its results behind its arguments; the results."""
    call(*arguments, *results)
    return results


# What each reference is given: the lengths, then the kernel's arguments, then its results.
REFERENCES: dict[str, Callable[[Function], Function]] = {
    "jacobi_1d": lambda call: lambda steps, a, b: call(steps, len(a), a, b),
    "jacobi_2d": lambda call: lambda steps, a, b: call(steps, len(a), a, b),
    "heat_3d": lambda call: lambda steps, a, b: call(steps, len(a), a, b),
    "fdtd_2d": lambda call: lambda steps, *fields: call(steps, *fields[0].shape, *fields),
    "horizontal_diffusion": lambda call: lambda field, coeff: made(
        call, *coeff.shape, field, coeff, results=(np.empty_like(coeff),)
    ),
    "vertical_advection": lambda call: lambda *given: call(*given[0].shape, *given),
    "advection": lambda call: lambda steps, u, c: call(steps, len(u), u, c),
    "compute": lambda call: lambda x, *given: made(
        call, x.size, x, *given, results=(np.empty_like(x),)
    ),
    "black_scholes": lambda call: lambda s, *given: made(
        call, len(s), s, *given, results=(np.empty_like(s), np.empty_like(s))
    ),
    "exp_sin": lambda call: lambda x: made(call, len(x), x, results=(np.empty_like(x),)),
    "gemver": lambda call: lambda alpha, beta, a, *given: call(len(a), alpha, beta, a, *given),
    "deriche": lambda call: lambda alpha, image: made(
        call, *image.shape, alpha, image, results=(np.empty_like(image),)
    ),
}


def sample(
    kernel: Kernel, function: Function, given: tuple[Any, ...], own: tuple[Any, ...]
) -> Callable[[], float]:
    """A checked contender, called with `own`, as a timed sample: seconds per call."""
    wanted, written = expected(kernel, given)
    for place in written:
        np.copyto(own[place], given[place])
    result = leaves(function(*own))
    if wrong := difference(kernel, [*result, *(own[place] for place in written)], wanted):
        raise AbsentError(wrong)

    def timed() -> float:
        for place in written:
            np.copyto(own[place], given[place])
        start = time.process_time()
        function(*own)
        return time.process_time() - start

    return timed


def compare(result: Result, name: str, rounds: int, folder: Path) -> None:
    """One kernel against its reference."""
    import numeta as nm

    kernel = KERNELS[name]
    compiled = nm.jit(kernel.function)
    given = kernel.arguments(kernel.large)
    own = copied(given)
    samples: dict[str, Callable[[], float]] = {}
    absent: dict[str, str] = {}
    makers: dict[str, Callable[[], Function]] = {
        "numeta": lambda: compiled,
        "fortran": lambda: REFERENCES[name](reference(name, flags_of(compiled), folder)),
    }
    for who, maker in makers.items():
        try:
            samples[who] = sample(kernel, maker(), given, own)
        except Exception as reason:
            absent[who] = described(reason)
    measured = interleaved(samples, rounds)
    result.figures[name] = measured.medians(1e3)
    absent |= measured.absent
    result.absent |= {f"{name}: {who}": why for who, why in absent.items()}
    measured.absent |= absent
    result.demand_ratio(measured, "numeta", "fortran", WITHIN, of=name)


def product_ijk(a, b, c):  # type: ignore[no-untyped-def]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def product_ikj(a, b, c):  # type: ignore[no-untyped-def]
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def compare_products(result: Result, rounds: int) -> None:
    """The two orders of a matrix product: equal in time, and in every bit in exact mode."""
    import numeta as nm

    numbers = np.random.default_rng(7)
    a, b = numbers.random((2, PRODUCT_SIZE, PRODUCT_SIZE))
    c = np.zeros_like(a)

    def timed(function: Function) -> Callable[[], float]:
        def call() -> float:
            c.fill(0.0)
            start = time.process_time()
            function(a, b, c)
            return time.process_time() - start

        return call

    measured = interleaved(
        {"ijk": timed(nm.jit(product_ijk)), "ikj": timed(nm.jit(product_ikj))}, rounds
    )
    result.figures["product"] = measured.medians(1e3)
    result.demand_ratio(measured, "ijk", "ikj", PRODUCT_WITHIN, of="product of plain loops")
    bits = []
    for function in (product_ijk, product_ikj):
        c.fill(0.0)
        nm.jit(exact=True)(function)(a, b, c)
        bits.append(c.copy())
    result.demand("product in exact mode: other bits", int(np.sum(bits[0] != bits[1])), 0)


def main() -> None:
    rounds = rounds_from_command_line(15)
    result = Result(
        "array code against hand-written Fortran: 12 kernels beyond the second-level cache",
        "ms",
        versions("numeta", "numpy", gfortran=first_line(["gfortran", "--version"])),
        rounds=rounds,
    )
    try:
        with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
            for name in REFERENCES:
                compare(result, name, rounds, Path(folder))
        compare_products(result, rounds)
    except ImportError as reason:
        sys.exit(described(reason))
    result.print_and_exit()


if __name__ == "__main__":
    main()
