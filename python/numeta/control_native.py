"""Loops that Python runs itself, and the blocks that let a run-time jump leave them.

There is a block around such a loop if there is a `break` in it, and one around each iteration if
there is a `continue`: so a run-time `if c: break` works in an unrolled loop. A block that nothing
leaves at run time becomes part of what is around it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from .control_merge import Edge
from .control_state import Block
from .staging_marks import AFTER, AT_HEAD, BREAK, CONTINUE, IN_ELSE

if TYPE_CHECKING:
    from .control import Flow


class PlainLoop:
    """A `for` statement that Python runs, with no jump in it that is not its own."""

    __slots__ = ("items", "runs_else")
    enters = exhausts = merges = ()

    def __init__(self, items: Iterable[Any], runs_else: bool = True) -> None:
        self.items = items
        self.runs_else = runs_else


class PlainWhile:
    """A `while` statement outside of a trace."""

    __slots__ = ("_goes_on", "runs_else")
    enters = exhausts = merges = ()

    def __init__(self, goes_on: bool = True) -> None:
        self._goes_on = self.runs_else = goes_on

    @property
    def passes(self) -> bool:
        return self._goes_on

    def skips(self, test: Any) -> bool:
        self._goes_on = bool(test)
        return not self._goes_on


def once(values: Sequence[Any]) -> Sequence[Any]:
    """What `for a, b in ...` goes through once, to bind the names to the values."""
    return values if len(values) == 1 else (values,)


def needed(names: Sequence[str], uses: Sequence[int], use: int) -> tuple[str, ...]:
    """The names, those that are not needed there replaced by one that is never bound."""
    return tuple([n if use & bits else "" for n, bits in zip(names, uses, strict=True)])


class Blocks:
    """The blocks of a loop that Python runs: one around it, one around each iteration."""

    __slots__ = (
        *("_after", "_before", "_flags", "_names", "_next", "block", "broken", "flow"),
        *("iteration", "pending"),
    )

    def __init__(
        self,
        flow: Flow,
        names: Sequence[str],
        uses: Sequence[int],
        flags: int,
        frame: FrameType,
    ) -> None:
        self.flow = flow
        self._names = names
        self._next: Sequence[str] = ()
        self._after: Sequence[str] = ()
        if flags & (BREAK | CONTINUE):
            self._next = needed(names, uses, AT_HEAD | IN_ELSE)
            self._after = needed(names, uses, AFTER)
        self._flags = flags
        self._before: Mapping[str, Any] = dict(frame.f_locals) if flags & BREAK else {}
        self.block: Block | None = None
        self.iteration: Block | None = None
        self.pending: list[Any] | None = None
        self.broken = False
        if flags & BREAK:
            self.block = flow.session.begin_block("loop", frame)
            self.block.names = names

    def begin_iteration(self, frame: FrameType) -> None:
        """Before the body."""
        if self._flags & CONTINUE:
            self.iteration = self.flow.session.begin_block("iteration", frame)
            self.iteration.before = dict(frame.f_locals)
            self.iteration.names = self._names

    def end_iteration(self, env: Mapping[str, Any]) -> bool:
        """After the body; whether control comes here at all."""
        if self.iteration is not None:
            block, self.iteration = self.iteration, None
            before = block.before or {}
            session = self.flow.session
            self.pending = session.end_block(block, self.flow, self._next, env, before)
        return self.flow.trace.alive

    def breaks(self, env: Mapping[str, Any]) -> bool:
        """A `break`: True if it is Python's own."""
        session = self.flow.session
        assert self.block is not None
        if session.is_direct(self.block):
            session.unwind_to(self.block)
            self.iteration = self.pending = None  # what is pending was for the targets, before
            self.broken = True
            return True
        self.block.left_by(Edge(session, self._after, env))
        session.trace.leave(self.block.region)
        return False

    def continues(self, env: Mapping[str, Any]) -> bool:
        """A `continue`: True if it is Python's own."""
        session = self.flow.session
        assert self.iteration is not None
        if session.is_direct(self.iteration):
            return True
        self.iteration.left_by(Edge(session, self._next, env))
        session.trace.leave(self.iteration.region)
        return False

    def end(self, env: Mapping[str, Any]) -> None:
        """After the loop: what its names hold then is pending, if they do not hold it now."""
        if self.block is not None:
            block, self.block = self.block, None
            if self.pending is not None:
                env = {**env, **dict(zip(self._names, self.pending, strict=True))}
            session = self.flow.session
            joined = session.end_block(block, self.flow, self._after, env, self._before)
            if joined is not None:
                self.pending = joined

    def take(self) -> list[Any] | None:
        """The values for the names, if there are any that they do not have yet."""
        values, self.pending = self.pending, None
        return values


class NativeLoop:
    """A `for` statement that Python runs, with jumps in its body."""

    __slots__ = ("_iterator", "_native", "_some")

    def __init__(
        self,
        flow: Flow,
        items: Iterable[Any],
        names: tuple[str, ...],
        targets: tuple[str, ...],
        uses: tuple[int, ...],
        flags: int,
        frame: FrameType,
    ) -> None:
        self._some = len(names)
        self._iterator = iter(items)
        self._native = Blocks(flow, names + targets, uses, flags, frame)

    @property
    def items(self) -> NativeLoop:
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        native = self._native
        frame = sys._getframe(1)
        if not native.end_iteration(frame.f_locals):
            raise StopIteration
        item = next(self._iterator)
        native.begin_iteration(frame)
        return item

    @property
    def enters(self) -> Sequence[Any]:
        values = self._native.take()
        return () if values is None else once(values[: self._some])

    @property
    def runs_else(self) -> bool:
        return not self._native.broken and self._native.flow.trace.alive

    @property
    def exhausts(self) -> Sequence[Any]:
        values = self._native.take()
        return () if values is None else once(values)

    @property
    def merges(self) -> Sequence[Any]:
        native = self._native
        native.end(sys._getframe(1).f_locals)
        values = native.take()
        return () if values is None else once(values)

    def breaks(self, env: Mapping[str, Any]) -> bool:
        return self._native.breaks(env)

    def continues(self, env: Mapping[str, Any]) -> bool:
        return self._native.continues(env)
