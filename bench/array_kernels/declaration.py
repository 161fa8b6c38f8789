"""What a measured kernel is: a function as people write it for NumPy, hints added, and its inputs.

`@kernel(arguments, small=..., large=...)` leaves the function alone and adds a row to KERNELS.
`arguments(numbers, *sizes)` makes what it is called with from a seeded generator; `small` are sizes
for tests, `large` those that are timed. The loop form of a kernel (Numba's favourite) and its JAX
form are functions of the same name in the files `*_loops.py` and `*_jax.py` beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Function = Callable[..., Any]
Maker = Callable[..., tuple[Any, ...]]
SEED = 7


@dataclass(frozen=True)
class Kernel:
    """One row.

    `blas`: the time is that of one BLAS call, so that nobody can be faster than another.
    `rtol`: how far a contender may be from NumPy (other orders of the same sums, fast math).
    `outliers`: the share of elements that may be further off: where a rounding decides a branch.
    """

    name: str
    function: Function
    make: Maker
    small: tuple[int, ...]
    large: tuple[int, ...]
    blas: bool = False
    rtol: float = 1e-9
    outliers: float = 0.0

    def arguments(self, sizes: tuple[int, ...]) -> tuple[Any, ...]:
        return self.make(np.random.default_rng(SEED), *sizes)


KERNELS: dict[str, Kernel] = {}


def kernel(
    make: Maker, *, small: tuple[int, ...], large: tuple[int, ...], **options: Any
) -> Callable[[Function], Function]:
    """Add a function to KERNELS; see the head of this file."""

    def add(function: Function) -> Function:
        name = function.__name__
        assert name not in KERNELS, name
        KERNELS[name] = Kernel(name, function, make, small, large, **options)
        return function

    return add
