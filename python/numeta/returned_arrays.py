"""Arrays that a kernel returns: which memory they are in, and where.

An array of the kernel's own becomes a new array of NumPy, a parameter or captured array is the
caller's very object, and any other array is a view of one of these: `Placed` says of which, and the
numbers of its first element, lengths and steps. Where several `return` statements meet and no one
value stands for all, a number says at run time which of them it was: `Choice`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _trace, errors
from .control_merge import Edge, Join, Poison, raise_poison, read_again, type_of
from .session import current

if TYPE_CHECKING:
    from .types import DType, ReturnHint

Template = Any
_SHORT = {str(row["name"]): str(row["short"]) for row in _trace.dtypes()}


class Placed:
    """A view that is returned: `starts` and `axes` are those of a 'view' template of `_call`."""

    __slots__ = ("array", "axes", "starts")

    def __init__(self, array: Any, starts: Sequence[Any], axes: Sequence[Any]) -> None:
        self.array = array
        self.starts = starts
        self.axes = axes


def is_named_tuple(kind: type) -> bool:
    """Whether it is a class of named tuples, which are made of their items."""
    return issubclass(kind, tuple) and kind is not tuple and hasattr(kind, "_fields")


class Choice:
    """One of several values: the one whose number `selector` has at run time."""

    __slots__ = ("selector", "values")

    def __init__(self, selector: Any, values: Sequence[Any]) -> None:
        self.selector = selector
        self.values = values


def ready(value: Any, hint: ReturnHint) -> Any:
    """`value` where it is returned: arrays converted to the hint, views by their numbers."""
    kind = type(value)
    if kind is tuple or kind is list:
        fits = hint.kind == "tuple" and len(hint.parts) == len(value)
        parts = hint.parts if fits else (hint.replaced(kind="any"),) * len(value)
        items = [ready(item, part) for item, part in zip(value, parts, strict=True)]
        changed = any(a is not b for a, b in zip(items, value, strict=True))
        return kind(items) if changed else value
    if is_named_tuple(kind):
        any_hint = hint.replaced(kind="any")
        return kind(*(ready(item, any_hint) for item in value))
    if kind is not _trace.Array:
        return value
    value = as_hinted(value, hint)
    session = current()
    assert session is not None
    _, which, can_be = session.chosen.get(id(value), (value, 0, ()))
    callers = session.callers[: max(can_be, default=0)]
    if can_be and _trace.lasts(which) and all(_trace.lasts(callers[k - 1]) for k in can_be):
        _trace.tell(value)
        _seen(session.told, value, session.shown)
        arrays = [ready(a, hint) if k in can_be else value for k, a in enumerate(callers, 1)]
        return Choice(which, [value, *arrays])
    _, is_whole = _trace.buffer_of(value)
    if is_whole:
        return value
    _seen(session.shown, value, session.told)
    return Placed(value, *_trace.placement(value))


def _seen(how: set[int], array: Any, otherwise: set[int]) -> None:
    """Notes how the buffer of an array is returned: not both by its number and by its memory."""
    number, _ = _trace.buffer_of(array)
    how.add(number)
    session = current()
    if number in otherwise and session is not None:
        code = session.staged[0].func.__code__
        raise errors.error(246, code.co_filename, code.co_firstlineno)


def as_hinted(array: Any, hint: ReturnHint) -> Any:
    """The traced array, a converted copy of it if its hint asks for another type without loss."""
    if hint.kind != "array" or hint.dtype is None or hint.dtype.numpy == np.dtype(array.dtype):
        return array
    if not np.can_cast(np.dtype(array.dtype), hint.dtype.numpy, "safe"):
        return array
    from .arrays.attributes import astype

    return astype(array, hint.dtype.numpy)


def fits(array: Any, hint: ReturnHint) -> bool:
    """Whether an array, traced or NumPy's, is what a hint says; lengths must be known to be."""
    if hint.dtype is not None and hint.dtype.numpy != np.dtype(array.dtype):
        return False
    if hint.shape is None:
        return True
    pairs = zip(array.shape, hint.shape, strict=False)
    known = all(n is None or (type(m) is int and m == n) for m, n in pairs)
    return known and len(array.shape) == len(hint.shape)


def debug_array(value: Any, hint: ReturnHint) -> Any:
    """The array that plain Python returned, converted to its hint; None where it does not fit."""
    if not isinstance(value, np.ndarray):
        return None
    dtype: DType | None = hint.dtype
    if dtype is not None and value.dtype != dtype.numpy:
        if not np.can_cast(value.dtype, dtype.numpy, "safe"):
            return None
        value = value.astype(dtype.numpy)
    return value if fits(value, hint) else None


class Origins:
    """Whose memory the arrays are in. `arrays`: those of the kernel's own that are returned."""

    def __init__(
        self, arguments: Sequence[object], captured: Sequence[tuple[np.ndarray[Any, Any], Any]]
    ) -> None:
        self.arrays: list[Any] = []
        self._whole: dict[int, tuple[Any, Template]] = {}  # by buffer: the array, how it is had
        for place, argument in enumerate(arguments):
            if type(argument) is _trace.Array:
                self._add(argument, ("arg", place))
        for value, traced in captured:
            self._add(traced, ("const", value))

    def _add(self, array: Any, template: Template) -> None:
        number, _ = _trace.buffer_of(array)
        self._whole[number] = array, template

    def template(self, array: Any) -> Template | None:
        """How a whole array is had; None where it is another view of all its memory."""
        number, _ = _trace.buffer_of(array)
        if number not in self._whole:
            self._whole[number] = array, ("array", len(self.arrays))
            self.arrays.append(array)
        whole, template = self._whole[number]
        return template if whole is array else None

    def base(self, array: Any) -> Template:
        """How the array is had that a view shows."""
        number, _ = _trace.buffer_of(array)
        self.template(array)
        return self._whole[number][1]


class ReturnJoin(Join):
    """The join of the `return` statements of a kernel: different objects are a `Choice`."""

    __slots__ = ()

    def value(self, name: str, values: Sequence[Any], before: Any = None) -> Any:
        first = values[0]
        if type(first) is _trace.Array and all(value is first for value in values):
            return first
        alike = all(type(v) is tuple and len(v) == len(first) for v in values)
        if not alike and any(map(_holds_array, values)):
            return self.unknown(name, values)
        return super().value(name, values, before)

    def array(self, name: str, values: Sequence[Any]) -> Any:
        first = values[0]
        return first if all(v is first for v in values) else self.unknown(name, values)

    def unknown(self, name: str, values: Sequence[Any], numbers: bool = False) -> Any:
        kept = [
            self._kept(f"{name}_{k}", edge, value)
            for k, (edge, value) in enumerate(zip(self.edges, values, strict=True))
        ]
        if len(kept) == 1:
            return kept[0]
        return Choice(self.stored(f"{name}_choice", ("i8", True), range(len(kept))), kept)

    def _kept(self, name: str, edge: Edge, value: Any) -> Any:
        """A value of one way, with its run-time numbers in variables that outlive the way."""
        kind = type(value)
        if kind is Poison:
            raise_poison(value)
        if kind is _trace.Scalar:
            dtype, weak = type_of(value)
            variable = self.variables.variable(name, (_SHORT[dtype.name], weak))
            self.session.trace.write_at_end(edge.region, variable, value)
            return read_again(self.session, variable)
        if kind is tuple or kind is list:
            return kind(self._kept(f"{name}_{k}", edge, item) for k, item in enumerate(value))
        if is_named_tuple(kind):
            return kind(*(self._kept(f"{name}_{k}", edge, v) for k, v in enumerate(value)))
        if kind is Choice:
            selector = self._kept(f"{name}_which", edge, value.selector)
            return Choice(selector, self._kept(name, edge, tuple(value.values)))
        if kind is not Placed:
            return value
        starts = self._kept(f"{name}_start", edge, tuple(value.starts))
        axes = self._kept(f"{name}_axis", edge, tuple(value.axes))
        return Placed(value.array, starts, axes)


def _holds_array(value: Any) -> bool:
    kind = type(value)
    if kind is tuple or kind is list or is_named_tuple(kind):
        return any(map(_holds_array, value))
    return kind in (Placed, Choice, _trace.Array)
