"""Rows of NumPy: ufuncs on scalars by NumPy's rules of types, scalar types as casts.

A ufunc of run-time scalars gives the NumPy scalar that it gives in Python: `np.add(True, True)` is
`np.True_`, `np.sin(1)` an `np.float64`. What NumPy would compute in float16 is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import _trace
from .rows import Row
from .session import current, refuse

_traced = _trace.is_traced
_WEAK = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


def python_type(value: Any) -> type:
    """The type that the undecorated function would see."""
    if type(value) is _trace.Array:
        return np.ndarray
    dtype = np.dtype(value.dtype)
    return _WEAK[dtype.kind] if value.weak else dtype.type


def attribute_of(value: Any, name: str) -> Any:
    """`value.name` of a traced value: an AttributeError only where Python's value has none."""
    kind = python_type(value)
    if not hasattr(kind, name):
        raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
    return getattr(value, name)


_FLOAT_ONLY = set(
    "sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh"
    " atanh cbrt rint atan2 hypot copysign nextafter".split()
)
# NumPy's ufunc -> the op; both names of an alias are one object.
_UFUNCS = {
    **{name: name for name in "exp exp2 expm1 log log2 log10 log1p sin cos tan sqrt cbrt".split()},
    **{name: name for name in "sinh cosh tanh rint floor ceil trunc isnan isinf isfinite".split()},
    **{name: name for name in "signbit sign square minimum maximum fmin fmax hypot".split()},
    **{name: name for name in "fmod copysign nextafter gcd logical_not logical_and".split()},
    **{name: name for name in "logical_or logical_xor invert".split()},
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "arctan2": "atan2",
    "absolute": "abs",
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "truediv",
    "floor_divide": "floordiv",
    "remainder": "mod",
    "power": "pow",
    "negative": "neg",
    "conjugate": "conj",
    "left_shift": "lshift",
    "right_shift": "rshift",
    "bitwise_and": "and",
    "bitwise_or": "or",
    "bitwise_xor": "xor",
    "less": "lt",
    "less_equal": "le",
    "equal": "eq",
    "not_equal": "ne",
    "greater": "gt",
    "greater_equal": "ge",
}


def _is_array(value: Any) -> bool:
    return type(value) is _trace.Array


_ORDERINGS = ("lt", "le", "gt", "ge")


def _shown(value: Any) -> str:
    return np.dtype(value.dtype).name if _traced(value) else type(value).__name__


def _ufunc(name: str, op: str) -> Callable[..., Any]:
    native = getattr(np, name)
    count = native.nin

    def ufunc(*args: Any, **kwargs: Any) -> Any:
        if not any(map(_traced, (*args, *kwargs.values()))):
            return _scalar(native(*args, **kwargs), name)
        if kwargs or len(args) != count:
            what = "keywords" if kwargs else f"{len(args)} arguments"
            refuse(230, name=f"np.{name}", what=what, instead=f"np.{name} of {count} value(s)")
        if any(map(_is_array, args)):
            return _trace.map(ufunc, args)
        for value in args:
            if not _traced(value) and not isinstance(
                value, bool | int | float | complex | np.generic
            ):
                refuse(230, name=f"np.{name}", what=f"a {type(value).__name__}", instead="numbers")
        if op in _FLOAT_ONLY and _is_half(args):
            refuse(235, name=f"np.{name}", dtype=" and ".join(map(_shown, args)))
        if op in ("gt", "ge"):
            args, op_used = (args[1], args[0]), {"gt": "lt", "ge": "le"}[op]
        else:
            op_used = op
        result = _trace.apply(op_used, args, python=False)
        if op in _ORDERINGS and any(np.result_type(_sample(v)).kind == "c" for v in args):
            # The operator orders a number with a NaN in its imaginary part; the ufunc does not.
            for value in args:
                unordered = _trace.apply("isnan", (np.imag(value),), python=False)
                result = result & ~unordered
        return result

    return ufunc


def _sample(value: Any) -> Any:
    """What NumPy's promotion takes for the value: a weak number of Python, or a dtype."""
    if not _traced(value):
        return value
    dtype = np.dtype(value.dtype)
    return _WEAK[dtype.kind](0) if value.weak else dtype


def _is_half(args: tuple[Any, ...]) -> bool:
    """Whether NumPy's loop for these is the one of float16: every integer in it has 8 bits."""
    samples = [_sample(value) for value in args]
    if np.result_type(*samples).itemsize == 1:
        return True
    return all(np.result_type(sample).itemsize == 1 for sample in samples)


def _is_weak(value: Any) -> bool:
    return bool(value.weak) if _traced(value) else not isinstance(value, np.generic)


def _scalar(result: Any, name: str) -> Any:
    if isinstance(result, np.ndarray) and current() is not None:
        refuse(231, name=f"np.{name}(...)")
    return result


def _cast(kind: type) -> Callable[..., Any]:
    dtype = np.dtype(kind)
    short = f"{dtype.kind}{dtype.itemsize}"

    def cast(*args: Any) -> Any:
        if not any(map(_traced, args)):
            return _scalar(kind(*args), kind.__name__)
        if len(args) != 1:
            refuse(230, name=f"np.{kind.__name__}", what=f"{len(args)} arguments", instead="one")
        value = args[0]
        if type(value) is _trace.Array:
            name, instead = f"np.{kind.__name__}", "index it with one integer for each axis"
            refuse(230, name=name, what="an array", instead=instead)
        if np.dtype(value.dtype).kind == "c" and dtype.kind not in "cb":
            raise TypeError(
                f"float() argument must be a real number, not {python_type(value).__name__!r}"
            )
        return _trace.cast(value, short, False)

    return cast


def _where(*args: Any) -> Any:
    if not any(map(_traced, args)):
        return _scalar(np.where(*args), "where")
    if len(args) != 3 or any(type(a) is _trace.Array for a in args):
        refuse(230, name="np.where", what="arrays", instead="np.where(condition, x, y) of numbers")
    condition, yes, no = args
    condition = _trace.cast(condition, "b1", False) if _traced(condition) else bool(condition)
    if _is_weak(yes) and _is_weak(no):  # the result is NumPy's, so it is strong
        dtype = np.result_type(_sample(yes), _sample(no))
        yes = _trace.cast(yes, f"{dtype.kind}{dtype.itemsize}", False)
    return _trace.apply("select", (condition, yes, no), python=False)


def _clip(a: Any, *bounds: Any, **kwargs: Any) -> Any:
    if not any(map(_traced, (a, *bounds, *kwargs.values()))):
        return _scalar(np.clip(a, *bounds, **kwargs), "clip")
    names = ("a_min", "a_max", "min", "max")
    if len(bounds) > 2 or not set(kwargs) <= set(names):
        refuse(230, name="np.clip", what="out= or other keywords", instead="np.clip(x, low, high)")
    given = dict(zip(names, bounds, strict=False)) | kwargs
    low, high = (given.get(f"a_{end}", given.get(end)) for end in ("min", "max"))
    if any(type(value) in (_trace.Array, np.ndarray) for value in (a, low, high)):
        refuse(230, name="np.clip", what="an array", instead="a loop over its elements")
    if any(v is not None and np.result_type(_sample(v)).kind == "c" for v in (a, low, high)):
        what, instead = "a complex number", "np.maximum and np.minimum"
        refuse(230, name="np.clip", what=what, instead=instead)
    dtype = np.result_type(_sample(a))
    result = _trace.cast(a, f"{dtype.kind}{dtype.itemsize}", False)
    if low is None and high is None and dtype.kind == "b":
        raise TypeError("ufunc 'positive' did not contain a loop with signature matching types")
    for op, bound in (("maximum", low), ("minimum", high)):
        if bound is None:
            continue
        bound = _within(bound, dtype, op)
        clipped = _trace.apply(op, (result, bound), python=False)
        if low is not None and high is not None:
            # Of equal numbers (zeros of two signs) NumPy's clip keeps its argument.
            equal = _trace.apply("eq", (result, bound), python=False)
            clipped = _trace.apply("select", (equal, result, clipped), python=False)
        result = clipped
    return result


def _within(bound: Any, dtype: np.dtype[Any], op: str) -> Any:
    """NumPy takes a Python int beyond an integer type's own bound for no bound."""
    if dtype.kind not in "iu" or not _is_weak(bound) or np.result_type(_sample(bound)).kind != "i":
        return bound
    own = int(np.iinfo(dtype).min if op == "maximum" else np.iinfo(dtype).max)
    if not _traced(bound):
        return max(bound, own) if op == "maximum" else min(bound, own)
    beyond = bound < own if op == "maximum" else bound > own
    chosen = _trace.apply("select", (beyond, own, bound), python=False)
    return _trace.cast(chosen, "i8", True)


_SCALARS = (
    *(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64),
    *(np.float32, np.float64, np.complex64, np.complex128, np.longlong, np.ulonglong),
)


def _rows() -> list[Row]:
    rows = [Row(getattr(np, name), f"np.{name}", _ufunc(name, op)) for name, op in _UFUNCS.items()]
    rows += [Row(kind, f"np.{kind.__name__}", _cast(kind)) for kind in _SCALARS]
    return [*rows, Row(np.where, "np.where", _where), Row(np.clip, "np.clip", _clip)]


ROWS: tuple[Row, ...] = tuple(_rows())
