"""Rows of positions: argmin and argmax, and those that pass over NaNs.

A long line is gone through in runs: the best of each is found in lanes, its place only where it is
the best so far. Of short rows one number after the other is looked at, without a branch: which of
few numbers is better than those before it cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, constant_result, short
from ..rows import Row
from ..traced_values import is_run_time
from .conversion import as_array
from .folding import Fold, axes_of, delivered, kept_dimensions, know_short_rows, over, product
from .nests import require
from .reductions import extreme, require_elements
from .staged import staged
from .summation import natural


@staged
def _position(term: Any, length: Any, is_better: Any, is_nan: Any) -> Any:
    """Where the first best term is: the first NaN, if there is one."""
    best = term(0)
    place = np.int64(0)
    if not is_nan(best):
        for k in loops.range(1, length):
            x = term(k)
            if is_better(x, best):
                best = x
                place = np.int64(k)
                if is_nan(x):
                    break
    return place


@staged
def _position_of_few(term: Any, length: Any, is_before: Any, is_nan: Any) -> Any:
    """The same without a branch for each number; NaNs are only counted with, and then looked for.

    `is_before`: whether one number is better than another, if neither is NaN.
    """
    best = term(0)
    place = np.int64(0)
    has_nan = is_nan(best)
    for k in loops.range(1, length):
        x = term(k)
        better = is_before(x, best)
        best = x if better else best
        place = np.int64(k) if better else place
        has_nan = has_nan | is_nan(x)
    if has_nan:
        place = np.int64(0)
        while not is_nan(term(natural(place))):
            place = place + 1
    return place


_SEARCHED = 4096
_SHORT = 64


@staged
def _position_in_runs(
    term: Any, length: Any, how: Any, is_better: Any, is_nan: Any, is_same: Any, dtype: Any
) -> Any:
    """The same: each run's best is found in lanes first, and its place where it is the best yet."""
    best = term(0)
    place = np.int64(0)
    for first in loops.range(0, length, _SEARCHED):
        count = min(_SEARCHED, length - first)
        top = _best_of_run(how, term, first, count, dtype)
        if is_better(top, best):
            place = np.int64(first)
            while not is_same(term(natural(place)), top):
                place = place + 1
            best = top
            if is_nan(top):
                break
    return place


@staged
def _position_by_length(
    term: Any, length: Any, are_rows: Any, is_before: Any, how: Any, *tests: Any
) -> Any:
    if are_rows and length < _SHORT:
        place = _position_of_few(term, length, is_before, tests[1])
    else:
        place = _position_in_runs(term, length, how, *tests)
    return place


def _best_of_run(how: Fold, term: Any, first: Any, count: Any, dtype: Any) -> Any:
    return how.onto(how.start, lambda k: term(first + k), (natural(count),), dtype)


def _arg(name: str, a: Any, axis: Any, out: Any, keepdims: bool, skip_nan: bool = False) -> Any:
    a = as_array(a)
    kind = np.dtype(a.dtype).kind
    axes = axes_of(axis, a.ndim)
    if axis is not None and isinstance(axis, tuple):
        raise TypeError("'tuple' object cannot be interpreted as an integer")
    shape = a.shape if axis is None and a.ndim > 1 else ()
    text = f"attempt to get {name} of an empty sequence"
    require_elements(a, axes, text)

    def is_nan(x: Any) -> Any:
        return UFUNCS["isnan"](x) if kind in "fc" and not skip_nan else False

    def is_before(x: Any, best: Any) -> Any:
        if kind == "b":
            return ~x & best if name == "argmin" else x & ~best
        return x < best if name == "argmin" else x > best

    def is_better(x: Any, best: Any) -> Any:
        better = is_before(x, best)
        if skip_nan and kind in "fc":
            return better | ((best != best) & (x == x))
        return better | is_nan(x) if kind in "fc" else better

    if a.ndim == 0:
        return np.int64(0)

    def is_same(x: Any, best: Any) -> Any:
        return (x == best) | ((x != x) & (best != best)) if kind in "fc" else x == best

    def position(term: Any, length: Any) -> Any:
        if type(length) is int and length < _SHORT and kind in "fiu" and not skip_nan:
            return _position_of_few(term, length, is_before, is_nan)
        if kind in "fiu" and not skip_nan and not (type(length) is int and length < _SEARCHED):
            dtype = np.dtype(a.dtype)
            how = extreme("minimum" if name == "argmin" else "maximum", dtype)
            given = (is_before, how, is_better, is_nan, is_same, dtype)
            return _position_by_length(term, length, a.ndim > 1 and axis is not None, *given)
        place = _position(term, length, is_better, is_nan)
        if skip_nan and kind in "fc":
            best = term(natural(place))
            require(best == best, ValueError, "All-NaN slice encountered")
        return place

    if shape:
        result = position(_flat(a), product(shape))
    else:
        # The one reduced axis is the last, so that it is gone through at once.
        rest = [k for k in range(a.ndim) if k not in axes]
        moved = _trace.permuted(a, [*rest, *axes])

        def inner(term: Any, lengths: Any, dtype: Any) -> Any:
            return position(term, lengths[0])

        result = _along_last(moved, inner)
    if keepdims:
        result = kept_dimensions(result, axes, a.ndim, np.int64)
    return delivered(result, out, name)


def _along_last(a: Any, inner: Callable[..., Any], dtype: Any = np.int64) -> Any:
    if a.ndim == 1:
        return inner(lambda k: a[k], a.shape, dtype)
    know_short_rows(a.shape[:-1], a.shape[-1])
    out = _trace.empty(a.shape[:-1], short(dtype))

    def body(index: tuple[Any, ...]) -> None:
        out[index] = inner(lambda k: a[(*index, k)], a.shape[-1:], dtype)

    over(a.shape[:-1], body)
    return out


def _flat(a: Any) -> Callable[[Any], Any]:
    """The elements in C order, by their position."""
    view = _trace.reshaped(a, [product(a.shape)])
    if view is not None:
        return lambda k: view[k]

    def element(k: Any) -> Any:
        index: list[Any] = []
        for length in a.shape[:0:-1]:
            index.append(k % length)
            k = k // length
        return a[(k, *index[::-1])]

    return element


def _positions(native: Callable[..., Any], name: str, skip_nan: bool) -> Callable[..., Any]:
    def function(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
        if not is_run_time(a):
            return constant_result(native(a, axis, keepdims=keepdims))
        return _arg(name, a, axis, out, keepdims is True, skip_nan)

    function.__doc__ = f"`np.{native.__name__}`."
    return function


argmin = _positions(np.argmin, "argmin", False)
argmax = _positions(np.argmax, "argmax", False)


ROWS: tuple[Row, ...] = (
    Row(np.argmin, "np.argmin", argmin),
    Row(np.argmax, "np.argmax", argmax),
    Row(np.nanargmin, "np.nanargmin", _positions(np.nanargmin, "argmin", True)),
    Row(np.nanargmax, "np.nanargmax", _positions(np.nanargmax, "argmax", True)),
)
METHODS: dict[str, Callable[..., Any]] = {"argmin": argmin, "argmax": argmax}
