"""An operation is one row of core/ops.def: no other source treats it by its name.

Looked for are `Op::name` in C++ and the string `"name"` in C++ and Python, outside of tests. What
names of operations must be known elsewhere, because the language or the graph is built of them,
stands in STRUCTURAL with the files that may and the reason.
"""

import re
from pathlib import Path

from tools.checks.source_tree import CPP, PYTHON, files, lines, problem

TABLE = "core/ops.def"
FOLDERS = ("core", "emit_fortran", "jit_cache", "python")
ROW = re.compile(r"^OP\((\w+),", re.MULTILINE)

# file -> (operations it may name, why); "*" is every operation.
STRUCTURAL: dict[str, tuple[str, str]] = {}


def check(root: Path) -> list[str]:
    """Problems under root."""
    names = ROW.findall((root / TABLE).read_text(encoding="utf-8"))
    either = "|".join(names)
    use = re.compile(rf"\bOp::({either})\b|\"({either})\"|'({either})'")
    problems = [f"{TABLE}:1: {name} has two rows" for name in names if names.count(name) > 1]
    for path in files(root, CPP + PYTHON, *FOLDERS):
        allowed = STRUCTURAL.get(str(path.relative_to(root)), ("", ""))[0].split()
        for number, line in enumerate(lines(path), 1):
            for groups in use.findall(line.split("//")[0]):
                name = next(filter(None, groups))
                if name not in allowed and "*" not in allowed:
                    text = f"names the operation {name}; its row is in {TABLE}"
                    problems.append(problem(root, path, number, text))
    return problems
