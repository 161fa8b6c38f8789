"""Functions of NumPy that are written in the language of kernels.

Such a function is plain Python with loops, slices and `np.empty`: what a user could write as a
helper. It is staged once per process and inlined into the trace. Its rows are the table's like any
other; NumPy itself is its test.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from ..staging import StagedFunction, stage


def staged(func: Callable[..., Any]) -> Callable[..., Any]:
    """Run `func` as a kernel's helper is run: its loops and branches may be compiled."""
    assert isinstance(func, FunctionType)
    made: list[StagedFunction] = []

    @functools.wraps(func)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not made:
            made.append(stage(func))
        return made[0].run(*args, **kwargs)

    return run
