"""Sums of floats: in lanes that fill vector registers, or in NumPy's order.

By default up to 128 numbers of a row are added as NumPy does it, in 8 lanes. Those of longer rows
are added in 32 lanes, after 16 numbers of each lane the lanes are added, and such sums are added
with what rounding loses of them: the error is no larger than NumPy's, and does not grow with the
length. In exact mode sums are NumPy's to the bit: pairwise
(`pairwise_sum` of numpy/_core/src/umath/loops), up to 128 numbers in 8 lanes, longer runs as halves
that are added. Of each number one term is asked for, so what is summed need not be in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..functions_numpy import UFUNCS, short
from .folding import is_exact, product
from .staged import staged

_LANE_BYTES = 256  # four of the widest registers
FEW = {4: 64, 8: 128, 16: 64}  # by bytes: up to so many numbers, NumPy's lanes are enough
_RUN = 16  # how many numbers of a lane are added before lanes are
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
    total = _together(lane, lanes)
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


def summed(
    term: Callable[..., Any],
    shape: tuple[Any, ...],
    dtype: Any,
    is_cast: bool,
    is_row: bool = False,
) -> Any:
    """The sum of `term(*index)` over a shape, in C order.

    `is_cast`: NumPy converts elements before it adds them, in runs of 8192 (its buffer's size).
    `is_row`: there are many such sums, perhaps of few numbers each.
    """
    dtype = np.dtype(dtype)
    if len(shape) == 0:
        return term()
    if not is_exact():
        return _of_rows(term, shape, dtype, is_row)
    flat, length = (
        (term, shape[0]) if len(shape) == 1 else (_by_position(term, shape), product(shape))
    )
    return _buffered(flat, length, dtype) if is_cast else pairwise(flat, length, dtype)


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


def _of_rows(term: Callable[..., Any], shape: tuple[Any, ...], dtype: Any, is_row: bool) -> Any:
    zero = dtype.type(0)
    count = _LANE_BYTES // dtype.itemsize
    if len(shape) == 1 and type(shape[0]) is int and shape[0] <= count * _RUN:
        return _leaf(term, 0, shape[0], min(8, count), dtype, -zero)
    if is_row and len(shape) == 1:
        return _of_one_row(term, shape[0], dtype, count, zero)
    return _in_lanes(term, shape, dtype, count, zero)


@staged
def _of_one_row(term: Any, length: Any, dtype: Any, count: int, zero: Any) -> Any:
    lanes = min(8, count)
    total = -zero
    if length <= FEW[dtype.itemsize]:
        total = of_few(term, length, lanes, dtype, -zero)
    else:
        total = _in_lanes(term, (length,), dtype, count, zero)
    return total


@staged
def of_few(term: Any, length: Any, lanes: int, dtype: Any, zero: Any) -> Any:
    """The same numbers as `_leaf` in the same order, where rows may be too short to fill a lane."""
    total = zero
    whole = length // lanes
    if whole > 0:
        lane = np.empty(lanes, dtype)
        for j in loops.range(lanes):
            lane[j] = zero
        for k in loops.range(whole):
            for j in loops.range(lanes):
                lane[j] += term(k * lanes + j)
        total = _together(lane, lanes)
    for k in loops.range(length & (lanes - 1)):
        total = total + term(whole * lanes + k)
    return total


def _in_lanes(term: Any, shape: tuple[Any, ...], dtype: Any, count: int, zero: Any) -> Any:
    lane = _trace.empty([count], short(dtype))
    total, lost = _rows(term, shape, lane, count, zero, zero)
    finite = UFUNCS["isfinite"](lost)
    return _trace.apply("select", (finite, total + lost, total), python=False)


@staged
def _rows(
    term: Any, shape: Any, lane: Any, count: Any, total: Any, lost: Any, index: Any = ()
) -> Any:
    """The sum so far and what rounding lost of it, with all terms added."""
    if len(index) < len(shape) - 1:
        for i in loops.range(shape[len(index)]):
            total, lost = _rows(term, shape, lane, count, total, lost, (*index, i))
        return total, lost
    for j in loops.range(count):
        lane[j] = -0.0
    length = shape[-1]
    whole = length // count
    for j in loops.range(length & (count - 1)):
        lane[j] += term(*index, whole * count + j)
    for first in loops.range(0, max(whole, 1), _RUN):
        for k in loops.range(first, min(first + _RUN, whole)):
            for j in loops.range(count):
                lane[j] += term(*index, k * count + j)
        x = _together(lane, count)
        for j in loops.range(count):
            lane[j] = -0.0
        new = total + x
        rest = new - total
        lost = lost + ((total - (new - rest)) + (x - rest))
        total = new
    return total, lost


@staged
def _together(lane: Any, count: Any) -> Any:
    """The sum of all lanes."""
    half = count // 2
    while half >= 8:
        for j in loops.range(half):
            lane[j] = lane[j] + lane[j + half]
        half = half // 2
    low = (lane[0] + lane[1]) + (lane[2] + lane[3])
    return low if count == 4 else low + ((lane[4] + lane[5]) + (lane[6] + lane[7]))
