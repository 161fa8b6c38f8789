"""Rows of reductions: sum, prod, min, max, any, all, argmin, argmax and what is made of them.

Sums of floats are NumPy's, to the bit, for whole arrays and along their axes: pairwise along the
last axis, row by row along others (summation.py, folding.py). `axis` and `keepdims` are
compile-time values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, constant_result, is_run_time, short
from ..rows import Row
from ..session import refuse
from .conversion import as_array
from .elementwise import select
from .folding import (
    Fold,
    axes_of,
    check,
    delivered,
    fold,
    kept_dimensions,
    over,
    product,
)
from .staged import staged
from .summation import summed

Functions = dict[Callable[..., Any], Callable[..., Any]]  # NumPy's -> what stands for it
_MISSING = np._NoValue
_LANES = 32


# -- folds ----------------------------------------------------------------------------------------


@staged
def accumulated(term: Any, shape: Any, total: Any, combine: Any, index: Any = ()) -> Any:
    """`total` combined with all terms, one after the other."""
    if len(index) == len(shape):
        return combine(total, term(*index))
    for i in loops.range(shape[len(index)]):
        total = accumulated(term, shape, total, combine, (*index, i))
    return total


@staged
def _in_lanes(term: Any, length: Any, start: Any, combine: Any, dtype: Any) -> Any:
    """The same for an operation whose order does not matter, in lanes that fill registers."""
    lane = np.empty(_LANES, dtype)
    for j in loops.range(_LANES):
        lane[j] = start
    whole = length - length % _LANES
    for k in loops.range(0, whole, _LANES):
        for j in loops.range(_LANES):
            lane[j] = combine(lane[j], term(k + j))
    best = start
    for k in loops.range(whole, length):
        best = combine(best, term(k))
    for j in loops.range(_LANES):
        best = combine(best, lane[j])
    return best


@staged
def _found(term: Any, shape: Any, wanted: bool, index: Any = ()) -> Any:
    """Whether a term is `wanted`; looked for in runs of 256."""
    hit = np.bool_(False)
    if len(index) < len(shape) - 1:
        for i in loops.range(shape[len(index)]):
            if _found(term, shape, wanted, (*index, i)):
                hit = np.bool_(True)
                break
    else:
        length = shape[-1]
        for first in loops.range(0, length, 256):
            for k in loops.range(first, min(first + 256, length)):
                hit = hit | (term(*index, k) == wanted)
            if hit:
                break
    return hit


def ordered(combine: Callable[[Any, Any], Any], start: Any) -> Fold:
    """A fold that goes from the first term to the last."""

    def inner(term: Any, shape: Any, dtype: Any) -> Any:
        return accumulated(term, shape, start, combine) if shape else term()

    return Fold(inner, combine, start)


def _extreme(name: str, dtype: np.dtype[Any]) -> Fold:
    """The least or greatest; NaN where there is one."""
    least = name == "minimum"
    if dtype.kind == "b":
        start: Any = np.bool_(least)
    elif dtype.kind in "iu":
        start = dtype.type(np.iinfo(dtype).max if least else np.iinfo(dtype).min)
    else:
        end = np.inf if least else -np.inf
        start = dtype.type(complex(end, end) if dtype.kind == "c" else end)
    if dtype.kind != "f":
        return ordered(UFUNCS[name], start)

    def combine(best: Any, x: Any) -> Any:
        better = x < best if least else x > best
        return select(better | (x != x), x, best)

    def inner(term: Any, shape: Any, dtype: Any) -> Any:
        if len(shape) == 0:
            return term()
        if len(shape) == 1:
            return _in_lanes(term, shape[0], start, combine, dtype)

        def row(*index: Any) -> Any:
            return _in_lanes(lambda k: term(*index, k), shape[-1], start, combine, dtype)

        return accumulated(row, shape[:-1], start, combine)

    return Fold(inner, combine, start)


def _fold_of(name: str, dtype: np.dtype[Any], initial: Any, is_cast: bool) -> Fold:
    zero = dtype.type(0)
    if name == "add":
        combine = UFUNCS["add"]
        if dtype.kind in "fc":
            how = Fold(lambda term, shape, d: summed(term, shape, d, is_cast), combine, zero)
        else:
            how = ordered(combine, zero)
    elif name == "multiply":
        how = ordered(UFUNCS["multiply"], dtype.type(1))
    elif name in ("minimum", "maximum"):
        how = _extreme(name, dtype)
    elif name in ("fmin", "fmax"):
        how = ordered(UFUNCS[name], _no_number(name, dtype))
    elif name == "logical_or":
        how = Fold(lambda t, s, d: _found(t, s, True) if s else t(), UFUNCS[name], np.bool_(False))
    elif name == "logical_and":

        def every(term: Any, shape: Any, dtype: Any) -> Any:
            return ~_found(term, shape, False) if shape else term()

        how = Fold(every, UFUNCS[name], np.bool_(True))
    elif name == "bitwise_and":
        how = ordered(UFUNCS[name], np.bool_(True) if dtype.kind == "b" else ~dtype.type(0))
    else:
        how = ordered(UFUNCS[name], zero)
    return (
        how
        if initial is _MISSING
        else how._replace(start=_trace.cast(initial, short(dtype), False))
    )


def _no_number(name: str, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "f":
        return dtype.type(np.nan)
    if dtype.kind == "c":
        return dtype.type(complex(np.nan, 0))
    return _extreme("minimum" if name == "fmin" else "maximum", dtype).start


# -- reductions -----------------------------------------------------------------------------------

_LOGICAL = ("logical_and", "logical_or", "logical_xor")
_EMPTY = "zero-size array to reduction operation {} which has no identity"


def result_dtype(name: str, own: np.dtype[Any], dtype: Any, out: Any) -> np.dtype[Any]:
    """The type in which a ufunc reduces elements of a type."""
    if name in _LOGICAL:
        return np.dtype(bool)
    if dtype is not None:
        return np.dtype(dtype)
    if name in ("add", "multiply") and own.kind in "biu" and own.itemsize < 8 and out is None:
        return np.dtype(np.uint64 if own.kind == "u" else np.int64)
    return own


def reduced(
    name: str,
    a: Any,
    axis: Any = None,
    *,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = _MISSING,
    where: Any = True,
    element: Callable[..., Any] | None = None,
    others: tuple[Any, ...] = (),
) -> Any:
    """`ufunc.reduce`. `element`: what is made of each element, and of those of `others`, first."""
    a = as_array(a)
    axes = axes_of(axis, a.ndim)
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    kind = result_dtype(name, np.dtype(a.dtype), dtype, out)
    code = short(kind)
    is_cast = kind != a.dtype and element is None
    how = _fold_of(name, kind, initial, is_cast)
    operands = (a, *others)

    def value(*elements: Any) -> Any:
        made = elements[0] if element is None else element(*elements)
        return _trace.cast(made, code, False)

    if where is not True:
        mask = as_array(where)
        shape = _trace.common_shape([a.shape, mask.shape])
        operands = tuple(_trace.broadcast(one, shape) for one in (*operands, mask))
        if name in ("minimum", "maximum") and initial is _MISSING:
            raise ValueError(
                f"reduction operation '{name}' does not have an identity, so to use a where mask"
                " one has to specify 'initial'"
            )
        neutral = _fold_of(name, kind, _MISSING, False).start

        def masked(*elements: Any) -> Any:
            inside = _trace.cast(elements[-1], "b1", False)
            return select(inside, value(*elements[:-1]), neutral)

        pick: Callable[..., Any] = masked
    else:
        pick = value
    if name in ("minimum", "maximum", "fmin", "fmax") and initial is _MISSING:
        require_elements(operands[0], axes, _EMPTY.format(name))
    result = fold(how, operands, pick, axes, kind)
    if keepdims:
        result = kept_dimensions(result, axes, operands[0].ndim, kind)
    return delivered(result, out, name)


def require_elements(a: Any, axes: tuple[int, ...], message: str) -> None:
    """ValueError where something is made of no elements."""
    kept = product(a.shape[axis] for axis in range(a.ndim) if axis not in axes)
    gone = product(a.shape[axis] for axis in axes)
    check((gone != 0) | (kept == 0), ValueError, message)


def _reduction(
    native: Callable[..., Any], name: str, takes: tuple[str, ...], doc: str
) -> Callable[..., Any]:
    def function(a: Any, *args: Any, **kwargs: Any) -> Any:
        if not any(map(is_run_time, (a, *args, *kwargs.values()))):
            return constant_result(native(a, *args, **kwargs))
        given = dict(zip(takes, args, strict=False)) | kwargs
        unknown = set(given) - set(takes)
        if unknown:
            refuse(230, name=f"np.{native.__name__}", what=f"{min(unknown)}=", instead="other ones")
        given = {key: value for key, value in given.items() if value is not _MISSING}
        if name in _LOGICAL:
            return reduced(name, a, element=lambda x: _trace.cast(x, "b1", False), **given)
        return reduced(name, a, **given)

    function.__doc__ = doc
    return function


_SUM = ("axis", "dtype", "out", "keepdims", "initial", "where")
_MAX = ("axis", "out", "keepdims", "initial", "where")
_ANY = ("axis", "out", "keepdims", "where")
sum_ = _reduction(np.sum, "add", _SUM, "`np.sum`: floats as NumPy sums them.")
prod = _reduction(np.prod, "multiply", _SUM, "`np.prod`: from the first element to the last.")
max_ = _reduction(np.max, "maximum", _MAX, "`np.max`: NaN where there is one.")
min_ = _reduction(np.min, "minimum", _MAX, "`np.min`: NaN where there is one.")
any_ = _reduction(np.any, "logical_or", _ANY, "`np.any`.")
all_ = _reduction(np.all, "logical_and", _ANY, "`np.all`.")


def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """`np.count_nonzero`."""
    if not is_run_time(a):
        return constant_result(np.count_nonzero(a, axis, keepdims=keepdims))
    nonzero = _truth
    return reduced("add", a, axis, dtype=np.int64, keepdims=keepdims, element=nonzero)


def _truth(x: Any) -> Any:
    return _trace.cast(x, "b1", False)


def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """`np.ptp`: the greatest less the least."""
    if not is_run_time(a):
        return constant_result(np.ptp(a, axis, keepdims=keepdims))
    greatest = reduced("maximum", a, axis, keepdims=keepdims)
    least = reduced("minimum", a, axis, keepdims=keepdims)
    return delivered(UFUNCS["subtract"](greatest, least), out, "subtract")


# -- positions ------------------------------------------------------------------------------------


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

    def is_better(x: Any, best: Any) -> Any:
        better = x < best if name == "argmin" else x > best
        if kind == "b":
            better = ~x & best if name == "argmin" else x & ~best
        if skip_nan and kind in "fc":
            return better | ((best != best) & (x == x))
        return better | is_nan(x) if kind in "fc" else better

    if a.ndim == 0:
        return np.int64(0)
    if shape:
        result = _position(_flat(a), product(shape), is_better, is_nan)
    else:
        # The one reduced axis is the last, so that it is gone through at once.
        rest = [k for k in range(a.ndim) if k not in axes]
        moved = _trace.permuted(a, [*rest, *axes])

        def inner(term: Any, lengths: Any, dtype: Any) -> Any:
            return _position(term, lengths[0], is_better, is_nan)

        result = _along_last(moved, inner)
    if keepdims:
        result = kept_dimensions(result, axes, a.ndim, np.int64)
    return delivered(result, out, name)


def _along_last(a: Any, inner: Callable[..., Any], dtype: Any = np.int64) -> Any:
    if a.ndim == 1:
        return inner(lambda k: a[k], a.shape, dtype)
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


def reduce_of(ufunc: np.ufunc, a: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Any:
    """`ufunc.reduce`."""
    name = ufunc.__name__
    if name not in REDUCIBLE:
        refuse(230, name=f"np.{name}.reduce", what="arrays", instead="a loop")
    given = dict(zip(("dtype", "out", "keepdims", "initial", "where"), args, strict=False)) | kwargs
    if not isinstance(axis, tuple | type(None)) and as_array(a).ndim == 0:
        raise TypeError("cannot reduce on a scalar")
    element = _truth if name in _LOGICAL else None
    return reduced(name, a, axis, element=element, **given)


REDUCIBLE = frozenset(
    "add multiply minimum maximum fmin fmax logical_and logical_or logical_xor bitwise_and"
    " bitwise_or bitwise_xor".split()
)

ROWS: tuple[Row, ...] = (
    Row(np.sum, "np.sum", sum_),
    Row(np.prod, "np.prod", prod),
    Row(np.max, "np.max", max_),
    Row(np.amax, "np.amax", max_),
    Row(np.min, "np.min", min_),
    Row(np.amin, "np.amin", min_),
    Row(np.any, "np.any", any_),
    Row(np.all, "np.all", all_),
    Row(np.count_nonzero, "np.count_nonzero", count_nonzero),
    Row(np.ptp, "np.ptp", ptp),
    Row(np.argmin, "np.argmin", argmin),
    Row(np.argmax, "np.argmax", argmax),
)
METHODS: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "any": any_,
    "all": all_,
    "argmin": argmin,
    "argmax": argmax,
}
