"""Methods and attributes of run-time numbers that are not the tracer's own: `x.item()`, `n.shape`.

A number of NumPy has the methods of an array without axes; what they give without axes is a number
again. Numbers of Python have a few of their own. What is not here the tracer answers or refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace
from .attributes import METHODS
from .conversion import Scalar, as_array, is_array

_OF_ARRAYS = frozenset(
    "all any argmax argmin astype clip copy cumprod cumsum flatten item max mean min prod ravel"
    " repeat reshape round squeeze std sum swapaxes tolist transpose var".split()
)
_FACTS: dict[str, Callable[[Any], Any]] = {
    "T": lambda x: x,
    "itemsize": lambda x: x.dtype.itemsize,
    "nbytes": lambda x: x.dtype.itemsize,
    "ndim": lambda x: 0,
    "shape": lambda x: (),
    "size": lambda x: 1,
}


def _of_array(number: Any, name: str) -> Callable[..., Any]:
    def method(*args: Any, **kwargs: Any) -> Any:
        made = METHODS[name](as_array(number), *args, **kwargs)
        return made[()] if is_array(made) and made.ndim == 0 else made

    return method


def _is_integer(number: Any) -> Any:
    if np.dtype(number.dtype).kind in "biu":
        return True
    whole = _trace.apply("trunc", (number,), python=False)
    found = (whole == number) & _trace.apply("isfinite", (number,), python=False)
    return _trace.cast(found, "b1", True)


def _magnitude(number: Any) -> Any:
    """`abs(n)` in 64 bits without a sign, which hold that of the least integer too."""
    bits = _trace.cast(_trace.cast(number, number.dtype.str[1:], False), "u8", False)
    if np.dtype(number.dtype).kind != "i":
        return bits
    return _trace.apply("select", (number < 0, -bits, bits), python=False)


def _bit_length(number: Any) -> Any:
    """Half of the bits that are left are looked at in each step."""
    found: Any = 0
    rest = _magnitude(number)
    for bits in (32, 16, 8, 4, 2, 1):
        skipped = _trace.cast((rest >> bits) != 0, "u8", False) * bits
        found = found + _trace.cast(skipped, "i8", True)
        rest = rest >> skipped
    return found + _trace.cast(rest, "i8", True)


_FIELDS = (
    (1, 0x5555555555555555),
    (2, 0x3333333333333333),
    (4, 0x0F0F0F0F0F0F0F0F),
    (8, 0x00FF00FF00FF00FF),
    (16, 0x0000FFFF0000FFFF),
    (32, 0x00000000FFFFFFFF),
)


def _bit_count(number: Any) -> Any:
    """Neighbouring fields are added, of 1 bit, then of 2, 4, 8, 16 and 32."""
    rest = _magnitude(number)
    for bits, mask in _FIELDS:
        rest = (rest & mask) + ((rest >> bits) & mask)
    return _trace.cast(rest, "i8", True)


# name -> (the kinds that have it, what it does)
_OWN: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "bit_count": ("biu", _bit_count),
    "bit_length": ("bi", _bit_length),
    "is_integer": ("biuf", _is_integer),
}
_PARTS: dict[str, Callable[[Any], Any]] = {
    "numerator": lambda n: n.real,
    "denominator": lambda n: 1,
}


def attribute_of_number(number: Any, name: str) -> Any:
    """`number.name`; NotImplemented where it is not known here. Python's number has the name."""
    assert type(number) is Scalar
    if not number.weak:
        if name in _FACTS:
            return _FACTS[name](number)
        if name in _OF_ARRAYS:
            return _of_array(number, name)
    kind = np.dtype(number.dtype).kind
    if name in _OWN and kind in _OWN[name][0]:
        return lambda: _OWN[name][1](number)
    if name in _PARTS and kind in "biu":
        return _PARTS[name](number)
    return NotImplemented
