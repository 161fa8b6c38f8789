"""Which operation on which types gives which type, asked of Python and NumPy themselves.

A type is a weak Python one ("bool", "int", "float", "complex") or a strong dtype ("b1" .. "c16").
Each operation is a row; its result type for each combination of operand types is found by running
it on samples. What Python refuses, and what gives float16, is no combination.
"""

from __future__ import annotations

import functools
import itertools
import math
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

WEAK = ("bool", "int", "float", "complex")
STRONG = ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16")
TYPES = WEAK + STRONG
_PYTHON: dict[str, type] = {"bool": bool, "int": int, "float": float, "complex": complex}
DTYPE: dict[str, np.dtype[Any]] = {short: np.dtype(short) for short in STRONG}
NUMPY_NAME = {short: f"np.{DTYPE[short].type.__name__.rstrip('_')}" for short in STRONG}


def kind(name: str) -> str:
    """ "b", "i", "u", "f" or "c"."""
    return {"bool": "b", "int": "i", "float": "f", "complex": "c"}.get(name, name[0])


def type_of(value: object) -> str | None:
    """The type of a value, None for what no kernel computes with."""
    if isinstance(value, np.generic):
        short = f"{value.dtype.kind}{value.dtype.itemsize}"
        return short if short in STRONG else None
    return next((name for name, python in _PYTHON.items() if type(value) is python), None)


class Op(NamedTuple):
    """One row: text with a place per operand, what it is called, when its result is inexact.

    `inexact`: "" never, "fc" for results (or operands) of these kinds. `numpy`: whether NumPy
    computes it by algorithms of its own, so that exact mode may differ in the last digits too.
    """

    name: str
    text: str
    count: int
    inexact: str = ""
    numpy: bool = False
    group: str = "function"


def _binary() -> Iterator[Op]:
    for name, sign, inexact in (
        ("add", "+", ""),
        ("sub", "-", ""),
        ("mul", "*", "c"),
        ("truediv", "/", "c"),
        ("floordiv", "//", ""),
        ("mod", "%", ""),
        ("pow", "**", "fc"),
    ):
        yield Op(name, f"({{0}} {sign} {{1}})", 2, inexact, "c" in inexact, "arithmetic")
    for name, sign in (("and", "&"), ("or", "|"), ("xor", "^"), ("lshift", "<<"), ("rshift", ">>")):
        yield Op(name, f"({{0}} {sign} {{1}})", 2, group="bits")
    for name, sign in (("lt", "<"), ("le", "<="), ("eq", "=="), ("ne", "!=")):
        yield Op(name, f"({{0}} {sign} {{1}})", 2, group="comparison")
    yield Op("gt", "({0} > {1})", 2, group="comparison")
    yield Op("ge", "({0} >= {1})", 2, group="comparison")


def _unary() -> Iterator[Op]:
    yield Op("neg", "(-{0})", 1, group="arithmetic")
    yield Op("pos", "(+{0})", 1, group="arithmetic")
    yield Op("invert", "(~{0})", 1, group="bits")
    yield Op("abs", "abs({0})", 1, "c", True, "arithmetic")
    yield Op("not", "(not {0})", 1, group="comparison")
    for name in (".real", ".imag", ".conjugate()"):
        yield Op(name.strip(".()"), f"{{0}}{name}", 1)


def _calls() -> Iterator[Op]:
    for name in ("int", "float", "bool", "complex"):
        yield Op(f"{name}()", f"{name}({{0}})", 1, group="cast")
    for short in STRONG:
        yield Op(f"nm.{short}", f"nm.{short}({{0}})", 1, group="cast")
    yield Op("complex2", "complex({0}, {1})", 2, group="cast")
    yield Op("round", "round({0})", 1)
    yield Op("min", "min({0}, {1})", 2)
    yield Op("max", "max({0}, {1})", 2)
    yield Op("divmod0", "divmod({0}, {1})[0]", 2)
    yield Op("divmod1", "divmod({0}, {1})[1]", 2)
    for name in "floor ceil trunc isnan isinf isfinite fabs sqrt".split():
        yield Op(f"math.{name}", f"math.{name}({{0}})", 1)
    for name in "copysign fmod remainder gcd".split():
        yield Op(f"math.{name}", f"math.{name}({{0}}, {{1}})", 2)
    for name in (
        "exp expm1 exp2 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh"
        " acosh atanh cbrt erf erfc degrees radians"
    ).split():
        yield Op(f"math.{name}", f"math.{name}({{0}})", 1, "f")
    for name in ("atan2", "pow"):
        yield Op(f"math.{name}", f"math.{name}({{0}}, {{1}})", 2, "f")


def _ufuncs() -> Iterator[Op]:
    for name in (
        "rint floor ceil trunc isnan isinf isfinite signbit sign logical_not invert negative"
        " conjugate"
    ).split():
        yield Op(f"np.{name}", f"np.{name}({{0}})", 1, "c" if name == "sign" else "", True)
    for name in "sqrt square absolute".split():
        yield Op(f"np.{name}", f"np.{name}({{0}})", 1, "c", True)
    for name in (
        "exp exp2 expm1 log log2 log10 log1p sin cos tan cbrt sinh cosh tanh arcsin arccos arctan"
        " arcsinh arccosh arctanh"
    ).split():
        yield Op(f"np.{name}", f"np.{name}({{0}})", 1, "fc", True)
    for name in (
        "minimum maximum fmin fmax fmod copysign nextafter gcd logical_and logical_or logical_xor"
        " add subtract floor_divide remainder left_shift right_shift bitwise_and bitwise_or"
        " bitwise_xor less less_equal equal not_equal greater greater_equal"
    ).split():
        yield Op(f"np.{name}", f"np.{name}({{0}}, {{1}})", 2, "", True)
    for name, inexact in (
        ("multiply", "c"),
        ("divide", "c"),
        ("power", "fc"),
        ("hypot", "f"),
        ("arctan2", "f"),
    ):
        yield Op(f"np.{name}", f"np.{name}({{0}}, {{1}})", 2, inexact, True)


OPS: tuple[Op, ...] = (*_binary(), *_unary(), *_calls(), *_ufuncs())
BY_NAME: dict[str, Op] = {op.name: op for op in OPS}


class _Casts:
    """`nm.f8` and the others as plain Python sees them."""

    def __getattr__(self, short: str) -> Any:
        return np.bool_ if short == "b1" else DTYPE[short].type


_SCOPE = {"np": np, "math": math, "nm": _Casts()}


def _sample(name: str, value: int) -> Any:
    if name in _PYTHON:
        return _PYTHON[name](value)
    return DTYPE[name].type(value)


_ORDERED = set(
    "lt le gt ge less less_equal greater greater_equal min max minimum maximum fmin fmax"
    " sign".split()
)


# Combinations that numeta documents as refused or different: (op, operand types) -> leave out.
def _left_out(op: Op, types: tuple[str, ...]) -> bool:
    if op.name in ("min", "max") and len(set(types)) > 1:
        return True  # no single type
    if op.name in ("int()", "round", "math.floor", "math.ceil", "math.trunc", "math.gcd"):
        return "u8" in types  # no Python int of 64 bits
    if op.name == "invert" and types == ("bool",):
        return True  # deprecated in Python
    if op.name in ("np.fmin", "np.fmax") and "f" in {kind(t) for t in types}:
        return True  # which of two zeros NumPy takes depends on the processor and on the place
    if op.name in ("eq", "ne") and types == ("complex", "f8"):
        return True  # of a constant on the left it is not known that it stands there
    if any(kind(t) == "c" for t in types):
        name = op.name.removeprefix("math.").removeprefix("np.")
        if name in _ORDERED or op.name in ("int()", "float()", "round"):
            return True  # complex numbers have no order
        if op.name.startswith("math."):
            return True
    if op.name == "complex2":
        return any(kind(t) == "c" for t in types)
    if op.group == "cast" and op.name.startswith("nm.") and kind(types[0]) == "c":
        return kind(op.name[3:]) not in "cb"
    return False


@functools.cache
def results() -> dict[str, list[tuple[Op, tuple[str, ...]]]]:
    """For each result type the operations and operand types that give it."""
    found: dict[str, list[tuple[Op, tuple[str, ...]]]] = {name: [] for name in TYPES}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for op in OPS:
            code = compile(op.text.format("x", "y"), op.name, "eval")
            for types in itertools.product(TYPES, repeat=op.count):
                if _left_out(op, types):
                    continue
                scope = dict(zip("xy", (_sample(types[0], 1), _sample(types[-1], 1)), strict=True))
                try:
                    result = type_of(eval(code, _SCOPE | scope))
                except (TypeError, ValueError, AttributeError):
                    continue
                if result is not None:
                    found[result].append((op, types))
    return found


@functools.cache
def result_type(name: str, *types: str) -> str | None:
    """The type of one operation, None where it has none."""
    for result, rows in results().items():
        if any(op.name == name and operands == types for op, operands in rows):
            return result
    return None


def is_inexact(op: Op, types: tuple[str, ...], result: str) -> bool:
    """Whether default mode may differ in the last digits."""
    return kind(result) in op.inexact or (
        "c" in op.inexact and any(kind(name) == "c" for name in types)
    )
