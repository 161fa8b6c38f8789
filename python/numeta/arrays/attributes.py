"""Methods and attributes of arrays: a table of names, each with the function that it stands for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from . import elementwise, positions, scans, searching, sorting, statistics
from .conversion import short_of


def astype(array: Any, dtype: Any) -> Any:
    """`a.astype(dtype)`: a copy, converted without a check."""
    short = short_of(dtype)
    return _trace.map(lambda x: _trace.cast(x, short, False), (array,))


def copy(array: Any, order: str = "C") -> Any:
    """`a.copy()`."""
    out = _trace.empty(array.shape, short_of(array.dtype), fortran=order == "F")
    out[...] = array
    return out


# name -> f(array, *args, **kwargs)
METHODS: dict[str, Callable[..., Any]] = {
    "astype": astype,
    "copy": copy,
    **statistics.METHODS,
    **scans.METHODS,
    **positions.METHODS,
    **sorting.METHODS,
    **searching.METHODS,
    **elementwise.METHODS,
}
# name -> f(array)
PROPERTIES: dict[str, Callable[[Any], Any]] = {}


def attribute(array: Any, name: str) -> Any:
    """`array.name`; NotImplemented where there is none in a kernel."""
    if name in PROPERTIES:
        return PROPERTIES[name](array)
    method = METHODS.get(name)
    if method is not None:
        return functools.partial(method, array)
    if not hasattr(np.ndarray, name):
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
    return NotImplemented


ROWS: tuple[Row, ...] = ()
