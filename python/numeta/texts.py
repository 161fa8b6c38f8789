"""Texts and exceptions that show run-time values: made by Python itself when a kernel gets there.

An f-string, `str(x)`, `"%d" % n` or `"{}".format(x)` of run-time numbers becomes a `Text`: what
makes the string, and the traced values it needs. An exception of such texts or values becomes a
`Raised`. Only `raise`, `assert` and `print` can do anything with them; every question about a text
is refused, since its answer is not known while the kernel is traced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from . import _trace
from .control_merge import Poison, raise_poison
from .session import current, refuse

# Makes an object of the values that the kernel tells.
Make = Callable[[Sequence[Any]], Any]
_CONVERSIONS: dict[int, Callable[[Any], Any]] = {-1: lambda v: v, 97: ascii, 114: repr, 115: str}
_MOST = 8  # words that the message of a check may show; kErrorValues of emit_fortran/frame.hpp


def _refused(*args: Any) -> NoReturn:
    refuse(226)


class Text:
    """A string that is made at run time: `make(values)`."""

    __slots__ = ("make", "values")
    described = "a text of run-time values"

    def __init__(self, make: Callable[[Sequence[Any]], str], values: Sequence[Any]) -> None:
        self.make = make
        self.values = tuple(values)

    def __add__(self, other: Any) -> Any:
        return joined((self, -1, None), (other, -1, None)) if _is_text(other) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return joined((other, -1, None), (self, -1, None)) if _is_text(other) else NotImplemented

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refused
    __bool__ = __len__ = __iter__ = __contains__ = __getitem__ = _refused
    __hash__ = __str__ = __format__ = __mul__ = __rmul__ = __mod__ = _refused

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not hasattr(str, name):
            raise AttributeError(f"'str' object has no attribute {name!r}")
        refuse(226)


def _is_text(value: Any) -> bool:
    return type(value) in (str, Text)


class Raised:
    """An exception that is made at run time: `make(values)`."""

    __slots__ = ("make", "values")

    def __init__(self, make: Make, values: Sequence[Any]) -> None:
        self.make = make
        self.values = tuple(values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse(226)


# -- what makes an object again -------------------------------------------------------------------


def deferred(value: Any, values: list[Any]) -> Make:
    """What makes `value` at run time; the traced numbers in it are appended to `values`."""
    kind = type(value)
    if kind is Poison:
        raise_poison(value)
    if kind is _trace.Scalar:
        place = len(values)
        values.append(value)
        return lambda told: told[place]
    if kind is Text:
        first = len(values)
        values += value.values
        return lambda told: value.make(told[first:])
    from .calls import is_traced_inside

    if not is_traced_inside(value):
        return lambda told: value
    if kind is tuple or kind is list:
        items = [deferred(item, values) for item in value]
        return lambda told: kind(item(told) for item in items)
    if kind is dict:
        entries = [(key, deferred(item, values)) for key, item in value.items()]
        return lambda told: {key: item(told) for key, item in entries}
    refuse(226)


def text_of(function: Callable[..., str], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """`function(*args, **kwargs)`, a text, at run time where it needs run-time values."""
    from .calls import is_traced_inside

    if current() is None or not is_traced_inside((args, kwargs)):
        return function(*args, **kwargs)
    values: list[Any] = []
    make_args = deferred(tuple(args), values)
    make_kwargs = deferred(kwargs, values)
    return Text(lambda told: function(*make_args(told), **make_kwargs(told)), values)


def raised(cls: type[Exception], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Raised:
    """The exception `cls(*args, **kwargs)`, which is made when it is raised."""
    values: list[Any] = []
    make_args = deferred(args, values)
    make_kwargs = deferred(kwargs, values)
    return Raised(lambda told: cls(*make_args(told), **make_kwargs(told)), values)


# -- what staged code calls -----------------------------------------------------------------------


def _formatted(value: Any, conversion: int, spec: str) -> str:
    return format(_CONVERSIONS[conversion](value), spec)


def joined(*parts: Any) -> Any:
    """An f-string: its parts are texts, or a value with its conversion and format."""
    texts = [p if type(p) is str else _part(*p) for p in parts]
    if not any(type(text) is Text for text in texts):
        return "".join(texts)
    values: list[Any] = []
    makers = [deferred(text, values) for text in texts]
    return Text(lambda told: "".join(make(told) for make in makers), values)


def _part(value: Any, conversion: int, spec: Any) -> Any:
    if type(value) is Poison:
        raise_poison(value)
    return text_of(_formatted, (value, conversion, "" if spec is None else spec), {})


def percent(form: Any, value: Any) -> Any:
    """`form % value` where `form` is a text."""
    if type(value) is Poison:
        raise_poison(value)
    return text_of(lambda form, value: form % value, (form, value), {})


# -- at run time ----------------------------------------------------------------------------------


def python_value(dtype: np.dtype[Any], weak: bool) -> Callable[[Any], Any]:
    """From the int or float of 64 bits that a kernel tells to the value that Python would have."""
    if weak:
        return {"b": bool, "i": int, "u": int, "f": float}[dtype.kind]
    if dtype == np.uint64:
        return lambda number: np.uint64(number & 0xFFFF_FFFF_FFFF_FFFF)
    kind: Callable[[Any], Any] = dtype.type
    return kind


class Raise:
    """A site of a failed check that makes the exception itself, of the values that it is told."""

    __slots__ = ("_make", "_values")

    def __init__(self, error: Raised) -> None:
        self._make = error.make
        self._values = [(np.dtype(value.dtype), value.weak) for value in error.values]

    def __call__(self, words: Sequence[Any]) -> Exception:
        left = iter(words)
        made: Exception = self._make([_told(dtype, weak, left) for dtype, weak in self._values])
        return made


class Say:
    """A site that says something to Python and raises nothing."""

    __slots__ = ("tell",)

    def __init__(self, tell: Callable[[float], None]) -> None:
        self.tell = tell


def _told(dtype: np.dtype[Any], weak: bool, words: Any) -> Any:
    """The value of the next words; a complex one has two."""
    if dtype.kind != "c":
        return python_value(dtype, weak)(next(words))
    value = complex(next(words), next(words))
    return value if weak else dtype.type(value)


def words_of(error: Raised) -> list[Any]:
    """The traced numbers, each of one word, that a `Raise` of the exception is told."""
    words: list[Any] = []
    for value in error.values:
        is_complex = np.dtype(value.dtype).kind == "c"
        words += [value.real, value.imag] if is_complex else [value]
    if len(words) > _MOST:
        refuse(245, count=len(words), most=_MOST)
    return words
