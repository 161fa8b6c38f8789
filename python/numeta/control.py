"""Control flow of a kernel: its flow, branches, jumps, and choices inside expressions.

Staged code (staging_statements.py) asks here what Python would decide. A condition that is known
at compile time is decided by Python, and nothing is recorded; one that is known at run time opens
regions of the graph, both arms are run once, and the names are joined (control_merge.py). The open
constructs are a stack, `Session.open`: one is conditional if what is recorded in it may not run. A
jump out of unconditional ones only is Python's own, any other is an edge to where it goes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

from . import _trace
from .control_choice import FALSE, NEITHER, TRUE, asked, truth
from .control_loops import CountedLoop
from .control_merge import (
    UNBOUND,
    Edge,
    Join,
    Kind,
)
from .control_native import NativeLoop, PlainLoop, PlainWhile, needed, once
from .control_state import Block, Construct
from .iteration import run_time_iteration
from .session import Session, current, refuse
from .staging_marks import AT_HEAD, BREAK, CONTINUE, RAISE, RETURN
from .texts import Raise, Raised, words_of

Scalar, Array = _trace.Scalar, _trace.Array
_JUMPS = BREAK | CONTINUE | RETURN | RAISE
RETURNED = ("return value",)


class Branch(Construct):
    """A run-time `if`: `then` is open when it is made, both arms end at `merge`."""

    __slots__ = ("_before", "_edges", "_flow", "_held", "_others", "_split", "then")

    def __init__(
        self,
        flow: Flow,
        condition: Any,
        names: Sequence[str],
        others: Sequence[str],
        frame: Any,
    ) -> None:
        super().__init__("if", frame, True)
        self.then = True
        self.before = self._before = dict(frame.f_locals)
        self._flow = flow
        self.names = names
        self._others = others
        self._held = dict(flow.session.held)
        self._edges: list[Edge] = []
        self._split = False
        flow.session.has_decided = True
        flow.trace.begin_branch(condition)
        flow.session.open.append(self)

    def _end_arm(self, env: Mapping[str, Any]) -> None:
        session = self._flow.session
        if session.trace.alive:
            self._edges.append(Edge(session, self.names, env))

    def _begin_otherwise(self, env: Mapping[str, Any]) -> None:
        self._end_arm(env)
        self._split = True
        self._flow.trace.begin_otherwise()
        self._flow.session.held = dict(self._held)

    @property
    def otherwise(self) -> bool:
        self._begin_otherwise(sys._getframe(1).f_locals)
        return True

    @property
    def restores(self) -> Sequence[Any]:
        return once([self._before.get(name, UNBOUND) for name in self._others])

    @property
    def merges(self) -> Sequence[Any]:
        session = self._flow.session
        env = sys._getframe(1).f_locals
        if not self._split:
            self._begin_otherwise(env)
            env = self._before
        self._end_arm(env)
        session.trace.end()
        session.close(self)
        if not self._edges:
            session.trace.alive = False
            return once([self._before.get(name, UNBOUND) for name in self.names])
        join = Join(session, self._flow, self._edges, self, False)
        result = join.names(self.names, self._before)
        self.before = self._before = {}
        return once(result)


class PlainFlow:
    """The flow of a function that runs outside of a trace: everything is Python's own."""

    __slots__ = ("cause", "error", "value")
    alive = True
    block: Block | None = None

    def branch(self, test: Any, facts: tuple[tuple[str, ...], tuple[str, ...]]) -> Any:
        """An `if` statement; facts: the names that it merges, those of its `else`."""
        return TRUE if test else FALSE

    def loop(self, iterable: Any, facts: tuple[Any, ...]) -> Any:
        """The loop of a `for` statement; facts: number, names, targets, uses, flags, index."""
        return PlainLoop(iterable)

    def loop_while(self, facts: tuple[Any, ...]) -> Any:
        """A `while` statement; facts: number, names, uses, flags."""
        return PlainWhile()

    def breaks(self, loop: Any) -> bool:
        loop.runs_else = False
        return True

    def continues(self, loop: Any) -> bool:
        return True

    def returns(self, value: Any) -> bool:
        self.value = value
        return True

    def result(self, value: Any) -> Any:
        return value

    def raises(self, error: Any, cause: Any = None) -> bool:
        self.error, self.cause = error, cause
        return True

    def asserts(self, test: Any) -> Any:
        return PASSED if test else _Assertion(self, None)

    def lets_out(self, construct: Any) -> bool:
        """Whether what was raised in an arm of an `if`, or in a loop, leaves it here and now."""
        return True


class _Assertion:
    """An `assert` that does not hold, or whose condition is known only at run time."""

    __slots__ = ("_flow", "_test")
    fails = True

    def __init__(self, flow: PlainFlow, test: Any) -> None:
        self._flow = flow
        self._test = test

    def fail(self, *message: Any) -> bool:
        flow = self._flow
        error = AssertionError(*message)
        if self._test is None or not isinstance(flow, Flow):
            return flow.raises(error)
        flow.session.has_decided = True
        flow.trace.check(self._test, again(error), "")
        return False


class _Passed:
    __slots__ = ()
    fails = False


PASSED = _Passed()


class Flow(PlainFlow):
    """One activation of a staged function in a trace.

    learned: the types that carried names turned out to need, by loop and by what they began with;
    block: what a `return` inside of other statements leaves; is_kernel: it is the kernel itself
    that is run, whose results are returned to the caller.
    """

    __slots__ = ("_variables", "block", "code", "is_kernel", "learned", "session", "trace")

    def __init__(self, session: Session, nested_returns: bool, frame: Any) -> None:
        self.session = session
        self.trace = session.trace
        self.code = frame.f_code
        self.learned: dict[Any, Any] = {}
        self._variables: dict[tuple[str, Kind], int] = {}
        self.block: Block | None = None
        self.is_kernel = False
        if nested_returns:
            self.is_kernel = len(list(session.frames(frame))) == 1
            self.block = session.begin_block(frame.f_code.co_name, frame)
            self.block.ends_frame = True

    @property
    def alive(self) -> bool:  # type: ignore[override]
        return self.trace.alive

    def variable(self, name: str, kind: Kind) -> int:
        """The run-time variable of a name and type, the same one throughout the activation."""
        found = self._variables.get((name, kind))
        if found is None:
            found = self._variables[name, kind] = self.trace.variable(name.replace(" ", "_"), *kind)
        return found

    def branch(self, test: Any, facts: tuple[tuple[str, ...], tuple[str, ...]]) -> Any:
        known = test if type(test) is bool else truth(test)
        if known is None:
            if not self.trace.alive:
                return NEITHER
            return Branch(self, asked(test), *facts, sys._getframe(1))
        return TRUE if known else FALSE

    # -- loops ----------------------------------------------------------------------------------

    def loop(self, iterable: Any, facts: tuple[Any, ...]) -> Any:
        number, names, targets, uses, flags, index, shape = facts
        session = self.session
        frame = sys._getframe(1)
        if not self.trace.alive:
            return PlainLoop((), False)
        kind = type(iterable)
        items: Any = None
        if kind is range and not iterable[session.unroll_limit :]:
            carried = needed(names, uses[: len(names)], AT_HEAD)
            items = session.unrolled_first(iterable, (self.code, number), frame, carried)
        if items is None:
            iteration = run_time_iteration(iterable)
            if iteration is None and kind is range:
                iteration = session.compiled_first(iterable, self.code, number, frame)
            if iteration is not None:
                if iteration.is_empty():
                    return PlainLoop(())
                loop = CountedLoop(self, frame, iteration, number, names, targets, uses, flags)
                loop.index, loop.shape = index, shape
                loop.adaptive = loop.known = kind is range
                return loop
            from .hooks import items as items_of

            items = items_of(iterable)
        if shape is not None:
            from .arrays.conversion import unpacked

            items = map(unpacked, items, repeat(shape))
        if flags & _JUMPS:
            return NativeLoop(self, items, names, targets, uses, flags, frame)
        return PlainLoop(items)

    def loop_while(self, facts: tuple[Any, ...]) -> Any:
        if not self.trace.alive:
            return PlainWhile(False)
        from .control_while import WhileLoop

        return WhileLoop(self, sys._getframe(1), *facts)

    def breaks(self, loop: Any) -> bool:
        return self.trace.alive and bool(loop.breaks(sys._getframe(1).f_locals))

    def continues(self, loop: Any) -> bool:
        return self.trace.alive and bool(loop.continues(sys._getframe(1).f_locals))

    # -- leaving the function -------------------------------------------------------------------

    def returns(self, value: Any) -> bool:
        if not self.trace.alive:
            return False
        block, session = self.block, self.session
        assert block is not None
        if not session.is_direct(block):
            value = self._ready(value)
            block.left_by(Edge(session, RETURNED, {RETURNED[0]: value}))
            self.trace.leave(block.region)
            return False
        session.unwind_to(block)
        self.value = self.result(value)
        return True

    def _ready(self, value: Any) -> Any:
        """The value as it leaves the kernel, while control is where it is returned."""
        if not self.is_kernel:
            return value
        from .returned_arrays import ready

        return ready(value, self.session.return_hint)

    def result(self, value: Any) -> Any:
        block, session = self.block, self.session
        if block is None:
            return value if self.trace.alive else session.nothing()
        kind = None
        if self.is_kernel:
            from .returned_arrays import ReturnJoin

            kind = ReturnJoin
            value = self._ready(value) if self.trace.alive else value
        joined = session.end_block(block, self, RETURNED, {RETURNED[0]: value}, {}, kind)
        if joined is not None:
            return joined[0]
        return value if self.trace.alive else session.nothing()

    def raises(self, error: Any, cause: Any = None) -> bool:
        self.error, self.cause = error, cause
        session = self.session
        if not self.trace.alive:
            return False
        if type(error) is Raised:
            session.fails(Raise(error), "", *words_of(error))
            return False
        if session.is_certain():
            return True
        made = error() if isinstance(error, type) and issubclass(error, BaseException) else error
        if not isinstance(made, Exception):
            return True
        session.fails(again(made), "")
        return False

    def asserts(self, test: Any) -> Any:
        known = truth(test)
        if known is None:
            return _Assertion(self, asked(test))
        return PASSED if known else _Assertion(self, None)

    def lets_out(self, construct: Any) -> bool:
        from .control_raised import ends_body

        return not ends_body(self.session, construct)


def again(error: Exception) -> Callable[[str], Exception]:
    """What makes an equal exception at run time, each time a new one; refused if nothing does."""
    import copy

    from .calls import is_traced_inside

    if is_traced_inside(error.args):
        refuse(226)

    def make(_: str) -> Exception:
        return copy.copy(error)

    try:
        made = make("")
    except Exception:
        made = Exception()
    if type(made) is not type(error) or made.args != error.args:
        refuse(238, name=type(error).__name__)
    return make


def flow(nested_returns: bool) -> PlainFlow:
    """The first statement of a staged function that has control flow."""
    session = current()
    if session is None:
        return PlainFlow()
    return Flow(session, nested_returns, sys._getframe(1))
