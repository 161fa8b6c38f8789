"""Arrays of what a mask has chosen: of which elements they are, and how they are computed.

`z[m] = z[m] ** 2 + c[m]` is traced as NumPy runs it: arrays of the chosen elements are made and
computed with. Beside each of them stands here what its elements are in terms of the mask's own
indices, so that the assignment needs none of them: it is one loop over the mask with a branch. What
nobody reads then is not emitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import _trace, loops
from ..records import Record
from .conversion import filled, is_array
from .nests import Count, chosen, is_same, over, when
from .shapes import short
from .staged import staged
from .summation import natural

Item = Callable[[Sequence[Any]], Any]
_COUNT, _ORIGIN = True, False
_MANY = 256  # of how many one is chosen where a processor still foresees them


class Origin(Record):
    """What an array is of: `item` gives the value for an index of the mask where that is true, and
    an index of the axes of `rest`, which the mask does not choose from.

    `reads` are the arrays that it reads, the mask among them, each with its last change so far;
    `whole`: the array of which the mask chooses, if nothing was computed yet.
    """

    mask: Any
    rest: tuple[Any, ...]
    item: Item
    reads: tuple[tuple[Any, int], ...]
    whole: Any = None


def counted(mask: Any) -> Any:
    """How many elements of a mask are true: found once, as long as the mask stays as it is."""
    known = _trace.noted(mask, _COUNT)
    if known is not None:
        return known
    count = Count()
    with over(mask.shape) as index:
        count.add(chosen(mask[index], 1, 0))
    found = count.value
    _trace.note(mask, _COUNT, found)
    return found


@staged
def copy_chosen(vector: Any, mask: Any, out: Any) -> None:
    """What a mask chooses of a vector, into `out`, which has room for no more.

    A branch that goes now this way and now that costs more than the copy. So what is not chosen is
    copied, too, where the next element will stand; unless few are, whose branch is foreseen.
    """
    count, length = out.shape[0], mask.shape[0]
    place = 0
    if _MANY * count < length:
        for k in loops.range(length):
            if mask[k]:
                out[natural(place)] = vector[k]
                place += 1
    else:
        for k in loops.range(length):
            if place == count:
                break
            out[natural(place)] = vector[k]
            place += chosen(mask[k], 1, 0)


def note_chosen(chosen: Any, array: Any, mask: Any) -> None:
    """`chosen` has been made of `array[mask]`, a mask of the first axes."""

    def item(index: Sequence[Any]) -> Any:
        return _trace.load(array, index)

    reads = tuple((one, _trace.changed(one)) for one in (array, mask))
    rest = array.shape[mask.ndim :]
    _trace.note(chosen, _ORIGIN, Origin(mask, rest, item, reads, array))


def origin_of(array: Any) -> Origin | None:
    """What an array is of, if it is known and can be computed again."""
    found: Origin | None = _trace.noted(array, _ORIGIN)
    if found is None or any(_trace.changed(one) != last for one, last in found.reads):
        return None
    dtype, made = short(array), found.item

    def item(index: Sequence[Any]) -> Any:
        return _trace.cast(made(index), dtype, False)

    return found.replaced(item=item)


def derived(function: Callable[..., Any], operands: Sequence[Any]) -> Origin | None:
    """What the values of a function of elements are of: where all arrays are of one mask."""
    parts: list[tuple[Item | None, Any]] = []
    origins: list[Origin] = []
    for operand in operands:
        if not is_array(operand):
            parts.append((None, operand))
        elif operand.ndim == 0:
            parts.append((None, operand[()]))
        else:
            origin = origin_of(operand)
            if origin is None or not all(_are_alike(origin, other) for other in origins[:1]):
                return None
            origins.append(origin)
            parts.append((origin.item, None))
    reads = tuple(read for origin in origins for read in origin.reads)
    if any(one is operand for one, _ in reads for operand in operands):
        return None  # an array would hold itself

    def item(index: Sequence[Any]) -> Any:
        return function(*[value if make is None else make(index) for make, value in parts])

    return Origin(origins[0].mask, origins[0].rest, item, reads)


def _are_alike(a: Origin, b: Origin) -> bool:
    return _trace.is_same_view(a.mask, b.mask) and _is_same_shape(a.rest, b.rest)


def _is_same_shape(a: Sequence[Any], b: Sequence[Any]) -> bool:
    return len(a) == len(b) and all(map(is_same, a, b))


def set_at_once(array: Any, mask: Any, value: Any) -> bool:
    """`array[mask] = value` in one loop, where the value's elements are of that mask.

    Each is computed where it is written. So all that is read must be other memory, or the very
    elements of `array`, each of which is read before it is written.
    """
    origin = origin_of(value)
    if origin is None or not _trace.is_same_view(origin.mask, mask):
        return False
    rest = array.shape[mask.ndim :]
    if _trace.may_share(mask, array) or not _is_same_shape(origin.rest, rest):
        return False
    for one, _ in origin.reads:
        if _trace.may_share(one, array) and not _trace.is_same_view(one, array):
            return False
    with over(mask.shape) as index, when(mask[index]), over(rest) as inner:
        _trace.store(array, (*index, *inner), origin.item((*index, *inner)))
    return True


def chosen_of(array: Any) -> tuple[Any, Any] | None:
    """(whole, mask): `array` is what the mask chooses of the elements of `whole`, which has as many
    axes."""
    origin = origin_of(array) if array.ndim == 1 else None
    return None if origin is None or origin.whole is None else (origin.whole, origin.mask)


def sum_of_rows(array: Any, code: str) -> Any:
    """The sum of what a mask chooses of a matrix's rows, one row after the other, or None."""
    origin = origin_of(array)
    if origin is None or origin.whole is None or array.ndim != 2:
        return None
    out = filled(_trace.empty(origin.rest, code), 0)
    item_of = origin.item

    def add(row: Sequence[Any]) -> None:
        with over(origin.rest) as column:
            item = _trace.cast(item_of((*row, *column)), code, False)
            _trace.store(out, column, _trace.load(out, column) + item)

    mask = origin.mask
    if mask.ndim > 1:
        with over(mask.shape) as row, when(mask[row]):
            add(row)
        return out
    rows, count = _places(mask)
    with over((count,)) as which:
        add((natural(_trace.load(rows, which)),))
    return out


def _places(mask: Any) -> tuple[Any, Any]:
    """Where a vector is true, in the first elements of an array, and how many those are.

    Without a branch: whether an element is true is nothing that a processor could guess.
    """
    places = _trace.empty(mask.shape, "i8")
    count = Count()
    with over(mask.shape) as (place,):
        _trace.store(places, (count.value,), place)
        count.add(chosen(mask[place], 1, 0))
    return places, count.value
