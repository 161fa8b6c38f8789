"""The rows of NumPy's functions of arrays, the hooks of the traced array, the methods of ufuncs.

Loaded when a kernel first needs one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import _trace
from ..rows import Row
from ..session import refuse
from . import (
    attributes,
    composed,
    conversion,
    covariance,
    creation,
    decompositions,
    diagonals,
    einsum,
    elementwise,
    indexing,
    joins,
    linalg,
    masked,
    positions,
    products,
    ranges,
    rearranged,
    reductions,
    scans,
    searches,
    searching,
    sets,
    shapes,
    sorting,
    statistics,
    subscripts,
)

# What the traced array asks for, as `_trace.set_array_hooks` takes it.
HOOKS: tuple[Callable[..., Any], ...] = (
    indexing.get,
    indexing.set_,
    attributes.attribute,
    conversion.as_array,
    products.matmul,
    products.matmul_into,
    attributes.iterate,
    attributes.set_attribute,
    masked.derived,
)
_trace.set_array_hooks(*HOOKS)

_FILES: tuple[tuple[Row, ...], ...] = (
    composed.ROWS,
    covariance.ROWS,
    creation.ROWS,
    decompositions.ROWS,
    diagonals.ROWS,
    einsum.ROWS,
    elementwise.ROWS,
    joins.ROWS,
    linalg.ROWS,
    positions.ROWS,
    products.ROWS,
    ranges.ROWS,
    rearranged.ROWS,
    reductions.ROWS,
    scans.ROWS,
    searches.ROWS,
    searching.ROWS,
    sets.ROWS,
    shapes.ROWS,
    sorting.ROWS,
    statistics.ROWS,
    subscripts.ROWS,
)


def rows() -> tuple[Row, ...]:
    """The rows of NumPy's functions of arrays."""
    return tuple(row for rows in _FILES for row in rows)


_METHODS_OF_UFUNCS: dict[str, Callable[..., Any]] = {
    "reduce": reductions.reduce_of,
    "accumulate": scans.accumulate_of,
    "outer": elementwise.outer_of,
    "at": searches.at,
}


def method_of_ufunc(ufunc: Any, name: str, args: Any, kwargs: Any) -> Any:
    """`ufunc.reduce(...)`, `.accumulate(...)`, `.outer(...)` or `.at(...)`."""
    if name not in _METHODS_OF_UFUNCS:
        refuse(230, name=f"np.{ufunc.__name__}.{name}", what="arrays", instead="a loop")
    return _METHODS_OF_UFUNCS[name](ufunc, *args, **kwargs)
