"""Rows of functions of arrays: calls are bound to what is known of NumPy's parameters."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..rows import Row
from ..session import refuse


def bound(handler: Callable[..., Any], name: str, native: Any = None) -> Callable[..., Any]:
    """`handler`; what only NumPy's own function takes is refused by its name."""
    known: list[inspect.Signature] = []

    @functools.wraps(handler)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not known:
            known.append(inspect.signature(handler))
        try:
            known[0].bind(*args, **kwargs)
        except TypeError:
            parameters = list(known[0].parameters)
            extra = [key for key in kwargs if key not in parameters]
            if not extra and len(args) <= len(parameters):
                raise
            what = f"{extra[0]}=" if extra else f"{len(args)} arguments"
            refuse(230, name=name, what=what, instead=f"{name}{_text(known[0])}")
        return handler(*args, **kwargs)

    return run


def _text(signature: inspect.Signature) -> str:
    parts = []
    for parameter in signature.parameters.values():
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parts.append(f"{star}{parameter.name}{default}")
    return f"({', '.join(parts)})"


def row(native: Callable[..., Any], name: str, handler: Callable[..., Any]) -> Row:
    """The row of a function of NumPy."""
    return Row(native, name, bound(handler, name, native))
