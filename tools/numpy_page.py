"""docs/numpy.md: which of NumPy's functions a kernel can call, made from the rows of the table.

A row's parameters are those of the function that stands for it; what its docstring says behind a
colon are its limits.
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from numeta import functions
from numeta.arrays import attributes, generators
from numeta.rows import Row

_SECTIONS = (
    (
        "Elementwise functions",
        "Ufuncs. Of booleans and 8-bit integers NumPy computes some in"
        " float16: refused (NM235).",
    ),
    ("Functions of arrays", "Arguments that are not named here are refused by name (NM230)."),
    ("numpy.linalg", "Of float32, float64, complex64 and complex128; others are converted."),
    ("numpy.fft", "Computed in double precision."),
)


_NAN = "a, axis=None, dtype=None, keepdims=False, initial=None, where=True"
# What functions that pass their arguments on take.
_PASSED_ON = {
    "np.where": "condition, x, y",
    "np.clip": "a, a_min=None, a_max=None, out=None",
    "np.nansum": _NAN,
    "np.nanprod": _NAN,
    "np.nanmax": _NAN.replace(" dtype=None,", ""),
    "np.nanmin": _NAN.replace(" dtype=None,", ""),
    "np.std": "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, mean=None",
    "np.nanstd": "a, axis=None, dtype=None, ddof=0, keepdims=False",
    "a.clip": "a, min=None, max=None, out=None",
    "a.std": "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True",
}


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return [*lines, *("| " + " | ".join(cells) + " |" for cells in rows)]


def parameters(handler: Callable[..., Any]) -> str:
    """What a function takes, as its definition says it, without types."""
    known: str | None = getattr(handler, "parameters", None)
    if known is not None:
        return known
    signature = inspect.signature(handler)
    bare = []
    for one in signature.parameters.values():
        missing = one.default is np._NoValue or one.default is one.empty
        default = one.default if not isinstance(one.default, type) else _Name(one.default)
        bare.append(one.replace(annotation=one.empty, default=one.empty if missing else default))
    try:
        made = signature.replace(parameters=bare, return_annotation=signature.empty)
    except ValueError:  # a parameter without a value behind one that has one
        return ", ".join(one.name for one in bare)
    return str(made)[1:-1]


def _given(name: str, handler: Callable[..., Any]) -> str:
    return _PASSED_ON.get(name) or parameters(handler)


class _Name:
    """A type that is shown by its name."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return self.kind.__name__


def limits(handler: Callable[..., Any]) -> str:
    """What the first sentence of a docstring says behind the name."""
    said = " ".join((handler.__doc__ or "").split("\n\n")[0].split())
    return said.partition(": ")[2].rstrip(".").replace("|", "or")


def _section(row: Row) -> int:
    if row.name.startswith("np.linalg."):
        return 2
    if row.name.startswith("np.fft."):
        return 3
    return 0 if isinstance(row.callable, np.ufunc) else 1


def _is_conversion(row: Row) -> bool:
    return isinstance(row.callable, type) and issubclass(row.callable, np.generic)


def page() -> str:
    """The page."""
    rows = [row for row in functions.every_row() if row.name.startswith("np.") and not row.refused]
    rows = [row for row in rows if "partition" not in row.name]  # only refuse
    lines = ["# NumPy", "", "What a kernel can call with arrays and run-time numbers, and the"]
    lines += ["parameters that are known. `exact=True` and tolerances: see differences.md."]
    lines += ["", "Made by tools/generate_docs.py from the function table."]
    for number, (title, text) in enumerate(_SECTIONS):
        found = sorted(
            (f"`{row.name}({_given(row.name, row.handler)})`", limits(row.handler))
            for row in rows
            if _section(row) == number and not _is_conversion(row)
        )
        lines += ["", f"## {title}", "", text, "", *_table(("function", "limits"), found)]
    kinds = ", ".join(sorted(f"`{row.name}`" for row in rows if _is_conversion(row)))
    lines += ["", "## Scalar types", "", f"As conversions: {kinds}."]
    lines += ["", "## Methods and attributes of arrays", ""]
    methods = sorted(
        (f"`a.{name}({_given(f'a.{name}', handler).partition(', ')[2]})`", limits(handler))
        for name, handler in attributes.METHODS.items()
        if limits(handler) != "refused"
    )
    lines += _table(("method", "limits"), methods)
    plain = sorted({*attributes.PROPERTIES, "T", "dtype", "itemsize", "ndim", "shape", "size"})
    lines += ["", "Attributes: " + ", ".join(f"`{name}`" for name in plain) + "."]
    lines += ["", "## numpy.random", "", "Methods of a `Generator` that is an argument; it must"]
    lines += ["not be used by two threads at once.", ""]
    drawn = sorted(
        (f"`rng.{name}({parameters(method).partition(', ')[2]})`", limits(method))
        for name, method in vars(generators.Generator).items()
        if not name.startswith("_")
    )
    lines += _table(("method", "limits"), drawn)
    return "\n".join(lines) + "\n"
