"""The C++ of core/ passes clang-tidy with the rules of .clang-tidy.

Needs the compile commands that `make check` configures. A source whose text, headers and rules
are those of its last clean run is not run again. What always holds: only a clean run is kept.
"""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.checks.source_tree import CPP, TABLES, files, problem, tool

FOLDER = "core"
COMMANDS = "build/tests"
CLEAN = "build/clang-tidy"


def fingerprint(root: Path, source: Path) -> str:
    """A hash of all that a source's result depends on."""
    whole = hashlib.sha256(source.name.encode())
    headers = [path for path in files(root, CPP + TABLES, FOLDER) if path.suffix != ".cpp"]
    for path in [source, *headers, root / ".clang-tidy"]:
        whole.update(path.read_bytes())
    return whole.hexdigest()


def lint(root: Path, source: Path) -> list[str]:
    """What clang-tidy says about one source."""
    clean = root / CLEAN / fingerprint(root, source)
    if clean.exists():
        return []
    said = tool(root, "clang-tidy", "--quiet", "-p", root / COMMANDS, source)
    if not said:
        clean.parent.mkdir(parents=True, exist_ok=True)
        clean.touch()
    return [line for line in said if not line.endswith("warnings generated.")]


def check(root: Path) -> list[str]:
    """Problems under root."""
    commands = root / COMMANDS / "compile_commands.json"
    if not commands.exists():
        return [f"{COMMANDS}/compile_commands.json is missing; `make check` writes it"]
    known = {entry["file"] for entry in json.loads(commands.read_text(encoding="utf-8"))}
    sources = [path for path in files(root, CPP, FOLDER) if path.suffix == ".cpp"]
    # clang-tidy passes silently over what it cannot compile.
    problems = [
        problem(root, path, 1, "has no compile command")
        for path in sources
        if str(path) not in known
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda source: lint(root, source), sources)
        return problems + [line for said in results for line in said]
