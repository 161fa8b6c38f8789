"""What is expected of a kernel: its undecorated function, and where numeta documents otherwise.

The undecorated function decides. Only where a kernel does something else, the same source is run
with every operation watched, to see whether it met a row of docs/differences.md that raises nothing
in Python: an int beyond 64 bits, an int to a negative power, a negative float to a fraction.
"""

from __future__ import annotations

import ast
import linecache
import math
import operator
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

import numeta as nm

_LIMIT = 2**63
_DOCUMENTED = (
    (ZeroDivisionError, ""),
    (IndexError, "index"),
    (ValueError, "math domain error"),
    (ValueError, "negative shift count"),
    (ValueError, "cannot convert float NaN to integer"),
    (OverflowError, "math range error"),
    (OverflowError, "(34,"),
    (OverflowError, "cannot convert float infinity to integer"),
    (OverflowError, "complex exponentiation"),
)


class Run(NamedTuple):
    """What one call did: its result or what it raised, and the arguments after it."""

    result: Any
    error: BaseException | None
    args: tuple[Any, ...]


def is_documented(error: BaseException | None) -> bool:
    """Whether default mode goes on where Python raises this."""
    return any(type(error) is kind and str(error).startswith(text) for kind, text in _DOCUMENTED)


class TooLong(Exception):
    """A minimiser took away what ends a loop."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """TooLong is raised in Python code that runs longer; compiled code is not interrupted."""

    def stop(number: int, frame: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(call: Callable[..., Any], args: tuple[Any, ...]) -> Run:
    """One call; NumPy's warnings are no results."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Run(call(*args), None, args)
        except Exception as error:
            return Run(None, error, args)


def load(source: str, name: str, filename: str = "") -> dict[str, Any]:
    """The functions of a source, which can be found by its file name as a notebook's cell can."""
    filename = filename or f"<fuzz {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    scope: dict[str, Any] = {"np": np, "nm": nm, "math": math}
    exec(compile(source, filename, "exec", dont_inherit=True), scope)
    return scope


_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.iadd,
    "Sub": operator.isub,
    "Mult": operator.imul,
    "Div": operator.itruediv,
    "FloorDiv": operator.ifloordiv,
    "Mod": operator.imod,
    "BitAnd": operator.iand,
    "BitOr": operator.ior,
    "BitXor": operator.ixor,
    "LShift": operator.ilshift,
    "RShift": operator.irshift,
}


class _Watcher:
    """Counts documented differences; `w` and `p` are called by the watched source."""

    def __init__(self) -> None:
        self.met: list[str] = []

    def w(self, value: Any) -> Any:
        if type(value) is int and not -_LIMIT <= value < _LIMIT:
            self.met.append("overflow")
        return value

    def p(self, base: Any, exponent: Any) -> Any:
        if base == 0 and complex in (type(base), type(exponent)):
            self.met.append("complex power")
        value = base**exponent
        if type(base) in (int, bool) and type(exponent) in (int, bool) and exponent < 0:
            self.met.append("negative power")
        if type(value) is complex and complex not in (type(base), type(exponent)):
            self.met.append("complex power")
        return self.w(value)

    def s(self, value: Any) -> Any:
        """What `copysign` or `signbit` takes a sign from."""
        if np.any(np.isnan(value)):
            self.met.append("sign of a NaN")
        return value

    def i(self, sign: str, target: Any, value: Any) -> Any:
        """An augmented assignment, which changes an array in its place."""
        return self.w(_IN_PLACE[sign](target, value))


class _Watching(ast.NodeTransformer):
    """Wraps each operation that may give a Python int."""

    def _watched(self, node: ast.expr) -> ast.expr:
        watch = ast.Attribute(ast.Name("__watch", ast.Load()), "w", ast.Load())
        return ast.Call(watch, [node], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return self._binary(node.left, node.op, node.right)

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
        if isinstance(op, ast.Pow):
            power = ast.Attribute(ast.Name("__watch", ast.Load()), "p", ast.Load())
            return ast.Call(power, [left, right], [])
        return self._watched(ast.BinOp(left, op, right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        return self._watched(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("copysign", "signbit"):
            watch = ast.Attribute(ast.Name("__watch", ast.Load()), "s", ast.Load())
            place = 1 if node.func.attr == "copysign" else 0
            node.args[place] = ast.Call(watch, [node.args[place]], [])
        return self._watched(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.Assign:
        self.generic_visit(node)
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        if isinstance(node.op, ast.Pow):
            return ast.Assign([node.target], self._binary(read, node.op, node.value))
        watch = ast.Attribute(ast.Name("__watch", ast.Load()), "i", ast.Load())
        sign = ast.Constant(type(node.op).__name__)
        return ast.Assign([node.target], ast.Call(watch, [sign, read, node.value], []))

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        return node  # the hints are no operations


def differences_met(source: str, name: str, args: tuple[Any, ...]) -> list[str]:
    """The documented differences that a call meets, in order."""
    tree = _Watching().visit(ast.parse(source))
    ast.fix_missing_locations(tree)
    watcher = _Watcher()
    scope: dict[str, Any] = {"np": np, "nm": nm, "math": math, "__watch": watcher}
    exec(compile(tree, "<watched>", "exec", dont_inherit=True), scope)
    run(as_python(scope[name]), args)
    return watcher.met


def as_python(function: FunctionType) -> Callable[..., Any]:
    """The undecorated function on the scalars that its hints say."""
    kernel = nm.jit(function)

    def call(*args: Any) -> Any:
        with nm.debug():
            return kernel(*args)

    return call


def same(got: Any, expected: Any, ulp: int) -> bool:
    """Type and bits; floats within `ulp` units where it is not 0. NaNs are equal."""
    if type(got) is not type(expected):
        return False
    if isinstance(expected, tuple):
        return len(got) == len(expected) and all(
            same(a, b, ulp) for a, b in zip(got, expected, strict=True)
        )
    if isinstance(expected, np.ndarray | np.generic | float | complex):
        a, b = np.ascontiguousarray(got), np.ascontiguousarray(expected)
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        return a.tobytes() == b.tobytes() or _near(a.ravel(), b.ravel(), ulp)
    return bool(got == expected)


def _near(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], ulp: int) -> bool:
    if a.dtype.kind not in "fc":
        return False
    real = np.float32 if a.dtype in (np.float32, np.complex64) else np.float64
    with np.errstate(all="ignore"):
        # The error of one part of a complex number is relative to its modulus.
        scale = np.maximum(np.abs(a), np.abs(b)).astype(real)
        if a.dtype.kind == "c":
            a, b, scale = a.view(real), b.view(real), scale.repeat(2)
            ulp *= 2
            zeros = ulp > 0
        else:
            zeros = False
        close = (a == b) & ((np.signbit(a) == np.signbit(b)) | zeros)
        if ulp:
            close |= (np.abs(a - b) <= ulp * np.spacing(scale)) & (
                (np.signbit(a) == np.signbit(b)) | zeros
            )
        return bool(np.all(close | (np.isnan(a) & np.isnan(b))))
