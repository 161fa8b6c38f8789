"""What a traced value is to the undecorated function: its type and its attributes."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _trace
from .session import current

Array = _trace.Array
_traced = _trace.is_traced
# The kind of a weak number -> Python's type of it.
WEAK: dict[str, type] = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


def python_type(value: Any) -> type:
    """The type that the undecorated function would see."""
    if type(value) is Array:
        return np.ndarray
    dtype = np.dtype(value.dtype)
    return WEAK[dtype.kind] if value.weak else dtype.type


_OF_THE_TRACER = frozenset({"conj", "conjugate", "dtype", "imag", "real"})


def attribute_of(value: Any, name: str) -> Any:
    """`value.name` of a traced value: an AttributeError only where Python's value has none."""
    kind = python_type(value)
    if not hasattr(kind, name):
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
    if type(value) is _trace.Scalar and name not in _OF_THE_TRACER:
        from .arrays.numbers import attribute_of_number

        found = attribute_of_number(value, name)
        if found is not NotImplemented:
            return found
    return getattr(value, name)


def is_run_time(value: Any) -> bool:
    """Whether a value is traced, holds what is, or is an array whose content may change."""
    if _traced(value):
        return True
    if isinstance(value, np.ndarray):
        session = current()
        return session is not None and session.knows(value)
    return isinstance(value, list | tuple) and any(map(is_run_time, value))
