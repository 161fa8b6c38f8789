"""Captured values: what a kernel reads from outside, and the guards that notice a change of it.

Globals, closure cells, defaults of inlined functions and attributes of captured objects are
compile-time and guarded: a change leads to a new specialisation, never to an old answer. The names
are read from the code objects, nested ones and all captured Python functions included; a name too
many costs a comparison, a name too few would cost a wrong answer. Immutable values are compared by
identity or bits, mutable containers and objects by content at each call. A captured array that the
tracer turned into a hidden argument (`Recorder.array`) is guarded by identity: its current content
is used; one that was read natively is guarded by content.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _call, _trace, errors
from .arguments import layout_of, plain_array
from .fingerprint import Unsupported, fingerprint, is_frozen, is_immutable, key_function
from .types import dtype_of

Guard = tuple[Any, ...]
_TRUSTED = {"numpy", "numeta", "builtins", *sys.stdlib_module_names} - {"__main__", "test"}


def _is_trusted(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in _TRUSTED


def _names_in(code: types.CodeType, found: set[str]) -> None:
    found.update(name for name in code.co_names if name.isidentifier())  # pytest adds others
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _names_in(constant, found)


def _function_of(value: object) -> types.FunctionType | None:
    """The Python function behind a function, a method, a property or a kernel."""
    if isinstance(value, types.MethodType | classmethod | staticmethod):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    if isinstance(value, _call.Kernel):
        value = value.py_func
    return value if isinstance(value, types.FunctionType) else None


class Captures:
    """The guards of one kernel's captures as they stand now; `add` takes further functions."""

    def __init__(self, func: types.FunctionType) -> None:
        self.guards: list[Guard] = []
        self._pending: list[tuple[object, set[str]]] = []
        self._arrays: list[np.ndarray[Any, Any]] = []
        self._visited: dict[int, object] = {}
        self.add(func, own=True)

    def add(self, func: types.FunctionType, own: bool = False) -> None:
        """Take in the captures of `func`, which the kernel is (`own`) or calls."""
        if id(func) in self._visited or (not own and _is_trusted(func.__module__)):
            return
        self._visited[id(func)] = func
        if not own:
            self.guards.append(("attr", func, "__code__", func.__code__))
            self.guards.append(("attr", func, "__defaults__", func.__defaults__))
            if func.__kwdefaults__:
                self.guards.append(("attr", func, "__kwdefaults__", func.__kwdefaults__))
            self._values([*(func.__defaults__ or ()), *(func.__kwdefaults__ or {}).values()], set())
        names: set[str] = set()
        _names_in(func.__code__, names)
        for name in sorted(names):
            self._global(func.__globals__, name, names)
        for cell in func.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                content = _call.MISSING
            self.guards.append(("cell", cell, content))
            self._value(content, names)

    def _global(self, space: dict[str, Any], name: str, names: set[str]) -> None:
        if name in space:
            self.guards.append(("global", space, name, space[name]))
            self._value(space[name], names)
        elif hasattr(builtins, name):
            self.guards.append(("global", space, name, _call.MISSING))

    def _values(self, values: Iterable[object], names: set[str]) -> None:
        for value in values:
            self._value(value, names)

    def _value(self, value: object, names: set[str]) -> None:
        """What may change inside `value` while the name that holds it stays bound to it."""
        function = _function_of(value)
        if function is not None:
            self.add(function)
            if isinstance(value, types.MethodType):
                self._value(value.__self__, names)
        elif isinstance(value, types.ModuleType):
            if not _is_trusted(value.__name__):
                self._module(value, names)
        elif isinstance(value, type):
            self._class(value, names)
        elif isinstance(value, np.ndarray):
            if not is_frozen(value):
                self._arrays.append(value)
        elif isinstance(value, tuple | list | dict | set | frozenset) or not is_immutable(value):
            self._object(value, names)

    def _module(self, module: types.ModuleType, names: set[str]) -> None:
        if id(module) in self._visited:
            return
        self._visited[id(module)] = module
        space = vars(module)
        for name in sorted(names & space.keys()):
            self.guards.append(("global", space, name, space[name]))
            self._value(space[name], names)

    def _class(self, kind: type, names: set[str]) -> None:
        if _is_trusted(kind.__module__) or id(kind) in self._visited:
            return
        self._visited[id(kind)] = kind
        for base in kind.__mro__:
            if _is_trusted(base.__module__):
                continue
            methods = [v for v in map(_function_of, vars(base).values()) if v is not None]
            called = [m for m in methods if m.__name__ in names or m.__name__.startswith("__")]
            for method in called:
                self.add(method)
                _names_in(method.__code__, names)
        for name in sorted(names):
            found = getattr(kind, name, _call.MISSING)
            if found is _call.MISSING or isinstance(found, property | types.MethodType):
                continue
            if not isinstance(found, types.MemberDescriptorType | types.GetSetDescriptorType):
                self.guards.append(("attr", kind, name, found))
                self._value(found, names)

    def _object(self, value: Any, names: set[str]) -> None:
        if is_frozen(value) or id(value) in self._visited:
            return
        self._visited[id(value)] = value
        inner = list(value) if isinstance(value, tuple | list | set | frozenset) else []
        if isinstance(value, dict):
            inner = [*value.keys(), *value.values()]
        for item in [*inner, *getattr(value, "__dict__", {}).values()]:
            if not isinstance(item, int | float | str):
                self._value(item, names)
        self._class(type(value), names)
        if not is_immutable(value):
            self._pending.append((value, names))

    def add_argument(self, value: object) -> None:
        """Take in the functions and classes in a compile-time argument; its content is a key."""
        pending, self._pending = self._pending, []
        arrays, self._arrays = self._arrays, []
        self._value(value, set())
        self._pending, self._arrays = pending, arrays

    def finish(self, traced: Callable[[np.ndarray[Any, Any]], bool]) -> list[Guard]:
        """All guards, once it is known which arrays were `traced` as hidden arguments."""
        read = [array for array in self._arrays if not traced(array)]
        guards = [("content", array, fingerprint, fingerprint(array)) for array in read]
        for value, names in self._pending:
            guards += _content(value, names, traced)
        return [*self.guards, *guards]


def _content(
    value: Any, names: set[str], traced: Callable[[np.ndarray[Any, Any]], bool]
) -> list[Guard]:
    """Guards on what is inside `value`: by content, or by attribute where that cannot be read."""
    try:
        key_of = key_function(value, traced)
        return [("content", value, key_of, key_of(value))]
    except Unsupported:
        found = [(name, getattr(value, name, _call.MISSING)) for name in sorted(names)]
        return [
            ("attr", value, name, item)
            for name, item in found
            if item is not _call.MISSING and not isinstance(item, types.MethodType)
        ]


def fixed_lengths(
    shape: Sequence[int | None], buffer: int, decisions: Mapping[Any, str]
) -> list[int | None]:
    """The fixed lengths of an array parameter, with those that the trace has to know."""
    known = ((decisions.get((buffer, axis)), n) for axis, n in enumerate(shape))
    return [n if length is None else int(length) for length, n in known]


def _limit(least: int, compared: bool) -> int | None:
    """The lengths for which code holds, as `_call` understands them; None for all."""
    if compared and least < 2:
        return -2 if least == 0 else -5
    return -3 - least if least else None


class Recorder:
    """The hidden array arguments of one trace, in the order in which they were first met."""

    def __init__(self, kernel: str, trace: _trace.Trace) -> None:
        self.kernel = kernel
        self.trace = trace
        self.arrays: list[np.ndarray[Any, Any]] = []
        self._traced: dict[int, _trace.Array] = {}
        self._buffers: list[int] = []
        self.decisions: Mapping[Any, str] = {}

    def array(self, value: np.ndarray[Any, Any], name: str) -> _trace.Array:
        """The hidden argument that stands for the captured array `value`."""
        found = self._traced.get(id(value))
        if found is not None:
            return found
        try:
            plain = plain_array(self.kernel, name, value)
            layout = layout_of(plain)
        except TypeError as problem:
            what = str(problem).partition(" got ")[2].partition(",")[0]
            raise errors.error(304, kernel=self.kernel, name=name, what=what) from None
        if not layout:
            raise errors.error(304, kernel=self.kernel, name=name, what="a field of a record array")
        dtype = dtype_of(plain.dtype)
        assert dtype is not None
        self._buffers.append(self.trace.buffers)
        shape = fixed_lengths([None] * plain.ndim, self.trace.buffers, self.decisions)
        traced = self.trace.add_array(name, dtype.short, plain.ndim, layout, shape, plain.shape)
        self.arrays.append(value)
        self._traced[id(value)] = traced
        return traced

    def pairs(self) -> list[tuple[np.ndarray[Any, Any], _trace.Array]]:
        """Each captured array and what stands for it."""
        return [(value, self._traced[id(value)]) for value in self.arrays]

    def has(self, value: np.ndarray[Any, Any]) -> bool:
        """Whether `value` became a hidden argument."""
        return id(value) in self._traced

    def params(self, written: list[bool]) -> list[tuple[Any, ...]]:
        """The `_call` parameter specs of the hidden arguments; `written` has one flag for each."""
        specs: list[tuple[Any, ...]] = []
        for value, is_written, buffer in zip(self.arrays, written, self._buffers, strict=True):
            plain = plain_array(self.kernel, "", value)
            layout, lengths = layout_of(plain), self.lengths(buffer, [None] * plain.ndim)
            specs.append(
                ("captured", plain, plain.dtype.num, plain.ndim, layout, lengths, is_written)
            )
        return specs

    def lengths(self, buffer: int, shape: Sequence[int | None]) -> tuple[int | None, ...] | None:
        """What the code takes for granted of an array's lengths; None if nothing."""
        lengths = fixed_lengths(shape, buffer, self.decisions)
        for axis, (least, compared) in enumerate(self.trace.limits(buffer)):
            if lengths[axis] is None:
                lengths[axis] = _limit(least, compared)
        return tuple(lengths) if any(n is not None for n in lengths) else None


def still_hold(guards: Iterable[Guard]) -> bool:
    """Whether the names and cells that were read before a trace are bound to the same after it."""
    for guard in guards:
        if guard[0] == "global" and guard[1].get(guard[2], _call.MISSING) is not guard[3]:
            return False
        if guard[0] == "cell":
            try:
                content = guard[1].cell_contents
            except ValueError:
                content = _call.MISSING
            if content is not guard[2]:
                return False
    return True
