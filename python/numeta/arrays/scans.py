"""Rows of scans: cumulative sums and products, differences, integrals, interpolation.

A scan goes from the first element to the last, as NumPy's does, so it agrees to the bit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, operand, short
from ..rows import Row
from ..session import refuse
from ..traced_values import is_run_time
from .conversion import as_array
from .elementwise import native_first, select
from .folding import axes_of, delivered, over, product
from .reductions import Functions, reduced, result_dtype
from .staged import staged


def flattened(a: Any) -> Any:
    """The elements in C order as an array of one axis: a view or a copy."""
    if a.ndim == 1:
        return a
    if a.ndim == 0:
        return a[None]
    size = product(a.shape)
    view = _trace.reshaped(a, [size])
    if view is not None:
        return view
    out = _trace.empty(a.shape, short(a.dtype))
    out[...] = a
    return _trace.reshaped(out, [size])


def only_axis(axis: Any, ndim: int) -> int:
    """The one axis that `axis` names."""
    if isinstance(axis, tuple | list):
        raise TypeError(f"{type(axis).__name__!r} object cannot be interpreted as an integer")
    return int(np.lib.array_utils.normalize_axis_index(operator.index(axis), ndim))


@staged
def _scan_line(a: Any, out: Any, combine: Any, element: Any) -> None:
    if len(a) > 0:
        total = element(a[0])
        out[0] = total
        for i in loops.range(1, len(a)):
            total = combine(total, element(a[i]))
            out[i] = total


@staged
def _scan_rows(a: Any, out: Any, combine: Any, element: Any) -> None:
    length = a.shape[0]
    if length > 0:
        _first_row(a, out, element)
        for i in loops.range(1, length):
            _scan_row(a, out, i, combine, element)


def _first_row(a: Any, out: Any, element: Any) -> None:
    def body(index: tuple[Any, ...]) -> None:
        out[(0, *index)] = element(a[(0, *index)])

    over(a.shape[1:], body)


def _scan_row(a: Any, out: Any, i: Any, combine: Any, element: Any) -> None:
    def body(index: tuple[Any, ...]) -> None:
        out[(i, *index)] = combine(out[(i - 1, *index)], element(a[(i, *index)]))

    over(a.shape[1:], body)


def accumulated(
    name: str,
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    element: Callable[[Any], Any] | None = None,
) -> Any:
    """`ufunc.accumulate`; with no axis over the flattened array."""
    a = as_array(a)
    if axis is None or (a.ndim == 0 and operator.index(axis) in (0, -1)):
        a, axis = flattened(a), 0
    axis = only_axis(axis, a.ndim)
    kind = result_dtype(name, np.dtype(a.dtype), dtype, out)
    code = short(kind)
    result = _trace.empty(a.shape, code)

    def value(x: Any) -> Any:
        return _trace.cast(x if element is None else element(x), code, False)

    combine = UFUNCS[name]
    if a.ndim == 1:
        _scan_line(a, result, combine, value)
    elif axis == a.ndim - 1:
        over(a.shape[:-1], lambda k: _scan_line(a[k], result[k], combine, value))
    else:
        order = [axis, *(k for k in range(a.ndim) if k != axis)]
        _scan_rows(_trace.permuted(a, order), _trace.permuted(result, order), combine, value)
    return delivered(result, out, name)


def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """`np.cumsum`."""
    return accumulated("add", a, axis, dtype, out)


def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """`np.cumprod`."""
    return accumulated("multiply", a, axis, dtype, out)


def _instead_of_nan(number: float) -> Callable[[Any], Any]:
    def element(x: Any) -> Any:
        if np.dtype(x.dtype).kind not in "fc":
            return x
        return select(x != x, _trace.cast(number, short(x.dtype), False), x)

    return element


def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """`np.nancumsum`."""
    return accumulated("add", a, axis, dtype, out, _instead_of_nan(0.0))


def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """`np.nancumprod`."""
    return accumulated("multiply", a, axis, dtype, out, _instead_of_nan(1.0))


def accumulate_of(
    ufunc: np.ufunc, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None
) -> Any:
    """`ufunc.accumulate`."""
    name = ufunc.__name__
    if name not in ("add", "multiply", "minimum", "maximum", "fmin", "fmax"):
        refuse(230, name=f"np.{name}.accumulate", what="arrays", instead="a loop")
    return accumulated(name, a, axis, dtype, out)


# -- differences ----------------------------------------------------------------------------------


def _part(a: Any, axis: int, *bounds: Any) -> Any:
    return a[tuple(slice(*bounds) if k == axis else slice(None) for k in range(a.ndim))]


def diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    """`np.diff`."""
    n = operator.index(n)
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    a = as_array(a)
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = only_axis(axis, a.ndim)
    ends = [_end(end, a, axis) for end in (prepend, append)]
    if any(end is not None for end in ends):
        a = joined([part for part in (ends[0], a, ends[1]) if part is not None], axis)
    operation = UFUNCS["not_equal" if np.dtype(a.dtype).kind == "b" else "subtract"]
    for _ in range(n):
        a = operation(_part(a, axis, 1, None), _part(a, axis, None, -1))
    return a


def joined(parts: list[Any], axis: int) -> Any:
    """The arrays one after the other along an axis."""
    dtype = np.result_type(*(part.dtype for part in parts))
    lengths = list(parts[0].shape)
    for part in parts[1:]:
        lengths[axis] = lengths[axis] + part.shape[axis]
    out = _trace.empty(lengths, short(dtype))
    first: Any = 0
    for part in parts:
        last = first + part.shape[axis]
        _part(out, axis, first, last)[...] = part
        first = last
    return out


def _end(end: Any, a: Any, axis: int) -> Any:
    if end is np._NoValue:
        return None
    end = as_array(end)
    if end.ndim > 0:
        return end
    return _trace.broadcast(end, [1 if k == axis else n for k, n in enumerate(a.shape)])


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """`np.ediff1d`."""
    a = flattened(as_array(ary))
    parts = [diff(a)]
    for end, name, place in ((to_begin, "to_begin", 0), (to_end, "to_end", 2)):
        if end is None:
            continue
        given = flattened(as_array(end))
        plain = not is_run_time(end) and not isinstance(end, np.ndarray | np.generic)
        fits = np.can_cast(
            np.min_scalar_type(end) if plain and np.ndim(end) == 0 else given.dtype,
            a.dtype,
            "same_kind",
        )
        if not fits:
            raise TypeError(
                f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule."
            )
        made = _trace.empty(given.shape, short(a.dtype))
        _trace.map(lambda x: x, (given,), out=made, unsafe=True)
        parts.insert(0 if place == 0 else len(parts), made)
    return joined(parts, 0)


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """`np.gradient` with the same distance everywhere."""
    f = as_array(f)
    axes = axes_of(axis, f.ndim)
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError("invalid number of arguments")
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    distances = varargs * len(axes) if len(varargs) == 1 else varargs or (1.0,) * len(axes)
    distances = tuple(
        _distances(given, f, along) for given, along in zip(distances, axes, strict=True)
    )
    results = tuple(
        _slope(f, along, distance, edge_order)
        for along, distance in zip(axes, distances, strict=True)
    )
    return results[0] if len(results) == 1 else results


def _distances(given: Any, f: Any, axis: int) -> Any:
    """The distance of points, or the array of distances that their coordinates have."""
    from .nests import require

    given = operand(given)
    if type(given) is not _trace.Array:
        return given
    if given.ndim != 1:
        raise ValueError("distances must be either scalars or 1d")
    message = "when 1d, distances must match the length of the corresponding dimension"
    require(given.shape[0] == f.shape[axis], ValueError, message)
    if np.dtype(given.dtype).kind not in "fc":
        given = _trace.map(_as_f8, (given,))
    steps = diff(given)
    require(steps.shape[0] > 0, IndexError, "index 0 is out of bounds for axis 0 with size 0")
    return steps[tuple(slice(None) if k == axis else None for k in range(f.ndim))]


def _slope(f: Any, axis: int, dx: Any, edge_order: int) -> Any:
    from .nests import require

    message = (
        "Shape of array too small to calculate a numerical gradient, "
        "at least (edge_order + 1) elements are required."
    )
    require(f.shape[axis] >= edge_order + 1, ValueError, message)
    kind = np.dtype(f.dtype)
    if kind.kind not in "fc":
        f = _trace.map(lambda x: _trace.cast(x, "f8", False), (f,))
        kind = np.dtype("f8")
    out = _trace.empty(f.shape, short(kind))

    def put(place: tuple[Any, ...], function: Callable[..., Any], *parts: tuple[Any, ...]) -> None:
        operands = tuple(_part(f, axis, *part) for part in parts)
        _trace.map(function, operands, out=_part(out, axis, *place), unsafe=True)

    if type(dx) is _trace.Array:
        return _uneven_slope(f, out, axis, dx, edge_order)
    put((1, -1), lambda a, b: (b - a) / (2.0 * dx), (None, -2), (2, None))
    if edge_order == 1:
        put((0, 1), lambda a, b: (b - a) / dx, (0, 1), (1, 2))
        put((-1, None), lambda a, b: (b - a) / dx, (-2, -1), (-1, None))
        return out
    a, b, c = -1.5 / dx, 2.0 / dx, -0.5 / dx
    put((0, 1), lambda x, y, z: a * x + b * y + c * z, (0, 1), (1, 2), (2, 3))
    d, e, g = 0.5 / dx, -2.0 / dx, 1.5 / dx
    put((-1, None), lambda x, y, z: d * x + e * y + g * z, (-3, -2), (-2, -1), (-1, None))
    return out


def _uneven_slope(f: Any, out: Any, axis: int, dx: Any, edge_order: int) -> Any:
    """Points at any distances; NumPy's formulas, from the second order of Taylor's."""

    def put(place: tuple[Any, ...], function: Any, *operands: Any) -> None:
        _trace.map(function, operands, out=_part(out, axis, *place), unsafe=True)

    def at(array: Any, first: Any, last: Any) -> Any:
        return _part(array, axis, first, last)

    def inner(before: Any, after: Any, x: Any, y: Any, z: Any) -> Any:
        a = -after / (before * (before + after))
        b = (after - before) / (before * after)
        c = before / (after * (before + after))
        return a * x + b * y + c * z

    put(
        (1, -1),
        inner,
        *(at(dx, 0, -1), at(dx, 1, None), at(f, None, -2), at(f, 1, -1), at(f, 2, None)),
    )
    if edge_order == 1:
        put((0, 1), lambda d, x, y: (y - x) / d, at(dx, 0, 1), at(f, 0, 1), at(f, 1, 2))
        last = (at(dx, -1, None), at(f, -2, -1), at(f, -1, None))
        put((-1, None), lambda d, x, y: (y - x) / d, *last)
        return out

    def first(d: Any, e: Any, x: Any, y: Any, z: Any) -> Any:
        a = -(2.0 * d + e) / (d * (d + e))
        return a * x + (d + e) / (d * e) * y + -d / (e * (d + e)) * z

    def final(d: Any, e: Any, x: Any, y: Any, z: Any) -> Any:
        c = (2.0 * e + d) / (e * (d + e))
        return e / (d * (d + e)) * x + -(e + d) / (d * e) * y + c * z

    put((0, 1), first, *(at(dx, k, k + 1) for k in (0, 1)), *(at(f, k, k + 1) for k in (0, 1, 2)))
    ends = ((-2, -1), (-1, None))
    put((-1, None), final, *(at(dx, *e) for e in ends), *(at(f, *e) for e in ((-3, -2), *ends)))
    return out


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """`np.trapezoid`."""
    y = as_array(y)
    axis = only_axis(axis, y.ndim)
    after, before = _part(y, axis, 1, None), _part(y, axis, None, -1)

    def area(distance: Any, a: Any, b: Any) -> Any:
        return UFUNCS["divide"](UFUNCS["multiply"](distance, UFUNCS["add"](a, b)), 2.0)

    if x is None:
        areas = _trace.map(lambda a, b: area(dx, a, b), (after, before))
    else:
        x = as_array(x)
        steps = diff(x) if x.ndim == 1 else diff(x, axis=axis)
        if x.ndim == 1:
            steps = steps[tuple(slice(None) if k == axis else None for k in range(y.ndim))]
        areas = _trace.map(area, (steps, after, before))
    return reduced("add", areas, axis)


# -- interpolation --------------------------------------------------------------------------------


@staged
def _interpolated(x: Any, xp: Any, fp: Any, left: Any, right: Any, by_inverse: Any) -> Any:
    last = len(xp) - 1
    result = x
    if x == x:
        if x < xp[0]:
            result = left
        elif x > xp[last]:
            result = right
        else:
            low = np.int64(0)
            high = np.int64(last + 1)
            while high - low > 1:
                middle = (low + high) // 2
                if xp[middle] <= x:
                    low = middle
                else:
                    high = middle
            if low == last or xp[low] == x:
                result = fp[low]
            else:
                rise, run = fp[low + 1] - fp[low], xp[low + 1] - xp[low]
                slope = rise * (1.0 / run) if by_inverse else rise / run
                result = slope * (x - xp[low]) + fp[low]
                if result != result:
                    result = slope * (x - xp[low + 1]) + fp[low + 1]
                    if result != result and fp[low] == fp[low + 1]:
                        result = fp[low]
    return result


def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """`np.interp`: of real or complex values at real points."""
    from .nests import require

    xp, fp = _trace.map(_as_f8, (as_array(xp),)), as_array(fp)
    is_complex = np.dtype(fp.dtype).kind == "c"
    if not is_complex:
        fp = _trace.map(_as_f8, (fp,))
    if xp.ndim != 1 or fp.ndim != 1:
        raise ValueError("Data points must be 1-D sequences")
    require(xp.shape[0] == fp.shape[0], ValueError, "fp and xp are not of the same length.")
    require(xp.shape[0] != 0, ValueError, "array of sample points is empty")
    if period is not None:
        period = abs(_as_f8(operand(period)))
        require(period != 0, ValueError, "period must be a non-zero value")
        xp, fp = _periodic(xp, fp, period)
        left = right = None
    low = fp[0] if left is None else left
    high = fp[-1] if right is None else right
    parts = [
        (_trace.map(part, (fp,)), part(low), part(high))
        for part in ((_real_part, _imaginary_part) if is_complex else (_as_f8,))
    ]

    def value(v: Any) -> Any:
        at = _as_f8(v)
        if period is not None:
            at = UFUNCS["remainder"](at, period)
        real, *rest = (_interpolated(at, xp, *part, is_complex) for part in parts)
        if not rest:
            return real
        imaginary = _trace.apply("select", (at == at, rest[0], 0.0), python=True)
        return _trace.cast(
            _trace.apply("make_complex", (real, imaginary), python=False), "c16", False
        )

    return _trace.map(value, (operand(x),))


def _real_part(x: Any) -> Any:
    return _trace.cast(x.real, "f8", False)


def _imaginary_part(x: Any) -> Any:
    return _trace.cast(x.imag, "f8", False)


def _periodic(xp: Any, fp: Any, period: Any) -> tuple[Any, Any]:
    """The points within one period in order, with one more at each end."""
    from .sorting import argsort

    xp = _trace.map(lambda v: UFUNCS["remainder"](v, period), (xp,))
    order = argsort(xp)
    xp, fp = xp[order], fp[order]
    before = _trace.map(lambda v: v - period, (xp[-1:],))
    after = _trace.map(lambda v: v + period, (xp[:1],))
    return joined([before, xp, after], 0), joined([fp[-1:], fp, fp[:1]], 0)


def _as_f8(x: Any) -> Any:
    kind = np.dtype(x.dtype).kind if is_run_time(x) else np.asarray(x).dtype.kind
    if kind == "c":
        raise TypeError("Cannot cast array data from dtype('complex128') to dtype('float64')")
    return _trace.cast(x, "f8", False)


_ROWS: Functions = {
    np.cumsum: cumsum,
    np.cumprod: cumprod,
    np.nancumsum: nancumsum,
    np.nancumprod: nancumprod,
    np.diff: diff,
    np.ediff1d: ediff1d,
    np.gradient: gradient,
    np.trapezoid: trapezoid,
    np.interp: interp,
}
ROWS: tuple[Row, ...] = tuple(
    Row(native, f"np.{native.__name__}", native_first(native, function))
    for native, function in _ROWS.items()
)
METHODS: dict[str, Callable[..., Any]] = {"cumsum": cumsum, "cumprod": cumprod}
