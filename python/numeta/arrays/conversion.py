"""From Python's and NumPy's values to traced arrays, dtypes and shapes."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import _trace
from ..iteration import Iteration
from ..session import current, refuse
from .nests import require

Array: Any = _trace.Array
Scalar: Any = _trace.Scalar

_SHORT = {row["typenum"]: row["short"] for row in _trace.dtypes()}


def is_array(value: object) -> bool:
    """Whether a value is a traced array, of any number of dimensions."""
    return type(value) is Array


def is_many(value: Any) -> bool:
    """Whether a value is an array that is not 0-dimensional, traced or of NumPy."""
    return (type(value) is Array or isinstance(value, np.ndarray)) and value.ndim > 0


def short_of(dtype: Any) -> str:
    """The code of an element type ("f8"), for what NumPy takes for a dtype."""
    if dtype is None:
        return "f8"
    found = np.dtype(dtype if isinstance(dtype, type) else getattr(dtype, "dtype", dtype))
    short = _SHORT.get(found.num)
    if short is None or not found.isnative:
        refuse(247, dtype=str(found))
    return short


def lengths_of(shape: Any) -> tuple[Any, ...]:
    """The lengths that a shape stands for, as Python's ints; negative ones are the caller's."""
    if isinstance(shape, Scalar | int | np.integer | float | np.floating):
        shape = (shape,)
    elif is_array(shape):
        shape = (shape,) if shape.ndim == 0 else items_of(shape)
    return tuple(_length(length) for length in shape)


def _length(length: Any) -> Any:
    if is_array(length) and length.ndim == 0:
        length = length[()]
    if not isinstance(length, Scalar):
        return operator.index(length)
    kind = np.dtype(length.dtype).kind
    if kind not in "iu" and not (kind == "b" and length.weak):
        name = "float" if kind == "f" else f"numpy.{np.dtype(length.dtype).name}"
        raise TypeError(f"{name!r} object cannot be interpreted as an integer")
    return _trace.cast(length, "i8", True)


def shape_of(shape: Any) -> tuple[Any, ...]:
    """The lengths that a shape stands for; negative ones raise NumPy's ValueError."""
    lengths = lengths_of(shape)
    for length in lengths:
        require(length >= 0, ValueError, "negative dimensions are not allowed")
    return lengths


_MOST_ITEMS = 256  # that are unpacked one by one


def items_of(array: Any, count: int = 0) -> list[Any]:
    """The items along the first axis. Its length has to be known, or it is checked to be `count`,
    the number of names that an assignment unpacks into."""
    if array.ndim == 0:
        raise TypeError("iteration over a 0-d array")
    length = array.shape[0]
    if isinstance(length, Scalar) and count > 0:
        require(length <= count, ValueError, f"too many values to unpack (expected {count})")
        message = f"not enough values to unpack (expected {count}, got {{0}})"
        require(length >= count, ValueError, message, length)
        length = count
    return list(_items(array, length))


def unpacked(value: Any, shape: tuple[int, tuple[Any, ...]] | None) -> Any:
    """A value that the target of a `for` statement unpacks: arrays in it as lists of items.

    `shape`: None of one name; of several how many, and the shape of each, none if one is starred.
    """
    if shape is None or type(value) not in (Array, tuple, list):
        return value
    count, parts = shape
    items = items_of(value, count) if is_array(value) else value
    if len(parts) != len(items):
        return items
    return [unpacked(item, part) for item, part in zip(items, parts, strict=True)]


def one_by_one(array: Any) -> Iterator[Any]:
    """The items along the first axis, each read when it is asked for, as NumPy's iterator does."""
    if array.ndim == 0:
        raise TypeError("iteration over a 0-d array")
    return _items(array, array.shape[0])


def _items(array: Any, length: Any) -> Iterator[Any]:
    if isinstance(length, Scalar) or length > _MOST_ITEMS:
        refuse(209)
    return map(array.__getitem__, range(length))


def whole_layout(array: Any) -> str | None:
    """ "C", "F" or "S" (any strides) of a whole array, None of a part of one."""
    trace = _trace.current()
    assert trace is not None
    found = trace.layout(array)
    return None if found is None else found[0]


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
        return (
            {"b": bool, "i": int, "u": int, "f": float, "c": complex}[dtype.kind](0)
            if value.weak
            else dtype
        )
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
    if isinstance(value, Iteration) and hasattr(value, "base"):
        elements: Any = value  # a.flat
        return elements.array
    return filled(
        _trace.empty((), short_of(dtype if dtype is not None else scalar_dtype(value))), value
    )


def scalar_dtype(value: Any) -> np.dtype[Any]:
    """The dtype of `np.asarray(value)` of a number."""
    found: Any = value if isinstance(value, Scalar) else np.asarray(value)
    dtype: np.dtype[Any] = found.dtype
    return dtype


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
