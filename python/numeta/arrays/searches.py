"""Rows of functions that find positions and choose elements by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import Scalar, as_array, is_array, is_many, items_of, lengths_of, short_of
from .indexing import counted, spread, store
from .keys import choose as choose_by_key
from .nests import Count, chosen, is_same, larger, over, product, require, when
from .shapes import axis_of, fresh, repeated, short
from .signatures import row


def as_mask(value: Any) -> Any:
    """The elements as bools."""
    array = as_array(value)
    if array.dtype.kind == "b":
        return array
    return array != 0


def positions(mask: Any) -> tuple[Any, ...]:
    """For each axis the indices of the true elements, in C order."""
    out = [_trace.empty((counted(mask),), "i8") for _ in range(mask.ndim)]
    count = Count()
    with over(mask.shape) as index, when(mask[index]):
        for axis, number in enumerate(index):
            _trace.store(out[axis], (count.value,), number)
        count.add()
    return tuple(out)


def nonzero(a: Any) -> Any:
    """`np.nonzero`."""
    array = as_array(a)
    if array.ndim == 0:
        raise ValueError(
            "Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero()"
            " instead. If the context of this error is of the form `arr[nonzero(cond)]`, just use"
            " `arr[cond]`."
        )
    return positions(as_mask(array))


def flatnonzero(a: Any) -> Any:
    """`np.flatnonzero`."""
    return positions(as_mask(_trace.flat(as_array(a))))[0]


def argwhere(a: Any) -> Any:
    """`np.argwhere`."""
    array = as_array(a)
    mask = as_mask(array) if array.ndim else as_mask(array[None])
    out = _trace.empty((counted(mask), array.ndim), "i8")
    count = Count()
    with over(mask.shape) as index, when(mask[index]):
        for axis in range(array.ndim):
            _trace.store(out, (count.value, axis), index[axis])
        count.add()
    return out


# -- take and put ---------------------------------------------------------------------------------


def _in_range(number: Any, length: Any, axis: int, mode: str) -> Any:
    """An index from 0 on: checked, wrapped or clipped."""
    number = _trace.cast(number, "i8", True) if isinstance(number, Scalar) else int(number)
    if mode == "raise":
        message = f"index {{0}} is out of bounds for axis {axis} with size {{1}}"
        holds = (number >= -length) & (number < length)
        require(holds, IndexError, message, number, length)
        return chosen(number < 0, number + length, number)
    if mode == "wrap":
        return number % larger(length, 1)
    low = chosen(number < 0, 0, number)
    return chosen(low < length, low, length - 1)


def _mode(mode: Any, name: str) -> str:
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    return str(mode)


def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """`np.take`."""
    if out is not None:
        refuse(230, name="np.take", what="out=", instead="out[...] = np.take(a, indices)")
    array, kind = as_array(a), _mode(mode, "np.take")
    if axis is None:
        array, axis = _trace.flat(array), 0
    place = axis_of(axis, array.ndim, "np.take")
    index = _integers(indices)
    before, length = array.shape[:place], array.shape[place]
    after = array.shape[place + 1 :]
    message = "cannot do a non-empty take from an empty axes."
    outside = product((*before, *after))
    if not is_array(index):
        require((outside == 0) | (length > 0), IndexError, message)
        at = _in_range(index, length, place, kind)
        found = array[(*(slice(None),) * place, at)]
        return fresh(found) if is_array(found) else found
    require((index.size * outside == 0) | (length > 0), IndexError, message)
    made = _trace.empty((*before, *index.shape, *after), short(array))
    checked = _trace.empty(index.shape, "i8")
    # Indices are not looked at where there is nothing to be taken.
    none = product(before) == 0
    looked = chosen(none, 0, index.shape[0]) if index.ndim else 0
    with over((looked, *index.shape[1:])) as which:
        checked[which] = _in_range(index[which], length, place, kind)
    with over(before) as first, over(index.shape) as which, over(after) as last:
        at = (*first, checked[which], *last)
        _trace.store(made, (*first, *which, *last), _trace.load(array, at))
    return made


def _integers(indices: Any) -> Any:
    """An integer, or an array of them."""
    if isinstance(indices, list | tuple) and not indices:
        return _trace.empty((0,), "i8")
    if not is_many(indices) and not isinstance(indices, list | tuple):
        return lengths_of(indices)[0]
    array = as_array(indices)
    if array.dtype.kind not in "iub":
        raise TypeError(
            f"Cannot cast array data from {array.dtype!r} to dtype('int64') according to the rule"
            " 'safe'"
        )
    return array


def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """`np.put`: the values one after the other, again from the first where they end."""
    flat, kind = _trace.flat(a), _mode(mode, "np.put")
    given = _integers(ind)
    index = _trace.flat(given if is_array(given) else as_array(given))
    values = _trace.flat(as_array(v))
    values = fresh(values) if _trace.may_share(values, a) else values
    index = fresh(index) if _trace.may_share(index, a) else index
    count = values.shape[0]
    holds = (flat.shape[0] > 0) | (index.shape[0] == 0) | (count == 0)
    require(holds, IndexError, "cannot replace elements of an empty array")
    with over((chosen(count > 0, index.shape[0], 0),)) as (k,):
        at = _in_range(index[k], flat.shape[0], 0, kind)
        _trace.store(flat, (at,), values[k % larger(count, 1)])


def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """`np.take_along_axis`."""
    array, index, place = _along(arr, indices, axis, "np.take_along_axis")
    shape = _shared(array, index, place)
    index = _trace.broadcast(index, (*shape[:place], index.shape[place], *shape[place + 1 :]))
    array = _trace.broadcast(array, (*shape[:place], array.shape[place], *shape[place + 1 :]))
    out = _trace.empty(index.shape, short(array))
    with over(index.shape) as at:
        number = _in_range(index[at], array.shape[place], place, "raise")
        _trace.store(out, at, _trace.load(array, (*at[:place], number, *at[place + 1 :])))
    return out


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """`np.put_along_axis`."""
    array, index, place = _along(arr, indices, axis, "np.put_along_axis")
    index = fresh(index) if _trace.may_share(index, array) else index
    shape = (*array.shape[:place], index.shape[place], *array.shape[place + 1 :])
    message = "shape mismatch: indexing arrays could not be broadcast together"
    index = repeated(index, shape, message, ())
    value = as_array(values)
    value = spread(fresh(value) if _trace.may_share(value, array) else value, shape)
    with over(shape) as at:
        _in_range(index[at], array.shape[place], place, "raise")
    with over(shape) as at:
        number = _trace.cast(index[at], "i8", True)
        number = chosen(number < 0, number + array.shape[place], number)
        _trace.store(array, (*at[:place], number, *at[place + 1 :]), value[at])


def _along(arr: Any, indices: Any, axis: Any, name: str) -> tuple[Any, Any, int]:
    array, index = as_array(arr), as_array(indices)
    if index.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if axis is None:
        if index.ndim != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        return _trace.flat(array), index, 0
    if array.ndim != index.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    return array, index, axis_of(axis, array.ndim, name)


def _shared(array: Any, index: Any, place: int) -> tuple[Any, ...]:
    """The shape of array and index but for one axis."""
    out = []
    for k, (a, b) in enumerate(zip(array.shape, index.shape, strict=True)):
        if k != place and not is_same(a, b) and not _trace.is_one(b) and not _trace.is_one(a):
            message = "shape mismatch: indexing arrays could not be broadcast together"
            require(a == b, IndexError, message)
        out.append(b if k != place and _trace.is_one(a) else a)
    return tuple(out)


# -- choices --------------------------------------------------------------------------------------


def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """`np.compress`."""
    mask = as_mask(condition)
    if mask.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    if axis is not None:
        axis = axis_of(axis, as_array(a).ndim, "np.compress")
    return take(a, positions(mask)[0], axis, out)


def extract(condition: Any, arr: Any) -> Any:
    """`np.extract`."""
    return take(_trace.flat(as_array(arr)), flatnonzero(condition))


def place(arr: Any, mask: Any, vals: Any) -> None:
    """`np.place`: the values one after the other, again from the first where they end."""
    flat, values = _trace.flat(arr), _trace.flat(as_array(vals))
    if not np.can_cast(values.dtype, arr.dtype):
        raise TypeError(
            f"Cannot cast array data from {values.dtype!r} to {arr.dtype!r} according to the rule"
            " 'safe'"
        )
    where_ = _trace.flat(as_mask(mask))
    where_ = fresh(where_) if _trace.may_share(where_, arr) else where_
    values = fresh(values) if _trace.may_share(values, arr) else values
    if not is_same(where_.shape[0], flat.shape[0]):
        message = "place: mask and data must be the same size"
        require(where_.shape[0] == flat.shape[0], ValueError, message)
    given, count = values.shape[0], Count()
    with over(where_.shape) as (k,), when(where_[k]):
        require(given > 0, ValueError, "Cannot insert from an empty array!")
        _trace.store(flat, (k,), values[count.value % larger(given, 1)])
        count.add()


def _picked(conditions: Sequence[Any], values: Sequence[Any], default: Any) -> Any:
    """The value of the first condition that holds."""
    result = default
    for condition, value in zip(reversed(conditions), reversed(values), strict=True):
        result = _trace.apply("select", (condition, value, result), python=False)
    return result


def _as_operand(value: Any) -> Any:
    return as_array(value) if isinstance(value, list | tuple | np.ndarray) else value


def _to(value: Any, to: str) -> Any:
    return _trace.cast(value, to, False)


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """`np.choose`."""
    if out is not None:
        refuse(230, name="np.choose", what="out=", instead="out[...] = np.choose(a, choices)")
    kind = _mode(mode, "np.choose")
    given = items_of(choices) if is_array(choices) else [_as_operand(v) for v in choices]
    number = len(given)
    to = short_of(np.result_type(*[as_array(value).dtype for value in given]))

    def pick(which: Any, *values: Any) -> Any:
        which = _trace.cast(which, "i8", True)
        if kind == "raise":
            require((which >= 0) & (which < number), ValueError, "invalid entry in choice array")
        elif kind == "wrap":
            which = which % number
        else:
            low = chosen(which < 0, 0, which)
            which = chosen(low < number, low, number - 1)
        picked = [_to(value, to) for value in values]
        return _picked([which == k for k in range(number - 1)], picked[:-1], picked[-1])

    return _trace.map(pick, (as_array(a), *given))


# -- ufunc.at -------------------------------------------------------------------------------------


def at(ufunc: np.ufunc, a: Any, indices: Any, b: Any = None, /) -> None:
    """`np.add.at(a, indices, b)`: one element after the other, also where indices meet."""
    from ..calls import call

    to = np.dtype(a.dtype)

    def update(element: Any, value: Any) -> Any:
        result = call(ufunc, element) if b is None else call(ufunc, element, value)
        if not np.can_cast(result.dtype, to, "same_kind"):
            problem: Any = np._core._exceptions  # type: ignore[attr-defined]
            raise problem._UFuncOutputCastingError(
                ufunc, "same_kind", np.dtype(result.dtype), to, 0
            )
        return result

    value = as_array(0 if b is None else b)
    if _trace.may_share(value, a):
        value = fresh(value)
    store(choose_by_key(a, indices), value, update)


ROWS: tuple[Row, ...] = (
    row(np.nonzero, "np.nonzero", nonzero),
    row(np.flatnonzero, "np.flatnonzero", flatnonzero),
    row(np.argwhere, "np.argwhere", argwhere),
    row(np.take, "np.take", take),
    row(np.put, "np.put", put),
    row(np.take_along_axis, "np.take_along_axis", take_along_axis),
    row(np.put_along_axis, "np.put_along_axis", put_along_axis),
    row(np.compress, "np.compress", compress),
    row(np.extract, "np.extract", extract),
    row(np.place, "np.place", place),
    row(np.choose, "np.choose", choose),
)
