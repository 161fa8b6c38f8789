"""`nm.f8[:, :]` as an annotation passes mypy --strict, and pyright where it is installed."""

import os
import shutil
import subprocess
import sys

import pytest

import numeta as nm

SOURCE = """\
import numpy as np

import numeta as nm
from numeta import f8


@nm.jit
def mixed_loops(n: int, array: nm.f8[:, :], row: f8[3, :], zero: nm.f8[()], k: nm.comptime) -> None:
    for i in range(n):
        for j in nm.frange(n):
            array[j, i] = nm.f8(i) + j + row[0, j]


@nm.jit(exact=True)
def half(x: nm.float64) -> nm.f8:
    return x / 2


mixed_loops(3, np.zeros((3, 3)), np.zeros((3, 3)), np.zeros(()), 1)
print(mixed_loops.fortran(), half.signatures)
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "uses_numeta.py"
    path.write_text(SOURCE)
    return path


def test_mypy_accepts_array_annotations(source):
    pytest.importorskip("mypy")
    package = os.path.dirname(os.path.dirname(nm.__file__))
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(source)]
    environment = {**os.environ}
    if not package.endswith("site-packages"):
        environment["MYPYPATH"] = package
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=source.parent, env=environment
    )
    assert "Success" in done.stdout, done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which("pyright"), reason="pyright is not installed")
def test_pyright_accepts_array_annotations(source):
    command = ["pyright", "--pythonpath", sys.executable, str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "0 errors" in done.stdout, done.stdout + done.stderr
