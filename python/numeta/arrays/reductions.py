"""Rows of reductions: sum, prod, min, max, any, all and what is made of them.

Sums of floats are as near as NumPy's, in exact mode to the bit: along the last axis in lanes or
pairwise, row by row along others (summation.py, folding.py). `axis` and `keepdims` are compile-time
values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, constant_result, short
from ..rows import Row
from ..session import refuse
from ..traced_values import is_run_time
from .conversion import as_array
from .elementwise import isclose, native_first, select
from .folding import (
    Fold,
    axes_of,
    delivered,
    fold,
    is_exact,
    kept_dimensions,
    product,
    required_out,
)
from .masked import chosen_of, sum_of_rows
from .nests import require
from .shapes import stretched
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
def _in_lanes(term: Any, length: Any, start: Any, is_better: Any, dtype: Any) -> Any:
    """The best term, in lanes that fill registers; NaN where there is one.

    Lanes without a NaN are put together without asking for one: each question is a branch.
    """
    lane = np.empty(_LANES, dtype)
    for j in loops.range(_LANES):
        lane[j] = start
    whole = length // _LANES
    for k in loops.range(whole):
        for j in loops.range(_LANES):
            lane[j] = _better(term(k * _LANES + j), lane[j], is_better)
    best = start
    for j in loops.range(length & (_LANES - 1)):
        best = _better(term(whole * _LANES + j), best, is_better)
    nans = np.int32(0)
    for j in loops.range(_LANES):
        nans = nans | (lane[j] != lane[j])
    if nans != 0:
        for j in loops.range(_LANES):
            best = _better(lane[j], best, is_better)
    else:
        half = _LANES // 2
        while half > 0:
            for j in loops.range(half):
                lane[j] = select(is_better(lane[j + half], lane[j]), lane[j + half], lane[j])
            half = half // 2
        best = select(is_better(lane[0], best), lane[0], best)
    return best


def _better(x: Any, best: Any, is_better: Any) -> Any:
    return select(is_better(x, best) | (x != x), x, best)


@staged
def _found(term: Any, shape: Any, wanted: bool, index: Any = ()) -> Any:
    """Whether a term is `wanted`; looked for in runs of 256, whose answers are bits of a number."""
    hits = np.int8(0)
    if len(index) < len(shape) - 1:
        for i in loops.range(shape[len(index)]):
            if _found(term, shape, wanted, (*index, i)):
                hits = np.int8(1)
                break
    else:
        length = shape[-1]
        for first in loops.range(0, length, 256):
            for k in loops.range(first, min(first + 256, length)):
                hits = hits | np.int8(term(*index, k) == wanted)
            if hits != 0:
                break
    return hits != 0


def ordered(combine: Callable[[Any, Any], Any], start: Any) -> Fold:
    """A fold that goes from the first term to the last."""

    def onto(total: Any, term: Any, shape: Any, dtype: Any) -> Any:
        return accumulated(term, shape, total, combine)

    return Fold(onto, start)


def _at_once(inner: Callable[..., Any], combine: Callable[[Any, Any], Any], start: Any) -> Fold:
    """A fold whose terms are folded by themselves, and then combined with the total."""

    def onto(total: Any, term: Any, shape: Any, dtype: Any) -> Any:
        return combine(total, inner(term, shape, dtype) if shape else term())

    return Fold(onto, start)


def extreme(name: str, dtype: np.dtype[Any]) -> Fold:
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

    def is_better(x: Any, best: Any) -> Any:
        return x < best if least else x > best

    def combine(best: Any, x: Any) -> Any:
        return _better(x, best, is_better)

    def inner(term: Any, shape: Any, dtype: Any) -> Any:
        if len(shape) == 1:
            return _in_lanes(term, shape[0], start, is_better, dtype)

        def row(*index: Any) -> Any:
            return _in_lanes(lambda k: term(*index, k), shape[-1], start, is_better, dtype)

        return accumulated(row, shape[:-1], start, combine)

    return _at_once(inner, combine, start)


def _fold_of(
    name: str, dtype: np.dtype[Any], initial: Any, is_cast: bool = False, is_row: bool = False
) -> Fold:
    zero = dtype.type(0)
    if name == "add":
        combine = UFUNCS["add"]
        if dtype.kind in "fc":
            how = _at_once(lambda t, s, d: summed(t, s, d, is_cast, is_row), combine, zero)
        else:
            how = ordered(combine, zero)
    elif name == "multiply":
        how = ordered(UFUNCS["multiply"], dtype.type(1))
    elif name in ("minimum", "maximum"):
        how = extreme(name, dtype)
    elif name in ("fmin", "fmax"):
        how = ordered(UFUNCS[name], _no_number(name, dtype))
    elif name == "logical_or":
        how = _at_once(lambda t, s, d: _found(t, s, True), UFUNCS[name], np.bool_(False))
    elif name == "logical_and":

        def every(term: Any, shape: Any, dtype: Any) -> Any:
            return ~_found(term, shape, False)

        how = _at_once(every, UFUNCS[name], np.bool_(True))
    elif name == "bitwise_and":
        how = ordered(UFUNCS[name], np.bool_(True) if dtype.kind == "b" else ~dtype.type(0))
    else:
        how = ordered(UFUNCS[name], zero)
    return (
        how
        if initial is _MISSING
        else how.replaced(start=_trace.cast(initial, short(dtype), False))
    )


def _no_number(name: str, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "f":
        return dtype.type(np.nan)
    if dtype.kind == "c":
        return dtype.type(complex(np.nan, 0))
    return extreme("minimum" if name == "fmin" else "maximum", dtype).start


# -- reductions -----------------------------------------------------------------------------------

_LOGICAL = ("logical_and", "logical_or", "logical_xor")
_EMPTY = "zero-size array to reduction operation {} which has no identity"


def result_dtype(name: str, own: np.dtype[Any], dtype: Any, out: Any) -> np.dtype[Any]:
    """The type in which a ufunc reduces elements of a type."""
    if name in _LOGICAL:
        return np.dtype(bool)
    if dtype is not None:
        asked: np.dtype[Any] = np.dtype(dtype)
        return asked
    if out is not None:
        return np.dtype(np.promote_types(own, as_array(out).dtype))
    if name in ("add", "multiply") and own.kind in "biu" and own.itemsize < 8:
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
    required_out(out, a.ndim if keepdims else a.ndim - len(axes), name)
    code = short(kind)
    plain = where is True and element is None and initial is _MISSING and not keepdims
    if name == "add" and plain and not is_exact():
        # What is not chosen adds nothing, and what is chosen need not be made.
        rows = sum_of_rows(a, code) if axes == (0,) else None
        if rows is not None:
            return delivered(rows, out, name)
        chosen = chosen_of(a) if axes == (0,) else None
        if chosen is not None:
            a, where = chosen
            axes = tuple(range(a.ndim))
    is_cast = kind != a.dtype and element is None
    how = _fold_of(name, kind, initial, is_cast, len(axes) < a.ndim)
    operands = (a, *others)

    def value(*elements: Any) -> Any:
        made = elements[0] if element is None else element(*elements)
        return _trace.cast(made, code, False)

    if where is not True:
        mask = as_array(where)
        operands = (*operands, stretched(mask, a.shape))
        if name in ("minimum", "maximum") and initial is _MISSING:
            raise ValueError(
                f"reduction operation '{name}' does not have an identity, so to use a where mask"
                " one has to specify 'initial'"
            )
        neutral = _fold_of(name, kind, _MISSING).start

        def masked(*elements: Any) -> Any:
            inside = _trace.cast(elements[-1], "b1", False)
            return select(inside, value(*elements[:-1]), neutral)

        pick: Callable[..., Any] = masked
    else:
        pick = value
    if name in ("minimum", "maximum", "fmin", "fmax") and initial is _MISSING:
        many = product(a.shape[axis] for axis in axes)
        require(many != 0, ValueError, _EMPTY.format(name))
    result = fold(how, operands, pick, axes, kind)
    if keepdims:
        result = kept_dimensions(result, axes, operands[0].ndim, kind)
    return delivered(result, out, name)


def require_elements(a: Any, axes: tuple[int, ...], message: str) -> None:
    """ValueError where something is made of no elements."""
    kept = product(a.shape[axis] for axis in range(a.ndim) if axis not in axes)
    gone = product(a.shape[axis] for axis in axes)
    require((gone != 0) | (kept == 0), ValueError, message)


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
    defaults = {"keepdims": "False", "where": "True"}
    known = (f"{name}={defaults.get(name, 'None')}" for name in takes)
    function.__dict__["parameters"] = f"a, {', '.join(known)}"
    return function


_SUM = ("axis", "dtype", "out", "keepdims", "initial", "where")
_MAX = ("axis", "out", "keepdims", "initial", "where")
_ANY = ("axis", "out", "keepdims", "where")
sum_ = _reduction(
    np.sum,
    "add",
    _SUM,
    "`np.sum`: the error of floats is no larger than NumPy's; in exact mode its bits.",
)
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
    return UFUNCS["subtract"](greatest, least, **({} if out is None else {"out": out}))


# -- comparisons ----------------------------------------------------------------------------------


def _whole_truth(values: Any) -> Any:
    """The bool of Python's that says whether all are true."""
    return _trace.cast(reduced("logical_and", values, element=_truth), "b1", True)


def allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """`np.allclose`."""
    return _whole_truth(isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


@staged
def _equal_arrays(a: Any, b: Any, is_like: Any, is_same: Any) -> Any:
    same = False
    if is_like:
        same = _whole_truth(is_same(a, b))
    return same


def _have_one_shape(a: Any, b: Any) -> Any:
    holds: Any = True
    for length, other in zip(a.shape, b.shape, strict=True):
        equal = length == other
        if _trace.is_traced(equal):
            holds = equal if holds is True else holds & equal
        elif not equal:
            return False
    return holds


def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """`np.array_equal`."""
    a, b = as_array(a1), as_array(a2)
    if a.ndim != b.ndim:
        return False

    def same(x: Any, y: Any) -> Any:
        equal = UFUNCS["equal"](x, y)
        return equal | ((x != x) & (y != y)) if equal_nan else equal

    if a.ndim == 0:
        return _trace.cast(same(a[()], b[()]), "b1", True)
    is_like = _have_one_shape(a, b)
    return _equal_arrays(a, b, is_like, lambda x, y: _trace.map(same, (x, y)))


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
    Row(np.allclose, "np.allclose", native_first(np.allclose, allclose)),
    Row(np.array_equal, "np.array_equal", native_first(np.array_equal, array_equal)),
)
METHODS: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "any": any_,
    "all": all_,
}
