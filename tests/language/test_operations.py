"""Every operation on every dtype, compiled and compared with NumPy on the values that hurt."""

from __future__ import annotations

import operator
import warnings

import numpy as np
import pytest

import numeta as nm
from numeta import _trace

CODES = [row["short"] for row in _trace.dtypes()]
DTYPES = {row["short"]: np.dtype(row["name"]) for row in _trace.dtypes()}
ARITHMETIC = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]
BITS = ["lshift", "rshift", "and_", "or_", "xor"]
COMPARISONS = ["lt", "le", "eq", "ne", "gt", "ge"]
UNARY = ["neg", "pos", "invert", "abs"]


def edges(dtype: np.dtype) -> np.ndarray:
    """Zero, ones, limits, their neighbours; for floats also NaN, infinities, -0.0, subnormals."""
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        picked = [0, 1, 2, 3, 5, 7, 31, 63, 64, 100, info.max, info.max - 1, info.min, info.min + 1]
        picked += [-1, -2, -3, -7, -64] if dtype.kind == "i" else [info.max // 2, info.max // 2 + 1]
        return np.array([v for v in picked if info.min <= v <= info.max], dtype=dtype)
    info = np.finfo(dtype)
    real = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0, 7.25, -7.25, 1e10, 0.1, np.inf, -np.inf]
    real += [np.nan, float(info.max), float(info.smallest_subnormal), float(info.tiny), -1e-3]
    if dtype.kind == "f":
        return np.array(real, dtype=dtype)
    finite = [0.0, 1.0, -2.5, 3.0, 0.1, -7.25]
    return np.array([complex(a, b) for a in finite for b in finite], dtype=dtype)


def pairs(left: np.dtype, right: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    a, b = edges(left), edges(right)
    return np.repeat(a, len(b)), np.tile(b, len(a))


def expected(function, x: np.ndarray, y: np.ndarray | None) -> np.ndarray | None:
    """NumPy's scalar results, or None where NumPy refuses the types."""
    out = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(len(x)):
            try:
                out.append(function(x[k]) if y is None else function(x[k], y[k]))
            except TypeError:
                return None
            except ValueError:  # an integer to a negative power
                return None
    return np.array(out, dtype=out[0].dtype)


def close(name: str, found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Bit equality but for the sign of NaN; powers and complex division within a few ULP."""
    if found.dtype.kind in "biu":
        return found == wanted
    both_nan = np.isnan(found) & np.isnan(wanted)
    if name in ("pow", "truediv", "abs") and (found.dtype.kind == "c" or name != "truediv"):
        eps = np.finfo(found.dtype).eps
        limit = 16 * eps if name == "pow" else 8 * eps
        with np.errstate(all="ignore"):
            near = np.abs(found - wanted) <= limit * np.abs(wanted)
        return near | both_nan | (found == wanted)
    same = (found == wanted) & (np.signbit(found.real) == np.signbit(wanted.real))
    return same | both_nan


def check(name: str, x: np.ndarray, y: np.ndarray | None, found: np.ndarray, wanted: np.ndarray):
    good = close(name, found, wanted)
    if good.all():
        return
    k = int(np.flatnonzero(~good)[0])
    second = "" if y is None else f", {y[k]!r}"
    raise AssertionError(f"{name}({x[k]!r}{second}) = {found[k]!r}, NumPy gives {wanted[k]!r}")


def apply_all(functions):
    @nm.jit
    def kernel(x, y, *outs):
        for k in range(len(functions)):
            for i in nm.range(x.shape[0]):
                outs[k][i] = functions[k](x[i], y[i])

    return kernel


def usable_powers(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Integer powers without negative exponents; complex powers of moderate size only."""
    if x.dtype.kind in "iub" and y.dtype.kind in "iub":
        return y >= 0
    return np.ones(len(x), dtype=bool)


@pytest.mark.parametrize("left", CODES)
def test_binary_operations_match_numpy(left):
    for right in CODES:
        x, y = pairs(DTYPES[left], DTYPES[right])
        if "c" in left + right:
            finite = np.isfinite(x) & np.isfinite(y) & (np.abs(x) < 1e6) & (np.abs(y) < 1e6)
            x, y = x[finite], y[finite]
        names = ARITHMETIC + BITS + (["eq", "ne"] if "c" in left + right else COMPARISONS)
        groups: dict[bool, list[str]] = {False: [n for n in names if n != "pow"], True: ["pow"]}
        for is_power, group in groups.items():
            keep = usable_powers(x, y) if is_power else np.ones(len(x), dtype=bool)
            a, b = x[keep].copy(), y[keep].copy()
            wanted = {n: expected(getattr(operator, n), a, b) for n in group}
            wanted = {n: w for n, w in wanted.items() if w is not None}
            if not wanted:
                continue
            outs = [np.zeros(len(a), dtype=w.dtype) for w in wanted.values()]
            apply_all([getattr(operator, n) for n in wanted])(a, b, *outs)
            for (name, want), out in zip(wanted.items(), outs, strict=True):
                check(name, a, b, out, want)


@pytest.mark.parametrize("code", CODES)
def test_unary_operations_match_numpy(code):
    x = edges(DTYPES[code])
    wanted = {n: expected(getattr(operator, n), x, None) for n in UNARY}
    wanted = {n: w for n, w in wanted.items() if w is not None}
    functions = [getattr(operator, n) for n in wanted]

    @nm.jit
    def kernel(x, *outs):
        for k in range(len(functions)):
            for i in nm.range(x.shape[0]):
                outs[k][i] = functions[k](x[i])

    outs = [np.zeros(len(x), dtype=w.dtype) for w in wanted.values()]
    kernel(x, *outs)
    for (name, want), out in zip(wanted.items(), outs, strict=True):
        check(name, x, None, out, want)


@pytest.mark.parametrize("source", CODES)
def test_conversions_match_astype(source):
    x = edges(DTYPES[source])
    targets = [c for c in CODES if c.startswith("c") or not source.startswith("c")]
    kinds = [getattr(nm, c) for c in targets]

    @nm.jit
    def kernel(x, *outs):
        for k in range(len(kinds)):
            for i in nm.range(x.shape[0]):
                outs[k][i] = kinds[k](x[i])

    outs = [np.zeros(len(x), dtype=DTYPES[c]) for c in targets]
    kernel(x, *outs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for code, out in zip(targets, outs, strict=True):
            want = np.array([v.astype(DTYPES[code]) for v in x])
            check(f"astype {code}", x, None, out, want)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_alternating_sum_and_difference_is_not_contracted(dtype):
    @nm.jit
    def kernel(x, y, z, out):
        for i in nm.range(x.shape[0] // 2):
            out[2 * i] = x[2 * i] * y[2 * i] - z[2 * i]
            out[2 * i + 1] = x[2 * i + 1] * y[2 * i + 1] + z[2 * i + 1]

    x = np.full(64, 0.1, dtype)
    z = x * x
    z[1::2] *= -1
    out = np.ones(64, dtype)
    kernel(x, x, z, out)
    assert not out.any()
