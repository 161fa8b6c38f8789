"""Claim: in a new process with a filled cache, 100 kernels are each there 0.5 ms after their trace.

Every sample is a new process; imports and decoration are excluded, the first calls of 100 kernels
are timed and divided by 100. Numba runs with `cache=True`, JAX with its persistent cache; the
discarded first round fills the caches. numeta has to be ten times as fast as Numba, tracing
included.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from new_process import SEED, run_child
from side_by_side import AbsentError, Result, interleaved, rounds_from_command_line, versions

CACHES = {
    "numeta": "NUMETA_CACHE_DIR",
    "numba": "NUMBA_CACHE_DIR",
    "jax": "JAX_COMPILATION_CACHE_DIR",
}


def main() -> None:
    rounds = rounds_from_command_line(7)
    beyond: list[float] = []
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        work = Path(folder)

        def warm(peer: str) -> float:
            cache = work / peer
            cold = not cache.exists()
            cache.mkdir(exist_ok=True)
            cache.chmod(0o700)
            arguments = [str(SEED / "warm_seed.py"), peer]
            answer = run_child(arguments, work, {CACHES[peer]: str(cache)})
            if peer == "numeta" and not cold:
                if answer["hits"] != 100:
                    raise AbsentError(f"{answer['hits']} of 100 kernels were found")
                beyond.append(answer["beyond"])
            return answer["seconds"]

        contenders = {peer: (lambda peer=peer: warm(peer)) for peer in CACHES}
        measured = interleaved(contenders, rounds)
    result = Result(
        "warm start: new process, 100 kernels in a filled cache, per kernel, imports excluded",
        "ms",
        versions("numeta", "numpy", "numba", "jax"),
        figures=dict(measured.medians(1e3)),
        absent=measured.absent,
        rounds=rounds,
    )
    ours = statistics.median(beyond) * 1e3 if beyond else None
    result.figures["numeta_beyond_tracing"] = ours
    result.demand("numeta beyond tracing, ms", ours, 0.5, ours=True)
    result.demand_ratio(measured, "numeta", "numba", 0.1)
    result.demand_ratio(measured, "numeta", "jax", 1.0)
    result.print_and_exit()


if __name__ == "__main__":
    main()
