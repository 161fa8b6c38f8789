"""The hooks that staged code runs: calls, captured loads, attributes, loops, `is` and `in`.

`CELLS` are the closure cells that `staging` gives to every transformed function. Outside of a trace
every hook does what Python does. Inside, compile-time values pass through untouched; what would be
decided by a value that is known only at run time is answered as Python would or refused by line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import CellType, FrameType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _trace, calls, control, control_choice, errors
from .config import config
from .control_merge import UNBOUND, Poison, asked_for_type, name_, raise_poison
from .equality import compared, found_in
from .iteration import Iteration, run_time_iteration
from .loops import CompiledRange, Unrolled
from .session import Session, current, refuse
from .staging_marks import DIRECT
from .texts import joined, percent
from .traced_values import attribute_of, python_type

if TYPE_CHECKING:
    from .folds import Clause

ndarray = np.ndarray
Scalar, Array = _trace.Scalar, _trace.Array
_HEAP_TYPE = 1 << 9

# Types whose values are passed on without a further look; user classes are never added.
_passed: set[type] = {
    *(bool, int, float, complex, str, bytes, type(None), tuple, list, dict, set, frozenset),
    *(Scalar, Array, ModuleType, type, type(len)),
}


def lift(value: Any, name: str) -> Any:
    """A value loaded from outside of the kernel: an array becomes a hidden run-time argument."""
    if type(value) in _passed:
        return value
    return _lifted(value, name)


def _lifted(value: Any, name: str) -> Any:
    if isinstance(value, ndarray):
        session = current()
        return value if session is None else session.array(value, name)
    kind = type(value)
    if not kind.__flags__ & _HEAP_TYPE:
        _passed.add(kind)
    elif kind.__module__.partition(".")[0] == "numpy" and current() is not None:
        from .arrays.subscripts import STAND_INS

        return STAND_INS.get(id(value), value)
    return value


def item(owner: Any, key: Any, name: str) -> Any:
    """`owner[key]`, lifted; of a tuple or list also by a key that is known at run time."""
    if type(key) is Scalar and isinstance(owner, tuple | list | range):
        from .sequences import item_at

        found = item_at(owner, key)
        if found is not NotImplemented:
            return found
    value = owner[key]
    return value if type(value) in _passed else _lifted(value, name)


def lift_inside(value: Any, name: str = "") -> Any:
    """`lift` for an item of an iteration, whose tuples (zip, enumerate, items) are looked into."""
    if type(value) is tuple:
        if any(type(item) is ndarray or type(item) is tuple for item in value):
            return tuple(lift_inside(item, name) for item in value)
        return value
    return lift(value, name)


def attr(owner: Any, attribute: str, name: str) -> Any:
    """`owner.attribute`; an array found there is lifted, and so is `owner` itself."""
    kind = type(owner)
    if kind is Array or kind is Scalar:
        return attribute_of(owner, attribute)
    if kind is ModuleType:
        value = getattr(owner, attribute)
        if type(value) not in _passed or type(value) in (list, dict, set):
            session = current()
            if session is not None and not calls.is_library_module(owner):
                session.seen(f"{owner.__name__}.{attribute}", value)
            return _lifted(value, name)
        return value
    if isinstance(owner, ndarray):
        return getattr(_lifted(owner, name.rpartition("_")[0]), attribute)
    member = getattr(kind, attribute, None)
    if isinstance(member, property) and member.fget is not None:
        return lift(calls.call(member.fget, owner), name)
    value = getattr(owner, attribute)
    return value if type(value) in _passed else _lifted(value, name)


# -- `is` and `in` --------------------------------------------------------------------------------


def is_(left: Any, right: Any) -> Any:
    """`left is right`: only what is a number or an array can be a run-time value itself."""
    if type(left) is Poison:
        raise_poison(left)
    if type(right) is Poison:
        raise_poison(right)
    traced = _trace.is_traced
    if not (traced(left) or traced(right)):
        return left is right
    if left is right and type(left) is Array:
        return True
    other = right if traced(left) else left
    if not traced(other) and not isinstance(other, bool | int | float | complex | np.generic):
        return False
    if traced(left) and traced(right) and type(left) is not type(right):
        return False
    if type(other) is bool and not traced(other):
        return _is_bool(left if other is right else right, other)
    refuse(225, what="is")


def _is_bool(value: Any, wanted: Any) -> Any:
    """`value is True`: of Python's bools there are two, and nothing else is one."""
    asked_for_type(value, "is")
    if type(value) is not Scalar or not issubclass(python_type(value), bool):
        return False
    return value == wanted


def isnot_(left: Any, right: Any) -> Any:
    """`left is not right`."""
    return control_choice.not_(is_(left, right))


def in_(item: Any, container: Any) -> bool:
    """`item in container`; Python itself compares items that are compile-time."""
    if type(item) is Poison:
        raise_poison(item)
    if type(container) is Array:
        from .arrays.attributes import contains

        return contains(container, item)  # type: ignore[no-any-return]
    if _trace.is_traced(container) or (type(container) is CompiledRange and current() is not None):
        refuse(225, what="in")
    if calls.is_traced_inside((item, container)):
        found = found_in(item, container)
        if found is NotImplemented:
            refuse(225, what="in")
        return found  # type: ignore[no-any-return]
    return item in container


def notin_(item: Any, container: Any) -> bool:
    """`item not in container`."""
    return control_choice.not_(in_(item, container))  # type: ignore[no-any-return]


def _compare(name: str) -> Callable[[Any, Any], Any]:
    table: dict[str, Callable[[Any, Any], Any]] = {
        "Is": is_,
        "IsNot": isnot_,
        "In": in_,
        "NotIn": notin_,
    }
    return table.get(name) or (lambda a, b: compared(name, a, b))


def chain(operators: tuple[str, ...], first: Callable[[], Any], *rest: Callable[[], Any]) -> Any:
    """`a < b in c`: each operand is evaluated once, and only if those before it held."""
    return _chained(operators, first(), rest)


def _chained(operators: tuple[str, ...], left: Any, rest: tuple[Callable[[], Any], ...]) -> Any:
    right = rest[0]()
    result = _compare(operators[0])(left, right)
    if len(operators) == 1:
        return result
    return both_lazily(result, lambda: _chained(operators[1:], right, rest[1:]))


# -- choices where Python allows no assignment ----------------------------------------------------


def choice_lazily(condition: Any, yes: Callable[[], Any], no: Callable[[], Any]) -> Any:
    """`yes() if condition else no()`."""
    made = control_choice.choice(condition)
    return made.pick(yes() if made.then else None, no() if made.otherwise else None)


def _lazily(short: Callable[[Any], Any]) -> Callable[[Any, Callable[[], Any]], Any]:
    def lazily(first: Any, rest: Callable[[], Any]) -> Any:
        made = short(first)
        return made.pick(rest() if made.then else None)

    return lazily


both_lazily, both_truth_lazily = _lazily(control_choice.both), _lazily(control_choice.both_truth)
either_lazily, either_truth_lazily = (
    _lazily(control_choice.either),
    _lazily(control_choice.either_truth),
)


# -- iteration ------------------------------------------------------------------------------------


def items(iterable: Any) -> Iterable[Any]:
    """What a `for` statement or a comprehension iterates, its arrays lifted."""
    if type(iterable) is range:
        return iterable
    session = current()
    if session is None:
        return iterable  # type: ignore[no-any-return]
    if type(iterable) is Unrolled:
        return iterable
    if type(iterable) is CompiledRange:
        refuse(202)
    if isinstance(iterable, Iteration):
        found = run_time_iteration(iterable)
        length = None if found is None else found.length()
        if found is None or type(length) is not int or length > config.unroll_limit:
            refuse(202)
        return map(found.value, range(*found.bounds()))
    if isinstance(iterable, Array | ndarray):
        from .arrays.conversion import one_by_one

        return one_by_one(lift(iterable, ""))
    if type(iterable) is Poison:
        raise_poison(iterable)
    if hasattr(type(iterable), "__next__"):
        session.mutating(iterable)
    return map(lift_inside, iterable)


def clause(*parts: Any) -> Clause:
    """What a generator expression is made of, which `folded` may turn into a loop."""
    from .folds import Clause

    return Clause(*parts)


def folded(callee: Any, clause: Clause, eager: bool, nested: bool, *start: Any) -> Any:
    """`callee(value for x in items)`; `eager`: of a list, `nested`: with several `for`."""
    from .folds import fold_of, plainly

    made = fold_of(callee, clause, eager, start, nested)
    if made is not NotImplemented:
        return made
    values: Any = plainly(clause, items)
    return calls.call(callee, list(values) if eager else values, *start)


def decided(test: Any) -> bool:
    """A condition of a generator, which is Python's to decide."""
    known = control_choice.truth(test)
    if known is None:
        refuse(208)
    return known


def generated(iterable: Any) -> Iterable[Any]:
    """What a `for` statement of a generator iterates."""
    if current() is not None and (
        type(iterable) is CompiledRange or isinstance(iterable, Iteration | Array | ndarray)
    ):
        refuse(208)
    return items(iterable)


def unpack(value: Any, shape: tuple[int, tuple[Any, ...]] = (0, ())) -> Any:
    """A value that is unpacked: `a, (b, c) = value`, `f(*value)`, `[*value]`.

    `shape`: of a target how many names, and the shape of each, as `staging_names.unpacking` has it.
    """
    session = current()
    if session is None:
        return value
    count, parts = shape
    if not session.trace.alive:
        return _nothing_in(shape, session)
    if any(parts) and isinstance(value, Array | ndarray | tuple | list):
        from .arrays.conversion import unpacked

        items = tuple(value) if isinstance(value, list) else value
        return unpacked(lift_inside(items), shape)
    if isinstance(value, Array | ndarray):
        from .arrays.conversion import items_of

        return items_of(lift(value, ""), count)
    if type(value) is CompiledRange or isinstance(value, Iteration):
        refuse(202)
    if type(value) in (tuple, list):
        if any(isinstance(item, ndarray) for item in value):
            return [lift(item, "") for item in value]
        return value
    if isinstance(value, Scalar) or not hasattr(type(value), "__iter__"):
        return value
    return [lift_inside(item) for item in value]


def unpack_each(value: Any, shapes: tuple[tuple[int, tuple[Any, ...]] | None, ...]) -> Any:
    """What each target of `first = second = value` is given, of which some unpack."""
    return tuple(value if shape is None else unpack(value, shape) for shape in shapes)


def _nothing_in(shape: tuple[int, tuple[Any, ...]] | None, session: Session) -> Any:
    """What is unpacked where control does not come."""
    if shape is None:
        return session.nothing()
    count, parts = shape
    return tuple(_nothing_in(part, session) for part in parts or (None,) * abs(count))


def yielded(value: Any) -> Any:
    """The value of a `yield`: its consumer must not run inside of what a generator has open."""
    session = current()
    frame = id(sys._getframe(1))
    if session is not None and any(construct.frame_id == frame for construct in session.open):
        refuse(208)
    return value


def delegated(value: Any) -> Any:
    """What `yield from` iterates."""
    if current() is not None:
        if isinstance(value, Array | ndarray):
            refuse(209)
        if type(value) is CompiledRange or isinstance(value, Iteration):
            refuse(208)
    return value


# -- statements -----------------------------------------------------------------------------------


def subject(value: Any) -> Any:
    """The subject of a `match` statement."""
    if type(value) is Poison:
        raise_poison(value)
    if current() is not None and calls.is_traced_inside(value):
        refuse(227)
    return value


def target(owner: Any) -> Any:
    """The object whose item or attribute is about to be set or deleted."""
    kind = type(owner)
    if kind is Array or kind is Scalar:
        return owner
    if kind is Poison:
        raise_poison(owner)
    session = current()
    if session is not None:
        session.mutating(owner)
    return owner


_IMMUTABLE = frozenset({bool, int, float, complex, str, bytes, type(None), tuple, Scalar, Array})


def augmented_name(value: Any) -> None:
    """Before `name += ...`: a container would be changed in place."""
    kind = type(value)
    if kind in _IMMUTABLE or kind is Poison:
        return
    session = current()
    if session is not None and hasattr(kind, "__iadd__"):
        session.mutating(value)


def rebound(name: str) -> None:
    """After an assignment to a name of a function around: open constructs have to carry it."""
    session = current()
    if session is None or not session.is_conditional():
        return
    frame: FrameType | None = sys._getframe(1)
    assert frame is not None
    value = frame.f_locals.get(name)
    inside: set[int] = set()
    owner = 0
    for outer in session.frames(frame):
        inside.add(id(outer))
        if name in outer.f_code.co_cellvars and outer.f_locals.get(name) is value:
            owner = id(outer)
            break
    else:
        inside = {construct.frame_id for construct in session.open}
    for construct in session.open:
        if not construct.conditional or construct.frame_id not in inside:
            continue
        ends = getattr(construct, "ends_frame", False) and construct.frame_id == owner
        if not ends and not construct.carries(name):
            refuse(213, name=name, place=construct.line)


def augmented(owner: Any, attribute: str) -> None:
    """Before `owner.attribute += ...`: an array of NumPy would be changed at the trace."""
    if current() is not None:
        found = getattr(owner, attribute, None)
        if isinstance(found, ndarray) and not _trace.is_traced(found):
            refuse(232, name=attribute)


def augmented_item(owner: Any, key: Any) -> None:
    """Before `owner[key] += ...`, where `owner` may hold arrays."""
    if type(owner) in (list, dict) and current() is not None:
        try:
            found = owner[key]
        except (LookupError, TypeError):
            return
        if isinstance(found, ndarray) and not _trace.is_traced(found):
            refuse(232, name=str(key))


def global_(*names: str) -> None:
    """A `global` statement whose names are assigned."""
    if current() is not None:
        refuse(214, what="global", name=names[0])


def nonlocal_(*names: str) -> None:
    """A `nonlocal` statement for names outside of the kernel."""
    if current() is not None:
        refuse(214, what="nonlocal", name=names[0])


def caught() -> None:
    """The start of an `except` block: refusals are not the kernel's to handle."""
    problem = sys.exc_info()[1]
    session = current()
    if session is None:
        return
    if isinstance(problem, errors.TraceError):
        raise problem
    session.unwind(session.guards[-1] if session.guards else 0)


class guarded:
    """A try or with statement: run-time work inside it would escape what the statement does."""

    __slots__ = ("_session", "_size", "_what")

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._session: Session | None = current()
        self._size = self._work()
        if self._session is not None:
            self._session.guards.append(len(self._session.open))

    def _work(self) -> int:
        if self._session is None:
            return 0
        session = self._session  # blocks that nothing leaves are no work
        return session.trace.nodes - session.blocks + session.trace.effects

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._session is None:
            return
        depth = self._session.guards.pop()
        if problem is not None and not isinstance(problem, Exception | GeneratorExit):
            return
        if isinstance(problem, errors.TraceError):
            return
        if self._work() != self._size:
            refuse(222, what=self._what)
        if problem is None and len(self._session.open) > depth:
            self._session.unwind(depth)


class _Hooks:
    """What staged code reaches under the one name `__numeta__`."""

    augmented = staticmethod(augmented)
    augmented_item = staticmethod(augmented_item)
    augmented_name = staticmethod(augmented_name)
    both = staticmethod(control_choice.both)
    both_lazily = staticmethod(both_lazily)
    both_truth = staticmethod(control_choice.both_truth)
    both_truth_lazily = staticmethod(both_truth_lazily)
    caught = staticmethod(caught)
    chain = staticmethod(chain)
    compared = staticmethod(compared)
    choice = staticmethod(control_choice.choice)
    choice_lazily = staticmethod(choice_lazily)
    clause = staticmethod(clause)
    decided = staticmethod(decided)
    delegated = staticmethod(delegated)
    either = staticmethod(control_choice.either)
    either_lazily = staticmethod(either_lazily)
    either_truth = staticmethod(control_choice.either_truth)
    either_truth_lazily = staticmethod(either_truth_lazily)
    flow = staticmethod(control.flow)
    folded = staticmethod(folded)
    generated = staticmethod(generated)
    global_ = staticmethod(global_)
    guarded = guarded
    in_ = staticmethod(in_)
    is_ = staticmethod(is_)
    isnot_ = staticmethod(isnot_)
    item = staticmethod(item)
    items = staticmethod(items)
    name_ = staticmethod(name_)
    nonlocal_ = staticmethod(nonlocal_)
    not_ = staticmethod(control_choice.not_)
    notin_ = staticmethod(notin_)
    rebound = staticmethod(rebound)
    subject = staticmethod(subject)
    target = staticmethod(target)
    joined = staticmethod(joined)
    percent = staticmethod(percent)
    unbound = UNBOUND
    unpack = staticmethod(unpack)
    unpack_each = staticmethod(unpack_each)
    yielded = staticmethod(yielded)


def _hook_of_arrays(place: int) -> Callable[..., Any]:
    """What the traced array asks for until the table of its functions is loaded, as this does."""

    def hook(*args: Any) -> Any:
        from .arrays.table import HOOKS

        return HOOKS[place](*args)

    return hook


_trace.set_array_hooks(*map(_hook_of_arrays, range(9)))

CELLS: dict[str, CellType] = {
    "__numeta__": CellType(_Hooks),
    "__numeta_call__": CellType(calls.call),
    "__numeta_lift__": CellType(lift),
    "__numeta_attr__": CellType(attr),
    **{name: CellType(getattr(_Hooks, hook)) for hook, name in DIRECT.items()},
}
