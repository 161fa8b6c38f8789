"""The `while` statement: run by Python as long as its condition is known, compiled otherwise."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from .control_loops import RepeatLoop
from .control_native import Blocks, once
from .control_state import Restart

if TYPE_CHECKING:
    from .control import Flow


class WhileLoop:
    """A `while` statement in a trace.

    Python runs it as long as its condition is known. It is compiled from its beginning where the
    condition turns out not to be, where something jumps out of it at run time, or where it goes
    on for long; from where it is if compile-time objects have changed in it meanwhile.
    """

    def __init__(
        self,
        flow: Flow,
        frame: FrameType,
        number: int,
        names: tuple[str, ...],
        uses: tuple[int, ...],
        flags: int,
    ) -> None:
        self.flow = flow
        self._number = number
        self._names = names
        self._flags = flags
        self._count = 0
        self._done = False
        self._goes_on = True
        self._started = False
        self._key = (frame.f_code, number)
        self._way = flow.session.decisions.get(self._key, "")
        self._uses = uses
        self._start: RepeatLoop | None = RepeatLoop(flow, frame, number, names, uses, flags)
        self._mutations = flow.session.mutations
        self._core: RepeatLoop | None = None
        self._native = Blocks(flow, names, uses, flags, frame)
        self._test_mark = 0

    # -- the passes -----------------------------------------------------------------------------

    @property
    def passes(self) -> bool:
        frame = sys._getframe(1)
        core = self._core
        if core is not None:
            if not self._started:
                self._started = True
                return True
            return core.end_pass(frame.f_locals)
        native = self._native
        if self._done or not native.end_iteration(frame.f_locals):
            self._start = None  # it holds the frame
            return False
        if self._way == "compiled" or (self._way == "" and self._is_long()):
            self._compile_from_start(frame)
            return True
        if self._count > self.flow.session.unroll_limit:
            self.flow.session.spend(1, frame)
        self._count += 1
        self._test_mark = self.flow.trace.mark()
        return True

    def _is_long(self) -> bool:
        """Whether a jump left the loop at run time, or it went on for long."""
        if self._count == 0:
            return False
        assert self._start is not None
        jumped = self._native.block is not None and bool(self._native.block.edges)
        jumped = jumped or any(len(b.edges) > count for b, count in self._start._edges)
        return jumped or self._count > self.flow.session.unroll_limit

    def _compile_from_start(self, frame: FrameType) -> None:
        session = self.flow.session
        if session.mutations != self._mutations:
            raise Restart(self._key, "compiled")
        core, self._start = self._start, None
        assert core is not None
        core.adaptive = self._way == ""
        core.known = self._count > session.unroll_limit
        core.roll_back()
        self._native.block = self._native.iteration = None
        self._native.pending = None
        self._begin(core)

    def _begin(self, core: RepeatLoop) -> None:
        self._core = core
        self._started = True
        core.begin_pass()

    def skips(self, test: Any) -> bool:
        """Whether the body does not run (now)."""
        from .control_choice import not_, truth

        known = truth(test)
        frame = sys._getframe(1)
        core = self._core
        if core is None:
            if known is None:
                self._compile_on_test(frame)
                return True
            if not known:
                self._done = True
                return True
            self._native.begin_iteration(frame)
            return False
        if known is None:
            trace = self.flow.trace
            trace.begin_branch(not_(test))
            core.leaves(frame.f_locals)
            trace.end()
            return False
        if not known and self.flow.trace.alive:
            core.leaves(frame.f_locals)
        return not known

    def _compile_on_test(self, frame: FrameType) -> None:
        """The condition is known at run time only; compiled from the start where that can be."""
        session, trace = self.flow.session, self.flow.trace
        if self._count == 1 or session.mutations == self._mutations:
            core, self._start = self._start, None
            assert core is not None
            core.roll_back()
            self._native.block = None
        else:
            trace.rollback(self._test_mark)
            facts = (self._number, self._names, self._uses, self._flags)
            core = RepeatLoop(self.flow, frame, *facts)
            core.needs_block = self._native.block is not None
        self._begin(core)
        self._started = False

    # -- called by the flow and by staged code ----------------------------------------------------

    @property
    def enters(self) -> Sequence[Any]:
        values = self._core.headers if self._core is not None else self._native.take()
        return () if values is None else once(values)

    def breaks(self, env: Mapping[str, Any]) -> bool:
        if self._core is not None:
            return self._core.breaks(env)
        return self._native.breaks(env)

    def continues(self, env: Mapping[str, Any]) -> bool:
        return (self._core or self._native).continues(env)

    @property
    def runs_else(self) -> bool:
        return not self._native.broken and self.flow.trace.alive

    @property
    def exhausts(self) -> Sequence[Any]:
        values = (self._core or self._native).take()
        return () if values is None else once(values)

    @property
    def merges(self) -> Sequence[Any]:
        self._end(sys._getframe(1).f_locals)
        values = (self._core or self._native).take()
        return () if values is None else once(values)

    def _end(self, env: Mapping[str, Any]) -> None:
        core, native = self._core, self._native
        if core is None:
            native.end(env)
            return
        core.end(env)
        if native.block is None:
            return
        # Iterations that Python ran before may have left the loop.
        values = core.take()
        if values is not None:
            native.pending = values
        native.end(env)
        core.pending = native.take()
