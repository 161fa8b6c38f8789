"""Claim: a warm call with 1/3/8 contiguous float64 arrays costs at most 55/70/110 ns, below peers.

The kernel does almost nothing (peer_extensions.py says what), so the call itself is what is timed:
per round and contender `CALLS` calls through an unrolled `for` loop, nothing subtracted. Two
kernels: `one_written` writes its first array and reads the others; `all_written` writes each, which
asks numeta to look for overlap between all pairs (the peers never look). The bar is on both.
Functions are checked before timing. `bare_c` is the floor: it takes every argument on trust.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from types import ModuleType

import numpy as np
from peer_extensions import ARITIES, KINDS, RECIPES, extension, python_module, python_source
from side_by_side import AbsentError, Result, interleaved, rounds_from_command_line, versions

BAR = {1: 55.0, 3: 70.0, 8: 110.0}
CALLS = 100_000
UNROLLED = 20
FLOOR = "bare_c"


def numba_module() -> ModuleType:
    return python_module("peer_numba", python_source("@njit", "", "from numba import njit\n"))


def numeta_module() -> ModuleType:
    return python_module(
        "peer_numeta", python_source("@nm.jit", ": nm.f8[:]", "import numeta as nm\n")
    )


def contender(name: str) -> ModuleType:
    try:
        if name == "numba":
            return numba_module()
        if name == "numeta":
            return numeta_module()
        return extension(name)
    except (ImportError, AttributeError) as reason:
        raise AbsentError(str(reason)) from None


def checked(function: Callable[..., object], kind: str, arity: int) -> None:
    """Call once on arrays of three and compare with what the kernel is to do."""
    arrays = [np.full(3, 1.0 + index) for index in range(arity)]
    before = [array.copy() for array in arrays]
    function(*arrays)
    if kind == "all_written":
        for array in before:
            array[0] += 1.0
    else:
        before[0][0] = sum(array[0] for array in before) + (1.0 if arity == 1 else 0.0)
    if not all(np.array_equal(a, b) for a, b in zip(arrays, before, strict=True)):
        raise AbsentError("wrong result")


def timer(function: Callable[..., object], arity: int) -> timeit.Timer:
    arrays = {f"a{index}": np.zeros(16) for index in range(arity)}
    call = f"f({', '.join(arrays)})"
    setup = "; ".join(["f = function", *[f"{name} = arrays['{name}']" for name in arrays]])
    return timeit.Timer(
        "\n".join([call] * UNROLLED), setup, globals={"function": function, "arrays": arrays}
    )


def main() -> None:
    rounds = rounds_from_command_line(21)
    result = Result(
        "warm call with 1, 3 and 8 contiguous float64 array arguments",
        "ns",
        versions("numeta", "numpy", "numba", "pythran", "pybind11"),
        rounds=rounds,
    )
    modules: dict[str, ModuleType] = {}
    for name in ("numeta", "numba", *RECIPES):
        try:
            modules[name] = contender(name)
        except AbsentError as reason:
            result.absent[name] = str(reason)
    for kind in KINDS:
        for arity in ARITIES:
            row = measure(modules, kind, arity, rounds, result)
            result.figures[f"{kind}_{arity}"] = row
    result.print_and_exit()


def measure(
    modules: dict[str, ModuleType], kind: str, arity: int, rounds: int, result: Result
) -> dict[str, float]:
    """Time one kernel over all contenders and add its rows to the bar."""
    row = f"{kind}_{arity}"
    timers: dict[str, timeit.Timer] = {}
    for name, module in modules.items():
        function = getattr(module, row)
        try:
            checked(function, kind, arity)
        except AbsentError as reason:
            result.absent[f"{name} {row}"] = str(reason)
            continue
        timers[name] = timer(function, arity)
    measured = interleaved(
        {
            name: lambda one=one: one.timeit(CALLS // UNROLLED) / CALLS
            for name, one in timers.items()
        },
        rounds,
    )
    ours = measured.median("numeta")
    result.demand(f"{row}: numeta, ns", None if ours is None else ours * 1e9, BAR[arity], ours=True)
    for name in ("numba", *RECIPES):
        ratio = measured.ratio("numeta", name)
        key = f"{row}: numeta/{name}"
        result.ratios[key] = None if ratio is None else round(ratio, 3)
        if name != FLOOR:
            result.demand(key, ratio, 1.0, ours=ours is None)
    return measured.medians(1e9)


if __name__ == "__main__":
    main()
