"""Installs the Debian packages that numeta is built with, once.

Run before the virtual environment is made, with whatever `python3` the machine has: standard
library only, Python 3.8 on. What always holds: when every package (or what it provides) is there
already, nothing is run, nothing is downloaded and no root is needed; nothing else is touched.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# One row a package: its Debian name, and what shows that it is there without dpkg: a program, or
# a file under the include folders, or a library.
PACKAGES = (
    ("gfortran", "program", "gfortran"),
    ("gcc", "program", "gcc"),
    ("g++", "program", "g++"),
    ("cmake", "program", "cmake"),
    ("ninja-build", "program", "ninja"),
    ("libfmt-dev", "header", "fmt/format.h"),
    ("libxxhash-dev", "header", "xxhash.h"),
    ("libopenblas-dev", "library", "libopenblas.so"),
    ("libopenblas0-serial", "library", "openblas-serial/libopenblas.so.0"),
    ("liblapack-dev", "library", "liblapack.so"),
    ("libgtest-dev", "header", "gtest/gtest.h"),
    ("python3-venv", "module", "ensurepip"),
    ("python3-dev", "python header", "Python.h"),
    ("clang-format", "program", "clang-format"),
    ("clang-tidy", "program", "clang-tidy"),
)

INCLUDE_FOLDERS = ("/usr/include", "/usr/local/include")
LIBRARY_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/local/lib")


def installed_by_dpkg() -> "set[str]":
    """Names of the installed Debian packages; empty where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return set()
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n"]
    listing = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    rows = (line.split() for line in listing.splitlines())
    return {row[0] for row in rows if len(row) == 2 and row[1] == "installed"}


def provided(kind: str, what: str) -> bool:
    """Whether the thing a package is wanted for is there, whoever installed it."""
    if kind == "program":
        return shutil.which(what) is not None
    if kind == "header":
        return any(Path(folder, what).exists() for folder in INCLUDE_FOLDERS)
    if kind == "library":
        return any(
            Path(folder, what).exists() or any(Path(folder).glob(f"*-linux-gnu/{what}"))
            for folder in LIBRARY_FOLDERS
        )
    if kind == "module":
        probe = [sys.executable, "-c", f"import venv, {what}"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    import sysconfig

    return Path(sysconfig.get_paths()["include"], what).exists()


def missing() -> "list[str]":
    """The packages of the table that are not there, in its order."""
    have = installed_by_dpkg()
    return [name for name, kind, what in PACKAGES if name not in have and not provided(kind, what)]


def install(names: "list[str]") -> int:
    """Installs by apt-get as root or through sudo; returns the exit code."""
    command = ["apt-get"]
    by_hand = "apt-get update && apt-get install " + " ".join(names)
    if shutil.which("apt-get") is None:
        print(f"numeta needs what these Debian packages provide: {' '.join(names)}")
        print("This machine has no apt-get: install them its own way, then run make again.")
        return 1
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            print(f"Neither root nor sudo here. Have someone run: {by_hand}")
            return 1
        command = ["sudo", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    print(f"installing: {' '.join(names)}", flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", *names]):
        done = subprocess.run([*command, *quiet, *step], env=environment, check=False)
        if done.returncode != 0:
            print(f"apt-get {step[0]} failed. By hand: {by_hand}")
            return 1
    return 0


if __name__ == "__main__":
    wanted = missing()
    sys.exit(install(wanted) if wanted else 0)
