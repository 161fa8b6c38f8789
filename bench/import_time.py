"""Claim: `import numeta` takes at most 30 ms beyond `import numpy`.

Every sample is a new process that has imported NumPy and then times the one import; byte code is
already compiled (the first round is discarded). The wall times of the whole processes are given as
well, as the difference to a process that imports NumPy only.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from new_process import run_child
from side_by_side import Result, interleaved, rounds_from_command_line, versions

PROGRAM = """
import json, time
import numpy
start = time.perf_counter()
{statement}
print(json.dumps({{"seconds": time.perf_counter() - start}}))
"""


def main() -> None:
    rounds = rounds_from_command_line(21)
    walls: dict[str, list[float]] = {"numpy": [], "numeta": [], "numba": []}

    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:

        def importing(name: str, statement: str) -> float:
            start = time.perf_counter()
            answer = run_child(["-c", PROGRAM.format(statement=statement)], Path(folder))
            walls[name].append(time.perf_counter() - start)
            return answer["seconds"]

        measured = interleaved(
            {
                "numpy": lambda: importing("numpy", "pass"),
                "numeta": lambda: importing("numeta", "import numeta"),
                "numba": lambda: importing("numba", "import numba"),
            },
            rounds,
        )
    result = Result(
        "import numeta beyond import numpy",
        "ms",
        versions("numeta", "numpy", "numba"),
        absent=measured.absent,
        rounds=rounds,
    )
    for name in ("numeta", "numba"):
        median = measured.median(name)
        if median is not None:
            result.figures[f"{name}_beyond_numpy"] = round(median * 1e3, 2)
            pairs = zip(walls[name][1:], walls["numpy"][1:], strict=True)
            beyond = sorted(wall - numpy_only for wall, numpy_only in pairs)
            result.figures[f"{name}_wall_beyond_numpy"] = round(beyond[rounds // 2] * 1e3, 2)
    ours = measured.median("numeta")
    result.demand("numeta, ms beyond numpy", None if ours is None else ours * 1e3, 30.0, ours=True)
    result.demand_ratio(measured, "numeta", "numba", 1.0)
    result.print_and_exit()


if __name__ == "__main__":
    main()
