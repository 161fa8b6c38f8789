"""Which files of the repository the checks look at, and how an outside tool is run on them.

What always holds: build folders, virtual environments, caches and generated files are never
listed, paths come sorted, and a tool that is absent is a problem, never a silent pass.
"""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

CPP_FOLDERS = ("core", "emit_fortran", "jit_cache", "python", "tests", "bench")
CPP = (".cpp", ".hpp", ".c", ".h")
PYTHON = (".py", ".pyi")
TABLES = (".def",)
DOCUMENTS = (".md",)
SKIPPED = ("build", "dist", "__pycache__")


def files(root: Path, suffixes: tuple[str, ...], *folders: str) -> Iterator[Path]:
    """Files with one of the suffixes below root, or below the named folders of it."""
    for top in [root / folder for folder in folders] or [root]:
        for path in sorted(top.rglob("*")):
            inside = path.relative_to(root).parts[:-1]
            hidden = any(part.startswith(".") or part in SKIPPED for part in inside)
            if path.suffix in suffixes and not hidden and path.is_file():
                yield path


def lines(path: Path) -> list[str]:
    """The lines of a text file."""
    return path.read_text(encoding="utf-8").split("\n")


def problem(root: Path, path: Path, line: int, text: str) -> str:
    """One problem as it is printed."""
    return f"{path.relative_to(root)}:{line}: {text}"


def tool(root: Path, *command: str | Path) -> list[str]:
    """Output lines of an outside tool that failed; none if it was content."""
    if shutil.which(str(command[0])) is None:
        return [f"{command[0]} is not installed; `make check` installs it"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    output = (done.stdout + done.stderr).splitlines()
    return [line for line in output if line.strip()] or [f"{command[0]}: {done.returncode}"]
