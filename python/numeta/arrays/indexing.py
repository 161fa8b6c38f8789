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
from .masked import copy_chosen, counted, note_chosen, set_at_once
from .nests import Count, chosen, is_same, over, require, shape_text, when
from .shapes import fresh, repeated, short


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
        _trace.store(out, (*which, *rest), _trace.load(found.view, found.key(which, rest)))
    return _trace.permuted(out, _order(found))


def _order(found: Chosen) -> list[int]:
    count = len(found.shape)
    own = range(count, count + len(found.own))
    return [*own[: found.at], *range(count), *own[found.at :]]


def _masked(array: Any, mask: Any) -> Any:
    rest = array.shape[mask.ndim :]
    out = _trace.empty((counted(mask), *rest), short(array))
    if array.ndim == 1 and not _trace.is_new_map(array):
        copy_chosen(array, mask, out)
    else:
        count = Count()
        with over(mask.shape) as index, when(mask[index]):
            with over(rest) as inner:
                _trace.store(out, (count.value, *inner), _trace.load(array, (*index, *inner)))
            count.add()
    note_chosen(out, array, mask)
    return out


# -- writing --------------------------------------------------------------------------------------


def set_(array: Any, key: Any, value: Any) -> None:
    """`array[key] = value`."""
    mask = _single_mask(array, key)
    if mask is not None and is_array(value) and set_at_once(array, mask, value):
        return
    source = _source(array, value)
    if mask is not None:
        _set_masked(array, fresh(mask) if _trace.may_share(mask, array) else mask, source)
        return
    store(choose(array, key), source)


def _source(array: Any, value: Any) -> Any:
    """The value of an assignment: an array of other memory."""
    if isinstance(value, Scalar | int | float | complex):
        held = _trace.empty((), short(array))
        held[()] = value  # converted once, as for one element
        return held
    source = as_array(value)
    return fresh(source) if _trace.may_share(source, array) else source


def store(found: Chosen, value: Any, update: Callable[[Any, Any], Any] | None = None) -> None:
    """Write `value` in the order of the indices, or what `update` makes of an element and it."""
    value = spread(value, found.result)
    with over(found.shape) as which, over(found.own) as rest:
        key = found.key(which, rest)
        item = _trace.load(value, (*rest[: found.at], *which, *rest[found.at :]))
        if update is not None:
            item = update(_trace.load(found.view, key), item)
        _trace.store(found.view, key, item)


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
    return repeated(value, shape, message, values)


def _set_masked(array: Any, mask: Any, value: Any) -> None:
    rest = array.shape[mask.ndim :]
    if value.ndim == 0:
        item = value[()]
        with over(mask.shape) as index, when(mask[index]), over(rest) as inner:
            _trace.store(array, (*index, *inner), item)
        return
    count = counted(mask)
    if not rest:
        _set_one_by_one(array, mask, value, count)
        return
    values = spread(value, (count, *rest))
    at = Count()
    with over(mask.shape) as index, when(mask[index]):
        with over(rest) as inner:
            _trace.store(array, (*index, *inner), _trace.load(values, (at.value, *inner)))
        at.add()


def _set_one_by_one(array: Any, mask: Any, value: Any, count: Any) -> None:
    """The values one after the other; one value is for all."""
    if value.ndim > 1:
        raise ValueError(
            "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has"
            f" {value.ndim} dimensions"
        )
    given = value.shape[0]
    if is_same(given, count):
        _set_all(array, mask, value)
        return
    message = (
        "NumPy boolean array indexing assignment cannot assign {0} input values to the {1} output"
        " values where the mask is true"
    )
    require((given == count) | (given == 1), ValueError, message, given, count)
    step = chosen(given == 1, 0, 1)
    _set_all(array, mask, value, step)


def _set_all(array: Any, mask: Any, value: Any, step: Any = 1) -> None:
    at = Count()
    with over(mask.shape) as index, when(mask[index]):
        _trace.store(array, index, _trace.load(value, (at.value * step,)))
        at.add()


__all__ = ["Truth", "counted", "get", "set_", "spread", "store"]
