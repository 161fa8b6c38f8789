"""Rows of `math`: arguments become Python floats as CPython's `math` makes them, results too.

In checks mode the errors are CPython's (Modules/mathmodule.c): a NaN from arguments that are none
is a ValueError, an infinity from finite arguments an OverflowError where the function grows and a
ValueError where it has a pole. Otherwise such a result is NaN or infinite (docs/differences.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _trace
from .rows import Row, as_weak, check_never, need_real
from .session import current, refuse

_traced = _trace.is_traced
_DOMAIN, _RANGE = "math domain error", "math range error"


def _real(value: Any) -> Any:
    """An argument as `math` takes it: a Python float."""
    if not _traced(value):
        return (
            float(value)
            if not isinstance(value, complex)
            else need_real(value, "must be real number, not")
        )
    return as_weak(need_real(value, "must be real number, not"), "f8")


def _apply(op: str, *args: Any) -> Any:
    return _trace.apply(op, args, python=True)


def _checks() -> bool:
    session = current()
    return session is not None and session.checks


def _check_result(result: Any, args: tuple[Any, ...], overflows: bool) -> None:
    if not _checks():
        return
    nan, inf = _apply("isnan", result), _apply("isinf", result)
    for arg in args:
        if _traced(arg):
            number = _trace.apply("logical_not", (_apply("isnan", arg),), python=False)
            nan, inf = nan & number, inf & _apply("isfinite", arg)
        else:
            nan, inf = nan & (not math.isnan(arg)), inf & math.isfinite(arg)
    check_never(nan, ValueError, _DOMAIN)
    check_never(inf, OverflowError if overflows else ValueError, _RANGE if overflows else _DOMAIN)


def _unary(op: str, native: Callable[[Any], Any], overflows: bool) -> Callable[[Any], Any]:
    apply, scalar, array = _trace.apply, _trace.Scalar, _trace.Array

    def unary(value: Any, /) -> Any:
        if type(value) is not scalar and type(value) is not array:
            return native(value)
        if not _checks():
            return apply(op, (value,), python=True)
        value = _real(value)
        result = _apply(op, value)
        _check_result(result, (value,), overflows)
        return result

    return unary


def _binary(
    op: str, native: Callable[[Any, Any], Any], overflows: bool
) -> Callable[[Any, Any], Any]:
    def binary(x: Any, y: Any, /) -> Any:
        if not (_traced(x) or _traced(y)):
            return native(x, y)
        x, y = _real(x), _real(y)
        result = _apply(op, x, y)
        if op in ("fmod", "remainder"):
            # The only domain errors: an infinite first argument or a zero second one.
            _check_result(result, (x, y), False)
        elif op in ("pow", "hypot") and overflows:
            _check_result(result, (x, y), True)
        return result

    return binary


def _predicate(op: str, native: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def predicate(value: Any, /) -> Any:
        return as_weak(_apply(op, _real(value)), "b1") if _traced(value) else native(value)

    return predicate


def _whole(op: str, native: Callable[[Any], int]) -> Callable[[Any], Any]:
    def whole(value: Any, /) -> Any:
        if not _traced(value):
            return native(value)
        need_real(value, "must be real number, not")
        if type(value) is _trace.Array:
            return _real(value)  # refused
        dtype = np.dtype(value.dtype)
        if op == "trunc" and not value.weak and dtype != np.float64:
            raise TypeError(f"type numpy.{dtype.type.__name__} doesn't define __trunc__ method")
        if dtype.kind != "f":
            return as_weak(value, "i8")
        from .functions import to_int

        return to_int(_apply(op, _real(value)))

    return whole


def _log(x: Any, base: Any = None, /) -> Any:
    if not (_traced(x) or _traced(base)):
        return math.log(x) if base is None else math.log(x, base)
    top = _log_of(x)
    return top if base is None else top / _log_of(base)


def _log_of(value: Any) -> Any:
    return _unary("log", math.log, False)(value)


def _pow(x: Any, y: Any, /) -> Any:
    if not (_traced(x) or _traced(y)):
        return math.pow(x, y)
    x, y = _real(x), _real(y)
    if _checks():
        check_never((x == 0.0) & (y < 0.0) & _finite(y), ValueError, _DOMAIN)
    result = _apply("pow", x, y)
    if _checks():
        finite = _finite(x) & _finite(y)
        check_never(_apply("isnan", result) & finite, ValueError, _DOMAIN)
        check_never(_apply("isinf", result) & finite, OverflowError, _RANGE)
    return result


def _finite(value: Any) -> Any:
    return _apply("isfinite", value) if _traced(value) else math.isfinite(value)


def _fabs(value: Any, /) -> Any:
    return abs(_real(value)) if _traced(value) else math.fabs(value)


def _degrees(value: Any, /) -> Any:
    return _real(value) * (180.0 / math.pi) if _traced(value) else math.degrees(value)


def _radians(value: Any, /) -> Any:
    return _real(value) * (math.pi / 180.0) if _traced(value) else math.radians(value)


def _prod(iterable: Any, /, *, start: Any = 1) -> Any:
    if type(iterable) is _trace.Array:
        refuse(209)
    values = list(iterable)
    if not any(map(_traced, [*values, start])):
        return math.prod(values, start=start)
    for value in values:
        start = start * value
    return start


def _gcd(*args: Any) -> Any:
    if not any(map(_traced, args)):
        return math.gcd(*args)
    result: Any = 0
    for value in args:
        if type(value) is _trace.Array:
            return _real(value)  # refused
        dtype, weak = (
            (np.dtype(value.dtype), value.weak) if _traced(value) else (np.dtype("i8"), True)
        )
        if dtype.kind not in "iu" and not (dtype.kind == "b" and weak):
            raise TypeError(f"{dtype.type.__name__!r} object cannot be interpreted as an integer")
        value = as_weak(value, "i8")
        result = as_weak(_trace.apply("gcd", (result, value), python=False), "i8")
    return result


def _inexact(
    native: Callable[..., Any], handler: Callable[..., Any], name: str
) -> Callable[..., Any]:
    """CPython computes these itself and not by libm: exact mode refuses them."""

    def inexact(*args: Any) -> Any:
        session = current()
        if session is not None and session.exact and any(map(_traced, args)):
            why = "CPython's own algorithm differs from libm's in the last bits"
            refuse(224, name=name, why=why, instead="default mode, or write the formula")
        return handler(*args)

    return inexact


def _hypot(*args: Any) -> Any:
    if not any(map(_traced, args)):
        return math.hypot(*args)
    if len(args) != 2:
        refuse(230, name="math.hypot", what=f"{len(args)} arguments", instead="math.hypot(x, y)")
    return _apply("hypot", *map(_real, args))


_GROWING = ("exp", "expm1", "exp2", "cosh", "sinh", "gamma", "lgamma")
_UNARY = (
    "sqrt exp expm1 exp2 log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh"
    " atanh cbrt erf erfc gamma lgamma"
).split()
_POLES = {"gamma": "gamma", "lgamma": "lgamma"}
_REFUSED = (
    "fsum dist comb perm factorial lcm isqrt frexp modf ldexp ulp isclose nextafter sumprod fma"
).split()


def _poles(name: str, handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """gamma and lgamma have poles at the integers up to zero, a ValueError in checks mode."""

    def with_poles(value: Any, /) -> Any:
        if _traced(value) and _checks():
            x = _real(value)
            whole = (x <= 0.0) & (_apply("floor", x) == x)
            check_never(whole & _apply("isfinite", x), ValueError, _DOMAIN)
        return handler(value)

    return with_poles


def _refusal(name: str) -> Row:
    native = getattr(math, name)

    def refused(*args: Any, **kwargs: Any) -> Any:
        if current() is not None and any(map(_deep, (*args, *kwargs.values()))):
            why = "it is not compiled yet"
            refuse(224, name=f"math.{name}", why=why, instead="write the formula with operators")
        return native(*args, **kwargs)

    return Row(native, f"math.{name}", refused, refused=True)


def _deep(value: Any) -> bool:
    from .calls import is_traced_inside

    return is_traced_inside(value)


def _rows() -> list[Row]:
    handlers: dict[str, Callable[..., Any]] = {
        name: _unary(name, getattr(math, name), name in _GROWING)
        for name in _UNARY
        if hasattr(math, name)
    }
    for name in _POLES:
        handlers[name] = _inexact(getattr(math, name), _poles(name, handlers[name]), f"math.{name}")
    for name in ("isnan", "isinf", "isfinite"):
        handlers[name] = _predicate(name, getattr(math, name))
    for name in ("floor", "ceil", "trunc"):
        handlers[name] = _whole(name, getattr(math, name))
    for name in ("atan2", "copysign", "fmod", "remainder"):
        handlers[name] = _binary(name, getattr(math, name), False)
    handlers.update(
        log=_log,
        pow=_pow,
        fabs=_fabs,
        degrees=_degrees,
        radians=_radians,
        prod=_prod,
        gcd=_gcd,
        hypot=_inexact(math.hypot, _hypot, "math.hypot"),
    )
    rows = [Row(getattr(math, name), f"math.{name}", handlers[name]) for name in handlers]
    return rows + [_refusal(name) for name in _REFUSED if hasattr(math, name)]


ROWS: tuple[Row, ...] = tuple(_rows())
