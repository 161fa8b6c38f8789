"""Each check of tools/checks finds a violation that is planted for it, and only then complains.

A case is a tiny tree that is right, and one change that is wrong. What always holds: the right
tree passes (so that the check does not complain about everything) and every check has a case (so
that none is added unproved).
"""

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tools.checks.__main__ import CHECKS, main

ROOT = Path(__file__).resolve().parents[2]
OPS = '// The op table.\nOP(add, 2, "sum")\nOP(sqrt, 1, "root")\n'
MAKEFILE = "test:  ## run the tests\n\tpytest\n"
TIDY = "Checks: '-*,bugprone-*'\nWarningsAsErrors: '*'\n"
MYPY = '[tool.mypy]\nstrict = true\nmypy_path = "python"\npackages = ["numeta"]\n'
COMPILE = '[{"directory": "$ROOT", "file": "$ROOT/core/a.cpp", "command": "c++ -c core/a.cpp"}]'
LONG_FUNCTION = "namespace n {\nint f(int a) {\n" + "  a += 1;\n" * 90 + "  return a;\n}\n}\n"
LONG_PYTHON = (
    '"""What it is."""\n\n\ndef f(a: int) -> int:\n' + "    a += 1\n" * 90 + "    return a\n"
)

# check, right tree, planted files, part of the complaint, tool that it needs
CASES = [
    ("budgets", {"core/a.cpp": "// a\n"}, {"core/a.cpp": "// a\n" * 601}, "601 lines", None),
    ("budgets", {"core/a.cpp": "// a\n"}, {"core/a.cpp": "// " + "a" * 98}, "101 columns", None),
    ("budgets", {"core/t.def": "// a\n" * 700}, {"core/a.hpp": LONG_FUNCTION}, "f has 93", None),
    ("budgets", {"tools/a.py": '"""A."""\n'}, {"tools/a.py": LONG_PYTHON}, "f has 92", None),
    ("file_headers", {"core/a.cpp": "// a\n"}, {"core/b.cpp": "int x;\n"}, "core/b.cpp:1", None),
    ("file_headers", {"tools/a.py": '"""A."""\n'}, {"tools/b.py": "X = 1\n"}, "tools/b.py:1", None),
    ("file_names", {"core/loop.hpp": "// a\n"}, {"core/loop_utils.hpp": "// a\n"}, "utils", None),
    (
        "dependency_direction",
        {"emit_fortran/a.hpp": '// a\n#include "core/b.hpp"\n', "core/b.hpp": "// b\n"},
        {"core/c.hpp": '// c\n#include "emit_fortran/a.hpp"\n'},
        "core must not include emit_fortran",
        None,
    ),
    (
        "dependency_direction",
        {"core/b.hpp": '// b\n#include <vector>\n#include "c.hpp"\n', "core/c.hpp": "// c\n"},
        {"core/c.hpp": "// c\n#include <Python.h>\n"},
        "core must not include Python.h",
        None,
    ),
    (
        "dependency_direction",
        {"core/c.cpp": "// c\n"},
        {"core/c.cpp": '// c\nvoid f() { std::fopen("a", "r"); }\n'},
        "core touches no files",
        None,
    ),
    (
        "dependency_direction",
        {"jit_cache/c.cpp": "// c\n#include <cstdio>\n", "core/ops.hpp": "// o\n"},
        {"jit_cache/c.cpp": '// c\n#include "../core/ops.hpp"\n'},
        "jit_cache must not include core",
        None,
    ),
    (
        "dependency_direction",
        {"python/numeta/cli/a.py": "import click\n", "python/numeta/b.py": "import numpy, os\n"},
        {"python/numeta/b.py": "import click\n"},
        "imports click",
        None,
    ),
    (
        "one_row_per_op",
        {"core/ops.def": OPS, "tests/a.py": "apply('sqrt')\n", "core/a.cpp": "// as Op::sqrt\n"},
        {"emit_fortran/a.cpp": "// a\nbool f(Op op) { return op == Op::sqrt; }\n"},
        "emit_fortran/a.cpp:2: names the operation sqrt",
        None,
    ),
    (
        "one_row_per_op",
        {"core/ops.def": OPS},
        {"python/numeta/a.py": "TABLE = {math.sqrt: 'sqrt'}\n"},
        "python/numeta/a.py:1: names the operation sqrt",
        None,
    ),
    (
        "one_row_per_op",
        {"core/ops.def": OPS, "core/narrow.cpp": "// l\nOp f() { return Op::add; }\n"},
        {"core/narrow.cpp": "// l\nOp f() { return Op::sqrt; }\n"},
        "core/narrow.cpp:2: names the operation sqrt",
        None,
    ),
    ("one_row_per_op", {"core/ops.def": OPS}, {"core/ops.def": OPS * 2}, "add has two rows", None),
    (
        "readme_commands",
        {"Makefile": MAKEFILE, "README.md": "Run `make test`, and make sure of it.\n"},
        {"README.md": "```\nmake test\nmake coffee\n```\n"},
        "README.md:3: the Makefile has no target coffee",
        None,
    ),
    (
        "readme_commands",
        {"Makefile": MAKEFILE, "README.md": "`make test`\n"},
        {"Makefile": MAKEFILE + "bench:  ## measure\n\ttrue\n"},
        "target bench is in neither",
        None,
    ),
    (
        "document_links",
        {"README.md": "[a](docs/a.md) `core/`\n", "docs/a.md": "A\n", "core/a.hpp": "// a\n"},
        {"README.md": "[a](docs/b.md)\n"},
        "README.md:1: broken link: docs/b.md",
        None,
    ),
    (
        "document_links",
        {"README.md": "`core/a.hpp`\n", "core/a.hpp": "// a\n"},
        {"README.md": "`core/b.hpp`\n"},
        "no such path: core/b.hpp",
        None,
    ),
    (
        "machine_paths",
        {"tools/a.py": '"""A."""\nA = "/usr/include /dev/null n/work/root"\n'},
        {"tools/a.py": '"""A."""\nA = "/' + 'home/someone/a"\n'},
        "tools/a.py:2: a machine's path",
        None,
    ),
    ("python_format", {"a.py": "x = 1\n"}, {"a.py": "x  =  1\n"}, "x  =  1", "ruff"),
    ("python_lint", {"a.py": "X = 1\n"}, {"a.py": "import os\n"}, "F401", "ruff"),
    (
        "python_types",
        {"pyproject.toml": MYPY, "python/numeta/__init__.py": "X: int = 1\n"},
        {"python/numeta/__init__.py": "X: int = 'a'\n"},
        "Incompatible types",
        "mypy",
    ),
    (
        "cpp_format",
        {".clang-format": "BasedOnStyle: Google\n", "core/a.cpp": "// a\nint x = 1;\n"},
        {"core/a.cpp": "// a\nint   x=1;\n"},
        "core/a.cpp:2",
        "clang-format",
    ),
    (
        "cpp_lint",
        {
            ".clang-tidy": TIDY,
            "core/a.cpp": "// a\nint f(int a) { return a; }\n",
            "build/tests/compile_commands.json": COMPILE,
        },
        {"core/a.cpp": "// a\nint f(int a) {\n  return a ? sizeof(sizeof(a)) : 1;\n}\n"},
        "bugprone-sizeof-expression",
        "clang-tidy",
    ),
    (
        "cpp_lint",
        {".clang-tidy": TIDY, "build/tests/compile_commands.json": "[]"},
        {"core/a.cpp": "// a\n"},
        "core/a.cpp:1: has no compile command",
        "clang-tidy",
    ),
]


def plant(root: Path, tree: dict[str, str]) -> None:
    """Writes the files of a tree."""
    for name, text in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("$ROOT", str(root)))


@pytest.mark.parametrize(("name", "right", "wrong", "complaint", "needs"), CASES)
def test_planted_violation_is_found(
    name: str,
    right: dict[str, str],
    wrong: dict[str, str],
    complaint: str,
    needs: str | None,
    tmp_path: Path,
) -> None:
    if needs and shutil.which(needs) is None:
        pytest.skip(f"{needs} is not installed; `make check` installs it")
    check = import_module(f"tools.checks.{name}").check
    plant(tmp_path, right)
    assert check(tmp_path) == []
    plant(tmp_path, wrong)
    assert complaint in "\n".join(check(tmp_path))


def test_every_check_has_a_planted_violation() -> None:
    assert {case[0] for case in CASES} == set(CHECKS)


def test_every_check_is_run_by_default() -> None:
    beside = {"__main__", "source_tree", "cpp_functions"}
    written = {path.stem for path in (ROOT / "tools" / "checks").glob("*.py")}
    assert written - beside == set(CHECKS)


def test_runner_reports_the_problem_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(tmp_path, {"core/a.cpp": "int x;\n"})
    assert main(["--root", str(tmp_path), "file_headers", "file_names"]) == 1
    assert "core/a.cpp:1: opens without saying what it is" in capsys.readouterr().out
    plant(tmp_path, {"core/a.cpp": "// a\n"})
    assert main(["--root", str(tmp_path), "file_headers", "file_names"]) == 0


def test_absent_tool_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not installed" in import_module("tools.checks.python_lint").check(tmp_path)[0]


def test_a_failing_check_fails_make(tmp_path: Path) -> None:
    plant(tmp_path, {"core/a.cpp": "int x;\n"})
    command = [sys.executable, "-m", "tools.checks", "--root", str(tmp_path), "file_headers"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 1
