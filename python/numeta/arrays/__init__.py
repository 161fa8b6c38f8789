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
    conversion,
    covariance,
    creation,
    elementwise,
    indexing,
    positions,
    products,
    reductions,
    scans,
    searching,
    sets,
    sorting,
    statistics,
)

_trace.set_array_hooks(
    indexing.get, indexing.set_, attributes.attribute, conversion.as_array, products.matmul
)

ROWS: tuple[Row, ...] = (
    *(*creation.ROWS, *elementwise.ROWS, *products.ROWS, *attributes.ROWS),
    *(*reductions.ROWS, *statistics.ROWS, *scans.ROWS, *positions.ROWS),
    *(*sorting.ROWS, *searching.ROWS, *sets.ROWS, *covariance.ROWS),
)
