"""`python -m tests.fuzz`: a long run with a report; what `make fuzz` calls.

FUZZ_SEED and FUZZ_COUNT are the defaults of --seed and --count. Every failure is printed in full,
with a test to paste.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from . import enumerated, minimise, runner
from .expressions import Features


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    environment = os.environ
    seed = int(environment.get("FUZZ_SEED") or time.time())
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument("--count", type=int, default=int(environment.get("FUZZ_COUNT") or 10_000))
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--enumerated",
        action="store_true",
        help=f"small loops, of which there are {enumerated.TOTAL}",
    )
    parser.add_argument("--straight", action="store_true", help="no run-time control flow")
    parser.add_argument("--arrays", type=float, default=0.5, help="share of kernels with arrays")
    parser.add_argument("--mixed", action="store_true", help="names that change their type")
    parser.add_argument("--quick", type=int, default=0, help="-O1 but for one batch of so many")
    parser.add_argument("--json", type=Path, help="where to write the report")
    parser.add_argument("--show", type=int, default=10, help="how many failures to print")
    return parser.parse_args()


def main() -> int:
    options = _options()
    features = Features(not options.straight, options.mixed, options.arrays)
    plan = runner.generated(options.seed, options.count, features)
    if options.enumerated:
        plan.make = enumerated.make
    plan.jobs, plan.seconds, plan.quick = options.jobs, options.seconds, options.quick
    report = runner.run(plan)
    report.title = "small loops" if options.enumerated else f"seed {options.seed}"
    if options.json:
        options.json.write_text(report.as_json())
    print(report.table())
    for outcome in report.failures[: options.show]:
        case = plan.make(runner.number_of(outcome.name))
        print(f"\n\n# {outcome.verdict}: seed {options.seed}, {outcome.name}")
        print(minimise.shown(*minimise.minimise(case, outcome)))
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
