"""The kernels of `arrays.py` and of the tests that run them: textbook code, written for NumPy.

One file per family, KERNELS has them all. Importing it imports neither Numba nor JAX: `other_form`
imports the other forms of a kernel.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from . import (
    factorisations,
    flow,
    images,
    networks,
    products,
    samples,
    sequences,
    stencils,
)
from .declaration import KERNELS, Kernel

FAMILIES = (stencils, flow, products, factorisations, samples, networks, sequences, images)

__all__ = ["FAMILIES", "KERNELS", "Kernel", "other_form"]


def other_form(kernel: Kernel, form: str) -> Callable[..., Any] | None:
    """The form `loops` or `jax` of a kernel; None where there is none."""
    module = importlib.import_module(f"{kernel.function.__module__}_{form}")
    found: Callable[..., Any] | None = vars(module).get(kernel.name)
    return found
