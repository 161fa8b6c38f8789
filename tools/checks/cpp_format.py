"""C++ sources are formatted as .clang-format says; `make format` does it.

Tables (`*.def`) are laid out by hand, and bench/ keeps the references of its peers as they are.
"""

from pathlib import Path

from tools.checks.source_tree import CPP, files, tool

FOLDERS = ("core", "emit_fortran", "jit_cache", "python", "tests")


def check(root: Path) -> list[str]:
    """Problems under root."""
    sources = list(files(root, CPP, *FOLDERS))
    return tool(root, "clang-format", "--dry-run", "-Werror", *sources) if sources else []
