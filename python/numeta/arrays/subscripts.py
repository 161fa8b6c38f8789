"""NumPy's objects that are used by a key, and its iterators over indices.

`np.mgrid[...]`, `np.ogrid[...]`, `np.r_[...]` and `np.c_[...]` are no calls: what staged code loads
for them is a stand-in whose keys are traced. `np.s_` needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import _trace
from ..iteration import Iteration
from ..rows import Row
from ..session import current, refuse
from .conversion import Scalar, as_array, is_array, lengths_of
from .joins import concatenate
from .nests import over, product, require
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


def _of_integers(index: Any) -> None:
    if np.dtype(getattr(index, "dtype", type(index))).kind not in "iu":
        raise TypeError("only int indices permitted")


def _ordered(lengths: Sequence[Any], order: str, name: str) -> bool:
    if order not in ("C", "F"):
        refuse(230, name=name, what=f"order={order!r}", instead='order="C" or "F"')
    return order == "C"


def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Any, ...]:
    """`np.unravel_index`: of one index or an array of them."""
    lengths = lengths_of(shape)
    in_c = _ordered(lengths, order, "np.unravel_index")
    if isinstance(indices, list | tuple):
        indices = as_array(indices)
    _of_integers(indices)
    size = product(lengths)
    text = "index {0} is out of bounds for array with size {1}"

    def parts(position: Any) -> tuple[Any, ...]:
        require((position >= 0) & (position < size), ValueError, text, position, size)
        found = unravelled(position, lengths if in_c else lengths[::-1])
        return found if in_c else found[::-1]

    if not is_array(indices):
        return tuple(_trace.cast(part, "i8", False) for part in parts(indices))
    outs = tuple(_trace.empty(indices.shape, "i8") for _ in lengths)
    with over(indices.shape) as place:
        for out, part in zip(outs, parts(_trace.cast(indices[place], "i8", True)), strict=True):
            out[place] = part
    return outs


def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Any:
    """`np.ravel_multi_index`: of one index, or of an array of indices for each axis."""
    lengths = lengths_of(dims)
    in_c = _ordered(lengths, order, "np.ravel_multi_index")
    if mode != "raise":
        refuse(230, name="np.ravel_multi_index", what=f"mode={mode!r}", instead='mode="raise"')
    given = tuple(as_array(p) if isinstance(p, list | tuple) else p for p in multi_index)
    if len(given) != len(lengths):
        wanted = f"parameter multi_index must be a sequence of length {len(lengths)}"
        raise ValueError(wanted)
    for part in given:
        _of_integers(part)

    def position(*parts: Any) -> Any:
        found: Any = 0
        for part, length in list(zip(parts, lengths, strict=True))[:: 1 if in_c else -1]:
            inside = (part >= 0) & (part < length)
            require(inside, ValueError, "invalid entry in coordinates array")
            found = found * length + part
        return _trace.cast(found, "i8", False)

    if not any(map(is_array, given)):
        return position(*given)
    arrays = [as_array(part) for part in given]
    shape = _trace.common_shape([part.shape for part in arrays])
    out = _trace.empty(shape, "i8")
    spread = [_trace.broadcast(part, shape) for part in arrays]
    with over(shape) as place:
        out[place] = position(*(_trace.cast(part[place], "i8", True) for part in spread))
    return out


ROWS: tuple[Row, ...] = (
    row(np.unravel_index, "np.unravel_index", unravel_index),
    row(np.ravel_multi_index, "np.ravel_multi_index", ravel_multi_index),
    row(np.ndindex, "np.ndindex", ndindex),
    row(np.ndenumerate, "np.ndenumerate", ndenumerate),
)
