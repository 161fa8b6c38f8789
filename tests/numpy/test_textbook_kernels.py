"""Kernels as people write them for NumPy, with nothing but hints added: all agree with NumPy.

They are those that bench/arrays.py measures, on their small sizes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeta as nm
from bench.array_kernels import KERNELS
from numeta.testing import in_mode

RELATIVE = 1e-10  # products and transcendentals of whole arrays are another order of the same sums


def close(got: Any, expected: Any, relative: float) -> None:
    if isinstance(expected, tuple):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            close(one, other, relative)
        return
    assert type(got) is type(expected)
    if isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype and got.shape == expected.shape
    if expected is not None:
        np.testing.assert_allclose(got, expected, rtol=relative, atol=1e-14)


@pytest.mark.parametrize("mode", ["default", "exact", "checks"])
@pytest.mark.parametrize("name", KERNELS)
def test_kernel_agrees_with_numpy(name: str, mode: str) -> None:
    kernel = KERNELS[name]
    given, own = kernel.arguments(kernel.small), kernel.arguments(kernel.small)
    made = nm.jit(kernel.function)
    expected = kernel.function(*own)
    single = kernel.rtol > 1e-6  # of float32: no closer than the benchmark asks
    relative = kernel.rtol if single else RELATIVE
    close(in_mode(made, mode)(*given), expected, relative)
    close(given, own, relative)
