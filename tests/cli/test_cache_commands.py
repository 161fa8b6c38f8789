"""`numeta cache`: what it says about a cache that a kernel has filled."""

from __future__ import annotations

import json
import re
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
def key(cache_dir: Path) -> str:
    """The key of the one entry, of `fill(3, array)`."""
    again = nm.jit(fill.py_func)
    again(3, np.zeros(3))
    (entry,) = cache_dir.glob("*/*.so")
    return entry.stem


def test_dir_prints_the_folder(run: Run, cache_dir: Path) -> None:
    result = run("cache", "dir")
    assert (result.exit_code, result.output.strip()) == (0, str(cache_dir))
    assert json.loads(run("cache", "dir", "--json").output)["directory"] == str(cache_dir)


def test_ls_of_an_empty_cache_lists_nothing(run: Run) -> None:
    assert json.loads(run("cache", "ls", "--json").output) == []
    assert run("cache", "ls").exit_code == 0


def test_ls_names_the_kernel_and_its_signature(run: Run, key: str) -> None:
    result = run("cache", "ls")
    assert result.exit_code == 0
    assert key[:12] in result.output
    assert "fill(n=3, array: f8[:])" in result.output
    (entry,) = json.loads(run("cache", "ls", "--json").output)
    assert (entry["key"], entry["state"], entry["label"]) == (key, "sound", "fill")


def test_show_finds_an_entry_by_the_beginning_of_its_key(run: Run, key: str) -> None:
    result = run("cache", "show", key[:6])
    assert result.exit_code == 0
    assert key in result.output
    assert "subroutine fill" in result.output
    assert json.loads(run("cache", "show", key, "--json").output)["label"] == "fill"


def test_show_of_an_unknown_key_exits_1(run: Run, key: str) -> None:
    result = run("cache", "show", "zz")
    assert result.exit_code == 1
    assert result.stderr == "no entries have a key that begins with zz\n"
    shown = json.loads(run("cache", "show", "zz", "--json").stdout)
    assert shown == {"error": "no entries have a key that begins with zz", "keys": []}


def test_stats_counts_what_was_compiled(run: Run, key: str, cache_dir: Path) -> None:
    stats = json.loads(run("cache", "stats", "--json").output)
    assert (stats["entries"], stats["counters"]["compiles"]) == (1, 1)
    assert stats["bytes"] == (cache_dir / key[:2] / f"{key}.so").stat().st_size
    assert re.search(r"^entries +1 *$", run("cache", "stats").output, re.MULTILINE)


def test_clear_empties_the_cache(run: Run, key: str, cache_dir: Path) -> None:
    assert run("cache", "clear").output == "1 entry removed\n"
    assert list(cache_dir.glob("*/*.so")) == []
    assert json.loads(run("cache", "clear", "--json").output) == {"removed": 0}


def test_verify_of_a_sound_cache_exits_0(run: Run, key: str) -> None:
    result = run("cache", "verify", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.output)
    assert answer["sound"] is True
    assert [(row["key"], row["outcome"]) for row in answer["entries"]] == [(key, "equal")]


def test_verify_of_a_damaged_entry_exits_1(run: Run, key: str, cache_dir: Path) -> None:
    path = cache_dir / key[:2] / f"{key}.so"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    # A new file in its place: the old one is mapped into this process.
    path.with_suffix(".damaged").write_bytes(whole)
    path.with_suffix(".damaged").replace(path)
    result = run("cache", "verify")
    assert result.exit_code == 1
    assert "1 checked, 1 not sound" in result.output
    assert json.loads(run("cache", "show", key, "--json").output)["state"] == "wrong checksum"


def test_unknown_command_exits_2(run: Run) -> None:
    assert run("cache", "frobnicate").exit_code == 2
