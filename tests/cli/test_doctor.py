"""`numeta doctor`: what is there is found, what is missing is said with its package."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import numeta as nm

Run = Callable[..., Result]


def findings(output: str) -> dict[str, dict[str, object]]:
    """The findings of a JSON answer by name."""
    return {row["name"]: row for row in json.loads(output)["findings"]}


def test_doctor_finds_the_toolchain(run: Run) -> None:
    result = run("doctor", "--json")
    assert result.exit_code == 0, result.output
    found = findings(result.output)
    assert "GNU Fortran" in str(found["Fortran compiler"]["detail"])
    assert "-march=native" in str(found["flags"]["detail"])
    assert "OpenBLAS" in str(found["BLAS"]["detail"])
    assert {"CPU", "OpenMP", "LAPACK", "cache folder", "linker"} <= set(found)


def test_doctor_says_so_for_a_reader(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "numeta has what it needs." in result.output
    assert "\x1b[" not in result.output


def test_missing_compiler_exits_1_and_names_the_package(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("doctor", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["healthy"] is False
    assert findings(result.output)["Fortran compiler"]["advice"] == "apt-get install gfortran"


def test_unwritable_cache_is_no_fault_but_said(run: Run, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    before, nm.config.cache_dir = nm.config.cache_dir, str(blocked / "cache")
    try:
        result = run("doctor", "--json")
    finally:
        nm.config.cache_dir = before
    assert result.exit_code == 0
    assert "cache folder" in findings(result.output)


def test_settings_that_are_set_are_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMETA_LOG", "off")
    assert "NUMETA_LOG=off" in str(findings(run("doctor", "--json").output)["settings"]["detail"])
