"""Rows of the functions that make arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from .conversion import as_array, filled, shape_of, short_of


def empty(shape: Any, dtype: Any = float, order: str = "C") -> Any:
    """`np.empty`: fresh memory of undefined content."""
    return _trace.empty(shape_of(shape), short_of(dtype), fortran=order == "F")


def zeros(shape: Any, dtype: Any = float, order: str = "C") -> Any:
    """`np.zeros`."""
    return filled(empty(shape, dtype, order), 0)


def ones(shape: Any, dtype: Any = None, order: str = "C") -> Any:
    """`np.ones`."""
    return filled(empty(shape, dtype, order), 1)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> Any:
    """`np.full`: without a dtype, that of the value."""
    if dtype is None:
        dtype = as_array(fill_value).dtype
    return filled(empty(shape, dtype, order), fill_value)


def empty_like(prototype: Any, dtype: Any = None) -> Any:
    """`np.empty_like`."""
    array = as_array(prototype)
    return _trace.empty(array.shape, short_of(array.dtype if dtype is None else dtype))


def zeros_like(a: Any, dtype: Any = None) -> Any:
    """`np.zeros_like`."""
    return filled(empty_like(a, dtype), 0)


ROWS: tuple[Row, ...] = (
    Row(np.empty, "np.empty", empty),
    Row(np.zeros, "np.zeros", zeros),
    Row(np.ones, "np.ones", ones),
    Row(np.full, "np.full", full),
    Row(np.empty_like, "np.empty_like", empty_like),
    Row(np.zeros_like, "np.zeros_like", zeros_like),
)
