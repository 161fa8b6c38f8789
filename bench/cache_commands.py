"""Claim: in a store of 10,000 entries `numeta cache ls`, `stats`, `show` and `why` take 150 ms.

The store is filled by `seed/store_seed.py`. A sample is a process of its own, from its start to its
end, with what it prints read to the end. `why` compares two entries.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from new_process import SEED, run_child
from side_by_side import AbsentError, Result, interleaved, rounds_from_command_line, versions

ENTRIES = 10_000
AT_ONCE = 500  # entries that one process loads
AT_MOST = 150.0
PROGRAM = [sys.executable, "-m", "numeta_command"]


def filled(work: Path, environment: dict[str, str]) -> list[str]:
    """Fills the store; keys of entries of it."""
    for first in range(0, ENTRIES, AT_ONCE):
        run_child([str(SEED / "store_seed.py"), str(first), str(AT_ONCE)], work, environment)
    entries = json.loads(output(["cache", "ls", "--json"], environment))
    if len(entries) != ENTRIES:
        raise AbsentError(f"{len(entries)} entries, not {ENTRIES}")
    return [entry["key"] for entry in entries]


def output(words: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [*PROGRAM, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AbsentError((done.stderr.strip().splitlines() or ["no output"])[-1])
    return done.stdout


def main() -> None:
    rounds = rounds_from_command_line(11)
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        store = Path(folder) / "store"
        store.mkdir(mode=0o700)
        environment = {"NUMETA_CACHE_DIR": str(store)}
        keys = filled(Path(folder), environment)
        commands = {
            "ls": ["cache", "ls"],
            "stats": ["cache", "stats"],
            "show": ["cache", "show", keys[len(keys) // 2]],
            "why": ["cache", "why", keys[0], keys[-1]],
        }

        def taken(words: list[str]) -> float:
            start = time.perf_counter()
            output(words, environment)
            return time.perf_counter() - start

        measured = interleaved(
            {name: (lambda words=words: taken(words)) for name, words in commands.items()}, rounds
        )
    result = Result(
        f"numeta cache ls, stats, show, why: a store of {ENTRIES} entries",
        "ms",
        versions("numeta", "click", "rich"),
        figures=dict(measured.medians(1e3)),
        absent=measured.absent,
        rounds=rounds,
    )
    for name in commands:
        median = measured.median(name)
        shown = None if median is None else median * 1e3
        result.demand(f"numeta cache {name}, ms", shown, AT_MOST, ours=True)
    result.print_and_exit()


if __name__ == "__main__":
    main()
