"""`numeta doctor`: what was found on this machine, what is missing and how to install it.

One row of FINDINGS per thing looked for. What always holds: a thing that cannot be examined is
reported as missing, never an exception; the exit code is 1 if a thing that numeta cannot do
without is missing; no kernel is compiled and no entry of the cache is touched.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import numpy

import numeta
from numeta import _cache, _trace
from numeta.config import SETTINGS, config

from .output import json_option, print_json, styled


class Row(NamedTuple):
    """A thing to look for: how, whether numeta needs it, and the Debian package that has it."""

    name: str
    look: Callable[[], str | None]
    needed: bool
    package: str


class Finding(NamedTuple):
    """What came of a row; `detail` is empty where nothing was found."""

    name: str
    found: bool
    detail: str
    needed: bool
    advice: str


def first_line(*command: str) -> str | None:
    """Path and first output line of a program; None if it is not there or does not answer."""
    path = shutil.which(command[0])
    if path is None:
        return None
    done = subprocess.run([path, *command[1:]], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    return f"{path}: {lines[0].strip()}" if done.returncode == 0 and lines else None


def fortran_compiler() -> str | None:
    """The compiler that NUMETA_FC names, else gfortran."""
    return first_line(config.fc or "gfortran", "--version")


def c_compiler() -> str | None:
    """The compiler that NUMETA_CC names, else gcc."""
    return first_line(config.cc or "gcc", "--version")


def linker() -> str | None:
    """The linker that the compilers use."""
    return first_line("ld", "--version")


def assembler() -> str | None:
    """The assembler that the compilers use."""
    return first_line("as", "--version")


def mode_flags() -> list[str]:
    """The flags of default mode, as a kernel without statements is emitted with them."""
    empty = _trace.Trace("doctor")
    with empty:
        return list(empty.emit().flags)


def flags() -> str | None:
    """The flags of a kernel in default mode, as the cache expands them."""
    return " ".join(_cache.toolchain(mode_flags())["flags"])


def way() -> str | None:
    """Whether the compiler's programs are run directly, which is quicker than its driver."""
    found = _cache.toolchain(mode_flags())
    why: str = found["why"]
    return "f951, as and ld, directly" if found["way"] == "direct" else f"the driver: {why}"


def cpu() -> str | None:
    """Model name and number of usable cores."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def library(name: str) -> str | None:
    """The file name by which the loader knows a library, if it does."""
    return ctypes.util.find_library(name)


def openblas() -> str | None:
    """OpenBLAS with what it says of itself."""
    found = library("openblas")
    if found is None:
        return None
    try:
        config_text = ctypes.CDLL(found).openblas_get_config
    except (OSError, AttributeError):
        return found
    config_text.restype = ctypes.c_char_p
    text: bytes = config_text()
    return f"{found}: {text.decode()}"


def lapack() -> str | None:
    """LAPACK, its own library or the one within OpenBLAS."""
    return library("lapack") or library("openblas")


def openmp() -> str | None:
    """The OpenMP runtime of gfortran."""
    return library("gomp")


def trial() -> str | None:
    """Compiles and links a small program in a folder of its own."""
    compiler = shutil.which(config.fc or "gfortran")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "trial.f90"), Path(folder, "trial.so")
        source.write_text("subroutine trial() bind(c)\nend subroutine\n", encoding="utf-8")
        command = [compiler, f"-march={config.march or 'native'}", *config.fflags.split()]
        command += ["-shared", "-fPIC", "-fopenmp", "-o", str(output), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "a Fortran shared object is built" if done.returncode == 0 else None


def cache_folder() -> str | None:
    """The folder of compiled kernels, if it can be written to."""
    folder = Path(_cache.directory())
    there = next(path for path in [folder, *folder.parents] if path.exists())
    return str(folder) if os.access(there, os.W_OK) else None


def settings() -> str | None:
    """The environment variables of numeta that are set."""
    rows = [row.variable for row in SETTINGS if row.variable in os.environ]
    return " ".join(f"{name}={os.environ[name]}" for name in rows) or "none is set"


FINDINGS = (
    Row("numeta", lambda: f"{numeta.__version__}, {Path(numeta.__file__).parent}", True, ""),
    Row("Python", lambda: f"{platform.python_version()}, {sys.executable}", True, "python3"),
    Row("NumPy", lambda: numpy.__version__, True, "python3-numpy"),
    Row("Fortran compiler", fortran_compiler, True, "gfortran"),
    Row("C compiler", c_compiler, True, "gcc"),
    Row("assembler", assembler, True, "binutils"),
    Row("linker", linker, True, "binutils"),
    Row("flags", flags, True, "gfortran gcc"),
    Row("way", way, False, "gfortran gcc"),
    Row("trial", trial, True, "gfortran libc6-dev"),
    Row("CPU", cpu, True, ""),
    Row("BLAS", openblas, False, "libopenblas-dev"),
    Row("LAPACK", lapack, False, "liblapack-dev"),
    Row("OpenMP", openmp, False, "libgomp1"),
    Row("cache folder", cache_folder, False, ""),
    Row("settings", settings, False, ""),
)

ADVICE = {"cache folder": "choose a folder that you may write to: NUMETA_CACHE_DIR"}


def find(row: Row) -> Finding:
    """Looks for one thing."""
    try:
        detail = row.look()
    except (OSError, subprocess.SubprocessError, _cache.BuildError):
        detail = None
    by_apt = f"apt-get install {row.package}" if row.package else ""
    advice = "" if detail else ADVICE.get(row.name, by_apt)
    return Finding(row.name, detail is not None, detail or "", row.needed, advice)


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what was found: compilers, flags, CPU, BLAS, OpenMP, the cache; and what is missing."""
    config.apply_to_cache()
    findings = [find(row) for row in FINDINGS]
    healthy = all(finding.found for finding in findings if finding.needed)
    if as_json:
        print_json({"healthy": healthy, "findings": [finding._asdict() for finding in findings]})
    else:
        print_findings(findings, healthy)
    sys.exit(0 if healthy else 1)


def print_findings(findings: list[Finding], healthy: bool) -> None:
    """One line a finding, and a last one that sums up."""
    for finding in findings:
        mark, style = ("ok", "green") if finding.found else ("missing", "red")
        if not finding.found and not finding.needed:
            mark, style = "absent", "yellow"
        said = finding.detail or finding.advice
        click.echo(f"{styled(f'{mark:8}', fg=style)}{finding.name:18}{said}")
    summary = "numeta has what it needs." if healthy else "numeta cannot compile here."
    click.echo(styled(summary, bold=True))
