"""Products with a vector that are loops: where an operand is not in memory as BLAS wants it.

What was made of other arrays just before would need memory for BLAS to read it, and so would what
is read backwards. Here the products are summed in lanes, as np.sum does it, with an error no larger
than NumPy's; an operand that was just made is computed where it is read. Two vectors of which one
is no run of memory are summed four products at a time (BLAS has two sums of them there): such a sum
in a loop over the columns of a matrix may go row by row, all columns at once (core/split.hpp). So
are a few elements that an index array has chosen: lanes would wait for each of them. Where vectors
may be short, those that are get lanes too, sooner than BLAS could be asked. In exact mode, and for
all other operands and types, the product is BLAS's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace, loops
from .folding import is_exact
from .staged import staged
from .summation import FEW, of_few, summed

_LANES = 8
_FEW_CHOSEN = 64  # with four products at a time the error of 128 in NumPy's 8 lanes


def are_summed_here(a: Any, b: Any, short: str) -> bool:
    """Is the product of a vector or a matrix with a vector not left to BLAS?"""
    if short not in ("f4", "f8") or is_exact():
        return False
    if a.ndim == 1:
        return any(_trace.is_new_map(x) or not _is_run(x) for x in (a, b))
    strides = _trace.strides(a)
    is_dense = strides is not None and type(strides[1]) is int and strides[1] == 1
    return is_dense and _trace.is_new_map(a)


def _is_run(x: Any) -> bool:
    """Do the elements of a vector lie one after the other?"""
    strides = _trace.strides(x)
    return strides is None or (type(strides[0]) is int and strides[0] == 1)


def _is_walked(x: Any) -> bool:
    """Do they lie in memory, but neither one after the other nor backwards?"""
    strides = _trace.strides(x)
    is_near = strides is not None and type(strides[0]) is int and abs(strides[0]) == 1
    return strides is not None and not is_near and not _trace.is_new_map(x)


def dot_into(x: Any, y: Any, out: Any) -> None:
    """The sum of the products of two vectors."""
    if any(map(_is_walked, (x, y))) and not any(map(_trace.is_new_map, (x, y))):
        _by_fours(x, y, _length(x, y), out)
    elif any(map(_trace.is_new_gather, (x, y))):
        _of_chosen(x, y, _length(x, y), out)
    else:
        out[()] = _dot(x, y, out.dtype)


def may_be_summed_here(count: Any, short: str) -> bool:
    """Are vectors of that many elements given lanes where they turn out to be short?"""
    is_tiny = type(count) is int and count < _LANES
    return short in ("f4", "f8") and not is_tiny and not is_exact()


def most_in_short(short: str) -> int:
    """How many products are summed sooner than BLAS has begun, with no larger error."""
    return FEW[np.dtype(short).itemsize]


def short_into(x: Any, y: Any, out: Any) -> None:
    """The same, of vectors that are short."""
    zero = out.dtype.type(0)
    out[()] = of_few(lambda k: x[k] * y[k], _length(x, y), _LANES, out.dtype, -zero) + zero


@staged
def _by_fours(x: Any, y: Any, length: Any, out: Any) -> None:
    out[()] = 0
    fours = length // 4
    for p in loops.range(fours):
        k = p * 4
        first = x[k] * y[k] + x[k + 1] * y[k + 1]
        out[()] = out[()] + (first + (x[k + 2] * y[k + 2] + x[k + 3] * y[k + 3]))
    for p in loops.range(length & 3):
        k = fours * 4 + p
        out[()] = out[()] + x[k] * y[k]


@staged
def _of_chosen(x: Any, y: Any, length: Any, out: Any) -> None:
    # Of what is chosen few loads may stand here, so that it is no array (core/forward.cpp).
    if length <= _FEW_CHOSEN:
        four = np.empty(4, out.dtype)
        total = out.dtype.type(0)
        fours = length // 4
        for p in loops.range(fours):
            for j in loops.range(4):
                four[j] = x[p * 4 + j] * y[p * 4 + j]
            total = total + ((four[0] + four[1]) + (four[2] + four[3]))
        for p in loops.range(length & 3):
            total = total + x[fours * 4 + p] * y[fours * 4 + p]
        out[()] = total
    else:
        long = summed(lambda k: x[k] * y[k], (length,), out.dtype, False)
        out[()] = long + out.dtype.type(0)


@staged
def matrix_vector_into(a: Any, x: Any, out: Any) -> None:
    """The same for each row of a matrix."""
    for i in loops.range(a.shape[0]):
        out[i] = _dot(a[i], x, out.dtype)


def _length(x: Any, y: Any) -> Any:
    return x.shape[0] if type(x.shape[0]) is int else y.shape[0]


def _dot(x: Any, y: Any, dtype: Any) -> Any:
    # The sum of no products, and of products that are -0.0, is 0.0.
    length = (_length(x, y),)
    return summed(lambda k: x[k] * y[k], length, dtype, False, is_row=True) + dtype.type(0)
