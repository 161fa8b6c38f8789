"""Keys that hold arrays, taken apart: which axes they choose from, and where the result's axes go.

A key becomes a view in which every chosen axis is whole, and for each chosen axis an index: an
array of integers, or one integer. The indices are broadcast together; their axes stand where the
first of them stood if all were neighbours, else in front. A mask counts as the indices of its true
elements; True and False as an axis of length 1 or 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _trace
from ..records import Record
from ..session import refuse
from .conversion import Array, Scalar, as_array, is_array
from .nests import Count, chosen, is_same, over, require, shape_text, when
from .shapes import fresh

_WRONG = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean"
    " arrays are valid indices"
)


class Truth(Record):
    """A bool as a part of a key."""

    holds: Any

    @property
    def length(self) -> Any:
        """Of the axis that it stands for."""
        if isinstance(self.holds, Scalar):
            return _trace.cast(self.holds, "i8", True)
        return int(bool(self.holds))


class Chosen(Record):
    """The elements of `view` that a key stands for. `places`: for each axis of the view its index,
    or None where the axis is one of the result's own; `shape` and `at`: the axes of the indices."""

    view: Any
    places: list[Any]
    shape: tuple[Any, ...]
    at: int

    @property
    def own(self) -> tuple[Any, ...]:
        """The lengths of the result's axes that no index chooses from."""
        kept = zip(self.view.shape, self.places, strict=True)
        return tuple(length for length, place in kept if place is None)

    @property
    def result(self) -> tuple[Any, ...]:
        """The shape of the result."""
        return (*self.own[: self.at], *self.shape, *self.own[self.at :])

    def key(self, which: Sequence[Any], own: Sequence[Any]) -> tuple[Any, ...]:
        """Where in the view the element of such indices stands, from 0 on."""
        rest = iter(own)
        return tuple(
            next(rest) if place is None else self._index(axis, place, which)
            for axis, place in enumerate(self.places)
        )

    def _index(self, axis: int, place: Any, which: Sequence[Any]) -> Any:
        if is_array(place):
            place = _trace.cast(_trace.load(place, which), "i8", True)
        return chosen(place < 0, place + self.view.shape[axis], place)


def item_of(item: Any) -> Any:
    """One part of a key: None, ..., a slice, a Truth, an integer, or a traced array."""
    if item is None or item is ... or isinstance(item, slice):
        return item
    if isinstance(item, np.ndarray) and item.ndim == 0:
        return item_of(item[()])
    if type(item) is Scalar:
        return _number(item)
    if isinstance(item, bool | np.bool_):
        return Truth(bool(item))
    if isinstance(item, int | np.integer):
        return int(item)
    if isinstance(item, range):
        item = list(item)
    if isinstance(item, list | tuple) and not item:
        return _trace.empty((0,), "i8")
    if not isinstance(item, list | tuple | np.ndarray | Array):
        raise IndexError(_WRONG)
    array = as_array(item)
    if array.dtype.kind not in "iub":
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    return array


def _number(item: Any) -> Any:
    kind = np.dtype(item.dtype).kind
    if kind == "b":
        return Truth(item)
    if kind not in "iu":
        raise IndexError(_WRONG)
    return item


def items_of_key(array: Any, key: Any) -> list[Any]:
    """The parts of a key, one for each axis, mask, and new axis; `...` is left where it stands."""
    items = [item_of(item) for item in (key if isinstance(key, tuple) else (key,))]
    if sum(item is ... for item in items) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    used = sum(map(axes_used, items))
    if used > array.ndim:
        raise IndexError(
            f"too many indices for array: array is {array.ndim}-dimensional, but {used} were"
            " indexed"
        )
    return items


def axes_used(item: Any) -> int:
    """How many axes a part of a key is about."""
    if item is None or item is ... or isinstance(item, Truth):
        return 0
    return int(item.ndim) if is_mask(item) else 1


def is_mask(item: Any) -> bool:
    """Whether a part of a key is an array of bools."""
    return is_array(item) and item.dtype.kind == "b"


def check_mask(array: Any, mask: Any, first: int) -> None:
    """A mask is as long as the axes from `first` on."""
    for k in range(mask.ndim):
        length, own = array.shape[first + k], mask.shape[k]
        if is_same(length, own):
            continue
        message = (
            f"boolean index did not match indexed array along axis {first + k}; size of axis is"
            " {0} but size of corresponding boolean axis is {1}"
        )
        require(length == own, IndexError, message, length, own)


def choose(array: Any, key: Any) -> Chosen:
    """What a key of which at least one part is an array or a bool stands for."""
    basic: list[Any] = []  # the key of the view
    places: list[Any] = []  # for each axis of the view
    indices: list[Any] = []  # arrays and numbers
    axis, at, gaps, after = 0, 0, 0, False
    truths: list[Truth] = []
    items = items_of_key(array, key)
    free = array.ndim - sum(map(axes_used, items))
    for item in items:
        if item is None or item is ... or isinstance(item, slice):
            count = free if item is ... else 1
            basic.append(item)
            places += [None] * count
            axis += 0 if item is None else count
            after = bool(indices or truths)
            continue
        if not indices and not truths:
            at = len(places)
        gaps += after
        after = False
        if isinstance(item, Truth):
            truths.append(item)
            continue
        for index in _indices(array, item, axis):
            indices.append(index)
            places.append(index)
            basic.append(slice(None))
            axis += 1
    places += [None] * (array.ndim - axis)
    shape = _common([index.shape for index in indices if is_array(index)], truths)
    wide = {
        id(index): _trace.broadcast(index, shape) if is_array(index) else index for index in indices
    }
    placed = [None if place is None else wide[id(place)] for place in places]
    return Chosen(array[tuple(basic)], placed, shape, 0 if gaps else at)


def _indices(array: Any, item: Any, axis: int) -> list[Any]:
    """The indices of one part of a key; those that are given are checked."""
    if is_mask(item):
        from .searches import positions

        check_mask(array, item, axis)
        return list(positions(item))
    length = array.shape[axis]
    message = f"index {{0}} is out of bounds for axis {axis} with size {{1}}"
    if not is_array(item):
        require((item >= -length) & (item < length), IndexError, message, item, length)
        return [_wrapped(item)]
    if _trace.may_share(item, array):
        item = fresh(item)

    def check() -> None:
        with over(item.shape) as index:
            number = _trace.cast(item[index], "i8", False)
            require((number >= -length) & (number < length), IndexError, message, number, length)

    if _trace.is_new_map(item):
        check()
        return [item]
    # All are looked at without a branch for each; the first that is wrong is found after that.
    wrong = Count()
    with over(item.shape) as index:
        number = _trace.cast(item[index], "i8", False)
        wrong.mark(chosen((number >= -length) & (number < length), 0, 1))
    with when(wrong.value != 0):
        check()
    return [item]


def _wrapped(item: Any) -> Any:
    return _trace.cast(item, "i8", True) if isinstance(item, Scalar) else item


def _common(shapes: Sequence[tuple[Any, ...]], truths: Sequence[Truth]) -> tuple[Any, ...]:
    """The shape that indices have together."""
    all_ = [*shapes, *((truth.length,) for truth in truths)]
    if len(all_) > 1 and any(isinstance(truth.length, Scalar) for truth in truths):
        refuse(230, name="array[key]", what="a run-time bool among indices", instead="a mask")
    rank = max(map(len, all_), default=0)
    values: list[Any] = []
    text = " ".join(shape_text(shape, values) for shape in all_)
    message = f"shape mismatch: indexing arrays could not be broadcast together with shapes {text} "
    out: list[Any] = [1] * rank
    for shape in all_:
        for axis, length in enumerate(shape, rank - len(shape)):
            if is_same(length, out[axis]) or _trace.is_one(length):
                continue
            if not _trace.is_one(out[axis]):
                require(length == out[axis], IndexError, message, *values)
            if _trace.is_one(out[axis]) or not isinstance(length, Scalar):
                out[axis] = length
    return tuple(out)
