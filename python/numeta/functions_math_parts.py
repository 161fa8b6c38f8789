"""Rows of `math` about how floats are made: their parts, their spacing, sums without rounding.

All are made of operations that are exact, so that every mode has CPython's bits (frexp, ldexp and
fsum as in Modules/mathmodule.c). Where Python raises and a result stands instead, it is NaN or
infinite, as of the other functions (docs/differences.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from . import _trace
from .arrays.staged import staged
from .functions_math import apply_float, either, finite, fused, real_argument
from .rows import Row, as_weak, check_never
from .session import refuse
from .traced_values import python_type

_traced = _trace.is_traced
# Beyond it a float of any size is zero or infinite.
_LARGEST_EXPONENT = 2200
# fsum keeps one partial sum for each number: the work grows with the square of how many they are.
_MOST_NUMBERS = 64


def _not(condition: Any) -> Any:
    return (
        _trace.apply("logical_not", (condition,), python=False)
        if _traced(condition)
        else not condition
    )


def _is_nan(value: Any) -> Any:
    return apply_float("isnan", value) if _traced(value) else math.isnan(value)


def _is_infinite(value: Any) -> Any:
    return apply_float("isinf", value) if _traced(value) else math.isinf(value)


def _frexp(x: Any, /) -> Any:
    if not _traced(x):
        return math.frexp(x)
    x = real_argument(x)
    usual = finite(x)
    # The exponent of an infinity is no number that a float holds: zero has one.
    exponent = apply_float("exponent", either(usual, x, 0.0))
    return either(usual, apply_float("fraction", x), x), as_weak(exponent, "i8")


def _modf(x: Any, /) -> Any:
    if not _traced(x):
        return math.modf(x)
    x = real_argument(x)
    whole = apply_float("trunc", x)
    rest = either(apply_float("isinf", x), 0.0, x - whole)
    return apply_float("copysign", rest, x), as_weak(whole, "f8")


def _ldexp(x: Any, i: Any, /) -> Any:
    if not (_traced(x) or _traced(i)):
        return math.ldexp(x, i)
    if _traced(i):
        if not (i.weak and i.dtype.kind in "bi"):
            raise TypeError("Expected an int as second argument to ldexp.")
        i = as_weak(i, "i8")
        for limit in (_LARGEST_EXPONENT, -_LARGEST_EXPONENT):
            beyond = i > limit if limit > 0 else i < limit
            i = as_weak(_trace.apply("select", (beyond, limit, i), python=False), "i8")
    elif not isinstance(i, int):
        raise TypeError("Expected an int as second argument to ldexp.")
    else:
        i = max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, i))
    x = real_argument(x)
    result = apply_float("scale", x, as_weak(i, "f8") if _traced(i) else float(i))
    check_never(apply_float("isinf", result) & finite(x), OverflowError, "math range error")
    return result


def _ulp(x: Any, /) -> Any:
    if not _traced(x):
        return math.ulp(x)
    size = abs(real_argument(x))
    above = apply_float("nextafter", size, math.inf)
    gap = either(
        apply_float("isinf", above), size - apply_float("nextafter", size, 0.0), above - size
    )
    return either(apply_float("isinf", size), size, gap)


def _isclose(a: Any, b: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    if not any(map(_traced, (a, b, rel_tol, abs_tol))):
        return math.isclose(a, b, rel_tol=rel_tol, abs_tol=abs_tol)
    a, b, rel_tol, abs_tol = map(real_argument, (a, b, rel_tol, abs_tol))
    for tolerance in (rel_tol, abs_tol):
        negative, message = tolerance < 0.0, "tolerances must be non-negative"
        if not _traced(negative) and negative:
            raise ValueError(message)
        check_never(negative, ValueError, message)
    gap = abs(b - a)
    near = (gap <= abs(rel_tol * b)) | (gap <= abs(rel_tol * a)) | (gap <= abs_tol)
    return (a == b) | (near & finite(a) & finite(b))


def _fsum(seq: Any, /) -> Any:
    if type(seq) is _trace.Array:
        why = "it takes no array yet"
        refuse(224, name="math.fsum", why=why, instead="a tuple or a list of numbers, or a loop")
    values = list(seq)
    if not any(map(_traced, values)):
        return math.fsum(values)
    if len(values) > _MOST_NUMBERS:
        why = f"more than {_MOST_NUMBERS} numbers of run time are too many"
        refuse(224, name="math.fsum", why=why, instead="a loop")
    return _exact_sum([real_argument(value) for value in values])


def _exact_sum(values: list[Any]) -> Any:
    """The sum, rounded once (Shewchuk 1997): partial sums that do not overlap, least first."""
    partials: list[Any] = []
    special: Any = 0.0  # the sum of what is not finite
    infinite: Any = 0.0  # the sum of what is infinite
    beyond: Any = 0.0  # the first partial sum that is too large
    for value in values:
        usual = finite(value)
        special = special + either(usual, 0.0, value)
        infinite = infinite + either(_is_infinite(value), value, 0.0)
        top = either(usual, value, 0.0)
        for k, partial in enumerate(partials):
            # CPython begins anew after what is not finite, and so fewer sums are too large.
            top, partials[k] = _sum_and_rest(top, either(usual, partial, 0.0))
        too_large = _is_infinite(top)
        check_never(too_large, OverflowError, "intermediate overflow in fsum")
        beyond = either((beyond == 0.0) & too_large, top, beyond)
        partials.append(top)
    check_never(_is_nan(infinite), ValueError, "-inf + inf in fsum")
    # What is too large is infinite, with the sign of the sum that was.
    result = either(beyond == 0.0, _rounded(partials), beyond)
    return either(special == 0.0, result, special)


def _rounded(partials: list[Any]) -> Any:
    """What partial sums that do not overlap come to, half to even."""
    high: Any = 0.0
    low: Any = 0.0  # the first error that is not zero
    below: Any = 0.0  # the first partial sum below it that is none
    for partial in reversed(partials):
        exact = low == 0.0
        total, error = _sum_and_rest(high, partial)
        below = either((below == 0.0) & _not(exact), partial, below)
        high, low = either(exact, total, high), either(exact, error, low)
    # Halfway between two floats, and what is left decides.
    double = low * 2.0
    nearer = high + double
    same_side = ((low < 0.0) & (below < 0.0)) | ((low > 0.0) & (below > 0.0))
    high = either(same_side & (nearer - high == double), nearer, high)
    return either(high == 0.0, 0.0, high)


def _sum_and_rest(a: Any, b: Any) -> tuple[Any, Any]:
    """The sum and its rounding error (Knuth), whichever is larger."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _sumprod(p: Any, q: Any, /) -> Any:
    if type(p) is _trace.Array and type(q) is _trace.Array:
        return _of_arrays(p, q)
    p, q = list(p), list(q)
    if not any(map(_traced, (*p, *q))):
        native: Any = getattr(math, "sumprod")  # noqa: B009 - not there before Python 3.12
        return native(p, q)
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    if len(p) > _MOST_NUMBERS:
        why = f"more than {_MOST_NUMBERS} numbers of run time are too many"
        refuse(224, name="math.sumprod", why=why, instead="a loop")
    return _SumOfProducts().of(p, q)


@staged
def _of_arrays(p: Any, q: Any) -> Any:
    """Elements of arrays are no Python floats: their products are added one by one."""
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    total = 0
    for k in range(len(p)):
        total = total + p[k] * q[k]
    return total


class _SumOfProducts:
    """Products of Python ints are added first, exactly; then those with a Python float, with their
    rounding errors, as long as they are finite; then whatever comes, one by one."""

    def __init__(self) -> None:
        self.total: Any = 0
        self.integers: Any = None  # None: no int was met
        self.parts: list[Any] | None = None  # high, low and tiny part; None: no float was met
        self.going: Any = True  # what was added to the parts was finite so far
        self.stage = 0  # 0: only ints yet, 1: floats, 2: anything

    def of(self, p: list[Any], q: list[Any]) -> Any:
        for x, y in zip(p, q, strict=True):
            kinds = {python_type(x) if _traced(x) else type(x) for x in (x, y)}
            if self.stage == 0 and kinds == {int}:
                product = x * y
                self.integers = product if self.integers is None else self.integers + product
                continue
            self._add_integers()
            if self.stage < 2 and float in kinds and kinds <= {float, int, bool}:
                self.stage = 1
                self._add_floats(real_argument(x), real_argument(y), x * y)
                continue
            self._add_parts()
            self.stage = 2
            self.total = self.total + x * y
        self._add_integers()
        self._add_parts()
        return self.total

    def _add_integers(self) -> None:
        self.stage = max(self.stage, 1)
        if self.integers is not None:
            self.total, self.integers = self.total + self.integers, None

    def _add_parts(self) -> None:
        if self.parts is not None:
            self.total = either(self.going, self.total + _joined(*self.parts), self.total)
            self.parts = None

    def _add_floats(self, x: Any, y: Any, product: Any) -> None:
        first = self.parts is None
        high, low, tiny = self.parts or (0.0, 0.0, 0.0)
        rounded = x * y
        top, rest = _sum_and_rest(high, rounded)
        low, error = _sum_and_rest(low, fused(x, y, -rounded))
        low, last = _sum_and_rest(low, rest)
        usual = finite(top)
        # Where the parts end, they are added to the total, and the product to that.
        before = self.total if first else self.total + _joined(*(self.parts or ()))
        ended = either(self.going, before, self.total) + product
        going = usual if self.going is True else self.going & usual
        total = either(going, as_float(self.total), ended)
        self.parts = [either(going, new, 0.0) for new in (top, low, tiny + error + last)]
        self.total, self.going = total, going


def as_float(value: Any) -> Any:
    """A Python float."""
    return real_argument(value) if _traced(value) else float(value)


def _joined(high: Any, low: Any, tiny: Any) -> Any:
    total, rest = _sum_and_rest(low, high)
    return tiny + rest + total


_HANDLERS: dict[str, Callable[..., Any]] = {
    "frexp": _frexp,
    "modf": _modf,
    "ldexp": _ldexp,
    "ulp": _ulp,
    "isclose": _isclose,
    "fsum": _fsum,
    "sumprod": _sumprod,  # from Python 3.12
}


def rows() -> list[Row]:
    """The rows of math that are written here."""
    return [
        Row(getattr(math, name), f"math.{name}", handler)
        for name, handler in _HANDLERS.items()
        if hasattr(math, name)
    ]
