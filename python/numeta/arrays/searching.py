"""Rows of searching and counting: searchsorted, digitize, bincount, histogram, and convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, operand, sample_of, short
from ..rows import Row
from ..session import refuse
from .conversion import as_array, filled
from .elementwise import native_first, select
from .nests import require
from .reductions import Functions, reduced
from .scans import diff, flattened
from .sorting import is_less
from .staged import staged
from .summation import natural


@staged
def position_in(a: Any, x: Any, goes_right: Any) -> Any:
    """The first place of a sorted array whose element `goes_right(element, x)` does not hold of."""
    low = np.int64(0)
    high = np.int64(len(a))
    while low < high:
        middle = natural((low + high) // 2)
        if goes_right(a[middle], x):
            low = middle + 1
        else:
            high = middle
    return low


def _goes_right(side: str, dtype: np.dtype[Any]) -> Callable[[Any, Any], Any]:
    less = is_less(dtype)
    code = short(dtype)

    def cast(x: Any) -> Any:
        return _trace.cast(x, code, False)

    if side == "left":
        return lambda element, x: less(cast(element), cast(x))
    return lambda element, x: UFUNCS["logical_not"](less(cast(x), cast(element)))


def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """`np.searchsorted`."""
    a = as_array(a)
    if a.ndim != 1:
        raise ValueError("object too deep for desired array")
    if side not in ("left", "right"):
        raise ValueError(f"search side must be 'left' or 'right' (got {side!r})")
    if sorter is not None:
        order = as_array(sorter)
        sorted_ = _trace.empty(order.shape, short(a.dtype))
        _taken(a, order, sorted_)
        a = sorted_
    v = operand(v)
    dtype = np.result_type(a.dtype, np.result_type(sample_of(v)))
    before = _goes_right(side, dtype)
    return _trace.map(lambda x: position_in(a, x, before), (v,))


@staged
def _taken(a: Any, places: Any, out: Any) -> None:
    for i in loops.range(len(places)):
        out[i] = a[places[i]]


@staged
def _is_monotone(bins: Any, rising: bool) -> Any:
    holds: Any = np.bool_(True)
    for i in loops.range(1, len(bins)):
        wrong = bins[i] < bins[i - 1] if rising else bins[i] > bins[i - 1]
        if wrong:
            holds = np.bool_(False)
            break
    return holds


def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """`np.digitize`."""
    x, bins = operand(x), as_array(bins)
    if np.result_type(sample_of(x)).kind == "c":
        raise TypeError("x may not be complex")
    if bins.ndim != 1:
        raise ValueError("object of too small depth for desired array")
    rises, falls = _is_monotone(bins, True), _is_monotone(bins, False)
    require(rises | falls, ValueError, "bins must be monotonically increasing or decreasing")
    side = "left" if right else "right"
    up = searchsorted(bins, x, side)
    down = searchsorted(bins[::-1], x, side)
    count = bins.shape[0]
    return _trace.map(lambda u, d: select(rises, u, count - d), (up, down))


# -- counting -------------------------------------------------------------------------------------


@staged
def _counted(x: Any, weights: Any, out: Any) -> None:
    for i in loops.range(len(x)):
        k = x[i]
        out[k] += 1 if weights is None else np.float64(weights[i])


def bincount(x: Any, weights: Any = None, minlength: Any = 0) -> Any:
    """`np.bincount`; with weights always of float64."""
    x = as_array(x)
    if x.ndim != 1:
        raise ValueError("object too deep for desired array")
    if not np.can_cast(x.dtype, np.int64, "safe"):
        raise TypeError(
            f"Cannot cast array data from {np.dtype(x.dtype)!r} to dtype('int64')"
            " according to the rule 'safe'"
        )
    if not _trace.is_traced(minlength) and minlength < 0:
        raise ValueError("'minlength' must not be negative")
    wide = _trace.map(lambda value: _trace.cast(value, "i8", False), (x,))
    least = reduced("minimum", wide, initial=0)
    require(least >= 0, ValueError, "'list' argument must have no negative elements")
    longest = reduced("maximum", wide, initial=-1) + 1
    length = _trace.cast(UFUNCS["maximum"](longest, minlength), "i8", True)
    if weights is not None:
        weights = as_array(weights)
        message = "The weights and list don't have the same length."
        require(weights.shape[0] == x.shape[0], ValueError, message)
    out = filled(_trace.empty([length], "i8" if weights is None else "f8"), 0)
    _counted(wide, weights, out)
    return out


@staged
def _histogram(a: Any, edges: Any, weights: Any, out: Any, place: Any) -> None:
    for i in loops.range(len(a)):
        x = a[i]
        k = place(x, edges)
        if k >= 0:
            out[natural(k)] += 1 if weights is None else weights[i]


@staged
def _bin_of(x: Any, edges: Any, goes_right: Any) -> Any:
    """The bin of any edges that x lies in; -1: none."""
    last = len(edges) - 1
    place = np.int64(-1)
    if x >= edges[0] and x <= edges[last]:
        place = position_in(edges, x, goes_right) - 1
        if place == last:
            # On the last edge, which may stand there more than once.
            place = np.int64(last - 1)
    return place


@staged
def _even_bin_of(x: Any, edges: Any, low: Any, high: Any, count: Any) -> Any:
    """The bin of edges at equal distances, by NumPy's arithmetic."""
    place = np.int64(-1)
    if x >= low and x <= high:
        place = np.int64(((x - low) / (high - low)) * count)
        if place == count:
            place = place - 1
        if x < edges[natural(place)]:
            place = place - 1
        elif place != count - 1 and x >= edges[natural(place + 1)]:
            place = place + 1
    return place


@staged
def _even_edges(low: Any, high: Any, count: Any, out: Any) -> None:
    step = (high - low) / count
    for i in loops.range(count):
        out[i] = i * step + low
    out[count] = high


def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """`np.histogram` of real numbers: bins are a number or edges."""
    a = flattened(as_array(a))
    kind = np.dtype(a.dtype)
    if kind.kind == "c" or isinstance(bins, str) or kind.kind == "b":
        refuse(230, name="np.histogram", what="these bins or values", instead="edges and floats")
    if weights is not None:
        weights = flattened(as_array(weights))
        require(
            weights.shape[0] == a.shape[0], ValueError, "weights should have the same shape as a."
        )
    counts_in = np.dtype("i8") if weights is None else np.dtype(weights.dtype)
    is_number = isinstance(bins, int | np.integer) or type(bins) is _trace.Scalar
    number: Any = bins
    if is_number:
        require(number >= 1, ValueError, "`bins` must be positive, when an integer")
        code = "f4" if kind == np.float32 else "f8"
        low, high = _outer_edges(a, range, code)
        edges = _trace.empty([number + 1], code)
        _even_edges(low, high, number, edges)
        low, high = (_trace.cast(end, code, False) for end in (low, high))
        a = _trace.map(lambda x: _trace.cast(x, code, False), (a,))

        def place(x: Any, all_edges: Any) -> Any:
            return _even_bin_of(x, all_edges, low, high, number)

    else:
        edges = as_array(bins)
        if edges.ndim != 1:
            raise ValueError("`bins` must be 1d, when an array")
        message = "`bins` must increase monotonically, when an array"
        require(_is_monotone(edges, True), ValueError, message)
        before = _goes_right("right", np.result_type(a.dtype, edges.dtype))

        def place(x: Any, all_edges: Any) -> Any:
            return _bin_of(x, all_edges, before)

    out = filled(_trace.empty([edges.shape[0] - 1], short(counts_in)), 0)
    _histogram(a, edges, weights, out, place)
    if not density:
        return out, edges
    widths = _trace.map(lambda x: _trace.cast(x, "f8", False), (diff(edges),))
    total = reduced("add", out)
    return UFUNCS["divide"](UFUNCS["divide"](out, widths), total), edges


def _outer_edges(a: Any, range: Any, code: str) -> tuple[Any, Any]:
    if range is not None:
        low, high = (_trace.cast(end, "f8", False) for end in range)
        require(low <= high, ValueError, "max must be larger than min in range parameter.")
        text = "supplied range is not finite"
    else:
        empty = a.shape[0] == 0
        least = reduced("minimum", a, initial=_ends(a.dtype)[1])
        most = reduced("maximum", a, initial=_ends(a.dtype)[0])
        to = np.dtype(code).type
        low = select(empty, to(0), _trace.cast(least, code, False))
        high = select(empty, to(1), _trace.cast(most, code, False))
        text = "autodetected range is not finite"
    finite = UFUNCS["isfinite"](low) & UFUNCS["isfinite"](high)
    require(finite, ValueError, text)
    same = low == high
    return select(same, low - 0.5, low), select(same, high + 0.5, high)


def _ends(dtype: Any) -> tuple[Any, Any]:
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return kind.type(-np.inf), kind.type(np.inf)
    return kind.type(np.iinfo(kind).min), kind.type(np.iinfo(kind).max)


# -- products of shifted arrays -------------------------------------------------------------------


@staged
def _correlated(a: Any, v: Any, out: Any, first: Any, zero: Any, backwards: bool) -> None:
    n = len(a)
    m = len(v)
    for k in loops.range(len(out)):
        shift = k + first
        total = zero
        for i in loops.range(max(0, shift - m + 1), min(n, shift + 1)):
            j = natural(shift - i)
            total = total + a[natural(i)] * (v[j] if backwards else v[natural(m - 1 - j)])
        out[k] = total


def _shifted_products(name: str, a: Any, v: Any, mode: str, backwards: bool) -> Any:
    a, v = as_array(a), as_array(v)
    a, v = flattened(a) if a.ndim == 0 else a, flattened(v) if v.ndim == 0 else v
    if a.ndim != 1 or v.ndim != 1:
        raise ValueError("object too deep for desired array")
    if mode not in ("full", "valid", "same"):
        raise ValueError(f"mode must be 'full', 'valid' or 'same', not {mode!r}")
    n, m = a.shape[0], v.shape[0]
    which = ("a", "v") if name == "convolve" else ("first array argument", "second array argument")
    require(n != 0, ValueError, f"{which[0]} cannot be empty")
    require(m != 0, ValueError, f"{which[1]} cannot be empty")
    dtype = np.result_type(a.dtype, v.dtype)
    code = short(dtype)
    if dtype.kind == "b":
        refuse(230, name=f"np.{name}", what="bools", instead="integers")
    if np.dtype(v.dtype).kind == "c" and not backwards:
        v = UFUNCS["conjugate"](v)
    more, less = _greater(n, m), _lesser(n, m)
    if mode == "full":
        length, first = n + m - 1, 0
    elif mode == "valid":
        length, first = more - less + 1, less - 1
    else:
        # NumPy correlates the longer one with the shorter, and then reverses the result.
        length, first = more, (less - 1) // 2
        if not backwards:
            first = select(n < m, less // 2, first)
    out = _trace.empty([length], code)
    a, v = (_trace.map(lambda x: _trace.cast(x, code, False), (one,)) for one in (a, v))
    _correlated(a, v, out, first, dtype.type(0), backwards)
    return out


def _greater(a: Any, b: Any) -> Any:
    return select(a > b, a, b)


def _lesser(a: Any, b: Any) -> Any:
    return select(a < b, a, b)


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """`np.convolve`."""
    return _shifted_products("convolve", a, v, mode, True)


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """`np.correlate`."""
    return _shifted_products("correlate", a, v, mode, False)


def polyval(p: Any, x: Any) -> Any:
    """`np.polyval`: Horner's scheme, highest power first."""
    p, x = as_array(p), operand(x)
    code = short(np.result_type(p.dtype, np.result_type(sample_of(x))))

    def cast(value: Any) -> Any:
        return _trace.cast(value, code, False)

    return _trace.map(lambda at: _horner(p, cast(at), cast), (x,))


@staged
def _horner(p: Any, x: Any, cast: Any) -> Any:
    total = cast(0)
    for i in loops.range(len(p)):
        total = total * x + cast(p[i])
    return total


_ROWS: Functions = {
    np.searchsorted: searchsorted,
    np.digitize: digitize,
    np.bincount: bincount,
    np.histogram: histogram,
    np.convolve: convolve,
    np.correlate: correlate,
    np.polyval: polyval,
}
ROWS: tuple[Row, ...] = tuple(
    Row(native, f"np.{native.__name__}", native_first(native, function))
    for native, function in _ROWS.items()
)
METHODS: dict[str, Callable[..., Any]] = {"searchsorted": searchsorted}
