"""From Python's and NumPy's values to traced arrays, dtypes and shapes."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .. import _trace
from ..session import current, refuse

Array, Scalar = _trace.Array, _trace.Scalar

_SHORT = {row["typenum"]: row["short"] for row in _trace.dtypes()}


def is_array(value: object) -> bool:
    """Whether a value is a traced array, of any number of dimensions."""
    return type(value) is Array


def is_many(value: object) -> bool:
    """Whether a value is an array that is not 0-dimensional, traced or of NumPy."""
    return (type(value) is Array or isinstance(value, np.ndarray)) and value.ndim > 0  # type: ignore[attr-defined]


def short_of(dtype: Any) -> str:
    """The code of an element type ("f8"), for what NumPy takes for a dtype."""
    if dtype is None:
        return "f8"
    found = np.dtype(dtype if isinstance(dtype, type) else getattr(dtype, "dtype", dtype))
    short = _SHORT.get(found.num)
    if short is None or not found.isnative:
        refuse(235, name="an array", dtype=str(found))
    return short


def shape_of(shape: Any) -> tuple[Any, ...]:
    """The lengths that a shape stands for; negative ones raise NumPy's ValueError."""
    if isinstance(shape, Scalar | int | np.integer) or (is_array(shape) and shape.ndim == 0):
        shape = (shape,)
    lengths = []
    for length in shape:
        if is_array(length) and length.ndim == 0:
            length = length[()]
        if isinstance(length, Scalar):
            if np.dtype(length.dtype).kind not in "iub":
                raise TypeError("'float' object cannot be interpreted as an integer")
            length = _not_negative(_trace.cast(length, "i8", True))
        else:
            length = operator.index(length)
            if length < 0:
                raise ValueError("negative dimensions are not allowed")
        lengths.append(length)
    return tuple(lengths)


def _not_negative(length: Any) -> Any:
    allowed = length >= 0
    trace = _trace.current()
    assert trace is not None
    if isinstance(allowed, Scalar):
        trace.check(allowed, ValueError, "negative dimensions are not allowed")
    elif not allowed:
        raise ValueError("negative dimensions are not allowed")
    return length


def _nested_shape(value: Any) -> tuple[int, ...]:
    """The shape of nested lists; of arrays in them the known lengths."""
    if is_array(value):
        return tuple(value.shape)
    if isinstance(value, list | tuple):
        if not value:
            return (0,)
        inner = [_nested_shape(item) for item in value]
        if any(len(shape) != len(inner[0]) for shape in inner):
            raise ValueError(
                "setting an array element with a sequence. The requested array has an inhomogeneous"
                f" shape after 1 dimensions. The detected shape was ({len(value)},) +"
                " inhomogeneous part."
            )
        return (len(value), *inner[0])
    return ()


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def sample(value: Any) -> Any:
    """What NumPy's promotion takes for a value: a weak number of Python, or a dtype."""
    if isinstance(value, Scalar):
        dtype = np.dtype(value.dtype)
        return {"b": bool, "i": int, "u": int, "f": float, "c": complex}[dtype.kind](0) \
            if value.weak else dtype
    return np.dtype(value.dtype) if is_array(value) else value


def filled(array: Any, value: Any) -> Any:
    """The array, with all its elements set."""
    if array.ndim == 0:
        array[()] = value
    else:
        array[...] = value
    return array


def as_array(value: Any, dtype: Any = None) -> Any:
    """The traced array that stands for an array, a list or a number."""
    if is_array(value):
        return value
    session = current()
    if isinstance(value, np.ndarray):
        if session is not None and session.knows(value):
            return session.array(value, "captured")
        value = value.tolist() if dtype is None and value.dtype == object else value
        return constant(value)
    if isinstance(value, list | tuple):
        return from_nested(value, dtype)
    return filled(_trace.empty((), short_of(dtype if dtype is not None else scalar_dtype(value))),
                  value)


def scalar_dtype(value: Any) -> np.dtype[Any]:
    """The dtype of `np.asarray(value)` of a number."""
    if isinstance(value, Scalar):
        return np.dtype(value.dtype)
    return np.asarray(value).dtype


def constant(value: np.ndarray[Any, Any]) -> Any:
    """An array of elements that are known at the trace."""
    out = _trace.empty(value.shape, short_of(value.dtype))
    for index in np.ndindex(value.shape):
        out[index] = value[index]
    return out


def from_nested(value: Any, dtype: Any = None) -> Any:
    """`np.array` of nested lists of numbers and arrays."""
    leaves = _leaves(value)
    if dtype is None:
        kinds = [scalar_dtype(leaf) if not is_array(leaf) else leaf.dtype for leaf in leaves]
        dtype = np.result_type(*kinds) if kinds else np.dtype(float)
    shape = _nested_shape(value)
    out = _trace.empty(shape, short_of(dtype))

    def store(item: Any, index: tuple[int, ...]) -> None:
        if isinstance(item, list | tuple):
            for k, inner in enumerate(item):
                store(inner, (*index, k))
        elif is_array(item) and item.ndim > 0:
            out[index] = item
        else:
            out[index or ()] = item

    store(value, ())
    return out
