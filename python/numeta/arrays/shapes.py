"""Rows of functions that look at the same elements in another shape: views, as NumPy's are.

Where NumPy makes a view or a copy as the strides allow, and these are known only at run time, the
result is a copy that stands in for a view: neither it nor what it was made of can be written as
long as both are there.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.exceptions import AxisError

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import Scalar, as_array, is_array, lengths_of, whole_layout
from .nests import chosen, is_same, product, require, shape_text
from .signatures import row


def known_int(value: Any, name: str, what: str) -> int:
    """An int that has to be known at compile time."""
    if is_array(value) and value.ndim == 0:
        value = value[()]
    if isinstance(value, Scalar):
        refuse(230, name=name, what=f"{what} known only at run time", instead="a constant")
    return operator.index(value)


def axis_of(axis: Any, ndim: int, name: str, parameter: str | None = None) -> int:
    """An axis from 0 on, or NumPy's AxisError, which may name the parameter."""
    number = known_int(axis, name, "an axis")
    if not -ndim <= number < ndim:
        raise AxisError(number, ndim, parameter)
    return number % ndim


def axes_of(axes: Any, ndim: int, name: str, parameter: str | None = None) -> tuple[int, ...]:
    """An axis or several ones, each once."""
    if isinstance(axes, list | tuple):
        found = tuple(axis_of(axis, ndim, name, parameter) for axis in axes)
    else:
        found = (axis_of(axes, ndim, name, parameter),)
    if len(set(found)) != len(found):
        raise ValueError(
            f"repeated axis in `{parameter}` argument" if parameter else "repeated axis"
        )
    return found


def is_fortran_order(array: Any, order: Any, name: str) -> bool:
    """Whether `order` is that of Fortran for this array; refused where nobody knows."""
    if order in ("C", "F"):
        return bool(order == "F")
    if order in ("A", "K") and whole_layout(array) in ("C", "F"):
        return whole_layout(array) == "F"
    if order in ("A", "K"):
        refuse(230, name=name, what=f"order={order!r} of a part of an array", instead="order='C'")
    raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")


def fresh(array: Any, order: str = "C") -> Any:
    """The elements in memory of their own."""
    out = _trace.empty(array.shape, short(array), fortran=order == "F")
    out[...] = array
    return out


def short(array: Any) -> str:
    """The code of an array's element type."""
    dtype = array.dtype
    return f"{dtype.kind}{dtype.itemsize}"


def is_scattered(array: Any) -> bool:
    """Whether an array is known not to be one piece of memory in C order, as a parameter of another
    layout is: one that is both C- and F-contiguous counts as C-contiguous."""
    if not _trace.is_own(array) and whole_layout(array) in ("F", "S"):
        return True
    return _trace.is_scattered(array)


def copy_or_view(array: Any) -> Any:
    """A copy of what NumPy may have made a view of."""
    out = fresh(array)
    _trace.set_stand_in(out, array)
    return out


# -- reshape --------------------------------------------------------------------------------------


def reshape(
    a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: Any = None
) -> Any:
    """`np.reshape`."""
    array = as_array(a)
    lengths = _wanted(array, lengths_of(newshape if shape is None else shape))
    if is_fortran_order(array, order, "np.reshape"):
        return _reshaped(array.T, lengths[::-1], copy).T
    return _reshaped(array, lengths, copy)


def _reshaped(array: Any, lengths: Sequence[Any], copy: Any = None) -> Any:
    if copy:
        return _trace.reshaped(fresh(array), lengths)
    made = _trace.reshaped(array, lengths)
    if made is not None:
        return made
    if _trace.copies(array, lengths):
        return _trace.reshaped(fresh(array), lengths)
    if copy is False:
        refuse(230, name="reshape", what="copy=False", instead="copy=None")
    return _trace.reshaped(copy_or_view(array), lengths)


def _wanted(array: Any, lengths: tuple[Any, ...]) -> tuple[Any, ...]:
    """The lengths with what -1 stands for, as many elements as the array has."""
    size = array.size
    unknown = [k for k, n in enumerate(lengths) if not isinstance(n, Scalar) and n < 0]
    if len(unknown) > 1:
        raise ValueError("can only specify one unknown dimension")
    for length in lengths:
        if isinstance(length, Scalar):
            require(length >= 0, ValueError, "a shape known at run time has the length {0}", length)
    values: list[Any] = [size]
    shown = shape_text(lengths, values).replace("-1", "newaxis")
    message = f"cannot reshape array of size {{0}} into shape {shown}"
    if not unknown:
        total = product(lengths)
        if not is_same(total, size):
            require(total == size, ValueError, message, *values)
        return lengths
    (place,) = unknown
    rest = product([n for k, n in enumerate(lengths) if k != place])
    if is_same(rest, 1):
        return (*lengths[:place], size, *lengths[place + 1 :])
    if isinstance(rest, Scalar):
        require(rest > 0, ValueError, message, *values)
    elif rest == 0:
        require(False, ValueError, message, *values)
    require(size % rest == 0, ValueError, message, *values)
    return (*lengths[:place], size // rest, *lengths[place + 1 :])


def ravel(a: Any, order: str = "C") -> Any:
    """`np.ravel`."""
    array = as_array(a)
    source = array.T if is_fortran_order(array, order, "np.ravel") else array
    if not _trace.is_contiguous(source):
        source = fresh(source) if is_scattered(source) else copy_or_view(source)
    return _trace.reshaped(source, (array.size,))


def flatten(a: Any, order: str = "C") -> Any:
    """`a.flatten()`: always a copy."""
    source = a.T if is_fortran_order(a, order, "flatten") else a
    return _trace.reshaped(fresh(source), (a.size,))


# -- axes -----------------------------------------------------------------------------------------


def transpose(a: Any, axes: Any = None) -> Any:
    """`np.transpose`."""
    array = as_array(a)
    if axes is None:
        return array.T
    if not isinstance(axes, list | tuple):
        axes = (axes,)
    if len(axes) != array.ndim:
        raise ValueError("axes don't match array")
    order = [axis_of(axis, array.ndim, "np.transpose") for axis in axes]
    if len(set(order)) != len(order):
        raise ValueError("repeated axis in transpose")
    return _trace.permuted(array, order)


def swapaxes(a: Any, axis1: Any, axis2: Any) -> Any:
    """`np.swapaxes`."""
    array = as_array(a)
    first = axis_of(axis1, array.ndim, "np.swapaxes", "axis1")
    second = axis_of(axis2, array.ndim, "np.swapaxes", "axis2")
    order = list(range(array.ndim))
    order[first], order[second] = second, first
    return _trace.permuted(array, order)


def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """`np.moveaxis`."""
    array = as_array(a)
    from_ = axes_of(source, array.ndim, "np.moveaxis", "source")
    to = axes_of(destination, array.ndim, "np.moveaxis", "destination")
    if len(from_) != len(to):
        raise ValueError(
            "`source` and `destination` arguments must have the same number of elements"
        )
    order = [axis for axis in range(array.ndim) if axis not in from_]
    for place, axis in sorted(zip(to, from_, strict=True)):
        order.insert(place, axis)
    return _trace.permuted(array, order)


def rollaxis(a: Any, axis: Any, start: Any = 0) -> Any:
    """`np.rollaxis`."""
    array = as_array(a)
    moved = axis_of(axis, array.ndim, "np.rollaxis")
    to = known_int(start, "np.rollaxis", "an axis")
    to = to + array.ndim if to < 0 else to
    if not 0 <= to <= array.ndim:
        raise AxisError(f"'start' arg requires {-array.ndim} <= start < {array.ndim + 1}")
    order = [k for k in range(array.ndim) if k != moved]
    order.insert(to - 1 if moved < to else to, moved)
    return _trace.permuted(array, order)


def squeeze(a: Any, axis: Any = None) -> Any:
    """`np.squeeze`: without an axis a kernel is compiled anew for other axes of length 1."""
    array = as_array(a)
    if axis is None:
        dropped: tuple[int, ...] = tuple(k for k, n in enumerate(array.shape) if _trace.is_one(n))
        for k, length in enumerate(array.shape):
            if isinstance(length, Scalar) and k not in dropped and not _trace.is_plural(length):
                what, instead = "an array of run-time lengths", "np.squeeze(a, axis=0)"
                refuse(230, name="np.squeeze", what=what, instead=instead)
    else:
        dropped = axes_of(axis, array.ndim, "np.squeeze")
        message = "cannot select an axis to squeeze out which has size not equal to one"
        for k in dropped:
            require(array.shape[k] == 1, ValueError, message)
    if not dropped:
        return array
    shape: list[Any] = []
    moved: list[tuple[int, dict[int, Any]]] = []
    for k, length in enumerate(array.shape):
        moved.append((0, {} if k in dropped else {len(shape): 1}))
        if k not in dropped:
            shape.append(length)
    return _trace.remapped(array, shape, moved)


def expand_dims(a: Any, axis: Any) -> Any:
    """`np.expand_dims`."""
    array = as_array(a)
    count = len(axis) if isinstance(axis, list | tuple) else 1
    places = axes_of(axis, array.ndim + count, "np.expand_dims")
    return array[tuple(None if k in places else slice(None) for k in range(array.ndim + count))]


def matrix_transpose(x: Any) -> Any:
    """`np.matrix_transpose`, `a.mT`."""
    array = as_array(x)
    if array.ndim < 2:
        raise ValueError("matrix transpose with ndim < 2 is undefined")
    return swapaxes(array, -1, -2)


# -- broadcasting ---------------------------------------------------------------------------------


def broadcast_to(array: Any, shape: Any) -> Any:
    """`np.broadcast_to`: a view that cannot be written."""
    source = as_array(array)
    lengths = lengths_of(shape)
    if any(not isinstance(n, Scalar) and n < 0 for n in lengths):
        raise ValueError("all elements of broadcast shape must be non-negative")
    values: list[Any] = []
    message = (
        f"cannot broadcast an array of shape {shape_text(source.shape, values)} to shape"
        f" {shape_text(lengths, values)}"
    )
    if source.ndim > len(lengths):
        raise ValueError("input operand has more dimensions than allowed by the axis remapping")
    return _trace.read_only(repeated(source, lengths, message, values))


def repeated(source: Any, lengths: Sequence[Any], message: str, values: Sequence[Any]) -> Any:
    """`source` as a view of that shape, to which its own has to fit."""
    added = len(lengths) - source.ndim
    steps: list[tuple[int, dict[int, Any]]] = []
    for axis, own in enumerate(source.shape, added):
        length = lengths[axis]
        step: Any = 0 if not is_same(own, length) and _trace.is_one(own) else 1
        if step and not is_same(own, length):
            known = _trace.is_plural(own)
            holds = own == length if known else (own == length) | (own == 1)
            require(holds, ValueError, message, *values)
            step = 1 if known else chosen(own == 1, 0, 1)
        steps.append((0, {axis: step}))
    return _trace.remapped(source, lengths, steps)


def stretched(source: Any, shape: Sequence[Any]) -> Any:
    """`source` as a mask of an array of that shape: it may be repeated, the array may not."""
    if source.ndim > len(shape):
        raise ValueError("input operand has more dimensions than allowed by the axis remapping")
    values: list[Any] = []
    message = (
        f"non-broadcastable operand with shape {shape_text(shape, values)} doesn't match the"
        f" broadcast shape {shape_text(source.shape, values)}"
    )
    return repeated(source, shape, message, values)


def is_same_shape(a: Any, b: Any) -> bool:
    """Whether two arrays are known to have one shape."""
    return a.ndim == b.ndim and all(map(is_same, a.shape, b.shape))


def broadcast_arrays(*args: Any) -> Any:
    """`np.broadcast_arrays`: views that cannot be written."""
    arrays = [as_array(arg) for arg in args]
    if all(is_same_shape(array, arrays[0]) for array in arrays):
        return tuple(arrays)
    shape = _trace.common_shape([array.shape for array in arrays])
    return tuple(_trace.read_only(_trace.broadcast(array, shape)) for array in arrays)


def broadcast_shapes(*args: Any) -> Any:
    """`np.broadcast_shapes`."""
    return _trace.common_shape([lengths_of(shape) for shape in args])


def _at_least(name: str, grow: Any) -> Any:
    def at_least(*arys: Any) -> Any:
        made = [grow(as_array(value)) for value in arys]
        return made[0] if len(made) == 1 else tuple(made)

    at_least.__doc__ = f"`{name}`."
    return at_least


def _grow_1d(array: Any) -> Any:
    return array[None] if array.ndim == 0 else array


def _grow_2d(array: Any) -> Any:
    return array[(None,) * (2 - array.ndim)] if array.ndim < 2 else array


def _grow_3d(array: Any) -> Any:
    keys = {0: (None, None, None), 1: (None, slice(None), None), 2: (..., None)}
    return array[keys[array.ndim]] if array.ndim < 3 else array


atleast_1d = _at_least("np.atleast_1d", _grow_1d)
atleast_2d = _at_least("np.atleast_2d", _grow_2d)
atleast_3d = _at_least("np.atleast_3d", _grow_3d)


def shape(a: Any) -> Any:
    """`np.shape`."""
    return as_array(a).shape


def ndim(a: Any) -> Any:
    """`np.ndim`."""
    return as_array(a).ndim


def size(a: Any, axis: Any = None) -> Any:
    """`np.size`."""
    array = as_array(a)
    return array.size if axis is None else array.shape[axis_of(axis, array.ndim, "np.size")]


ROWS: tuple[Row, ...] = (
    row(np.reshape, "np.reshape", reshape),
    row(np.ravel, "np.ravel", ravel),
    row(np.transpose, "np.transpose", transpose),
    row(np.swapaxes, "np.swapaxes", swapaxes),
    row(np.moveaxis, "np.moveaxis", moveaxis),
    row(np.rollaxis, "np.rollaxis", rollaxis),
    row(np.squeeze, "np.squeeze", squeeze),
    row(np.expand_dims, "np.expand_dims", expand_dims),
    row(np.matrix_transpose, "np.matrix_transpose", matrix_transpose),
    row(np.broadcast_to, "np.broadcast_to", broadcast_to),
    row(np.broadcast_arrays, "np.broadcast_arrays", broadcast_arrays),
    row(np.broadcast_shapes, "np.broadcast_shapes", broadcast_shapes),
    row(np.atleast_1d, "np.atleast_1d", atleast_1d),
    row(np.atleast_2d, "np.atleast_2d", atleast_2d),
    row(np.atleast_3d, "np.atleast_3d", atleast_3d),
    row(np.shape, "np.shape", shape),
    row(np.ndim, "np.ndim", ndim),
    row(np.size, "np.size", size),
)
