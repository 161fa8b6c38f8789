"""Whole text of NM248: a function of NumPy that no row stands for."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm


@nm.jit
def not_there(a: nm.f8[:], x: float) -> None:
    a[0] = np.piecewise(x, [True], [2.0])


def test_function_of_numpy_that_is_not_there():
    with pytest.raises(nm.TraceError) as caught:
        not_there(np.zeros(3), 1.0)
    line = not_there.py_func.__code__.co_firstlineno + 2
    assert str(caught.value) == (
        "NM248: np.piecewise() is not among the functions of NumPy that a kernel can call\n"
        f'  File "{__file__}", line {line}\n'
        "  Instead: np.select([condition, ...], [value, ...], default)"
    )
