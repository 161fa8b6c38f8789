"""Joins: what a name holds where several ways through the kernel meet.

An `Edge` is one way that comes to a join: the region it comes from and what the names hold there.
The same value on every way is kept. Numbers become one run-time variable of their common type,
which every way writes at its end; tuples are joined item by item. A name that is unbound on some
ways is a `MaybeUnbound`: its value and a run-time flag, which is checked where the name is read.
Everything else is a `Poison` that says so when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import numpy as np

from . import _trace, errors
from .control_arrays import (
    LENGTH,
    Copy,
    common_lengths,
    common_type,
    copy_all,
    is_array,
    length_name,
    same_array,
    traced_array,
    which_array,
    which_name,
)
from .session import Session, current, refuse
from .state import same

if TYPE_CHECKING:
    from .control_loops import Compiled
    from .control_state import Construct

    class Variables(Protocol):
        """Where the variables of a join come from: one per name and type, or always new."""

        def variable(self, name: str, kind: Kind) -> int: ...


Scalar = _trace.Scalar
Kind = tuple[str, bool]  # the code of a dtype, weak
_NUMBERS = frozenset({bool, int, float, complex})


class Unbound:
    """What a name holds in Python where it is not bound in the kernel.

    loop: the compiled loop whose first pass takes the name for unbound when an iteration begins;
    that was seen by somebody if it was touched, and another pass must not take it so.
    """

    __slots__ = ("loop", "name", "parent")

    def __init__(self, name: str, loop: Compiled | None, parent: Unbound | None) -> None:
        self.name = name
        self.loop = loop
        self.parent = parent

    def touch(self) -> None:
        """Somebody relies on it being unbound."""
        if self.loop is not None:
            self.loop.touched.add(self.name)
        if self.parent is not None:
            self.parent.touch()


UNBOUND = Unbound("", None, None)


class MaybeUnbound:
    """A name that is bound on some ways only: its value there, and the flag that says whether."""

    __slots__ = ("flag", "name", "value")

    def __init__(self, name: str, value: Any, flag: Any) -> None:
        self.name = name
        self.value = value
        self.flag = flag


# Methods that a class answers all alike. They are there when the class is made: to set one later
# takes longer than to make a class.
_SPECIAL = (
    "add radd iadd sub rsub isub mul rmul imul truediv rtruediv itruediv floordiv rfloordiv"
    " ifloordiv mod rmod imod divmod rdivmod pow rpow ipow lshift rlshift ilshift rshift rrshift"
    " irshift and rand iand or ror ior xor rxor ixor matmul rmatmul imatmul neg pos abs invert"
    " round trunc floor ceil lt le eq ne gt ge bool int float complex index hash str format len"
    " iter next reversed contains getitem setitem delitem call enter exit array array_ufunc"
)
_NATIVE = frozenset("bool int float hash str format len iter array array_ufunc".split())


def _used(self: Poison, *operands: object, **named: object) -> Any:
    raise_poison(self)


class Poison:
    """What a name holds where no single run-time value can stand for it."""

    for _special in [*_SPECIAL.split(), "numeta_use"]:  # the last: the binding met an operand
        locals()[f"__{_special}__"] = _used
    del _special

    __slots__ = ("_line", "_name", "_numbers", "_texts")

    def __init__(self, name: str, line: int, values: Sequence[Any], numbers: bool = False) -> None:
        self._name = name
        self._line = line
        self._texts = tuple(dict.fromkeys(map(described, values)))
        self._numbers = tuple(values) if numbers else ()

    def __repr__(self) -> str:
        name = object.__getattribute__(self, "_name")
        return f"<{name}: not one value, set under run-time control flow>"

    def __getattribute__(self, name: str) -> Any:
        raise_poison(self)


def _values_of(value: Poison) -> dict[str, Any]:
    read = object.__getattribute__
    texts = read(value, "_texts")
    what = " or ".join(texts) if len(texts) > 1 else f"different objects ({''.join(texts)})"
    return dict(name=read(value, "_name"), place=read(value, "_line"), what=what)


def raise_poison(value: Poison) -> NoReturn:
    """TraceError for a use of `value`, naming the variable, what it may hold, and where."""
    refuse(236, **_values_of(value))


def numbers_of(value: object) -> tuple[Any, ...]:
    """The numbers for which no common type was found, of a poison that stands for them."""
    found: tuple[Any, ...] = ()
    if type(value) is Poison:
        found = object.__getattribute__(value, "_numbers")
    return found


def _nothing(self: Nothing, *operands: object, **named: object) -> Any:
    return self


class Nothing:
    """What stands for the value of an unbound name where control does not go on; whatever is done
    to it gives it again. A run-time number takes it for one."""

    __slots__ = ()
    __numeta_nothing__ = True

    def __getattr__(self, name: str) -> Any:
        return self

    def __iter__(self) -> Any:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    __index__ = __int__ = __hash__ = __len__

    def __float__(self) -> float:
        return 0.0

    for _special in _SPECIAL.split():
        if _special not in _NATIVE:
            locals()[f"__{_special}__"] = _nothing
    del _special


def check_result(value: object, filename: str, line: int) -> None:
    """Refuse to return a name whose value is not known."""
    if type(value) is Poison:
        raise errors.error(236, filename, line, **_values_of(value))
    if type(value) in (tuple, list):
        for item in value:  # type: ignore[attr-defined]
            check_result(item, filename, line)


def described(value: object) -> str:
    """A value in a few words, for messages."""
    kind = type(value)
    if kind is Scalar:
        scalar: Any = value
        return f"{'Python ' if scalar.weak else ''}{np.dtype(scalar.dtype).name}"
    if kind is _trace.Array or kind is np.ndarray:
        array: Any = value
        return f"a {array.ndim}-d array of {np.dtype(array.dtype).name}"
    if kind is Unbound:
        return "nothing"
    if kind is Poison:
        return "a value that is not known"
    text = repr(value) if value is None or kind in (bool, int, float, str) else ""
    return text if 0 < len(text) < 30 else getattr(kind, "described", kind.__name__)


# -- edges ----------------------------------------------------------------------------------------


class Edge:
    """One way into a join. held: the variables whose current value is this very scalar there;
    copies: of arrays, to be made at its end."""

    __slots__ = ("copies", "held", "region", "values")

    def __init__(self, session: Session, names: Sequence[str], env: Mapping[str, Any]) -> None:
        self.region = session.trace.region
        self.values = [env.get(name, UNBOUND) for name in names]
        self.held = dict(session.held)
        self.copies: list[Copy] = []


def common_held(edges: Sequence[Edge]) -> dict[int, Any]:
    """What the variables hold whichever of the edges control came by."""
    if not edges:
        return {}
    first, *rest = edges
    held = first.held
    for edge in rest:
        held = {v: s for v, s in held.items() if edge.held.get(v) is s}
    return dict(held)


def is_number(value: object) -> bool:
    """Whether a value is a number, known now or at run time."""
    kind = type(value)
    return kind is Scalar or kind in _NUMBERS or issubclass(kind, np.number | np.bool_)


def same_number(a: Any, b: Any) -> bool:
    """Equal constants of one type, or the same run-time value."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if type(a) is Scalar:
        return _trace.same(a, b)
    if isinstance(a, np.generic):
        return bool(a.dtype == b.dtype and a.tobytes() == b.tobytes())
    return same(a, b)


class Join:
    """One join: `edges` come together where `construct` ends.

    inside: what was made before the join may not serve after it, since it belongs to a region
    that is closed now.
    """

    __slots__ = ("construct", "edges", "inside", "session", "variables")

    def __init__(
        self,
        session: Session,
        variables: Variables,
        edges: Sequence[Edge],
        construct: Construct,
        inside: bool,
    ) -> None:
        self.session = session
        self.variables = variables
        self.edges = edges
        self.construct = construct
        self.inside = inside or len(edges) == 1

    def names(self, names: Sequence[str], before: Mapping[str, Any]) -> list[Any]:
        """What the names hold after the join; `before`: what they held before it all."""
        self.session.held = common_held(self.edges)
        result = []
        for k, name in enumerate(names):
            values = [edge.values[k] for edge in self.edges]
            result.append(self.value(name, values, before.get(name, UNBOUND)))
        self.finish()
        return result

    def finish(self) -> None:
        """Makes the copies of arrays, when all values are known."""
        for edge in self.edges:
            copy_all(edge)

    def value(self, name: str, values: Sequence[Any], before: Any = UNBOUND) -> Any:
        """What `name` holds after the join, one value per edge."""
        first = values[0]
        if any(map(is_array, values)) and all(map(is_array, values)):
            return self.array(name, values)
        alike = all(value is first for value in values)
        if alike and (first is before or not self.inside or type(first) in _NUMBERS):
            return first
        if any(type(value) in (Unbound, MaybeUnbound) for value in values):
            return self._maybe(name, values, before)
        if all(map(is_number, values)):
            return self._number(name, values)
        if type(first) is tuple and all(
            type(value) is tuple and len(value) == len(first) for value in values
        ):
            return self._tuple(name, values, before)
        equal = alike or all(same(first, value) for value in values)
        if equal and not (self.inside and _holds_traced(first)):
            return first
        numbers = [n for value in values for n in (numbers_of(value) or (value,))]
        return self.unknown(name, values, all(map(is_number, numbers)))

    def array(self, name: str, values: Sequence[Any]) -> Any:
        """One array for all of them: the same one, or an array variable."""
        first = traced_array(values[0])
        if all(value is values[0] for value in values) and (first is None or _trace.lasts(first)):
            return values[0]
        kind = common_type(values)
        if kind is None:
            return self.unknown(name, values)
        arrays = [traced_array(value) for value in values]
        if all(same_array(first, array) for array in arrays) and _trace.lasts(first):
            return first
        variable = _trace.array_variable(name.replace(" ", "_"), *kind)
        shape = [
            self.stored(length_name(name, axis), LENGTH, [a.shape[axis] for a in arrays])
            if kept is None
            else kept.value
            for axis, kept in enumerate(common_lengths(arrays))
        ]
        which = list(map(which_array, arrays))
        for edge, array, found in zip(self.edges, arrays, which, strict=True):
            edge.copies.append((variable, array, True, None, found is not None))
        merged = _trace.stand_for(variable, shape)
        known = [found for found in which if found is not None]
        if known:
            numbers = [0 if found is None else found[0] for found in which]
            number = self.stored(which_name(name), LENGTH, numbers)
            can_be = set().union(*(found[1] for found in known))
            self.session.chosen[id(merged)] = merged, number, can_be
        return merged

    def unknown(self, name: str, values: Sequence[Any], numbers: bool = False) -> Any:
        """What stands for values that no single one can stand for."""
        return Poison(name, self.construct.line, values, numbers)

    def _tuple(self, name: str, values: Sequence[tuple[Any, ...]], before: Any) -> Any:
        known = type(before) is tuple and len(before) == len(values[0])
        return tuple(
            self.value(f"{name}_{k}", items, before[k] if known else UNBOUND)
            for k, items in enumerate(zip(*values, strict=True))
        )

    def _number(self, name: str, values: Sequence[Any]) -> Any:
        first = values[0]
        serves = not self.inside or type(first) is not Scalar
        if serves and all(same_number(first, value) for value in values):
            return first
        kind = self.session.trace.join(values) or self._provisional(values)
        if kind is None:
            return self.unknown(name, values, True)
        return self.stored(name, kind, values)

    def _provisional(self, values: Sequence[Any]) -> Kind | None:
        """In the first pass of a loop a carried name counts for the constant it began with."""
        origins = self.session.origins
        found = [origins.get(id(value), (None, value, None)) for value in values]
        loops = [loop for _, _, loop in found if loop is not None]
        kind = self.session.trace.join([value for _, value, _ in found]) if loops else None
        if kind is not None:
            for loop in loops:
                loop.provisional = True
        return kind

    def stored(self, name: str, kind: Kind, values: Sequence[Any]) -> Any:
        """The variable that every edge writes its value to, read after the join."""
        trace = self.session.trace
        variable = self.variables.variable(name, kind)
        for edge, value in zip(self.edges, values, strict=True):
            if edge.held.get(variable) is not value:
                trace.write_at_end(edge.region, variable, value)
        merged = read_again(self.session, variable)
        note_mixed(self.session, merged, values)
        return merged

    def _maybe(self, name: str, values: Sequence[Any], before: Any) -> Any:
        flags: list[Any] = []
        bound: list[tuple[Edge, Any]] = []
        for edge, value in zip(self.edges, values, strict=True):
            if type(value) is Unbound:
                flags.append(False)
            elif type(value) is MaybeUnbound:
                flags.append(value.flag)
                bound.append((edge, value.value))
            else:
                flags.append(True)
                bound.append((edge, value))
        if not bound:
            return values[0]
        for value in values:
            if type(value) is Unbound:
                value.touch()
        if type(before) is MaybeUnbound:
            before = before.value
        edges = [edge for edge, _ in bound]
        join = type(self)(self.session, self.variables, edges, self.construct, self.inside)
        joined = join.value(name, [value for _, value in bound], before)
        guard_copies(edges, [v for v in values if type(v) is not Unbound])
        flag = self.value(f"{name}_bound", flags)
        return joined if flag is True else MaybeUnbound(name, joined, flag)


def guard_copies(edges: Sequence[Edge], values: Sequence[Any]) -> None:
    """What may be unbound on a way is copied only if it is bound."""
    for edge, value in zip(edges, values, strict=True):
        if type(value) is MaybeUnbound:
            bound = value.value
            for k, (variable, array, allocates, flag, told) in enumerate(edge.copies):
                if flag is None and array is bound:
                    edge.copies[k] = (variable, array, allocates, value.flag, told)


_DTYPES = {kind: np.dtype(kind) for kind in _NUMBERS}


def type_of(value: Any) -> tuple[np.dtype[Any], bool]:
    """(dtype, weak) of a number: equal for what Python calls one type."""
    kind = type(value)
    if kind is Scalar:
        return value.dtype, value.weak
    plain = _DTYPES.get(kind)
    return (plain, True) if plain is not None else (value.dtype, False)


def note_mixed(session: Session, merged: Any, values: Sequence[Any]) -> None:
    """A number whose type depends on the way by which control came has no type to ask for."""
    own, mixed = type_of(merged), session.mixed
    for value in values:
        if is_number(value) and (type_of(value) != own or id(value) in mixed):
            mixed[id(merged)] = merged
            return


def asked_for_type(value: Any, what: str) -> None:
    """`isinstance(value, ...)` or `type(value)` of a run-time value."""
    session = current()
    if session is None or type(value) is not Scalar:
        return
    if id(value) in session.mixed:
        refuse(225, what=what)
    session.asked[id(value)] = value


def read_again(session: Session, variable: int) -> Any:
    """What a variable holds after it may have been written."""
    session.trace.new_version(variable)
    value = session.held[variable] = session.trace.read(variable)
    return value


def _holds_traced(value: object) -> bool:
    from .calls import is_traced_inside

    if type(value) in (Poison, Unbound, _trace.Array):
        return False
    return is_traced_inside(value)


def name_(value: Any, name: str) -> Any:
    """A name that may be unbound where it is read."""
    kind = type(value)
    if kind is MaybeUnbound:
        session = current()
        assert session is not None
        session.has_decided = True
        session.trace.check(value.flag, UnboundLocalError, _message(name))
        return value.value
    if kind is Unbound:
        session = current()
        if session is None or session.is_certain():
            raise UnboundLocalError(_message(name))
        value.touch()
        session.fails(UnboundLocalError, _message(name))
        return Nothing()
    return value


def _message(name: str) -> str:
    return f"cannot access local variable '{name}' where it is not associated with a value"
