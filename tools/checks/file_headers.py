"""Every source opens with what it is, why it exists and what always holds.

A C++ source or table begins with a comment, a Python module or stub with a docstring; an empty
`__init__.py` goes without.
"""

import ast
from pathlib import Path

from tools.checks.source_tree import CPP, PYTHON, TABLES, files, problem

MAY_BE_BARE = ("__init__.py",)


def check(root: Path) -> list[str]:
    """Problems under root."""
    problems = []
    for path in files(root, CPP + PYTHON + TABLES):
        text = path.read_text(encoding="utf-8")
        if path.suffix in PYTHON:
            bare = path.name in MAY_BE_BARE and not text.strip()
            good = bare or ast.get_docstring(ast.parse(text)) is not None
        else:
            good = text.startswith(("//", "/*"))
        if not good:
            problems.append(problem(root, path, 1, "opens without saying what it is"))
    return problems
