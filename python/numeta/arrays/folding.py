"""Loops of reductions: which axes are folded, in which order, and where the results go.

As in NumPy, an array is gone through in the order of its memory. The reduced axes at its end are
folded at once, into a number; those before them are accumulated, element by element of the
result. So what is summed along the first axis of a C array is summed row by row. Operands are views
of one shape; what is folded is a function (`element`) of one element of each.

The rows of many points in the plane or in space are so short that loops over them cost more than
what they do: a kernel is compiled anew for such an argument, with the length of its rows known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace, loops
from ..control_state import Restart
from ..functions_numpy import short
from ..records import Record
from ..session import current, refuse
from .conversion import as_array, filled
from .nests import require
from .staged import staged


class Fold(Record):
    """`onto(total, term, shape, dtype)`: the total with all `term(*index)` folded into it."""

    onto: Callable[[Any, Callable[..., Any], tuple[Any, ...], Any], Any]
    start: Any  # the total before the first term


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that `axis=` names, from 0 on."""
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    if any(map(_trace.is_traced, given)):
        refuse(230, name="axis", what="an axis known at run time only", instead="a number")
    if ndim == 0 and not isinstance(axis, tuple) and axis in (0, -1):
        return ()
    found = tuple(np.lib.array_utils.normalize_axis_index(int(k), ndim) for k in given)
    if len(set(found)) != len(found):
        raise ValueError("duplicate value in 'axis'")
    return found


def strict_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The same, where an array of no axes has none."""
    if ndim == 0 and axis is not None and axis != ():
        raise np.exceptions.AxisError(axis if isinstance(axis, int) else axis[0], 0)
    return axes_of(axis, ndim)


_SHORT = (2, 3, 4)  # rows whose length is known at compile time, if there are many
_MANY = 4096


def know_short_rows(outer: tuple[Any, ...], length: Any) -> None:
    """Begins the trace again with the length known where many rows of a parameter are short."""
    found = _trace.axis_of(length) if isinstance(length, _trace.Scalar) else None
    if found is None or found[2][found[1]] not in _SHORT:
        return
    many = 1
    for one in outer:
        axis = _trace.axis_of(one) if isinstance(one, _trace.Scalar) else None
        many *= one if type(one) is int else axis[2][axis[1]] if axis is not None else 1
    if many >= _MANY:
        raise Restart(found[:2], str(found[2][found[1]]))


def product(lengths: Any) -> Any:
    """How many elements a shape has."""
    total: Any = 1
    for length in lengths:
        total = total * length
    return total


def is_fortran(array: Any) -> bool:
    """Is it a whole array in Fortran's order?"""
    trace = _trace.current()
    assert trace is not None
    if array.ndim < 2 or not _trace.buffer_of(array)[1]:
        return False
    found = trace.layout(array)
    return found is not None and found[0] == "F"


@staged
def over(shape: Any, body: Any, index: Any = ()) -> None:
    """Loops over a shape; `body` is given the index."""
    if len(index) == len(shape):
        body(index)
    else:
        for i in loops.range(shape[len(index)]):
            over(shape, body, (*index, i))


def fold(
    how: Fold, operands: Any, element: Callable[..., Any], axes: tuple[int, ...], dtype: Any
) -> Any:
    """The elements of the operands folded along axes: an array, or a number of all of them."""
    first = operands[0]
    ndim = first.ndim
    if all(is_fortran(one) or not _trace.buffer_of(one)[1] for one in operands) and is_fortran(
        first
    ):
        turned: tuple[Any, ...] = tuple(one.T for one in operands)
        result = fold(how, turned, element, tuple(ndim - 1 - axis for axis in axes), dtype)
        if type(result) is not _trace.Array:
            return result
        return _trace.permuted(result, [*range(result.ndim)][::-1])
    tail = 0
    while tail < ndim and ndim - 1 - tail in axes:
        tail += 1
    outer = ndim - tail
    if tail == 1:
        know_short_rows(first.shape[:outer], first.shape[outer])
    kept = [axis for axis in range(outer) if axis not in axes]

    def folded(total: Any, index: tuple[Any, ...]) -> Any:
        def term(*rest: Any) -> Any:
            return element(*(one[(*index, *rest)] for one in operands))

        return how.onto(total, term, first.shape[outer:], dtype)

    if outer == 0:
        return folded(how.start, ())
    out = _trace.empty([first.shape[axis] for axis in kept], short(dtype))
    if len(kept) == outer:

        def body(index: tuple[Any, ...]) -> None:
            out[index] = folded(how.start, index)

    else:
        filled(out, how.start)

        def body(index: tuple[Any, ...]) -> None:
            place = tuple(index[axis] for axis in kept)
            out[place] = folded(out[place], index)

    over(first.shape[:outer], body)
    return out if kept else out[()]


def kept_dimensions(result: Any, axes: tuple[int, ...], ndim: int, dtype: Any) -> Any:
    """A result with axes of length 1 where axes were reduced."""
    if ndim == 0:
        return result
    if type(result) is not _trace.Array:
        return filled(_trace.empty([1] * ndim, short(dtype)), result)
    return result[tuple(None if axis in axes else slice(None) for axis in range(ndim))]


def required_out(out: Any, ndim: int, name: str) -> Any:
    """The array that `out=` names, or None: it has as many dimensions as the result."""
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out is None:
        return None
    target = as_array(out)
    if target.ndim != ndim:
        raise ValueError(
            f"output parameter for reduction operation {name} has wrong number of dimensions: "
            f"Found {target.ndim} but expected {ndim}"
        )
    return target


def require_same_type(out: Any, dtype: Any, name: str) -> None:
    """Refuses to divide in the type of `out`, as NumPy does where it is another one."""
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out is not None and as_array(out).dtype != dtype:
        what, instead = f"out= of {as_array(out).dtype}", f"an array of {np.dtype(dtype)}"
        refuse(230, name=f"np.{name}", what=what, instead=instead)


def delivered(result: Any, out: Any, name: str) -> Any:
    """The result, or `out` with it, converted without a check; its shape has to be the result's."""
    ndim = result.ndim if type(result) is _trace.Array else 0
    target = required_out(out, ndim, name)
    if target is None:
        return result
    if ndim == 0:
        target[()] = result
        return target
    for length, wanted in zip(target.shape, result.shape, strict=True):
        require(length == wanted, ValueError, "output array does not match result of the reduction")
    return _trace.map(lambda x: x, (result,), out=target, unsafe=True)


def is_exact() -> bool:
    """Is the kernel one of exact mode?"""
    session = current()
    return session is not None and session.exact
