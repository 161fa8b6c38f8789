"""Procedures of BLAS and LAPACK: the library that is linked, and how one of them is called.

A library whose threads are its own would start them inside of `nm.prange` too, so a serial one is
looked for first; NumPy's own copy, which has 64-bit integers and names of its own, is the last.
Arguments are written as one letter each:

    c  a character            i  an integer             t  a number of the routine's type
    r  a real number of its precision                   A, R, I  arrays of these that are read
    B, S, J  the same, written
"""

from __future__ import annotations

import functools
import os
from typing import Any

import numpy as np

from .. import _trace
from ..config import config
from ..records import Record
from ..session import refuse

_FOLDERS = ("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib", "/opt/*/lib")
_FILES = (
    *("openblas-serial/libopenblas.so.0", "libopenblas.so.0", "libopenblas.so"),
    *("libopenblas_serial.so", "libopenblas-r*.so"),
)


class Library(Record):
    """A file, the names in it, and the type of its integers."""

    file: str
    before: str
    after: str
    integer: str

    def symbol(self, name: str) -> str:
        return f"{self.before}{name}_{self.after}"


def library() -> Library | None:
    """The library to link; None where there is none."""
    if config.blas:
        return Library(os.path.abspath(config.blas), "", "", "i4")
    return _found()


@functools.cache
def _found() -> Library | None:
    import glob  # not at `import numeta`

    for name in _FILES:
        for folder in _FOLDERS:
            found = sorted(glob.glob(f"{folder}/{name}"))
            if found:
                return Library(found[0], "", "", "i4")
    root = os.path.dirname(np.__file__)
    bundled = sorted(glob.glob(f"{root}.libs/libscipy_openblas64_*.so"))
    return Library(bundled[0], "scipy_", "64_", "i8") if bundled else None


# The letter of a routine's name by element type, and its real type.
LETTERS = {"f4": ("s", "f4"), "f8": ("d", "f8"), "c8": ("c", "f4"), "c16": ("z", "f8")}


def is_served(short: str) -> bool:
    """Whether BLAS has products of elements of this type."""
    return short in LETTERS and library() is not None


def integer_type() -> str:
    """The element type of the library's integers."""
    found = library()
    if found is None:
        refuse(
            230,
            name="linear algebra",
            what="a machine without OpenBLAS",
            instead="libopenblas0-serial installed, or NUMETA_BLAS set to such a library",
        )
    return found.integer


def run(name: str, short: str, form: str, *values: Any, result: bool = False) -> Any:
    """Call the routine `?name` for a type; `form` has one letter for each argument."""
    whole = integer_type()
    found = library()
    assert found is not None
    letter, real = LETTERS[short]
    types = {"c": "i1", "i": whole, "t": short, "r": real, "A": short, "R": real, "I": whole}
    types |= {"B": short, "S": real, "J": whole}
    ways = {**dict.fromkeys("citr", "reference"), **dict.fromkeys("ARI", "read")}
    ways |= dict.fromkeys("BSJ", "written")
    declared = [(types[kind], ways[kind]) for kind in form]
    assert len(form) == len(values)
    given = [ord(value) if isinstance(value, str) else value for value in values]
    for _ in range(form.count("c")):  # a compiler passes the lengths of characters at the end
        declared.append(("i8", "value"))
        given.append(1)
    symbol = found.symbol(letter + name)
    return _trace.foreign(symbol, found.file, "", declared, short if result else None, True, given)
