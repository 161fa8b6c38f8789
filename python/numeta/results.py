"""Results: from what a kernel returns to result words and the template that rebuilds the object.

A hinted result is converted where nothing can be lost, in compiled and debug mode alike, and is an
error otherwise. Without a hint a traced weak value comes back as a Python number and a strong one
as a NumPy scalar, as the undecorated function returns them; compile-time values that cannot
change come back as they are. What is returned of arrays is in returned_arrays.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _trace, errors
from .arguments import convert_scalar, describe
from .fingerprint import is_immutable
from .records import Record
from .returned_arrays import Choice, Origins, Placed, debug_array, fits, is_named_tuple
from .types import Hint, ReturnHint, dtype_of

Template = Any


class Results(Record):
    """`values` and `arrays` for `Trace.set_result`, the `template` for `_call.Specialisation`."""

    values: list[tuple[object, str | None, bool]]
    arrays: list[_trace.Array]
    template: Template


class _Reader:
    def __init__(self, kernel: str, place: tuple[str, int], origins: Origins) -> None:
        self.kernel = kernel
        self.place = place
        self.origins = origins
        self.values: list[tuple[object, str | None, bool]] = []

    def error(self, number: int, **values: Any) -> Exception:
        return errors.error(number, *self.place, kernel=self.kernel, **values)

    def template(self, value: Any, hint: ReturnHint) -> Template:
        if value is _NEVER:
            return None
        if type(value) is Choice:
            number = self.number(value.selector)
            return ("choice", number, *[self.template(one, hint) for one in value.values])
        if hint.kind == "none":
            if value is not None:
                raise self.error(302, got=self.what(value), hint=hint.text, short="None")
            return None
        if isinstance(value, tuple | list) and type(value) in (tuple, list):
            return self.sequence(value, hint)
        if isinstance(value, tuple) and hint.kind == "any" and is_named_tuple(type(value)):
            return ("named", type(value), *[self.template(item, hint) for item in value])
        if hint.kind == "tuple":
            raise self.error(303, got="one", hint=hint.text, expected=len(hint.parts))
        if isinstance(value, _trace.Scalar):
            return self.scalar(value, hint)
        if type(value) is _trace.Array or type(value) is Placed:
            return self.array(value, hint)
        if hint.kind == "scalar":
            return ("const", self.constant(value, hint))
        if hint.kind == "array":
            raise self.error(305, got=self.what(value), hint=hint.text, short="dtype")
        if value is None:
            return None
        if _trace.is_traced(value) or isinstance(value, np.ndarray) or not is_immutable(value):
            raise self.error(301, what=self.what(value))
        return ("const", value)

    def sequence(self, value: Sequence[Any], hint: ReturnHint) -> Template:
        if hint.kind == "scalar":
            raise self.error(303, got=len(value), hint=hint.text, expected=1)
        parts = hint.parts if hint.kind == "tuple" else (ReturnHint("any"),) * len(value)
        if len(parts) != len(value):
            raise self.error(303, got=len(value), hint=hint.text, expected=len(parts))
        pairs = zip(value, parts, strict=True)
        return (type(value).__name__, *[self.template(item, part) for item, part in pairs])

    def array(self, value: Any, hint: ReturnHint) -> Template:
        array = value.array if type(value) is Placed else value
        if _trace.is_stand_in(array):
            raise self.error(306)
        if hint.kind == "scalar" or (hint.kind == "array" and not fits(array, hint)):
            short = repr(hint.dtype) if hint.dtype is not None else "dtype"
            raise self.error(305, got=self.what(array), hint=hint.text, short=short)
        if array is value:
            template = self.origins.template(array)
            if template is not None:
                return template
            value = Placed(array, *_trace.placement(array))
        starts = tuple(map(self.number, value.starts))
        axes = tuple(
            (self.number(length), tuple((axis, self.number(step)) for axis, step in moves))
            for length, moves in value.axes
        )
        locked = _trace.is_read_only(array)
        return ("view", self.origins.base(array), starts, axes, *((True,) if locked else ()))

    def number(self, value: Any) -> Template:
        """A number inside of a template."""
        if type(value) is int:  # a traced value calls itself an int, too
            return ("const", value)
        self.values.append((value, "i8", True))
        return len(self.values) - 1

    def scalar(self, value: _trace.Scalar, hint: ReturnHint) -> int:
        if hint.kind == "array":
            raise self.error(305, got=self.what(value), hint=hint.text, short="dtype")
        if hint.dtype is None:
            self.values.append((value, None, value.weak))
        else:
            if not np.can_cast(value.dtype, hint.dtype.numpy, "safe"):
                raise self.error(302, got=self.what(value), hint=hint.text, short=repr(hint.dtype))
            self.values.append((value, hint.dtype.short, hint.weak))
        return len(self.values) - 1

    def constant(self, value: Any, hint: ReturnHint) -> Any:
        return _converted(self.kernel, value, hint, self.place)

    def what(self, value: object) -> str:
        if isinstance(value, _trace.Scalar):
            return f"a value of {value.dtype.name}"
        if isinstance(value, _trace.Array):
            return f"a {value.ndim}-d array of {np.dtype(value.dtype).name}"
        from .calls import is_traced_inside

        if is_traced_inside(value):
            return f"a {type(value).__name__} of run-time values"
        return describe(value)


def _converted(kernel: str, value: Any, hint: ReturnHint, place: tuple[str, int]) -> Any:
    as_hint = Hint("scalar", hint.text, hint.dtype, hint.weak)
    try:
        return convert_scalar(kernel, "return", as_hint, value)
    except (TypeError, OverflowError):
        raise errors.error(
            302, *place, kernel=kernel, got=describe(value), hint=hint.text, short=repr(hint.dtype)
        ) from None


def read_results(
    kernel: str,
    place: tuple[str, int],
    returned: object,
    hint: ReturnHint,
    arguments: Sequence[object],
    captured: Sequence[tuple[np.ndarray[Any, Any], Any]] = (),
) -> Results:
    """The results of a trace that returned `returned`, given its traced `arguments` in order.

    captured: the captured arrays and what stands for them.
    """
    reader = _Reader(kernel, place, Origins(arguments, captured))
    template = reader.template(returned, hint)
    return Results(reader.values, reader.origins.arrays, template)


_NEVER = object()  # stands for an array that is never returned


def never_returned(value: object, hint: ReturnHint) -> object:
    """Something of the type of a result that no call gives, since each raises before."""
    if hint.kind == "none":
        return None
    if hint.kind == "array":
        return _NEVER
    if hint.kind == "scalar":
        assert hint.dtype is not None
        return hint.dtype.numpy.type(0).item()
    if hint.kind == "tuple":
        return tuple(never_returned(0, part) for part in hint.parts)
    if isinstance(value, _trace.Scalar):
        return None
    return tuple(never_returned(v, hint) for v in value) if isinstance(value, tuple) else None


def debug_result(kernel: str, hint: ReturnHint, value: Any) -> Any:
    """`value`, as plain Python returned it, converted to the return hint."""
    if hint.kind == "any":
        return value
    if hint.kind == "none" and value is not None:
        raise errors.error(302, kernel=kernel, got=describe(value), hint=hint.text, short="None")
    if hint.kind == "tuple":
        if not isinstance(value, tuple | list) or len(value) != len(hint.parts):
            got = len(value) if isinstance(value, tuple | list) else "one"
            raise errors.error(
                303, kernel=kernel, got=got, hint=hint.text, expected=len(hint.parts)
            )
        pairs = zip(value, hint.parts, strict=True)
        return type(value)([debug_result(kernel, part, item) for item, part in pairs])
    if hint.kind == "scalar":
        return _debug_scalar(kernel, hint, value)
    if hint.kind == "array":
        converted = debug_array(value, hint)
        if converted is None:
            short = repr(hint.dtype) if hint.dtype is not None else "dtype"
            got = describe(value)
            raise errors.error(305, kernel=kernel, got=got, hint=hint.text, short=short)
        return converted
    return value


def _debug_scalar(kernel: str, hint: ReturnHint, value: Any) -> Any:
    assert hint.dtype is not None
    if isinstance(value, np.generic):
        source = dtype_of(value.dtype)
        if source is not None and np.can_cast(source.numpy, hint.dtype.numpy, "safe"):
            strong = hint.dtype.numpy.type(value)
            return strong.item() if hint.weak else strong
    return _converted(kernel, value, hint, ("", 0))
