"""Runs a contender in a process of its own and reads the one JSON line it prints.

Start-up claims can only be measured in a new process: every sample is one. A child that cannot
import its peer, or fails in any other way, is an absent contender with the last line it wrote.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from side_by_side import AbsentError

BENCH = Path(__file__).resolve().parent
SEED = BENCH / "seed"


def run_child(
    arguments: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Run `python *arguments` in `cwd` and return the JSON object on its last output line.

    Byte code is kept, whatever the caller's own Python does: else each sample compiles it again.
    """
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**inherited, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout.strip():
        written = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise AbsentError(written[-1])
    answer: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def run_seed(
    peer: str, stage: str, cwd: Path, environment: Mapping[str, str] | None = None, form: str = ""
) -> dict[str, float]:
    """Run bench/seed/<peer>_seed.py; the file itself says what `stage` and `form` mean."""
    forms = [form] if form else []
    return run_child([str(SEED / f"{peer}_seed.py"), stage, *forms], cwd, environment)


def spawn_wall_time(command: Sequence[str], cwd: Path) -> float:
    """Wall time of a program from posix_spawn to its end: no shell and no Python in between."""
    before = os.getcwd()
    os.chdir(cwd)
    try:
        start = time.perf_counter()
        try:
            child = os.posix_spawnp(command[0], list(command), dict(os.environ))
        except FileNotFoundError:
            raise AbsentError(f"{command[0]}: not found") from None
        _, status = os.waitpid(child, 0)
        elapsed = time.perf_counter() - start
    finally:
        os.chdir(before)
    if status != 0:
        raise AbsentError(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    return elapsed


def first_line(command: Sequence[str]) -> str:
    """First output line of a program, for the versions row; "absent" where it cannot run."""
    try:
        done = subprocess.run(list(command), capture_output=True, text=True, check=False)
    except OSError:
        return "absent"
    return (done.stdout.splitlines() or ["?"])[0]
