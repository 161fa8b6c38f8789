"""An item of a tuple or list by an index that is known at run time: `weights[i]`.

The items are compile-time, or run-time numbers themselves; one of them is selected by comparisons,
so that a short table needs no memory. What is too long, or holds other things than numbers and
tuples of them, is left to Python, which asks for a compile-time index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _trace
from .arrays.nests import require
from .control_merge import is_number, note_mixed
from .iteration import part_of
from .session import Session, current
from .traced_values import python_type

_LONGEST = 64


def _alike(items: Sequence[Any], session: Session) -> bool:
    """Whether one run-time value can stand for any of the items."""
    if all(map(is_number, items)):
        return session.trace.join(items) is not None
    lengths = {len(item) for item in items if type(item) is tuple}
    if len(lengths) != 1 or not all(type(item) is tuple for item in items):
        return False
    return all(_alike(column, session) for column in zip(*items, strict=True))


def _selected(items: Sequence[Any], at: Any, session: Session) -> Any:
    if type(items[0]) is tuple:
        return tuple(_selected(column, at, session) for column in zip(*items, strict=True))
    chosen = items[-1]
    for k in range(len(items) - 2, -1, -1):
        chosen = session.trace.select(at == k, items[k], chosen)
    if _trace.is_traced(chosen):
        note_mixed(session, chosen, items)
    return chosen


def item_at(owner: Any, key: Any) -> Any:
    """`owner[key]` of a run-time `key`; NotImplemented where Python has to ask for its value."""
    session = current()
    if session is not None and type(owner) is range:
        return part_of(owner, key)
    kind = tuple if isinstance(owner, tuple) else list
    reads = getattr(type(owner), "__getitem__", None)
    if session is None or not isinstance(owner, tuple | list) or reads is not kind.__getitem__:
        return NotImplemented
    items = tuple(owner)
    of = np.dtype(key.dtype).kind
    if of not in "biu" or (of == "b" and not key.weak):
        asked = python_type(key)
        shown = asked.__name__ if key.weak else f"numpy.{asked.__name__}"
        raise TypeError(f"{kind.__name__} indices must be integers or slices, not {shown}")
    count = len(items)
    if not 0 < count <= _LONGEST or not _alike(items, session):
        return NotImplemented
    if of == "b":
        key = _trace.cast(key, "i8", True)
    inside = (key >= -count) & (key < count)
    require(inside, IndexError, f"{kind.__name__} index out of range")
    at = _trace.cast(key, "i8", True)
    if of == "i" or of == "b":
        at = session.trace.select(at < 0, at + count, at)
    return _selected(items, at, session)
