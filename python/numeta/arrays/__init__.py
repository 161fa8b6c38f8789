"""NumPy's arrays inside kernels: what operators, keys, methods and functions of arrays mean.

The traced array (a C type of `_trace`) is a view of memory; every operation on it is traced at once
as NumPy runs it. Here stands what needs no speed at the trace: conversion, keys with arrays,
methods, and NumPy's functions, one row each. Functions that need loops of their own are written in
the language of kernels (see `staged.py`).
"""

from __future__ import annotations

from .. import _trace
from ..rows import Row
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

_trace.set_array_hooks(
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
ROWS: tuple[Row, ...] = tuple(row for rows in _FILES for row in rows)
