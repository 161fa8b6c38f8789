"""What a call does in a kernel: the function table, inlining, or Python itself.

`call(f, ...)` stands for `f(...)` in staged code. A function of the table (functions.py) is looked
up by identity. A user's Python function, method, class or kernel is staged and run inline. Any
other callable runs natively, which is right only for compile-time arguments: one that is given a
run-time value is refused by name, unless it merely holds its arguments (list.append, zip).
"""

from __future__ import annotations

import collections
import functools
import itertools
import types
from typing import Any

import numpy as np

from . import _call, _trace, functions
from .control_merge import MaybeUnbound, Poison, raise_poison
from .iteration import Iteration
from .loops import CompiledRange
from .session import Session, current, refuse
from .staging import is_library_file, is_staged_code
from .state import Snapshot
from .texts import Raised, Text, raised, text_of
from .traced_values import is_run_time

Scalar, Array = _trace.Scalar, _trace.Array
_FunctionType, _MethodType = types.FunctionType, types.MethodType
_BuiltinMethodType = types.BuiltinMethodType
_PLAIN = frozenset({bool, int, float, complex, str, bytes})
_HEAP_TYPE = 1 << 9

# Built-in callables that keep, move or hand out their arguments without looking into them.
_HOLDERS: set[int] = set()
_keepalive: list[object] = []


def _holds(*callables: object) -> None:
    for callable_ in callables:
        _HOLDERS.add(id(callable_))
        _keepalive.append(callable_)


_holds(list, tuple, dict, zip, enumerate, reversed, iter, next, slice, setattr)
_holds(collections.deque, collections.OrderedDict, collections.defaultdict, types.SimpleNamespace)
_holds(itertools.chain, itertools.islice, itertools.product, itertools.repeat, itertools.cycle)
_holds(itertools.zip_longest, itertools.starmap, itertools.accumulate, functools.partial, any, all)
_holds(itertools.permutations, itertools.combinations, itertools.pairwise, map, filter, sorted)
_holds(functools.reduce, callable, issubclass, object, property, staticmethod, classmethod)
_holds(itertools.chain.from_iterable, types.MappingProxyType, itertools.tee, delattr, super)
_CONTAINERS = (list, dict, tuple, set, frozenset, collections.deque, types.GeneratorType)
# Those among them that call what they are given.
_CALLERS = {
    id(f) for f in (map, filter, sorted, functools.reduce, functools.partial, itertools.starmap)
} | {id(itertools.accumulate)}


def is_traced_inside(value: Any, depth: int = 6) -> bool:
    """Whether a value is, or a container in it holds, a run-time value."""
    kind = type(value)
    if kind is Scalar or kind is Array or kind is Text or kind is Raised:
        return True
    if kind is Poison:
        raise_poison(value)
    if depth == 0:
        return False
    if kind is MaybeUnbound:
        return is_traced_inside(value.value, depth) or is_traced_inside(value.flag, depth)
    if kind in (tuple, list, set, frozenset) or isinstance(value, tuple | list):
        return any(is_traced_inside(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return any(is_traced_inside(item, depth - 1) for item in value.values())
    if isinstance(value, slice):
        parts = (value.start, value.stop, value.step)
        return any(is_traced_inside(item, depth - 1) for item in parts)
    if kind.__flags__ & _HEAP_TYPE and hasattr(value, "__dict__") and not isinstance(value, type):
        return any(is_traced_inside(item, depth - 1) for item in vars(value).values())
    return False


def is_library_module(module: types.ModuleType) -> bool:
    """Whether a module is built in or an installed one."""
    filename = getattr(module, "__file__", None)
    return filename is None or is_library_file(filename)


def call(callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """`callee(*args, **kwargs)` as staged code does it."""
    known = functions.TABLE.get(id(callee))
    if known is not None:
        return known(*args, **kwargs)
    is_method = type(callee) is _BuiltinMethodType
    if is_method and type(callee.__self__) in _PLAIN and not args and not kwargs:
        return callee()  # `i.bit_count()`: there is nothing that it could change
    kind = type(callee)
    if kind is not Poison:
        loaded = functions.handler_of(callee)
        if loaded is not None:
            return loaded(*args, **kwargs)
    if kind is _FunctionType:
        if is_staged_code(callee.__code__):
            return callee(*args, **kwargs)
        return _function(callee, args, kwargs)
    if kind is _MethodType and isinstance(callee.__func__, _FunctionType | _call.Kernel):
        return call(callee.__func__, callee.__self__, *args, **kwargs)
    return _other(callee, args, kwargs)


def _function(func: types.FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    session = current()
    if session is None:
        return func(*args, **kwargs)
    if is_library_file(func.__code__.co_filename):
        if func.__module__.partition(".")[0] != "numeta":
            _compile_time_only(func, args, kwargs)
        return _result(session, func, func(*args, **kwargs))
    return session.function(func).run(*args, **kwargs)


def _other(callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    session = current()
    if session is None:
        return callee(*args, **kwargs)
    if type(callee) is Poison:
        raise_poison(callee)
    if type(callee) is Scalar or type(callee) is Array:
        kind = callee.__class__  # as the undecorated function sees it
        name = kind.__name__ if kind.__module__ == "builtins" else f"numpy.{kind.__name__}"
        raise TypeError(f"{name!r} object is not callable")
    if isinstance(callee, _call.Kernel):
        from . import inlining

        return inlining.run(session, callee, args, kwargs)
    if isinstance(callee, functools.partial):
        return call(callee.func, *callee.args, *args, **{**callee.keywords, **kwargs})
    wrapped = getattr(callee, "__wrapped__", None)
    if isinstance(callee, functools._lru_cache_wrapper) and is_traced_inside((args, kwargs)):
        return call(wrapped, *args, **kwargs)
    if isinstance(callee, type):
        return _class(session, callee, args, kwargs)
    special = getattr(type(callee), "__call__", None)  # noqa: B004
    if isinstance(special, _FunctionType):
        return call(special, callee, *args, **kwargs)
    return _native(session, callee, args, kwargs)


def _class(session: Session, cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """An instance; a user's own `__init__` is inlined like any of their functions."""
    if issubclass(cls, Exception) and is_traced_inside((args, kwargs)):
        return raised(cls, args, kwargs)
    init = vars(cls).get("__init__") or getattr(cls, "__init__", None)
    if (
        type(cls) is type
        and cls.__flags__ & _HEAP_TYPE
        and isinstance(init, _FunctionType)
        and not is_library_file(init.__code__.co_filename)
    ):
        made = cls.__new__(cls, *args, **kwargs) if _own_new(cls) else object.__new__(cls)
        if isinstance(made, cls):
            call(getattr(type(made), "__init__"), made, *args, **kwargs)  # noqa: B009
        return made
    if cls.__flags__ & _HEAP_TYPE and not is_library_class(cls):
        return cls(*args, **kwargs)
    return _native(session, cls, args, kwargs)


def _own_new(cls: Any) -> bool:
    return cls.__new__ is not object.__new__


def is_library_class(cls: type) -> bool:
    """Whether a class comes from an installed module and may look into its arguments."""
    import sys

    if cls.__module__.partition(".")[0] in ("numeta", "dataclasses"):
        return False
    module = sys.modules.get(cls.__module__)
    return module is not None and is_library_module(module) and cls.__module__ != "__main__"


def _name(callee: Any) -> str:
    name = getattr(callee, "__name__", None) or type(callee).__name__
    module = getattr(callee, "__module__", None)
    owner = getattr(callee, "__self__", None)
    if owner is not None and not isinstance(owner, types.ModuleType):
        return f"{type(owner).__name__}.{name}"
    return name if module in (None, "builtins", "__main__") else f"{module}.{name}"


def _compile_time_only(callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if is_traced_inside(args) or (kwargs and is_traced_inside(kwargs)):
        name = _name(callee)
        if name.startswith("numpy."):
            from .nearest import nearest

            instead = nearest(name) or "its formula, in operators and loops"
            refuse(248, name="np" + name.removeprefix("numpy"), instead=instead)
        refuse(223, name=name)


def _native(session: Session, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A callable that Python runs: only holders may be given run-time values."""
    owner = getattr(callee, "__self__", None)
    if isinstance(owner, np.ufunc) and is_run_time((*args, *kwargs.values())):
        from .arrays.table import method_of_ufunc

        return method_of_ufunc(owner, callee.__name__, args, kwargs)
    if type(owner) is str and callee.__name__ == "format":
        return text_of(callee, args, kwargs)
    why = functions.refusal_of_method(callee, owner)
    if why:
        refuse(224, name=_name(callee), why=why, instead="call it outside and pass the value")
    if id(callee) in _HOLDERS or isinstance(owner, _CONTAINERS):
        _check_held(session, callee, owner, args)
        if id(callee) in _CALLERS:
            args = tuple(_called_later(a) for a in args)
            kwargs = {name: _called_later(a) for name, a in kwargs.items()}
        elif kwargs.get("key") is not None:
            kwargs = {**kwargs, "key": _called_later(kwargs["key"])}
    elif not _passes_operators(callee):
        _compile_time_only(callee, args, kwargs)
    if isinstance(owner, _CONTAINERS) and not _is_reader(callee, owner):
        session.mutating(owner)  # refused before it happens
    if session.is_conditional():
        return _result(session, callee, _watched(session, callee, owner, args, kwargs))
    if not _is_reader(callee, owner):
        session.mutations += 1
    return _result(session, callee, callee(*args, **kwargs))


def run_native(callee: Any, args: tuple[Any, ...]) -> Any:
    """A callable that Python runs on arguments that are no arrays."""
    session = current()
    return callee(*args) if session is None else _native(session, callee, args, {})


_READERS = frozenset(
    "count index copy get items keys values union difference intersection symmetric_difference"
    " isdisjoint issubset issuperset __contains__ __len__ __getitem__ __iter__ __eq__".split()
)


def _is_reader(callee: Any, owner: Any) -> bool:
    """Whether a callable is known to change nothing that it is given."""
    if isinstance(owner, _CONTAINERS):
        return callee.__name__ in _READERS
    return isinstance(callee, type) or id(callee) in _HOLDERS or owner is None


def _watched(
    session: Session, callee: Any, owner: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A native call that may change what it is given: containers are compared, iterators count."""
    given = [v for v in (owner, *args, *kwargs.values()) if not isinstance(v, types.ModuleType)]
    state = Snapshot()
    state.add(("", value) for value in given)
    result = callee(*args, **kwargs)
    for value in state.changes():
        session.mutating(value)
    for value in given:
        if hasattr(type(value), "__next__"):
            session.mutating(value)
    return result


def _check_held(session: Session, callee: Any, owner: Any, args: tuple[Any, ...]) -> None:
    """Iterating an array or a compiled range, and advancing an iterator in a compiled loop."""
    for argument in args:
        keeps = isinstance(owner, _CONTAINERS) and callee.__name__ not in ("extend", "update")
        if type(argument) is Array and not keeps and callee not in (callable, setattr):
            refuse(209)
        runs = type(argument) is CompiledRange or isinstance(argument, Iteration)
        if runs and not isinstance(owner, _CONTAINERS):
            refuse(202)
    if callee is setattr or callee is delattr:
        session.mutating(args[0])


def _called_later(value: Any) -> Any:
    """A function handed to map or sorted is inlined as if it were called here."""
    if isinstance(value, _FunctionType) and is_staged_code(value.__code__):
        return value
    if callable(value) and not isinstance(value, type | Scalar | Array):
        return functools.partial(call, value)
    if functions.handler_of(value) is not None:
        return functools.partial(call, value)
    return value


def _passes_operators(callee: Any) -> bool:
    """`operator.add(x, y)` and slots such as `x.__add__` come back to the traced values."""
    if getattr(callee, "__module__", None) in ("_operator", "operator"):
        return getattr(callee, "__name__", "") not in ("is_", "is_not", "contains", "countOf")
    owner = getattr(callee, "__self__", None)
    return type(owner) is Scalar or type(owner) is Array


def _result(session: Session, callee: Any, result: Any) -> Any:
    """What a native call gave: an array is one that existed before, or is refused."""
    if not _trace.is_traced(result) and isinstance(result, np.ndarray):
        if not session.knows(result):
            refuse(231, name=_name(callee))
        return session.array(result, "captured")
    if functions.is_random_source(result) and not session.knows(result):
        refuse(224, name=_name(callee), why="it is random", instead="pass the numbers")
    return result
