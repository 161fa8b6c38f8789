"""Python sources pass ruff's rules, which pyproject.toml names.

The rules are pyproject.toml's; a tree without one is checked by ruff's defaults.
"""

from pathlib import Path

from tools.checks.source_tree import tool


def check(root: Path) -> list[str]:
    """Problems under root."""
    return tool(root, "ruff", "check", "--quiet", "--output-format=concise", ".")
