"""Rows of sorting: sort, argsort, and what is read off sorted values (median, quantiles).

Sorting is a merge sort of runs that insertion has sorted: stable, and so every `kind` is the stable
one. The order of equal keys that `argsort` gives may differ from NumPy's default for that reason;
with kind="stable" it is NumPy's. NaNs come last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import short
from ..rows import Row
from ..session import refuse
from .conversion import as_array, filled
from .elementwise import native_first, select
from .folding import delivered, kept_dimensions, over, product, strict_axes
from .nests import require
from .reductions import Functions
from .scans import flattened, only_axis
from .staged import staged
from .summation import natural

_RUN = 16


def is_less(dtype: np.dtype[Any]) -> Callable[[Any, Any], Any]:
    """The order of sorting: NaNs are greater than numbers, complex numbers go by their parts."""
    if dtype.kind == "b":
        return lambda a, b: ~a & b
    if dtype.kind == "f":
        return lambda a, b: (a < b) | ((b != b) & (a == a))
    if dtype.kind == "c":
        return _complex_less
    return lambda a, b: a < b


def _complex_less(a: Any, b: Any) -> Any:
    x, y, u, v = a.real, a.imag, b.real, b.imag
    same = (x == u) | ((x != x) & (u != u))
    by_imag = (y < v) | ((v != v) & (y == y))
    up = (y == y) | (v != v)
    down = (v != v) & (y == y)
    by_real = select(x < u, up, select(x > u, down, u != u))
    return select(same, by_imag, by_real)


@staged
def _insertion(key: Any, place: Any, first: Any, last: Any, less: Any) -> None:
    for i in loops.range(first + 1, last):
        i = natural(i)
        x = key[i]
        p = i if place is None else place[i]
        j = i
        while j > first and less(x, key[natural(j - 1)]):
            key[natural(j)] = key[natural(j - 1)]
            if place is not None:
                place[natural(j)] = place[natural(j - 1)]
            j -= 1
        key[natural(j)] = x
        if place is not None:
            place[natural(j)] = p


@staged
def _merged(
    key: Any, place: Any, other: Any, others: Any, low: Any, middle: Any, high: Any, less: Any
) -> None:
    i = low
    j = middle
    for k in loops.range(low, high):
        if i < middle and (j >= high or not less(key[natural(j)], key[natural(i)])):
            source = natural(i)
            i += 1
        else:
            source = natural(j)
            j += 1
        other[natural(k)] = key[source]
        if place is not None:
            others[natural(k)] = place[source]
    for k in loops.range(low, high):
        key[natural(k)] = other[natural(k)]
        if place is not None:
            place[natural(k)] = others[natural(k)]


@staged
def sort_line(key: Any, place: Any, other: Any, others: Any, less: Any) -> None:
    """Sort an array of one axis in place, and `place` (or None) with it; the others are room."""
    length = len(key)
    for first in loops.range(0, length, _RUN):
        _insertion(key, place, first, min(first + _RUN, length), less)
    width = np.int64(_RUN)
    while width < length:
        for low in loops.range(0, length, 2 * width):
            middle = min(low + width, length)
            high = min(low + 2 * width, length)
            if middle < high and less(key[natural(middle)], key[natural(middle - 1)]):
                _merged(key, place, other, others, low, middle, high, less)
        width = 2 * width


def sorted_copy(a: Any, places: bool = False) -> tuple[Any, Any]:
    """(the sorted elements of an array of one axis, where they were or None)."""
    length = a.shape[0]
    code = short(a.dtype)
    key, other = _trace.empty([length], code), _trace.empty([length], code)
    key[...] = a
    less = is_less(np.dtype(a.dtype))
    if not places:
        sort_line(key, None, other, None, less)
        return key, None
    place, others = _trace.empty([length], "i8"), _trace.empty([length], "i8")
    _count_up(place)
    sort_line(key, place, other, others, less)
    return key, place


@staged
def _count_up(place: Any) -> None:
    for i in loops.range(len(place)):
        place[i] = i


def _last_axis(a: Any, axis: int) -> Any:
    order = [*(k for k in range(a.ndim) if k != axis), axis]
    return _trace.permuted(a, order)


def each_line(a: Any, axis: int, body: Callable[[Any, tuple[Any, ...]], None]) -> None:
    """`body(line, index)` for all lines along an axis; index: of the other axes."""
    lines = _last_axis(a, axis)
    if a.ndim == 1:
        body(lines, ())
    else:
        over(lines.shape[:-1], lambda index: body(lines[index], index))


def _require_kind(kind: Any, order: Any, stable: Any) -> None:
    if order is not None:
        raise ValueError("Cannot specify order when the array has no fields.")
    names = (None, "quicksort", "heapsort", "mergesort", "stable")
    if kind not in names:
        raise ValueError(f"{kind!r} is an unrecognized kind of sort")


def _sort_into(a: Any, out: Any, axis: int) -> None:
    target = _last_axis(out, axis)

    def body(line: Any, index: tuple[Any, ...]) -> None:
        key, _ = sorted_copy(line)
        target[(*index, ...)] = key

    each_line(a, axis, body)


def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """`np.sort`: a copy; every kind is a stable merge sort."""
    _require_kind(kind, order, stable)
    a = as_array(a)
    if axis is None:
        a, axis = flattened(a), 0
    axis = only_axis(axis, a.ndim)
    out = _trace.empty(a.shape, short(a.dtype))
    _sort_into(a, out, axis)
    return out


def sort_in_place(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> None:
    """`a.sort()`."""
    _require_kind(kind, order, stable)
    _sort_into(a, a, only_axis(axis, a.ndim))


def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """`np.argsort`: stable, whatever the kind."""
    _require_kind(kind, order, stable)
    a = as_array(a)
    if axis is None:
        a, axis = flattened(a), 0
    if a.ndim == 0 and axis in (0, -1):
        return filled(_trace.empty([1], "i8"), 0)
    axis = only_axis(axis, a.ndim)
    out = _trace.empty(a.shape, "i8")
    target = _last_axis(out, axis)

    def body(line: Any, index: tuple[Any, ...]) -> None:
        _, place = sorted_copy(line, places=True)
        target[(*index, ...)] = place

    each_line(a, axis, body)
    return out


def _refused(name: str) -> Callable[..., Any]:
    def refused(*args: Any, **kwargs: Any) -> Any:
        what = "an array, whose order but for one element is NumPy's own choice"
        refuse(230, name=f"np.{name}", what=what, instead=f"np.{name.replace('partition', 'sort')}")

    return refused


# -- what is read off sorted values ---------------------------------------------------------------


def _lines_of(a: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    """(the array with the reduced axes as its last one, the axes)."""
    axes = strict_axes(axis, a.ndim)
    if len(axes) == a.ndim:
        return flattened(a), axes
    if len(axes) == 1:
        return _last_axis(a, axes[0]), axes
    rest = [k for k in range(a.ndim) if k not in axes]
    moved = _trace.permuted(a, [*rest, *axes])
    copy = _trace.empty(moved.shape, short(a.dtype))
    copy[...] = moved
    lengths = [*(a.shape[k] for k in rest), product(a.shape[k] for k in axes)]
    return _trace.reshaped(copy, lengths), axes


def _each(lines: Any, function: Callable[[Any], Any], dtype: Any) -> Any:
    if lines.ndim == 1:
        return function(lines)
    out = _trace.empty(lines.shape[:-1], short(dtype))

    def body(index: tuple[Any, ...]) -> None:
        out[index] = function(lines[index])

    over(lines.shape[:-1], body)
    return out


def _mean_type(dtype: Any) -> np.dtype[Any]:
    own = np.dtype(dtype)
    return np.dtype("f8") if own.kind in "biu" else own


@staged
def _middle(key: Any, length: Any, dtype: Any, halved: Any, nan: Any) -> Any:
    result = nan
    if length > 0:
        half = natural(length // 2)
        last = key[natural(length - 1)]
        if last != last:
            result = dtype.type(last)
        elif length % 2 == 1:
            result = dtype.type(key[half]) + dtype.type(0)  # NumPy's mean of one: -0.0 is 0.0
        else:
            result = halved(key[natural(half - 1)], key[half])
    return result


def _median_of(line: Any, numbers_only: bool) -> Any:
    kind = _mean_type(line.dtype)
    key, _ = sorted_copy(line)
    length = line.shape[0]
    if numbers_only and kind.kind in "fc" and np.dtype(line.dtype).kind in "fc":
        length = _numbers_in(key)

    def halved(a: Any, b: Any) -> Any:
        code = short(kind)
        total = _trace.cast(a, code, False) + _trace.cast(b, code, False) + kind.type(0)
        return _trace.cast(total / 2.0, code, False)

    return _middle(key, length, kind, halved, kind.type(np.nan))


@staged
def _numbers_in(key: Any) -> Any:
    count = np.int64(0)
    for x in key:
        if x == x:
            count += 1
    return count


def _medians(a: Any, axis: Any, out: Any, keepdims: Any, numbers_only: bool) -> Any:
    a = as_array(a)
    lines, axes = _lines_of(a, axis)
    kind = _mean_type(a.dtype)
    result = _each(lines, lambda line: _median_of(line, numbers_only), kind)
    if keepdims is True:
        result = kept_dimensions(result, axes, a.ndim, kind)
    return delivered(result, out, "add")


def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """`np.median`."""
    return _medians(a, axis, out, keepdims, False)


def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False
) -> Any:
    """`np.nanmedian`."""
    return _medians(a, axis, out, keepdims, True)


# Methods that take an element of the line, each with the rounding of its place.
_TAKING: dict[str, Any] = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}


@staged
def _quantile_of(key: Any, length: Any, q: Any, dtype: Any, method: Any) -> Any:
    result = dtype.type(np.nan) if dtype.kind == "f" else dtype.type(0)
    if length > 0:
        last = key[natural(length - 1)]
        result = dtype.type(last)
        if last == last:
            place = (length - 1) * q
            if method == "midpoint":
                place = 0.5 * (np.floor(place) + np.ceil(place))
            if method in _TAKING:
                result = key[natural(int(_TAKING[method](place)))]
            else:
                # NumPy interpolates between the last one and itself, too: inf - inf is NaN.
                is_last = place >= length - 1
                low = natural(length - 1 if is_last else int(place))
                part = place + 1 if is_last else place - np.floor(place)
                a = dtype.type(key[low])
                b = a if is_last else dtype.type(key[low + 1])
                if part >= 0.5:
                    result = dtype.type(b - (b - a) * dtype.type(1 - part))
                else:
                    result = dtype.type(a + (b - a) * dtype.type(part))
    return result


def _quantiles(name: str, scale: float, numbers_only: bool = False) -> Callable[..., Any]:
    def quantile(
        a: Any, q: Any, axis: Any = None, *, method: str = "linear", keepdims: Any = False
    ) -> Any:
        a = as_array(a)
        if method not in ("linear", "midpoint", *_TAKING):
            refuse(230, name=f"np.{name}", what=f"method={method!r}", instead='method="linear"')
        if np.dtype(a.dtype).kind == "c":
            raise TypeError("a must be an array of real numbers")
        if np.dtype(a.dtype) == np.dtype("f4") and method not in _TAKING:
            refuse(230, name=f"np.{name}", what="float32", instead="a.astype(np.float64)")
        lines, axes = _lines_of(a, axis)
        message = "index -1 is out of bounds for axis 0 with size 0"
        if not numbers_only:
            require(lines.shape[-1] != 0, IndexError, message)
        kind = np.dtype(a.dtype if method in _TAKING else "f8")
        limits = (
            "Percentiles must be in the range [0, 100]"
            if scale != 1.0
            else ("Quantiles must be in the range [0, 1]")
        )

        def of(line: Any, at: Any) -> Any:
            key, _ = sorted_copy(line)
            length = line.shape[0]
            if numbers_only and np.dtype(line.dtype).kind == "f":
                length = _numbers_in(key)
            return _quantile_of(key, length, at, kind, method)

        def whole(at: Any) -> Any:
            at = _trace.cast(at, "f8", False) / scale
            require((at >= 0) & (at <= 1), ValueError, limits)
            result = _each(lines, lambda line: of(line, at), kind)
            return kept_dimensions(result, axes, a.ndim, kind) if keepdims is True else result

        if not isinstance(q, list | tuple) and not (type(q) is _trace.Array and q.ndim > 0):
            return whole(q)
        if type(q) is _trace.Array:
            kept = [1 if k in axes else n for k, n in enumerate(a.shape)]
            rest = kept if keepdims is True else lines.shape[:-1]
            out = _trace.empty([*q.shape, *rest], short(kind))

            def store(place: Any) -> None:
                out[(*place, ...)] = whole(q[place])

            over(q.shape, store)
            return out
        values: Any = q
        results = [whole(at) for at in values]
        rest = results[0].shape if type(results[0]) is _trace.Array else ()
        out = _trace.empty([len(results), *rest], short(kind))
        for k, result in enumerate(results):
            out[(k, ...)] = result
        return out

    quantile.__doc__ = f"`np.{name}`; where numbers are interpolated, of float64 and integers."
    return quantile


_ROWS: Functions = {
    np.sort: sort,
    np.argsort: argsort,
    np.partition: _refused("partition"),
    np.argpartition: _refused("argpartition"),
    np.median: median,
    np.nanmedian: nanmedian,
    np.quantile: _quantiles("quantile", 1.0),
    np.percentile: _quantiles("percentile", 100.0),
    np.nanquantile: _quantiles("nanquantile", 1.0, numbers_only=True),
    np.nanpercentile: _quantiles("nanpercentile", 100.0, numbers_only=True),
}
ROWS: tuple[Row, ...] = tuple(
    Row(native, f"np.{native.__name__}", native_first(native, function))
    for native, function in _ROWS.items()
)
METHODS: dict[str, Callable[..., Any]] = {"sort": sort_in_place, "argsort": argsort}
