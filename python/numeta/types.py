"""Types: the dtype objects (`nm.f8`, `nm.int32`, ...), array types (`nm.f8[:, :]`) and hints.

A `DType` is one row of the table that `_trace.dtypes()` hands out. It is a hint, a cast
(`nm.f8(x)`) and something NumPy accepts as a dtype; indexing it gives an `ArrayType`.
`parse_hint` reads every spelling of a parameter's annotation, `parse_return_hint` that of a
result. Python's own `float`, `int`, `complex`, `bool` are the weak scalars of NEP 50; every other
spelling is strong. A hint that is not understood is an error that names the parameter.
"""

from __future__ import annotations

import enum as _enum
import types as _types
import typing as _typing
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import _trace, errors
from .records import Record

Dimension = int | None


class DType:
    """An element type: `short` 'f8', `name` 'float64', `numpy` and `kind` as NumPy has them."""

    __slots__ = ("bits", "kind", "name", "numpy", "short", "typenum")

    def __init__(self, short: str, name: str, typenum: int, bits: int) -> None:
        self.short = short
        self.name = name
        self.typenum = typenum
        self.bits = bits
        self.numpy: np.dtype[Any] = np.dtype(short)
        self.kind = self.numpy.kind

    @property
    def dtype(self) -> np.dtype[Any]:
        """What makes `np.zeros(3, nm.f8)` work."""
        return self.numpy

    def __getitem__(self, dimensions: object) -> ArrayType:
        """An array of this type: one `:` or length per dimension, `()` for 0-d, `...` any rank."""
        if dimensions is Ellipsis:
            return ArrayType(self, None)
        entries = dimensions if isinstance(dimensions, tuple) else (dimensions,)
        return ArrayType(self, tuple(_dimension(self, entry) for entry in entries))

    def __call__(self, value: Any = 0) -> Any:
        """The value cast as `np.<name>(value)` casts it; a traced value stays traced."""
        if _trace.is_traced(value):
            return _trace.cast(value, self.short, False)
        return self.numpy.type(value)

    def __repr__(self) -> str:
        return f"nm.{self.short}"

    def __reduce__(self) -> tuple[Any, ...]:
        return (dtype_of, (self.short,))


class ArrayType:
    """A hint for arrays: `shape` has one entry per dimension, None for any; None: any rank."""

    __slots__ = ("dtype", "shape")

    def __init__(self, dtype: DType | None, shape: tuple[Dimension, ...] | None) -> None:
        self.dtype = dtype
        self.shape = shape

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ArrayType) and self.dtype is other.dtype and self.shape == other.shape
        )

    def __hash__(self) -> int:
        return hash((self.dtype, self.shape))

    def __repr__(self) -> str:
        base = repr(self.dtype) if self.dtype else "np.ndarray"
        if self.shape is None:
            return f"{base}[...]" if self.dtype else base
        inner = ", ".join(":" if length is None else str(length) for length in self.shape)
        return f"{base}[{inner or '()'}]"


class Comptime:
    """`nm.comptime`: the parameter is compile-time, any Python object, one compile per value."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "nm.comptime"

    def __reduce__(self) -> str:
        return "comptime"


comptime = Comptime()


def _dimension(owner: DType, entry: object) -> Dimension:
    if isinstance(entry, slice) and entry == slice(None):
        return None
    if isinstance(entry, int | np.integer) and not isinstance(entry, bool) and entry >= 0:
        return int(entry)
    raise errors.error(411, owner=owner, got=repr(entry))


DTYPES: tuple[DType, ...] = tuple(
    DType(row["short"], row["name"], row["typenum"], row["bits"]) for row in _trace.dtypes()
)
BY_SHORT: dict[str, DType] = {dtype.short: dtype for dtype in DTYPES}


def dtype_of(value: object) -> DType | None:
    """The row of a NumPy dtype, scalar type or short code; None if numeta has no such type."""
    try:
        found: np.dtype[Any] = np.dtype(value)  # type: ignore[call-overload]
    except TypeError:
        return None
    if found.kind not in "biufc" or not found.isnative:
        return None
    return BY_SHORT.get(f"{found.kind}{found.itemsize}")


class Hint(Record):
    """A parameter's hint. `kind`: 'none', 'comptime', 'scalar' or 'array'; `text` as shown."""

    kind: str
    text: str = ""
    dtype: DType | None = None
    weak: bool = False
    shape: tuple[Dimension, ...] | None = None


class ReturnHint(Record):
    """A result's hint. `kind`: 'any' (no hint), 'none', 'scalar', 'array', 'tuple' (of `parts`)."""

    kind: str
    text: str = ""
    dtype: DType | None = None
    weak: bool = False
    parts: tuple[ReturnHint, ...] = ()
    shape: tuple[Dimension, ...] | None = None


NO_HINT = Hint("none")
_WEAK = {bool: "b1", int: "i8", float: "f8", complex: "c16"}


def _scalar(annotation: object) -> tuple[DType, bool, str] | None:
    """(dtype, weak, text) of a scalar hint, None for anything else."""
    if isinstance(annotation, DType):
        return annotation, False, repr(annotation)
    if isinstance(annotation, type):
        if annotation in _WEAK:
            return BY_SHORT[_WEAK[annotation]], True, annotation.__name__
        if issubclass(annotation, np.generic):
            found = dtype_of(annotation)
            return (found, False, f"np.{found.numpy.type.__name__}") if found else None
    if isinstance(annotation, np.dtype):
        found = dtype_of(annotation)
        return (found, False, f"np.dtype({found.name!r})") if found else None
    return None


def _ndarray_alias(annotation: Any) -> ArrayType | None:
    """The array type of `np.ndarray`, `NDArray[...]` and `np.ndarray[shape, dtype]`."""
    if annotation is np.ndarray:
        return ArrayType(None, None)
    if _typing.get_origin(annotation) is not np.ndarray:
        return None
    arguments = _typing.get_args(annotation)
    shape: tuple[Dimension, ...] | None = None
    if _typing.get_origin(arguments[0]) is tuple:
        lengths = _typing.get_args(arguments[0])
        if Ellipsis not in lengths:
            shape = (None,) * len(lengths)
    element = arguments[1] if len(arguments) > 1 else Any
    if _typing.get_origin(element) is np.dtype:
        element = _typing.get_args(element)[0]
    if element is Any or isinstance(element, _typing.TypeVar):
        return ArrayType(None, shape)
    found = _scalar(element)
    return ArrayType(found[0], shape) if found else None


def _show(annotation: object) -> str:
    if isinstance(annotation, type) and not isinstance(annotation, _types.GenericAlias):
        return annotation.__qualname__
    return repr(annotation)


def _unwrapped(annotation: Any) -> Any:
    """`Annotated[T, nm.f8[:]]` means the numeta type in it, or else T; `type X = T` means T."""
    if isinstance(annotation, DType | ArrayType):
        return annotation
    if _typing.get_origin(annotation) is _typing.Annotated:
        first, *rest = _typing.get_args(annotation)
        ours = [r for r in rest if isinstance(r, DType | ArrayType | Comptime)]
        return ours[0] if ours else first
    value = getattr(annotation, "__value__", None)
    if value is None:
        return annotation
    arguments = _typing.get_args(annotation)  # of a generic alias, as NDArray is from NumPy 2.5
    return value[arguments] if arguments else value


class Scope(Record):
    """Where the string annotations of a function are resolved, and its name for messages."""

    func: Callable[..., Any]
    extra: Mapping[str, object]

    @property
    def kernel(self) -> str:
        """The name of the function."""
        return self.func.__qualname__.rpartition("<locals>.")[2]

    @property
    def names(self) -> dict[str, object]:
        """`extra`, then the closure, then the globals."""
        names = dict(self.func.__globals__)
        names.update(self.extra)
        code = self.func.__code__
        for name, cell in zip(code.co_freevars, self.func.__closure__ or (), strict=True):
            try:
                names[name] = cell.cell_contents
            except ValueError:
                continue
        return names


def _resolved(annotation: Any, parameter: str, scope: Scope) -> Any:
    if isinstance(annotation, str):
        try:
            annotation = eval(annotation, {"__builtins__": __builtins__, **scope.names})
        except Exception as problem:
            raise errors.error(
                406,
                kernel=scope.kernel,
                name=parameter,
                hint=annotation,
                reason=f"{type(problem).__name__}: {problem}",
            ) from None
        return _resolved(annotation, parameter, scope)
    return _unwrapped(annotation)


def _is_known_when_compiled(annotation: Any) -> bool:
    """Is it a hint of what no run-time value can be: texts, names of a choice, functions, types?"""
    origin = _typing.get_origin(annotation) or annotation
    if origin in (_typing.Literal, Callable, _typing.Callable, _types.FunctionType):
        return True
    return isinstance(origin, type) and issubclass(origin, str | bytes | type | _enum.Enum)


def parse_hint(annotation: Any, parameter: str, scope: Scope) -> Hint:
    """The hint of `parameter`; TypeError 405 or 406 naming it where there is no such hint."""
    annotation = _resolved(annotation, parameter, scope)
    if annotation is Any or annotation is object:
        return NO_HINT
    if isinstance(annotation, Comptime):
        return Hint("comptime", "nm.comptime")
    if _is_known_when_compiled(annotation):
        return Hint("comptime", _show(annotation))
    scalar = _scalar(annotation)
    if scalar:
        return Hint("scalar", scalar[2], scalar[0], scalar[1])
    array = annotation if isinstance(annotation, ArrayType) else _ndarray_alias(annotation)
    if array is None:
        raise errors.error(405, kernel=scope.kernel, name=parameter, hint=_show(annotation))
    text = repr(array)
    return Hint("array", text, array.dtype, False, array.shape)


def parse_return_hint(annotation: Any, scope: Scope) -> ReturnHint:
    """The hint of the result; TypeError 408 where it is not one numeta knows."""
    annotation = _resolved(annotation, "return", scope)
    if annotation is None or annotation is type(None):
        return ReturnHint("none", "None")
    if annotation is Any or annotation is object or annotation is tuple:
        return ReturnHint("any")
    scalar = _scalar(annotation)
    if scalar:
        return ReturnHint("scalar", scalar[2], scalar[0], scalar[1])
    if _typing.get_origin(annotation) is tuple:
        arguments = [a for a in _typing.get_args(annotation) if a != ()]
        if Ellipsis not in arguments:
            parts = tuple(parse_return_hint(argument, scope) for argument in arguments)
            inner = ", ".join(part.text for part in parts)
            return ReturnHint("tuple", f"tuple[{inner}]", parts=parts)
    array = annotation if isinstance(annotation, ArrayType) else _ndarray_alias(annotation)
    if array is not None:
        return ReturnHint("array", repr(array), array.dtype, shape=array.shape)
    raise errors.error(408, kernel=scope.kernel, hint=_show(annotation))
