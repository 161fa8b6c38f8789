"""The hooks that staged code runs: calls, captured loads, attributes, loops, `is` and `in`.

`CELLS` are the closure cells that `staging` gives to every transformed function. Outside of a trace
every hook does what Python does. Inside, compile-time values pass through untouched; what would be
decided by a value that is known only at run time is answered as Python would or refused by line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import CellType, ModuleType, TracebackType
from typing import Any

import numpy as np

from . import _trace, calls, errors
from .functions_numpy import attribute_of
from .loops import CompiledLoop, CompiledRange, PlainLoop, Poison, make_loop, raise_poison
from .session import Session, current, refuse

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
    return value


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


def is_(left: Any, right: Any) -> bool:
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
    refuse(225, what="is")


def isnot_(left: Any, right: Any) -> bool:
    """`left is not right`."""
    return not is_(left, right)


def in_(item: Any, container: Any) -> bool:
    """`item in container`; a container of compile-time items compares them itself."""
    if type(item) is Poison:
        raise_poison(item)
    if _trace.is_traced(container) or (type(container) is CompiledRange and current() is not None):
        refuse(225, what="in")
    if calls.is_traced_inside(item):
        if type(container) in (list, tuple, set, frozenset, dict, str) and not container:
            return False
        refuse(225, what="in")
    return item in container


def notin_(item: Any, container: Any) -> bool:
    """`item not in container`."""
    return not in_(item, container)


def _compare(name: str) -> Callable[[Any, Any], Any]:
    import operator

    table: dict[str, Callable[[Any, Any], Any]] = {
        "Is": is_,
        "IsNot": isnot_,
        "In": in_,
        "NotIn": notin_,
        "Lt": operator.lt,
        "LtE": operator.le,
        "Gt": operator.gt,
        "GtE": operator.ge,
        "Eq": operator.eq,
        "NotEq": operator.ne,
    }
    return table[name]


def chain(operators: tuple[str, ...], first: Callable[[], Any], *rest: Callable[[], Any]) -> Any:
    """`a is b in c`: each operand is evaluated once, and only if those before it held."""
    left, result = first(), True
    for name, operand in zip(operators, rest, strict=True):
        right = operand()
        result = _compare(name)(left, right)
        if not result:
            return result
        left = right
    return result


# -- iteration ------------------------------------------------------------------------------------


def loop(
    iterable: Any, names: tuple[str, ...], targets: tuple[str, ...], simple: bool
) -> PlainLoop | CompiledLoop:
    """The loop object of `for targets in iterable`, whose body binds `names`."""
    if type(iterable) is range:
        return PlainLoop(iterable)
    if type(iterable) is CompiledRange:
        return make_loop(iterable, names, targets, simple, sys._getframe(1).f_lineno)
    return PlainLoop(items(iterable))


def items(iterable: Any) -> Iterable[Any]:
    """What a `for` statement or a comprehension iterates, its arrays lifted."""
    if type(iterable) is range:
        return iterable
    session = current()
    if session is None:
        return iterable  # type: ignore[no-any-return]
    if type(iterable) is CompiledRange:
        refuse(202)
    if isinstance(iterable, Array | ndarray):
        refuse(209)
    if type(iterable) is Poison:
        raise_poison(iterable)
    if session.open_loops and hasattr(type(iterable), "__next__") and session.knows(iterable):
        refuse(
            212, name="an iterator", kind=type(iterable).__name__, loop=session.open_loops[-1].line
        )
    return map(lift_inside, iterable)


def unpack(value: Any) -> Any:
    """A value that is unpacked: `a, b = value`, `f(*value)`, `[*value]`."""
    if current() is None:
        return value
    if isinstance(value, Array | ndarray):
        refuse(209)
    if type(value) is CompiledRange:
        refuse(202)
    if type(value) in (tuple, list):
        if any(isinstance(item, ndarray) for item in value):
            return [lift(item, "") for item in value]
        return value
    if isinstance(value, Scalar) or not hasattr(type(value), "__iter__"):
        return value
    return [lift_inside(item) for item in value]


def yielded(value: Any) -> Any:
    """The value of a `yield`: its consumer must not run inside of a compiled loop."""
    session = current()
    frame = sys._getframe(1)
    if session is not None and any(loop.frame is frame for loop in session.open_loops):
        refuse(208)
    return value


def delegated(value: Any) -> Any:
    """What `yield from` iterates."""
    if current() is not None:
        if isinstance(value, Array | ndarray):
            refuse(209)
        if type(value) is CompiledRange:
            refuse(208)
    return value


# -- statements -----------------------------------------------------------------------------------


def text(value: Any) -> Any:
    """A value that is formatted into a string."""
    if type(value) is Poison:
        raise_poison(value)
    if current() is not None and calls.is_traced_inside(value):
        refuse(226)
    return value


def subject(value: Any) -> Any:
    """The subject of a `match` statement."""
    if type(value) is Poison:
        raise_poison(value)
    if current() is not None and calls.is_traced_inside(value):
        refuse(227)
    return value


def augmented(owner: Any, attribute: str) -> None:
    """Before `owner.attribute += ...`: an array would be changed at the trace."""
    if current() is not None and isinstance(getattr(owner, attribute, None), ndarray):
        refuse(232, name=attribute)


def augmented_item(owner: Any, key: Any) -> None:
    """Before `owner[key] += ...`, where `owner` may hold arrays."""
    if type(owner) in (list, dict) and current() is not None:
        try:
            found = owner[key]
        except (LookupError, TypeError):
            return
        if isinstance(found, ndarray):
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
    if isinstance(problem, errors.TraceError) and current() is not None:
        raise problem


class guarded:
    """A try or with statement: run-time work inside it would escape what the statement does."""

    __slots__ = ("_session", "_size", "_what")

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._session: Session | None = current()
        self._size = self._work()

    def _work(self) -> int:
        if self._session is None:
            return 0
        return self._session.trace.nodes + self._session.trace.effects

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._session is None or isinstance(problem, errors.TraceError):
            return
        if self._work() != self._size:
            refuse(222, what=self._what)


class _Hooks:
    """What staged code reaches under the one name `__numeta__`."""

    augmented = staticmethod(augmented)
    augmented_item = staticmethod(augmented_item)
    caught = staticmethod(caught)
    chain = staticmethod(chain)
    delegated = staticmethod(delegated)
    global_ = staticmethod(global_)
    guarded = guarded
    in_ = staticmethod(in_)
    is_ = staticmethod(is_)
    isnot_ = staticmethod(isnot_)
    items = staticmethod(items)
    loop = staticmethod(loop)
    nonlocal_ = staticmethod(nonlocal_)
    notin_ = staticmethod(notin_)
    subject = staticmethod(subject)
    text = staticmethod(text)
    unpack = staticmethod(unpack)
    yielded = staticmethod(yielded)


CELLS: dict[str, CellType] = {
    "__numeta__": CellType(_Hooks),
    "__numeta_call__": CellType(calls.call),
    "__numeta_lift__": CellType(lift),
    "__numeta_attr__": CellType(attr),
}
