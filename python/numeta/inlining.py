"""A kernel called inside a kernel: a procedure of its own (procedures.py), or run inline.

Its hints convert as they do at a call from Python: scalars where nothing can be lost, arrays are
checked and never converted; a hinted result is converted too. It is compiled in the modes of
its caller, which must have those that it asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _trace, procedures
from .arguments import debug_value
from .results import debug_result
from .returned_arrays import as_hinted, fits
from .session import Session, refuse
from .types import Hint, ReturnHint

if TYPE_CHECKING:
    from .kernel import Kernel


def run(session: Session, kernel: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`kernel(*args, **kwargs)` inside of a trace."""
    inner: Kernel = kernel
    trace = session.trace
    for mode in ("exact", "checks", "fast"):
        if getattr(inner, mode) and not getattr(trace, mode):
            refuse(233, name=inner.__name__)
    bound = inner.bind(*args, **kwargs)
    values = [
        _converted(inner, inner.name_at(k), inner.hint_at(k), value)
        for k, value in enumerate(bound)
    ]
    is_call, result = procedures.call(session, inner, values)
    if is_call:
        return result
    staged = session.function(inner.py_func)
    result = staged.run(*inner.positional(values), **inner.keywords(values))
    return _result(inner, inner.return_hint, result)


def _python_type(value: Any) -> str:
    if isinstance(value, _trace.Array):
        return f"a {value.ndim}-d array of {np.dtype(value.dtype).name}"
    return f"{'Python ' if value.weak else ''}{np.dtype(value.dtype).name}"


_ORDER = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}


def _loses(value: Any, target: np.dtype[Any]) -> bool:
    """Whether converting a run-time scalar to a hint could lose something."""
    source = np.dtype(value.dtype)
    if value.weak:
        return _ORDER[source.kind] > _ORDER[target.kind]
    return not np.can_cast(source, target, "safe")


def _converted(kernel: Kernel, name: str, hint: Hint, value: Any) -> Any:
    if not _trace.is_traced(value):
        return debug_value(kernel.__qualname__, name, hint, value)
    expected = hint.text
    if hint.kind == "none":
        return value
    if hint.kind == "scalar" and isinstance(value, _trace.Scalar):
        assert hint.dtype is not None
        if not _loses(value, hint.dtype.numpy):
            return _trace.cast(value, hint.dtype.short, hint.weak)
    if hint.kind == "array" and isinstance(value, _trace.Array):
        same_type = hint.dtype is None or hint.dtype.numpy == np.dtype(value.dtype)
        if same_type and (hint.shape is None or _fits(value.shape, hint.shape)):
            return value
    refuse(234, name=kernel.__name__, parameter=name, expected=expected, got=_python_type(value))


def _fits(shape: tuple[Any, ...], fixed: tuple[int | None, ...]) -> bool:
    if len(shape) != len(fixed):
        return False
    return all(
        n is None or (isinstance(m, int) and n == m) for m, n in zip(shape, fixed, strict=True)
    )


def _result(kernel: Kernel, hint: ReturnHint, value: Any) -> Any:
    if hint.kind == "any" or not _holds_traced(value):
        return debug_result(kernel.__qualname__, hint, value)
    if hint.kind == "tuple" and isinstance(value, tuple | list) and len(value) == len(hint.parts):
        pairs = zip(value, hint.parts, strict=True)
        return type(value)(_result(kernel, part, item) for item, part in pairs)
    if hint.kind == "array" and isinstance(value, _trace.Array):
        value = as_hinted(value, hint)
        if fits(value, hint):
            return value
    if hint.dtype is not None and isinstance(value, _trace.Scalar):
        lossless = hint.kind == "scalar" and not _loses(value, hint.dtype.numpy)
        if lossless:
            return _trace.cast(value, hint.dtype.short, hint.weak)
    got = _python_type(value) if _trace.is_traced(value) else type(value).__name__
    refuse(234, name=kernel.__name__, parameter="return", expected=hint.text, got=got)


def _holds_traced(value: object) -> bool:
    if isinstance(value, tuple | list):
        return any(map(_holds_traced, value))
    return _trace.is_traced(value)
