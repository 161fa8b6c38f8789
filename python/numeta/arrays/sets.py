"""Rows of sets: unique, isin, union1d, intersect1d, setdiff1d, setxor1d. Results are sorted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, short
from ..rows import Row
from ..session import refuse
from .conversion import as_array, filled
from .elementwise import native_first
from .reductions import Functions
from .scans import flattened, joined
from .searching import searchsorted
from .sorting import sorted_copy
from .staged import staged
from .summation import natural


@staged
def _marked(key: Any, first: Any, is_new: Any) -> Any:
    """Marks where a new value begins in a sorted array; how many there are."""
    count = np.int64(0)
    for i in loops.range(len(key)):
        starts = i == 0 or is_new(key[natural(i - 1)], key[i])
        first[i] = starts
        if starts:
            count += 1
    return count


@staged
def _gathered(
    key: Any, place: Any, first: Any, out: Any, index: Any, inverse: Any, counts: Any
) -> None:
    at = np.int64(-1)
    for i in loops.range(len(key)):
        if first[i]:
            at += 1
            out[natural(at)] = key[i]
            if index is not None:
                index[natural(at)] = place[i]
        if inverse is not None:
            inverse[natural(place[i])] = at
        if counts is not None:
            counts[natural(at)] += 1


def _differs(equal_nan: bool, dtype: np.dtype[Any]) -> Callable[[Any, Any], Any]:
    if equal_nan and dtype.kind in "fc":
        return lambda a, b: UFUNCS["logical_and"](
            a != b, UFUNCS["logical_not"]((a != a) & (b != b))
        )
    return lambda a, b: a != b


def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: None = None,
    *,
    equal_nan: bool = True,
) -> Any:
    """`np.unique` of the flattened array."""
    if axis is not None:
        refuse(230, name="np.unique", what="axis=", instead="np.unique of each part")
    a = as_array(ar)
    shape, a = a.shape, flattened(a)
    key, place = sorted_copy(a, places=return_index or return_inverse)
    first = _trace.empty(key.shape, "b1")
    count = _trace.cast(_marked(key, first, _differs(equal_nan, np.dtype(a.dtype))), "i8", True)
    out = _trace.empty([count], short(a.dtype))
    index = _trace.empty([count], "i8") if return_index else None
    inverse = _trace.empty(key.shape, "i8") if return_inverse else None
    counts = filled(_trace.empty([count], "i8"), 0) if return_counts else None
    _gathered(key, place, first, out, index, inverse, counts)
    if inverse is not None and len(shape) != 1:
        inverse = _trace.reshaped(inverse, shape)
    results = [out, *(one for one in (index, inverse, counts) if one is not None)]
    return out if len(results) == 1 else tuple(results)


def _typed(a: Any, dtype: Any) -> Any:
    code = short(dtype)
    return _trace.map(lambda x: _trace.cast(x, code, False), (a,))


@staged
def _is_among(key: Any, place: Any, x: Any) -> Any:
    found = np.bool_(False)
    if place < len(key):
        found = key[natural(place)] == x
    return found


def isin(
    element: Any,
    test_elements: Any,
    assume_unique: bool = False,
    invert: bool = False,
    *,
    kind: Any = None,
) -> Any:
    """`np.isin`."""
    a, b = as_array(element), flattened(as_array(test_elements))
    dtype = np.result_type(a.dtype, b.dtype)
    key, _ = sorted_copy(_typed(b, dtype))
    a = _typed(a, dtype) if a.ndim else _trace.cast(a[()], short(dtype), False)
    places = searchsorted(key, a)
    found = _trace.map(lambda x, place: _is_among(key, place, x), (a, places))
    return UFUNCS["logical_not"](found) if invert else found


def union1d(ar1: Any, ar2: Any) -> Any:
    """`np.union1d`."""
    return unique(joined([flattened(as_array(ar)) for ar in (ar1, ar2)], 0))


@staged
def _chosen(a: Any, mask: Any, out: Any) -> Any:
    """The elements that a mask holds of, one after the other; how many."""
    count = np.int64(0)
    for i in loops.range(len(a)):
        if mask[i]:
            if out is not None:
                out[natural(count)] = a[i]
            count += 1
    return count


def _those(a: Any, mask: Any) -> Any:
    count = _trace.cast(_chosen(a, mask, None), "i8", True)
    out = _trace.empty([count], short(a.dtype))
    _chosen(a, mask, out)
    return out


def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """`np.setdiff1d`."""
    a = flattened(as_array(ar1)) if assume_unique else unique(ar1)
    return _those(a, isin(a, ar2, invert=True))


def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """`np.intersect1d`, without indices."""
    a, b = unique(ar1), as_array(ar2)
    a = _typed(a, np.result_type(a.dtype, b.dtype))
    return _those(a, isin(a, b))


_ROWS: Functions = {
    np.unique: unique,
    np.isin: isin,
    np.union1d: union1d,
    np.setdiff1d: setdiff1d,
    np.intersect1d: intersect1d,
}
ROWS: tuple[Row, ...] = tuple(
    Row(native, f"np.{native.__name__}", native_first(native, function))
    for native, function in _ROWS.items()
)
