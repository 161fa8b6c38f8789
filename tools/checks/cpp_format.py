"""C++ sources are formatted as .clang-format says; `make format` does it.

Tables (`*.def`) are laid out by hand, and bench/ keeps the references of its peers as they are.
Of each file the first place is given, and how many more there are.
"""

import re
from pathlib import Path

from tools.checks.source_tree import CPP, files, problem, tool

FOLDERS = ("core", "emit_fortran", "jit_cache", "python", "tests")
PLACE = re.compile(r"^(.+?):(\d+):\d+: error:")


def check(root: Path) -> list[str]:
    """Problems under root."""
    sources = list(files(root, CPP, *FOLDERS))
    said = tool(root, "clang-format", "--dry-run", "-Werror", *sources) if sources else []
    places: dict[str, list[int]] = {}
    for place in filter(None, map(PLACE.match, said)):
        places.setdefault(place.group(1), []).append(int(place.group(2)))
    if said and not places:
        return said
    return [
        problem(
            root, Path(name), found[0], f"not formatted, here and at {len(found) - 1} more places"
        )
        for name, found in places.items()
    ]
