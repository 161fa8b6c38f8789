"""Python sources are formatted as ruff formats them; `make format` does it.

The rules are pyproject.toml's; a tree without one is checked by ruff's defaults.
"""

from pathlib import Path

from tools.checks.source_tree import tool


def check(root: Path) -> list[str]:
    """Problems under root."""
    return tool(root, "ruff", "format", "--check", "--quiet", "--diff", ".")
