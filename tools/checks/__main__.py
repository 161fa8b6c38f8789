"""Runs the checks: `python -m tools.checks [--root FOLDER] [NAME ...]`, all of them by default.

A check is one file of this folder with a function `check(root) -> list[str]`; a problem is a line
`file:line: what is wrong`. What always holds: every named check runs, even after a failure, each
one is offline, and the exit code is 1 as soon as one of them has found a problem.
"""

import argparse
import sys
import time
from importlib import import_module
from pathlib import Path

# The order in which they run: the quick ones first.
CHECKS = (
    "budgets",
    "file_headers",
    "file_names",
    "dependency_direction",
    "one_row_per_op",
    "readme_commands",
    "document_links",
    "machine_paths",
    "python_format",
    "python_lint",
    "python_types",
    "cpp_format",
    "cpp_lint",
)


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.checks")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("name", nargs="*", help=", ".join(CHECKS))
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.name) - set(CHECKS))
    if unknown:
        parser.error(f"no such check: {', '.join(unknown)}")
    failed = 0
    for name in options.name or CHECKS:
        start = time.perf_counter()
        problems = import_module(f"tools.checks.{name}").check(options.root.resolve())
        spent = time.perf_counter() - start
        print(f"{name:22} {len(problems) or 'ok':>4} {spent:6.1f} s", flush=True)
        for problem in problems:
            print(f"  {problem}")
        failed += bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
