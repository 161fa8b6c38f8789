"""Products with a vector that are loops: where an operand is not in memory as BLAS takes it.

What was made of other arrays just before would need memory for BLAS to read it, and so would what
is read backwards. Here the products are summed in lanes, as np.sum does it, with an error no larger
than NumPy's; an operand that was just made is computed where it is read. In exact mode, and for all
other operands and types, the product is BLAS's.
"""

from __future__ import annotations

from typing import Any

from .. import _trace, loops
from .folding import is_exact
from .staged import staged
from .summation import summed


def are_summed_here(a: Any, b: Any, short: str) -> bool:
    """Is the product of a vector or a matrix with a vector not left to BLAS?"""
    if short not in ("f4", "f8") or is_exact():
        return False
    if a.ndim == 1:
        return any(_trace.is_new_map(x) or _runs_backwards(x) for x in (a, b))
    strides = _trace.strides(a)
    is_dense = strides is not None and type(strides[1]) is int and strides[1] == 1
    return is_dense and _trace.is_new_map(a)


def _runs_backwards(x: Any) -> bool:
    strides = _trace.strides(x)
    return strides is not None and type(strides[0]) is int and strides[0] < 0


def dot_into(x: Any, y: Any, out: Any) -> None:
    """The sum of the products of two vectors."""
    out[()] = _dot(x, y, out.dtype)


@staged
def matrix_vector_into(a: Any, x: Any, out: Any) -> None:
    """The same for each row of a matrix."""
    for i in loops.range(a.shape[0]):
        out[i] = _dot(a[i], x, out.dtype)


def _dot(x: Any, y: Any, dtype: Any) -> Any:
    length = x.shape[0] if type(x.shape[0]) is int else y.shape[0]
    # The sum of no products, and of products that are -0.0, is 0.0.
    return summed(lambda k: x[k] * y[k], (length,), dtype, False, is_row=True) + dtype.type(0)
