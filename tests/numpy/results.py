"""`same_result`: a function that makes an array gives in a kernel what it gives in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import numeta as nm
from numeta.testing import same_as_python


def same_result(function: Callable[..., Any], *args: Any, modes: Any = None) -> None:
    """Compare elements, shape and dtype of the array that `function(*args)` makes, and what it does
    to its arguments. An error of NumPy has to be one of the kernel's, of the same type."""
    shape, dtype = (), np.dtype(float)
    try:
        with np.errstate(all="ignore"):
            expected = function(*(np.array(a) if isinstance(a, np.ndarray) else a for a in args))
        shape, dtype = np.shape(expected), np.asarray(expected).dtype
    except Exception:
        pass
    out = np.zeros(shape, dtype)
    more = {} if modes is None else {"modes": modes}
    same_as_python(_WRITERS[len(args)](function), out, *args, **more)


def _of_none(function: Callable[..., Any]) -> Any:
    @nm.jit
    def write(out):
        result = function()
        out[...] = result
        return np.shape(result), result.dtype.num

    return write


def _of_one(function: Callable[..., Any]) -> Any:
    @nm.jit
    def write(out, a):
        result = function(a)
        out[...] = result
        return np.shape(result), result.dtype.num

    return write


def _of_two(function: Callable[..., Any]) -> Any:
    @nm.jit
    def write(out, a, b):
        result = function(a, b)
        out[...] = result
        return np.shape(result), result.dtype.num

    return write


def _of_three(function: Callable[..., Any]) -> Any:
    @nm.jit
    def write(out, a, b, c):
        result = function(a, b, c)
        out[...] = result
        return np.shape(result), result.dtype.num

    return write


_WRITERS = {0: _of_none, 1: _of_one, 2: _of_two, 3: _of_three}


def matrices() -> list[np.ndarray[Any, Any]]:
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


def vectors() -> list[np.ndarray[Any, Any]]:
    """Vectors, also strided, reversed, short and empty."""
    base = np.arange(10, 34)
    return [base[:6].copy(), base[::4], base[::-3], base[:1], base[:0]]
