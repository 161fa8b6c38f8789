"""Rows of functions that put arrays together and take them apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import Scalar, as_array, is_array, items_of, sample, short_of, whole_layout
from .nests import is_same, require
from .shapes import atleast_1d, atleast_2d, atleast_3d, axis_of, fresh
from .signatures import row


def window(array: Any, axis: int, start: Any, length: Any) -> Any:
    """The part of an array from `start` on along one axis."""
    shape = (*array.shape[:axis], length, *array.shape[axis + 1 :])
    steps = [(start if k == axis else 0, {k: 1}) for k in range(array.ndim)]
    return _trace.remapped(array, shape, steps)


def _listed(arrays: Any, name: str) -> list[Any]:
    if is_array(arrays):
        return items_of(arrays)
    if not isinstance(arrays, list | tuple):
        refuse(230, name=name, what=f"a {type(arrays).__name__}", instead="a list or a tuple")
    return [as_array(value) for value in arrays]


def common_dtype(values: Sequence[Any]) -> np.dtype[Any]:
    """NumPy's result type of values; Python's numbers are weak."""
    return np.result_type(*[sample(value) for value in values])


def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """`np.concatenate`."""
    given = _listed(arrays, "np.concatenate")
    if not given:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        given, axis = [_flat(array) for array in given], 0
    if any(array.ndim == 0 for array in given):
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    for k, array in enumerate(given):
        if array.ndim != given[0].ndim:
            raise ValueError(
                "all the input arrays must have same number of dimensions, but the array at index 0"
                f" has {given[0].ndim} dimension(s) and the array at index {k} has {array.ndim}"
                " dimension(s)"
            )
    place = axis_of(axis, given[0].ndim, "np.concatenate")
    shape, total = _joined_shape(given, place)
    if casting not in ("same_kind", "unsafe"):
        refuse(230, name="np.concatenate", what=f"casting={casting!r}", instead="'same_kind'")
    if out is not None:
        if dtype is not None:
            raise TypeError(
                "concatenate() only takes `out` or `dtype` as an argument, but both were provided."
            )
        refuse(230, name="np.concatenate", what="out=", instead="out[...] = np.concatenate(...)")
    kind = common_dtype([array.dtype for array in given]) if dtype is None else np.dtype(dtype)
    for array in given:
        if not np.can_cast(array.dtype, kind, casting):
            raise TypeError(
                f"Cannot cast array data from {array.dtype!r} to {kind!r} according to the rule"
                f" {casting!r}"
            )
    is_fortran = given[0].ndim > 1 and all(whole_layout(array) == "F" for array in given)
    made = _trace.empty((*shape[:place], total, *shape[place + 1 :]), short_of(kind), is_fortran)
    start: Any = 0
    for array in given:
        length = array.shape[place]
        window(made, place, start, length)[...] = array
        start = start + length
    return made


def _flat(array: Any) -> Any:
    return _trace.flat(array)


def _joined_shape(arrays: Sequence[Any], place: int) -> tuple[tuple[Any, ...], Any]:
    """The shape that arrays share but for one axis, and the sum of their lengths there."""
    first = arrays[0]
    shape = list(first.shape)
    total: Any = 0
    for k, array in enumerate(arrays):
        total = total + array.shape[place]
        for axis, length in enumerate(array.shape):
            if axis == place or is_same(length, first.shape[axis]):
                continue
            message = (
                "all the input array dimensions except for the concatenation axis must match"
                f" exactly, but along dimension {axis}, the array at index 0 has size {{0}} and the"
                f" array at index {k} has size {{1}}"
            )
            holds = length == first.shape[axis]
            require(holds, ValueError, message, first.shape[axis], length)
            if not isinstance(length, Scalar):
                shape[axis] = length
    return tuple(shape), total


def stack(arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None) -> Any:
    """`np.stack`."""
    given = _listed(arrays, "np.stack")
    if not given:
        raise ValueError("need at least one array to stack")
    if len({array.ndim for array in given}) > 1:
        raise ValueError("all input arrays must have the same shape")
    for array in given[1:]:
        for own, length in zip(array.shape, given[0].shape, strict=True):
            if not is_same(own, length):
                require(own == length, ValueError, "all input arrays must have the same shape")
    place = axis_of(axis, given[0].ndim + 1, "np.stack")
    key = (*(slice(None),) * place, None)
    return concatenate([array[(*key, ...)] for array in given], place, out, dtype=dtype)


def hstack(tup: Any, *, dtype: Any = None) -> Any:
    """`np.hstack`."""
    given = [atleast_1d(array) for array in _listed(tup, "np.hstack")]
    axis = 0 if given and given[0].ndim == 1 else 1
    return concatenate(given, axis, dtype=dtype)


def vstack(tup: Any, *, dtype: Any = None) -> Any:
    """`np.vstack`."""
    return concatenate([atleast_2d(a) for a in _listed(tup, "np.vstack")], 0, dtype=dtype)


def dstack(tup: Any) -> Any:
    """`np.dstack`."""
    return concatenate([atleast_3d(array) for array in _listed(tup, "np.dstack")], 2)


def column_stack(tup: Any) -> Any:
    """`np.column_stack`."""
    given = _listed(tup, "np.column_stack")
    return concatenate([a if a.ndim > 1 else atleast_2d(a).T for a in given], 1)


def block(arrays: Any) -> Any:
    """`np.block`: nested lists of one depth."""
    depth = _depth(arrays)
    if depth == 0:
        return fresh(as_array(arrays))
    return _block(arrays, depth, max(depth, _most_axes(arrays)))


def _depth(value: Any) -> int:
    if not isinstance(value, list):
        return 0
    if not value:
        raise ValueError("List at arrays cannot be empty")
    depths = {_depth(item) for item in value}
    if len(depths) > 1:
        raise ValueError("List depths are mismatched.")
    return 1 + depths.pop()


def _most_axes(value: Any) -> int:
    return max(map(_most_axes, value)) if isinstance(value, list) else as_array(value).ndim


def _block(value: Any, depth: int, ndim: int) -> Any:
    if not isinstance(value, list):
        array = as_array(value)
        return array[(*(None,) * (ndim - array.ndim), ...)]
    return concatenate([_block(item, depth - 1, ndim) for item in value], ndim - depth)


# -- taking apart ---------------------------------------------------------------------------------


def _bounds(array: Any, sections: Any, axis: int, name: str) -> list[tuple[Any, Any]]:
    """(start, stop) of the parts; None is an end."""
    if is_array(sections) and sections.ndim > 0:
        sections = items_of(sections)
    if isinstance(sections, np.ndarray):
        sections = sections.tolist()
    if isinstance(sections, list | tuple):
        ends = [*sections, array.shape[axis]]
        return list(zip([0, *sections], ends, strict=True))
    if isinstance(sections, Scalar):
        refuse(230, name=name, what="a number of parts known only at run time", instead="a constant")
    count = int(sections)
    if count <= 0:
        raise ValueError("number sections must be larger than 0.")
    length = array.shape[axis]
    each, extra = length // count, length % count
    ends, end = [], 0
    for k in range(count):
        more = (extra > k) * 1 if isinstance(extra, Scalar) else int(extra > k)
        end = end + each + more
        ends.append(end)
    return list(zip([0, *ends[:-1]], ends, strict=True))


def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """`np.array_split`: views."""
    array = as_array(ary)
    place = axis_of(axis, array.ndim, "np.array_split")
    parts = _bounds(array, indices_or_sections, place, "np.array_split")
    before = (slice(None),) * place
    return [array[(*before, slice(start, stop))] for start, stop in parts]


def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """`np.split`: views of equal length, or between given indices."""
    array = as_array(ary)
    place = axis_of(axis, array.ndim, "np.split")
    sections = indices_or_sections
    if isinstance(sections, int | np.integer):
        if sections <= 0:
            raise ZeroDivisionError("integer modulo by zero") if sections == 0 else ValueError(
                "number sections must be larger than 0."
            )
        length, count = array.shape[place], int(sections)
        message = "array split does not result in an equal division"
        require(length % count == 0, ValueError, message)
        each = length // count
        return [window(array, place, each * k, each) for k in range(count)]
    return array_split(array, sections, place)


def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """`np.hsplit`."""
    array = as_array(ary)
    if array.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(array, indices_or_sections, 1 if array.ndim > 1 else 0)


def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """`np.vsplit`."""
    array = as_array(ary)
    if array.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(array, indices_or_sections, 0)


def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """`np.dsplit`."""
    array = as_array(ary)
    if array.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(array, indices_or_sections, 2)


def unstack(x: Any, /, *, axis: Any = 0) -> Any:
    """`np.unstack`: the items along an axis of known length."""
    array = as_array(x)
    if array.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    place = axis_of(axis, array.ndim, "np.unstack")
    order = [place, *(k for k in range(array.ndim) if k != place)]
    return tuple(items_of(_trace.permuted(array, order)))


ROWS: tuple[Row, ...] = (
    row(np.concatenate, "np.concatenate", concatenate),
    row(np.stack, "np.stack", stack),
    row(np.hstack, "np.hstack", hstack),
    row(np.vstack, "np.vstack", vstack),
    row(np.dstack, "np.dstack", dstack),
    row(np.column_stack, "np.column_stack", column_stack),
    row(np.block, "np.block", block),
    row(np.split, "np.split", split),
    row(np.array_split, "np.array_split", array_split),
    row(np.hsplit, "np.hsplit", hsplit),
    row(np.vsplit, "np.vsplit", vsplit),
    row(np.dsplit, "np.dsplit", dsplit),
    row(np.unstack, "np.unstack", unstack),
)
