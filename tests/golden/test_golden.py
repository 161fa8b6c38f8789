"""The emitted Fortran of the corpus, whole, and what holds for each file of it.

A change of emission shows as a diff of tests/golden/*.f90, written by `--update-golden`; a change
that means no other text shows none.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .corpus import CORPUS, Case, emit

FOLDER = Path(__file__).parent
FILES = [FOLDER / f"{case.name}.f90" for case in CORPUS]
STRICT = ["-Wall", "-Wextra", "-Warray-temporaries", "-Wimplicit-interface", "-Werror"]
# Exact comparisons of floats and conversions are what the kernel says.
MEANT = ["-Wno-compare-reals", "-Wno-conversion", "-Wno-maybe-uninitialized"]


def _name(case: Case) -> str:
    return case.name


def _path_name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("case", CORPUS, ids=_name)
def test_the_emitted_text_is_the_golden_file(case: Case, update_golden: bool) -> None:
    path = FOLDER / f"{case.name}.f90"
    text = emit(case)
    if update_golden:
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("case", CORPUS, ids=_name)
def test_the_text_depends_on_nothing_but_kernel_and_types(case: Case) -> None:
    assert emit(case) == emit(case)


def test_every_golden_file_has_a_row_in_the_corpus() -> None:
    assert sorted(FOLDER.glob("*.f90")) == sorted(FILES)


@pytest.mark.parametrize("path", FILES, ids=_path_name)
def test_it_compiles_without_a_warning_or_an_array_temporary(path: Path) -> None:
    command = ["gfortran", "-fsyntax-only", *STRICT, *MEANT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/tmp")
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("path", FILES, ids=_path_name)
def test_no_line_is_longer_than_fortran_allows(path: Path) -> None:
    assert max(map(len, path.read_text().splitlines())) <= 132


@pytest.mark.parametrize("path", FILES, ids=_path_name)
def test_the_object_has_no_writable_data(path: Path, tmp_path: Path) -> None:
    made = tmp_path / "kernel.o"
    subprocess.run(["gfortran", "-O3", "-fPIC", "-c", str(path), "-o", str(made)], check=True)
    listed = subprocess.run(["nm", str(made)], check=True, capture_output=True, text=True).stdout
    kinds = {line.split()[-2]: line for line in listed.splitlines()}
    assert not set(kinds) & set("bBdDC"), kinds
