"""Rows of scans: cumulative sums and products, differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rows import Row
from .staged import staged


@staged
def cumsum(a: Any) -> Any:
    """`np.cumsum` of a 1-dimensional array."""
    out = np.empty_like(a)
    total = a.dtype.type(0)
    for i in range(len(a)):
        total = total + a[i]
        out[i] = total
    return out


ROWS: tuple[Row, ...] = (Row(np.cumsum, "np.cumsum", cumsum),)
