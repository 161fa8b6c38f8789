"""`a.flat`: the elements in C order, to be indexed, assigned and iterated."""

from __future__ import annotations

from typing import Any

from .. import _trace
from ..iteration import Iteration
from ..session import refuse
from .conversion import as_array, is_array
from .nests import chosen, larger, over
from .shapes import fresh, short


class Flat(Iteration):
    """What `a.flat` is: parts of it are copies, as in NumPy."""

    __slots__ = ("array", "base")

    def __init__(self, base: Any) -> None:
        self.base = base
        self.array = _trace.flat(base)

    def length(self) -> Any:
        return self.array.shape[0]

    def item(self, position: Any) -> Any:
        return self.array[position]

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, key: Any) -> Any:
        found = self.array[key]
        return fresh(found) if is_array(found) else found

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, tuple) or key is None:
            refuse(230, name="flat", what="such a key", instead="an integer or a slice")
        if key is ...:
            key = slice(None)
        values = as_array(value)
        part = self.array[key]
        if not is_array(part) or values.ndim == 0:
            self.array[key] = values[()] if values.ndim == 0 else _trace.flat(values)[0]
            return
        _repeat_into(self.array, key, part, values)

    def __getattr__(self, name: str) -> Any:
        if name in ("copy", "base", "index", "coords"):
            refuse(230, name=f"flat.{name}", what="an array", instead="a.flatten()")
        raise AttributeError(f"'numpy.flatiter' object has no attribute {name!r}")


def _repeat_into(array: Any, key: Any, part: Any, values: Any) -> None:
    """The values one after the other, from the first again where they end."""
    source = _trace.flat(fresh(values) if _trace.may_share(values, array) else values)
    count, to = source.shape[0], short(array)
    if not isinstance(key, slice):
        refuse(230, name="flat", what="a key with an array", instead="a.ravel()[index] = value")
    with over((chosen(count > 0, part.shape[0], 0),)) as (k,):
        part[k] = _trace.cast(source[k % larger(count, 1)], to, False)
