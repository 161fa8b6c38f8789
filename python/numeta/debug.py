"""Debug mode: kernels run as undecorated Python, on the arguments a compiled kernel would see.

`with nm.debug():` holds for the current thread (context), NUMETA_DISABLE_JIT=1 for the process.
Scalar arguments are converted to their hints, arrays are checked and never converted, a hinted
result is converted where nothing is lost; nothing is traced, built or cached.
`kernel.py_func(...)` is the raw function, without even that.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from . import _call
from .arguments import debug_value
from .config import config
from .results import debug_result

if TYPE_CHECKING:
    from .kernel import Kernel

_depth: ContextVar[int] = ContextVar("numeta_debug", default=0)
_switched = False


class debug:
    """Context manager: within it, kernels called by this thread run as plain Python."""

    def __enter__(self) -> debug:
        _depth.set(_depth.get() + 1)
        _call.set_debug(1)
        return self

    def __exit__(self, *exception: object) -> None:
        _call.set_debug(-1)
        _depth.set(_depth.get() - 1)


def is_active() -> bool:
    """Whether kernels called here and now run as plain Python."""
    return bool(config.disable_jit) or _depth.get() > 0


def settings_changed() -> None:
    """Tell the call path whether NUMETA_DISABLE_JIT (or `nm.config.disable_jit`) is set."""
    global _switched
    if bool(config.disable_jit) != _switched:
        _switched = not _switched
        _call.set_debug(1 if _switched else -1)


def call(kernel: Kernel, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run `kernel` as plain Python, or NotImplemented where this thread is not in debug mode."""
    if not is_active():
        return NotImplemented
    bound = kernel.bind(*args, **kwargs)
    values = [
        debug_value(kernel.__qualname__, kernel.name_at(k), kernel.hint_at(k), value)
        for k, value in enumerate(bound)
    ]
    result = kernel.py_func(*kernel.positional(values), **kernel.keywords(values))
    return debug_result(kernel.__qualname__, kernel.return_hint, result)


settings_changed()
