"""`print` in a kernel: at run time, in order, at each call, by Python's own `print`.

The kernel tells Python each run-time value (`Trace.say`), then that it is to be printed. What is
known at compile time is text already when the kernel is traced.
"""

from __future__ import annotations

import sys
from _thread import _local  # `threading` would have to be loaded
from collections.abc import Callable
from typing import Any

import numpy as np

from .session import Session, current, refuse
from .texts import Make, Say, deferred, python_value


class _Told(_local):
    """The run-time values that were told and are not printed yet."""

    def __init__(self) -> None:
        self.values: list[Any] = []


_told = _Told()


def _tell(session: Session, value: Any) -> None:
    """At run time, the value is appended to those that are told."""
    dtype = np.dtype(value.dtype)
    if dtype.kind != "c":
        make = python_value(dtype, value.weak)
        session.trace.say(Say(lambda number: _told.values.append(make(number))), value)
        return
    join = complex if value.weak else dtype.type

    def second(number: float) -> None:
        real = _told.values.pop()
        _told.values.append(join(complex(real, number)))

    session.trace.say(Say(_told_as_it_is), value.real)
    session.trace.say(Say(second), value.imag)


def _told_as_it_is(number: float) -> None:
    _told.values.append(number)


def _printer(parts: list[Make], count: int, **options: Any) -> Callable[[float], None]:
    file = options.pop("file", None)
    by_name = next((name for name in ("stdout", "stderr") if file is getattr(sys, name)), None)

    def say(_: float) -> None:
        # More than these are there where a signal ended a kernel between two of its values.
        first = len(_told.values) - count
        values = _told.values[first:]
        _told.values.clear()
        where = getattr(sys, by_name) if file is not None and by_name else file
        print(*(make(values) for make in parts), file=where, **options)

    return say


def print_(*args: Any, **options: Any) -> None:
    """`print(*args, **options)` at each call of the kernel."""
    session = current()
    if session is None:
        return print(*args, **options)
    if not session.trace.alive:
        return None
    from .calls import is_traced_inside

    if is_traced_inside(tuple(options.values())):
        refuse(226)
    for name in options:
        if name not in ("sep", "end", "file", "flush"):
            own: Callable[..., None] = print  # its refusal differs from version to version
            own(**{name: None})
    for name in ("sep", "end"):
        if not isinstance(options.get(name), str | None):
            kind = type(options[name]).__name__
            raise TypeError(f"{name} must be None or a string, not {kind}")
    values: list[Any] = []
    parts = [deferred(a if is_traced_inside(a) else str(a), values) for a in args]
    for value in values:
        _tell(session, value)
    session.trace.say(Say(_printer(parts, len(values), **options)))
    return None
