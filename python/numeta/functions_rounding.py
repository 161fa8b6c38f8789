"""Rounding to decimal digits: `round`, `np.round`, `np.around`.

Python rounds the exact value and gives the float nearest to the decimal result; NumPy multiplies
by the power of ten, rounds to an integer and divides. Both are followed to the bit, the first for
powers of ten that are floats themselves. The number of digits is a compile-time value.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from . import _trace
from .functions_numpy import constant_result, operand
from .rows import Row, as_weak, need_real, to_int
from .session import refuse
from .traced_values import is_run_time

_traced = _trace.is_traced
_EXACT = 22  # 10.0**22 is the last power of ten that is a float


def _digits(value: Any, name: str) -> int:
    if _traced(value):
        what, instead = "a number of digits known at run time only", "a compile-time number"
        refuse(230, name=name, what=what, instead=instead)
    return operator.index(value)


def round_number(number: Any, ndigits: Any = None) -> Any:
    if not (_traced(number) or _traced(ndigits)):
        return round(number) if ndigits is None else round(number, ndigits)
    if type(number) is _trace.Array:
        raise TypeError("type numpy.ndarray doesn't define __round__ method")
    need_real(number, "type complex doesn't define __round__ method, not")
    kind = np.dtype(number.dtype).kind if _traced(number) else ""
    if kind == "b" and not number.weak:
        raise TypeError("type numpy.bool doesn't define __round__ method")
    if ndigits is not None:
        digits = _digits(ndigits, "round")
        if not number.weak:
            return _by_scaling(number, digits)
        return _of_float(number, digits) if kind == "f" else _of_int(number, digits)
    if kind != "f":
        return as_weak(number, "i8")
    return to_int(_trace.apply("rint", (number,), python=False))


def _of_float(value: Any, digits: int) -> Any:
    """float.__round__ of CPython: correctly rounded, ties to even."""
    if digits > 323:  # a float has no digits there
        return value
    if digits < -308:  # CPython's own bound
        finite = _trace.apply("isfinite", (value,), python=True)
        return as_weak(_trace.apply("select", (finite, 0.0 * value, value), python=False), "f8")
    if abs(digits) > _EXACT:
        instead = f"between {-_EXACT} and {_EXACT} digits"
        refuse(230, name="round", what=f"{digits} digits", instead=instead)
    op = "round_fraction" if digits >= 0 else "round_multiple"
    return _trace.apply(op, (value, 10.0 ** abs(digits)), python=True)


def _of_int(value: Any, digits: int) -> Any:
    """int.__round__: the nearest multiple of the power of ten, ties to even."""
    value = as_weak(value, "i8")
    if digits >= 0:
        return value
    if digits < -18:
        refuse(230, name="round", what=f"{digits} digits of an int", instead="-18 or more")
    unit = 10**-digits
    whole, rest = value // unit, value % unit
    odd = (rest == unit // 2) & (whole % 2 == 1)
    up = as_weak((rest > unit // 2) | odd, "i8")
    return (whole + up) * unit


def _by_scaling(value: Any, digits: int) -> Any:
    """NumPy's rounding, of a NumPy scalar."""
    dtype = np.dtype(value.dtype)
    short = f"{dtype.kind}{dtype.itemsize}"
    if dtype.kind == "c":
        parts = (_by_scaling(value.real, digits), _by_scaling(value.imag, digits))
        return _trace.apply("make_complex", parts, python=False)
    if dtype.kind == "b":
        if digits == 0:
            refuse(235, name="np.round", dtype="bool")
        raise TypeError("Cannot cast ufunc output from dtype('float64') to dtype('bool')")
    if digits >= 0 and dtype.kind != "f":
        return value
    if digits == 0:
        return _trace.apply("rint", (value,), python=False)
    unit = 10.0 ** abs(digits) if abs(digits) <= 308 else np.inf
    first, last = ("mul", "truediv") if digits > 0 else ("truediv", "mul")
    scaled = _trace.apply(first, (value, float(unit)), python=False)
    rounded = _trace.apply("rint", (scaled,), python=False)
    return _trace.cast(_trace.apply(last, (rounded, float(unit)), python=False), short, False)


def round_array(a: Any, decimals: Any = 0, out: Any = None) -> Any:
    if not any(map(is_run_time, (a, decimals, out))):
        return constant_result(np.round(a, decimals))
    digits = _digits(decimals, "np.round")

    def rounded(value: Any) -> Any:
        dtype = np.dtype(value.dtype)
        return _by_scaling(_trace.cast(value, f"{dtype.kind}{dtype.itemsize}", False), digits)

    return _trace.map(rounded, (operand(a),), out=out)


def rows() -> tuple[Row, ...]:
    """The rows of NumPy's rounding; that of `round` is with the builtins."""
    return (Row(np.round, "np.round", round_array), Row(np.around, "np.around", round_array))
