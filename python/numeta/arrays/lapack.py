"""What functions of linear algebra share: operands in Fortran order, checks, stacks of matrices.

LAPACK takes whole matrices column by column and overwrites them, so every operand is copied into
such memory first, as NumPy does. Its answer, `info`, becomes NumPy's LinAlgError.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..loops import range as counted
from . import blas
from .conversion import as_array, short_of
from .nests import require
from .products import converted
from .staged import staged

Scalar = _trace.Scalar
LinAlgError = np.linalg.LinAlgError


def operand(value: Any, least: int = 2) -> tuple[Any, str]:
    """The array of floats or complex numbers that NumPy computes with, and its element type."""
    array = as_array(value)
    if array.ndim < least:
        raise LinAlgError(
            f"{array.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    short = short_of(array.dtype)
    if short not in blas.LETTERS:
        short = "f8"
    return converted(array, short), short


def real_of(short: str) -> str:
    """The element type of absolute values."""
    return blas.LETTERS[short][1]


def is_complex(short: str) -> bool:
    """Whether it is a type of complex numbers."""
    return short[0] == "c"


def require_square(array: Any) -> None:
    """LinAlgError unless the last two axes are of one length."""
    a, b = array.shape[-2:]
    if not _trace.same(a, b):
        require(a == b, LinAlgError, "Last 2 dimensions of the array must be square")


def larger(a: Any, b: Any) -> Any:
    """The larger of two lengths."""
    if type(a) is int and type(b) is int:
        return max(a, b)
    return a if _trace.same(a, b) else _trace.apply("maximum", (a, b), python=True)


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two lengths."""
    if type(a) is int and type(b) is int:
        return min(a, b)
    return a if _trace.same(a, b) else _trace.apply("minimum", (a, b), python=True)


def leading(length: Any) -> Any:
    """A leading dimension, which is never 0."""
    return larger(length, 1)


def matrix(shape: Any, short: str) -> Any:
    """Memory for a matrix, column by column."""
    return _trace.empty(shape, short, fortran=True)


def vector(length: Any, short: str) -> Any:
    """Memory for a vector, or for work."""
    return _trace.empty((length,), short)


def by_columns(a: Any, short: str) -> Any:
    """A copy of a matrix, column by column."""
    out = matrix(a.shape, short)
    out[...] = a
    return out


def integers(length: Any) -> Any:
    """Memory for the library's integers."""
    return vector(length, blas.integer_type())


def work_size(work: Any) -> Any:
    """What a routine answered that was asked how much memory it wants."""
    first = work[0]
    if np.dtype(first.dtype).kind == "c":
        first = first.real
    return larger(_trace.cast(first, "i8", True), 1)


def check_info(info: Any, message: str) -> None:
    """LinAlgError where a routine failed."""
    require(info[0] == 0, LinAlgError, message)


@staged
def set_identity(a: Any) -> None:
    """1 on the diagonal, 0 elsewhere; of a matrix with at least as many columns as rows, or not."""
    a[...] = 0
    for i in counted(smaller(a.shape[0], a.shape[1])):
        a[i, i] = 1


def lead_of(*arrays: Any) -> tuple[Any, ...]:
    """The shape that stacks of matrices have together."""
    shapes = [array.shape[:-2] for array in arrays]
    return tuple(_trace.common_shape(shapes)) if any(shapes) else ()


def stacked(array: Any, lead: tuple[Any, ...]) -> Any:
    """The array, repeated along the axes of a stack."""
    return _trace.broadcast(array, (*lead, *array.shape[-2:])) if lead else array
