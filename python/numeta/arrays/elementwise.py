"""Rows of functions of elements that are composed of ufuncs: heaviside, isclose, nan_to_num, ...

Each is written for numbers, as NumPy's own code combines them, and runs over the elements of
arrays. A Python number becomes the NumPy scalar that NumPy makes of it, so results are strong.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace
from ..control_state import Construct
from ..functions_numpy import UFUNCS, clip, constant_result, elementwise, operand, sample_of, short
from ..rows import Row
from ..session import current, refuse
from ..traced_values import is_run_time
from .nests import product, require


def select(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where the condition holds, else `no`; both are evaluated."""
    if not _trace.is_traced(condition):
        return yes if condition else no
    return _trace.apply("select", (condition, yes, no), python=False)


def dtype_of(value: Any) -> np.dtype[Any]:
    """The dtype of `np.asarray(value)`."""
    return np.result_type(sample_of(value))


def as_strong(value: Any, *others: Any) -> Any:
    """A number in the type that NumPy's promotion gives it together with others."""
    found = np.result_type(*map(sample_of, (value, *others)))
    return _trace.cast(value, short(found), False)


def _common(*values: Any, floating: bool = False) -> tuple[Any, ...]:
    """Numbers in the type that they have together: with `floating` an inexact one."""
    found = np.result_type(*map(sample_of, values))
    if floating and found.kind not in "fc":
        if found.itemsize == 1:
            refuse(235, name="a function of floats", dtype=found.name)
        small = found.itemsize == 2
        found = np.dtype("f4" if small else "f8")
    return tuple(_trace.cast(value, short(found), False) for value in values)


# -- ufuncs ---------------------------------------------------------------------------------------


def _positive(x: Any) -> Any:
    if dtype_of(x).kind == "b":
        raise TypeError("ufunc 'positive' did not contain a loop with signature matching types")
    return as_strong(x)


def _fabs(x: Any) -> Any:
    (x,) = _common(x, floating=True)
    if dtype_of(x).kind == "c":
        raise TypeError("ufunc 'fabs' not supported for the input types")
    return abs(x)


def _reciprocal(x: Any) -> Any:
    x = as_strong(x)
    kind = dtype_of(x)
    if kind.kind == "b":
        x, kind = _trace.cast(x, "i1", False), np.dtype("i1")
    if kind.kind not in "fc":
        inverse = _trace.cast(1.0, "f8", False) / _trace.cast(x, "f8", False)
        return _trace.cast(inverse, short(kind), False)
    if kind.kind == "c":
        return _complex_reciprocal(x)
    return _trace.cast(1, short(kind), False) / x


def _complex_reciprocal(x: Any) -> Any:
    """By Smith's method, as NumPy has it: the part that is not the greater is divided by it."""
    re, im = x.real, x.imag
    flat = abs(im) <= abs(re)
    ratio = select(flat, im / re, re / im)
    below = select(flat, re + im * ratio, re * ratio + im)
    one = _trace.cast(1.0, short(dtype_of(re)), False)
    parts = (select(flat, one, ratio) / below, -select(flat, ratio, one) / below)
    return _trace.apply("make_complex", parts, python=False)


def _heaviside(x: Any, at_zero: Any) -> Any:
    x, at_zero = _common(x, at_zero, floating=True)
    if dtype_of(x).kind == "c":
        raise TypeError("ufunc 'heaviside' not supported for the input types")
    code = short(dtype_of(x))
    zero, one = _trace.cast(0.0, code, False), _trace.cast(1.0, code, False)
    return select(x == 0, at_zero, select(x < 0, zero, select(x > 0, one, x)))


def _scaled(factor: float) -> Callable[[Any], Any]:
    def scaled(x: Any) -> Any:
        (x,) = _common(x, floating=True)
        if dtype_of(x).kind == "c":
            raise TypeError("ufunc not supported for the input types")
        if dtype_of(x) == np.float32:
            up, down = (180.0, np.pi) if factor > 1 else (np.pi, 180.0)
            return x * np.float32(np.float32(up) / np.float32(down))
        return x * np.float64(factor)

    return scaled


def _logaddexp(exp: str, log: str, of_two: float) -> Callable[[Any, Any], Any]:
    def logaddexp(x: Any, y: Any) -> Any:
        x, y = _common(x, y, floating=True)
        if dtype_of(x).kind == "c":
            raise TypeError("ufunc not supported for the input types")
        distance = x - y
        greater = select(distance > 0, x, y)
        less = UFUNCS["negative"](abs(distance))
        tail = UFUNCS["log1p"](UFUNCS[exp](less))
        if log == "log2":
            tail = tail * dtype_of(x).type(math.log2(math.e))
        same = x + dtype_of(x).type(of_two)
        return select(x == y, same, select(distance != distance, distance, greater + tail))

    return logaddexp


def _lcm(a: Any, b: Any) -> Any:
    a, b = _common(a, b)
    divisor = UFUNCS["gcd"](a, b)
    whole = UFUNCS["floor_divide"](abs(a), divisor)
    return select(divisor == 0, divisor, abs(whole * b))


def _float_power(x: Any, y: Any) -> Any:
    code = "c16" if np.result_type(sample_of(x), sample_of(y)).kind == "c" else "f8"
    return UFUNCS["power"](_trace.cast(x, code, False), _trace.cast(y, code, False))


def _divmod(a: Any, b: Any) -> tuple[Any, Any]:
    return UFUNCS["floor_divide"](a, b), UFUNCS["remainder"](a, b)


def _modf(x: Any) -> tuple[Any, Any]:
    (x,) = _common(x, floating=True)
    if dtype_of(x).kind == "c":
        raise TypeError("ufunc 'modf' not supported for the input types")
    whole = UFUNCS["trunc"](x)
    zero = _trace.cast(0.0, short(dtype_of(x)), False)
    part = select(UFUNCS["isinf"](x), zero, x - whole)
    return UFUNCS["copysign"](part, x), whole


def _frexp(x: Any) -> tuple[Any, Any]:
    (x,) = _common(x, floating=True)
    if dtype_of(x).kind == "c":
        raise TypeError("ufunc 'frexp' not supported for the input types")
    usual = UFUNCS["isfinite"](x)
    zero = _trace.cast(0.0, short(dtype_of(x)), False)
    held = select(usual, x, zero)  # no other has an exponent
    fraction = _trace.apply("fraction", (held,), python=False)
    exponent = _trace.apply("exponent", (held,), python=False)
    return select(usual, fraction, x), _trace.cast(exponent, "i4", False)


_FARTHEST = 2200  # beyond it a float of any size is zero or infinite


def _ldexp(x: Any, i: Any) -> Any:
    (x,) = _common(x, floating=True)
    if dtype_of(x).kind == "c" or dtype_of(i).kind not in "biu":
        raise TypeError("ufunc 'ldexp' not supported for the input types")
    power = _trace.cast(clip(_trace.cast(i, "i8", False), -_FARTHEST, _FARTHEST), "f8", False)
    wide = _trace.cast(x, "f8", False)
    return _trace.cast(_trace.apply("scale", (wide, power), python=False), short(x.dtype), False)


_NEW_UFUNCS: dict[str, Callable[..., Any]] = {
    "positive": _positive,
    "fabs": _fabs,
    "reciprocal": _reciprocal,
    "heaviside": _heaviside,
    "degrees": _scaled(180.0 / np.pi),
    "rad2deg": _scaled(180.0 / np.pi),
    "radians": _scaled(np.pi / 180.0),
    "deg2rad": _scaled(np.pi / 180.0),
    "logaddexp": _logaddexp("exp", "log", math.log(2.0)),
    "logaddexp2": _logaddexp("exp2", "log2", 1.0),
    "lcm": _lcm,
    "float_power": _float_power,
    "divmod": _divmod,
    "modf": _modf,
    "frexp": _frexp,
    "ldexp": _ldexp,
}


def native_first(native: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """What runs NumPy's own function where all arguments are compile-time."""

    def run(*args: Any, **kwargs: Any) -> Any:
        if not any(map(is_run_time, (*args, *kwargs.values()))):
            return constant_result(native(*args, **kwargs))
        try:
            return function(*args, **kwargs)
        except TypeError as problem:
            if "unexpected keyword argument" not in str(problem):
                raise
            what = str(problem).partition("keyword argument ")[2] + "="
            refuse(230, name=f"np.{native.__name__}", what=what, instead="the other arguments")

    run.__doc__ = function.__doc__
    run.__dict__["__wrapped__"] = function
    return run


# -- functions ------------------------------------------------------------------------------------


def over_elements(native: Callable[..., Any], count: int) -> Callable[..., Any]:
    """What makes a function of `count` numbers, and of compile-time keywords, one of arrays."""

    def decorate(scalar: Callable[..., Any]) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            if not any(map(is_run_time, (*args, *kwargs.values()))):
                return constant_result(native(*args, **kwargs))
            if len(args) < count:
                names = scalar.__code__.co_varnames[len(args) : count]
                args = (*args, *(kwargs.pop(name) for name in names if name in kwargs))
            operands = tuple(map(operand, args[:count]))
            return _trace.map(lambda *values: scalar(*values, *args[count:], **kwargs), operands)

        function.__doc__ = scalar.__doc__
        function.__dict__["__wrapped__"] = scalar
        return function

    return decorate


@over_elements(np.sinc, 1)
def sinc(x: Any) -> Any:
    """`np.sinc`: sin(pi x) / (pi x)."""
    x = as_strong(x) * np.pi
    eps = np.finfo(dtype_of(x)).eps if dtype_of(x).kind == "f" else 1e-20
    y = select(x != 0, x, _trace.cast(float(eps), short(dtype_of(x)), False))
    return UFUNCS["sin"](y) / y


@over_elements(np.isclose, 2)
def isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """`np.isclose`: tolerances are numbers."""
    if type(rtol) is _trace.Array or type(atol) is _trace.Array:
        refuse(230, name="np.isclose", what="arrays of tolerances", instead="numbers")
    if _trace.is_traced(b) and not b.weak:
        b = as_strong(b, 1.0)
    elif dtype_of(b).kind in "biu":
        b = _trace.cast(b, "f8", True)
    a = as_strong(a) if _trace.is_traced(a) else a
    near = UFUNCS["less_equal"](abs(a - b), atol + rtol * abs(b))
    close = (near & UFUNCS["isfinite"](b)) | (a == b)
    return close | (UFUNCS["isnan"](a) & UFUNCS["isnan"](b)) if equal_nan else close


@over_elements(np.nan_to_num, 1)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """`np.nan_to_num`: a copy."""
    if copy is not True:
        refuse(230, name="np.nan_to_num", what="copy=", instead="x[:] = np.nan_to_num(x)")
    x = as_strong(x)
    dtype = dtype_of(x)
    if dtype.kind == "c":
        parts = tuple(nan_to_num(part, True, nan, posinf, neginf) for part in (x.real, x.imag))
        return _trace.apply("make_complex", parts, python=False)
    if dtype.kind != "f":
        return x

    def held(value: Any) -> Any:
        return _trace.cast(value, short(dtype), False)

    most = np.finfo(dtype).max
    top, bottom = (most if posinf is None else posinf), (-most if neginf is None else neginf)
    x = select(x == np.inf, held(top), select(x == -np.inf, held(bottom), x))
    return select(UFUNCS["isnan"](x), held(nan), x)


@over_elements(np.angle, 1)
def angle(z: Any, deg: bool = False) -> Any:
    """`np.angle`."""
    z = as_strong(z)
    if dtype_of(z).kind == "c":
        value = UFUNCS["arctan2"](z.imag, z.real)
    else:
        value = UFUNCS["arctan2"](0, z)
    return value * (180 / np.pi) if deg else value


def real(val: Any) -> Any:
    """`np.real`: of an array that is real itself."""
    if type(val) is not _trace.Array:
        val = operand(val)
    if type(val) is not _trace.Array:
        return as_strong(val).real
    return val.real if dtype_of(val).kind == "c" else val


def imag(val: Any) -> Any:
    """`np.imag`: of an array what its attribute is."""
    if type(val) is not _trace.Array:
        val = operand(val)
    return val.imag if type(val) is _trace.Array else as_strong(val).imag


@over_elements(np.iscomplex, 1)
def iscomplex(x: Any) -> Any:
    """`np.iscomplex`: has it an imaginary part."""
    x = as_strong(x)
    return x.imag != 0 if dtype_of(x).kind == "c" else _trace.cast(False, "b1", False)


@over_elements(np.isreal, 1)
def isreal(x: Any) -> Any:
    """`np.isreal`: is its imaginary part 0."""
    x = as_strong(x)
    return x.imag == 0 if dtype_of(x).kind == "c" else _trace.cast(True, "b1", False)


@over_elements(np.isposinf, 1)
def isposinf(x: Any) -> Any:
    """`np.isposinf`."""
    (x,) = _common(x, floating=True)
    return x == np.inf


@over_elements(np.isneginf, 1)
def isneginf(x: Any) -> Any:
    """`np.isneginf`."""
    (x,) = _common(x, floating=True)
    return x == -np.inf


@over_elements(np.fix, 1)
def fix(x: Any, out: None = None) -> Any:
    """`np.fix`: towards zero."""
    if out is not None:
        refuse(230, name="np.fix", what="out=", instead="np.trunc(x, out=out)")
    return UFUNCS["trunc"](x)


def np_select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """`np.select`: the lists are compile-time lists of arrays and numbers."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if len(condlist) == 0:
        raise ValueError("select with an empty condition list is not possible")
    if not any(map(is_run_time, (*condlist, *choicelist, default))):
        return constant_result(np.select(condlist, choicelist, default))
    count = len(condlist)
    everything = tuple(map(operand, (*condlist, *choicelist, default)))
    if any(dtype_of(c).kind != "b" for c in everything[:count]):
        raise TypeError("invalid entry 0 in condlist: should be boolean ndarray")

    def chosen(*values: Any) -> Any:
        result, *choices = _common(values[-1], *values[count:-1])
        for condition, choice in zip(values[count - 1 :: -1], choices[::-1], strict=True):
            result = select(condition, choice, result)
        return result

    return _trace.map(chosen, everything)


def vectorize(function: Callable[..., Any]) -> Callable[..., Any]:
    """`np.vectorize(f)`: f is inlined for each element. Its result's type is f's own."""
    from ..calls import call

    if current() is None:
        return np.vectorize(function)

    def over(*args: Any) -> Any:
        session = current()
        assert session is not None
        loop = Construct("loop", sys._getframe(), True)  # NumPy calls f often: it changes nothing
        session.open.append(loop)
        made = _trace.map(lambda *values: call(function, *values), tuple(map(operand, args)))
        session.close(loop)
        if type(made) is _trace.Array:
            message = "cannot call `vectorize` on size 0 inputs unless `otypes` is set"
            require(product(made.shape) != 0, ValueError, message)
        return made

    return over


ROWS: tuple[Row, ...] = (
    *(
        Row(getattr(np, name), f"np.{name}", elementwise(getattr(np, name), scalar))
        for name, scalar in _NEW_UFUNCS.items()
    ),
    Row(np.sinc, "np.sinc", sinc),
    Row(np.isclose, "np.isclose", isclose),
    Row(np.nan_to_num, "np.nan_to_num", nan_to_num),
    Row(np.angle, "np.angle", angle),
    Row(np.real, "np.real", native_first(np.real, real)),
    Row(np.imag, "np.imag", native_first(np.imag, imag)),
    Row(np.iscomplex, "np.iscomplex", iscomplex),
    Row(np.isreal, "np.isreal", isreal),
    Row(np.isposinf, "np.isposinf", isposinf),
    Row(np.isneginf, "np.isneginf", isneginf),
    Row(np.fix, "np.fix", fix),
    Row(np.select, "np.select", np_select),
    Row(np.vectorize, "np.vectorize", vectorize),
)


def outer_of(ufunc: np.ufunc, a: Any, b: Any, **kwargs: Any) -> Any:
    """`ufunc.outer`."""
    from ..calls import call

    a, b = operand(a), operand(b)
    rank = b.ndim if type(b) is _trace.Array else 0
    if type(a) is _trace.Array:
        a = a[(..., *[None] * rank)]
    return call(ufunc, a, b, **kwargs)


def _clip(a: Any, *bounds: Any, **kwargs: Any) -> Any:
    """`a.clip(low, high)`."""
    return clip(a, *bounds, **kwargs)


def _round(a: Any, decimals: Any = 0, out: Any = None) -> Any:
    """`a.round(decimals)`."""
    from ..functions_rounding import round_array

    return round_array(a, decimals, out)


METHODS: dict[str, Callable[..., Any]] = {
    "clip": _clip,
    "round": _round,
}
