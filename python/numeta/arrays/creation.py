"""Rows of the functions that make arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import (
    as_array,
    filled,
    is_array,
    scalar_dtype,
    shape_of,
    short_of,
    whole_layout,
)
from .shapes import copy_or_view, fresh, short
from .signatures import row


def _is_fortran(order: Any, name: str, of: Any = None) -> bool:
    """Whether new memory is to be in Fortran's order; "K" is that of `of`."""
    if order in ("C", "F"):
        return bool(order == "F")
    if order in ("A", "K", None):
        return of is not None and whole_layout(of) == "F"
    refuse(230, name=name, what=f"order={order!r}", instead="order='C' or order='F'")


def empty(shape: Any, dtype: Any = float, order: str = "C") -> Any:
    """`np.empty`: fresh memory of undefined content."""
    return _trace.empty(shape_of(shape), short_of(dtype), fortran=_is_fortran(order, "np.empty"))


def ndarray(
    shape: Any,
    dtype: Any = float,
    buffer: Any = None,
    offset: Any = 0,
    strides: Any = None,
    order: Any = None,
) -> Any:
    """`np.ndarray`: as `np.empty`."""
    if buffer is not None or strides is not None:
        refuse(230, name="np.ndarray", what="a buffer or strides", instead="np.empty")
    return empty(shape, dtype, "C" if order is None else order)


def zeros(shape: Any, dtype: Any = float, order: str = "C") -> Any:
    """`np.zeros`."""
    return filled(empty(shape, dtype, order), 0)


def ones(shape: Any, dtype: Any = None, order: str = "C") -> Any:
    """`np.ones`."""
    return filled(empty(shape, dtype, order), 1)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> Any:
    """`np.full`: without a dtype, that of the value."""
    value = as_array(fill_value) if isinstance(fill_value, list | tuple) else fill_value
    if dtype is None:
        dtype = value.dtype if is_array(value) else scalar_dtype(value)
    return filled(empty(shape, dtype, order), value)


def empty_like(
    prototype: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Any:
    """`np.empty_like`."""
    array = as_array(prototype)
    lengths = array.shape if shape is None else shape_of(shape)
    kind = short_of(array.dtype if dtype is None else dtype)
    same_rank = len(lengths) == array.ndim
    fortran = _is_fortran(order, "np.empty_like", array if same_rank else None)
    return _trace.empty(lengths, kind, fortran=fortran)


def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Any:
    """`np.zeros_like`."""
    return filled(empty_like(a, dtype, order, subok, shape), 0)


def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Any:
    """`np.ones_like`."""
    return filled(empty_like(a, dtype, order, subok, shape), 1)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
) -> Any:
    """`np.full_like`."""
    value = as_array(fill_value) if isinstance(fill_value, list | tuple) else fill_value
    return filled(empty_like(a, dtype, order, subok, shape), value)


# -- conversions ----------------------------------------------------------------------------------


def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: Any = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
) -> Any:
    """`np.array`."""
    source = as_array(object, dtype)
    to = short(source) if dtype is None else short_of(dtype)
    if to != short(source):
        made = _trace.empty(source.shape, to, fortran=_is_fortran(order, "np.array", source))
        _trace.map(lambda x: _trace.cast(x, to, False), (source,), made, True)
    elif is_array(object) or isinstance(object, np.ndarray):
        made = _as_ordered(source, order) if not copy else _copied(source, order)
    else:
        made = fresh(source, "F") if order == "F" else source
    if copy is False and made is not source:
        raise ValueError(
            "Unable to avoid copy while creating an array as requested.\nIf using"
            " `np.array(obj, copy=False)` replace it with `np.asarray(obj)` to allow a copy when"
            " needed (no behavior change in NumPy 1.x).\nFor more details, see"
            " https://numpy.org/devdocs/numpy_2_0_migration_guide.html#adapting-to-changes-in-the-"
            "copy-keyword."
        )
    return made[(*(None,) * (ndmin - made.ndim), ...)] if ndmin > made.ndim else made


def _copied(source: Any, order: str) -> Any:
    return fresh(source, "F" if _is_fortran(order, "np.array", source) else "C")


def _as_ordered(source: Any, order: Any) -> Any:
    """The array itself if it is in that order; else a copy, which may stand in for a view."""
    if order in ("K", "A", None):
        return source
    in_order = source if order == "C" else source.T
    if _trace.is_contiguous(in_order) or (order == "F" and whole_layout(source) == "F"):
        return source
    made = copy_or_view(in_order)
    return made if order == "C" else made.T


def asarray(a: Any, dtype: Any = None, order: Any = None, *, copy: Any = None) -> Any:
    """`np.asarray`."""
    return array(a, dtype, copy=copy, order="K" if order is None else order)


def ascontiguousarray(a: Any, dtype: Any = None) -> Any:
    """`np.ascontiguousarray`: a copy unless it is known to be contiguous when it is compiled."""
    return array(a, dtype, copy=None, order="C", ndmin=1)


def asfortranarray(a: Any, dtype: Any = None) -> Any:
    """`np.asfortranarray`: a copy unless it is known to be contiguous when it is compiled."""
    return array(a, dtype, copy=None, order="F", ndmin=1)


def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """`np.copy`."""
    return array(a, order=order)


ROWS: tuple[Row, ...] = (
    row(np.empty, "np.empty", empty),
    row(np.ndarray, "np.ndarray", ndarray),
    row(np.zeros, "np.zeros", zeros),
    row(np.ones, "np.ones", ones),
    row(np.full, "np.full", full),
    row(np.empty_like, "np.empty_like", empty_like),
    row(np.zeros_like, "np.zeros_like", zeros_like),
    row(np.ones_like, "np.ones_like", ones_like),
    row(np.full_like, "np.full_like", full_like),
    row(np.array, "np.array", array),
    row(np.asarray, "np.asarray", asarray),
    row(np.asanyarray, "np.asanyarray", asarray),
    row(np.ascontiguousarray, "np.ascontiguousarray", ascontiguousarray),
    row(np.asfortranarray, "np.asfortranarray", asfortranarray),
    row(np.copy, "np.copy", copy),
)
