"""Claim: array code needs no more memory than arguments, results and the arrays explain() lists.

Kernels of array_kernels/ whose arrays are large, each in a process of its own: the peak of the
resident memory in a call, less what was there before it (`seed/memory_seed.py`). It may reach the
results plus one array, as large as the largest that the kernel is given or returns, for each that
`explain()` says is kept; SLACK is what the process itself may need meanwhile.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from new_process import SEED, run_child
from side_by_side import AbsentError, Result, rounded, versions

SLACK = 1 << 20
NAMES = (
    "jacobi_1d",
    "jacobi_2d",
    "heat_3d",
    "fdtd_2d",
    "horizontal_diffusion",
    "vertical_advection",
    "advection",
    "compute",
    "go_fast",
    "exp_sin",
    "black_scholes",
    "arc_distance",
    "gemver",
    "deriche",
)


def main() -> None:
    result = Result(
        "peak memory of array code: results and the arrays that explain() lists",
        "MiB",
        versions("numeta", "numpy"),
        rounds=1,
    )
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        for name in NAMES:
            try:
                seen = run_child([str(SEED / "memory_seed.py"), name], Path(folder))
            except AbsentError as reason:
                result.absent[name] = str(reason)
                result.demand(f"{name}: peak/allowed", None, 1.0, ours=True)
                continue
            allowed = seen["results"] + seen["kept"] * seen["largest"] + SLACK
            result.figures[name] = {
                "peak": rounded(seen["peak"] / 2**20),
                "results": rounded(seen["results"] / 2**20),
                "kept": seen["kept"],
                "allowed": rounded(allowed / 2**20),
            }
            result.demand(f"{name}: peak/allowed", seen["peak"] / allowed, 1.0, ours=True)
    result.print_and_exit()


if __name__ == "__main__":
    main()
