"""Every relative link of a document, and every path in backquotes with a slash, exists.

Links to the outside are not followed: the checks are offline.
"""

import re
from pathlib import Path

from tools.checks.source_tree import DOCUMENTS, files, lines, problem

LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
TOP = r"core|emit_fortran|jit_cache|python|tests|bench|examples|tools|docs"
PATH = re.compile(rf"`((?:{TOP})/[\w./-]*)`")


def check(root: Path) -> list[str]:
    """Problems under root."""
    problems = []
    for path in files(root, DOCUMENTS):
        for number, line in enumerate(lines(path), 1):
            for target in LINK.findall(line):
                if "://" not in target and not (path.parent / target).exists():
                    problems.append(problem(root, path, number, f"broken link: {target}"))
            for target in PATH.findall(line):
                if not (root / target).exists():
                    problems.append(problem(root, path, number, f"no such path: {target}"))
    return problems
