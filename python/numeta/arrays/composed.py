"""Rows of functions that are compositions of others: windows, sums with a start, sets, questions.

What each is made of is NumPy's own composition, or one that gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace
from ..functions_numpy import UFUNCS, sample_of
from ..rows import Row
from ..session import refuse
from ..traced_values import is_run_time
from . import diagonals, products, searches, sets, sorting
from .attributes import astype as astype_of
from .conversion import Scalar, as_array, lengths_of, short_of
from .elementwise import native_first, select
from .joins import concatenate
from .linalg import norm
from .nests import over, require
from .rearranged import copyto
from .reductions import Functions, reduced
from .scans import accumulated
from .shapes import axis_of, moveaxis

# -- windows --------------------------------------------------------------------------------------


def _window(name: str, value: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def window(M: Any) -> Any:
        (count,) = lengths_of(M)
        length = select_length(count)
        out = _trace.empty((length,), "f8")
        span = _trace.cast(count - 1, "f8", False) if isinstance(count, Scalar) else count - 1.0
        with over((length,)) as (k,):
            n = _trace.cast(2 * k + 1 - count, "f8", False)
            one = length == 1
            out[k] = select(one, np.float64(1.0), value(n, select(one, np.float64(1.0), span)))
        return out

    window.__doc__ = f"`np.{name}`."
    return window


def select_length(count: Any) -> Any:
    """A length, 0 where it is negative."""
    return _trace.apply("maximum", (count, 0), python=True) if is_run_time(count) else max(count, 0)


def _cos(x: Any) -> Any:
    return UFUNCS["cos"](x)


def _bartlett(n: Any, span: Any) -> Any:
    return select(n <= 0, 1 + n / span, 1 - n / span)


def _blackman(n: Any, span: Any) -> Any:
    return 0.42 + 0.5 * _cos(np.pi * n / span) + 0.08 * _cos(2.0 * np.pi * n / span)


_WINDOWS: Functions = {
    np.hanning: _window("hanning", lambda n, span: 0.5 + 0.5 * _cos(np.pi * n / span)),
    np.hamming: _window("hamming", lambda n, span: 0.54 + 0.46 * _cos(np.pi * n / span)),
    np.blackman: _window("blackman", _blackman),
    np.bartlett: _window("bartlett", _bartlett),
}

# -- sums, products -------------------------------------------------------------------------------


def _cumulative(name: str, ufunc: str, start: int) -> Callable[..., Any]:
    def cumulative(
        x: Any, /, *, axis: Any = None, dtype: Any = None, include_initial: bool = False
    ) -> Any:
        array = as_array(x)
        array = array[None] if array.ndim == 0 else array
        if axis is None:
            if array.ndim > 1:
                raise ValueError(
                    "For arrays which have more than one dimension ``axis`` argument is required."
                )
            axis = 0
        made = accumulated(ufunc, array, axis, dtype)
        if not include_initial:
            return made
        place = axis_of(axis, array.ndim, f"np.{name}")
        first = [1 if k == place else n for k, n in enumerate(array.shape)]
        head = _trace.empty(first, short_of(made.dtype))
        head[...] = start
        return concatenate([head, made], axis=place)

    cumulative.__doc__ = f"`np.{name}`."
    return cumulative


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """`np.vecdot`, `np.linalg.vecdot`: the first one is conjugated."""
    a, b = as_array(x1), as_array(x2)
    for array in (a, b):
        if array.ndim == 0:
            refuse(230, name="np.vecdot", what="a 0-d array", instead="vectors")
    if axis != -1:
        a, b = moveaxis(a, axis, -1), moveaxis(b, axis, -1)
    require(a.shape[-1] == b.shape[-1], ValueError, "vectors of different lengths")
    if np.dtype(a.dtype).kind == "c":
        a = UFUNCS["conjugate"](a)
    return products.as_result(products.matmul(a[..., None, :], b[..., :, None])[..., 0, 0])


def outer(x1: Any, x2: Any, /) -> Any:
    """`np.linalg.outer`: of two vectors."""
    a, b = as_array(x1), as_array(x2)
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(
            "Input arrays must be one-dimensional, but they are"
            f" x1.ndim={a.ndim} and x2.ndim={b.ndim}."
        )
    return products.outer(a, b)


def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """`np.linalg.cross`: of vectors of three elements."""
    a, b = as_array(x1), as_array(x2)
    message = "Both input arrays must be (arrays of) 3-dimensional vectors"
    for array in (a, b):
        require(array.shape[axis] == 3, ValueError, message)
    return products.cross(a, b, axis=axis)


def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """`np.linalg.trace`: of the last two axes."""
    return products.trace(x, offset, -2, -1, dtype)


def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """`np.linalg.diagonal`: of the last two axes."""
    return diagonals.diagonal(x, offset, -2, -1)


def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """`np.linalg.matrix_norm`."""
    return norm(x, ord=ord, axis=(-2, -1), keepdims=keepdims)


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """`np.linalg.vector_norm` along one axis, or of all elements."""
    array = as_array(x)
    if axis is not None:
        if not isinstance(axis, int):
            refuse(230, name="np.linalg.vector_norm", what="axes", instead="one axis, or None")
        return norm(array, ord=ord, axis=axis, keepdims=keepdims)
    if keepdims:
        refuse(230, name="np.linalg.vector_norm", what="keepdims=", instead="an axis")
    return norm(_trace.flat(array), ord=ord)


# -- sets, sorting, choices -----------------------------------------------------------------------


def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """`np.setxor1d`."""
    a, b = sets.unique(ar1), sets.unique(ar2)
    return sets.union1d(sets.setdiff1d(a, b), sets.setdiff1d(b, a))


def lexsort(keys: Any, axis: int = -1) -> Any:
    """`np.lexsort` of vectors: the last key counts most."""
    given = [as_array(key) for key in keys]
    if not given:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if any(key.ndim != 1 for key in given):
        refuse(230, name="np.lexsort", what="keys of several axes", instead="vectors")
    order = sorting.argsort(given[0])
    for key in given[1:]:
        require(key.shape[0] == given[0].shape[0], ValueError, "all keys need to be the same shape")
        order = order[sorting.argsort(key[order])]
    return order


def putmask(a: Any, mask: Any, values: Any) -> None:
    """`np.putmask`: of one value, or of as many as there are elements."""
    given = as_array(values)
    if given.ndim > 0 and given.ndim != a.ndim:
        refuse(
            230, name="np.putmask", what="several values", instead="np.place or a[mask] = values"
        )
    copyto(a, values, where=searches.as_mask(mask))


def array_equiv(a1: Any, a2: Any) -> Any:
    """`np.array_equiv`: arrays of one shape, or of shapes that are broadcast."""
    equal = UFUNCS["equal"](as_array(a1), as_array(a2))
    if type(equal) is not _trace.Array:
        return _trace.cast(equal, "b1", True)
    return _trace.cast(reduced("logical_and", equal), "b1", True)


def _indices_from(function: Callable[..., Any]) -> Callable[..., Any]:
    def indices_from(arr: Any, k: Any = 0) -> Any:
        array = as_array(arr)
        if array.ndim != 2:
            raise ValueError("input array must be 2-d")
        return function(array.shape[0], k, array.shape[1])

    indices_from.__doc__ = "Of the indices of a matrix: where its triangle is."
    return indices_from


def diag_indices_from(arr: Any) -> Any:
    """`np.diag_indices_from`."""
    array = as_array(arr)
    if array.ndim < 2:
        raise ValueError("input array must be at least 2-d")
    for length in array.shape[1:]:
        message = "All dimensions of input must be of equal length"
        require(length == array.shape[0], ValueError, message)
    return diagonals.diag_indices(array.shape[0], array.ndim)


def astype(x: Any, dtype: Any, /, *, copy: bool = True) -> Any:
    """`np.astype`."""
    return astype_of(as_array(x), dtype, copy=copy)


# -- questions that types answer ------------------------------------------------------------------


def iscomplexobj(x: Any) -> bool:
    """`np.iscomplexobj`."""
    return np.result_type(sample_of(x)).kind == "c"


def isrealobj(x: Any) -> bool:
    """`np.isrealobj`."""
    return not iscomplexobj(x)


def isscalar(element: Any) -> bool:
    """`np.isscalar`."""
    return type(element) is not _trace.Array


def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """`np.result_type`."""
    made: np.dtype[Any] = np.result_type(*map(sample_of, arrays_and_dtypes))
    return made


_ROWS: Functions = {
    **_WINDOWS,
    np.cumulative_sum: _cumulative("cumulative_sum", "add", 0),
    np.cumulative_prod: _cumulative("cumulative_prod", "multiply", 1),
    np.vecdot: vecdot,
    np.setxor1d: setxor1d,
    np.lexsort: lexsort,
    np.putmask: putmask,
    np.array_equiv: array_equiv,
    np.tril_indices_from: _indices_from(diagonals.tril_indices),
    np.triu_indices_from: _indices_from(diagonals.triu_indices),
    np.diag_indices_from: diag_indices_from,
    np.astype: astype,
    np.iscomplexobj: iscomplexobj,
    np.isrealobj: isrealobj,
    np.isscalar: isscalar,
    np.result_type: result_type,
}
_LINALG: Functions = {
    np.linalg.vecdot: vecdot,
    np.linalg.outer: outer,
    np.linalg.cross: cross,
    np.linalg.trace: trace,
    np.linalg.diagonal: diagonal,
    np.linalg.matmul: products.matmul,
    np.linalg.tensordot: products.tensordot,
    np.linalg.matrix_norm: matrix_norm,
    np.linalg.vector_norm: vector_norm,
}
ROWS: tuple[Row, ...] = (
    *(
        Row(native, f"np.{native.__name__}", native_first(native, function))
        for native, function in _ROWS.items()
    ),
    *(
        Row(native, f"np.linalg.{native.__name__}", function)
        for native, function in _LINALG.items()
    ),
)
