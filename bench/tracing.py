"""Claim: at least 2 million scalar operations traced per second; 10,000 statements in 100 ms.

The first figure is timed from Python through the number slots, on distinct nodes: in the chain
`x = x * y + z` every product and every sum is a node that has not been seen before (so nothing is
answered by the hash table alone), and a new trace is begun for every sample. The second is a
kernel of 10,000 unrolled statements, traced and emitted but not compiled, on a new kernel object
each time; they are of two kinds in the order of Thue and Morse, which repeats nothing three times,
so that no loop can stand for them. Both check what they made: the node count, the number of
statements in the text.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from peer_extensions import python_module
from side_by_side import AbsentError, Result, interleaved, rounds_from_command_line, versions

OPERATIONS = 200_000
PER_PASS = 20
STATEMENTS = 10_000

CHAIN = """\
def chain(x, y, z, passes):
    for _ in range(passes):
{steps}
    return x
"""
UNROLLED = """\
import numeta as nm


def make():
    @nm.jit
    def unrolled(count, a: nm.f8[:], b: nm.f8[:]) -> None:
        for i in nm.unroll(range(count)):
            if i.bit_count() % 2:
                a[i] = a[i] * b[(7 * i) % count] + (0.5 + i)
            else:
                a[i] = (0.5 + i) - a[i] * b[(7 * i) % count]

    return unrolled
"""


def operations() -> Callable[[], float]:
    """A sample: seconds for OPERATIONS operations in a trace of their own."""
    try:
        from numeta import _trace
    except ImportError as reason:
        raise AbsentError(str(reason)) from None
    steps = "\n".join(["        x = x * y + z"] * (PER_PASS // 2))
    chain = python_module("tracing_chain", CHAIN.format(steps=steps)).chain

    def timed() -> float:
        trace = _trace.Trace("chain")
        with trace:
            x, y, z = (trace.add_scalar(name, "f8", False) for name in "xyz")
            start = time.perf_counter()
            last = chain(x, y, z, OPERATIONS // PER_PASS)
            elapsed = time.perf_counter() - start
            if not _trace.is_traced(last):
                raise AbsentError("the chain was not traced")
        return elapsed

    return timed


def unrolled() -> Callable[[], float]:
    """A sample: seconds to trace and emit STATEMENTS statements."""
    try:
        make: Callable[[], Any] = python_module("tracing_unrolled", UNROLLED).make
    except (ImportError, AttributeError) as reason:
        raise AbsentError(str(reason)) from None
    arrays = (np.zeros(STATEMENTS), np.zeros(STATEMENTS))

    def timed() -> float:
        kernel = make()
        start = time.perf_counter()
        text = kernel.fortran(STATEMENTS, *arrays)
        elapsed = time.perf_counter() - start
        written = sum(line.lstrip().startswith("a(") for line in text.splitlines())
        if written < STATEMENTS:
            raise AbsentError(f"{written} statements emitted")
        return elapsed

    return timed


def main() -> None:
    rounds = rounds_from_command_line(15)
    result = Result(
        "tracing: scalar operations per second, and 10,000 unrolled statements traced and emitted",
        "million operations per second; ms",
        versions("numeta", "numpy"),
        rounds=rounds,
    )
    contenders: dict[str, Callable[[], float]] = {}
    for name, maker in (("operations", operations), ("unrolled", unrolled)):
        try:
            contenders[name] = maker()
        except AbsentError as reason:
            result.absent[name] = str(reason)
    measured = interleaved(contenders, rounds)
    result.absent |= measured.absent
    seconds = measured.median("operations")
    rate = None if seconds is None else OPERATIONS / seconds / 1e6
    long = measured.median("unrolled")
    if rate is not None:
        result.figures["million_operations_per_second"] = round(rate, 3)
    if long is not None:
        result.figures["unrolled_10000_ms"] = round(long * 1e3, 2)
    result.demand_at_least("million operations traced per second", rate, 2.0)
    result.demand("10,000 statements, ms", None if long is None else long * 1e3, 100.0, ours=True)
    result.print_and_exit()


if __name__ == "__main__":
    main()
