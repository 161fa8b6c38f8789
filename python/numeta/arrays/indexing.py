"""Keys that hold arrays, lists or bools: `a[mask]`, `a[index]`, read and written.

A mask alone is not turned into positions: its elements are counted where their number is needed,
and visited in one loop with a branch. Index arrays are checked before the first element is read or
written, in every mode. Of two writes to one element the last one stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import _trace
from .conversion import Scalar, as_array, is_array
from .keys import Chosen, Truth, check_mask, choose, is_mask, item_of
from .nests import Count, chosen, is_same, over, require, shape_text, when
from .shapes import fresh, short


def _single_mask(array: Any, key: Any) -> Any:
    """The mask that is the whole key, of the first axes; None if the key is another."""
    if isinstance(key, tuple):
        if len(key) != 1:
            return None
        (key,) = key
    found = item_of(key)
    if not is_mask(found) or found.ndim > array.ndim:
        return None
    check_mask(array, found, 0)
    return found


def counted(mask: Any) -> Any:
    """How many elements of a mask are true."""
    count = Count()
    with over(mask.shape) as index, when(mask[index]):
        count.add()
    return count.value


def get(array: Any, key: Any) -> Any:
    """`array[key]`: a copy."""
    mask = _single_mask(array, key)
    if mask is not None:
        return _masked(array, mask)
    found = choose(array, key)
    own = found.own
    # In memory the axes of the indices come first, as NumPy lays its result out.
    out = _trace.empty((*found.shape, *own), short(array))
    with over(found.shape) as which, over(own) as rest:
        out[(*which, *rest)] = found.view[found.key(which, rest)]
    return _trace.permuted(out, _order(found))


def _order(found: Chosen) -> list[int]:
    count = len(found.shape)
    own = range(count, count + len(found.own))
    return [*own[: found.at], *range(count), *own[found.at :]]


def _masked(array: Any, mask: Any) -> Any:
    rest = array.shape[mask.ndim :]
    out = _trace.empty((counted(mask), *rest), short(array))
    count = Count()
    with over(mask.shape) as index, when(mask[index]):
        with over(rest) as inner:
            out[(count.value, *inner)] = array[(*index, *inner)]
        count.add()
    return out


# -- writing --------------------------------------------------------------------------------------


def set_(array: Any, key: Any, value: Any) -> None:
    """`array[key] = value`."""
    mask = _single_mask(array, key)
    source = _source(array, value)
    if mask is not None:
        _set_masked(array, fresh(mask) if _trace.may_share(mask, array) else mask, source)
        return
    store(choose(array, key), source)


def _source(array: Any, value: Any) -> Any:
    """The value of an assignment: a number, or an array of other memory."""
    if isinstance(value, Scalar | int | float | complex):
        return value
    source = as_array(value)
    return fresh(source) if _trace.may_share(source, array) else source


def store(found: Chosen, value: Any, update: Callable[[Any, Any], Any] | None = None) -> None:
    """Write `value`, or what `update` makes of an element and its value, in the order of indices."""
    view = found.view
    to = short(view)
    if is_array(value):
        value = spread(value, found.result)
    with over(found.shape) as which, over(found.own) as rest:
        key = found.key(which, rest)
        item = value
        if is_array(value):
            item = value[(*rest[: found.at], *which, *rest[found.at :])]
        if update is not None:
            item = update(view[key], item)
        view[key] = _trace.cast(item, to, False) if is_array(value) or update else item


def spread(value: Any, shape: tuple[Any, ...]) -> Any:
    """The value of an assignment as a view of the shape it is assigned to."""
    values: list[Any] = []
    message = (
        f"shape mismatch: value array of shape {shape_text(value.shape, values)} could not be"
        f" broadcast to indexing result of shape {shape_text(shape, values)}"
    )
    while value.ndim > len(shape):  # axes of length 1 in front
        require(value.shape[0] == 1, ValueError, message, *values)
        value = value[0]
    for own, length in zip(value.shape[::-1], shape[::-1], strict=False):
        if not is_same(own, length) and not _trace.is_one(own):
            require(own == length, ValueError, message, *values)
    return _trace.broadcast(value, shape)


def _set_masked(array: Any, mask: Any, value: Any) -> None:
    rest = array.shape[mask.ndim :]
    if not is_array(value) or value.ndim == 0:
        with over(mask.shape) as index, when(mask[index]), over(rest) as inner:
            array[(*index, *inner)] = value
        return
    count = counted(mask)
    if not rest:
        _set_one_by_one(array, mask, value, count)
        return
    values = spread(value, (count, *rest))
    to, at = short(array), Count()
    with over(mask.shape) as index, when(mask[index]):
        with over(rest) as inner:
            array[(*index, *inner)] = _trace.cast(values[(at.value, *inner)], to, False)
        at.add()


def _set_one_by_one(array: Any, mask: Any, value: Any, count: Any) -> None:
    """The values one after the other; one value is for all."""
    if value.ndim > 1:
        raise ValueError(
            "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has"
            f" {value.ndim} dimensions"
        )
    given = value.shape[0]
    message = (
        "NumPy boolean array indexing assignment cannot assign {0} input values to the {1} output"
        " values where the mask is true"
    )
    require((given == count) | (given == 1), ValueError, message, given, count)
    step = chosen(given == 1, 0, 1)
    to, at = short(array), Count()
    with over(mask.shape) as index, when(mask[index]):
        array[index] = _trace.cast(value[at.value * step], to, False)
        at.add()


__all__ = ["Truth", "counted", "get", "set_", "spread", "store"]
