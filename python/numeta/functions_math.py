"""Rows of `math`: arguments become Python floats as CPython's `math` makes them, results too.

In checks mode the errors are CPython's (Modules/mathmodule.c): a NaN from arguments that are none
is a ValueError, an infinity from finite arguments an OverflowError where the function grows and a
ValueError where it has a pole. Otherwise such a result is NaN or infinite (docs/differences.md).
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _trace
from .iteration import goes_at_run_time
from .rows import Row, as_weak, check_never, need_real, to_int
from .session import current, refuse

_traced = _trace.is_traced
_DOMAIN, _RANGE = "math domain error", "math range error"


def real_argument(value: Any) -> Any:
    """An argument as `math` takes it: a Python float."""
    if not _traced(value):
        return (
            float(value)
            if not isinstance(value, complex)
            else need_real(value, "must be real number, not")
        )
    return as_weak(need_real(value, "must be real number, not"), "f8")


def apply_float(op: str, *args: Any) -> Any:
    """An operation on floats as `math` has it: what comes out is a Python number."""
    return _trace.apply(op, args, python=True)


def _checks() -> bool:
    session = current()
    return session is not None and session.checks


def _check_result(result: Any, args: tuple[Any, ...], overflows: bool) -> None:
    if not _checks():
        return
    nan, inf = apply_float("isnan", result), apply_float("isinf", result)
    for arg in args:
        if _traced(arg):
            number = _trace.apply("logical_not", (apply_float("isnan", arg),), python=False)
            nan, inf = nan & number, inf & apply_float("isfinite", arg)
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
        value = real_argument(value)
        result = apply_float(op, value)
        _check_result(result, (value,), overflows)
        return result

    return unary


def _binary(
    op: str, native: Callable[[Any, Any], Any], overflows: bool
) -> Callable[[Any, Any], Any]:
    def binary(x: Any, y: Any, /) -> Any:
        if not (_traced(x) or _traced(y)):
            return native(x, y)
        x, y = real_argument(x), real_argument(y)
        result = apply_float(op, x, y)
        if op in ("fmod", "remainder"):
            # The only domain errors: an infinite first argument or a zero second one.
            _check_result(result, (x, y), False)
        elif op in ("pow", "hypot") and overflows:
            _check_result(result, (x, y), True)
        return result

    return binary


def _predicate(op: str, native: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def predicate(value: Any, /) -> Any:
        return (
            as_weak(apply_float(op, real_argument(value)), "b1")
            if _traced(value)
            else native(value)
        )

    return predicate


def _whole(op: str, native: Callable[[Any], int]) -> Callable[[Any], Any]:
    def whole(value: Any, /) -> Any:
        if not _traced(value):
            return native(value)
        need_real(value, "must be real number, not")
        if type(value) is _trace.Array:
            return real_argument(value)  # refused
        dtype = np.dtype(value.dtype)
        if op == "trunc" and not value.weak and dtype != np.float64:
            raise TypeError(f"type numpy.{dtype.type.__name__} doesn't define __trunc__ method")
        if dtype.kind != "f":
            return as_weak(value, "i8")
        return to_int(apply_float(op, real_argument(value)))

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
    x, y = real_argument(x), real_argument(y)
    if _checks():
        check_never((x == 0.0) & (y < 0.0) & finite(y), ValueError, _DOMAIN)
    result = apply_float("pow", x, y)
    if _checks():
        both = finite(x) & finite(y)
        check_never(apply_float("isnan", result) & both, ValueError, _DOMAIN)
        check_never(apply_float("isinf", result) & both, OverflowError, _RANGE)
    return result


def finite(value: Any) -> Any:
    """Is the value neither infinite nor a NaN?"""
    return apply_float("isfinite", value) if _traced(value) else math.isfinite(value)


def _fabs(value: Any, /) -> Any:
    return abs(real_argument(value)) if _traced(value) else math.fabs(value)


def _degrees(value: Any, /) -> Any:
    return real_argument(value) * (180.0 / math.pi) if _traced(value) else math.degrees(value)


def _radians(value: Any, /) -> Any:
    return real_argument(value) * (math.pi / 180.0) if _traced(value) else math.radians(value)


def _prod(iterable: Any, /, *, start: Any = 1) -> Any:
    if goes_at_run_time(iterable):
        from .arrays.builtins import product_of

        return product_of(iterable, start)
    values = list(iterable)
    if not any(map(_traced, [*values, start])):
        return math.prod(values, start=start)
    for value in values:
        start = start * value
    return start


# -- integers -------------------------------------------------------------------------------------


def _integer(value: Any) -> Any:
    """An argument as `math` takes an integer: what has an `__index__`, in 64 bits."""
    if not _traced(value):
        return operator.index(value)
    if type(value) is _trace.Array:
        return real_argument(value)  # refused
    kind = np.dtype(value.dtype).kind
    if kind not in ("i", "u") and not (kind == "b" and value.weak):
        from .traced_values import python_type

        name = python_type(value).__name__
        raise TypeError(f"{name!r} object cannot be interpreted as an integer")
    if np.dtype(value.dtype) == np.uint64:
        session = current()
        assert session is not None
        fits = value <= np.uint64(2**63 - 1)
        session.trace.check(fits, OverflowError, "Python int too large to convert to int64")
    return as_weak(value, "i8")


def _of_integers(op: str, *args: Any) -> Any:
    return as_weak(_trace.apply(op, args, python=False), "i8")


def _check_overflow(question: str, *args: Any) -> None:
    if _checks():
        wrong = _trace.apply(question, args, python=False)
        check_never(wrong, OverflowError, "Python int too large to convert to int64")


def _gcd(*args: Any) -> Any:
    if not any(map(_traced, args)):
        return math.gcd(*args)
    result: Any = 0
    for value in args:
        result = _of_integers("gcd", result, _integer(value))
    check_never(result < 0, OverflowError, "Python int too large to convert to int64")
    return result


def _lcm(*args: Any) -> Any:
    if not any(map(_traced, args)):
        return math.lcm(*args)
    result: Any = 1
    for value in map(_integer, args):
        common = _of_integers("gcd", result, value)
        divisor = as_weak(_trace.apply("select", (common == 0, 1, common), python=False), "i8")
        result = abs(result // divisor * value)
    return result


def _isqrt(n: Any, /) -> Any:
    if not _traced(n):
        return math.isqrt(n)
    n = _integer(n)
    check_never(n < 0, ValueError, "isqrt() argument must be nonnegative")
    return _of_integers("isqrt", n)


def _factorial(x: Any, /) -> Any:
    if not _traced(x):
        return math.factorial(x)
    x = _integer(x)
    check_never(x < 0, ValueError, "factorial() not defined for negative values")
    _check_overflow("perm_overflows", x, x)
    return _of_integers("perm", x, x)


def _chosen(op: str, n: Any, k: Any) -> Any:
    n, k = _integer(n), _integer(k)
    check_never(n < 0, ValueError, "n must be a non-negative integer")
    check_never(k < 0, ValueError, "k must be a non-negative integer")
    _check_overflow(f"{op}_overflows", n, k)
    return _of_integers(op, n, k)


def _comb(n: Any, k: Any, /) -> Any:
    return _chosen("comb", n, k) if _traced(n) or _traced(k) else math.comb(n, k)


def _perm(n: Any, k: Any = None, /) -> Any:
    if k is None:
        return _factorial(n)
    return _chosen("perm", n, k) if _traced(n) or _traced(k) else math.perm(n, k)


# -- lengths --------------------------------------------------------------------------------------


def _hypot(*args: Any) -> Any:
    if not any(map(_traced, args)):
        return math.hypot(*args)
    return _length([real_argument(value) for value in args])


def _dist(p: Any, q: Any, /) -> Any:
    p, q = list(p), list(q)
    if not any(map(_traced, [*p, *q])):
        return math.dist(p, q)
    if len(p) != len(q):
        raise ValueError("both points must have the same number of dimensions")
    return _length([real_argument(a) - real_argument(b) for a, b in zip(p, q, strict=True)])


def _length(parts: list[Any]) -> Any:
    session = current()
    assert session is not None
    if len(parts) == 2 and not session.exact:
        return apply_float("hypot", *parts)
    sizes = [abs(part) for part in parts]
    top: Any = 0.0
    for size in sizes:
        top = either(size > top, size, top)
    norm = _norm(sizes, top) if len(sizes) > 1 else top
    result = either(top == 0.0, top, norm)
    for size in sizes:
        result = either(apply_float("isnan", size) if _traced(size) else size != size, size, result)
    return either(top == math.inf, top, result)


def _norm(sizes: list[Any], top: Any) -> Any:
    """The length of a vector with CPython's bits (`vector_norm`, Modules/mathmodule.c).

    Scaled by a power of two, the squares are summed with their rounding errors kept, and the root
    is corrected once by the error of its square. Two ways of summing, by the version of Python.
    """
    small = top < 2.0**-1024
    raised, lowered = either(small, 2.0**1022, 1.0), either(small, 2.0**-1022, 1.0)
    scale = apply_float("binade", top * raised)
    total: Any = 1.0
    lost: list[Any] = [0.0] * (1 if _DOUBLED else 2)
    errors: Any = 0.0
    for size in sizes:
        terms, error = _square_terms(size * raised * scale)
        for k, term in enumerate(terms):
            total, missing = _sum_and_error(total, term)
            lost[k] = lost[k] + missing
        errors = errors + error
    root = apply_float("sqrt", total - 1.0 + (sum(lost[1:], lost[0]) + errors))
    terms, error = _square_terms(root)
    for k, term in enumerate(terms):
        total, missing = _sum_and_error(total, -term)
        lost[k] = lost[k] + missing
    missing = -error
    if not _DOUBLED:
        total, missing = _sum_and_error(total, missing)
    rest = total - 1.0 + (sum(lost[1:], lost[0]) + (errors + missing))
    root = root + apply_float("truediv", rest, 2.0 * root)
    norm = lowered * apply_float("truediv", root, scale)
    return norm if _DOUBLED else either(small, _subnormal(sizes, top), norm)


def _subnormal(sizes: list[Any], top: Any) -> Any:
    """Before 3.12 CPython divided by the largest size where its power of two overflows."""
    total: Any = 1.0
    lost: Any = 0.0
    for size in sizes:
        ratio = apply_float("truediv", size, top)
        total, rest = _sum_and_error(total, ratio * ratio)
        lost = lost + rest
    return top * apply_float("sqrt", total - 1.0 + lost)


# From 3.12 on a square is a double and its error; before it was three products of halves.
_DOUBLED = sys.version_info >= (3, 12)


def _square_terms(x: Any) -> tuple[tuple[Any, ...], Any]:
    """What the exact square is the sum of (Dekker 1971): what is summed with care, and a rest."""
    wide = 134217729.0 * x
    high = wide - (wide - x)
    low = x - high
    if not _DOUBLED:
        return (high * high, 2.0 * high * low), low * low
    square = x * x
    return (square,), high * high - square + 2.0 * (high * low) + low * low


def _sum_and_error(larger: Any, smaller: Any) -> tuple[Any, Any]:
    total = larger + smaller
    return total, larger - total + smaller


def either(condition: Any, yes: Any, no: Any) -> Any:
    """A Python float: `yes` where the condition holds, else `no`."""
    if not _traced(condition):
        return yes if condition else no
    return as_weak(_trace.apply("select", (condition, yes, no), python=False), "f8")


def _nextafter(x: Any, y: Any, /, *, steps: Any = None) -> Any:
    if not any(map(_traced, (x, y, steps))):
        native: Any = math.nextafter
        return native(x, y) if steps is None else native(x, y, steps=steps)
    if steps is not None:
        refuse(230, name="math.nextafter", what="steps=", instead="math.nextafter(x, y)")
    return apply_float("nextafter", real_argument(x), real_argument(y))


def _fma(x: Any, y: Any, z: Any, /) -> Any:
    if not any(map(_traced, (x, y, z))):
        native: Any = getattr(math, "fma")  # noqa: B009 - not there before Python 3.13
        return native(x, y, z)
    x, y, z = map(real_argument, (x, y, z))
    result = fused(x, y, z)
    if _checks():
        usual = finite(x) & finite(y) & finite(z)
        nothing = apply_float("isnan", result)
        for value in (x, y, z):
            nothing = nothing & (value == value)
        check_never(nothing, ValueError, "invalid operation in fma")
        check_never(apply_float("isinf", result) & usual, OverflowError, "overflow in fma")
    return result


def fused(x: Any, y: Any, z: Any) -> Any:
    """x * y + z of floats, rounded once."""
    given = [_trace.cast(value, "f8", False) for value in (x, y, z)]
    values = (("f8", "value"),) * 3
    return as_weak(_trace.foreign("fma", "", "", values, "f8", True, given), "f8")


_GROWING = ("exp", "expm1", "exp2", "cosh", "sinh", "gamma", "lgamma")
_UNARY = (
    "sqrt exp expm1 exp2 log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh"
    " atanh cbrt erf erfc gamma lgamma"
).split()
_POLES = ("gamma", "lgamma")


def _poles(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """gamma and lgamma have poles at the integers up to zero, a ValueError in checks mode."""

    def with_poles(value: Any, /) -> Any:
        if _traced(value) and _checks():
            x = real_argument(value)
            whole = (x <= 0.0) & (apply_float("floor", x) == x)
            check_never(whole & apply_float("isfinite", x), ValueError, _DOMAIN)
        return handler(value)

    return with_poles


def rows() -> list[Row]:
    """The rows of math, but for those of functions_math_parts.py."""
    handlers: dict[str, Callable[..., Any]] = {
        name: _unary(name, getattr(math, name), name in _GROWING)
        for name in _UNARY
        if hasattr(math, name)
    }
    for name in _POLES:
        handlers[name] = _poles(handlers[name])
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
        lcm=_lcm,
        isqrt=_isqrt,
        factorial=_factorial,
        comb=_comb,
        perm=_perm,
        hypot=_hypot,
        dist=_dist,
        nextafter=_nextafter,
    )
    if hasattr(math, "fma"):  # from Python 3.13
        handlers["fma"] = _fma
    return [Row(getattr(math, name), f"math.{name}", handlers[name]) for name in handlers]
