"""NumPy's random Generator in a kernel: the numbers that NumPy would draw, from the same stream.

A Generator that is given to a kernel is a run-time argument, whose bit generator's state the kernel
advances as NumPy does: NumPy's own procedures are called, which its library exports (the names are
those of numpy/random/distributions.h). It must not be used by two threads at once: NumPy's lock is
not taken.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from .. import _trace
from ..functions_numpy import operand
from ..session import refuse
from ..traced_values import is_run_time
from .conversion import Scalar, shape_of, short_of
from .nests import over, product, require, shape_text
from .shapes import repeated

_BITS: tuple[str, str] = ("i8", "written")


@functools.cache
def _library() -> tuple[str, Any]:
    """(the file that defines NumPy's procedures, the same loaded)."""
    from numpy.random import _generator

    path = str(_generator.__file__)
    return path, ctypes.CDLL(path)


class _Draw:
    """A procedure of NumPy: of the state and numbers, with a result or an array that it fills."""

    def __init__(self, symbol: str, types: str, result: str | None) -> None:
        self.symbol = symbol
        self.types = types.split()
        self.result = result

    def __call__(self, generator: Generator, *values: Any) -> Any:
        path, loaded = _library()
        if not hasattr(loaded, self.symbol):
            refuse(
                230, name="Generator", what="a NumPy that hides its procedures", instead=_OUTSIDE
            )
        ways = [_BITS]
        for short in self.types:
            ways.append((short[1:], "written") if short[0] == "*" else (short, "value"))
        return _trace.foreign(
            self.symbol, path, "", ways, self.result, False, [generator.bits, *values]
        )


_OUTSIDE = "draw the numbers outside and pass the array"
_FILLS = {
    "uniform": {"f8": "random_standard_uniform_fill", "f4": "random_standard_uniform_fill_f"},
    "normal": {"f8": "random_standard_normal_fill", "f4": "random_standard_normal_fill_f"},
    "exponential": {
        "f8": "random_standard_exponential_fill",
        "f4": "random_standard_exponential_fill_f",
    },
}


def _float_of(dtype: Any, name: str) -> str:
    short = short_of(dtype)
    if short not in ("f8", "f4"):
        raise TypeError(f"Unsupported dtype {np.dtype(dtype)!r} for {name}")
    return short


def _lengths(size: Any) -> tuple[Any, ...]:
    if isinstance(size, float):
        message = f"expected a sequence of integers or a single integer, got '{size}'"
        raise TypeError(message)
    return shape_of(size)


def _weak(value: Any, short: str) -> Any:
    """A number of Python, as NumPy returns where no size is given."""
    return _trace.cast(value, short, True)


_KNOWN = "random, uniform, normal, integers, standard_normal, exponential, poisson"
# Element type of integers -> that of the bounds of NumPy's procedure.
_BOUNDED = {f"{kind}{size}": f"u{size}" for kind in "iu" for size in (1, 2, 4, 8)}


def _float(value: Any) -> Any:
    """A parameter as float64, a number or an array."""
    value = operand(value)
    if type(value) is _trace.Array:
        return _trace.map(_float, (value,))
    return _trace.cast(value, "f8", False) if is_run_time(value) else np.float64(value)


def _integer(value: Any) -> Any:
    value = operand(value)
    dtype = np.dtype(value.dtype) if is_run_time(value) else np.asarray(value).dtype
    if type(value) is _trace.Array or dtype.kind not in "iu" or dtype == np.uint64:
        what, instead = f"bounds of {dtype}", "two integers for all numbers"
        refuse(230, name="Generator.integers", what=what, instead=instead)
    return _trace.cast(value, "i8", True) if is_run_time(value) else int(value)


def _unsigned(value: Any, short: str) -> Any:
    """The bits of an integer."""
    if not is_run_time(value):
        return np.int64(value).astype(short)
    return _trace.cast(_trace.cast(value, "i8", False), short, False)


def _mapped(function: Callable[..., Any], *values: Any) -> Any:
    if any(type(value) is _trace.Array for value in values):
        return _trace.map(function, values)
    return function(*values)


def _signbit(x: Any) -> Any:
    return _trace.apply("signbit", (x,), python=False) if is_run_time(x) else np.signbit(x)


def _is_finite(x: Any) -> Any:
    return _trace.apply("isfinite", (x,), python=False) if is_run_time(x) else np.isfinite(x)


def _require_each(
    values: Any,
    holds: Callable[[Any], Any],
    message: str,
    error: type[Exception] = ValueError,
) -> None:
    if type(values) is not _trace.Array:
        found = holds(values)
        require(found if isinstance(found, Scalar) else bool(found), error, message)
        return
    with over(values.shape) as index:
        require(holds(values[index]), error, message)


def _spread(value: Any, shape: tuple[Any, ...]) -> Any:
    """A parameter as a view of the shape of the result."""
    if type(value) is not _trace.Array:
        return value
    values: list[Any] = []
    message = (
        f"Output size {shape_text(shape, values)} is not compatible with broadcast dimensions of"
        f" inputs {shape_text(value.shape, values)}."
    )
    if value.ndim > len(shape):
        raise ValueError(message.format(*values))
    return repeated(value, shape, message, values)


class Generator:
    """What stands for a Generator while a kernel is traced."""

    def __init__(self, bits: Any) -> None:
        self.bits = bits

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__") or not hasattr(np.random.Generator, name):
            raise AttributeError(f"'Generator' object has no attribute {name!r}")
        refuse(230, name=f"Generator.{name}", what="a generator given to a kernel", instead=_KNOWN)

    def _filled(self, kind: str, name: str, size: Any, dtype: Any, out: Any) -> Any:
        """Numbers of a standard distribution, one after the other in C order."""
        short = _float_of(dtype, name)
        draw = _Draw(_FILLS[kind][short], f"i8 *{short}", None)
        if out is not None:
            refuse(
                230, name=f"Generator.{name}", what="out=", instead=f"out[...] = rng.{name}(...)"
            )
        made = _trace.empty((1,) if size is None else _lengths(size), short)
        draw(self, product(made.shape), _trace.flat(made))
        return _weak(made[0], "f8") if size is None else made

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """`rng.random`."""
        return self._filled("uniform", "random", size, dtype, out)

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """`rng.standard_normal`."""
        return self._filled("normal", "standard_normal", size, dtype, out)

    def standard_exponential(
        self, size: Any = None, dtype: Any = np.float64, method: str = "zig", out: Any = None
    ) -> Any:
        """`rng.standard_exponential`, by the method "zig"."""
        if method != "zig":
            name = "Generator.standard_exponential"
            refuse(230, name=name, what=f"method={method!r}", instead="method='zig'")
        return self._filled("exponential", "standard_exponential", size, dtype, out)

    def _each(self, draw: _Draw, size: Any, values: tuple[Any, ...], result: str) -> Any:
        """One number for each element of the parameters, which are broadcast."""
        arrays = [value for value in values if type(value) is _trace.Array]
        if size is None and not arrays:
            return _weak(draw(self, *values), result)
        if size is None:
            shape = _trace.common_shape([array.shape for array in arrays])
        else:
            shape = _lengths(size)
        lines = tuple(_spread(value, shape) for value in values)
        made = _trace.empty(shape, result)
        with over(shape) as index:
            at = [line[index] if type(line) is _trace.Array else line for line in lines]
            made[index] = draw(self, *at)
        return made

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """`rng.normal`."""
        loc, scale = map(_float, (loc, scale))
        _require_each(scale, lambda x: ~_signbit(x), "scale < 0")
        return self._each(_Draw("random_normal", "f8 f8", "f8"), size, (loc, scale), "f8")

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """`rng.uniform`."""
        low, high = map(_float, (low, high))
        width = _mapped(lambda a, b: b - a, low, high)
        _require_each(
            width, _is_finite, "high - low range exceeds valid bounds", error=OverflowError
        )
        _require_each(width, lambda x: ~_signbit(x), "high - low < 0")
        return self._each(_Draw("random_uniform", "f8 f8", "f8"), size, (low, width), "f8")

    def exponential(self, scale: Any = 1.0, size: Any = None) -> Any:
        """`rng.exponential`."""
        scale = _float(scale)
        _require_each(scale, lambda x: ~_signbit(x), "scale < 0")
        return self._each(_Draw("random_exponential", "f8", "f8"), size, (scale,), "f8")

    def poisson(self, lam: Any = 1.0, size: Any = None) -> Any:
        """`rng.poisson`."""
        lam = _float(lam)
        _require_each(lam, lambda x: x >= 0, "lam < 0 or lam is NaN")
        most = np.iinfo(np.int64).max - np.sqrt(np.iinfo(np.int64).max) * 10
        _require_each(lam, lambda x: x <= most, "lam value too large")
        return self._each(_Draw("random_poisson", "f8", "i8"), size, (lam,), "i8")

    def integers(
        self,
        low: Any,
        high: Any = None,
        size: Any = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
    ) -> Any:
        """`rng.integers` between two numbers, of 64 or 32 bits."""
        short = short_of(dtype)
        if short not in _BOUNDED:
            what = f"dtype={np.dtype(dtype)}"
            refuse(230, name="Generator.integers", what=what, instead="int64, and a.astype(dtype)")
        given = low, high
        low, high = (0, low) if high is None else (low, high)
        low, high = _integer(low), _integer(high)
        limits = np.iinfo(short)
        last = high if endpoint else high - 1
        require(low >= limits.min, ValueError, f"low is out of bounds for {np.dtype(dtype)}")
        require(last <= limits.max, ValueError, f"high is out of bounds for {np.dtype(dtype)}")
        if given[1] is None:
            text = "high < 0" if endpoint else "high <= 0"
        else:
            text = "low > high" if endpoint else "low >= high"
        require(low <= last, ValueError, text)
        wide = _BOUNDED[short]
        symbol = f"random_bounded_uint{8 * int(wide[1:])}_fill"
        draw = _Draw(symbol, f"{wide} {wide} i8 b1 *{short}", None)
        made = _trace.empty((1,) if size is None else _lengths(size), short)
        start, width = (_unsigned(x, wide) for x in (low, last - low))
        draw(self, start, width, product(made.shape), np.bool_(False), _trace.flat(made))
        if size is not None:
            return made
        return _weak(made[0], "i8") if dtype is int else made[0]
