"""A cache of its own for each test of the command line, and a way to run a command in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import numeta as nm
from numeta.cli import main

Run = Callable[..., Result]

KERNELS = '''"""Kernels of the tests."""
import numeta as nm


@nm.jit
def mixed_loops(n, array: nm.f8[:, :]) -> None:
    for i in range(n):
        for j in nm.frange(n):
            array[j, i] = i + j


@nm.jit
def scale(array: nm.f8[:], factor: nm.f8 = 2.0) -> None:
    for i in nm.range(array.shape[0]):
        array[i] *= factor


@nm.jit
def refused(array: nm.f8[:]) -> None:
    if f"{array[0]}" == "1.0":
        array[1] = 1.0


def plain(x):
    return x
'''


@pytest.fixture
def cache_dir(tmp_path: Path) -> Iterator[Path]:
    """An empty cache, in use until the end of the test."""
    before = nm.config.cache_dir
    nm.config.cache_dir = str(tmp_path / "cache")
    yield tmp_path / "cache"
    nm.config.cache_dir = before


@pytest.fixture
def run(cache_dir: Path) -> Run:
    """Runs `numeta` with words and returns its result."""

    def run_words(*words: str) -> Result:
        return CliRunner().invoke(main, words, prog_name="numeta")

    return run_words


@pytest.fixture
def kernels(tmp_path: Path) -> str:
    """The path of a file with kernels."""
    path = tmp_path / "kernels_of_tests.py"
    path.write_text(KERNELS)
    return str(path)
