"""Snapshots of compile-time state: what changed while a trace or a compiled loop ran.

A kernel is run once for all its calls and the body of a compiled loop once for all its iterations.
A list that grows, an attribute that is set, a generator that advances there would do so once where
plain Python does it each time. A `Snapshot` holds the shallow content of every object that can be
reached from its roots; `changed()` names the first one whose content differs. Contents are compared
by identity, immutable values by type and bits. Modules and library code are not entered.
"""

from __future__ import annotations

import collections
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from . import _trace
from .staging import is_library_file

Content = tuple[Any, ...]
_EMPTY = object()
_ATOMS = frozenset(
    {type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented), slice}
)
_BIG_ARRAY = 1 << 26  # bytes; larger captured arrays are trusted to be left alone natively


def same(a: object, b: object) -> bool:
    """The same object, or the same immutable value: equal type and bits."""
    return a is b or (type(a) is type(b) and type(a) in _ATOMS and repr(a) == repr(b))


# -- contents, one reader per kind ----------------------------------------------------------------


def _mapping(d: Mapping[Any, Any]) -> Content:
    return (*d.keys(), *d.values())


def _bytes(x: Any) -> Content:
    return (bytes(x),)


def _ndarray(x: Any) -> Content:
    if x.dtype.hasobject:
        return (*x.shape, *x.ravel().tolist())
    if x.nbytes > _BIG_ARRAY:
        return tuple(x.shape)
    import zlib

    return (*x.shape, zlib.crc32(np.ascontiguousarray(x).view(np.uint8).data) if x.size else 0)


def _cell(x: types.CellType) -> Content:
    try:
        return (x.cell_contents,)
    except ValueError:
        return (_EMPTY,)


def _globals_read(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _globals_read(constant)
    return names


def _function(x: types.FunctionType) -> Content:
    if is_library_file(x.__code__.co_filename):
        return ()
    outside = x.__globals__
    found = [outside[name] for name in sorted(_globals_read(x.__code__)) if name in outside]
    content = (x.__defaults__, x.__kwdefaults__, *(x.__closure__ or ()), *found)
    return content + _mapping(x.__dict__)


def _generator(x: Any) -> Content:
    frame = x.gi_frame
    return () if frame is None else (frame.f_lasti, *frame.f_locals.values())


def _iterator(x: Any) -> Content:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parts = x.__reduce__()
        except Exception:
            return (repr(x) if type(x).__module__ == "itertools" else _EMPTY,)
    flat: list[Any] = []
    for part in parts[1:]:
        flat += part if isinstance(part, tuple) else (part,)
    return tuple(flat)


def _class(x: type) -> Content:
    hidden = ("__dict__", "__weakref__", "_abc_impl", "__doc__", "__abstractmethods__")
    return _mapping({k: v for k, v in vars(x).items() if k not in hidden})


def _instance(x: Any) -> Content:
    content: Content = (type(x),)
    state = getattr(x, "__dict__", None)
    if isinstance(state, dict):
        content += _mapping(state)
    for base in type(x).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            member = base.__dict__.get(name)
            if isinstance(member, types.MemberDescriptorType):
                try:
                    content += (member.__get__(x),)
                except AttributeError:
                    content += (_EMPTY,)
    for builtin, reader in _READERS.items():
        if isinstance(x, builtin):  # a subclass of list, dict, ndarray, ...
            content += reader(x)
            break
    return content


def _nothing(x: object) -> Content:
    return ()


_READERS: dict[type, Callable[[Any], Content]] = {
    list: tuple,
    tuple: tuple,
    set: lambda x: tuple(sorted(x, key=id)),
    frozenset: tuple,
    dict: _mapping,
    types.MappingProxyType: _mapping,
    collections.deque: tuple,
    bytearray: _bytes,
    memoryview: _bytes,
    np.ndarray: _ndarray,
    types.CellType: _cell,
    types.FunctionType: _function,
    types.MethodType: lambda x: (x.__func__, x.__self__),
    types.GeneratorType: _generator,
    types.SimpleNamespace: lambda x: _mapping(x.__dict__),
    staticmethod: lambda x: (x.__func__,),
    classmethod: lambda x: (x.__func__,),
    property: lambda x: (x.fget,),
    types.ModuleType: _nothing,
}
# By module and name: importing these here would make `import numeta` slow.
_LATE_READERS: dict[tuple[str, str], Callable[[Any], Content]] = {
    ("array", "array"): _bytes,
    ("random", "Random"): lambda x: (repr(x.getstate()),),
    ("numpy.random._generator", "Generator"): lambda x: (repr(x.bit_generator.state),),
}
_SKIPPED = frozenset({*_ATOMS, _trace.Scalar, _trace.Array, types.CodeType, range})
_HEAP_TYPE = 1 << 9


def _reader_for(kind: type) -> Callable[[Any], Content]:
    reader = _READERS.get(kind)
    for base in kind.__mro__ if reader is None and not issubclass(kind, type) else ():
        reader = reader or _LATE_READERS.get((base.__module__, base.__name__))
    if reader is not None:
        return reader
    if issubclass(kind, type):
        return lambda x: _class(x) if x.__flags__ & _HEAP_TYPE and not _library(x) else ()
    if issubclass(kind, np.generic | types.ModuleType) or (kind.__module__ or "").startswith(
        "numeta"
    ):
        return _nothing
    if hasattr(kind, "__next__") and not kind.__flags__ & _HEAP_TYPE:
        return _iterator
    if kind.__module__ == "itertools":
        return _iterator
    return _instance if kind.__flags__ & _HEAP_TYPE else _nothing


def _library(cls: type) -> bool:
    import sys

    module = sys.modules.get(cls.__module__)
    filename = getattr(module, "__file__", None)
    if filename is None:
        return (
            cls.__module__ != "__main__" and module is not None and not hasattr(module, "__dict__")
        )
    return is_library_file(filename)


class Snapshot:
    """The content of everything reachable from `roots` ((name, value) pairs), as it is now.

    Objects in `known` (by id) are not entered: another snapshot watches them.
    """

    def __init__(self, known: Mapping[int, object] | None = None) -> None:
        self.objects: dict[int, object] = {}
        self._entries: list[tuple[str, Any, Callable[[Any], Content], Content]] = []
        self._known: Mapping[int, object] = known if known is not None else {}

    def add(self, roots: Iterable[tuple[str, object]]) -> None:
        """Take in what is reachable from more roots; what is already held stays as first seen."""
        todo = [(name, value) for name, value in roots if type(value) not in _SKIPPED]
        objects, known = self.objects, self._known
        while todo:
            path, value = todo.pop()
            key = id(value)
            if key in objects or key in known:
                continue
            objects[key] = value
            reader = _reader_for(type(value))
            if reader is _nothing:
                continue
            content = reader(value)
            self._entries.append((path, value, reader, content))
            for child in content:
                if type(child) not in _SKIPPED:
                    todo.append((_below(path, value, child), child))

    def name_of(self, value: object) -> str | None:
        """By which name an object was reached, if it was."""
        if id(value) not in self.objects:
            return None
        return next((path for path, found, *_ in self._entries if found is value), "an object")

    def changed(self, except_arrays: Iterable[int] = ()) -> tuple[str, object] | None:
        """(name, object) of the first object whose content is another one now, else None."""
        skipped = set(except_arrays)
        for path, value in self._changes():
            if id(value) not in skipped:
                return path, value
        return None

    def changes(self) -> list[object]:
        """All objects whose content is another one now."""
        return [value for _, value in self._changes()]

    def _changes(self) -> Iterator[tuple[str, object]]:
        for path, value, reader, before in self._entries:
            if type(value) is tuple:
                continue
            after = reader(value)
            if len(after) != len(before) or not all(map(same, before, after)):
                yield path, value


def _below(path: str, parent: object, child: object) -> str:
    """The name of a child: containers and cells lend their own, attributes add theirs."""
    if isinstance(parent, list | tuple | dict | types.CellType | types.FunctionType):
        if isinstance(parent, types.FunctionType):
            return getattr(child, "__name__", path)
        return path
    for name, value in getattr(parent, "__dict__", {}).items():
        if value is child:
            return f"{path}.{name}"
    return path
