"""No file names a folder of one machine or one user.

What is meant: home folders and the like, which no other reader has. Folders that every Unix has
(`/usr/include`, `/dev/null`, `/tmp` itself) are fine.
"""

import re
from pathlib import Path

from tools.checks.source_tree import files, lines, problem

SUFFIXES = tuple(
    ".py .pyi .cpp .hpp .c .h .def .md .toml .txt .f90 .json .cfg .yml .sh .mk".split()
)
OTHERS = ("Makefile", "CMakeLists.txt", ".clang-format", ".clang-tidy", ".ci/run", ".gitignore")
MACHINE = re.compile(
    r"(?<![\w.])/(?:root|work|Users|mnt|srv)(?:/|\b(?!\w))"
    r"|/home/\w"
    r"|/opt/(?!openblas|intel|rh)\w"
    r"|/tmp/(?:b-|venv|plan|bash_jobs)"
)


def check(root: Path) -> list[str]:
    """Problems under root."""
    problems = []
    others = [root / name for name in OTHERS if (root / name).exists()]
    for path in [*files(root, SUFFIXES), *others]:
        for number, line in enumerate(lines(path), 1):
            found = MACHINE.search(line)
            if found:
                problems.append(problem(root, path, number, f"a machine's path: {found.group()}"))
    return problems
