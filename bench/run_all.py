"""Runs every benchmark in a process of its own and prints one JSON object: all of theirs.

A table with a line per row of every bar goes to standard error. `run_all.py quick` takes a few
rounds each, to see that everything runs. Exit status: 0 all bars met or open, 1 one was missed,
2 a benchmark broke.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
BENCHMARKS = (
    "import_time",
    "cached_start",
    "warm_start",
    "cache_commands",
    "cold_start",
    "warm_call",
    "tracing",
    "staging_cost",
    "loops",
    "control_flow",
    "recursion",
    "parallel",
    "unrolled",
    "array_fortran",
    "array_memory",
    "arrays",
)
WORDS = {True: "met", False: "MISSED", None: "open"}


def run(name: str, options: list[str]) -> dict[str, object]:
    """One benchmark's object; where it broke, an object that says so."""
    command = [sys.executable, str(BENCH / f"{name}.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer: dict[str, object] = json.loads(done.stdout)
    except json.JSONDecodeError:
        answer = {"broken": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    return {"benchmark": name, **answer}


def show(answer: dict[str, object]) -> None:
    """The rows of one benchmark as lines."""
    print(f"{answer['benchmark']}: {answer.get('broken', answer.get('claim'))}", file=sys.stderr)
    rows = answer.get("bar", [])
    assert isinstance(rows, list)
    for row in rows:
        limit = f"<= {row['at_most']}" if "at_most" in row else f">= {row['at_least']}"
        value = "-" if row["value"] is None else row["value"]
        print(f"  {WORDS[row['met']]:7}{row['what']:46}{value!s:>10} {limit}", file=sys.stderr)
    absent = answer.get("absent", {})
    assert isinstance(absent, dict)
    for name, why in absent.items():
        print(f"  absent {name}: {why}", file=sys.stderr)


def main() -> None:
    if sys.argv[1:] not in ([], ["quick"]):
        sys.exit(f"usage: python {sys.argv[0]} [quick]")
    options = ["3"] if "quick" in sys.argv[1:] else []
    answers = []
    for name in BENCHMARKS:
        answer = run(name, options)
        show(answer)
        answers.append(answer)
    json.dump({"benchmarks": answers}, sys.stdout, indent=2)
    print()
    if any("broken" in answer for answer in answers):
        sys.exit(2)
    sys.exit(1 if any(answer["pass"] is False for answer in answers) else 0)


if __name__ == "__main__":
    main()
