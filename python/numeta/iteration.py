"""What a compiled `for` statement goes over: ranges, arrays, and enumerate, zip, reversed of them.

One class per shape, with a `length` and the item at a run-time position. Their Python forms are
made where a call of `range`, `enumerate`, `zip` or `reversed` is given something that is known only
at run time; everything else stays with Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import _trace
from .arrays.nests import require
from .loops import CompiledRange, as_bound
from .session import current, refuse

Scalar, Array = _trace.Scalar, _trace.Array


class Iteration:
    """A sequence that is gone through at run time."""

    __slots__ = ("begun",)
    begun: bool
    once = False  # is it an iterator, which has nothing left after its first loop

    def length(self) -> Any:
        """How many items there are."""
        raise NotImplementedError

    def item(self, position: Any) -> Any:
        """The item at a position from 0 on."""
        raise NotImplementedError

    def bounds(self) -> tuple[Any, Any, Any]:
        """The range that the loop runs over."""
        return 0, self.length(), 1

    def value(self, index: Any) -> Any:
        """The item for an index of that range."""
        return self.item(index)

    def parallel(self) -> CompiledRange | None:
        """The range that says so, if iterations may run at the same time."""
        return None

    def is_empty(self) -> bool:
        """Whether it is known to have no items."""
        length = self.length()
        return type(length) is int and length == 0

    def is_certain(self) -> bool:
        """Whether it is known to have items."""
        length = self.length()
        return type(length) is int and length > 0

    def __iter__(self) -> Any:
        refuse(202)


class Range(Iteration):
    """`range(start, stop, step)`."""

    __slots__ = ("source", "start", "step", "stop")

    def __init__(
        self, start: Any, stop: Any, step: Any, source: CompiledRange | None = None
    ) -> None:
        self.start, self.stop, self.step = map(as_bound, (start, stop, step))
        self.source = source

    def parallel(self) -> CompiledRange | None:
        return self.source if self.source is not None and self.source.parallel else None

    def bounds(self) -> tuple[Any, Any, Any]:
        return self.start, self.stop, self.step

    def value(self, index: Any) -> Any:
        return index

    def length(self) -> Any:
        start, stop, step = self.bounds()
        if not any(map(_trace.is_traced, (start, stop, step))):
            return len(range(start, stop, step))
        sign = _chosen(step > 0, 1, -1)
        count = (stop - start + step - sign) // step
        return _chosen(count > 0, count, 0)

    def item(self, position: Any) -> Any:
        return self.start + position * self.step

    def is_empty(self) -> bool:
        bounds = self.bounds()
        return not any(map(_trace.is_traced, bounds)) and not range(*bounds)

    def is_certain(self) -> bool:
        bounds = self.bounds()
        return not any(map(_trace.is_traced, bounds)) and bool(range(*bounds))


class Items(Iteration):
    """The items of an array: elements, or rows of one that has more dimensions."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        if array.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        self.array = array

    def length(self) -> Any:
        return self.array.shape[0]

    def item(self, position: Any) -> Any:
        return self.array[position]


class Enumerated(Iteration):
    """`enumerate(inner, start)`."""

    __slots__ = ("inner", "start")
    once = True

    def __init__(self, inner: Iteration, start: Any) -> None:
        self.inner, self.start = inner, as_bound(start)

    def length(self) -> Any:
        return self.inner.length()

    def item(self, position: Any) -> Any:
        return position + self.start, self.inner.item(position)


class Zipped(Iteration):
    """`zip(*inner)`: as long as the shortest; with `strict` all have to be as long."""

    __slots__ = ("inner", "strict")
    once = True

    def __init__(self, inner: Sequence[Iteration], strict: bool) -> None:
        self.inner, self.strict = inner, strict

    def length(self) -> Any:
        lengths = [inner.length() for inner in self.inner]
        shortest = lengths[0]
        for number, length in enumerate(lengths[1:], 2):
            if self.strict:
                _check_equal(lengths[0], length, number)
            else:
                shortest = _chosen(length < shortest, length, shortest)
        return shortest

    def item(self, position: Any) -> Any:
        return tuple(inner.item(position) for inner in self.inner)


class Reversed(Iteration):
    """`reversed(inner)`."""

    __slots__ = ("inner",)
    once = True

    def __init__(self, inner: Iteration) -> None:
        self.inner = inner

    def length(self) -> Any:
        return self.inner.length()

    def bounds(self) -> tuple[Any, Any, Any]:
        return self.inner.length() - 1, -1, -1

    def value(self, index: Any) -> Any:
        return self.inner.item(index)

    def item(self, position: Any) -> Any:
        return self.inner.item(self.inner.length() - 1 - position)


def _chosen(condition: Any, yes: Any, no: Any) -> Any:
    if not isinstance(condition, Scalar):
        return yes if condition else no
    trace = _trace.current()
    assert trace is not None
    return trace.select(condition, yes, no)


def _check_equal(first: Any, other: Any, number: int) -> None:
    same = first == other
    what = "argument 1" if number == 2 else f"arguments 1-{number - 1}"
    message = f"zip() argument {number} is not as long as {what}"
    if isinstance(same, Scalar):
        trace = _trace.current()
        assert trace is not None
        trace.check(same, ValueError, message)
    elif not same:
        raise ValueError(message)


def run_time_iteration(value: Any) -> Iteration | None:
    """What stands for an iterable whose loop is compiled; None if Python iterates it."""
    kind = type(value)
    if kind is CompiledRange:
        return Range(value.start, value.stop, value.step, value)
    if kind is Array:
        return Items(value)
    if isinstance(value, np.ndarray):
        session = current()
        return None if session is None else Items(session.array(value, "captured"))
    if isinstance(value, Iteration):
        if value.once:
            session = current()
            assert session is not None
            session.mutating(value)
            if hasattr(value, "begun"):
                return Range(0, 0, 1)
            value.begun = True
        return value
    return None


# -- the calls that make them ---------------------------------------------------------------------


def _inner(value: Any) -> Iteration | None:
    """The part of a zip or enumerate that is gone through at run time."""
    return (
        Range(value.start, value.stop, value.step)
        if type(value) is range
        else run_time_iteration(value)
    )


def _holds(value: Any) -> None:
    """An iterator that is handed on may advance from now on."""
    session = current()
    if session is not None and hasattr(type(value), "__next__"):
        session.mutating(value)


def _is_run_time(value: Any) -> bool:
    return goes_at_run_time(value) or isinstance(value, np.ndarray)


def goes_at_run_time(value: Any) -> bool:
    """Is it an array of the trace, or what stands for a range, a zip and the like?"""
    return type(value) in (Array, CompiledRange) or isinstance(value, Iteration)


def _listed(value: Any, count: int) -> Iterable[Any]:
    """The items of a short sequence of known length, for Python to iterate."""
    inner = run_time_iteration(value)
    if inner is None:
        return value  # type: ignore[no-any-return]
    length = inner.length()
    if type(length) is not int or min(length, count) > 256:
        refuse(239)
    return map(inner.item, range(min(length, count)))  # each when it is asked for


def zip_(*parts: Any, strict: Any = False) -> Any:
    """`zip` in a kernel."""
    for part in parts:
        _holds(part)
    if not any(map(_is_run_time, parts)):
        return zip(*parts, strict=strict)
    if all(_is_run_time(part) or type(part) is range for part in parts):
        return Zipped(
            [inner for part in parts if (inner := _inner(part)) is not None], bool(strict)
        )
    lists = [part for part in parts if not _is_run_time(part)]
    if not all(hasattr(type(part), "__len__") for part in lists):
        refuse(239)
    count = max(map(len, lists)) if strict else min(map(len, lists))
    for part in parts:
        if not strict and _is_run_time(part) and not _is_long_enough(part, count):
            refuse(239)
    return zip(*(_listed(part, count + bool(strict)) for part in parts), strict=strict)


def _is_long_enough(part: Any, count: int) -> bool:
    inner = run_time_iteration(part)
    assert inner is not None
    return type(inner.length()) is int


def enumerate_(iterable: Any, start: Any = 0) -> Any:
    """`enumerate` in a kernel."""
    if _is_run_time(iterable) or (_trace.is_traced(start) and type(iterable) is range):
        inner = _inner(iterable)
        assert inner is not None
        return Enumerated(inner, start)
    _holds(iterable)
    if _trace.is_traced(start):
        return [(start + k, item) for k, item in enumerate(iterable)]
    return enumerate(iterable, start)


def reversed_(sequence: Any, /) -> Any:
    """`reversed` in a kernel."""
    if not _is_run_time(sequence):
        return reversed(sequence)
    if isinstance(sequence, Iteration):
        raise TypeError(f"{type(sequence).__name__.lower()!r} object is not reversible")
    inner = _inner(sequence)
    assert inner is not None
    return Reversed(inner)


def range_(*bounds: Any) -> Any:
    """`range` in a kernel."""
    if not any(map(_trace.is_traced, bounds)):
        return range(*bounds)
    if len(bounds) > 3:
        raise TypeError(f"range expected at most 3 arguments, got {len(bounds)}")
    return CompiledRange(*map(as_bound, bounds))


def length_of(value: CompiledRange) -> Any:
    """`len` of a range whose bounds are known at run time."""
    return Range(value.start, value.stop, value.step).length()


def part_of(value: CompiledRange | range, key: Any) -> Any:
    """`value[key]`: the number at a position, or a range of the numbers at those of a slice."""
    whole = Range(value.start, value.stop, value.step)
    length = whole.length()
    if isinstance(key, slice):
        first, last, step = _positions(key, length)
        return range_(whole.item(first), whole.item(last), whole.step * step)
    position = as_bound(key)
    position = _chosen(position < 0, position + length, position)
    is_inside = (position >= 0) & (position < length)
    require(is_inside, IndexError, "range object index out of range")
    return whole.item(position)


def _positions(key: slice, length: Any) -> tuple[Any, Any, Any]:
    """`key.indices(length)`."""
    step = 1 if key.step is None else as_bound(key.step)
    require(step != 0, ValueError, "slice step cannot be zero")
    goes_back = step < 0
    least, most = _chosen(goes_back, -1, 0), _chosen(goes_back, length - 1, length)

    def clipped(given: Any, missing: Any) -> Any:
        if given is None:
            return missing
        position = as_bound(given)
        position = _chosen(position < 0, position + length, position)
        position = _chosen(position < least, least, position)
        return _chosen(position > most, most, position)

    start = clipped(key.start, _chosen(goes_back, most, least))
    return start, clipped(key.stop, _chosen(goes_back, least, most)), step
