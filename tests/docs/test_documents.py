"""What the documents show is run: every Python block, and every command of `numeta`.

The Python blocks of a document run in order as one program from one file, since a kernel's source
must be readable; a plain `make` command is only looked up in the Makefile, since make runs this.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def run(command: list[str], cache: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command at the root with a cache of its own."""
    environment = os.environ | {"NUMETA_CACHE_DIR": str(cache)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def commands(first: str) -> list[str]:
    """The command lines of the README that begin with a word."""
    lines = "".join(blocks("sh")).splitlines()
    return [line.split(" #")[0].strip() for line in lines if line.startswith(f"{first} ")]


def test_readme_examples_run_and_agree_with_plain_python(tmp_path: Path) -> None:
    program = tmp_path / "readme.py"
    check = """
assert a.tolist() == [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]
assert mixed_loops.fortran().count("end do") == 3
expected = np.empty(5)
horner.py_func((1.0, -2.0, 0.5), x, expected)
assert y.tolist() == expected.tolist()
"""
    program.write_text("\n".join(blocks("python")) + check)
    done = run([sys.executable, str(program)], tmp_path / "cache")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", commands("numeta"))
def test_readme_command_of_numeta_runs(line: str, tmp_path: Path) -> None:
    done = run([sys.executable, "-m", "numeta.cli", *shlex.split(line)[1:]], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("line", commands("make"))
def test_readme_command_of_make_exists(line: str, tmp_path: Path) -> None:
    done = run(["make", "--dry-run", *shlex.split(line)[1:]], tmp_path)
    assert done.returncode == 0, done.stderr


def test_readme_shows_both_commands() -> None:
    assert {"make demo", "make test"} <= set(commands("make"))


def test_example_prints_fortran_array_and_times(tmp_path: Path) -> None:
    done = run([sys.executable, "examples/mixed_loops.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    for part in ("array(0, j)", "array(2, j)", "[2. 3. 4.]", "cold call", "cached start", "warm"):
        assert part in done.stdout
