"""`same_as_python`: the one promise as a test, a kernel gives what its undecorated function gives.

The arguments are copied so that shared memory stays shared (views, overlaps, strides, one array
passed twice), the plain function (debug semantics) and the compiled kernel run on a copy each, in
default, exact and checks mode, and results and every argument are compared: type, dtype, shape and
value, within the row of the tolerance table for dtype and mode, and of returned arrays whose memory
they are in. Where plain Python raises, the
kernel raises the same exception type in checks mode; NaNs are equal to NaNs, zeros keep their sign.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .debug import debug
from .kernel import Kernel
from .records import Record


class Tolerance(Record):
    """One row: values of `dtype` may differ by `ulp` units in the last place in `mode`."""

    mode: str
    dtype: str
    ulp: int
    reason: str


# fmt: off
TOLERANCES = (
    Tolerance("default", "f4", 4, "vector math is within 4 ULP, as NumPy's own"),
    Tolerance("default", "f8", 4, "vector math is within 4 ULP, as NumPy's own"),
    Tolerance("default", "c8", 8, "two parts, each of several rounded operations"),
    Tolerance("default", "c16", 8, "two parts, each of several rounded operations"),
    Tolerance("exact", "f4", 0, "exact mode is bit-equal for real values"),
    Tolerance("exact", "f8", 0, "exact mode is bit-equal for real values"),
    Tolerance("exact", "c8", 4, "complex division and functions round differently in C"),
    Tolerance("exact", "c16", 4, "complex division and functions round differently in C"),
    Tolerance("checks", "f4", 4, "as default"),
    Tolerance("checks", "f8", 4, "as default"),
    Tolerance("checks", "c8", 8, "as default"),
    Tolerance("checks", "c16", 8, "as default"),
)
# fmt: on
_FAR = 1 << 64  # beyond every distance of two numbers
_ULP = {(row.mode, row.dtype): row.ulp for row in TOLERANCES}
MODES = ("default", "exact", "checks")


def _base_of(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


class _Copier:
    """Copies values; arrays on the same memory become arrays on the same copied memory."""

    def __init__(self) -> None:
        self.buffers: dict[int, tuple[Any, np.ndarray[Any, Any]]] = {}
        self.made: dict[int, Any] = {}
        self.alive: list[Any] = []

    def copy(self, value: Any) -> Any:
        if id(value) in self.made:
            return self.made[id(value)]
        self.alive.append(value)
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            new: Any = self.array(value)
        elif type(value) in (list, tuple):
            new = type(value)([self.copy(item) for item in value])
        elif type(value) is dict:
            new = {key: self.copy(item) for key, item in value.items()}
        else:
            import copy

            new = copy.deepcopy(value, dict(self.made))
        self.made[id(value)] = new
        return new

    def array(self, value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        base = _base_of(value)
        low, high = np.lib.array_utils.byte_bounds(base)
        own_low, own_high = np.lib.array_utils.byte_bounds(value)
        if not (low <= own_low and own_high <= high):
            base, low, high = value, own_low, own_high
        if id(base) not in self.buffers:
            # The same distance to a 64-byte boundary: alignment is a property of the argument.
            raw = np.zeros(high - low + 128, np.uint8)
            shift = (low - raw.ctypes.data) % 64
            copied = raw[shift : shift + high - low]
            if high > low:
                copied[:] = np.frombuffer(ctypes.string_at(low, high - low), np.uint8)
            self.buffers[id(base)] = (base, copied)
        memory = self.buffers[id(base)][1]
        start = value.__array_interface__["data"][0] - low
        new = np.ndarray(
            value.shape, value.dtype, memory, start if value.size else 0, value.strides
        )
        new.flags.writeable = value.flags.writeable
        return new if type(value) is np.ndarray else new.view(type(value))


def _ulps(got: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> Any:
    """Distance in units in the last place; NaN to NaN is 0, a zero of the other sign is far."""
    kind = np.int32 if got.dtype.itemsize == 4 else np.int64
    a: Any = got.view(kind).astype(object)
    b: Any = expected.view(kind).astype(object)
    low = int(np.iinfo(kind).min)
    ordered_a: Any = np.where(a < 0, low - a - 1, a)
    ordered_b: Any = np.where(b < 0, low - b - 1, b)
    distance = np.abs(ordered_a - ordered_b)
    other_zero = (got == 0) & (expected == 0) & (np.signbit(got) != np.signbit(expected))
    distance = np.where(other_zero, _FAR, distance)
    return np.where(np.isnan(got) & np.isnan(expected), 0, distance)


def _compare_numbers(got: Any, expected: Any, mode: str, where: str) -> None:
    a, b = np.ascontiguousarray(got), np.ascontiguousarray(expected)
    if a.dtype.kind not in "fc":
        equal = bool(np.array_equal(a, b))
        assert equal, f"{where} ({mode}): {got!r} is not {expected!r}"
        return
    allowed = _ULP[mode, f"{a.dtype.kind}{a.dtype.itemsize}"]
    if a.dtype.kind == "c":
        real = np.float32 if a.dtype.itemsize == 8 else np.float64
        # The error of one part is relative to the modulus of the number, not to the part.
        scale = np.maximum(np.abs(a), np.abs(b)).repeat(2).astype(real)
        parts_a: Any = a.ravel().view(real)
        parts_b: Any = b.ravel().view(real)
        with np.errstate(all="ignore"):
            near = np.abs(parts_a - parts_b) <= allowed * np.spacing(scale).ravel()
        distance = _ulps(parts_a, parts_b)
        good = (near & (distance != _FAR)) | (distance <= allowed)
    else:
        good = _ulps(a.ravel(), b.ravel()) <= allowed
    if not bool(np.all(good)):
        raise AssertionError(
            f"{where} ({mode}): differs by more than {allowed} ULP\n"
            f"  kernel: {got!r}\n  python: {expected!r}"
        )


def _compare(got: Any, expected: Any, mode: str, where: str) -> None:
    assert type(got) is type(expected), (
        f"{where} ({mode}): {type(got).__name__} {got!r} instead of "
        f"{type(expected).__name__} {expected!r}"
    )
    if isinstance(expected, np.ndarray | np.generic):
        assert got.dtype == expected.dtype, f"{where} ({mode}): {got.dtype}, not {expected.dtype}"
        assert got.shape == expected.shape, f"{where} ({mode}): {got.shape}, not {expected.shape}"
        _compare_numbers(got, expected, mode, where)
    elif isinstance(expected, float | complex):
        _compare_numbers(np.asarray(got), np.asarray(expected), mode, where)
    elif isinstance(expected, tuple | list):
        assert len(got) == len(expected), f"{where} ({mode}): {got!r} instead of {expected!r}"
        for place, (a, b) in enumerate(zip(got, expected, strict=True)):
            _compare(a, b, mode, f"{where}[{place}]")
    elif isinstance(expected, dict):
        assert list(got) == list(expected), f"{where} ({mode}): {got!r} instead of {expected!r}"
        for key in expected:
            _compare(got[key], expected[key], mode, f"{where}[{key!r}]")
    elif isinstance(expected, int | str | bytes | None):
        assert got == expected, f"{where} ({mode}): {got!r} instead of {expected!r}"


def _arrays_in(value: Any) -> list[np.ndarray[Any, Any]]:
    """The arrays in a value, depth first."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    items = value if isinstance(value, list | tuple) else ()
    return [array for item in items for array in _arrays_in(item)]


def _captured(kernel: Kernel) -> list[Any]:
    """The arrays that the function itself finds outside: the same ones whoever calls it."""
    code = kernel.py_func.__code__
    found = [kernel.py_func.__globals__.get(name) for name in code.co_names]
    for cell in kernel.py_func.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:
            continue
    return [value for value in found if isinstance(value, np.ndarray)]


def _memory_of(result: Any, known: list[np.ndarray[Any, Any]]) -> list[tuple[Any, ...]]:
    """Whose memory the arrays of a result are in: which array each is, or which it shows and where.

    `known` are the arrays of the caller; an array that was met before in the result is known, too.
    """
    known = list(known)
    out = []
    for array in _arrays_in(result):
        facts: list[Any] = [array.flags.writeable]
        for place, other in enumerate(known):
            if array is other:
                facts.append((place, "itself"))
            elif array.size and other.size and np.may_share_memory(array, other):
                far = array.__array_interface__["data"][0] - other.__array_interface__["data"][0]
                steps = [s for n, s in zip(array.shape, array.strides, strict=True) if n > 1]
                facts.append((place, far, steps))
        known.append(array)
        out.append(tuple(facts))
    return out


class _Run(Record):
    result: Any
    error: BaseException | None
    args: Any
    kwargs: Any


def _run(call: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> _Run:
    copier = _Copier()
    own_args, own_kwargs = copier.copy(tuple(args)), copier.copy(dict(kwargs))
    try:
        with np.errstate(all="ignore"):
            return _Run(call(*own_args, **own_kwargs), None, own_args, own_kwargs)
    except Exception as problem:
        return _Run(None, problem, own_args, own_kwargs)


def in_mode(kernel: Kernel, mode: str) -> Kernel:
    """The kernel of the same function in "default", "exact", "checks" or "fast" mode, made once."""
    made: dict[str, Kernel] = kernel.__dict__.setdefault("_in_mode", {})
    if mode not in made:
        flags: dict[str, Any] = {} if mode == "default" else {mode: True}
        made[mode] = Kernel(kernel.py_func, names=kernel._names, **flags)
    return made[mode]


def _plain(kernel: Kernel) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with debug():
            return kernel(*args, **kwargs)

    return call


def same_as_python(kernel: Kernel, *args: Any, modes: Sequence[str] = MODES, **kwargs: Any) -> Any:
    """Assert that `kernel` does in all `modes` what its undecorated function does; its result.

    Where the function raises, checks mode must raise the same type; the other modes are not run,
    since their answers there are the documented differences. The caller's arguments stay as they
    are.
    """
    expected = _run(_plain(kernel), args, kwargs)
    for mode in modes:
        if expected.error is not None and mode != "checks":
            continue
        got = _run(in_mode(kernel, mode), args, kwargs)
        if expected.error is not None:
            kind = type(expected.error)
            assert (
                got.error is not None
            ), f"{kernel.__qualname__} (checks): nothing raised, Python: {expected.error!r}"
            if type(got.error) is not kind:
                raise AssertionError(
                    f"{kernel.__qualname__} (checks): {got.error!r}, Python: {expected.error!r}"
                ) from got.error
            continue
        if got.error is not None:
            raise got.error
        _compare(got.result, expected.result, mode, f"{kernel.__qualname__}: result")
        outside = _captured(kernel)
        got_memory = _memory_of(got.result, _arrays_in([got.args, got.kwargs]) + outside)
        own = _memory_of(expected.result, _arrays_in([expected.args, expected.kwargs]) + outside)
        assert (
            got_memory == own
        ), f"{kernel.__qualname__}: memory of the result ({mode}): {got_memory}, not {own}"
        _compare(got.args, expected.args, mode, f"{kernel.__qualname__}: arguments")
        _compare(got.kwargs, expected.kwargs, mode, f"{kernel.__qualname__}: arguments")
    if expected.error is not None and "checks" not in modes:
        raise expected.error
    return expected.result
