"""What a reshape gives is written and returned: a view where NumPy makes one, else a copy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def turned(x: nm.f8[:, :]) -> Any:
    y = x.T.ravel()
    y[0] = -1.0
    return y, x


@nm.jit
def backwards(x: nm.f8[:, :]) -> Any:
    y = x[::-1].reshape(-1)
    y[0] = -1.0
    return y, x


@nm.jit
def both_backwards(x: nm.f8[:, :]) -> Any:
    y = x[::-1, ::-1].reshape(-1)
    y[1] = -1.0
    z = x[::-1, ::-1].ravel()
    z[0] = -2.0
    return y, z, x


@nm.jit
def inner(x: nm.f8[:, :]) -> Any:
    y = x[:, 1:].reshape(-1)
    y[0] = -1.0
    return y, x


@nm.jit
def back_again(x: nm.f8[:, :]) -> Any:
    flat = x.reshape(-1)
    y = flat.reshape(x.shape[0], x.shape[1]).ravel()
    y[-1] = -1.0
    return y, x


@nm.jit
def regrouped(x: nm.f8[:, :, :]) -> Any:
    y = x.transpose(0, 2, 1).reshape(x.shape[0], -1)
    y[0, 1] = -1.0
    return y, x


@nm.jit
def rows_of_part(x: nm.f8[:, :]) -> Any:
    y = x[1:].reshape(-1)
    y[0] = -1.0
    return y, x


@nm.jit
def of_fixed(x: nm.f8[24]) -> Any:
    y = x.reshape(2, 3, 4).transpose(1, 2, 0)
    z = y.reshape(12, 2)
    z[0, 1] = -1.0
    w = y.reshape(4, 3, 2)
    w[0] = -2.0
    return z, w, x


SHAPES = [(3, 4), (2, 3), (1, 4), (4, 1), (1, 1)]


@pytest.mark.parametrize("kernel", [turned, backwards, both_backwards, back_again])
@pytest.mark.parametrize("shape", SHAPES)
def test_views_and_copies_of_every_shape(kernel: Any, shape: tuple[int, int]) -> None:
    for order in ("C", "F"):
        x = np.array(np.arange(12.0).reshape(3, 4)[: shape[0], : shape[1]], order=order)
        if kernel is both_backwards and x.size == 1:
            continue
        if order == "F" and kernel is not back_again and min(shape) > 1:
            continue
        same_as_python(kernel, x)


def test_parts_of_rows_are_copied_and_whole_rows_are_not() -> None:
    same_as_python(inner, np.arange(12.0).reshape(3, 4))
    same_as_python(rows_of_part, np.arange(12.0).reshape(3, 4))


def test_axes_in_groups() -> None:
    same_as_python(regrouped, np.arange(24.0).reshape(2, 3, 4))
    same_as_python(of_fixed, np.arange(24.0))


def test_what_the_lengths_decide_is_refused() -> None:
    @nm.jit
    def every_other(x: nm.f8[:, :]) -> Any:
        y = x[:, ::2].reshape(-1)  # a view of x if its rows are of even length
        y[0] = -1.0
        return y

    with pytest.raises(nm.TraceError, match="NM122"):
        every_other(np.arange(12.0).reshape(3, 4))
