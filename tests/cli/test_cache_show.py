"""`numeta cache show`: the Fortran with the places it comes from, timings, what became vectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import numeta as nm
from numeta.cli.cache_show import commented, loops

Run = Callable[..., Result]


def scaled(x, y):
    return x * y + 1.0


@nm.jit
def sweep(a: nm.f8[:], b: nm.f8[:]) -> float:
    last = 0.0
    for i in range(a.shape[0]):
        a[i] = scaled(a[i], b[i])
    for i in range(a.shape[0]):
        last = a[i] / (last + 2.0)
    return last


FIRST = sweep.py_func.__code__.co_firstlineno


@pytest.fixture
def key(cache_dir: Path) -> str:
    again = nm.jit(sweep.py_func)
    again(np.ones(9), np.ones(9))
    (entry,) = cache_dir.glob("*/*.so")
    return entry.stem


def line_with(text: str, part: str) -> str:
    (line,) = [line for line in text.splitlines() if part in line]
    return line


def test_lines_of_python_and_vectors_stand_behind_the_fortran(run: Run, key: str) -> None:
    shown = run("cache", "show", key).output
    assert line_with(shown, "a(i) = a(i) * b(i)").endswith(f"! line {FIRST + 4}")
    vector, scalar = (line for line in shown.splitlines() if "do i = 0" in line)
    assert f"! line {FIRST + 3}, vectors of " in vector
    assert scalar.endswith(f"! line {FIRST + 5}")


def test_json_has_places_timings_and_vectors(run: Run, key: str) -> None:
    entry = json.loads(run("cache", "show", key, "--json").output)
    loop = next(
        number
        for number, line in enumerate(entry["fortran"].splitlines(), 1)
        if line.strip().startswith("do i")
    )
    assert [loop, FIRST + 3] in entry["places"]
    assert entry["vectorised"][str(loop)]
    assert set(entry["timings"]) == {"fortran", "c", "link"}
    assert all(seconds > 0 for seconds in entry["timings"].values())


def test_the_entry_itself_is_left_as_it_is(run: Run, key: str, cache_dir: Path) -> None:
    path = cache_dir / key[:2] / f"{key}.so"
    before = path.read_bytes()
    run("cache", "show", key)
    assert path.read_bytes() == before
    assert json.loads(run("cache", "verify", "--json").output)["entries"][0]["outcome"] == "equal"


def test_without_the_compiler_that_made_it_the_rest_is_shown(
    run: Run, key: str, cache_dir: Path
) -> None:
    for record in (cache_dir / "toolchains").iterdir():
        record.unlink()
    shown = run("cache", "show", key)
    assert shown.exit_code == 0
    assert "not known: another compiler" in shown.output
    assert f"! line {FIRST + 3}" in shown.output


def test_the_compilers_words_are_read() -> None:
    notes = (
        "kernel.f90:12:9: optimized: loop vectorized using 32 byte vectors\n"
        "kernel.f90:12:9: optimized:  loop versioned for vectorization because of possible"
        " aliasing\n"
        "kernel.f90:12:9: optimized: loop vectorized using 16 byte vectors\n"
        "kernel.f90:30:2: optimized: basic block part vectorized using 64 byte vectors\n"
        "kernel.f90:12:9: optimized: loop vectorized using 32 byte vectors\n"
    )
    assert loops(notes) == {12: [32, 16], 30: [64]}
    assert loops("") == {}


def test_comments_name_other_files_and_leave_other_lines_alone() -> None:
    text = commented("a\nb\nc\n", [[1, 7], [3, 9, "/x/helper.py"]], {3: [16]})
    first, second, third = text.splitlines()
    assert first.split() == ["a", "!", "line", "7"]
    assert second == "b"
    assert third.endswith("! helper.py:9, vectors of 16 bytes")
