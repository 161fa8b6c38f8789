"""NumPy's objects that are used by a key, and its iterators over indices.

`np.mgrid[...]`, `np.ogrid[...]`, `np.r_[...]` and `np.c_[...]` are no calls: what staged code loads
for them is a stand-in whose keys are traced. `np.s_` needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..iteration import Iteration
from ..rows import Row
from ..session import current, refuse
from .conversion import Scalar, as_array, is_array, lengths_of
from .joins import concatenate
from .nests import product
from .ranges import arange, grid, linspace
from .signatures import row


class Subscripted:
    """An object that is only used as `object[key]`."""

    __slots__ = ("_made",)

    def __init__(self, made: Callable[[Any], Any]) -> None:
        self._made = made

    def __getitem__(self, key: Any) -> Any:
        return self._made(key)


def _part(item: Any) -> Any:
    if isinstance(item, str):
        refuse(230, name="np.r_", what="a directive", instead="np.concatenate")
    if not isinstance(item, slice):
        return as_array(item)
    start = 0 if item.start is None else item.start
    step = 1 if item.step is None else item.step
    if isinstance(step, complex):
        return linspace(start, item.stop, int(abs(step)))
    return arange(start, item.stop, step)


def _rows(key: Any) -> Any:
    parts = [_part(item) for item in (key if isinstance(key, tuple) else (key,))]
    return concatenate([part[None] if part.ndim == 0 else part for part in parts])


def _columns(key: Any) -> Any:
    parts = [_part(item) for item in (key if isinstance(key, tuple) else (key,))]
    wide = {0: (None, None), 1: (slice(None), None)}
    return concatenate([p[wide[p.ndim]] if p.ndim < 2 else p for p in parts], axis=-1)


STAND_INS: dict[int, Subscripted] = {
    id(np.mgrid): Subscripted(lambda key: grid(key, False)),
    id(np.ogrid): Subscripted(lambda key: grid(key, True)),
    id(np.r_): Subscripted(_rows),
    id(np.c_): Subscripted(_columns),
}


def unravelled(position: Any, shape: Sequence[Any]) -> tuple[Any, ...]:
    """The index of the element at a position in C order."""
    out: list[Any] = []
    for length in reversed(shape[1:]):
        out.append(position % length)
        position = position // length
    return (position, *reversed(out)) if shape else ()


class Indices(Iteration):
    """`np.ndindex(shape)`."""

    __slots__ = ("shape",)

    def __init__(self, shape: Sequence[Any]) -> None:
        self.shape = shape

    def length(self) -> Any:
        return product(self.shape)

    def item(self, position: Any) -> Any:
        return unravelled(position, self.shape)


class Enumerated(Indices):
    """`np.ndenumerate(array)`."""

    __slots__ = ("elements",)

    def __init__(self, array: Any) -> None:
        super().__init__(array.shape)
        self.elements = array

    def item(self, position: Any) -> Any:
        index = unravelled(position, self.shape)
        return index, self.elements[index]


def ndindex(*shape: Any) -> Any:
    """`np.ndindex`."""
    lengths = lengths_of(shape[0] if len(shape) == 1 else shape)
    if not any(isinstance(length, Scalar) for length in lengths):
        return np.ndindex(lengths)
    return Indices(lengths)


def ndenumerate(arr: Any) -> Any:
    """`np.ndenumerate`."""
    if current() is None:
        return np.ndenumerate(arr)
    return Enumerated(arr if is_array(arr) else as_array(arr))


ROWS: tuple[Row, ...] = (
    row(np.ndindex, "np.ndindex", ndindex),
    row(np.ndenumerate, "np.ndenumerate", ndenumerate),
)
