"""Rows of functions about diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..rows import Row
from ..session import refuse
from .conversion import as_array, filled, lengths_of, shape_of, short_of
from .nests import chosen, larger, over, require, smaller, when
from .shapes import axis_of, fresh, known_int, short
from .signatures import row


def diagonal(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    """`np.diagonal`: a view that cannot be written."""
    array = as_array(a)
    if array.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = (axis_of(axis, array.ndim, "np.diagonal") for axis in (axis1, axis2))
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    return _trace.read_only(diagonal_view(array, offset, first, second))


def diagonal_view(array: Any, offset: Any, first: int, second: int) -> Any:
    """The diagonal of two axes as the last axis of a view."""
    (by,) = lengths_of(offset)
    down, right = chosen(by < 0, -by, 0), chosen(by > 0, by, 0)
    rows, columns = array.shape[first] - down, array.shape[second] - right
    length = larger(smaller(rows, columns), 0)
    kept = [k for k in range(array.ndim) if k not in (first, second)]
    last = len(kept)
    starts = {first: down, second: right}
    steps = [
        (starts[k], {last: 1}) if k in starts else (0, {kept.index(k): 1})
        for k in range(array.ndim)
    ]
    return _trace.remapped(array, [*(array.shape[k] for k in kept), length], steps)


def diag(v: Any, k: Any = 0) -> Any:
    """`np.diag`."""
    array = as_array(v)
    if array.ndim == 2:
        return diagonal(array, k)
    if array.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    (by,) = lengths_of(k)
    n = array.shape[0] + chosen(by < 0, -by, by)
    out = filled(_trace.empty((n, n), short(array)), 0)
    diagonal_view(out, by, 0, 1)[...] = array
    return out


def diagflat(v: Any, k: Any = 0) -> Any:
    """`np.diagflat`."""
    return diag(_trace.flat(as_array(v)), k)


def fill_diagonal(a: Any, val: Any, wrap: Any = False) -> None:
    """`np.fill_diagonal`: of matrices, and of arrays of equal lengths."""
    if wrap is not False:
        refuse(230, name="np.fill_diagonal", what="wrap=", instead="wrap=False")
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    value = as_array(val)
    if a.ndim == 2:
        line = diagonal_view(a, 0, 0, 1)
    else:
        for length in a.shape[1:]:
            message = "All dimensions of input must be of equal length"
            require(length == a.shape[0], ValueError, message)
        line = _trace.remapped(a, [a.shape[0]], [(0, {0: 1})] * a.ndim)
    if value.ndim == 0:
        line[...] = val
        return
    values = _trace.flat(value)
    values = fresh(values) if _trace.may_share(values, a) else values
    count = values.shape[0]
    with over((chosen(count > 0, line.shape[0], 0),)) as (k,):
        _trace.store(line, (k,), values[k % larger(count, 1)])


def _masked(m: Any, k: Any, is_kept: Any) -> Any:
    array = as_array(m)
    (by,) = lengths_of(k)
    if array.ndim == 1:
        array = _trace.broadcast(array, (array.shape[0], array.shape[0]))
    if array.ndim == 0:
        raise TypeError("tuple index out of range")
    out = _trace.empty(array.shape, short(array))
    zero = array.dtype.type(0)
    with over(array.shape) as index:
        value = array[index]
        i, j = index[-2:]
        out[index] = _trace.apply("select", (is_kept(j - i, by), value, zero), python=False)
    return out


def tril(m: Any, k: Any = 0) -> Any:
    """`np.tril`."""
    return _masked(m, k, lambda offset, by: offset <= by)


def triu(m: Any, k: Any = 0) -> Any:
    """`np.triu`."""
    return _masked(m, k, lambda offset, by: offset >= by)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float) -> Any:
    """`np.tri`."""
    (rows,), (by,) = lengths_of(N), lengths_of(k)
    (columns,) = lengths_of(N if M is None else M)
    rows, columns = larger(rows, 0), larger(columns, 0)
    out = _trace.empty((rows, columns), short_of(dtype))
    with over((rows, columns)) as (i, j):
        out[i, j] = j - i <= by
    return out


def eye(N: Any, M: Any = None, k: Any = 0, dtype: Any = float, order: str = "C") -> Any:
    """`np.eye`."""
    (rows,), (by,) = shape_of(N), lengths_of(k)
    (columns,) = shape_of(N if M is None else M)
    out = filled(_trace.empty((rows, columns), short_of(dtype), fortran=order == "F"), 0)
    diagonal_view(out, by, 0, 1)[...] = 1
    return out


def identity(n: Any, dtype: Any = None) -> Any:
    """`np.identity`."""
    return eye(n, dtype=float if dtype is None else dtype)


def diag_indices(n: Any, ndim: Any = 2) -> Any:
    """`np.diag_indices`."""
    from .ranges import arange

    return (arange(n),) * known_int(ndim, "np.diag_indices", "a number of axes")


def _triangle(name: str, is_kept: Any) -> Any:
    def indices(n: Any, k: Any = 0, m: Any = None) -> Any:
        from .searches import nonzero

        (rows,), (columns,), (by,) = lengths_of(n), lengths_of(n if m is None else m), lengths_of(k)
        mask = _trace.empty((larger(rows, 0), larger(columns, 0)), "b1")
        with over(mask.shape) as (i, j):
            mask[i, j] = is_kept(j - i, by)
        return nonzero(mask)

    indices.__doc__ = f"`{name}`."
    return indices


tril_indices = _triangle("np.tril_indices", lambda offset, by: offset <= by)
triu_indices = _triangle("np.triu_indices", lambda offset, by: offset >= by)


def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """`np.vander`: products of x from the left, as NumPy's `multiply.accumulate` makes them."""
    array = as_array(x)
    if array.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    (columns,) = (array.shape[0],) if N is None else lengths_of(N)
    dtype = np.promote_types(array.dtype, int)
    out = _trace.empty((array.shape[0], columns), short_of(dtype))
    powers = out if increasing else out[:, ::-1]
    with over((array.shape[0], columns)) as (i, j):
        with when(j == 0):
            powers[i, j] = 1
        with when(j > 0):
            powers[i, j] = powers[i, larger(j - 1, 0)] * array[i]
    return out


ROWS: tuple[Row, ...] = (
    row(np.diagonal, "np.diagonal", diagonal),
    row(np.diag, "np.diag", diag),
    row(np.diagflat, "np.diagflat", diagflat),
    row(np.fill_diagonal, "np.fill_diagonal", fill_diagonal),
    row(np.tril, "np.tril", tril),
    row(np.triu, "np.triu", triu),
    row(np.tri, "np.tri", tri),
    row(np.eye, "np.eye", eye),
    row(np.identity, "np.identity", identity),
    row(np.diag_indices, "np.diag_indices", diag_indices),
    row(np.tril_indices, "np.tril_indices", tril_indices),
    row(np.triu_indices, "np.triu_indices", triu_indices),
    row(np.vander, "np.vander", vander),
)
