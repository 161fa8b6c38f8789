"""Runs `make test` on every supported Python of this machine, each in its own environment.

What always holds: every interpreter is tried even after a failure, the last lines say which one
passed, and the exit code is 0 only if all of them did and there was at least one.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import interpreters


def main() -> int:
    """Returns the exit code."""
    results = []
    for (major, minor), python in interpreters.supported().items():
        name = f"{major}.{minor}"
        print(f"==== Python {name}: {python}", flush=True)
        command = ["make", "test", f"VENV=.venv-{name}", f"PYTHON={python}"]
        results.append((name, subprocess.run(command, check=False).returncode == 0))
    for name, passed in results:
        print(f"Python {name}: {'passed' if passed else 'FAILED'}")
    if not results:
        print("no supported Python was found")
    return 0 if results and all(passed for _, passed in results) else 1


if __name__ == "__main__":
    sys.exit(main())
