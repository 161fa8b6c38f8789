"""Compiled loops: `for` over what is gone through at run time, and endless ones for `while`.

The body is run once per pass. Names that are carried are run-time variables when an iteration
begins; where a pass shows that one needs a wider type than it was taken for, the pass is dropped
from the graph and another one is run (control_specs.py).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from .arrays.conversion import unpacked
from .control_arrays import copy_all
from .control_merge import UNBOUND, Edge, Join, Unbound, common_held
from .control_native import needed, once
from .control_specs import (
    NOT_BOUND,
    Spec,
    afterwards,
    enter_arrays,
    first_spec,
    fits,
    header,
    is_of_arrays,
    poisoned,
    retrospective,
    widened,
    write,
)
from .control_state import Block, Construct
from .control_turns import IN_TURN, Turns
from .staging_marks import AFTER, AT_HEAD, BREAK, ELSE, IN_ELSE

if TYPE_CHECKING:
    from . import _trace
    from .control import Flow
    from .iteration import Iteration
    from .session import Session

_MOST_PASSES = 8


class Compiled(Construct):
    """A compiled loop: its passes, and the ways that lead back and out.

    touched: the names that somebody relied on to be unbound; provisional: a join in this pass took
    a carried name for what it began with; adaptive: Python can run the loop if this fails;
    known: how often it runs is, so that Python ints could be computed there, of any size.
    """

    def __init__(
        self,
        flow: Flow,
        frame: FrameType,
        number: int,
        names: Sequence[str],
        uses: Sequence[int],
        flags: int,
    ) -> None:
        super().__init__("loop", frame, True)
        self.at_head = needed(names, uses, AT_HEAD)
        self.at_end = needed(names, uses, AT_HEAD | IN_ELSE)
        self.after = needed(names, uses, AFTER)
        self.flow = flow
        self.session: Session = flow.session
        self.trace: _trace.Trace = flow.trace
        session, trace = self.session, self.trace
        self.frame: FrameType | None = frame
        self.key = (frame.f_code, number)
        self.adaptive = self.known = False
        self.before = self.entry = dict(frame.f_locals)
        self.names = names
        self.flags = flags
        self.entry_held = dict(session.held)
        self.poisons: dict[str, Any] = {}
        self.arrays: dict[tuple[Any, ...], int] = {}  # the array variables of names
        self.which: dict[str, tuple[int, set[int]]] = {}
        self.passes: int = 0
        self.region: int = 0
        self.headers: list[Any] = []
        self.block: Block | None = None
        self.pending: list[Any] | None = None
        self.values: list[Any] = [self.entry.get(name, UNBOUND) for name in names]
        first = tuple(first_spec(self, value) for value in self.values)
        self._learning = (number, first)
        specs, self.needs_block, poisons = flow.learned.get(self._learning, (first, False, {}))
        self.specs: list[Spec] = list(specs)
        self.poisons.update(poisons)
        self.turns: Turns = Turns(self)
        self._outer_growing = self.trace.growing
        self._mark = trace.mark()
        self._depth = len(session.open)
        self._edges = [(c, len(c.edges)) for c in session.open if isinstance(c, Block)]

    # -- passes ---------------------------------------------------------------------------------

    def begin_pass(self) -> None:
        """Opens the region and sets `headers`, what the names hold when an iteration begins."""
        session = self.session
        assert self.frame is not None
        self.passes += 1
        self.touched: set[str] = set()
        self.provisional = False
        self.own_origins: list[int] = []
        self.inits: list[tuple[int, Any]] = []
        self.back: list[Edge] = []
        self.left: list[Edge] = []
        wants_block = self.flags & ELSE and self.flags & BREAK
        if wants_block or self.needs_block:
            self.block = session.begin_block("loop", self.frame)
            self.block.names = self.names
        self._enter_arrays()
        self.open_region()
        session.has_decided = True
        self.region = self.trace.region
        session.open.append(self)
        session.held = {}
        facts = zip(self.names, self.specs, self.values, strict=True)
        self.headers = [header(self, *fact) for fact in facts]
        self.trace.growing |= self.known
        self.turns.begin()

    def _enter_arrays(self) -> None:
        """Array variables hold what the names hold before the loop, those in `begun_arrays`."""
        edge = Edge(self.session, (), {})
        self.begun_arrays: set[str] = set()
        for name, spec, value in zip(self.names, self.specs, self.values, strict=True):
            enter_arrays(self, name, spec, value, edge)
        copy_all(edge)

    def open_region(self) -> None:
        raise NotImplementedError

    def end_pass(self, env: Mapping[str, Any]) -> bool:
        """Whether another pass is needed; if not, the loop is closed."""
        if self.trace.alive:
            self.back.append(self.back_edge(env))
        if self.turns.goes_on():
            return True
        for key in self.own_origins:
            self.session.origins.pop(key, None)
        self._touch_left()
        specs = []
        for k, name in enumerate(self.names):
            values = [edge.values[k] for edge in self.back]
            spec, begun = self.specs[k], self.headers[k]
            wider = widened(self, name, spec, begun, self.values[k], values)
            if wider != spec and self.passes >= _MOST_PASSES:
                wider = poisoned(self, name, [self.values[k], *values])
            specs.append(wider)
        again = specs != self.specs or (self.provisional and self.passes == 1)
        again |= not self.turns.is_complete(self.written())
        if not again:
            again = self.finish_names()
        if again:
            self.specs = specs
            self.roll_back()
            self.begin_pass()
            return True
        first = self._learning[1]
        known = tuple(f if is_of_arrays(s) else s for f, s in zip(first, specs, strict=True))
        self.flow.learned[self._learning] = (known, self.needs_block, self.poisons)
        self.trace.growing = self._outer_growing
        self.finish()
        self.frame = None
        return False

    def written(self) -> Sequence[Edge]:
        """The ways that end with the carried names in their variables."""
        return self.back

    def other_exits(self) -> Sequence[Edge]:
        """The ways out on which a name that is taken for unbound has to be so."""
        return self.block.edges if self.block is not None else ()

    def _touch_left(self) -> None:
        exits = self.other_exits()
        for k, name in enumerate(self.names) if exits else ():
            begun = self.headers[k]
            binds = type(begun) is Unbound and any(e.values[k] is not begun for e in self.back)
            if binds and any(edge.values[k] is begun for edge in exits):
                self.touched.add(name)

    def roll_back(self) -> None:
        """As if the loop had not begun."""
        session = self.session
        self.trace.rollback(self._mark)
        self.trace.growing = self._outer_growing
        del session.open[self._depth :]
        for block, count in self._edges:
            block.forget(count)
        session.held = dict(self.entry_held)
        self.block = None

    def finish_names(self) -> bool:
        """The last specs; whether that needs another pass after all."""
        return False

    def finish(self) -> None:
        raise NotImplementedError

    def write_back(self) -> None:
        """What iterations hand on, and what the first one finds."""
        for edge in self.written():
            self._write(edge)

    def _write(self, edge: Edge) -> None:
        for k, name in enumerate(self.names):
            write(self, name, self.specs[k], self.headers[k], edge, edge.values[k])
        self.turns.write(edge)
        copy_all(edge)

    def write_first(self) -> None:
        """Before the loop."""
        for variable, entry in self.inits:
            if self.entry_held.get(variable) is not entry:
                self.trace.write_before(self.region, variable, entry)

    def is_unchanged(self, k: int) -> bool:
        """Whether every iteration, and every way out, leaves the name alone."""
        begun = self.headers[k]
        return all(edge.values[k] is begun for edge in self.written())

    # -- called by the flow and by staged code ----------------------------------------------------

    def back_edge(self, env: Mapping[str, Any]) -> Edge:
        """The way to the next iteration; what that does not need counts as unchanged."""
        edge = Edge(self.session, self.at_head, env)
        for k, name in enumerate(self.at_head):
            if not name:
                edge.values[k] = self.headers[k]
        return edge

    def breaks(self, env: Mapping[str, Any]) -> bool:
        edge = Edge(self.session, self.after, env)
        if self.block is not None:
            self.block.left_by(edge)
            self.trace.leave(self.block.region)
        else:
            self.left.append(edge)
            self.trace.leave(self.region)
        return False

    def continues(self, env: Mapping[str, Any]) -> bool:
        self.back.append(self.back_edge(env))
        self.trace.cycle(self.region)
        return False

    @property
    def runs_else(self) -> bool:
        return self.trace.alive

    def take(self) -> list[Any] | None:
        """The values for the names, if there are any that they do not have yet."""
        values, self.pending = self.pending, None
        return values

    @property
    def exhausts(self) -> Sequence[Any]:
        values = self.take()
        return () if values is None else once(values)

    def end(self, env: Mapping[str, Any]) -> None:
        """After the loop and its `else`: what names hold there is pending."""
        if self.block is not None:
            block, self.block = self.block, None
            if self.pending is not None:
                env = {**env, **dict(zip(self.names, self.pending, strict=True))}
            joined = self.session.end_block(block, self.flow, self.after, env, self.entry)
            self.pending = joined if joined is not None else self.pending

    @property
    def merges(self) -> Sequence[Any]:
        self.end(sys._getframe(1).f_locals)
        values = self.take()
        return () if values is None else once(values)


class CountedLoop(Compiled):
    """A compiled `for` statement; iterating it gives the target's value once per pass."""

    def __init__(
        self,
        flow: Flow,
        frame: FrameType,
        iteration: Iteration,
        number: int,
        names: tuple[str, ...],
        targets: tuple[str, ...],
        uses: tuple[int, ...],
        flags: int,
    ) -> None:
        super().__init__(flow, frame, number, names + targets, uses, flags)
        self.iteration = iteration
        self.index = ""
        self.shape: Any = None
        self._some = len(names)
        self._item: Any = None

    @property
    def items(self) -> CountedLoop:
        return self

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.passes == 0:
            self.begin_pass()
        elif not self.end_pass(sys._getframe(1).f_locals):
            raise StopIteration
        return self._item if self.shape is None else unpacked(self._item, self.shape)

    @property
    def enters(self) -> Sequence[Any]:
        return once(self.headers[: self._some])

    def breaks(self, env: Mapping[str, Any]) -> bool:
        super().breaks(env)
        for k, name in enumerate(self.after) if self.block is None else ():
            if not name:  # not needed there: as if it was left alone
                self.left[-1].values[k] = self.headers[k]
        return False

    def written(self) -> Sequence[Edge]:
        return [*self.back, *self.left]

    def open_region(self) -> None:
        start, stop, step = self.iteration.bounds()
        index = self.trace.begin_loop(start, stop, step, self.index or "k")
        parallel = self.iteration.parallel()
        if parallel is not None:
            self.trace.set_parallel(parallel.disjoint)
        self._item = self.iteration.value(index)

    def finish_names(self) -> bool:
        certain = self.iteration.is_certain()
        for k, name in enumerate(self.names):
            begun = self.headers[k]
            if self.specs[k] is NOT_BOUND or self.specs[k] == NOT_BOUND:
                back = [e.values[k] for e in self.back]
                left = [e.values[k] for e in self.left]
                if any(value is not begun for value in (*back, *left)):
                    entry = self.values[k]
                    self.specs[k] = retrospective(self, name, entry, back, left, certain)
            if self.block is None and not all(
                fits(self, self.specs[k], begun, edge.values[k]) for edge in self.left
            ):
                self.needs_block = True
                return True
        return False

    def finish(self) -> None:
        session = self.session
        self.write_back()
        self.trace.end()
        session.close(self)
        self.write_first()
        session.held = {}
        self.pending = [
            self.values[k]
            if self.is_unchanged(k)
            else afterwards(
                self,
                name,
                self.specs[k],
                self.values[k],
                [edge.values[k] for edge in self.written()],
            )
            for k, name in enumerate(self.names)
        ]
        for k, value in self.turns.after().items():
            self.pending[k] = value


class RepeatLoop(Compiled):
    """A compiled `while` statement: it runs until something leaves it."""

    def open_region(self) -> None:
        self.trace.begin_repeat("loop")

    def other_exits(self) -> Sequence[Edge]:
        return [*self.exits, *self.left, *super().other_exits()]

    def leaves(self, env: Mapping[str, Any]) -> None:
        """The condition does not hold (any more)."""
        self.exits.append(Edge(self.session, self.at_end, env))
        self.trace.leave(self.region)

    def begin_pass(self) -> None:
        self.exits: list[Edge] = []
        super().begin_pass()

    def finish(self) -> None:
        session = self.session
        self.write_back()
        self.trace.end()
        session.close(self)
        self.write_first()
        exits = self.exits + self.left
        arrays = [k for k in range(len(self.names)) if self._is_in_variable(k, exits)]
        for k in arrays:
            for edge in exits:
                edge.values[k] = None
        for k, spec in enumerate(self.specs):
            if spec is IN_TURN:  # `headers` are those of one turn
                continue
            if all(edge.values[k] is self.headers[k] for edge in self.back):
                for edge in exits:
                    if edge.values[k] is self.headers[k]:
                        edge.values[k] = self.values[k]
        session.held = common_held(exits)
        if not exits:
            self.trace.alive = False
            self.pending = None
            return
        join = Join(session, self.flow, exits, self, True)
        self.pending = join.names(self.names, self.entry)
        for k in arrays:
            self.pending[k] = afterwards(self, self.names[k], self.specs[k], self.values[k])

    def _is_in_variable(self, k: int, exits: Sequence[Edge]) -> bool:
        """Whether every way out leaves the name to its array variable."""
        return self.specs[k][0] == "array" and all(
            edge.values[k] is self.headers[k] for edge in exits
        )
