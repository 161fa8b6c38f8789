"""Content keys: what makes two compile-time values the same value.

`fingerprint(value)` is a hashable key that is equal for two values exactly when a kernel traced
with one is right for the other: by type and bits, so that `1`, `1.0`, `True`, `0.0` and `-0.0` are
five keys. Containers, dataclasses and plain objects are keyed by content, with order, sharing and
cycles; functions, classes and modules by identity (their captures are guarded by `captures`).
Anything whose content cannot be read (generators, files, locks) is refused: `Unsupported`.
"""

from __future__ import annotations

import struct
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _call, _trace
from . import types as nm_types

_INLINE_BYTES = 256


class Unsupported(TypeError):
    """The content of the value cannot be read; the text says which part and why."""


class Identity:
    """A key that is equal for one and the same object only, and keeps it alive."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value) >> 4

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self.value is other.value


_frozen: dict[int, object] = {}


def frozen(value: Any) -> Any:
    """Promise that `value` will not change: it is keyed by identity and never checked again."""
    _frozen[id(value)] = value
    return value


def is_frozen(value: object) -> bool:
    """Whether `frozen` was called with this object."""
    return id(value) in _frozen


_ATOMS = (int, str, bytes, bool, type(None), type(Ellipsis), type(NotImplemented), range)
_BY_IDENTITY = (
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.GenericAlias,
    types.UnionType,
    np.ufunc,
    nm_types.DType,
    nm_types.ArrayType,
    nm_types.Comptime,
    _call.Kernel,
)
_OPAQUE = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
    memoryview,
)


def is_immutable(value: object) -> bool:
    """Whether the key of `value` can never change while the object lives."""
    kind = type(value)
    if kind in _ATOMS or kind in (float, complex) or isinstance(value, np.generic | np.dtype):
        return not isinstance(value, np.void)
    if kind in (tuple, frozenset):
        return all(is_immutable(item) for item in value)  # type: ignore[attr-defined]
    if kind in (slice, object):
        return True
    return isinstance(value, _BY_IDENTITY) or is_frozen(value) or _is_enum(value)


def _is_enum(value: object) -> bool:
    import enum

    return isinstance(value, enum.Enum)


def _digest(data: bytes) -> bytes:
    if len(data) <= _INLINE_BYTES:
        return data
    import hashlib

    return b"\0digest" + hashlib.blake2b(data, digest_size=24).digest()


def _array_key(value: np.ndarray[Any, Any], walk: Callable[[Any], Any]) -> Any:
    if value.dtype.hasobject:
        return (type(value), value.shape, tuple(walk(item) for item in value.ravel().tolist()))
    return (type(value), value.dtype.str, value.shape, _digest(value.tobytes()))


def _state(value: object) -> list[tuple[str, object]]:
    """The attributes of an object: `__slots__` of its classes, then `__dict__`."""
    found: list[tuple[str, object]] = []
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name in ("__dict__", "__weakref__"):
                continue
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{base.__name__.lstrip('_')}{name}"
            if hasattr(value, name):
                found.append((name, getattr(value, name)))
    found.extend(getattr(value, "__dict__", {}).items())
    return found


def _has_readable_state(value: object) -> bool:
    """Whether every base below `object` is a Python class: then attributes are the content."""
    for base in type(value).__mro__:
        if base is object or base in (list, dict, tuple, set, frozenset, int, float, str, bytes):
            continue
        own = base.__dict__
        written_in_c = isinstance(own.get("__new__"), types.BuiltinFunctionType)
        if written_in_c or not base.__flags__ & (1 << 9):  # Py_TPFLAGS_HEAPTYPE
            return False
        if "__slots__" not in own and "__dict__" not in dir(base):
            return False
    return True


class _Walk:
    """One fingerprint in the making: `seen` numbers the containers and objects met so far.

    Arrays are keyed by `content`, by `identity`, or both; all that were met are in `arrays`.
    """

    def __init__(self, content: bool = True, identity: bool = False) -> None:
        self.content_of_arrays = content
        self.identity_of_arrays = identity
        self.arrays: list[np.ndarray[Any, Any]] = []
        self.seen: dict[int, int] = {}
        self.alive: list[object] = []

    def key(self, value: Any) -> Any:
        kind = type(value)
        if kind in _ATOMS:
            return (kind, value)
        if kind is float:
            return (kind, struct.pack("<d", value))
        if kind is complex:
            return (kind, struct.pack("<dd", value.real, value.imag))
        if isinstance(value, np.generic) and not isinstance(value, np.void | np.object_):
            return (kind, value.dtype.str, value.tobytes())
        if isinstance(value, np.dtype):
            return (np.dtype, repr(value))
        if (
            kind is object
            or isinstance(value, _BY_IDENTITY)
            or id(value) in _frozen
            or _is_enum(value)
        ):
            return Identity(value)
        if _trace.is_traced(value):
            raise Unsupported("it is a traced value")
        if kind is slice:
            return (kind, self.key(value.start), self.key(value.stop), self.key(value.step))
        return self.compound(value, kind)

    def compound(self, value: Any, kind: type) -> Any:
        if kind in (tuple, frozenset):  # immutable: who shares it makes no difference
            return (kind, *[self.key(item) for item in value])
        if id(value) in self.seen:
            return ("seen", self.seen[id(value)])
        self.seen[id(value)] = len(self.seen)
        self.alive.append(value)
        if kind in (list, set):
            return (kind, *[self.key(item) for item in value])
        if kind is dict or isinstance(value, types.MappingProxyType):
            return (kind, *[(self.key(k), self.key(v)) for k, v in value.items()])
        if kind is bytearray:
            return (kind, _digest(bytes(value)))
        if isinstance(value, np.ndarray):
            self.arrays.append(value)
            which = (Identity(value), value.strides) if self.identity_of_arrays else ()
            what = _array_key(value, self.key) if self.content_of_arrays else value.dtype.str
            return (*which, value.shape, what)
        if isinstance(value, types.MethodType):
            return (kind, Identity(value.__func__), self.key(value.__self__))
        if kind.__module__ == "functools" and kind.__name__ == "partial":
            return (kind, self.key(value.func), self.key(value.args), self.key(value.keywords))
        if kind.__module__ in ("decimal", "datetime") and not hasattr(value, "__dict__"):
            return (kind, repr(value))
        return self.content(value, kind)

    def content(self, value: Any, kind: type) -> Any:
        if isinstance(value, _OPAQUE) or not _has_readable_state(value):
            raise Unsupported(f"the content of a {kind.__qualname__} cannot be read")
        inner: list[Any] = []
        if isinstance(value, list | tuple | set | frozenset):
            inner = [self.key(item) for item in value]
        elif isinstance(value, dict):
            inner = [(self.key(k), self.key(v)) for k, v in value.items()]
        elif isinstance(value, int):
            inner = [int(value)]
        elif isinstance(value, float):
            inner = [struct.pack("<d", float(value))]
        elif isinstance(value, str):
            inner = [str.__str__(value)]
        elif isinstance(value, bytes):
            inner = [bytes(value)]
        return (kind, *inner, *[(name, self.key(item)) for name, item in _state(value)])


def fingerprint(value: Any) -> Any:
    """The hashable content key of `value`; TypeError (`Unsupported`) where there is none."""
    return _Walk().key(value)


def fingerprint_sharing_arrays(value: Any) -> Any:
    """As `fingerprint`, arrays by identity: for objects whose arrays a kernel gets at run time."""
    return _Walk(content=False, identity=True).key(value)


def fingerprint_strictly(value: Any) -> Any:
    """As `fingerprint`, arrays by content and identity."""
    return _Walk(content=True, identity=True).key(value)


def key_function(
    value: Any, at_run_time: Callable[[np.ndarray[Any, Any]], bool]
) -> Callable[[Any], Any]:
    """The fingerprint for `value`, of which a kernel gets some arrays at run time."""
    walk = _Walk()
    walk.key(value)
    count = sum(at_run_time(array) for array in walk.arrays)
    if count == 0:
        return fingerprint
    return fingerprint_sharing_arrays if count == len(walk.arrays) else fingerprint_strictly
