"""Arrays that the tests of this folder go through, and how a function becomes a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import numeta as nm
from numeta.testing import MODES, same_as_python

Any_Array = np.ndarray[Any, Any]


def same_result(function: Callable[..., Any], *args: Any, modes: Any = MODES) -> Any:
    """Compare what `function(*args)` gives in a kernel with what it gives in NumPy."""
    return same_as_python(nm.jit(function), *args, modes=modes)


def matrices() -> list[Any_Array]:
    """Matrices of one content in all layouts, and small and empty ones."""
    base = np.arange(12.0).reshape(3, 4)
    wide = np.arange(96.0).reshape(6, 16)
    return [
        base,
        np.asfortranarray(base),
        wide[::2, 1::4],
        wide[::-2, ::-4],
        base.T,
        base[:1],
        base[:, :1],
        base[:0],
        base[:, :0],
    ]


def vectors() -> list[Any_Array]:
    """Vectors, also strided, reversed, short and empty."""
    base = np.arange(10, 34)
    return [base[:6].copy(), base[::4], base[::-3], base[:1], base[:0]]
