"""The console script `numeta`: the command line, and no more of numeta than the command needs.

`numeta cache` looks into a store; it needs the cache and the settings, not NumPy nor the tracer,
which are most of the time that a command takes. So for it the package `numeta` is there without
what `import numeta` runs: its submodules can be imported, its names are not there. Any other
command gets the package as it is.
"""

from __future__ import annotations

import importlib.util
import os
import sys


def needs_cache_only(arguments: list[str]) -> bool:
    """Whether the words of a command line, or of one to be completed, are of `numeta cache`."""
    if "_NUMETA_COMPLETE" in os.environ:
        arguments = os.environ.get("COMP_WORDS", "").split()[1:]
    return arguments[:1] == ["cache"]


def main() -> None:
    """Run the command line."""
    spec = importlib.util.find_spec("numeta")
    if spec is not None and needs_cache_only(sys.argv[1:]):
        sys.modules["numeta"] = importlib.util.module_from_spec(spec)
    from numeta.cli import main as command_line

    command_line(prog_name="numeta")
