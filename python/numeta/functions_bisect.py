"""Rows of the module bisect, written in the language of kernels.

The sequence is an array, or a tuple or list of numbers; what is inserted into would have to grow,
so that `insort` is Python's alone.
"""

from __future__ import annotations

from typing import Any

from .arrays.conversion import as_array
from .arrays.staged import staged
from .rows import Row
from .session import refuse
from .traced_values import is_run_time


@staged
def _searched(a: Any, x: Any, lo: Any, hi: Any, from_right: bool) -> Any:
    if lo < 0:
        raise ValueError("lo must be non-negative")
    while lo < hi:
        middle = (lo + hi) // 2
        below = not (x < a[middle]) if from_right else a[middle] < x
        if below:
            lo = middle + 1
        else:
            hi = middle
    return lo


def _handler(name: str, native: Any) -> Any:
    def search(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
        if not any(map(is_run_time, (a, x, lo, hi))):
            return native(a, x, lo, hi, key=key)
        if key is not None:
            refuse(230, name=f"bisect.{name}", what="a key", instead="an array of the keys")
        array = as_array(a)
        return _searched(array, x, lo, array.shape[0] if hi is None else hi, "left" not in name)

    return search


def rows() -> tuple[Row, ...]:
    """The rows, made when somebody has imported the module."""
    import bisect

    return tuple(
        Row(native, f"bisect.{native.__name__}", _handler(native.__name__, native))
        for native in (bisect.bisect_left, bisect.bisect_right)
    )
