"""Arrays where control flow meets: names that hold different arrays on different ways.

Such a name gets an array of its own, an array variable, and every way copies its elements into it
when it comes to the join. NumPy would only bind the name there: that nobody can tell the copy from
the array itself is found out when the kernel has been traced (NM116, NM117). Lengths that differ
are run-time variables; those that every way agrees on stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _trace
from .session import current

if TYPE_CHECKING:
    from .control_loops import Compiled
    from .control_merge import Edge

Array = _trace.Array
LENGTH = ("i8", True)
_SHORT = {str(row["name"]): str(row["short"]) for row in _trace.dtypes()}


class Length:
    """The length of an axis that every way agrees on."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return type(other) is Length and same_length(self.value, other.value)

    __hash__ = None  # type: ignore[assignment]


def same_length(a: Any, b: Any) -> bool:
    """The same int, or the same run-time value."""
    if type(a) is int or type(b) is int:
        return type(a) is type(b) and bool(a == b)
    return _trace.same(a, b)


def traced_array(value: Any) -> Any:
    """The traced array that a value is, or that stands for a captured one; else None."""
    if type(value) is Array:
        return value
    if type(value) is np.ndarray:
        session = current()
        assert session is not None
        return session.array(value, "captured") if session.knows(value) else None
    return None


def is_array(value: Any) -> bool:
    """Whether a value is an array, of the trace or of NumPy."""
    return type(value) is Array or type(value) is np.ndarray


def holds_array(value: Any) -> bool:
    """Whether a value is an array or a tuple of values one of which is."""
    return is_array(value) or (type(value) is tuple and any(map(holds_array, value)))


def type_of_array(array: Any) -> tuple[str, int]:
    """(the code of its dtype, its number of axes)."""
    return _SHORT[np.dtype(array.dtype).name], array.ndim


def common_type(values: Sequence[Any]) -> tuple[str, int] | None:
    """The type that all arrays have; None if they differ, or one value is no array."""
    arrays = [traced_array(value) for value in values]
    if any(array is None for array in arrays):
        return None
    kinds = {type_of_array(array) for array in arrays}
    return kinds.pop() if len(kinds) == 1 else None


def same_array(a: Any, b: Any) -> bool:
    """The same elements of the same memory."""
    return type(a) is Array and type(b) is Array and (a is b or _trace.same_view(a, b))


def common_lengths(arrays: Sequence[Any], outside: int = 0) -> tuple[Length | None, ...]:
    """By axis the length that all have, where it is known here, and outside of a region; else
    None."""

    def common(lengths: Sequence[Any]) -> Length | None:
        first = lengths[0]
        agreed = all(same_length(first, length) for length in lengths)
        return Length(first) if agreed and _trace.lasts(first, outside) else None

    return tuple(map(common, zip(*(array.shape for array in arrays), strict=True)))


def length_name(name: str, axis: int) -> str:
    """The name of the variable that holds a length."""
    return f"{name}_length_{axis}"


def copy_all(edge: Edge) -> None:
    """Makes the copies of a way, all at once, at its end."""
    if edge.copies:
        copies, edge.copies = edge.copies, []
        _trace.copy_at_end(edge.region, copies)


# -- of loops -------------------------------------------------------------------------------------
# A spec: ("array", code of the dtype, number of axes, lengths by axis as in `common_lengths`).


def array_spec(values: Sequence[Any], outside: int = 0) -> Any:
    """The spec that holds all these arrays, also outside of a region; None where none does."""
    kind = common_type(values)
    if kind is None:
        return None
    return ("array", *kind, common_lengths([traced_array(value) for value in values], outside))


def fits_array(spec: Any, value: Any) -> bool:
    """Whether a value can be copied to the array variable of a spec."""
    array = traced_array(value)
    if array is None or type_of_array(array) != spec[1:3]:
        return False
    pairs = zip(spec[3], array.shape, strict=True)
    return all(kept is None or same_length(kept.value, length) for kept, length in pairs)


def variable_of(loop: Compiled, name: str, spec: Any) -> int:
    """The array variable of a name in a loop, the same one in all its passes."""
    key = (name, *spec[1:3])
    if key not in loop.arrays:
        loop.arrays[key] = _trace.array_variable(name.replace(" ", "_"), spec[1], spec[2])
    return loop.arrays[key]


def standing(loop: Compiled, name: str, spec: Any, lengths: Sequence[Any]) -> Any:
    """The array of a name, given the lengths that are variables."""
    rest = iter(lengths)
    shape = [kept.value if kept is not None else next(rest) for kept in spec[3]]
    return _trace.stand_for(variable_of(loop, name, spec), shape)


def varying(spec: Any) -> list[int]:
    """The axes whose length is a variable."""
    return [axis for axis, kept in enumerate(spec[3]) if kept is None]


def to_copy(
    loop: Compiled, name: str, spec: Any, value: Any, first: bool, flag: Any = None
) -> tuple[int, Any, bool, Any]:
    """A copy for `copy_at_end`; the memory is made before the loop if no length varies."""
    allocates = first or not loop.allocated_first(name, spec) or bool(varying(spec))
    return variable_of(loop, name, spec), traced_array(value), allocates, flag
