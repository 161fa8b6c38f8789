"""`sum`, `any`, `all`, `min` and `max` of a comprehension: a loop, which may be compiled.

Staged code hands over what a generator expression is made of: the iterable, and functions of an
item that give the value and the condition. So `sum(x * x for x in a)` goes over an array of any
length, and `any(x > 0 for x in items)` ends at the first, whatever is known at compile time.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from . import _trace
from .arrays.staged import staged
from .iteration import Iteration
from .loops import CompiledRange
from .records import Record
from .session import current, refuse

_AT_RUN_TIME = (CompiledRange, Iteration, _trace.Array, np.ndarray)


class Clause(Record):
    """`value(x) for x in values if condition(x)`; the value may be another clause."""

    values: Any
    value: Callable[[Any], Any]
    condition: Callable[[Any], Any] | None = None


def _is_clause(value: Any) -> bool:
    return type(value) is Clause


def _is_python_float(value: Any) -> bool:
    if not _trace.is_traced(value):
        return type(value) is float
    kind = np.dtype(value.dtype).kind
    if kind == "c" and value.weak and sys.version_info >= (3, 14):
        refuse(230, name="sum", what="a generator of complex numbers", instead="a loop")
    return bool(value.weak) and kind == "f"


@staged
def _sum(clause: Any, total: Any) -> Any:
    for item in clause.values:
        if clause.condition is None or clause.condition(item):
            value = clause.value(item)
            total = _sum(value, total) if _is_clause(value) else total + value
    return total


@staged
def _compensated(clause: Any, total: Any, low: Any) -> Any:
    """Python's floats from 3.12 on: Neumaier's summation, as CPython's `cs_add` writes it."""
    for item in clause.values:
        if clause.condition is None or clause.condition(item):
            value = clause.value(item)
            if _is_clause(value):
                total, low = _compensated(value, total, low)
            else:
                new = total + value
                if _is_python_float(value) and _is_python_float(new):
                    larger = abs(total) >= abs(value)
                    low = low + ((total - new) + value if larger else (value - new) + total)
                total = new
    return total, low


@staged
def _finished(total: Any, low: Any) -> Any:
    return total + low if low != 0.0 and math.isfinite(low) else total


def _sum_of(clause: Clause, eager: bool, start: Any = 0) -> Any:
    if sys.version_info < (3, 12):
        return _sum(clause, start)
    return _finished(*_compensated(clause, start, 0.0))


@staged
def _found(clause: Any, wanted: Any, eager: Any) -> Any:
    found = False
    for item in clause.values:
        if clause.condition is None or clause.condition(item):
            value = clause.value(item)
            holds = _found(value, wanted, eager) if _is_clause(value) else bool(value) == wanted
            if holds:
                found = True
                if not eager:
                    break
    return found


@staged
def _none_found(clause: Any, eager: Any) -> Any:
    return not _found(clause, False, eager)


@staged
def _best(clause: Any, least: Any, text: Any) -> Any:
    found = False
    for item in clause.values:
        if clause.condition is None or clause.condition(item):
            value = clause.value(item)
            if not found:
                best = value
                found = True
            elif value < best if least else value > best:
                best = value
    if not found:
        raise ValueError(text)
    return best


def _best_of(native: Callable[..., Any]) -> Callable[..., Any]:
    try:
        native(())
    except ValueError as problem:
        text = str(problem)
    return lambda clause, eager: _best(clause, native is min, text)


# the builtin -> (clause, is it a list, start)
_FOLDS: dict[int, Callable[..., Any]] = {
    id(sum): _sum_of,
    id(any): lambda clause, eager: _found(clause, True, eager),
    id(all): _none_found,
    id(min): _best_of(min),
    id(max): _best_of(max),
}
_ENDING = (id(any), id(all))
_BEST = (id(min), id(max))


def fold_of(callee: Any, clause: Clause, eager: bool, start: tuple[Any, ...], nested: bool) -> Any:
    """`callee(comprehension, *start)` as a loop; NotImplemented where Python's own does it."""
    fold = _FOLDS.get(id(callee))
    if fold is None or current() is None or (start and callee is not sum):
        return NotImplemented
    if nested and id(callee) in _BEST:
        return NotImplemented
    known = not isinstance(clause.values, _AT_RUN_TIME)
    if known and id(callee) not in _ENDING and clause.condition is None and not nested:
        return NotImplemented
    if known and callee is sum and sys.version_info >= (3, 12):
        return NotImplemented  # its floats may be mixed with other numbers
    return fold(clause, eager, *start)


def plainly(clause: Clause, items: Callable[[Any], Iterable[Any]]) -> Iterator[Any]:
    """The generator that was written."""
    for item in items(clause.values):
        if clause.condition is None or clause.condition(item):
            value = clause.value(item)
            if type(value) is Clause:
                yield from plainly(value, items)
            else:
                yield value
