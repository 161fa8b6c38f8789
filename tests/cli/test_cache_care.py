"""`numeta cache why|prune|export|import|stats --zero` and the columns of `ls`."""

from __future__ import annotations

import importlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import numeta as nm

Run = Callable[..., Result]


@nm.jit
def fill(n, array: nm.f8[:]) -> None:
    for i in nm.range(n):
        array[i] = i


@pytest.fixture
def keys(cache_dir: Path) -> list[str]:
    """The keys of `fill(3, array)` and `fill(4, array)`, the first compiled first."""
    found: list[str] = []
    for n in (3, 4):
        nm.jit(fill.py_func)(n, np.zeros(5))
        found += sorted({file.stem for file in cache_dir.glob("*/*.so")} - set(found))
    return found


def test_ls_shows_hits_age_compile_time_and_the_place_in_the_source(
    run: Run, keys: list[str]
) -> None:
    nm.jit(fill.py_func)(3, np.zeros(5))
    rows = {row["key"]: row for row in json.loads(run("cache", "ls", "--json").output)}
    assert (rows[keys[0]]["hits"], rows[keys[1]]["hits"]) == (1, 0)
    assert rows[keys[0]]["compile_seconds"] > 0
    shown = run("cache", "ls").output
    assert f"{__file__}:{fill.py_func.__code__.co_firstlineno}" in shown
    assert shown.splitlines()[0].split() == [
        *("key", "used", "size", "hits", "compiled", "kernel", "from")
    ]


def test_hits_of_ended_processes_are_counted(run: Run, keys: list[str], cache_dir: Path) -> None:
    (cache_dir / "stats").mkdir(mode=0o700, exist_ok=True)
    (cache_dir / "stats" / "1-2-3.stat").write_text(f"hit:{keys[1]} 41\nhit:x 1\nhits 41\n")
    rows = {row["key"]: row["hits"] for row in json.loads(run("cache", "ls", "--json").output)}
    assert rows == {keys[0]: 0, keys[1]: 41}


def test_why_names_the_field_that_differs(run: Run, keys: list[str]) -> None:
    said = json.loads(run("cache", "why", *keys, "--json").output)
    assert (said["keys"], said["field"]) == (keys, "fortran")
    assert said["values"][0] != said["values"][1]
    shown = run("cache", "why", keys[0][:9], keys[1][:9]).output
    assert "fortran: the Fortran source" in shown
    assert "and in:" in shown or len(said["differing"]) == 1


def test_why_of_a_kernel_compares_its_last_compile(run: Run, keys: list[str]) -> None:
    said = json.loads(run("cache", "why", "fill", "--json").output)
    assert (set(said["keys"]), said["field"]) == (set(keys), "fortran")


def test_why_tells_of_changed_flags(run: Run, keys: list[str]) -> None:
    before = nm.config.fflags
    try:
        nm.config.fflags = "-fno-inline"
        nm.jit(fill.py_func)(4, np.zeros(5))
    finally:
        nm.config.fflags = before
    rows = json.loads(run("cache", "ls", "--json").output)
    (new,) = {row["key"] for row in rows} - set(keys)
    said = json.loads(run("cache", "why", keys[1], new, "--json").output)
    assert said["field"] == "flags"
    assert "-fno-inline" in said["values"][1]
    assert "commands" in said["differing"]
    assert "-fno-inline" in run("cache", "why", keys[1], new).output


def test_why_without_anything_to_compare_exits_1(run: Run, keys: list[str]) -> None:
    assert run("cache", "why", "nothing").stderr == "no entry is of a kernel nothing\n"
    run("cache", "prune", "--max-size", "1")
    nm.jit(fill.py_func)(3, np.zeros(5))
    result = run("cache", "why", "fill")
    assert (result.exit_code, result.output) == (
        1,
        "fill was compiled once: no entry of it was there to be found\n",
    )


def test_prune_keeps_the_last_used(run: Run, keys: list[str], cache_dir: Path) -> None:
    sizes = {file.stem: file.stat().st_size for file in cache_dir.glob("*/*.so")}
    assert json.loads(run("cache", "prune", "--json").output)["removed"] == 0
    result = run("cache", "prune", "--max-size", str(max(sizes.values()) + 1))
    assert result.output.startswith("1 entry removed, ")
    assert [file.stem for file in cache_dir.glob("*/*.so")] == [keys[1]]
    assert json.loads(run("cache", "prune", "--max-size", "0", "--json").output) == {
        "removed": 1,
        "bytes": 0,
    }
    assert run("cache", "prune", "--max-size", "many").exit_code == 2


def test_stats_zero(run: Run, keys: list[str]) -> None:
    assert json.loads(run("cache", "stats", "--json").output)["counters"]["compiles"] == 2
    zero = json.loads(run("cache", "stats", "--zero", "--json").output)
    assert set(zero["counters"].values()) == {0}
    assert zero["entries"] == 2


def test_an_archive_fills_a_store_and_serves_it(
    run: Run, keys: list[str], cache_dir: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "kernels.tar.gz"
    result = run("cache", "export", str(archive), "--json")
    assert json.loads(result.output) == {"archive": str(archive), "exported": 2}
    nm.config.cache_dir = str(tmp_path / "other")
    assert json.loads(run("cache", "import", str(archive), "--json").output) == {
        "imported": 2,
        "refused": [],
    }
    before = nm.config.fc
    try:
        nm.config.fc = ""
        nm.jit(fill.py_func)(3, np.zeros(5))
    finally:
        nm.config.fc = before
    counters = json.loads(run("cache", "stats", "--json").output)["counters"]
    assert (counters["hits"], counters["compiles"]) == (1, 0)
    assert counters["saved_seconds"] > 0


def test_one_entry_is_exported_by_its_key(run: Run, keys: list[str], tmp_path: Path) -> None:
    archive = tmp_path / "one.tar.gz"
    assert run("cache", "export", str(archive), keys[1][:10]).exit_code == 0
    with tarfile.open(archive) as tar:
        names = {name for name in tar.getnames() if name.endswith(".so")}
    assert names == {f"{keys[1]}.so"}


def test_import_refuses_what_no_store_gave_out(
    run: Run, keys: list[str], cache_dir: Path, tmp_path: Path
) -> None:
    whole = (cache_dir / keys[0][:2] / f"{keys[0]}.so").read_bytes()
    archive = tmp_path / "bad.tar"
    with tarfile.open(archive, "w") as tar:

        def add(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE) -> None:
            member = tarfile.TarInfo(name)
            member.size, member.type, member.linkname = len(content), kind, "/etc/passwd"
            tar.addfile(member, io.BytesIO(content))

        add(f"{keys[1]}.so", whole)
        add(f"{keys[0]}.so", whole[:-1])
        add(f"../{keys[0]}.so", whole)
        add(f"/tmp/{keys[0]}.so", whole)
        add(f"{'a' * 32}.rec", b"no record")
        add(f"{keys[0]}.so", kind=tarfile.SYMTYPE)
        add("README", b"text")
    nm.config.cache_dir = str(tmp_path / "other")
    result = run("cache", "import", str(archive), "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["imported"] == 0
    assert len(json.loads(result.output)["refused"]) == 7
    assert list((tmp_path / "other").rglob("*.so")) == []
    (tmp_path / "torn.tar.gz").write_bytes(b"\x1f\x8b\x08torn")
    assert run("cache", "import", str(tmp_path / "torn.tar.gz")).exit_code == 1


def test_keys_are_completed(run: Run, keys: list[str]) -> None:
    module = importlib.import_module("numeta.cli.cache")
    found = module.complete_key(None, None, keys[0][:5])
    assert [(item.value, item.help) for item in found] == [(keys[0][:12], "fill")]
