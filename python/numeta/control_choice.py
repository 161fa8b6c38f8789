"""Conditions and choices inside expressions: `x if c else y`, `and`, `or`, `not`.

A condition that is known at compile time is decided by Python. With one that is known at run time
both arms are evaluated: small ones that only compute are selected from, others are the arms of a
branch whose values are joined. Names that an arm binds by `:=` are joined too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from . import _trace
from .control_arrays import holds_array, is_array, same_array
from .control_merge import (
    UNBOUND,
    Edge,
    Join,
    Kind,
    Poison,
    common_held,
    is_number,
    note_mixed,
    raise_poison,
    same_number,
)
from .control_state import Construct
from .session import Session, current, refuse, user_frame
from .state import same

Scalar, Array = _trace.Scalar, _trace.Array
_FEW_NODES = 16  # how much of an arm is evaluated whether it is chosen or not


class _Known:
    """A condition that Python decides."""

    __slots__ = ("otherwise", "then")
    restores = merges = ()

    def __init__(self, then: bool, otherwise: bool) -> None:
        self.then = then
        self.otherwise = otherwise

    def kept(self, name: str, value: Any) -> Any:
        """What a name holds that an arm may have bound, where it holds `value` now."""
        return value

    restored = kept


class _First(_Known):
    __slots__ = ()

    def pick(self, first: Any, second: Any = None) -> Any:
        return first


class _Second(_Known):
    __slots__ = ()

    def pick(self, first: Any, second: Any = None) -> Any:
        return second


class _Settled(_Known):
    """`a and b` whose value is `a`."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        super().__init__(False, False)
        self.value = value

    def pick(self, rest: Any) -> Any:
        return self.value


class _Neither(_Known):
    """Control does not come here."""

    __slots__ = ()

    def pick(self, *arms: Any) -> Any:
        session = current()
        assert session is not None
        return session.nothing()


TRUE, FALSE, NEITHER = _First(True, False), _Second(False, True), _Neither(False, False)


def truth(value: Any) -> bool | None:
    """The truth of a value as Python finds it; None if it is known only at run time."""
    kind = type(value)
    if kind is bool:
        return value  # type: ignore[no-any-return]
    if kind is Scalar or kind is Array:
        return None
    if kind is Poison:
        raise_poison(value)
    return bool(value)


def asked(value: Any) -> Any:
    """What decides where `value` is a condition: of an array its only element."""
    if type(value) is not Array:
        return value
    from .arrays.nests import require

    size = value.size
    require(
        size != 0,
        ValueError,
        "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an "
        "array is not empty.",
    )
    require(
        size == 1,
        ValueError,
        "The truth value of an array with more than one element is ambiguous. Use a.any() or "
        "a.all()",
    )
    return value[(0,) * value.ndim]


def as_truth(value: Any) -> Any:
    """`bool(value)`, at run time if the value is known only there."""
    known = truth(value)
    return _trace.cast(asked(value), "b1", True) if known is None else known


def _truth_of(op: str, *operands: Any) -> Any:
    return _trace.cast(_trace.apply(op, operands, python=False), "b1", True)


def same_arrays(first: Any, second: Any) -> bool:
    """Whether two values hold no arrays, or the same ones: nothing has to be copied then."""
    if type(first) is tuple and type(second) is tuple and len(first) == len(second):
        return all(map(same_arrays, first, second))
    if is_array(first) and is_array(second):
        return first is second or same_array(first, second)
    return not holds_array(first) and not holds_array(second)


class _Choice(Construct):
    """A choice with a run-time condition: two arms, one value, and the names that they bind."""

    __slots__ = (
        *("_before", "_condition", "_ends", "_held", "_kept", "_mark", "_names", "_pure"),
        *("_session", "_size", "then"),
    )

    def __init__(self, session: Session, condition: Any, names: Sequence[str]) -> None:
        frame = user_frame(sys._getframe(1))
        assert frame is not None
        super().__init__("if", frame, True)
        self.then = True
        self._session = session
        self._condition = condition
        self._names = self.names = names
        self._before = {name: frame.f_locals.get(name, UNBOUND) for name in names}
        self._kept: dict[str, Any] = {}
        self._mark = session.trace.mark()
        self._held = dict(session.held)
        self._pure = not names
        self._ends: list[Edge | None] = []
        session.trace.begin_branch(condition)
        session.open.append(self)
        self._size = session.trace.nodes

    def _end_arm(self, env: Any) -> None:
        trace = self._session.trace
        self._pure &= trace.statements == 0 and trace.nodes - self._size <= _FEW_NODES
        self._pure &= trace.alive
        self._ends.append(Edge(self._session, self._names, env) if trace.alive else None)

    def _begin_otherwise(self, env: Any) -> None:
        self._end_arm(env)
        self._session.trace.begin_otherwise()
        self._session.held = dict(self._held)
        self._size = self._session.trace.nodes

    @property
    def otherwise(self) -> bool:
        self._begin_otherwise(sys._getframe(1).f_locals if self._names else {})
        return True

    def restored(self, name: str, value: Any) -> Any:
        """What a name held before the choice."""
        return self._before[name]

    def kept(self, name: str, value: Any) -> Any:
        """What a name holds after the choice."""
        return self._kept[name]

    def variable(self, name: str, kind: Kind) -> int:
        """A choice has variables of its own."""
        return self._session.trace.variable(name.replace(" ", "_"), *kind)

    def _joined(self, first: Any, second: Any, env: Any) -> Any:
        """The value of the arms, the second of which is open still."""
        session = self._session
        trace = session.trace
        self._end_arm(env)
        trace.end()
        session.close(self)
        self._pure &= same_arrays(first, second)
        if self._pure:
            trace.rollback(self._mark)
            session.held = self._held
            return self._selected(first, second)
        session.has_decided = True
        ends = zip(self._ends, (first, second), strict=True)
        pairs = [(edge, value) for edge, value in ends if edge is not None]
        edges = [edge for edge, _ in pairs]
        session.held = common_held(edges)
        if not edges:
            trace.alive = False
            self._kept = self._before
            return session.nothing()
        join = Join(session, self, edges, self, False)
        for k, name in enumerate(self._names):
            values = [edge.values[k] for edge in edges]
            self._kept[name] = join.value(name, values, self._before[name])
        chosen = join.value("chosen value", [value for _, value in pairs])
        join.finish()
        return chosen

    def _selected(self, first: Any, second: Any) -> Any:
        """The value of arms that were both evaluated."""
        if first is second:
            return first
        if is_number(first) and is_number(second):
            if same_number(first, second):
                return first
            selected = self._session.trace.select(self._condition, first, second)
            if selected is not None:
                note_mixed(self._session, selected, [first, second])
                return selected
        elif type(first) is tuple and type(second) is tuple and len(first) == len(second):
            return tuple(map(self._selected, first, second))
        elif same(first, second):
            return first
        return Poison("chosen value", self.line, (first, second))

    def pick(self, first: Any, second: Any) -> Any:
        """The value of `x if c else y`."""
        return self._joined(first, second, sys._getframe(1).f_locals if self._names else {})


class _Both(_Choice):
    """`a and b`."""

    __slots__ = ("_first", "_truth")
    _negated = False

    def __init__(
        self, session: Session, first: Any, truth_only: bool, names: Sequence[str]
    ) -> None:
        self._first = as_truth(first) if truth_only else first
        self._truth = truth_only
        super().__init__(session, not_(first) if self._negated else first, names)

    def pick(self, rest: Any) -> Any:  # type: ignore[override]
        """The value of `a and b`, given that of b."""
        if self._truth:
            rest = as_truth(rest)
        self._begin_otherwise(sys._getframe(1).f_locals if self._names else {})
        return self._joined(rest, self._negated if self._truth else self._first, self._before)

    def _selected(self, first: Any, second: Any) -> Any:
        if not self._truth:
            return super()._selected(first, second)
        if type(first) is bool:
            return self._first if first is not self._negated else first
        return _truth_of("logical_or" if self._negated else "logical_and", self._first, first)


class _Either(_Both):
    """`a or b`."""

    __slots__ = ()
    _negated = True


def choice(condition: Any, *names: str) -> Any:
    """`x if condition else y`; `names`: those that the arms bind by :=."""
    known = condition if type(condition) is bool else truth(condition)
    if known is None:
        session = current()
        assert session is not None
        if not session.trace.alive:
            return NEITHER
        return _Choice(session, asked(condition), _checked(names))
    return TRUE if known else FALSE


def _checked(names: Sequence[str]) -> Sequence[str]:
    """A first name "" says that the others are bound where they cannot be joined."""
    if names and not names[0]:
        refuse(243, name=names[1])
    return names


def _short(
    first: Any, settles: bool, cls: type[_Both], truth_only: bool, names: Sequence[str]
) -> Any:
    known = first if type(first) is bool else truth(first)
    if known is None:
        session = current()
        assert session is not None
        if not session.trace.alive:
            return _Settled(first)
        if type(first) is Array:
            if not truth_only:
                refuse(230, name="`and` or `or`", what="an array", instead="its .any() or .all()")
            first = asked(first)
        return cls(session, first, truth_only, _checked(names))
    return _Settled(first) if known is settles else TRUE


def both(first: Any, *names: str) -> Any:
    """`first and rest`."""
    return _short(first, False, _Both, False, names)


def both_truth(first: Any, *names: str) -> Any:
    """`first and rest`, of which only the truth is wanted."""
    return _short(first, False, _Both, True, names)


def either(first: Any, *names: str) -> Any:
    """`first or rest`."""
    return _short(first, True, _Either, False, names)


def either_truth(first: Any, *names: str) -> Any:
    """`first or rest`, of which only the truth is wanted."""
    return _short(first, True, _Either, True, names)


def not_(value: Any) -> Any:
    """`not value`."""
    known = truth(value)
    if known is None:
        return _truth_of("logical_not", as_truth(value))
    return not known
