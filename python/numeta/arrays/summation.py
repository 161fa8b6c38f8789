"""Sums in NumPy's order: pairwise, to the bit (`pairwise_sum` of numpy/_core/src/umath/loops).

Up to 128 numbers are added in 8 lanes, longer runs are halves that are added. The error grows with
the logarithm of the length, and the lanes are what vector registers hold. Complex numbers have half
as many lanes. Of each number one term is asked for, so what is summed need not be in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS
from .folding import is_exact, product
from .staged import staged

_BLOCK = 16  # how many numbers of a lane are added before lanes are
_BUFFER = 8192
_MOST = 2**48 - 1  # no array is longer
_DEPTH = 60  # halving the longest array


def pairwise(term: Callable[[Any], Any], length: Any, dtype: Any) -> Any:
    """The sum of `term(i)` for i from 0 to `length`, floats or complex numbers of `dtype`."""
    dtype = np.dtype(dtype)
    lanes = 4 if dtype.kind == "c" else 8
    zero = dtype.type(complex(-0.0, -0.0) if dtype.kind == "c" else -0.0)
    if type(length) is int and length <= _BLOCK * lanes:
        return _leaf(term, 0, length, lanes, dtype, zero)
    return _halves(term, length, lanes, dtype, zero)


def natural(number: Any) -> Any:
    """The same number, a position or a length: said so that no index made of it wraps."""
    if type(number) is int:
        return number
    return _trace.apply("bit_and", (number, _MOST), python=True)


@staged
def _leaf(term: Any, first: Any, length: Any, lanes: int, dtype: Any, zero: Any) -> Any:
    lane = np.empty(lanes, dtype)
    for j in loops.range(lanes):
        lane[j] = zero
    first = natural(first)
    whole = natural(length - length % lanes)
    for k in loops.range(0, whole, lanes):
        for j in loops.range(lanes):
            lane[j] += term(first + (k + j))
    if lanes == 8:
        low = (lane[0] + lane[1]) + (lane[2] + lane[3])
        total = low + ((lane[4] + lane[5]) + (lane[6] + lane[7]))
    else:
        total = (lane[0] + lane[1]) + (lane[2] + lane[3])
    for k in loops.range(whole, length):
        total = total + term(first + k)
    return total


@staged
def _halves(term: Any, length: Any, lanes: int, dtype: Any, zero: Any) -> Any:
    left = np.empty(_DEPTH, dtype)  # the sums of first halves
    rest = np.empty(_DEPTH, np.int64)  # how long the second half is; -1: it is being summed
    rest[0] = length
    length = rest[0]
    first = 0
    depth = 0
    total = zero
    while True:
        while length > _BLOCK * lanes:
            half = length // 2
            half -= half % lanes
            rest[natural(depth)] = length - half
            depth += 1
            length = half
        total = _leaf(term, first, length, lanes, dtype, zero)
        first += length
        while depth > 0 and rest[natural(depth - 1)] < 0:
            depth = natural(depth - 1)
            total = left[depth] + total
        if depth == 0:
            break
        top = natural(depth - 1)
        left[top] = total
        length = rest[top]
        rest[top] = -1
    return total


def summed(term: Callable[..., Any], shape: tuple[Any, ...], dtype: Any, is_cast: bool) -> Any:
    """The sum of `term(*index)` over a shape, in C order.

    `is_cast`: NumPy converts elements before it adds them, in runs of 8192 (its buffer's size).
    """
    dtype = np.dtype(dtype)
    if len(shape) == 0:
        return term()
    if len(shape) == 1:
        return _buffered(term, shape[0], dtype) if is_cast else pairwise(term, shape[0], dtype)
    if is_exact():
        flat = _by_position(term, shape)
        length = product(shape)
        return _buffered(flat, length, dtype) if is_cast else pairwise(flat, length, dtype)
    return _of_rows(term, shape, dtype)


def _by_position(term: Callable[..., Any], shape: tuple[Any, ...]) -> Callable[[Any], Any]:
    def element(k: Any) -> Any:
        index: list[Any] = []
        for length in shape[:0:-1]:
            index.append(k % length)
            k = k // length
        return term(k, *index[::-1])

    return element


def _buffered(term: Callable[[Any], Any], length: Any, dtype: Any) -> Any:
    if type(length) is int and length <= _BUFFER:
        return pairwise(term, length, dtype)
    return _in_runs(term, length, dtype, dtype.type(0))


@staged
def _in_runs(term: Any, length: Any, dtype: Any, total: Any) -> Any:
    for first in loops.range(0, length, _BUFFER):
        part = _part(term, first, min(_BUFFER, length - first), dtype)
        total = total + part
    return total


def _part(term: Callable[[Any], Any], first: Any, length: Any, dtype: Any) -> Any:
    return pairwise(lambda i: term(first + i), length, dtype)


def _of_rows(term: Callable[..., Any], shape: tuple[Any, ...], dtype: Any) -> Any:
    """Rows are summed pairwise, their sums with a compensation for what rounding loses."""
    zero = dtype.type(0)

    def row(*index: Any) -> Any:
        return pairwise(lambda k: term(*index, k), shape[-1], dtype)

    total, lost = _compensated(row, shape[:-1], zero, zero)
    finite = UFUNCS["isfinite"](lost)
    return _trace.apply("select", (finite, total + lost, total), python=False)


@staged
def _compensated(row: Any, shape: Any, total: Any, lost: Any, index: Any = ()) -> Any:
    if len(index) == len(shape):
        x = row(*index)
        new = total + x
        rest = new - total
        lost = lost + ((total - (new - rest)) + (x - rest))
        return new, lost
    for i in loops.range(shape[len(index)]):
        total, lost = _compensated(row, shape, total, lost, (*index, i))
    return total, lost
