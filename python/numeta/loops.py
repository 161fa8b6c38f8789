"""Ranges of loops that are always compiled (`nm.range`, `nm.frange`, in parallel: `nm.prange`) or
never (`nm.unroll`).

Outside of a trace they are plain ranges. In staged code the loop over one is a flow's
(control_loops.py); a function without source iterates a `CompiledRange` itself.
"""

from __future__ import annotations

import builtins
import dis
import operator
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import numpy as np

from . import _trace
from .control_state import Construct
from .session import Session, current, refuse
from .staging import is_staged_code
from .staging_marks import PREFIX
from .state import Snapshot, same

_MISSING = object()
_SUSPENDS = 0x20 | 0x80 | 0x200  # generators and coroutines


class CompiledRange:
    """`nm.range(stop)`, `nm.range(start, stop[, step])`: the loop over it is compiled.

    parallel: its iterations may run at the same time; disjoint: the user promises that the array
    elements that one of them writes are touched by no other.
    """

    __slots__ = ("disjoint", "parallel", "start", "step", "stop")

    def __init__(self, start: Any, stop: Any = _MISSING, step: Any = 1, /) -> None:
        if stop is _MISSING:
            start, stop = 0, start
        self.start, self.stop, self.step = start, stop, step
        self.parallel = self.disjoint = False
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
        return UnreadLoop(session, self)

    def __len__(self) -> int:
        return len(self._plain())

    def __getitem__(self, index: Any) -> Any:
        if current() is not None:
            from .iteration import part_of

            return part_of(self, index)
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
        name = "prange" if self.parallel else "range"
        return f"nm.{name}({self.start!r}, {self.stop!r}, {self.step!r})"


range = CompiledRange
frange = CompiledRange


def prange(*bounds: Any, assume_disjoint: bool = False) -> CompiledRange:
    """`nm.prange(...)`: a range whose iterations run in parallel, on OpenMP threads.

    Names that iterations only add to, multiply, and so on are reductions: the threads' parts are
    combined in the order of the threads. An array element that is written must be another one in
    each iteration, which the index has to show; `assume_disjoint` promises it instead. What
    is carried in any other way is a TraceError. Of iterations that raise, the first one counts.
    """
    made = CompiledRange(*bounds)
    made.parallel, made.disjoint = True, bool(assume_disjoint)
    return made


class Unrolled:
    """What `nm.unroll` gives in a kernel: a `for` statement over it is run by Python itself."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        from .hooks import items

        return iter(items(self._items))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._items, name)

    def __len__(self) -> int:
        return len(self._items)  # type: ignore[arg-type]

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]  # type: ignore[index]


def unroll(*bounds: Any) -> Iterable[Any]:
    """`nm.unroll(range(4))`, `nm.unroll(4)`, `nm.unroll(items)`: always run by Python itself."""
    found: Iterable[Any]
    if len(bounds) == 1 and not hasattr(type(bounds[0]), "__index__"):
        found = bounds[0]._plain() if isinstance(bounds[0], CompiledRange) else bounds[0]
    else:
        found = builtins.range(*bounds)
    return found if current() is None else Unrolled(found)


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


class UnreadLoop:
    """A compiled loop of a function whose source is not known: nothing is carried by its names.

    Iterating it gives the index once. A name that was re-bound meanwhile is refused, since what it
    holds after one run of the body is not what it holds after the loop.
    """

    def __init__(self, session: Session, bounds: CompiledRange) -> None:
        self._session = session
        self._bounds = bounds
        self._construct: Construct | None = None
        self._index: Any = None
        self._spaces: list[tuple[FrameType, dict[str, Any]]] = []
        self._state = Snapshot()

    def __iter__(self) -> UnreadLoop:
        return self

    def __next__(self) -> Any:
        frame = sys._getframe(1)
        if self._construct is None:
            return self._begin(frame)
        self._end(frame)
        raise StopIteration

    def _begin(self, frame: FrameType) -> Any:
        session = self._session
        self._construct = Construct("loop", frame, True)
        self._construct.before = dict(frame.f_locals)
        self._state = Snapshot(session.base.objects)
        for other in session.frames(frame):
            space = dict(other.f_locals)
            self._spaces.append((other, space))
            self._state.add(space.items())
        bounds = (self._bounds.start, self._bounds.stop, self._bounds.step)
        start, stop, step = map(as_bound, bounds)
        self._index = session.trace.begin_loop(start, stop, step, "i")
        if self._bounds.parallel:
            session.trace.set_parallel(self._bounds.disjoint)
        session.open.append(self._construct)
        session.held = {}
        return self._index

    def _end(self, frame: FrameType) -> None:
        session, construct = self._session, self._construct
        assert construct is not None
        if not session.open or session.open[-1] is not construct:
            refuse(201, frame, construct.line)
        for other, before in self._spaces:
            self._check_names(before, dict(other.f_locals), frame, construct.line)
        changed = self._state.changed()
        if changed is not None:
            kind, what = type(changed[1]).__name__, construct.kind
            refuse(212, frame, name=changed[0], kind=kind, what=what, place=construct.line)
        session.trace.end()
        session.close(construct)
        session.held = {}
        self._spaces = []

    def _check_names(
        self, before: dict[str, Any], after: dict[str, Any], frame: FrameType, line: int
    ) -> None:
        for name in before.keys() | after.keys():
            if name.startswith(PREFIX):
                continue
            old, new = before.get(name, _MISSING), after.get(name, _MISSING)
            if not same(old, new) and new is not self._index:
                refuse(213, frame, line, name=name, place=line)


def as_bound(value: Any) -> Any:
    """A bound of a range as Python takes it: an integer of 64 bits."""
    if not isinstance(value, _trace.Scalar):
        return operator.index(value)
    dtype = np.dtype(value.dtype)
    if dtype.kind not in "iu" and not (dtype.kind == "b" and value.weak):
        weak = {"f": "float", "c": "complex"}
        kind = weak[dtype.kind] if value.weak else f"numpy.{dtype.type.__name__}"
        raise TypeError(f"{kind!r} object cannot be interpreted as an integer")
    as_index = _trace.cast(value, "i8", True)
    if dtype.kind == "u" and dtype.itemsize == 8:
        trace = _trace.current()
        assert trace is not None
        message = "Python int too large to convert to C ssize_t"
        trace.check(as_index >= 0, OverflowError, message)
    return as_index
