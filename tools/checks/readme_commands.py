"""Every `make` command that a document names is a target of the Makefile, and the other way round.

A command counts where a reader would take it for one: in backquotes or in a fenced block. Targets
with a `##` description are the public ones, and each of them is named in README.md or
CONTRIBUTING.md.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.checks.source_tree import DOCUMENTS, files, lines, problem

TARGET = re.compile(r"^([a-z][a-z-]*):(?:.*##)?", re.MULTILINE)
PUBLIC = re.compile(r"^([a-z][a-z-]*):.*##", re.MULTILINE)
COMMAND = re.compile(r"\bmake ([a-z][a-z-]*)")


def commands(text: list[str]) -> Iterator[tuple[int, str]]:
    """Line and target of each make command in the code of a document."""
    fenced = False
    for number, line in enumerate(text, 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        for code in [line] if fenced else re.findall(r"`([^`]+)`", line):
            for name in COMMAND.findall(code.split("#")[0]):
                yield number, name


def check(root: Path) -> list[str]:
    """Problems under root."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(TARGET.findall(makefile))
    named: set[str] = set()
    problems = []
    for path in files(root, DOCUMENTS):
        for number, name in commands(lines(path)):
            if name not in targets:
                problems.append(problem(root, path, number, f"the Makefile has no target {name}"))
            if path.name in ("README.md", "CONTRIBUTING.md"):
                named.add(name)
    for name in PUBLIC.findall(makefile):
        if name not in named | {"help"}:
            problems.append(f"Makefile:1: target {name} is in neither README nor CONTRIBUTING")
    return problems
