"""Methods and attributes of arrays: a table of names, each with the function that it stands for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import _trace
from ..session import current, refuse
from . import (
    diagonals,
    elementwise,
    positions,
    products,
    rearranged,
    scans,
    searches,
    searching,
    shapes,
    sorting,
    statistics,
)
from .conversion import (
    Scalar,
    as_array,
    filled,
    items_of,
    lengths_of,
    one_by_one,
    short_of,
    whole_layout,
)
from .flat import Flat
from .nests import Count, over, product, require, when
from .shapes import fresh, is_fortran_order, short
from .signatures import bound


def astype(
    array: Any,
    dtype: Any,
    order: str = "K",
    casting: Any = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> Any:
    """`a.astype(dtype)`: converted without a check."""
    to = short_of(dtype)
    if casting != "unsafe" and not np.can_cast(array.dtype, np.dtype(to), casting):
        raise TypeError(
            f"Cannot cast array data from {array.dtype!r} to {np.dtype(to)!r} according to the rule"
            f" {casting!r}"
        )
    if not copy and np.dtype(to) == array.dtype:
        return array
    if order not in ("K", "C", "A"):
        refuse(230, name="astype", what=f"order={order!r}", instead="a.astype(dtype)")
    out = _trace.empty(array.shape, to, fortran=whole_layout(array) == "F" and order != "C")
    _trace.map(lambda x: _trace.cast(x, to, False), (array,), out, True)
    return out


def copy(array: Any, order: str = "C") -> Any:
    """`a.copy()`."""
    return fresh(array, "F" if is_fortran_order(array, order, "copy") else "C")


def fill(array: Any, value: Any) -> None:
    """`a.fill(value)`."""
    filled(array, value)


def _spread(given: tuple[Any, ...]) -> Any:
    """`f(2, 3)` and `f((2, 3))` are the same."""
    return given[0] if len(given) == 1 else given


def reshape(array: Any, *shape: Any, order: str = "C", copy: Any = None) -> Any:
    """`a.reshape(...)`."""
    return shapes.reshape(array, _spread(shape), order, copy=copy)


def transpose(array: Any, *axes: Any) -> Any:
    """`a.transpose(...)`."""
    return shapes.transpose(array, _spread(axes) if axes else None)


def item(array: Any, *args: Any) -> Any:
    """`a.item()`: an element as a Python number."""
    key: Any = _spread(args) if args else None
    if key is None:
        message = "can only convert an array of size 1 to a Python scalar"
        require(array.size == 1, ValueError, message)
        value = array[(0,) * array.ndim]
    elif isinstance(key, tuple):
        if len(key) != array.ndim:
            raise ValueError("incorrect number of indices for array")
        value = array[key]
    else:
        value = Flat(array)[key]
    kind = np.dtype(value.dtype).kind
    if np.dtype(value.dtype) == np.uint64:
        refuse(230, name="item", what="an array of uint64", instead="a[index]")
    return _trace.cast(value, {"b": "b1", "i": "i8", "u": "i8", "f": "f8", "c": "c16"}[kind], True)


def tolist(array: Any) -> Any:
    """`a.tolist()`: the shape has to be known at compile time."""
    if array.ndim == 0:
        return item(array)
    if any(isinstance(length, Scalar) for length in array.shape):
        what, instead = "an array of run-time lengths", "a loop over its elements"
        refuse(230, name="tolist", what=what, instead=instead)
    return _listed(array)


def _listed(array: Any) -> Any:
    if array.ndim == 1:
        return [item(array, k) for k in range(array.shape[0])]
    return [_listed(row) for row in items_of(array)]


def real(array: Any) -> Any:
    """`a.real`: of a complex array a copy that stands in for NumPy's view."""
    return _part(array, "real") if array.dtype.kind == "c" else array


def imag(array: Any) -> Any:
    """`a.imag`: of a complex array a copy that stands in for NumPy's view."""
    if array.dtype.kind == "c":
        return _part(array, "imag")
    return _trace.read_only(filled(_trace.empty(array.shape, short(array)), 0))


def _part(array: Any, name: str) -> Any:
    out = _trace.empty(array.shape, "f4" if array.dtype.itemsize == 8 else "f8")
    _trace.map(lambda z: getattr(z, name), (array,), out, True)
    _trace.set_stand_in(out, array)
    return out


def conjugate(array: Any) -> Any:
    """`a.conj()`: of real numbers the array itself."""
    if array.dtype.kind != "c":
        return array
    return _trace.map(lambda z: z.conjugate(), (array,))


def nbytes(array: Any) -> Any:
    """`a.nbytes`."""
    return array.size * array.itemsize


def strides(array: Any) -> Any:
    """`a.strides`, where they follow from the shape."""
    if not _trace.is_contiguous(array):
        refuse(230, name="strides", what="an array that may not be contiguous", instead="a.shape")
    return tuple(array.itemsize * product(array.shape[k + 1 :]) for k in range(array.ndim))


def _unknown(name: str, instead: str) -> Callable[..., Any]:
    def unknown(array: Any) -> Any:
        refuse(230, name=name, what="an array", instead=instead)

    unknown.__doc__ = f"`a.{name}`: refused."
    return unknown


def _refused(name: str, instead: str) -> Callable[..., Any]:
    def refused(array: Any, *args: Any, **kwargs: Any) -> Any:
        refuse(230, name=name, what="an array", instead=instead)

    refused.__doc__ = f"`a.{name}()`: refused."
    return refused


def contains(array: Any, value: Any) -> Any:
    """`value in a`: whether any element is equal."""
    equal = as_array(array == value)
    found = Count(0)
    with over(equal.shape) as index, when(equal[index]):
        found._held[()] = 1
    return _trace.cast(found.value, "b1", True)


def resize(array: Any, *new_shape: Any, refcheck: bool = True) -> Any:
    """`a.resize()`: refused."""
    refuse(230, name="resize", what="an array", instead="a new array")


# name -> f(array, *args, **kwargs)
METHODS: dict[str, Callable[..., Any]] = {
    "astype": astype,
    "byteswap": _refused("byteswap", "arrays of native byte order"),
    "choose": searches.choose,
    "compress": lambda a, condition, axis=None: searches.compress(condition, a, axis),
    "conj": conjugate,
    "conjugate": conjugate,
    "copy": copy,
    "diagonal": diagonals.diagonal,
    "fill": fill,
    "flatten": shapes.flatten,
    "item": item,
    "nonzero": searches.nonzero,
    "put": searches.put,
    "ravel": shapes.ravel,
    "repeat": rearranged.repeat,
    "reshape": reshape,
    "resize": resize,
    "squeeze": shapes.squeeze,
    "swapaxes": shapes.swapaxes,
    "take": searches.take,
    "tobytes": _refused("tobytes", "the array"),
    "tolist": tolist,
    "transpose": transpose,
    "view": _refused("view", "a.astype(dtype), or the array itself"),
    **products.METHODS,
    **statistics.METHODS,
    **scans.METHODS,
    **positions.METHODS,
    **sorting.METHODS,
    **searching.METHODS,
    **elementwise.METHODS,
}
# name -> f(array)
PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "base": _unknown("base", "the array itself"),
    "flags": _unknown("flags", "np.ascontiguousarray(a)"),
    "flat": Flat,
    "imag": imag,
    "mT": shapes.matrix_transpose,
    "nbytes": nbytes,
    "real": real,
    "strides": strides,
}


def attribute(array: Any, name: str) -> Any:
    """`array.name`; NotImplemented where there is none in a kernel."""
    if name in PROPERTIES:
        return PROPERTIES[name](array)
    method = METHODS.get(name)
    if method is not None:
        return functools.partial(bound(method, name), array)
    if not hasattr(np.ndarray, name):
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
    return NotImplemented


def set_attribute(array: Any, name: str, value: Any) -> None:
    """`array.name = value`."""
    if name == "shape":
        _set_shape(array, lengths_of(value))
    elif name == "flat":
        Flat(array)[:] = value
    elif name in ("real", "imag"):
        _set_part(array, name, value)
    elif not hasattr(np.ndarray, name):
        raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
    else:
        refuse(230, name=name, what="a new value", instead="a new array")


def _set_shape(array: Any, lengths: tuple[Any, ...]) -> None:
    session = current()
    assert session is not None
    _, is_whole = _trace.buffer_of(array)
    if session.is_conditional() or (is_whole and not _trace.is_own(array)):
        refuse(230, name="shape", what="a new value", instead="a = a.reshape(...)")
    made = _trace.reshaped(array, shapes._wanted(array, lengths))
    if made is None:
        refuse(230, name="shape", what="a new value", instead="a = a.reshape(...)")
    _trace.become(array, made)


def _set_part(array: Any, name: str, value: Any) -> None:
    if array.dtype.kind != "c":
        if name == "imag":
            raise TypeError("array does not have imaginary part to set")
        array[...] = value
        return
    other = "imag" if name == "real" else "real"
    part = as_array(value)
    if part.dtype.kind == "c":
        raise TypeError("a complex value cannot be a part")
    if _trace.may_share(part, array):
        part = fresh(part)
    to = "f4" if array.dtype.itemsize == 8 else "f8"

    def joined(z: Any, x: Any) -> Any:
        x = _trace.cast(x, to, False)
        parts = (x, z.imag) if other == "imag" else (z.real, x)
        return _trace.apply("make_complex", parts, python=False)

    _trace.map(joined, (array, part), array, True)


def iterate(array: Any) -> Iterator[Any]:
    """`iter(array)`, where the length is known."""
    return one_by_one(array)
