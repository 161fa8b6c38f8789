"""`numeta emit module:kernel 'f8[:, :], i8, n=3'`: the Fortran of a kernel, not compiled.

What always holds: nothing is written to the cache and no compiler runs; the module is imported as
Python would from the current folder.
"""

from __future__ import annotations

import importlib
import runpy
import sys
from pathlib import Path
from typing import Any

import click

from numeta.errors import NumetaError

from . import signature
from .output import fail, json_option, print_json, print_source


def kernel_of(target: str) -> Any:
    """The kernel that `module:kernel` or `file.py:kernel` names; a bad name is a UsageError."""
    place, colon, name = target.rpartition(":")
    if not colon or not place or not name:
        raise click.UsageError(f"not of the form module:kernel: {target}")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        if place.endswith(".py"):
            path = Path(place)
            sys.path.insert(0, str(path.parent))
            found: Any = runpy.run_path(str(path))[name]
        else:
            found = importlib.import_module(place)
            for part in name.split("."):
                found = getattr(found, part)
    except (ImportError, FileNotFoundError) as error:
        raise click.UsageError(f"cannot import {place}: {error}") from error
    except (KeyError, AttributeError):
        raise click.UsageError(f"{place} has no {name}") from None
    if not hasattr(found, "fortran"):
        raise click.UsageError(f"{target} is not a kernel; decorate it with @nm.jit")
    return found


@click.command()
@click.argument("target", metavar="MODULE:KERNEL")
@click.argument("types", default="", metavar="[TYPES]")
@json_option
def emit(target: str, types: str, as_json: bool) -> None:
    """Print the Fortran of a kernel for the given types and compile-time values.

    TYPES are those of a call, as in 'f8[:, :], i8, n=3': named items take their parameter, the
    others fill the remaining parameters in order.
    """
    kernel = kernel_of(target)
    try:
        args, kwargs = signature.bind(kernel, types)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        fortran = kernel.fortran(*args, **kwargs)
    except (NumetaError, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, NumetaError):
            fail(str(error), as_json, number=getattr(error, "number", None))
        fail(str(error), as_json)
    if as_json:
        print_json({"kernel": target, "types": types, "fortran": fortran})
    else:
        print_source(fortran, "fortran")
