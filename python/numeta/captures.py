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


class _RawAttribute:
    """What a class or one of its bases holds below a name, without binding it; a guard's key."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, kind: type) -> object:
        for base in kind.__mro__:
            if self._name in base.__dict__:
                return base.__dict__[self._name]
        return _call.MISSING


def _special_names(kind: type) -> set[str]:
    """The names of methods that Python calls without their being named: `__mul__`, `__call__`."""
    return {
        name
        for base in kind.__mro__
        if not _is_trusted(base.__module__)
        for name, value in vars(base).items()
        if name.startswith("__") and isinstance(value, types.FunctionType)
    }


class Captures:
    """The guards of one kernel's captures as they stand now; `add` takes further functions.

    Which function reads what of a class, a module or an object is not known: `names` are those that
    any of them uses, and each is guarded wherever it may be looked up.
    """

    def __init__(self, func: types.FunctionType) -> None:
        self.guards: list[Guard] = []
        self._pending: list[object] = []
        self._arrays: list[np.ndarray[Any, Any]] = []
        self._visited: dict[int, object] = {}
        self._names: set[str] = set()
        self._spaces: list[tuple[type | types.ModuleType, set[str]]] = []
        self.add(func, own=True)
        self._settle()

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
            self._values([*(func.__defaults__ or ()), *(func.__kwdefaults__ or {}).values()])
        names: set[str] = set()
        _names_in(func.__code__, names)
        self._names |= names
        for name in sorted(names):
            self._global(func.__globals__, name)
        for cell in func.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                content = _call.MISSING
            self.guards.append(("cell", cell, content))
            self._value(content)

    def _global(self, space: dict[str, Any], name: str) -> None:
        if name in space:
            self.guards.append(("global", space, name, space[name]))
            self._value(space[name])
        elif hasattr(builtins, name):
            self.guards.append(("global", space, name, _call.MISSING))

    def _values(self, values: Iterable[object]) -> None:
        for value in values:
            self._value(value)

    def _value(self, value: object) -> None:
        """What may change inside `value` while the name that holds it stays bound to it."""
        function = _function_of(value)
        if function is not None:
            self.add(function)
            if isinstance(value, types.MethodType):
                self._value(value.__self__)
        elif isinstance(value, types.ModuleType):
            if not _is_trusted(value.__name__):
                self._space(value)
        elif isinstance(value, type):
            if not _is_trusted(value.__module__):
                self._space(value)
        elif isinstance(value, np.ndarray):
            if not is_frozen(value):
                self._arrays.append(value)
        elif isinstance(value, tuple | list | dict | set | frozenset) or not is_immutable(value):
            self._object(value)

    def _space(self, space: type | types.ModuleType) -> None:
        if id(space) not in self._visited:
            self._visited[id(space)] = space
            self._spaces.append((space, set()))

    def _settle(self) -> None:
        """Guard all names in all classes and modules; what is found there may add to both."""
        size = -1
        while size != (size := len(self._names) + len(self._spaces)):
            for space, known in list(self._spaces):
                if isinstance(space, types.ModuleType):
                    names = self._names & vars(space).keys() - known
                else:
                    names = (self._names | _special_names(space)) - known
                known |= names
                for name in sorted(names):
                    self._looked_up(space, name)

    def _looked_up(self, space: type | types.ModuleType, name: str) -> None:
        if isinstance(space, types.ModuleType):
            found = vars(space)[name]
            self.guards.append(("global", vars(space), name, found))
            self._value(found)
            return
        found = getattr(space, name, _call.MISSING)
        if found is _call.MISSING:
            return
        if isinstance(found, types.MethodType):  # each look gives another one
            raw = _RawAttribute(name)
            self.guards.append(("content", space, raw, raw(space)))
            self._value(found)
        elif not isinstance(found, types.MemberDescriptorType | types.GetSetDescriptorType):
            self.guards.append(("attr", space, name, found))
            self._value(found)

    def _object(self, value: Any) -> None:
        if is_frozen(value) or id(value) in self._visited:
            return
        self._visited[id(value)] = value
        inner = list(value) if isinstance(value, tuple | list | set | frozenset) else []
        if isinstance(value, dict):
            inner = [*value.keys(), *value.values()]
        for item in [*inner, *getattr(value, "__dict__", {}).values()]:
            if not isinstance(item, int | float | str):
                self._value(item)
        self._value(type(value))
        if not is_immutable(value):
            self._pending.append(value)

    def add_argument(self, value: object) -> None:
        """Take in the functions and classes in a compile-time argument; its content is a key."""
        pending, self._pending = self._pending, []
        arrays, self._arrays = self._arrays, []
        self._value(value)
        self._pending, self._arrays = pending, arrays

    def finish(self, traced: Callable[[np.ndarray[Any, Any]], bool]) -> list[Guard]:
        """All guards, once it is known which arrays were `traced` as hidden arguments."""
        self._settle()
        read = [array for array in self._arrays if not traced(array)]
        guards = [("content", array, fingerprint, fingerprint(array)) for array in read]
        for value in self._pending:
            guards += _content(value, self._names, traced)
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
    if not decisions:
        return list(shape)
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
        self._known: set[int] = set()  # the ids of the arrays
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
        self._known.add(id(value))
        self._traced[id(value)] = traced
        return traced

    def pairs(self) -> list[tuple[np.ndarray[Any, Any], _trace.Array]]:
        """Each captured array and what stands for it."""
        return [(value, self._traced[id(value)]) for value in self.arrays]

    def has(self, value: np.ndarray[Any, Any]) -> bool:
        """Whether `value` became a hidden argument."""
        return id(value) in self._known

    def forget_trace(self) -> None:
        """Nothing more is recorded: the arrays are kept, and not what stands for them."""
        del self.trace, self._traced

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
