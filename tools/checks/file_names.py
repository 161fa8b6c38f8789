"""No file or folder is named for nothing: `utils`, `helpers`, `common`, `misc`, `manager`.

Such a name tells no one what belongs into the file, so everything ends up there.
"""

import re
from pathlib import Path

from tools.checks.source_tree import CPP, PYTHON, TABLES, files, problem

EMPTY = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|stuff)($|_)")


def check(root: Path) -> list[str]:
    """Problems under root."""
    problems = []
    for path in files(root, CPP + PYTHON + TABLES):
        for part in path.relative_to(root).with_suffix("").parts:
            if EMPTY.search(part):
                problems.append(problem(root, path, 1, f"the name '{part}' says nothing"))
    return problems
