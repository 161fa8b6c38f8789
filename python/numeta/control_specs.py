"""What a compiled loop takes its carried names for: one spec per name, widened from pass to pass.

keep: the object that it was before the loop, whatever it is; unbound: not bound when an iteration
begins; var: a run-time variable of a type; array: an array variable (control_arrays.py); tuple: item by item; maybe: a flag says whether it is
bound; poison: nothing that one run of the body could stand for. Specs only widen, so passes end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .control_arrays import (
    LENGTH,
    array_spec,
    fits_array,
    is_array,
    length_name,
    same_array,
    standing,
    to_copy,
    traced_array,
    varying,
)
from .control_turns import IN_TURN, MOST_TURNS, is_in_turn
from .control_merge import (
    UNBOUND,
    Edge,
    Kind,
    MaybeUnbound,
    Poison,
    Unbound,
    asked_for_type,
    guard_copies,
    is_number,
    note_mixed,
    numbers_of,
    read_again,
)
from .state import same

if TYPE_CHECKING:
    from .control_loops import Compiled

Spec = tuple[Any, ...]
KEEP: Spec = ("keep",)
NOT_BOUND: Spec = ("unbound",)
POISON: Spec = ("poison",)
FLAG: Kind = ("b1", True)


def first_spec(loop: Compiled, value: Any) -> Spec:
    """What a name is taken for that holds `value`."""
    kind = type(value)
    if kind is Unbound:
        return NOT_BOUND
    if kind is MaybeUnbound:
        return ("maybe", first_spec(loop, value.value))
    if is_number(value):
        found = loop.trace.join([value])
        return ("var", *found) if found else KEEP
    return KEEP


def header(loop: Compiled, name: str, spec: Spec, entry: Any) -> Any:
    """What the name holds when an iteration begins; `loop.inits` says what it held before."""
    what = spec[0]
    if what == "keep" or spec is IN_TURN:
        return entry
    if what == "unbound":
        return Unbound(name, loop, entry if type(entry) is Unbound else None)
    if what == "poison":
        return loop.poisons[name]
    if what == "tuple":
        items = entry if type(entry) is tuple else (UNBOUND,) * len(spec[1])
        parts = zip(spec[1], items, strict=True)
        return tuple(header(loop, f"{name}_{k}", s, e) for k, (s, e) in enumerate(parts))
    if what == "maybe":
        flag, value = _flagged(entry)
        flag_now = _opened(loop, f"{name}_bound", FLAG, flag)
        return MaybeUnbound(name, header(loop, name, spec[1], value), flag_now)
    if what == "array":
        known = traced_array(entry)
        lengths = [
            _opened(loop, length_name(name, k), LENGTH, UNBOUND if known is None else known.shape[k])
            for k in varying(spec)
        ]
        return standing(loop, name, spec, lengths)
    value = _opened(loop, name, (spec[1], spec[2]), entry)
    if type(entry) is not Unbound:
        note_mixed(loop.session, value, [entry])
    if loop.passes == 1 and type(entry) in (bool, int, float, complex):
        loop.session.origins[id(value)] = (value, entry, loop)
        loop.own_origins.append(id(value))
    return value


def enter_arrays(
    loop: Compiled, name: str, spec: Spec, entry: Any, edge: Edge, flag: Any = None
) -> None:
    """Adds to `edge` the copies that give array variables what names hold before the loop."""
    what = spec[0]
    if type(entry) is Unbound:
        return
    if what == "maybe":
        is_maybe = type(entry) is MaybeUnbound
        value = entry.value if is_maybe else entry
        enter_arrays(loop, name, spec[1], value, edge, entry.flag if is_maybe else flag)
    elif what == "tuple":
        for k, (inner, item) in enumerate(zip(spec[1], entry, strict=True)):
            enter_arrays(loop, f"{name}_{k}", inner, item, edge, flag)
    elif what == "array":
        edge.copies.append(to_copy(loop, name, spec, entry, True, flag))
        if flag is None:
            loop.begun_arrays.add(name)


def is_of_arrays(spec: Spec) -> bool:
    """Whether a spec speaks of arrays that another run of the loop need not find."""
    if spec[0] == "tuple":
        return any(map(is_of_arrays, spec[1]))
    return spec is IN_TURN or spec[0] == "array" or (spec[0] == "maybe" and is_of_arrays(spec[1]))


def _flagged(value: Any) -> tuple[Any, Any]:
    """(flag, value) of what may be unbound; somebody relies on it if it is."""
    if type(value) is Unbound:
        value.touch()
        return False, UNBOUND
    if type(value) is MaybeUnbound:
        return value.flag, value.value
    return True, value


def _opened(loop: Compiled, name: str, kind: Kind, entry: Any) -> Any:
    variable = loop.flow.variable(name, kind)
    if type(entry) is not Unbound:
        loop.inits.append((variable, entry))
    return read_again(loop.session, variable)


def widened(
    loop: Compiled, name: str, spec: Spec, begun: Any, entry: Any, values: Sequence[Any]
) -> Spec:
    """The spec that also holds what iterations end with; `begun` is what they began with."""
    values = [value for value in values if value is not begun]
    what = spec[0]
    if not values or what == "poison":
        return spec
    if what == "unbound":
        bound = [v for value in values for v in _bound(value)]
        if not bound or name not in loop.touched:
            return spec
        return ("maybe", _spec_of(loop, name, bound))
    if what == "maybe":
        bound = [v for value in values for v in _bound(value)]
        _, inner = _flagged(entry) if type(entry) is not Unbound else (False, UNBOUND)
        return ("maybe", widened(loop, name, spec[1], begun.value, inner, bound))
    if any(type(value) in (Unbound, MaybeUnbound) for value in values):
        bound = [v for value in values for v in _bound(value)]
        return ("maybe", widened(loop, name, spec, begun, entry, bound))
    if what == "var":
        _check_asked(loop, begun, values)
        return _wider_number(loop, name, spec, entry, values)
    if what == "array":
        return _wider_array(loop, name, entry, [begun, *values])
    return _wider_object(loop, name, spec, begun, entry, values)


def _wider_array(loop: Compiled, name: str, entry: Any, values: Sequence[Any]) -> Spec:
    """The spec of an array variable; `values`: what iterations begin and end with."""
    if traced_array(entry) is None:
        return _spec_of(loop, name, values[1:])
    found = array_spec([entry, *values])
    if found is not None:
        return found
    own = array_spec([entry])
    if loop.passes == 1 and all(map(is_array, values)):  # other types may become what they seem
        return (*own[:3], (None,) * own[2])
    return poisoned(loop, name, [entry, *values])


def _bound(value: Any) -> tuple[Any, ...]:
    if type(value) is Unbound:
        return ()
    return (value.value,) if type(value) is MaybeUnbound else (value,)


def _spec_of(loop: Compiled, name: str, values: Sequence[Any]) -> Spec:
    """The spec of a name that was unbound before and holds one of `values` now."""
    if all(map(is_number, values)):
        found = loop.trace.join(values)
        if found is not None:
            return ("var", *found)
    found = array_spec(values, loop.region) if all(map(is_array, values)) else None
    if found is not None:
        return found
    first = values[0]
    if type(first) is tuple and all(
        type(value) is tuple and len(value) == len(first) for value in values
    ):
        items = enumerate(zip(*values, strict=True))
        return ("tuple", tuple(_spec_of(loop, f"{name}_{k}", found) for k, found in items))
    return poisoned(loop, name, values)


def poisoned(loop: Compiled, name: str, values: Sequence[Any]) -> Spec:
    """From now on the name is one whose use is refused."""
    loop.poisons.setdefault(name, Poison(name, loop.line, values))
    return POISON


def _check_asked(loop: Compiled, begun: Any, values: Sequence[Any]) -> None:
    """The type that the body asked for has to be that of every iteration."""
    if id(begun) in loop.session.asked:
        note_mixed(loop.session, begun, values)
        asked_for_type(begun, "isinstance")


def _wider_number(loop: Compiled, name: str, spec: Spec, entry: Any, values: Sequence[Any]) -> Spec:
    known = [] if type(entry) is Unbound else [entry]
    if all(map(is_number, values)):
        found = loop.trace.join([*known, *values])
        if found is not None:
            return ("var", *found)
    elif loop.passes == 1:  # what was no number yet may be one where the name has a wider type
        candidates = [n for v in values for n in (numbers_of(v) or (v,)) if is_number(n)]
        strong = [n for n in candidates if not getattr(n, "weak", False)]
        found = loop.trace.join([*known, *strong]) if strong else None
        if found is not None and ("var", *found) != spec:
            return ("var", *found)
    return poisoned(loop, name, [*known, *values])


def _wider_object(
    loop: Compiled, name: str, spec: Spec, begun: Any, entry: Any, values: Sequence[Any]
) -> Spec:
    if spec is KEEP and all(same(entry, value) or same_array(entry, value) for value in values):
        return spec
    if traced_array(entry) is not None and all(map(is_array, values)):
        few = len(loop.turns.bound) <= MOST_TURNS
        if few and is_in_turn(loop, entry, values):
            return IN_TURN
        return _wider_array(loop, name, entry, values)
    if type(entry) is tuple and all(
        type(value) is tuple and len(value) == len(entry) for value in values
    ):
        inner = spec[1] if spec[0] == "tuple" else [first_spec(loop, item) for item in entry]
        return (
            "tuple",
            tuple(
                widened(loop, f"{name}_{k}", s, begun[k], entry[k], [v[k] for v in values])
                for k, s in enumerate(inner)
            ),
        )
    return poisoned(loop, name, [entry, *values])


def fits(loop: Compiled, spec: Spec, begun: Any, value: Any) -> bool:
    """Whether `value` can be written to what the spec stands for."""
    what = spec[0]
    if value is begun or what == "poison":
        return True
    if what == "maybe":
        inner = begun.value if type(begun) is MaybeUnbound else UNBOUND
        return all(fits(loop, spec[1], inner, v) for v in _bound(value))
    if what == "var":
        known = [] if type(begun) in (Unbound, MaybeUnbound) else [begun]
        if not is_number(value):
            return False
        return bool(loop.trace.join([value, *known]) == spec[1:])
    if what == "tuple":
        if type(value) is not tuple or len(value) != len(spec[1]):
            return False
        items = begun if type(begun) is tuple else (UNBOUND,) * len(value)
        return all(map(lambda s, b, v: fits(loop, s, b, v), spec[1], items, value))
    if what == "array":
        return fits_array(spec, value)
    if spec is IN_TURN:
        return is_in_turn(loop, value, [value])
    return what == "keep" and (same(begun, value) or same_array(begun, value))


def write(loop: Compiled, name: str, spec: Spec, begun: Any, edge: Edge, value: Any) -> None:
    """At the end of an edge: what the next iteration, or what comes after the loop, finds."""
    if value is begun or spec is IN_TURN:
        return
    what = spec[0]
    if what == "var":
        _written(loop, name, (spec[1], spec[2]), edge, value)
    elif what == "array":
        _copied(loop, name, spec, edge, value)
    elif what == "tuple":
        items = begun if type(begun) is tuple else (UNBOUND,) * len(value)
        for k, (inner, b, v) in enumerate(zip(spec[1], items, value, strict=True)):
            write(loop, f"{name}_{k}", inner, b, edge, v)
    elif what == "maybe":
        bound = _bound(value)
        flag = value.flag if type(value) is MaybeUnbound else bool(bound)
        _written(loop, f"{name}_bound", FLAG, edge, flag)
        inner = begun.value if type(begun) is MaybeUnbound else UNBOUND
        for item in bound:
            write(loop, name, spec[1], inner, edge, item)
        if bound:
            guard_copies([edge], [value])


def _copied(loop: Compiled, name: str, spec: Spec, edge: Edge, value: Any) -> None:
    array = traced_array(value)
    for axis in varying(spec):
        _written(loop, length_name(name, axis), LENGTH, edge, array.shape[axis])
    edge.copies.append(to_copy(loop, name, spec, array, False))


def _written(loop: Compiled, name: str, kind: Kind, edge: Edge, value: Any) -> None:
    variable = loop.flow.variable(name, kind)
    if edge.held.get(variable) is not value:
        loop.trace.write_at_end(edge.region, variable, value)


def afterwards(
    loop: Compiled, name: str, spec: Spec, entry: Any, values: Sequence[Any] = ()
) -> Any:
    """What the name holds after the loop, before which it was `entry`, in which one of `values`."""
    what = spec[0]
    if what == "var":
        value = read_again(loop.session, loop.flow.variable(name, (spec[1], spec[2])))
        note_mixed(loop.session, value, [v for v in (entry, *values) if is_number(v)])
        return value
    if what == "array":
        variables = [loop.flow.variable(length_name(name, k), LENGTH) for k in varying(spec)]
        return standing(loop, name, spec, [read_again(loop.session, v) for v in variables])
    if what == "tuple":
        items = entry if type(entry) is tuple else (UNBOUND,) * len(spec[1])
        parts = zip(spec[1], items, strict=True)
        return tuple(afterwards(loop, f"{name}_{k}", s, e) for k, (s, e) in enumerate(parts))
    if what == "maybe":
        flag = read_again(loop.session, loop.flow.variable(f"{name}_bound", FLAG))
        inner = entry.value if type(entry) is MaybeUnbound else entry
        return MaybeUnbound(name, afterwards(loop, name, spec[1], inner), flag)
    return loop.poisons[name] if what == "poison" else entry


def retrospective(
    loop: Compiled, name: str, entry: Any, back: Sequence[Any], left: Sequence[Any], certain: bool
) -> Spec:
    """The spec after the loop of a name that was unbound before it, and that nobody asked for.

    certain: the loop runs at least once.
    """
    values = [*back, *left]
    bound = [v for value in values for v in _bound(value)]
    if not bound:
        return NOT_BOUND
    inner = _spec_of(loop, name, bound)
    if certain and all(type(value) not in (Unbound, MaybeUnbound) for value in values):
        return inner
    flag, _ = _flagged(entry)
    loop.inits.append((loop.flow.variable(f"{name}_bound", FLAG), flag))
    return ("maybe", inner)
