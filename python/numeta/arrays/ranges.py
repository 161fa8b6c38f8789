"""Rows of functions that make sequences of numbers: arange, linspace, and grids of them.

The numbers are NumPy's to the last bit: those of `arange` are start + k * (the second - start), the
last of `linspace` is the end itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import (
    Scalar,
    as_array,
    is_array,
    lengths_of,
    sample,
    scalar_dtype,
    shape_of,
    short_of,
)
from .nests import chosen, larger, over, require, when
from .shapes import moveaxis
from .signatures import row


def _number(value: Any, name: str) -> Any:
    """A number; of a 0-dimensional array its element."""
    if is_array(value) and value.ndim == 0:
        return value[()]
    if is_array(value) or isinstance(value, list | tuple | np.ndarray):
        refuse(230, name=name, what="an array", instead="numbers")
    return value


def _is_exact(value: Any) -> bool:
    return np.dtype(scalar_dtype(value)).kind in "bi"


def arange(
    *bounds: Any, start: Any = None, stop: Any = None, step: Any = None, dtype: Any = None
) -> Any:
    """`np.arange`."""
    given = dict(zip(("start", "stop", "step", "dtype"), bounds, strict=False))
    if len(bounds) == 1:
        given = {"stop": bounds[0]} if stop is None else {"start": bounds[0]}
    first = given.get("start", 0 if start is None else start)
    last = given.get("stop", stop)
    by = given.get("step", 1 if step is None else step)
    dtype = given.get("dtype", dtype)
    if last is None:
        if start is None:
            raise TypeError("arange() requires stop to be specified.")
        first, last = 0, first
    first, last = _number(0 if first is None else first, "np.arange"), _number(last, "np.arange")
    by = _number(1 if by is None else by, "np.arange")
    values = (last, first, by)
    if dtype is None:
        dtype = np.result_type(np.int64, *[scalar_dtype(value) for value in values])
    short = short_of(dtype)
    kind = np.dtype(short).kind
    if kind == "c" or any(np.dtype(scalar_dtype(value)).kind == "c" for value in values):
        refuse(230, name="np.arange", what="complex numbers", instead="real numbers")
    exact = all(map(_is_exact, values))
    length = _count(first, last, by, exact)
    return _progression(short, length, first, by)


def _count(first: Any, last: Any, by: Any, exact: bool) -> Any:
    """ceil((last - first) / by), and no less than 0."""
    if not any(isinstance(value, Scalar) for value in (first, last, by)):
        return len(np.arange(first, last, by))
    if exact:
        first, last, by = (_as_int(value) for value in (first, last, by))
        require(by != 0, ZeroDivisionError, "division by zero")
        # Negative steps are counted upwards.
        span = (
            chosen(by > 0, last - first, first - last)
            if isinstance(by, Scalar)
            else (last - first if by > 0 else first - last)
        )
        size = chosen(by > 0, by, -by)
        return larger((span + (size - 1)) // larger(size, 1), 0)
    span = _as_float(last - first)
    ratio = span / _as_float(by)
    message = "Maximum allowed size exceeded"
    require(_as_float(by) != 0.0, ZeroDivisionError, "float division by zero")
    rounded = _trace.apply("ceil", (ratio,), python=False)
    require((rounded < 2.0**60) & (rounded > -(2.0**62)), ValueError, message)
    count = larger(_trace.cast(rounded, "i8", True), 0)
    # A quotient that underflows still counts one number.
    tiny = (ratio == 0.0) & (span != 0.0)
    negative = _trace.apply("signbit", (ratio,), python=False)
    return chosen(tiny, chosen(negative, 0, 1), count)


def _as_int(value: Any) -> Any:
    return _trace.cast(value, "i8", True) if isinstance(value, Scalar) else int(value)


def _as_float(value: Any) -> Any:
    return _trace.cast(value, "f8", True) if isinstance(value, Scalar) else float(value)


def _progression(short: str, length: Any, first: Any, by: Any) -> Any:
    out = _trace.empty((length,), short)
    start = _trace.cast(first, short, False)
    second = _trace.cast(first + by, short, False)
    if short == "b1":
        require(length <= 2, TypeError, "no fill-function for data-type.")
        with over((length,)) as (k,):
            out[k] = _trace.apply("select", (k == 0, start, second), python=False)
        return out
    delta = second - start
    with over((length,)) as (k,):
        # The second number is first + by itself, as NumPy has it, not first + 1 * delta.
        number = start + _trace.cast(k, short, False) * delta
        out[k] = _trace.apply("select", (k == 1, second, number), python=False)
    return out


# -- linspace -------------------------------------------------------------------------------------


def _length(num: Any, name: str) -> Any:
    (length,) = lengths_of(num)
    message = "Number of samples, {0}, must be non-negative."
    require(length >= 0, ValueError, message, length)
    return length


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    """`np.linspace`."""
    count = _length(num, "np.linspace")
    divisions = count - 1 if endpoint else count
    shape = _trace.common_shape([as_array(v).shape for v in (start, stop) if is_many(v)])
    first, last = _wide(start), _wide(stop)
    computed = np.result_type(sample(first), sample(last), 0.0)
    short = f"{computed.kind}{computed.itemsize}"
    to = computed if dtype is None else np.dtype(dtype)
    out = _trace.empty((count, *shape), short_of(to))
    steps = _trace.empty(shape, short)
    parted = larger(divisions, 1)
    with over(shape) as which:
        low, high = (_trace.cast(_element(v, which, shape), short, False) for v in (first, last))
        delta = high - low
        step = delta / _trace.cast(parted, short, False)
        steps[which] = chosen_number(divisions > 0, step, computed.type(np.nan))
    none = _any_zero(steps, shape)
    with over((count, *shape)) as (k, *rest):
        which = tuple(rest)
        low, high = (_trace.cast(_element(v, which, shape), short, False) for v in (first, last))
        delta, position = high - low, _trace.cast(k, short, False)
        apart = _trace.cast(parted, short, False)
        value = chosen_number(none, (position / apart) * delta, position * steps[which])
        value = chosen_number(divisions > 0, value, position * delta) + low
        if endpoint:
            value = chosen_number((k == count - 1) & (count > 1), high, value)
        if np.issubdtype(to, np.integer):
            value = _trace.apply("floor", (value,), python=False)
        out[(k, *which)] = _trace.cast(value, short_of(to), False)
    made = moveaxis(out, 0, axis) if axis != 0 else out
    if not retstep:
        return made
    return made, (steps if shape else steps[()])


def is_many(value: Any) -> bool:
    """Whether a bound is an array or a list."""
    return is_array(value) or isinstance(value, list | tuple | np.ndarray)


def _wide(value: Any) -> Any:
    """A bound as NumPy computes with it."""
    return as_array(value) if is_many(value) else value


def _element(value: Any, which: tuple[Any, ...], shape: tuple[Any, ...]) -> Any:
    if not is_array(value):
        return value
    return _trace.broadcast(value, shape)[which] if value.ndim else value[()]


def chosen_number(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` or `no`, numbers of one dtype; no branch where the condition is known."""
    if not isinstance(condition, Scalar):
        return yes if condition else no
    return _trace.apply("select", (condition, yes, no), python=False)


def _any_zero(steps: Any, shape: tuple[Any, ...]) -> Any:
    """Whether a step underflows to zero: then NumPy divides before it multiplies."""
    found = _trace.empty((), "b1")
    found[()] = False
    with over(shape) as which, when(steps[which] == 0):
        found[()] = True
    return found[()]


def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: Any = 0,
) -> Any:
    """`np.logspace`."""
    made = base ** linspace(start, stop, num, endpoint, axis=axis)
    if dtype is None:
        return made
    to = short_of(dtype)
    return _trace.map(lambda x: _trace.cast(x, to, False), (made,))


def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: Any = True, dtype: Any = None, axis: Any = 0
) -> Any:
    """`np.geomspace` of two real numbers."""
    for value in (start, stop):
        if is_many(value) or np.dtype(scalar_dtype(value)).kind == "c":
            what, instead = "arrays or complex numbers", "real numbers"
            refuse(230, name="np.geomspace", what=what, instead=instead)
    count = _length(num, "np.geomspace")
    message = "Geometric sequence cannot include zero"
    require((start != 0) & (stop != 0), ValueError, message)
    computed = np.result_type(sample(start), sample(stop), 0.0)
    short = f"{computed.kind}{computed.itemsize}"
    first, last = (_trace.cast(value, short, False) for value in (start, stop))
    sign = _trace.apply("sign", (first,), python=False)
    one, other = first / sign, last / sign
    logs = [_trace.apply("log10", (value,), python=False) for value in (one, other)]
    powers = 10.0 ** linspace(logs[0], logs[1], count, endpoint)
    out = _trace.empty((count,), short if dtype is None else short_of(dtype))
    with over((count,)) as (k,):
        value = powers[k]
        value = chosen_number(k == 0, one, value)
        if endpoint:
            value = chosen_number((k == count - 1) & (count > 1), other, value)
        out[k] = _trace.cast(value * sign, short if dtype is None else short_of(dtype), False)
    return out


# -- grids ----------------------------------------------------------------------------------------


def indices(dimensions: Any, dtype: Any = int, sparse: bool = False) -> Any:
    """`np.indices`."""
    lengths = shape_of(dimensions)
    to = short_of(dtype)
    if sparse:
        made = [arange(n, dtype=dtype) for n in lengths]
        return tuple(_along(array, k, len(lengths)) for k, array in enumerate(made))
    out = _trace.empty((len(lengths), *lengths), to)
    with over(lengths) as index:
        for axis, number in enumerate(index):
            out[(axis, *index)] = _trace.cast(number, to, False)
    return out


def _along(array: Any, axis: int, ndim: int) -> Any:
    """A 1-dimensional array as an axis among others of length 1."""
    return array[tuple(slice(None) if k == axis else None for k in range(ndim))]


def meshgrid(*xi: Any, copy: Any = True, sparse: Any = False, indexing: str = "xy") -> Any:
    """`np.meshgrid`."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    given = [_trace.flat(as_array(value)) for value in xi]
    axes = list(range(len(given)))
    if indexing == "xy" and len(given) > 1:
        axes[:2] = [1, 0]
    made = [_along(a, axis, len(given)) for a, axis in zip(given, axes, strict=True)]
    if not sparse:
        shape = [1] * len(given)
        for array, axis in zip(given, axes, strict=True):
            shape[axis] = array.shape[0]
        made = [_trace.broadcast(array, shape) for array in made]
    if not copy:
        return tuple(made)
    out = []
    for array in made:
        out.append(_trace.empty(array.shape, short_of(array.dtype)))
        out[-1][...] = array
    return tuple(out)


def ix_(*args: Any) -> Any:
    """`np.ix_`."""
    from .searches import positions

    out = []
    for k, value in enumerate(args):
        array = _trace.empty((0,), "i8") if _is_empty(value) else as_array(value)
        if array.ndim != 1:
            raise ValueError("Cross index must be 1 dimensional")
        if array.dtype.kind == "b":
            (array,) = positions(array)
        out.append(_along(array, k, len(args)))
    return tuple(out)


def _is_empty(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 0


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    """`np.fromfunction`: the function is given arrays, as NumPy gives them."""
    from ..calls import call

    grid = indices(shape, dtype)
    return call(function, *(grid[k] for k in range(grid.shape[0])), **kwargs)


def grid(slices: Any, sparse: bool) -> Any:
    """`np.mgrid[slices]`, `np.ogrid[slices]`."""
    parts = slices if isinstance(slices, tuple) else (slices,)
    axes = [_axis(part) for part in parts]
    if not isinstance(slices, tuple):
        return axes[0]
    dtype = np.result_type(*[axis.dtype for axis in axes])
    shape = [axis.shape[0] for axis in axes]
    made = [_along(axis, k, len(axes)) for k, axis in enumerate(axes)]
    if sparse:
        return tuple(made)
    out = _trace.empty((len(axes), *shape), short_of(dtype))
    for k, array in enumerate(made):
        out[k] = array
    return out


def _axis(part: Any) -> Any:
    start = 0 if part.start is None else part.start
    step = 1 if part.step is None else part.step
    if isinstance(step, complex):
        return linspace(start, part.stop, int(abs(step)))
    length = _count(start, part.stop, step, all(map(_is_exact, (start, part.stop, step))))
    values = (start, part.stop, step)
    dtype = np.result_type(*[scalar_dtype(value) for value in values])
    out = _trace.empty((length,), short_of(dtype))
    with over((length,)) as (k,):
        out[k] = _trace.cast(k * step + start, short_of(dtype), False)
    return out


ROWS: tuple[Row, ...] = (
    row(np.arange, "np.arange", arange),
    row(np.linspace, "np.linspace", linspace),
    row(np.logspace, "np.logspace", logspace),
    row(np.geomspace, "np.geomspace", geomspace),
    row(np.indices, "np.indices", indices),
    row(np.meshgrid, "np.meshgrid", meshgrid),
    row(np.ix_, "np.ix_", ix_),
    row(np.fromfunction, "np.fromfunction", fromfunction),
)
