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
from .traced_values import WEAK, is_run_time, python_type

_traced = _trace.is_traced


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


_NATIVE: Any = vars(np._core.umath)  # what `np` holds, whatever somebody has put in its place
_CLIP = _NATIVE["clip"]
_ORDERINGS = ("lt", "le", "gt", "ge")


def _shown(value: Any) -> str:
    return np.dtype(value.dtype).name if _traced(value) else type(value).__name__


def operand(value: Any) -> Any:
    """A value as a ufunc takes it: lists and arrays become traced, 0-dimensional ones numbers."""
    if isinstance(value, list | tuple | np.ndarray):
        from .arrays.conversion import as_array

        value = as_array(value)
    return value[()] if _is_array(value) and value.ndim == 0 else value


def constant_result(result: Any) -> Any:
    """What a function gave of compile-time values: a new array is one of the kernel's own."""
    if isinstance(result, tuple):
        return tuple(map(constant_result, result))
    if isinstance(result, np.ndarray) and current() is not None:
        from .arrays.conversion import constant

        return constant(result)
    return result


def _typed(value: Any) -> Any:
    """What `ufunc.resolve_dtypes` takes for an operand."""
    sample = sample_of(value)
    if isinstance(sample, np.dtype):
        return sample
    return type(sample) if type(sample) in (int, float, complex) else np.result_type(sample)


def short(dtype: Any) -> str:
    """The code of a dtype in the trace."""
    found = np.dtype(dtype)
    return f"{found.kind}{found.itemsize}"


def run_ufunc(
    native: np.ufunc,
    scalar: Callable[..., Any],
    operands: list[Any],
    *,
    out: Any = None,
    where: Any = True,
    dtype: Any = None,
) -> Any:
    """A ufunc over the elements of its operands; `scalar` is what it does to one of each."""
    name = f"np.{native.__name__}"
    one = scalar
    types = [*map(_typed, operands), *[None] * native.nout]
    if dtype is not None:
        signature = (*[None] * native.nin, *[np.dtype(dtype)] * native.nout)
        loop = native.resolve_dtypes((*types,), signature=signature)

        def one(*values: Any) -> Any:
            cast = [_trace.cast(v, short(to), False) for v, to in zip(values, loop, strict=False)]
            return scalar(*cast)

    if isinstance(out, tuple):
        (out,) = out if len(out) == 1 else (out,)
    if out is None:
        if where is not True:
            refuse(230, name=name, what="where= without out=", instead="give out= as well")
        return _trace.map(one, tuple(operands))
    if native.nout != 1:
        refuse(230, name=name, what="out=", instead="assign to the arrays that are to hold them")
    out = _target(out, name)
    types[-1] = out.dtype
    if dtype is None:
        native.resolve_dtypes((*types,))  # raises NumPy's error of casting
    if where is True:
        return _trace.map(one, tuple(operands), out=out, unsafe=True)
    to = short(out.dtype)

    def chosen(mask: Any, kept: Any, *values: Any) -> Any:
        return _select(mask, _trace.cast(one(*values), to, False), kept)

    return _trace.map(chosen, (operand(where), out, *operands), out=out, unsafe=True)


def _target(out: Any, name: str) -> Any:
    """The array that `out=` names."""
    if isinstance(out, np.ndarray):
        from .arrays.conversion import as_array

        out = as_array(out)
    if not _is_array(out):
        raise TypeError("return arrays must be of ArrayType")
    return out


def _select(condition: Any, yes: Any, no: Any) -> Any:
    return _trace.apply("select", (condition, yes, no), python=False)


def _ufunc(native: np.ufunc, op: str) -> Callable[..., Any]:
    name = native.__name__

    def scalar(*args: Any) -> Any:
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
        if op in _ORDERINGS and any(np.result_type(sample_of(v)).kind == "c" for v in args):
            # The operator orders a number with a NaN in its imaginary part; the ufunc does not.
            for value in args:
                unordered = _trace.apply("isnan", (np.imag(value),), python=False)
                result = result & ~unordered
        return result

    return elementwise(native, scalar)


def elementwise(native: np.ufunc, scalar: Callable[..., Any]) -> Callable[..., Any]:
    """What stands for a ufunc in a kernel, by what it does to numbers."""
    name, count = f"np.{native.__name__}", native.nin

    def ufunc(*args: Any, **kwargs: Any) -> Any:
        if not any(map(is_run_time, (*args, *kwargs.values()))):
            return constant_result(native(*args, **kwargs))
        unknown = set(kwargs) - {"out", "where", "dtype"}
        if unknown:
            what, instead = f"{min(unknown)}=", f"{name} with out=, where= or dtype="
            refuse(230, name=name, what=what, instead=instead)
        if len(args) > count and "out" not in kwargs:
            args, kwargs = args[:count], {**kwargs, "out": args[count:]}
        if len(args) != count:
            refuse(230, name=name, what=f"{len(args)} arguments", instead=f"{count} value(s)")
        operands = [operand(value) for value in args]
        if not kwargs and not any(map(_is_array, operands)):
            return scalar(*operands)
        return run_ufunc(native, scalar, operands, **kwargs)

    given = "x" if count == 1 else "x1, x2"
    ufunc.__dict__["parameters"] = f"{given}, /, out=None, where=True, dtype=None"
    return ufunc


def sample_of(value: Any) -> Any:
    """What NumPy's promotion takes for the value: a weak number of Python, or a dtype."""
    if not _traced(value):
        return value
    dtype = np.dtype(value.dtype)
    return dtype if _is_array(value) or not value.weak else WEAK[dtype.kind](0)


def _is_half(args: tuple[Any, ...]) -> bool:
    """Whether NumPy's loop for these is the one of float16: every integer in it has 8 bits."""
    samples = [sample_of(value) for value in args]
    if np.result_type(*samples).itemsize == 1:
        return True
    return all(np.result_type(sample).itemsize == 1 for sample in samples)


def _is_weak(value: Any) -> bool:
    return bool(value.weak) if _traced(value) else not isinstance(value, np.generic)


def _cast(kind: type) -> Callable[..., Any]:
    dtype = np.dtype(kind)
    code = short(dtype)

    def cast(*args: Any) -> Any:
        if not any(map(is_run_time, args)):
            return constant_result(kind(*args))
        if len(args) != 1:
            refuse(230, name=f"np.{kind.__name__}", what=f"{len(args)} arguments", instead="one")
        value = operand(args[0])
        if _is_array(value):
            return value if value.dtype == dtype else _trace.map(cast, (value,))
        if np.dtype(value.dtype).kind == "c" and dtype.kind not in "cb" and not _is_array(args[0]):
            raise TypeError(
                f"float() argument must be a real number, not {python_type(value).__name__!r}"
            )
        return _trace.cast(value, code, False)

    return cast


def _where(*args: Any) -> Any:
    if not any(map(is_run_time, args)):
        return constant_result(np.where(*args))
    if len(args) == 1:
        from .calls import call

        return call(np.nonzero, *args)
    if len(args) != 3:
        raise ValueError("either both or neither of x and y should be given")
    return _trace.map(_chosen, tuple(map(operand, args)))


def _chosen(condition: Any, yes: Any, no: Any) -> Any:
    condition = _trace.cast(condition, "b1", False) if _traced(condition) else bool(condition)
    if _is_weak(yes) and _is_weak(no):  # the result is NumPy's, so it is strong
        dtype = np.result_type(sample_of(yes), sample_of(no))
        yes = _trace.cast(yes, short(dtype), False)
    return _select(condition, yes, no)


def clip(a: Any, *bounds: Any, out: Any = None, **kwargs: Any) -> Any:
    if not any(map(is_run_time, (a, *bounds, out, *kwargs.values()))):
        return constant_result(np.clip(a, *bounds, out=out, **kwargs))
    if len(bounds) == 3 and out is None:
        *bounds, out = bounds  # type: ignore[assignment]
    names = ("a_min", "a_max", "min", "max")
    if len(bounds) > 2 or not set(kwargs) <= set(names):
        refuse(230, name="np.clip", what="other keywords", instead="np.clip(x, low, high)")
    given = dict(zip(names, bounds, strict=False)) | kwargs
    ends = [given.get(f"a_{end}", given.get(end)) for end in ("min", "max")]
    a, *known = map(operand, (a, *(end for end in ends if end is not None)))

    def clipped(value: Any, *own: Any) -> Any:
        left = iter(own)
        low, high = (None if end is None else next(left) for end in ends)
        return _clip_number(value, low, high)

    if out is not None:
        out = _target(out, "np.clip")
        native: Any = _CLIP if len(known) == 2 else np.maximum
        if known:
            native.resolve_dtypes((*map(_typed, (a, *known)), out.dtype))
    return _trace.map(clipped, (a, *known), out=out, unsafe=True)


def _clip_number(a: Any, low: Any, high: Any) -> Any:
    if any(v is not None and np.result_type(sample_of(v)).kind == "c" for v in (a, low, high)):
        what, instead = "a complex number", "np.maximum and np.minimum"
        refuse(230, name="np.clip", what=what, instead=instead)
    dtype = np.result_type(sample_of(a))
    result = _trace.cast(a, short(dtype), False)
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
            clipped = _select(equal, result, clipped)
        result = clipped
    return result


def _within(bound: Any, dtype: np.dtype[Any], op: str) -> Any:
    """NumPy takes a Python int beyond an integer type's own bound for no bound."""
    if (
        dtype.kind not in "iu"
        or not _is_weak(bound)
        or np.result_type(sample_of(bound)).kind != "i"
    ):
        return bound
    own = int(np.iinfo(dtype).min if op == "maximum" else np.iinfo(dtype).max)
    if not _traced(bound):
        return max(bound, own) if op == "maximum" else min(bound, own)
    beyond = bound < own if op == "maximum" else bound > own
    return _trace.cast(_select(beyond, own, bound), "i8", True)


_SCALARS = (
    *(np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64),
    *(np.float32, np.float64, np.complex64, np.complex128, np.longlong, np.ulonglong),
)


# NumPy's ufunc -> what stands for it, for functions that are composed of ufuncs.
UFUNCS = {name: _ufunc(_NATIVE[name], op) for name, op in _UFUNCS.items()}


def rows() -> list[Row]:
    """The rows of NumPy's ufuncs, of its types as conversions, of np.where and np.clip."""
    rows = [Row(_NATIVE[name], f"np.{name}", ufunc) for name, ufunc in UFUNCS.items()]
    rows += [Row(kind, f"np.{kind.__name__}", _cast(kind)) for kind in _SCALARS]
    return [*rows, Row(np.where, "np.where", _where), Row(np.clip, "np.clip", clip)]
