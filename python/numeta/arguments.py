"""Arguments against hints: what each parameter is in one call, in words where it cannot be.

`classify` decides for one argument whether it is a run-time array, a run-time scalar or a
compile-time value, and refuses what a kernel cannot take by name: no argument is ever copied or
converted silently. `convert_scalar` is the one rule for scalars, the same as the call path's:
bool -> int -> float -> complex where nothing is lost, NumPy scalars where their type casts safely.
Debug mode uses both, so that undecorated Python sees the arguments a kernel would see.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import errors
from .fingerprint import Unsupported, fingerprint, is_immutable
from .records import Record
from .types import DType, Hint, dtype_of

_SHOWN = 60


class Argument(Record):
    """One classified argument. `kind`: 'array', 'scalar', 'generator' or 'const'.

    `value` is what is passed on (a memmap as its plain ndarray view, a scalar as it came), `key`
    what tells two specialisations apart, `fixed` whether a 'const' can never change.
    """

    kind: str
    name: str
    value: Any
    key: Any
    dtype: DType | None = None
    weak: bool = False
    ndim: int = 0
    layout: str = ""
    shape: tuple[int | None, ...] = ()
    fixed: bool = True


def describe(value: object) -> str:
    """What came, in a message: type and value, or an array's rank, dtype and shape."""
    if isinstance(value, np.ndarray):
        kind = type(value).__name__
        what = "array" if type(value) in (np.ndarray, np.memmap) else kind
        return f"a {value.ndim}-d {what} of {value.dtype.name} with shape {value.shape}"
    text = repr(value)
    if len(text) > _SHOWN:
        text = text[: _SHOWN - 3] + "..."
    if isinstance(value, np.generic):
        return text if text.startswith("np.") else f"np.{type(value).__name__}({text})"
    return text if value is None else f"{type(value).__qualname__} {text}"


def _refuse(kernel: str, name: str, got: str, advice: str) -> Exception:
    return errors.error(402, kernel=kernel, name=name, got=got, advice=advice)


def plain_array(kernel: str, name: str, value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """`value` as a plain ndarray on the same memory; TypeError 402 for other element types."""
    if type(value) is not np.ndarray:
        classes = [base.__name__ for base in type(value).__mro__]
        if "MaskedArray" in classes:
            raise _refuse(kernel, name, "a masked array", "pass a.filled(value), or a.data")
        if "matrix" in classes:
            raise _refuse(kernel, name, "an np.matrix", "pass np.asarray(a)")
        if type(value) is not np.memmap:
            got = f"an array of the class {type(value).__qualname__}"
            raise _refuse(kernel, name, got, "pass np.asarray(a)")
        value = value.view(np.ndarray)
    dtype = value.dtype
    if not dtype.isnative:
        got = f"a byte-swapped array (dtype {dtype.str!r})"
        raise _refuse(kernel, name, got, "pass a.astype(a.dtype.newbyteorder('='))")
    if dtype_of(dtype) is None:
        shown = "a structured type" if dtype.names else dtype.name
        advice = "pass a.astype(np.float32)" if dtype.name == "float16" else "pass a numeric array"
        raise _refuse(kernel, name, f"an array of {shown}", advice)
    if not value.flags.aligned:
        raise _refuse(kernel, name, "a misaligned array", "pass a.copy()")
    return value


def layout_of(value: np.ndarray[Any, Any]) -> str:
    """'C', 'F', 'S' (any strides), or '' where a stride is no multiple of the item size."""
    if value.flags.c_contiguous:
        return "C"
    if value.flags.f_contiguous:
        return "F"
    item = value.itemsize
    strides = zip(value.shape, value.strides, strict=True)
    return "S" if all(n == 1 or stride % item == 0 for n, stride in strides) else ""


def _array(kernel: str, name: str, hint: Hint, value: Any) -> Argument:
    if not isinstance(value, np.ndarray):
        raise errors.error(401, kernel=kernel, name=name, expected=hint.text, got=describe(value))
    array = plain_array(kernel, name, value)
    dtype = dtype_of(array.dtype)
    assert dtype is not None
    shape = hint.shape
    fits = (hint.dtype is None or hint.dtype is dtype) and (
        shape is None
        or (
            len(shape) == array.ndim
            and all(n is None or n == m for n, m in zip(shape, array.shape, strict=True))
        )
    )
    if not fits:
        raise errors.error(401, kernel=kernel, name=name, expected=hint.text, got=describe(array))
    layout = layout_of(array)
    if not layout:
        got = "an array whose strides are no multiple of its item size (a field of records)"
        raise _refuse(kernel, name, got, "pass a.copy()")
    fixed = shape if shape is not None else (None,) * array.ndim
    key = ("array", dtype.short, array.ndim, layout)
    return Argument("array", name, array, key, dtype, False, array.ndim, layout, fixed)


_PYTHON_RANK = ((bool, "b"), (int, "i"), (float, "f"), (complex, "c"))
_ORDER = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}


def _python_kind(value: object) -> str:
    for kind, letter in _PYTHON_RANK:
        if isinstance(value, kind):
            return letter
    return ""


def convert_scalar(kernel: str, name: str, hint: Hint, value: Any) -> Any:
    """`value` converted to a scalar hint: a Python number if weak, else a NumPy scalar.

    TypeError 401 where something could be lost, OverflowError 404 where the value does not fit.
    """
    dtype = hint.dtype
    assert dtype is not None
    wrong: dict[str, Any] = {
        "kernel": kernel,
        "name": name,
        "expected": hint.text,
        "got": describe(value),
    }
    if isinstance(value, np.generic) and not isinstance(value, float | complex):
        if value.dtype.kind not in "biufc" or not np.can_cast(value.dtype, dtype.numpy, "safe"):
            raise errors.error(401, **wrong)
        number = value.item() if value.dtype.kind != "b" else bool(value)
    else:
        kind = _python_kind(value)
        if not kind or _ORDER[kind] > _ORDER[dtype.kind]:
            raise errors.error(401, **wrong)
        if isinstance(value, np.generic) and not np.can_cast(value.dtype, dtype.numpy, "safe"):
            raise errors.error(401, **wrong)  # np.float64 is a float, yet strong
        number = value
    return _converted(dtype, hint.weak, number, wrong)


_WEAK_TYPES = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


def _converted(dtype: DType, weak: bool, number: Any, wrong: dict[str, Any]) -> Any:
    try:
        number = _WEAK_TYPES[dtype.kind](number)
    except OverflowError:
        raise errors.error(404, **wrong) from None
    if dtype.kind in "iu":
        low = -(1 << (dtype.bits - 1)) if dtype.kind == "i" else 0
        if not low <= number < low + (1 << dtype.bits):
            raise errors.error(404, **wrong)
    if weak:
        return number
    with np.errstate(all="ignore"):
        strong = dtype.numpy.type(number)
    if dtype.kind in "fc" and bool(np.isinf(strong)) and not bool(np.isinf(number)):
        raise errors.error(404, **wrong)
    return strong


def _constant(kernel: str, name: str, value: Any) -> Argument:
    try:
        key = fingerprint(value)
    except Unsupported as problem:
        raise errors.error(
            407, kernel=kernel, name=name, got=describe(value), reason=str(problem)
        ) from None
    return Argument("const", name, value, ("const", key), fixed=is_immutable(value))


def classify(kernel: str, name: str, hint: Hint, value: Any) -> Argument:
    """What parameter `name` is in this call; see the module's text for the errors."""
    if hint.kind == "scalar":
        convert_scalar(kernel, name, hint, value)
        key = ("scalar",)
        return Argument("scalar", name, value, key, hint.dtype, hint.weak)
    if hint.kind == "array":
        return _array(kernel, name, hint, value)
    if hint.kind == "none" and isinstance(value, np.ndarray):
        return _array(kernel, name, Hint("array", "np.ndarray"), value)
    if hint.kind == "none" and is_generator(value):
        return Argument("generator", name, value, ("generator",))
    return _constant(kernel, name, value)


def is_generator(value: object) -> bool:
    """Whether it is NumPy's random Generator, told without importing its module."""
    kind = type(value)
    return kind.__name__ == "Generator" and kind.__module__ == "numpy.random._generator"


def debug_value(kernel: str, name: str, hint: Hint, value: Any) -> Any:
    """The argument in debug mode: scalars converted to their hints, arrays only checked."""
    if hint.kind == "scalar":
        return convert_scalar(kernel, name, hint, value)
    if hint.kind == "array" or (hint.kind == "none" and isinstance(value, np.ndarray)):
        _array(kernel, name, hint if hint.kind == "array" else Hint("array", "np.ndarray"), value)
    return value
