"""Dependencies point one way: python -> emit_fortran -> core and python -> jit_cache.

Also what a folder promises not to touch at all: `core` and `emit_fortran` no Python and no files,
`jit_cache` no Python, and the Python package nothing but the standard library and NumPy outside
of its command line.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tools.checks.source_tree import CPP, PYTHON, TABLES, files, lines, problem

PYTHON_HEADERS = r"Python\.h|pybind11/.*|numpy/.*|structmember\.h"
FILE_HEADERS = r"fstream|filesystem|cstdio|stdio\.h|fcntl\.h|unistd\.h|sys/.*"
FILE_CALLS = r"\b(std::)?(fopen|freopen|fprintf|printf|fputs|puts|popen|system)\s*\("

# folder -> folders it may include, headers it must not include, calls it must not make
RULES = {
    "core": (("core",), f"{PYTHON_HEADERS}|{FILE_HEADERS}", FILE_CALLS),
    "emit_fortran": (("emit_fortran", "core"), f"{PYTHON_HEADERS}|{FILE_HEADERS}", FILE_CALLS),
    "jit_cache": (("jit_cache",), PYTHON_HEADERS, None),
}
ALL = ("core", "emit_fortran", "jit_cache", "python", "tests", "bench")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')

PACKAGE = "python/numeta"
COMMAND_LINE = "python/numeta/cli"
MAY_IMPORT = {"numpy", "numeta"}


def owner(root: Path, path: Path, included: str) -> str | None:
    """The top folder that an include in quotes belongs to, None if it is not one of ours."""
    named = PurePosixPath(included).parts[0]
    if named in ALL:
        return named
    beside = (path.parent / included).resolve()
    if beside.is_relative_to(root) and beside.exists():
        return beside.relative_to(root).parts[0]
    return None


def cpp_problems(root: Path, folder: str) -> Iterator[str]:
    """Includes and calls of one folder that break its rule."""
    allowed, headers, calls = RULES[folder]
    for path in files(root, CPP + TABLES, folder):
        for number, line in enumerate(lines(path), 1):
            include = INCLUDE.match(line)
            if include:
                name = include.group(1) or include.group(2)
                target = owner(root, path, name)
                if target and target not in allowed:
                    yield problem(root, path, number, f"{folder} must not include {target}: {name}")
                if re.fullmatch(headers, name):
                    yield problem(root, path, number, f"{folder} must not include {name}")
            elif calls and not line.lstrip().startswith("//") and re.search(calls, line):
                yield problem(root, path, number, f"{folder} touches no files: {line.strip()}")


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and top package of each absolute import of a module, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module.split(".")[0]


def python_problems(root: Path) -> Iterator[str]:
    """Imports of the package, its command line excepted, beyond NumPy and the standard library."""
    for path in files(root, PYTHON, PACKAGE):
        if path.is_relative_to(root / COMMAND_LINE):
            continue
        for number, name in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if name not in MAY_IMPORT and name not in sys.stdlib_module_names:
                yield problem(root, path, number, f"imports {name}: only NumPy may be imported")


def check(root: Path) -> list[str]:
    """Problems under root."""
    problems = [text for folder in RULES for text in cpp_problems(root, folder)]
    return problems + list(python_problems(root))
