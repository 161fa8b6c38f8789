"""Operands of the property test: what is drawn once for a kernel, and what for each call of it.

An element type, a number of dimensions and a layout make another specialisation of a kernel, so
they are drawn once (`Kind`); shapes and values are run-time and are drawn for every call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

CODES = "f8 i8 f4 u1 c16 b1 i4 u8 c8 i1 u4 i2 u2".split()
LAYOUTS = "C strided F reversed broadcast transposed".split()
LENGTHS = (2, 3, 1, 0, 5)
_REGULAR = (3, 4, 2)


@dataclass(frozen=True)
class Operand:
    """One parameter: `codes` are element types or letters of kinds, `shape` says what it follows.

    `shape`: "free"; "like a" broadcasts with `a`, mostly; "same a"; "square" in its last two axes;
    "line a" has the length of `a`'s last axis; "product a" can be multiplied by `a`.
    `values`: "any", with NaNs and the largest integers; "plain", sums of which are exact; "unit";
    "positive"; "nonzero", with NaNs; "few", for repetitions; "count", 0 to 3; "index" and "beyond", into `a`'s first
    axis; "sorted".
    """

    codes: str = "fiubc"
    ndims: Shape = (2, 1, 3, 0)
    shape: str = "free"
    values: str = "any"
    hint: str = ""  # of a scalar parameter
    layouts: tuple[str, ...] = tuple(LAYOUTS)


@dataclass(frozen=True)
class Kind:
    """What of an operand is drawn once."""

    code: str
    ndim: int
    layout: str


def codes_of(operand: Operand) -> list[str]:
    """The element types that an operand may have."""
    given = operand.codes.split()
    if len(given) == 1 and given[0] not in CODES:
        return [code for code in CODES if code[0] in given[0]]
    return given


def kinds(operand: Operand) -> st.SearchStrategy[Kind]:
    """Draws of an operand's kind."""
    return st.builds(
        Kind,
        st.sampled_from(codes_of(operand)),
        st.sampled_from(operand.ndims),
        st.sampled_from(operand.layouts),
    )


# -- values ---------------------------------------------------------------------------------------

_PLAIN = (1.0, -0.5, 2.0, 3.25, -2.0, 0.0, 0.75, -4.0)
_ODD = (float("nan"), float("inf"), -0.0, float("-inf"), 1e300, -1e-300)
_UNIT = (0.5, -0.25, 1.0, -1.0, 0.0, 0.75)


def pool(code: str, values: str) -> list[Any]:
    """The elements that an array of a type is made of."""
    dtype = np.dtype(code)
    if dtype.kind == "b":
        return [True, False]
    if dtype.kind in "iu":
        return _integers(dtype, values)
    if values == "few":
        found: tuple[float, ...] = (1.0, 2.0, -1.0)
    elif values == "unit":
        found = _UNIT
    elif values == "nonzero":
        found = tuple(x for x in _PLAIN + _ODD if x)
    elif values == "positive":
        found = tuple(abs(x) for x in _PLAIN if x)
    elif values in ("count", "index", "beyond"):
        found = (0.0, 1.0, 2.0, 3.0)
    else:
        found = _PLAIN + (_ODD if values == "any" and dtype.kind == "f" else ())
    if dtype.kind == "c":
        return [dtype.type(complex(x, y)) for x in found[:5] for y in found[:4]]
    with np.errstate(all="ignore"):
        return [dtype.type(x) for x in found]


def _integers(dtype: np.dtype[Any], values: str) -> list[Any]:
    limits = np.iinfo(dtype)
    small = {
        "few": (1, 2, 3),
        "unit": (1, 0),
        "positive": (1, 2, 3, 5, 7),
        "count": (1, 0, 2, 3),
        "index": (0, 1, 2, -1),
        "beyond": (0, 1, 2, -1, -3, 4, -6),
    }.get(values, (1, 2, -3, 0, 4, -1, 7))
    wide = (limits.max, limits.min, limits.max - 1) if values == "any" else ()
    return [dtype.type(x) for x in (*small, *wide) if limits.min <= x <= limits.max]


# -- shapes ---------------------------------------------------------------------------------------


def _free(draw: Callable[[Any], Any], ndim: int, regular: bool) -> Shape:
    if regular:
        return _REGULAR[:ndim]
    return tuple(draw(st.sampled_from(LENGTHS)) for _ in range(ndim))


def _like(draw: Callable[[Any], Any], base: Shape, ndim: int, regular: bool) -> Shape:
    """A shape that broadcasts with `base`, but one time in eight."""
    full = (2, *_REGULAR)[: max(ndim - len(base), 0)] + base
    shape = full[len(full) - ndim :]
    if regular:
        return shape
    ways = [draw(st.integers(0, 7)) for _ in shape]
    return tuple(
        n if way < 4 else 1 if way < 7 else n + 1 for n, way in zip(shape, ways, strict=True)
    )


def shape_of(
    draw: Callable[[Any], Any],
    operand: Operand,
    ndim: int,
    known: Mapping[str, Array],
    regular: bool,
) -> Shape:
    """The shape of an operand in one call."""
    way, _, name = operand.shape.partition(" ")
    base = known[name].shape if name else ()
    if way == "free":
        return _free(draw, ndim, regular)
    if way == "like":
        return _like(draw, base, ndim, regular)
    if way == "three":  # vectors of three elements along all axes
        return (3,) * ndim
    if way == "same":
        return base
    if way == "square":
        shape = _free(draw, ndim, regular)
        return (*shape[:-1], shape[-2]) if ndim >= 2 else shape
    if way == "line":
        return (base[-1] if base else 1,)
    if way == "product":
        own = _free(draw, ndim, regular)
        if not (base and own):
            return own
        own = (*own[:-2], base[-1], own[-1]) if ndim > 1 else (base[-1],)
        stack = min(len(own), len(base)) - 2
        return (
            (*own[: len(own) - 2 - stack], *base[len(base) - 2 - stack : -2], *own[-2:])
            if (stack > 0)
            else own
        )
    assert way == "columns", operand.shape  # as many rows as the matrix has
    own = _free(draw, ndim, regular)
    return (*base[: ndim - 1], own[-1]) if ndim > 1 else (base[-1],)


# -- layouts --------------------------------------------------------------------------------------


def laid_out(array: Array, layout: str) -> Array:
    """The same elements (broadcast: some of them) in memory of another layout."""
    if layout == "F":
        return np.asfortranarray(array) if array.ndim else array
    if layout == "strided" and array.ndim:
        wide = np.zeros([2 * n + 1 for n in array.shape], array.dtype)
        view = wide[tuple(slice(0, 2 * n, 2) for n in array.shape)]
        view[...] = array
        return view
    if layout == "reversed":
        key = (slice(None, None, -1),) * array.ndim
        return np.ascontiguousarray(array[key])[key] if array.ndim else array
    if layout == "transposed" and array.ndim > 1:
        return np.ascontiguousarray(array.swapaxes(0, -1)).swapaxes(0, -1)
    if layout == "broadcast" and array.ndim and array.shape[0] > 1:
        return np.broadcast_to(array[:1], array.shape)
    return np.ascontiguousarray(array) if array.ndim else array


def value_of(
    draw: Callable[[Any], Any],
    operand: Operand,
    kind: Kind,
    known: Mapping[str, Array],
    regular: bool,
) -> Any:
    """The operand of one call."""
    elements = st.sampled_from(pool(kind.code, operand.values))
    if operand.hint:
        return draw(elements)
    shape = shape_of(draw, operand, kind.ndim, known, regular)
    array = draw(hnp.arrays(kind.code, shape, elements=elements, fill=st.nothing()))
    if operand.values == "sorted":
        array = np.sort(array, axis=-1) if array.ndim else array
    if operand.values == "index" and known:
        length = next(iter(known.values())).shape[:1] or (1,)
        array = np.clip(array, -length[0] if kind.code[0] == "i" else 0, length[0] - 1)
        array = array.astype(kind.code) if length[0] else array[..., :0]
    return laid_out(array, kind.layout)
