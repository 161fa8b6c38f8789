"""Rows of averages: mean, var, std, average, and the functions that pass over NaNs.

They follow NumPy's own code: which sum is divided by what, and in which type, is its (see
numpy/_core/_methods.py), so that results agree to the bit where the sums do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace
from ..functions_numpy import UFUNCS, operand, short
from ..rows import Row
from ..session import refuse
from .conversion import as_array
from .elementwise import native_first, select
from .folding import axes_of, delivered, product, require_same_type, strict_axes
from .nests import require
from .reductions import METHODS as REDUCTION_METHODS
from .reductions import Functions, reduced
from .shapes import stretched

_MISSING = np._NoValue


def _mapped(function: Callable[..., Any], *operands: Any) -> Any:
    return _trace.map(function, tuple(map(operand, operands)))


def _float_type(own: Any, dtype: Any) -> np.dtype[Any]:
    """The type of a mean: float64 of integers."""
    found: np.dtype[Any] = np.dtype(own if dtype is None else dtype)
    return np.dtype(np.float64) if dtype is None and found.kind in "biu" else found


def _divided(total: Any, count: Any) -> Any:
    """NumPy divides in float64 where the count is, and converts back."""

    def divided(x: Any, n: Any) -> Any:
        quotient = UFUNCS["divide"](x, _trace.cast(n, "i8", False))
        return _trace.cast(quotient, short(x.dtype), False)

    return _mapped(divided, total, count)


def _count(a: Any, axes: tuple[int, ...], where: Any, keepdims: bool) -> Any:
    """How many elements make one of the result."""
    if where is True:
        return product(a.shape[axis] for axis in axes)
    mask = stretched(as_array(where), a.shape)
    return reduced("add", mask, axes, dtype=np.int64, keepdims=keepdims)


def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    *,
    where: Any = True,
) -> Any:
    """`np.mean`: NaN of nothing."""
    a = as_array(a)
    axes = strict_axes(axis, a.ndim)
    kind = _float_type(a.dtype, dtype)
    require_same_type(out, kind, "mean")
    total = reduced("add", a, axes, dtype=kind, keepdims=keepdims, where=where)
    return delivered(_divided(total, _count(a, axes, where, keepdims)), out, "add")


def _deviations(
    a: Any, axes: tuple[int, ...], kind: np.dtype[Any], where: Any, centre: Any
) -> tuple[Any, Callable[[Any, Any], Any], np.dtype[Any]]:
    """(the means, the square of an element's distance from its mean, the type of that)."""
    if centre is None:
        total = reduced("add", a, axes, dtype=kind, keepdims=True, where=where)
        centre = _divided(total, _count(a, axes, where, True))
    real = np.dtype(kind.type(0).real.dtype)

    def square(x: Any, m: Any) -> Any:
        distance = UFUNCS["subtract"](x, m)
        if np.dtype(distance.dtype).kind == "c":
            return distance.real * distance.real + distance.imag * distance.imag
        return distance * distance

    return centre, square, real


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = _MISSING,
    correction: Any = _MISSING,
) -> Any:
    """`np.var`: of complex numbers real."""
    a = as_array(a)
    ddof = _degrees(ddof, correction)
    axes = strict_axes(axis, a.ndim)
    kind = _float_type(a.dtype, dtype)
    centre = None if mean is _MISSING else mean
    centre, square, real = _deviations(a, axes, kind, where, centre)
    require_same_type(out, real, "var")
    if type(centre) is _trace.Array:
        others: tuple[Any, ...] = (_trace.broadcast(centre, a.shape),)
        element: Callable[..., Any] = square
    else:
        others, element = (), lambda x: square(x, centre)
    squares = reduced(
        "add",
        a,
        axes,
        dtype=real,
        keepdims=keepdims,
        where=where,
        element=element,
        others=others,
    )
    count = _count(a, axes, where, keepdims)
    degrees = _mapped(lambda n: select(n > ddof, n - ddof, 0 * (n - ddof)), count)
    return delivered(_over(squares, degrees), out, "add")


def _over(total: Any, degrees: Any) -> Any:
    def over(x: Any, n: Any) -> Any:
        strong = (
            n
            if _trace.is_traced(n) and not n.weak
            else np.float64(n)
            if not (_trace.is_traced(n))
            else _trace.cast(n, "f8", False)
        )
        return _trace.cast(UFUNCS["divide"](x, strong), short(x.dtype), False)

    return _mapped(over, total, degrees)


def _degrees(ddof: Any, correction: Any) -> Any:
    if correction is _MISSING:
        return ddof
    if ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return correction


def std(a: Any, *args: Any, out: Any = None, **kwargs: Any) -> Any:
    """`np.std`: the square root of the variance."""
    variance = var(a, *args, **kwargs)
    return UFUNCS["sqrt"](variance) if out is None else UFUNCS["sqrt"](variance, out=out)


def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    """`np.average`: weights have the shape of the array, or that of the axis."""
    a = as_array(a)
    axes = axes_of(axis, a.ndim)
    if weights is None:
        result = mean(a, axis, keepdims=keepdims is True)
        many = product(a.shape[k] for k in range(a.ndim) if k not in axes)
        require(many != 0, ZeroDivisionError, "division by zero")
        if not returned:
            return result
        count = _count(a, axes, True, False)
        return result, _mapped(lambda r: _trace.cast(count, short(r.dtype), False), result)
    w = as_array(weights)
    if w.ndim != a.ndim:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if w.ndim != 1 or len(axes) != 1:
            raise ValueError(
                "Shape of weights must be consistent with shape of a along specified axis."
            )
        w = w[tuple(slice(None) if k in axes else None for k in range(a.ndim))]
    for k in range(a.ndim):
        if k in axes or weights is w:
            message = "Shape of weights must be consistent with shape of a"
            require(w.shape[k] == a.shape[k], ValueError, message)
    w = _trace.broadcast(w, a.shape)
    kinds = (a.dtype, w.dtype, "f8") if np.dtype(a.dtype).kind in "biu" else (a.dtype, w.dtype)
    kind = np.result_type(*kinds)
    scale = reduced("add", w, axes, dtype=kind, keepdims=keepdims is True)
    _require_weights(scale)

    def weighted(x: Any, weight: Any) -> Any:
        code = short(kind)
        return _trace.cast(x, code, False) * _trace.cast(weight, code, False)

    total = reduced(
        "add", a, axes, dtype=kind, keepdims=keepdims is True, element=weighted, others=(w,)
    )
    result = UFUNCS["divide"](total, scale)
    return (result, scale) if returned else result


def _require_weights(scale: Any) -> None:
    wrong = scale == 0.0
    if type(scale) is _trace.Array:
        wrong = reduced("logical_or", wrong)
    require(~wrong, ZeroDivisionError, "Weights sum to zero, can't be normalized")


# -- NaNs are passed over -------------------------------------------------------------------------


def _has_nan(a: Any) -> bool:
    return np.dtype(a.dtype).kind in "fc"


def _without_nan(x: Any, instead: float) -> Any:
    return select(x != x, _trace.cast(instead, short(x.dtype), False), x)


def nansum(a: Any, axis: Any = None, **kwargs: Any) -> Any:
    """`np.nansum`."""
    a = as_array(a)
    if not _has_nan(a):
        return reduced("add", a, axis, **kwargs)
    given = {"dtype": a.dtype, **kwargs}
    return reduced("add", a, axis, element=lambda x: _without_nan(x, 0.0), **given)


def nanprod(a: Any, axis: Any = None, **kwargs: Any) -> Any:
    """`np.nanprod`."""
    a = as_array(a)
    if not _has_nan(a):
        return reduced("multiply", a, axis, **kwargs)
    return reduced("multiply", a, axis, element=lambda x: _without_nan(x, 1.0), **kwargs)


def _numbers(a: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return reduced("add", a, axes, dtype=np.int64, keepdims=keepdims, element=lambda x: x == x)


def nanmean(a: Any, axis: Any = None, dtype: Any = None, *, keepdims: Any = False) -> Any:
    """`np.nanmean`: NaN where there are only NaNs."""
    a = as_array(a)
    keep = keepdims is True
    if not _has_nan(a):
        return mean(a, axis, dtype, keepdims=keep)
    axes = axes_of(axis, a.ndim)
    total = nansum(a, axes, dtype=a.dtype if dtype is None else dtype, keepdims=keep)
    return _divided(total, _numbers(a, axes, keep))


def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, *, ddof: Any = 0, keepdims: Any = False
) -> Any:
    """`np.nanvar`: NaN where there are not more numbers than `ddof`."""
    a = as_array(a)
    keep = keepdims is True
    if not _has_nan(a):
        return var(a, axis, dtype, ddof=ddof, keepdims=keep)
    if dtype is not None or np.dtype(a.dtype).kind == "c":
        refuse(230, name="np.nanvar", what="dtype= or complex numbers", instead="floats")
    axes = axes_of(axis, a.ndim)
    centre = nanmean(a, axes, keepdims=True)
    view = _trace.broadcast(centre, a.shape) if a.ndim else centre

    def square(x: Any, m: Any = view) -> Any:
        distance = select(x != x, _trace.cast(0.0, short(x.dtype), False), x - m)
        return distance * distance

    others: tuple[Any, ...] = (view,) if a.ndim else ()
    total = reduced("add", a, axes, keepdims=keep, element=square, others=others)

    def over(x: Any, n: Any) -> Any:
        degrees = n - ddof
        none = _trace.cast(float("nan"), short(x.dtype), False)
        return select(degrees <= 0, none, _trace.cast(x / degrees, short(x.dtype), False))

    return _mapped(over, total, _numbers(a, axes, keep))


def nanstd(a: Any, *args: Any, **kwargs: Any) -> Any:
    """`np.nanstd`."""
    return UFUNCS["sqrt"](nanvar(a, *args, **kwargs))


def _nan_extreme(name: str, of_others: str) -> Callable[..., Any]:
    def extreme(a: Any, axis: Any = None, **kwargs: Any) -> Any:
        return reduced(name if _has_nan(as_array(a)) else of_others, a, axis, **kwargs)

    extreme.__doc__ = f"`np.nan{of_others[:3]}`: NaN where there are only NaNs."
    return extreme


_ROWS: Functions = {
    np.mean: mean,
    np.var: var,
    np.std: std,
    np.average: average,
    np.nansum: nansum,
    np.nanprod: nanprod,
    np.nanmean: nanmean,
    np.nanvar: nanvar,
    np.nanstd: nanstd,
    np.nanmax: _nan_extreme("fmax", "maximum"),
    np.nanmin: _nan_extreme("fmin", "minimum"),
}
ROWS: tuple[Row, ...] = tuple(
    Row(native, f"np.{native.__name__}", native_first(native, function))
    for native, function in _ROWS.items()
)
METHODS: dict[str, Callable[..., Any]] = {**REDUCTION_METHODS, "mean": mean, "var": var, "std": std}
