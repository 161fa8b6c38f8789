"""Processes for the fault tests: with or without the shim that spoils the n-th call on a file.

Tests named test_fault_NN show one numbered fault each. Those marked `faults` take long: `make
test-faults` runs them (FAULT_TESTS=all), `make test` does not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
Child = Callable[..., str]
Program = Callable[..., str]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: takes long; run by `make test-faults`")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("FAULT_TESTS") == "all":
        return
    for item in items:
        if item.get_closest_marker("faults"):
            item.add_marker(pytest.mark.skip(reason="takes long: make test-faults"))


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared object of fault_shim.c."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("no gcc")
    built = tmp_path_factory.mktemp("shim") / "fault_shim.so"
    source = HERE / "fault_shim.c"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(built), str(source), "-ldl"]
    subprocess.run(command, check=True)
    return built


@pytest.fixture
def child(tmp_path: Path, request: pytest.FixtureRequest) -> Child:
    """Runs Python code in a process of its own that has fault_child's names, and gives its output.

    `folder` is an empty folder there. `spoiled`: with the shim.
    """
    if shutil.which("gfortran") is None:
        pytest.skip("no gfortran")
    module = pytest.importorskip("numeta._cache")

    def run(code: str, spoiled: bool = False, seconds: float = 120, **variables: str | None) -> str:
        runtime = tmp_path / "runtime"
        runtime.mkdir(exist_ok=True)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMETA_")}
        environment |= {
            "FAULT_MODULE": module.__file__,
            "PYTHONPATH": str(HERE),
            "XDG_RUNTIME_DIR": str(runtime),  # the limit on compilers is this test's own
        }
        if spoiled:
            environment["LD_PRELOAD"] = str(request.getfixturevalue("shim"))
        for name, value in variables.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        prelude = f"from fault_child import *\nfolder = {str(tmp_path / 'store')!r}\n"
        done = subprocess.run(
            [sys.executable, "-S", "-c", prelude + textwrap.dedent(code)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Writes files into a folder, runs code there, and gives what it printed."""

    def run(code: str, **files: str) -> str:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMETA_")}
        environment |= {"NUMETA_CACHE_DIR": str(tmp_path / "cache")}
        # Python takes a module that is edited within a second, and keeps its size, for the old one.
        environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
        ending = "\nimport numeta._cache as _c\nprint(int(_c.stats()['process']['compiles']))\n"
        (tmp_path / "program.py").write_text(textwrap.dedent(code) + ending)
        done = subprocess.run(
            [sys.executable, "program.py"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
