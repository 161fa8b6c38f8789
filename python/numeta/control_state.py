"""What is open in a trace: the stack of run-time constructs, and what may not change below them.

`Construct` is one entry of the stack. A conditional one (an arm of an `if`, the body of a compiled
loop) may not run at all, or run often: compile-time state that existed before it must not change
in it. A `Block` is conditional once something has left it, since the rest then runs only if not.
`ControlState` is the part of a session that keeps the stack in step with the graph's regions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from . import _trace
from .config import config
from .staging import is_own_file
from .staging_marks import PREFIX
from .state import Snapshot

if TYPE_CHECKING:
    from .control_merge import Edge, Join, Variables
    from .iteration import Iteration


class Construct:
    """A run-time construct that is open; `before`: what the names of its frame held there."""

    __slots__ = (
        "_code",
        "_line",
        "_offset",
        "_reached",
        "before",
        "conditional",
        "frame_id",
        "kind",
        "names",
    )

    def __init__(self, kind: str, frame: FrameType, conditional: bool) -> None:
        self.names: Sequence[str] = ()
        self.kind = kind
        shown: FrameType | None = frame
        while shown is not None and is_own_file(shown.f_code.co_filename):
            shown = shown.f_back  # a loop of numeta's own stands where the user's code called it
        self._code = (shown or frame).f_code
        self._offset = (shown or frame).f_lasti
        self._line = 0
        self.frame_id = id(frame)
        self.conditional = conditional
        self.before: Mapping[str, Any] | None = None
        self._reached: Snapshot | None = None

    @property
    def filename(self) -> str:
        return self._code.co_filename

    @property
    def line(self) -> int:
        """Where it stands; only messages ask, and a frame finds its line by a long search."""
        if not self._line:
            ends = ((end, line) for _, end, line in self._code.co_lines() if line is not None)
            lines = (line for end, line in ends if self._offset < end)
            self._line = next(lines, self._code.co_firstlineno)
        return self._line

    def carries(self, name: str) -> bool:
        """Whether a name of its frame is joined where it ends."""
        return name in self.names

    def reached(self, frames: Iterator[FrameType]) -> Snapshot:
        """Everything that could be reached when the construct was opened."""
        if self._reached is None:
            self._reached = Snapshot()
            outside = False
            for frame in frames:
                space = dict(frame.f_locals)
                if id(frame) == self.frame_id:
                    outside = True
                    space = dict(self.before) if self.before is not None else space
                if outside and not is_own_file(frame.f_code.co_filename):
                    found = [(n, v) for n, v in space.items() if not n.startswith(PREFIX)]
                    self._reached.add(found)
        return self._reached


class Block(Construct):
    """A region that can be left: by `return`, or out of an iteration that Python runs itself."""

    __slots__ = ("_edges", "ends_frame", "region")

    def __init__(self, kind: str, frame: FrameType, region: int) -> None:
        super().__init__(kind, frame, False)
        self.ends_frame = False  # what leaves it returns from its function
        self.region = region
        self._edges: list[Edge] = []

    @property
    def edges(self) -> list[Edge]:
        return self._edges

    def left_by(self, edge: Edge) -> None:
        """One more way out of it."""
        self._edges.append(edge)
        self.conditional = True

    def forget(self, count: int) -> None:
        """Only the first `count` edges are there still."""
        del self._edges[count:]
        self.conditional = bool(self._edges)


class Restart(BaseException):
    """The trace begins again: a loop that was tried one way has to go the other, or a length that
    was taken for any has to be known, since it is 1 or few: its way is the length."""

    def __init__(self, key: tuple[CodeType | int, int], way: str) -> None:
        super().__init__()
        self.key = key
        self.way = way


# What the iterations of an unrolled loop may record together: nodes of the graph, where there are
# loops or branches in its body, which cannot become a loop again, and where there are none.
_LONG_NEST = 1000
_LONG_CODE = 20_000

# A short loop that is compiled since its code is long; if anything fails then, Python runs it.
ROLLED = "rolled"

# The kernel raises below run-time control flow: its functions are staged so that arms catch that.
CATCHES = (-1, 0)

# "native", "compiled" or ROLLED, by code and loop number; a length, by buffer and axis; CATCHES.
Decisions = dict[tuple[CodeType | int, int], str]


class ControlState:
    """The open constructs of one run.

    held: the run-time variables whose current value is this very scalar; origins: what carried
    names began with, in loops whose first pass is running, by the id of the scalar that stands for
    them; mutations: how many compile-time objects have changed so far; blocks: how many were
    opened; has_decided: something was recorded already that may end the kernel, or take its time;
    mixed: numbers that have different types on different ways; asked: those whose type was asked;
    chosen: of array variables, which of the caller's arrays each is, by a run-time number: (the
    variable, the number, those that it can be); callers: the arrays, from number 1 on; told: the
    buffers of those variables that are returned with their number; shown: those of returned views.
    """

    trace: _trace.Trace
    base: Snapshot

    def __init__(self, decisions: Decisions) -> None:
        self.open: list[Construct] = []
        self.held: dict[int, Any] = {}
        self.origins: dict[int, tuple[Any, Any, Any]] = {}
        self.mutations = 0
        self.blocks = 0
        self.mixed: dict[int, Any] = {}
        self.asked: dict[int, Any] = {}
        self.chosen: dict[int, tuple[Any, Any, set[int]]] = {}
        self.callers: list[Any] = []
        self.told: set[int] = set()
        self.shown: set[int] = set()
        self.has_decided = False
        self.unrolled = 0
        self.decisions = decisions
        self.catches = CATCHES in decisions
        self.unroll_limit: int = config.unroll_limit
        self.guards: list[int] = []

    def frames(self, innermost: FrameType) -> Iterator[FrameType]:
        raise NotImplementedError

    # -- the stack ------------------------------------------------------------------------------

    def is_conditional(self) -> bool:
        """Whether what is recorded now may not run in a call, or more than once."""
        return any(construct.conditional for construct in self.open)

    def is_certain(self) -> bool:
        """Whether every call does what the trace does here, and did nothing before it."""
        trace = self.trace
        if self.has_decided or trace.effects or (trace.checks and trace.statements):
            return False
        return not self.is_conditional()

    def is_direct(self, block: Construct) -> bool:
        """Whether control comes here whenever it comes into `block`."""
        for construct in reversed(self.open):
            if construct is block:
                return True
            if construct.conditional:
                return False
        return False

    def close(self, construct: Construct) -> None:
        """Takes the innermost construct from the stack."""
        found = self.open.pop()
        assert found is construct, "constructs are closed from the inside out"

    def begin_block(self, name: str, frame: FrameType) -> Block:
        """Opens a block of the graph."""
        self.trace.begin_block(name)
        self.blocks += 1
        block = Block(name, frame, self.trace.region)
        self.open.append(block)
        return block

    def end_block(
        self,
        block: Block,
        variables: Variables,
        names: Sequence[str],
        env: Mapping[str, Any],
        before: Mapping[str, Any],
        join: type[Join] | None = None,
    ) -> list[Any] | None:
        """Closes the innermost block; what the names hold after it, None if nothing left it."""
        from .control_merge import Edge, Join

        trace, alive = self.trace, self.trace.alive
        self.close(block)
        if not block.edges:
            parent = self._splice(block)
            if not alive:
                trace.alive = False
                self._moved(block.region, parent)
            return None
        if alive:
            block.left_by(Edge(self, names, env))  # type: ignore[arg-type]
        trace.end_block()
        session: Any = self
        edges: Any = block.edges
        made = (join or Join)(session, variables, edges, block, True)
        return made.names(names, before)

    def _splice(self, block: Block) -> int:
        self.trace.end_block()
        return self.trace.region

    def _moved(self, region: int, parent: int) -> None:
        """The statements of a region, a jump at their end among them, belong to its parent now."""
        for construct in self.open:
            for edge in getattr(construct, "edges", ()):
                if edge.region == region:
                    edge.region = parent

    def unwind_to(self, outer: Construct | None) -> None:
        """Python itself leaves the blocks inside of `outer`; nothing else has left them."""
        while self.open and self.open[-1] is not outer:
            inner = self.open.pop()
            alive = self.trace.alive
            assert isinstance(inner, Block) and not inner.edges
            self._splice(inner)
            if not alive:
                self.trace.alive = False

    def unwind(self, depth: int) -> None:
        """Python left what was opened beyond `depth` by an exception that it handled."""
        from .session import refuse

        if any(construct.conditional for construct in self.open[depth:]):
            refuse(228, what="an exception that it handles")
        self.unwind_to(self.open[depth - 1] if depth else None)

    # -- ways that end ----------------------------------------------------------------------------

    def fails(self, kind: Callable[[Any], BaseException], message: str, *values: Any) -> Any:
        """The exception is raised at run time if control comes here; stands for the value."""
        self.trace.fail(kind, message, *values)
        self.has_decided = True
        return self.nothing()

    def nothing(self) -> Any:
        """What stands for a value where control does not come: an integer that is never used."""
        return self.trace.read(self.trace.variable("never", "i8", True))

    # -- loops that may go two ways ---------------------------------------------------------------

    def compiled_first(
        self, bounds: range, code: CodeType, number: int, frame: FrameType
    ) -> Iteration | None:
        """What a long plain range is compiled with; None if it is Python's since that failed."""
        from .iteration import Range

        if self.decisions.get((code, number)) != "native":
            return Range(bounds.start, bounds.stop, bounds.step)
        self.spend(len(bounds), frame)
        return None

    def unrolled_first(
        self, bounds: range, key: tuple[CodeType, int], frame: FrameType, carried: Sequence[str]
    ) -> Iterator[int] | range | None:
        """The items of a short plain range; None if it has turned out to be long when unrolled."""
        way = self.decisions.get(key)
        if way == ROLLED:
            return None
        if way == "native" or not bounds[1:]:
            return bounds
        return self._watched(bounds, key, frame, carried)

    def _watched(
        self, bounds: range, key: tuple[CodeType, int], frame: FrameType, carried: Sequence[str]
    ) -> Iterator[int]:
        """The items, as long as what all of them together will record is not too much.

        Where an int is carried that is known at compile time Python goes on: there it may grow
        beyond 64 bits, which it could not in a compiled loop.
        """
        trace, count = self.trace, len(bounds)
        nodes, regions = trace.nodes, trace.regions
        for done, item in enumerate(bounds):
            most = _LONG_NEST if trace.regions > regions else _LONG_CODE
            if (trace.nodes - nodes) * count > most * done > 0:
                held = frame.f_locals
                if not any(type(held.get(name)) is int for name in carried):
                    raise Restart(key, ROLLED)
                count = 0
            yield item

    def spend(self, count: int, frame: FrameType) -> None:
        """Counts iterations that Python runs beyond the limit; refused beyond the budget."""
        from .session import refuse

        self.unrolled += count
        if self.unrolled > config.unroll_budget:
            refuse(237, frame, count=self.unrolled, budget=config.unroll_budget)

    # -- compile-time state -----------------------------------------------------------------------

    def mutating(self, value: Any) -> None:
        """A compile-time object is about to change, or did: not below what it existed before."""
        self.mutations += 1
        if not self.open:
            return
        import sys

        from .session import refuse

        frame = sys._getframe(1)
        for construct in self.open:
            if not construct.conditional:
                continue
            name = construct.reached(self.frames(frame)).name_of(value)
            if name is None and id(value) in self.base.objects:
                name = self.base.name_of(value)
            if name is not None:
                kind = type(value).__name__
                refuse(212, name=name, kind=kind, what=construct.kind, place=construct.line)
