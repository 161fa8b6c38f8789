"""What the rows of the function table are made of: the row itself, casts, run-time checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import _trace
from .records import Record
from .session import current

_traced = _trace.is_traced


class Row(Record):
    """One callable: how it is called in messages and documents, and what stands for it."""

    callable: Callable[..., Any]
    name: str
    handler: Callable[..., Any]
    refused: bool = False


def as_weak(value: Any, dtype: str) -> Any:
    """The value as a Python number: `float(x)` is f8, `int(x)` i8, `bool(x)` b1."""
    return _trace.cast(value, dtype, True)


def need_real(value: Any, message: str) -> Any:
    """Python's TypeError for a complex value where a real one is needed."""
    kind = (
        np.dtype(value.dtype).kind
        if _traced(value)
        else ("c" if isinstance(value, complex) else "")
    )
    if kind == "c":
        raise TypeError(f"{message} 'complex'")
    return value


def check_never(wrong: Any, error: type[Exception], message: str) -> None:
    """In checks mode: raise `error` at run time where `wrong` is true."""
    session = current()
    if session is not None and session.checks:
        if _traced(wrong):
            holds = _trace.apply("logical_not", (wrong,), python=False)
            session.trace.check(holds, error, message)
        elif wrong:
            raise error(message)


def to_int(value: Any) -> Any:
    """A Python int of a real traced value, truncated; in checks mode what does not fit raises."""
    if np.dtype(value.dtype).kind == "f":
        value = as_weak(value, "f8")
        nan = _trace.apply("isnan", (value,), python=True)
        inf = _trace.apply("isinf", (value,), python=True)
        check_never(nan, ValueError, "cannot convert float NaN to integer")
        check_never(inf, OverflowError, "cannot convert float infinity to integer")
    return as_weak(value, "i8")
