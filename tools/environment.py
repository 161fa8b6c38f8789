"""Makes a virtual environment with the built numeta package in it.

    python3 tools/environment.py VENV [--python PYTHON] [--extra test] [--extra check]

Requirements are read from pyproject.toml, so that they are written once. The package is built
without build isolation in a kept build folder, so that a rebuild compiles only what changed.
What always holds: when requirements and sources are unchanged since the last call, nothing runs;
a failed step leaves no stamp, so that the next call repeats it.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import interpreters

ROOT = Path(__file__).resolve().parent.parent
SOURCE_FOLDERS = ("core", "emit_fortran", "jit_cache", "python")
SOURCE_FILES = ("CMakeLists.txt", "pyproject.toml", "README.md")
# What a build or an interpreter leaves beside the sources is no source.
NOT_SOURCES = {".so", ".pyc"}


def run(*command: str, **environment: str) -> None:
    """Runs a command; its failure ends the set-up with the same exit code."""
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ, **environment), check=False)
    if done.returncode != 0:
        sys.exit(f"failed with {done.returncode}: {' '.join(command)}")


def make_venv(venv: Path, python: str) -> Path:
    """The venv's interpreter; the venv is made (again) where it is absent or of another Python."""
    inside = venv / "bin" / "python"
    version = subprocess.check_output([python, "--version"], text=True)
    if inside.exists():
        there = subprocess.run([inside, "--version"], capture_output=True, text=True, check=False)
        if there.stdout == version:
            return inside
    print(f"{venv.name}: {version.strip()}", flush=True)
    run(python, "-m", "venv", "--clear", str(venv))
    return inside


def requirements(python: Path, extras: "list[str]") -> "list[str]":
    """Build, run and extra requirements of pyproject.toml."""
    # Read by the venv's interpreter: the one that runs this file may be older than tomllib.
    read = "import json, sys, tomllib; json.dump(tomllib.load(open(sys.argv[1], 'rb')), sys.stdout)"
    text = subprocess.check_output([python, "-c", read, ROOT / "pyproject.toml"], text=True)
    project = json.loads(text)
    optional = project["project"]["optional-dependencies"]
    wanted = project["build-system"]["requires"] + project["project"]["dependencies"]
    return sorted(set(wanted + [row for extra in extras for row in optional[extra]]))


def install_requirements(venv: Path, python: Path, wanted: "list[str]") -> None:
    """Installs what no earlier call has installed into this venv."""
    stamp = venv / "numeta-requirements.json"
    have = json.loads(stamp.read_text()) if stamp.exists() else []
    new = [row for row in wanted if row not in have]
    if new:
        print(f"{venv.name}: {' '.join(new)}", flush=True)
        run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *new)
        stamp.write_text(json.dumps(sorted(set(have + new))))


def source_hash() -> str:
    """One hash of the name and content of everything that the package is built from."""
    paths = [ROOT / name for name in SOURCE_FILES]
    for folder in SOURCE_FOLDERS:
        paths += (ROOT / folder).rglob("*")
    whole = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file() and path.suffix not in NOT_SOURCES:
            whole.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()


def install_package(venv: Path, python: Path) -> None:
    """Builds and installs numeta where its sources are not those last installed."""
    stamp = venv / "numeta-sources.sha256"
    sources = source_hash()
    if stamp.exists() and stamp.read_text() == sources:
        return
    print(f"{venv.name}: building numeta", flush=True)
    stamp.unlink(missing_ok=True)
    # Only CMake reads this, and only when it configures; without ccache it is simply absent.
    launcher = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache"} if shutil.which("ccache") else {}
    pip = (str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check")
    folder = f"--config-settings=build-dir=build/{venv.name}"  # pip 23.0, Debian's, knows no -C
    build = ("--no-build-isolation", "--no-deps", folder, ".")
    run(*pip, *build, **launcher)
    stamp.write_text(sources)


def main() -> None:
    """Reads the command line and does the three steps."""
    parser = argparse.ArgumentParser(description="venv, requirements, numeta itself")
    parser.add_argument("venv", type=Path)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--extra", action="append", default=[])
    parser.add_argument("--no-package", action="store_true", help="only the requirements")
    options = parser.parse_args()
    venv = options.venv.absolute()
    python = make_venv(venv, interpreters.preferred(options.python))
    install_requirements(venv, python, requirements(python, options.extra))
    if not options.no_package:
        install_package(venv, python)


if __name__ == "__main__":
    main()
