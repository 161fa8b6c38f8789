"""Python's own functions of arrays: sum, min, max, any, all and math.prod go over the items one by
one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace, loops
from ..session import refuse
from .nests import require
from .staged import staged


def _items(array: Any, name: str) -> None:
    """Raises what iterating raises, and refuses items that are arrays."""
    if array.ndim == 0:
        raise TypeError("iteration over a 0-d array")
    if array.ndim > 1:
        refuse(230, name=name, what="an array of several axes", instead=f"np.{name}(a, axis=0)")


@staged
def _sum(array: Any, total: Any) -> Any:
    for i in loops.range(len(array)):
        total = total + array[i]
    return total


def sum_of(array: Any, start: Any) -> Any:
    """`sum(a, start)`."""
    _items(array, "sum")
    return _sum(array, start)


@staged
def _product(items: Any, total: Any) -> Any:
    for item in items:
        total = total * item
    return total


def product_of(items: Any, start: Any) -> Any:
    """`math.prod(items, start=start)` of an array or of what is gone through at run time."""
    if type(items) is _trace.Array:
        _items(items, "prod")
    return _product(items, start)


@staged
def _best(array: Any, is_better: Any) -> Any:
    best = array[0]
    for i in loops.range(1, len(array)):
        if is_better(array[i], best):
            best = array[i]
    return best


def best_of(name: str, array: Any) -> Any:
    """`min(a)` or `max(a)`: the first of the best, by comparison alone."""
    _items(array, name)
    require(array.shape[0] != 0, ValueError, f"{name}() iterable argument is empty")

    def is_better(a: Any, b: Any) -> Any:
        if np.dtype(array.dtype).kind == "b":
            return ~a & b if name == "min" else a & ~b
        return a < b if name == "min" else a > b

    return _best(array, is_better)


@staged
def _any(array: Any, wanted: bool) -> Any:
    found = False
    for i in loops.range(len(array)):
        if bool(array[i]) == wanted:
            found = True
            break
    return found


def any_of(array: Any) -> Any:
    """`any(a)`: a bool of Python's."""
    _items(array, "any")
    return _trace.cast(_any(array, True), "b1", True)


def all_of(array: Any) -> Any:
    """`all(a)`."""
    _items(array, "all")
    return _trace.cast(_any(array, False), "b1", True) == False  # noqa: E712
