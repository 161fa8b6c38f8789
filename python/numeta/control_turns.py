"""Arrays that names hold in turn: `u, un = un, u` at the end of an iteration.

Nothing is copied: the body of the loop is traced once for each way in which the names may be bound
when an iteration begins, and a run-time number, the turn, says which of them it is. After the loop
a name is what its turn says: an array variable like any other that holds several arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _trace
from .control_arrays import same_array

if TYPE_CHECKING:
    from .control_loops import Compiled
    from .control_merge import Edge

IN_TURN: tuple[Any, ...] = ("turn",)
MOST_TURNS = 6
TURN = ("i8", True)


def is_in_turn(loop: Compiled, entry: Any, values: Sequence[Any]) -> bool:
    """Whether iterations end with what some names of the loop began with, before the loop."""
    anchors = [v for v in loop.values if type(v) is _trace.Array and _trace.lasts(v)]
    known = any(entry is anchor for anchor in anchors)
    return known and all(any(same_array(v, a) for a in anchors) for v in values)


class Turns:
    """The turns of one compiled loop. names: by number; bound: what they hold in each turn."""

    __slots__ = ("_depth", "_held", "_loop", "_now", "_turn", "_variable", "bound", "names")

    def __init__(self, loop: Compiled) -> None:
        self._loop = loop
        self.names: list[int] = []
        self.bound: list[list[Any]] = []
        self._variable: int | None = None
        self._depth = 0
        self._now = 0
        self._turn: Any = None
        self._held: dict[int, Any] = {}

    def begin(self) -> None:
        """An iteration begins, in the first turn."""
        loop = self._loop
        names = [k for k, spec in enumerate(loop.specs) if spec is IN_TURN]
        if names != self.names or not names:
            self.names = names
            self.bound = [[loop.values[k] for k in names]] if names else []
        self._depth = self._now = 0
        if len(self.bound) < 2:
            return
        from .control_merge import read_again

        if self._variable is None:
            self._variable = loop.trace.variable("turn", *TURN)
        loop.inits.append((self._variable, 0))
        self._turn = read_again(loop.session, self._variable)
        self._held = dict(loop.session.held)
        self._open()

    def _open(self) -> None:
        loop = self._loop
        if self._now + 1 < len(self.bound):
            loop.trace.begin_branch(self._turn == self._now)
            self._depth += 1
        for k, value in zip(self.names, self.bound[self._now], strict=True):
            loop.headers[k] = value

    def goes_on(self) -> bool:
        """Whether the body is traced for another turn; closes the last one if not."""
        loop = self._loop
        if self._now + 1 < len(self.bound):
            self._now += 1
            loop.trace.begin_otherwise()
            loop.session.held = dict(self._held)
            self._open()
            return True
        for _ in range(self._depth):
            loop.trace.end()
        self._depth = 0
        return False

    def _number(self, values: Sequence[Any]) -> int | None:
        for number, bound in enumerate(self.bound):
            if all(map(same_array, bound, values)):
                return number
        return None

    def is_complete(self, edges: Sequence[Edge]) -> bool:
        """Whether all turns are known; takes in new ones."""
        complete = True
        for edge in edges if self.names else ():
            values = [edge.values[k] for k in self.names]
            if self._number(values) is None:
                self.bound.append(values)
                complete = False
        return complete

    def write(self, edge: Edge) -> None:
        """The turn with which the next iteration begins, or what comes after the loop."""
        if self._variable is not None and self.names:
            number = self._number([edge.values[k] for k in self.names])
            self._loop.trace.write_at_end(edge.region, self._variable, number)

    def after(self) -> Mapping[int, Any]:
        """What the names hold after the loop, by number."""
        loop = self._loop
        if len(self.bound) < 2:
            return {}
        from .control_merge import Edge, Join, read_again

        assert self._variable is not None
        turn = read_again(loop.session, self._variable)
        edges: list[Edge] = []
        for number in range(len(self.bound) - 1):
            loop.trace.begin_branch(turn == number)
            edges.append(Edge(loop.session, (), {}))
            loop.trace.begin_otherwise()
        edges.append(Edge(loop.session, (), {}))
        for _ in edges[1:]:
            loop.trace.end()
        join = Join(loop.session, loop.flow, edges, loop, False)
        found = {
            k: join.value(loop.names[k], [bound[place] for bound in self.bound])
            for place, k in enumerate(self.names)
        }
        join.finish()
        return found
