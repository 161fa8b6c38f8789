"""Claim: array code written for NumPy, hints added, beats the best of Numba, Pythran and JAX.

Every kernel of array_kernels/ is measured in a process of its own (`seed/array_seed.py`) on one
core with one thread: all contenders checked against NumPy, then timed side by side. The best peer
of a kernel is the one with the smallest median among Numba (the same source and the loop form),
Pythran and JAX; a ratio is its time over numeta's, so that above 1 is faster. numeta counts in its
default mode, `fast=True` is shown beside it; the peers have fast math. A kernel whose time is one
BLAS call's is only asked to be equal. Then the first call of each kernel, compiler started, nothing
cached. Run as `python bench/arrays.py [rounds] [speed|cold] [kernel ...]`: one half of it, some of
the kernels. A table goes to standard error.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from array_contenders import CONTENDERS, PEERS
from array_kernels import KERNELS
from new_process import SEED, first_line, run_child
from side_by_side import AbsentError, Measured, Result, rounded, versions

FASTER = 1.3  # geometric mean over the kernels that are not one BLAS call
SHARE_AS_FAST = 0.85
AS_FAST = 0.995  # a ratio that is 1.00 when printed
NONE_BELOW = 0.9
BLAS_EQUAL = 0.95
COLD_OF_NUMBA = 1 / 15
SERIAL_BLAS = "/usr/lib/x86_64-linux-gnu/openblas-serial"

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def environment() -> dict[str, str]:
    """One thread for every library, and one OpenBLAS for all that are linked with the system's."""
    paths = [SERIAL_BLAS, os.environ.get("LD_LIBRARY_PATH", "")]
    return {**ONE_THREAD, "LD_LIBRARY_PATH": ":".join(filter(None, paths))}


def measure(name: str, rounds: int, work: Path) -> Measured:
    """All contenders of one kernel."""
    try:
        command = [str(SEED / "array_seed.py"), "measure", name, str(rounds)]
        answer: Mapping[str, Any] = run_child(command, work, environment())
    except AbsentError as reason:
        return Measured({}, {contender: str(reason)[:300] for contender in CONTENDERS})
    return Measured(answer["samples"], answer["absent"])


def cold(name: str, contender: str, work: Path) -> float:
    """Seconds of a first call in a new process with nothing cached."""
    with tempfile.TemporaryDirectory(dir=work) as empty:
        cache = {"NUMETA_CACHE_DIR": empty, "JAX_ENABLE_COMPILATION_CACHE": "false"}
        command = [str(SEED / "array_seed.py"), "cold", name, contender]
        return run_child(command, work, {**environment(), **cache})["seconds"]


def best_peer(measured: Measured) -> str | None:
    """The peer with the smallest median."""
    timed = [name for name in PEERS if measured.samples.get(name)]
    return min(timed, key=lambda name: statistics.median(measured.samples[name]), default=None)


def line(name: str, measured: Measured, best: str | None) -> None:
    """A kernel's row of the table: milliseconds, the best peer, and its time over ours."""
    cells = []
    for contender in CONTENDERS:
        median = measured.median(contender)
        cells.append(f"{'-' if median is None else f'{median * 1e3:.3f}':>10}")
    ratios = [best and measured.ratio(best, ours) for ours in ("numeta", "numeta_fast")]
    shown = "".join(f"{'-' if not ratio else f'{ratio:.2f}':>7}" for ratio in ratios)
    print(f"{name:22}{''.join(cells)}{shown}  {best}", file=sys.stderr, flush=True)


def compare_speed(result: Result, names: list[str], rounds: int, work: Path) -> None:
    """Measure every kernel, and demand what the claim says of all of them together."""
    head = "".join(f"{contender:>10.10}" for contender in CONTENDERS)
    print(f"{'ms':22}{head}{'ratio':>7}{'fast':>7}  best peer", file=sys.stderr)
    found: dict[str, list[float]] = {"numeta": [], "numeta_fast": []}
    blas = []
    failed = 0
    for name in names:
        measured = measure(name, rounds, work)
        best = best_peer(measured)
        line(name, measured, best)
        result.figures[name] = measured.medians(1e3)
        result.absent |= {f"{name}: {who}": why for who, why in measured.absent.items()}
        failed += "numeta" in measured.absent
        for ours, ratios in found.items():
            ratio = measured.ratio(best, ours) if best else None
            result.ratios[f"{name}: {best}/{ours}"] = None if ratio is None else rounded(ratio)
            if ratio is not None and not KERNELS[name].blas:
                ratios.append(ratio)
            elif ratio is not None and ours == "numeta":
                blas.append(ratio)
    result.demand("kernels refused or wrong", failed, 0)
    ratios = found["numeta"]
    result.demand_at_least("geometric mean, best peer/numeta", mean_of(ratios), FASTER)
    as_fast = sum(ratio >= AS_FAST for ratio in ratios) / max(len(ratios), 1)
    result.demand_at_least("share at least as fast", as_fast, SHARE_AS_FAST)
    result.demand_at_least("slowest, best peer/numeta", min(ratios, default=None), NONE_BELOW)
    if blas:
        result.demand_at_least("slowest that is one BLAS call", min(blas), BLAS_EQUAL)
    fast = mean_of(found["numeta_fast"])
    result.ratios["geometric mean, best peer/numeta_fast"] = None if fast is None else rounded(fast)


def mean_of(ratios: list[float]) -> float | None:
    return statistics.geometric_mean(ratios) if ratios else None


def compare_cold(result: Result, names: list[str], work: Path) -> None:
    """The median over the kernels of the first call; Numba compiles what it does compile."""
    found: dict[str, list[float]] = {"numeta": [], "jax": [], "numba": []}
    for name in names:
        for contender, seconds in found.items():
            forms = ("numba", "numba_loops") if contender == "numba" else (contender,)
            for form in forms:
                try:
                    seconds.append(cold(name, form, work))
                    break
                except AbsentError:
                    continue
    medians = {name: statistics.median(times) for name, times in found.items() if times}
    result.figures["cold first call, median"] = {n: rounded(t * 1e3) for n, t in medians.items()}
    ours = medians.get("numeta")
    for peer, at_most in (("jax", 1.0), ("numba", COLD_OF_NUMBA)):
        ratio = ours / medians[peer] if ours and peer in medians else None
        result.demand(f"cold first call: numeta/{peer}", ratio, at_most, ours=not ours)


def main() -> None:
    given = sys.argv[1:]
    rounds = int(given.pop(0)) if given and given[0].isdigit() else 9
    part = given.pop(0) if given and given[0] in ("speed", "cold") else ""
    unknown = [name for name in given if name not in KERNELS]
    if unknown:
        sys.exit(f"no such kernel: {', '.join(unknown)}; there are {', '.join(KERNELS)}")
    names = given or list(KERNELS)
    result = Result(
        f"{len(names)} kernels written for NumPy against the best of Numba, Pythran and JAX",
        "ms",
        versions(
            "numeta",
            "numpy",
            "numba",
            "pythran",
            "jax",
            gfortran=first_line(["gfortran", "--version"]),
        ),
        rounds=rounds,
    )
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        if part != "cold":
            compare_speed(result, names, rounds, Path(folder))
        if part != "speed":
            compare_cold(result, names, Path(folder))
    result.print_and_exit()


if __name__ == "__main__":
    main()
