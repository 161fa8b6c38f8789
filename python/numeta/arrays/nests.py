"""Loop nests over index spaces, and branches in them, for functions of arrays of any rank.

`for` and `if` of the language of kernels serve where the rank is known when the function is
written; `over` and `when` open the same loops and branches for a rank that the arguments decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .. import _trace

Scalar: Any = _trace.Scalar
_NAMES = "ijklmn"


def trace() -> _trace.Trace:
    """The trace that a function of arrays is part of."""
    found = _trace.current()
    assert found is not None
    return found


@contextmanager
def over(shape: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Loops over all indices of a shape, the last axis innermost; gives the indices."""
    now = trace()
    mark = now.mark()
    try:
        names = [_NAMES[k] if k < len(_NAMES) else f"i{k}" for k in range(len(shape))]
        index = [
            now.begin_loop(0, length, 1, name) for length, name in zip(shape, names, strict=True)
        ]
        yield tuple(index)
        for _ in index:
            now.end()
    except BaseException:
        now.rollback(mark)
        raise


@contextmanager
def when(condition: Any) -> Iterator[None]:
    """A branch that is run where `condition` holds."""
    now = trace()
    mark = now.mark()
    try:
        now.begin_branch(condition)
        yield
        now.end()
    except BaseException:
        now.rollback(mark)
        raise


class Count:
    """A number that loops count up."""

    def __init__(self, start: Any = 0) -> None:
        self._held = _trace.empty((), "i8")
        self._held[()] = start

    @property
    def value(self) -> Any:
        """The number now, as a Python int."""
        return _trace.cast(self._held[()], "i8", True)

    def add(self, by: Any = 1) -> None:
        """Count `by` more."""
        self._held[()] = self._held[()] + by

    def mark(self, bits: Any) -> None:
        """Set the bits of `bits`."""
        self._held[()] = self._held[()] | bits


def chosen(condition: Any, yes: Any, no: Any) -> Any:
    """`yes if condition else no` of numbers of one type."""
    if not isinstance(condition, Scalar):
        return yes if condition else no
    return trace().select(condition, yes, no)


def larger(a: Any, b: Any) -> Any:
    """The larger of two lengths."""
    return a if is_same(a, b) else chosen(a > b, a, b)


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two lengths."""
    return a if is_same(a, b) else chosen(a < b, a, b)


def is_same(a: Any, b: Any) -> bool:
    """Whether two lengths are known to be equal."""
    if isinstance(a, Scalar) or isinstance(b, Scalar):
        return isinstance(a, Scalar) and isinstance(b, Scalar) and _trace.same(a, b)
    return bool(a == b)


def product(lengths: Sequence[Any]) -> Any:
    """How many elements a shape has."""
    out: Any = 1
    for length in lengths:
        out = length if is_same(out, 1) else out if is_same(length, 1) else out * length
    return out


def require(holds: Any, error: Callable[[str], Exception], text: str, *values: Any) -> None:
    """Raise `error` where `holds` is false; {0}, {1} in the text are the values."""
    if not isinstance(holds, Scalar):
        if holds:
            return
        if not any(isinstance(value, Scalar) for value in values):
            raise error(text.format(*values))
    shown = [_shown(value) for value in values]
    if isinstance(holds, Scalar):
        trace().check(holds, error, text, *shown)
    else:
        trace().fail(error, text, *shown)


def _shown(value: Any) -> Any:
    if isinstance(value, Scalar) and np.dtype(value.dtype).kind in "iu":
        return _trace.cast(value, "i8", True)
    return value


def shape_text(shape: Sequence[Any], values: list[Any]) -> str:
    """A shape as Python writes it; lengths known at run time are added to `values`."""
    parts = []
    for length in shape:
        if isinstance(length, Scalar) and len(values) < 8:
            parts.append(f"{{{len(values)}}}")
            values.append(length)
        else:
            parts.append("?" if isinstance(length, Scalar) else str(length))
    return "(" + ",".join(parts) + (",)" if len(parts) == 1 else ")")
