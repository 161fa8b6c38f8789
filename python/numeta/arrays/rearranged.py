"""Rows of functions that give the elements of an array in another order or number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import Scalar, as_array, is_array, lengths_of
from .joins import concatenate, window
from .nests import Count, chosen, is_same, larger, over, require, shape_text, when
from .shapes import axes_of, axis_of, fresh, known_int, repeated, short, swapaxes
from .signatures import row


def _like(array: Any, shape: Sequence[Any]) -> Any:
    return _trace.empty(shape, short(array))


def flip(m: Any, axis: Any = None) -> Any:
    """`np.flip`: a view."""
    array = as_array(m)
    axes = range(array.ndim) if axis is None else axes_of(axis, array.ndim, "np.flip")
    back, all_ = slice(None, None, -1), slice(None)
    return array[(*(back if k in axes else all_ for k in range(array.ndim)), ...)]


def fliplr(m: Any) -> Any:
    """`np.fliplr`: a view."""
    array = as_array(m)
    if array.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return array[:, ::-1]


def flipud(m: Any) -> Any:
    """`np.flipud`: a view."""
    array = as_array(m)
    if array.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return array[::-1, ...]


def rot90(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Any:
    """`np.rot90`: a view; `k` is known at compile time."""
    array = as_array(m)
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    first, second = (axis_of(axis, array.ndim, "np.rot90") for axis in axes)
    if first == second:
        raise ValueError("Axes must be different.")
    turns = known_int(k, "np.rot90", "a number of turns") % 4
    if turns == 0:
        return array[...]
    if turns == 2:
        return flip(flip(array, first), second)
    if turns == 1:
        return swapaxes(flip(array, second), first, second)
    return flip(swapaxes(array, first, second), second)


def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """`np.roll`: a copy; the shift may be known at run time only."""
    array = as_array(a)
    if axis is None:
        if isinstance(shift, list | tuple):
            shift = sum(shift)
        flat = _roll(_trace.flat(array), shift, 0)
        return _trace.reshaped(flat, array.shape)
    axes = axis if isinstance(axis, list | tuple) else (axis,)
    shifts = shift if isinstance(shift, list | tuple) else (shift,)
    longest = max(len(axes), len(shifts))
    axes, shifts = (tuple(given) * (longest // len(given)) for given in (axes, shifts))
    out = array
    for one, by in zip(axes, shifts, strict=True):
        out = _roll(out, by, axis_of(one, array.ndim, "np.roll"))
    return fresh(array) if out is array else out


def _roll(array: Any, shift: Any, axis: int) -> Any:
    (by,) = lengths_of(shift)
    length = array.shape[axis]
    start = by % larger(length, 1)
    out = _like(array, array.shape)
    window(out, axis, start, length - start)[...] = window(array, axis, 0, length - start)
    window(out, axis, 0, start)[...] = window(array, axis, length - start, start)
    return out


def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """`np.repeat`."""
    array = as_array(a)
    if axis is None:
        array, axis = _trace.flat(array), 0
    place = axis_of(axis, max(array.ndim, 1), "np.repeat")
    if isinstance(repeats, list | tuple):
        repeats = as_array(repeats, np.intp if not len(repeats) else None)
    if is_array(repeats) and repeats.ndim > 0:
        return _repeat_each(array, repeats, place)
    (count,) = lengths_of(repeats)
    require(count >= 0, ValueError, "negative dimensions are not allowed")
    length = array.shape[place]
    out = _like(array, (*array.shape[:place], length * count, *array.shape[place + 1 :]))
    with over((*array.shape[: place + 1], count, *array.shape[place + 1 :])) as index:
        before, (item, number), after = index[:place], index[place : place + 2], index[place + 2 :]
        out[(*before, item * count + number, *after)] = array[(*before, item, *after)]
    return out


def _repeat_each(array: Any, repeats: Any, place: int) -> Any:
    if repeats.ndim > 1:
        raise ValueError("object too deep for desired array")
    if repeats.dtype.kind not in "iub":
        raise TypeError(
            f"Cannot cast array data from {repeats.dtype!r} to dtype('int64') according to the rule"
            " 'safe'"
        )
    length = array.shape[place]
    if is_same(repeats.shape[0], 1) and not is_same(length, 1):
        return repeat(array, repeats[0], place)
    message = "operands could not be broadcast together with shape ({0},) ({1},)"
    counts = repeated(repeats, (length,), message, (length, repeats.shape[0]))
    total = Count()
    with over((length,)) as (k,):
        count = _trace.cast(counts[k], "i8", True)
        require(count >= 0, ValueError, "repeats may not contain negative values.")
        total.add(count)
    out = _like(array, (*array.shape[:place], total.value, *array.shape[place + 1 :]))
    end = Count()
    with over((length,)) as (k,):
        count = _trace.cast(counts[k], "i8", True)
        with over((count,)) as (number,):
            at = end.value + number
            rest = (*array.shape[:place], *array.shape[place + 1 :])
            with over(rest) as others:
                before, after = others[:place], others[place:]
                out[(*before, at, *after)] = array[(*before, k, *after)]
        end.add(count)
    return out


def tile(A: Any, reps: Any) -> Any:
    """`np.tile`."""
    array = as_array(A)
    counts = lengths_of(reps)
    ndim = max(array.ndim, len(counts))
    counts = (*(1,) * (ndim - len(counts)), *counts)
    array = array[(*(None,) * (ndim - array.ndim), ...)]
    for count in counts:
        require(count >= 0, ValueError, "negative dimensions are not allowed")
    shape = array.shape
    out = _like(array, [n * count for n, count in zip(shape, counts, strict=True)])
    pairs = [length for both in zip(counts, shape, strict=True) for length in both]
    with over(pairs) as index:
        numbers, items = index[0::2], index[1::2]
        to = [r * n + i for r, n, i in zip(numbers, shape, items, strict=True)]
        out[tuple(to)] = array[tuple(items)]
    return out


# -- pad ------------------------------------------------------------------------------------------


def _pairs(value: Any, ndim: int) -> list[tuple[Any, Any]]:
    """(before, after) for each axis, of a number, a pair, or a pair for each axis."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        refuse(230, name="np.pad", what="a dict", instead="a pair for each axis")
    if not isinstance(value, list | tuple):
        return [(value, value)] * ndim
    if not any(isinstance(item, list | tuple) for item in value):
        pair = (value[0], value[0]) if len(value) == 1 else tuple(value)
        return [pair] * ndim
    pairs = [tuple(item) if len(item) == 2 else (item[0], item[0]) for item in value]
    return pairs * ndim if len(pairs) == 1 else pairs


def _clamped(k: Any, n: Any) -> Any:
    low = chosen(k < 0, 0, k)
    return chosen(low < n, low, n - 1)


def _reflected(k: Any, n: Any) -> Any:
    period = larger(2 * (n - 1), 1)
    at = k % period
    return chosen(at < n, at, period - at)


def _mirrored(k: Any, n: Any) -> Any:
    at = k % (2 * n)
    return chosen(at < n, at, 2 * n - 1 - at)


def _wrapped(k: Any, n: Any) -> Any:
    return k % n


_SOURCES = {"edge": _clamped, "reflect": _reflected, "symmetric": _mirrored, "wrap": _wrapped}


def pad(array: Any, pad_width: Any, mode: Any = "constant", *, constant_values: Any = 0) -> Any:
    """`np.pad` of mode constant, edge, reflect, symmetric, wrap or empty."""
    source = as_array(array)
    widths = _pairs(pad_width, source.ndim)
    widths = [lengths_of(pair) for pair in widths]
    if len(widths) != source.ndim or any(len(pair) != 2 for pair in widths):
        raise ValueError("operands could not be broadcast together")
    for pair in widths:
        for width in pair:
            require(width >= 0, ValueError, "index can't contain negative values")
    shape = [b + n + a for (b, a), n in zip(widths, source.shape, strict=True)]
    out = _like(source, shape)
    if mode in ("constant", "empty"):
        if mode == "constant":
            _constant(out, widths, constant_values)
        centre = out
        for axis, (before, _) in enumerate(widths):
            centre = window(centre, axis, before, source.shape[axis])
        centre[...] = source
        return out
    if mode not in _SOURCES:
        instead = ", ".join(map(repr, ("constant", *_SOURCES)))
        refuse(230, name="np.pad", what=f"mode={mode!r}", instead=f"mode= one of {instead}")
    for axis, (pair, n) in enumerate(zip(widths, source.shape, strict=True)):
        if any(not is_same(width, 0) for width in pair):
            message = f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'"
            require(chosen(pair[0] + pair[1] > 0, n, 1) > 0, ValueError, message)
    move = _SOURCES[mode]
    with over(shape) as index:
        at = [
            i if is_same(b, 0) and is_same(a, 0) else move(i - b, n)
            for i, (b, a), n in zip(index, widths, source.shape, strict=True)
        ]
        out[index] = source[tuple(at)]
    return out


def _constant(out: Any, widths: Sequence[Any], values: Any) -> None:
    """The padding of one axis after the other: of corners the last axis decides."""
    for axis, ((before, after), (low, high)) in enumerate(
        zip(widths, _pairs(values, out.ndim), strict=True)
    ):
        length = out.shape[axis]
        _cast_into(window(out, axis, 0, before), low)
        _cast_into(window(out, axis, length - after, after), high)


def _cast_into(part: Any, value: Any) -> None:
    part[...] = value


# -- append, insert, delete -----------------------------------------------------------------------


def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """`np.append`."""
    array, more = as_array(arr), as_array(values)
    if axis is None:
        array, more, axis = _trace.flat(array), _trace.flat(more), array.ndim and 0
    return concatenate((array, more), axis)


def _place(index: Any, length: Any, limit: Any, axis: int) -> Any:
    (place,) = lengths_of(index)
    message = f"index {{0}} is out of bounds for axis {axis} with size {{1}}"
    require((place >= -length) & (place <= limit), IndexError, message, place, length)
    return chosen(place < 0, place + length, place)


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """`np.insert` at one index."""
    array = as_array(arr)
    if axis is None:
        array, axis = _trace.flat(array), 0
    place = axis_of(axis, array.ndim, "np.insert")
    if isinstance(obj, list | tuple | slice | np.ndarray) or (is_array(obj) and obj.ndim > 0):
        refuse(230, name="np.insert", what="several indices", instead="one index")
    length = array.shape[place]
    at = _place(obj, length, length, place)
    new = as_array(values, array.dtype)
    new = new[(*(None,) * (array.ndim - new.ndim), ...)] if new.ndim < array.ndim else new
    new = _first_moved(new, place)
    more = new.shape[place]
    out = _like(array, (*array.shape[:place], length + more, *array.shape[place + 1 :]))
    window(out, place, 0, at)[...] = window(array, place, 0, at)
    window(out, place, at, more)[...] = new
    window(out, place, at + more, length - at)[...] = window(array, place, at, length - at)
    return out


def _first_moved(new: Any, place: int) -> Any:
    """The values of `np.insert` at one index count along its first axis."""
    order = list(range(1, new.ndim))
    order.insert(place, 0)
    return _trace.permuted(new, order)


def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """`np.delete` of one index."""
    array = as_array(arr)
    if axis is None:
        array, axis = _trace.flat(array), 0
    place = axis_of(axis, array.ndim, "np.delete")
    if isinstance(obj, list | tuple | slice | np.ndarray) or (is_array(obj) and obj.ndim > 0):
        refuse(230, name="np.delete", what="several indices", instead="one index, or a mask")
    length = array.shape[place]
    at = _place(obj, length, length - 1, place)
    out = _like(array, (*array.shape[:place], length - 1, *array.shape[place + 1 :]))
    window(out, place, 0, at)[...] = window(array, place, 0, at)
    rest = length - 1 - at
    window(out, place, at, rest)[...] = window(array, place, at + 1, rest)
    return out


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """`np.copyto`."""
    source = as_array(src)
    plain = not is_array(src) and not isinstance(src, Scalar | np.generic | np.ndarray)
    if not plain and not np.can_cast(source.dtype, dst.dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {source.dtype!r} to {dst.dtype!r} according to the rule"
            f" {casting!r}"
        )
    if where is True:
        dst[...] = src
        return
    values: list[Any] = []
    end = f" into shape {shape_text(dst.shape, values)}"
    mask = as_array(where)
    for one, what in ((mask, "where mask"), (source, "input array")):
        if one.ndim > dst.ndim:
            raise ValueError("could not broadcast " + what)
    begin = f"could not broadcast where mask from shape {shape_text(mask.shape, values)}"
    mask = repeated(mask, dst.shape, begin + end, values)
    values = []
    end = f" into shape {shape_text(dst.shape, values)}"
    begin = f"could not broadcast input array from shape {shape_text(source.shape, values)}"
    source = fresh(source) if _trace.may_share(source, dst) else source
    source = repeated(source, dst.shape, begin + end, values)
    with over(dst.shape) as index, when(mask[index]):
        dst[index] = source[index]


ROWS: tuple[Row, ...] = (
    row(np.flip, "np.flip", flip),
    row(np.fliplr, "np.fliplr", fliplr),
    row(np.flipud, "np.flipud", flipud),
    row(np.rot90, "np.rot90", rot90),
    row(np.roll, "np.roll", roll),
    row(np.repeat, "np.repeat", repeat),
    row(np.tile, "np.tile", tile),
    row(np.pad, "np.pad", pad),
    row(np.append, "np.append", append),
    row(np.insert, "np.insert", insert),
    row(np.delete, "np.delete", delete),
    row(np.copyto, "np.copyto", copyto),
)
