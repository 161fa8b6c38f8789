"""Rows of `cmath`: arguments become Python's complex numbers, as CPython's `cmath` makes them.

The functions are those of the C library (C17, annex G), whose branch cuts and special values are
CPython's. In checks mode a NaN from an argument that is none is a ValueError, an infinity from a
finite one an OverflowError, or a ValueError where the function has a pole (Modules/cmathmodule.c).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from . import _trace
from .functions_math import real_argument
from .rows import Row, as_weak, check_never

_traced = _trace.is_traced
_DOMAIN, _RANGE = "math domain error", "math range error"
_POLES = frozenset({"log", "log10", "atan", "atanh"})
_LOG_10 = math.log(10.0)


def _complex(value: Any) -> Any:
    return as_weak(value, "c16") if _traced(value) else complex(value)


def _apply(op: str, *values: Any) -> Any:
    return _trace.apply(op, values, python=False)


def _made(real: Any, imag: Any) -> Any:
    return as_weak(_apply("make_complex", as_weak(real, "f8"), as_weak(imag, "f8")), "c16")


def _checked(name: str, result: Any, z: Any) -> Any:
    known = _apply("logical_not", _apply("isnan", z))
    check_never(known & _apply("isnan", result), ValueError, _DOMAIN)
    infinite = _apply("isfinite", z) & _apply("isinf", result)
    error, text = (ValueError, _DOMAIN) if name in _POLES else (OverflowError, _RANGE)
    check_never(infinite, error, text)
    return result


def _unary(name: str, native: Callable[[Any], complex]) -> Callable[[Any], Any]:
    def unary(z: Any, /) -> Any:
        if not _traced(z):
            return native(z)
        z = _complex(z)
        return _checked(name, as_weak(_apply(name, _trace.cast(z, "c16", False)), "c16"), z)

    return unary


_log_of = _unary("log", cmath.log)


def _log(z: Any, base: Any = None, /) -> Any:
    if not (_traced(z) or _traced(base)):
        return cmath.log(z) if base is None else cmath.log(z, base)
    if base is None:
        return _log_of(z)
    # Python asks for errors once, after the second logarithm: a pole of the first is forgotten.
    z = as_weak(_apply("log", _trace.cast(_complex(z), "c16", False)), "c16") if _traced(z) else z
    above, below = z if _traced(z) else _log_or_pole(z), _log_of(base)
    check_never(below == 0, ValueError, _DOMAIN)
    return above / below


def _log_or_pole(z: Any) -> complex:
    return complex(-math.inf, 0.0) if z == 0 else cmath.log(z)


def _log10(z: Any, /) -> Any:
    if not _traced(z):
        return cmath.log10(z)
    found = _log_of(z)
    return _made(found.real / _LOG_10, found.imag / _LOG_10)


def _phase(z: Any, /) -> Any:
    if not _traced(z):
        return cmath.phase(z)
    z = _complex(z)
    return _trace.apply("atan2", (z.imag, z.real), python=True)


def _polar(z: Any, /) -> Any:
    return (abs(_complex(z)), _phase(z)) if _traced(z) else cmath.polar(z)


def _rect(r: Any, phi: Any, /) -> Any:
    """The angle of nothing does not matter, and no angle is one: only `inf * 0` would be a NaN."""
    if not (_traced(r) or _traced(phi)):
        return cmath.rect(r, phi)
    r, phi = (as_weak(real_argument(value), "f8") for value in (r, phi))
    real, imag = (r * _apply(name, phi) for name in ("cos", "sin"))
    none, endless = _apply("isnan", phi), _apply("isinf", phi)
    check_never(endless & (r != 0.0) & (r == r), ValueError, _DOMAIN)
    real = _apply("select", none & _apply("isinf", r), math.inf, real)
    imag = _apply("select", phi == 0.0, phi * _apply("copysign", 1.0, r), imag)
    empty = (none | endless) & (r == 0.0)
    return _made(*(_apply("select", empty, 0.0, part) for part in (real, imag)))


def _predicate(name: str, native: Callable[[Any], bool]) -> Callable[[Any], Any]:
    def predicate(z: Any, /) -> Any:
        return as_weak(_apply(name, _complex(z)), "b1") if _traced(z) else native(z)

    return predicate


_FUNCTIONS = "sqrt exp sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()
_OTHERS: dict[Callable[..., Any], Callable[..., Any]] = {
    cmath.log: _log,
    cmath.log10: _log10,
    cmath.phase: _phase,
    cmath.polar: _polar,
    cmath.rect: _rect,
}


def rows() -> tuple[Row, ...]:
    """The rows of cmath."""
    return (
        *(
            Row(getattr(cmath, name), f"cmath.{name}", _unary(name, getattr(cmath, name)))
            for name in _FUNCTIONS
        ),
        *(
            Row(getattr(cmath, name), f"cmath.{name}", _predicate(name, getattr(cmath, name)))
            for name in ("isnan", "isinf", "isfinite")
        ),
        *(Row(native, f"cmath.{native.__name__}", handler) for native, handler in _OTHERS.items()),
    )
