"""Hand-written Fortran as a contender: the files of reference/, compiled with numeta's own flags.

A reference `<name>.f90` holds a procedure `<name>_reference` with C binding: integers come by value
as 64-bit ones, floats as doubles, arrays as addresses. It is compiled with exactly the flags that
numeta's kernel was compiled with, so that a ratio compares what was written and not how it was
compiled.
"""

from __future__ import annotations

import ctypes
import shlex
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from side_by_side import AbsentError

REFERENCE = Path(__file__).resolve().parent / "reference"
DEFAULT_FLAGS = ["-O3", "-fwrapv", "-ffp-contract=off", "-march=native"]


def flags_of(kernel: Any) -> list[str]:
    """The flags of a kernel's last specialisation; those of default mode where there is none."""
    try:
        import numeta as nm

        flags = kernel.specialisations[-1].info.traced.emission.flags
        compiler_flags = [flag for flag in flags if not flag.startswith("-numeta")]
        return [*compiler_flags, f"-march={nm.config.march}", *shlex.split(nm.config.fflags)]
    except (ImportError, AttributeError, IndexError):
        return DEFAULT_FLAGS


def shared_object(sources: Sequence[Path], flags: Sequence[str], library: Path) -> ctypes.CDLL:
    """Compile Fortran files into one library and load it."""
    command = ["gfortran", *flags, "-shared", "-fPIC", "-o", str(library), *map(str, sources)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, cwd=library.parent)
    except OSError as reason:
        raise AbsentError(str(reason)) from None
    except subprocess.CalledProcessError as reason:
        raise AbsentError(str(reason.stderr)) from None
    return ctypes.CDLL(str(library))


def reference(
    name: str, flags: Sequence[str], folder: Path, result: Any = None
) -> Callable[..., Any]:
    """The procedure of reference/<name>.f90 as a function of ints and arrays."""
    library = shared_object([REFERENCE / f"{name}.f90"], flags, folder / f"{name}.so")
    entry = library[f"{name}_reference"]
    entry.restype = result

    def call(*arguments: Any) -> Any:
        return entry(*map(passed, arguments))

    return call


def passed(argument: Any) -> Any:
    """An argument as C has it."""
    if isinstance(argument, np.ndarray):
        return ctypes.c_void_p(argument.ctypes.data)
    return ctypes.c_double(argument) if type(argument) is float else ctypes.c_int64(argument)
