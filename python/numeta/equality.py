"""Tuples and lists that are compared, and `in`: `a.shape == b.shape`, `k in (1, 2)`.

Python compares the items of a sequence itself and asks each time whether they are equal; where a
number is known only at run time the question is recorded instead. Items are equal if they are one
object or compare equal, as in Python; nothing that is asked here has a side effect.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from . import _trace
from .calls import is_traced_inside
from .control_choice import as_truth, not_
from .control_merge import is_number
from .session import refuse

Scalar, Array = _trace.Scalar, _trace.Array

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}
_SHOWN = {"Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}
_SEQUENCES = (tuple, list)
# What is never equal to a number.
_NO_NUMBERS = (str, bytes, tuple, list, dict, set, frozenset, type(None))
_COLLECTIONS = (tuple, list, set, frozenset, dict)
_MOST_ITEMS = 256


def compared(name: str, a: Any, b: Any) -> Any:
    """`a == b`, `a < b` ...; of sequences with run-time numbers in them a run-time truth."""
    if type(a) in _SEQUENCES and type(a) is type(b) and is_traced_inside((a, b)):
        answer = _lexicographic(name, a, b)
        if answer is NotImplemented:
            refuse(225, what=_SHOWN[name])
        return answer
    return _OPERATORS[name](a, b)


def found_in(item: Any, container: Any) -> Any:
    """`item in container` where one of them holds run-time numbers; or NotImplemented."""
    if type(container) is range and type(item) is Scalar:
        return _found_in_range(item, container)
    if type(container) not in _COLLECTIONS or len(container) > _MOST_ITEMS:
        return NotImplemented
    found: Any = False
    for other in container:
        equal = _equal(other, item)
        if equal is NotImplemented or equal is True:
            return equal
        found = _any(found, equal)
    return found


def _found_in_range(item: Any, container: range) -> Any:
    kind = _kind(item)
    if not container:
        return False
    low, high = min(container[0], container[-1]), max(container[0], container[-1])
    exact = 1 << (53 if kind == "f" else 63)
    if kind == "c" or high - low >= exact or low < -exact or high >= exact:
        return NotImplemented
    inside = _all(as_truth(item >= low), as_truth(item <= high))
    if inside is False or (abs(container.step) == 1 and kind != "f"):
        return inside
    # What is not inside could leave its type as it is counted from `low`.
    code = "f8" if kind == "f" else "i8"
    chosen = (inside, _trace.cast(item, code, True), _trace.cast(low, code, True))
    place = _trace.cast(_trace.apply("select", chosen, python=False), code, True)
    return _all(inside, as_truth((place - low) % abs(container.step) == 0))


def _all(a: Any, b: Any) -> Any:
    if a is False or b is False:
        return False
    if a is True:
        return b
    return a if b is True else as_truth(a & b)


def _any(a: Any, b: Any) -> Any:
    if a is True or b is True:
        return True
    if a is False:
        return b
    return a if b is False else as_truth(a | b)


def _equal(a: Any, b: Any) -> Any:
    """Whether two items are equal; NotImplemented where that is not known here."""
    if a is b:
        return True
    if is_number(a) and is_number(b):
        if _is_known_nan(a) or _is_known_nan(b):  # equal to itself, which may be the other one
            return NotImplemented
        return as_truth(a == b)
    if type(a) in _SEQUENCES and type(b) in _SEQUENCES:
        return _lexicographic("Eq", a, b) if type(a) is type(b) else False
    for one, other in ((a, b), (b, a)):
        if is_number(one) and type(other) in _NO_NUMBERS:
            return False
    if is_traced_inside((a, b)) or Array in (type(a), type(b)):
        return NotImplemented
    return bool(a == b)


def _lexicographic(name: str, a: Sequence[Any], b: Sequence[Any]) -> Any:
    equalities = [_equal(x, y) for x, y in zip(a, b, strict=False)]
    if any(equal is NotImplemented for equal in equalities):
        return NotImplemented
    if name in ("Eq", "NotEq"):
        same: Any = len(a) == len(b)
        for equal in equalities:
            same = _all(same, equal)
        return same if name == "Eq" else not_(same)
    answer: Any = _OPERATORS[name](len(a), len(b))
    for equal, x, y in reversed(list(zip(equalities, a, b, strict=False))):
        if equal is True:
            continue
        if not (_is_ordered(x) and _is_ordered(y)):
            return NotImplemented
        decided = as_truth(_OPERATORS[name](x, y))
        answer = _any(_all(equal, answer), _all(not_(equal), decided))
    return answer


def _is_known_nan(value: Any) -> bool:
    return type(value) is not Scalar and value != value


def _is_ordered(value: Any) -> bool:
    return is_number(value) and not isinstance(value, complex) and _kind(value) != "c"


def _kind(value: Any) -> str:
    return str(value.dtype.kind) if hasattr(value, "dtype") else ""
