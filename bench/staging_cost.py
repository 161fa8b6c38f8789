"""Claim: a kernel of 200 lines of control flow is staged, traced and emitted within 10 ms.

That is what numeta itself costs before the compiler or the cache is asked, in a warm process and at
the first call of a new one with a filled cache; reading and rewriting the source is at most 30 us
of it per line. Every sample is a new process: staging is done once per function. The first round
fills the cache; cold, what is kept there of staged code is not read.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from new_process import run_seed
from side_by_side import Result, interleaved, rounds_from_command_line, versions

MILLISECONDS = 10.0
MICROSECONDS_PER_LINE = 30.0


def main() -> None:
    rounds = rounds_from_command_line(15)
    told: dict[str, list[float]] = {"per_line": [], "call": []}
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        work = Path(folder)
        cache = work / "cache"
        cache.mkdir(mode=0o700)

        def sample(stage: str) -> Callable[[], float]:
            def timed() -> float:
                mode = "refresh" if stage == "cold" else "on"
                settings = {"NUMETA_CACHE_DIR": str(cache), "NUMETA_CACHE": mode}
                answer = run_seed("staging", stage, work, settings)
                if "staging" in answer:
                    told["per_line"].append(answer["staging"] / answer["lines"] * 1e6)
                if "call" in answer:
                    told["call"].append(answer["call"] * 1e3)
                return answer["seconds"]

            return timed

        measured = interleaved({stage: sample(stage) for stage in ("cold", "cached")}, rounds)
    result = Result(
        "staging, tracing and emission of 200 lines of control flow",
        "ms; us per line",
        versions("numeta", "numpy"),
        figures=dict(measured.medians(1e3)),
        absent=measured.absent,
        rounds=rounds,
    )
    medians = {name: statistics.median(values) for name, values in told.items() if values}
    result.figures["staging_us_per_line"] = round(medians.get("per_line", 0.0), 2) or None
    result.figures["cached_first_call"] = round(medians.get("call", 0.0), 3) or None
    for stage in ("cold", "cached"):
        seconds = measured.median(stage)
        value = None if seconds is None else seconds * 1e3
        result.demand(f"200 lines, {stage}, ms", value, MILLISECONDS, ours=True)
    per_line = medians.get("per_line")
    result.demand("staging per line, us", per_line, MICROSECONDS_PER_LINE, ours=True)
    result.print_and_exit()


if __name__ == "__main__":
    main()
