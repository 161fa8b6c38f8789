"""The package is typed: mypy --strict finds nothing to say about python/numeta.

Which package, and how strict, is written in pyproject.toml.
"""

from pathlib import Path

from tools.checks.source_tree import tool


def check(root: Path) -> list[str]:
    """Problems under root."""
    return tool(root, "mypy", "--no-error-summary", "--show-error-codes")
