"""Loops that are always compiled (`nm.range`, `nm.frange`) or never (`nm.unroll`).

The body of a compiled loop is run once. What a name holds after one run of the body is therefore
not what it holds after the loop, nor before the second iteration: every name that the body binds is
a `Poison` when the body begins and after the loop, and says so when it is used. A name that was not
re-bound, or to the same value, is kept. Containers that changed in the body are an error.
Outside of a trace `nm.range` and `nm.frange` are plain ranges.
"""

from __future__ import annotations

import builtins
import dis
import operator
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any, NoReturn

import numpy as np

from . import _trace, errors
from .session import Session, current, refuse
from .staging import is_staged_code
from .staging_nodes import PREFIX
from .state import Snapshot, same

_MISSING = object()
_SUSPENDS = 0x20 | 0x80 | 0x200  # generators and coroutines


class Poison:
    """What a name holds where its value depends on how often a compiled loop ran."""

    __slots__ = ("_line", "_name", "_row")

    def __init__(self, row: int, name: str, line: int) -> None:
        self._row = row
        self._name = name
        self._line = line

    def __repr__(self) -> str:
        name = object.__getattribute__(self, "_name")
        return f"<{name}: not known, set in a compiled loop>"

    def __getattribute__(self, name: str) -> Any:
        raise_poison(self)


def raise_poison(value: Poison) -> NoReturn:
    """TraceError for a use of `value`, naming the variable and the loop's line."""
    read = object.__getattribute__
    refuse(read(value, "_row"), name=read(value, "_name"), loop=read(value, "_line"))


def _used(self: Poison, *operands: object, **named: object) -> Any:
    raise_poison(self)


_SPECIAL = (
    "add radd iadd sub rsub isub mul rmul imul truediv rtruediv itruediv floordiv rfloordiv"
    " ifloordiv mod rmod imod divmod rdivmod pow rpow ipow lshift rlshift ilshift rshift rrshift"
    " irshift and rand iand or ror ior xor rxor ixor matmul rmatmul imatmul neg pos abs invert"
    " round trunc floor ceil lt le eq ne gt ge bool int float complex index hash str format len"
    " iter next reversed contains getitem setitem delitem call enter exit array array_ufunc"
)
for _name in [*_SPECIAL.split(), "numeta_use"]:  # the last: the binding met one as an operand
    setattr(Poison, f"__{_name}__", _used)


def check_result(value: object, filename: str, line: int) -> None:
    """Refuse to return a name whose value is not known."""
    if type(value) is Poison:
        read = object.__getattribute__
        names = dict(name=read(value, "_name"), loop=read(value, "_line"))
        raise errors.error(read(value, "_row"), filename, line, **names)
    if type(value) in (tuple, list):
        for item in value:  # type: ignore[attr-defined]
            check_result(item, filename, line)


class CompiledRange:
    """`nm.range(stop)`, `nm.range(start, stop[, step])`: the loop over it is compiled."""

    __slots__ = ("start", "step", "stop")

    def __init__(self, start: Any, stop: Any = _MISSING, step: Any = 1, /) -> None:
        if stop is _MISSING:
            start, stop = 0, start
        self.start, self.stop, self.step = start, stop, step
        if current() is None or not any(map(_trace.is_traced, (start, stop, step))):
            self._plain()

    def _plain(self) -> builtins.range:
        return builtins.range(self.start, self.stop, self.step)

    def __iter__(self) -> Iterator[Any]:
        session = current()
        if session is None:
            return iter(self._plain())
        frame = sys._getframe(1)
        if frame.f_code.co_flags & _SUSPENDS:
            refuse(208)
        if is_staged_code(frame.f_code) or not _at_for_statement(frame):
            refuse(202)
        return CompiledLoop(session, self, (), (), frame.f_lineno)

    def __len__(self) -> int:
        return len(self._plain())

    def __getitem__(self, index: Any) -> Any:
        return self._plain()[index]

    def __contains__(self, value: object) -> bool:
        return value in self._plain()

    def __reversed__(self) -> Iterator[int]:
        if current() is not None:
            refuse(202)
        return reversed(self._plain())

    def __eq__(self, other: object) -> bool:
        mine = (self.start, self.stop, self.step)
        return isinstance(other, CompiledRange) and mine == (other.start, other.stop, other.step)

    def __hash__(self) -> int:
        return hash((self.start, self.stop, self.step))

    def __repr__(self) -> str:
        return f"nm.range({self.start!r}, {self.stop!r}, {self.step!r})"


range = CompiledRange
frange = CompiledRange


def unroll(*bounds: Any) -> Iterable[Any]:
    """`nm.unroll(range(4))`, `nm.unroll(4)`, `nm.unroll(items)`: always run by Python itself."""
    if len(bounds) == 1 and not hasattr(type(bounds[0]), "__index__"):
        if isinstance(bounds[0], CompiledRange):
            return bounds[0]._plain()
        return bounds[0]  # type: ignore[no-any-return]
    return builtins.range(*bounds)


def _at_for_statement(frame: FrameType) -> bool:
    """Whether the frame is about to iterate in a `for` statement that collects nothing."""
    code = frame.f_code
    if code.co_name in ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"):
        return False
    instructions = list(dis.get_instructions(code))
    here = next((k for k, i in enumerate(instructions) if i.offset == frame.f_lasti), None)
    if here is None or instructions[here].opname != "GET_ITER":
        return False
    for instruction in instructions[here + 1 :]:
        if instruction.opname in ("CALL", "LIST_APPEND", "SET_ADD", "MAP_ADD", "YIELD_VALUE"):
            return False
        if instruction.opname == "FOR_ITER":
            end = instruction.argval
            inside = [i for i in instructions if instruction.offset < i.offset < end]
            return not {"LIST_APPEND", "SET_ADD", "MAP_ADD", "YIELD_VALUE"} & {
                i.opname for i in inside
            }
    return False


class PlainLoop:
    """What a `for` statement over anything else is run with: Python's own iteration."""

    __slots__ = ("items",)
    compiled = False

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = items

    def leaving(self, what: str) -> None:
        """A break, return or else of a loop that Python runs is Python's own."""


class CompiledLoop:
    """One compiled `for` loop: an iterator that gives the index once, between begin and end."""

    compiled = True

    def __init__(
        self,
        session: Session,
        bounds: CompiledRange,
        names: tuple[str, ...],
        targets: tuple[str, ...],
        line: int,
    ) -> None:
        self.session = session
        self.bounds = bounds
        self.names = names
        self.targets = targets
        self.line = line
        self.filename = ""
        self.frame: FrameType | None = None
        self._index: Any = None
        self._poisons: tuple[Poison, ...] = ()
        self._before: dict[str, Any] = {}
        self._after: dict[str, Any] = {}
        self._outer: list[tuple[FrameType, dict[str, Any]]] = []
        self._state = Snapshot()

    @property
    def items(self) -> CompiledLoop:
        return self

    def __iter__(self) -> CompiledLoop:
        return self

    def __next__(self) -> Any:
        frame = sys._getframe(1)
        if self.frame is None:
            return self._begin(frame)
        self._end(frame)
        raise StopIteration

    def _begin(self, frame: FrameType) -> Any:
        self.frame = frame
        self.filename = frame.f_code.co_filename
        self._before = dict(frame.f_locals)
        if frame.f_code.co_flags & _SUSPENDS:
            refuse(208, frame)
        name = self.targets[0] if self.targets else "i"
        self._state = Snapshot(self.session.base.objects)
        for other in self.session.frames(frame):
            space = dict(other.f_locals)
            if other is not frame:
                self._outer.append((other, space))
            self._state.add(space.items())
        start, stop, step = map(_bound, (self.bounds.start, self.bounds.stop, self.bounds.step))
        self._index = self.session.trace.begin_loop(start, stop, step, name)
        self.session.open_loops.append(self)
        return self._index

    def _end(self, frame: FrameType) -> None:
        loops = self.session.open_loops
        if not loops or loops[-1] is not self or frame is not self.frame:
            refuse(201, frame, self.line, what="an exit by exception")
        self._after = dict(frame.f_locals)
        self._check_names(self._before, self._after, {*self.names, *self.targets})
        for other, before in self._outer:
            self._check_names(before, dict(other.f_locals), set())
        changed = self._state.changed()
        if changed is not None:
            kind = type(changed[1]).__name__
            refuse(212, frame, self.line, name=changed[0], kind=kind, loop=self.line)
        self.session.trace.end()
        loops.pop()
        self.frame = None if not self.targets else frame

    def _check_names(
        self, before: dict[str, Any], after: dict[str, Any], allowed: set[str]
    ) -> None:
        """Names re-bound where the syntax does not show it: closures, functions without source."""
        for name in before.keys() | after.keys():
            if name in allowed or name.startswith(PREFIX):
                continue
            old, new = before.get(name, _MISSING), after.get(name, _MISSING)
            if not same(old, new) and new is not self._index:
                refuse(213, self.frame, self.line, name=name, loop=self.line)

    # -- called by the transformed code -----------------------------------------------------------

    def enter(self) -> tuple[Poison, ...]:
        """What the names that the body binds hold when it begins."""
        self._poisons = tuple(Poison(204, name, self.line) for name in self.names)
        return self._poisons

    def leave(self) -> tuple[Any, ...]:
        """What they, and then the targets, hold after the loop."""
        kept = tuple(self._kept(name, poison) for name, poison in self._pairs())
        return kept + tuple(Poison(206, name, self.line) for name in self.targets)

    def _pairs(self) -> Iterator[tuple[str, Poison]]:
        return zip(self.names, self._poisons, strict=True)

    def _kept(self, name: str, poison: Poison) -> Any:
        """What the name holds after the loop: as before if it was left alone or set to the same."""
        old, new = self._before.get(name, _MISSING), self._after.get(name, _MISSING)
        if old is not _MISSING and (new is poison or same(old, new)):
            return old
        return Poison(205, name, self.line)

    def leaving(self, what: str) -> None:
        """A break, return or else: it would depend on run-time values or on an empty range."""
        refuse(201, line=0 if what != "else" else self.line, what=f"`{what}`")


def _bound(value: Any) -> Any:
    """A bound of a compiled loop as Python's `range` takes it: an integer of 64 bits."""
    if not isinstance(value, _trace.Scalar):
        return operator.index(value)
    dtype = np.dtype(value.dtype)
    if dtype.kind not in "iu" and not (dtype.kind == "b" and value.weak):
        kind = dtype.type.__name__
        raise TypeError(f"{kind!r} object cannot be interpreted as an integer")
    as_index = _trace.cast(value, "i8", True)
    if dtype.kind == "u" and dtype.itemsize == 8:
        trace = _trace.current()
        assert trace is not None
        message = "Python int too large to convert to C ssize_t"
        trace.check(as_index >= 0, OverflowError, message)
    return as_index


def make_loop(
    iterable: Any, names: tuple[str, ...], targets: tuple[str, ...], simple: bool, line: int
) -> PlainLoop | CompiledLoop:
    """The loop object of a `for` statement over an iterable that is not plain data."""
    session = current()
    if type(iterable) is CompiledRange and session is not None:
        if not simple:
            refuse(207)
        return CompiledLoop(session, iterable, names, targets, line)
    return PlainLoop(iterable)
