"""Rows of covariance and correlation."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..functions_numpy import UFUNCS, clip, short
from ..rows import Row
from .conversion import as_array
from .elementwise import native_first, select
from .folding import over
from .nests import require
from .reductions import Functions
from .scans import joined
from .statistics import mean
from .summation import summed


def _observations(m: Any, y: Any, rowvar: bool) -> Any:
    """Variables in rows."""
    m = as_array(m)
    if m.ndim > 2:
        raise ValueError("m has more than 2 dimensions")
    x = m[None, :] if m.ndim == 1 else m if rowvar else m.T
    if y is None:
        return x
    y = as_array(y)
    if y.ndim > 2:
        raise ValueError("y has more than 2 dimensions")
    return joined([x, y[None, :] if y.ndim == 1 else y if rowvar else y.T], 0)


def _covariances(x: Any, bias: Any, ddof: Any) -> Any:
    dtype = np.result_type(x.dtype, np.float64)
    code = short(dtype)
    if ddof is None:
        ddof = 0 if bias else 1
    x = _trace.map(lambda v: _trace.cast(v, code, False), (x,))
    centre = mean(x, axis=1, keepdims=True)
    x = UFUNCS["subtract"](x, centre)
    count, length = x.shape
    freedom = _trace.cast(length - ddof, "f8", False)
    factor = 1.0 / select(freedom <= 0, np.float64(0), freedom)
    out = _trace.empty([count, count], code)

    def body(index: tuple[Any, ...]) -> None:
        i, j = index

        def term(k: Any) -> Any:
            other = x[j, k]
            return x[i, k] * (other.conjugate() if dtype.kind == "c" else other)

        out[i, j] = summed(term, (length,), dtype, False) * factor

    over((count, count), body)
    return out


def _squeezed(c: Any) -> Any:
    """NumPy drops axes of length 1, which is known only of fixed shapes."""
    count = c.shape[0]
    if _trace.is_one(count):
        return c[0, 0, ...]
    if type(count) is int:
        return c
    message = "the covariance of one row: pass the row itself, or hint how many rows there are"
    require(count != 1, NotImplementedError, message)
    return c


def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None) -> Any:
    """`np.cov`, without weights."""
    return _squeezed(_covariances(_observations(m, y, rowvar), bias, ddof))


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """`np.corrcoef`."""
    c = cov(x, y, rowvar)
    if c.ndim == 0:
        return c[()] / c[()]
    deviations = _trace.empty([c.shape[0]], "f8")

    def body(index: tuple[Any, ...]) -> None:
        deviations[index] = UFUNCS["sqrt"](c[(*index, *index)].real)

    over(c.shape[:1], body)

    def scaled(value: Any, row: Any, column: Any) -> Any:
        value = value / row / column
        if np.dtype(value.dtype).kind == "c":
            parts = (clip(value.real, -1, 1), clip(value.imag, -1, 1))
            return _trace.apply("make_complex", parts, python=False)
        return clip(value, -1, 1)

    return _trace.map(scaled, (c, deviations[:, None], deviations[None, :]))


_ROWS: Functions = {np.cov: cov, np.corrcoef: corrcoef}
ROWS: tuple[Row, ...] = tuple(
    Row(native, f"np.{native.__name__}", native_first(native, function))
    for native, function in _ROWS.items()
)
