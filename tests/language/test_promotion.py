"""NEP 50: every operation on every pair of dtypes has NumPy's dtype, weak scalars included."""

from __future__ import annotations

import operator
import warnings

import numpy as np
import pytest

from numeta import _trace

CODES = [row["short"] for row in _trace.dtypes()]
DTYPES = {row["short"]: np.dtype(row["name"]) for row in _trace.dtypes()}
WEAK = {"b1": True, "i8": 3, "f8": 2.5, "c16": 1.5 + 2j}
BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
}


def numpy_says(function, *operands):
    """(dtype or Python type) of the result, or None where NumPy raises TypeError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = function(*operands)
        except TypeError:
            return None
    if isinstance(result, np.generic):
        return result.dtype
    return type(result)


def numeta_says(function, *kinds):
    """As numpy_says, for traced operands of (code, weak); None where the trace refuses."""
    from numeta.errors import TraceError

    trace = _trace.Trace("promotion")
    values = [trace.add_scalar(f"x{k}", *kind) for k, kind in enumerate(kinds)]
    with trace:
        try:
            result = function(*values)
        except (TraceError, TypeError):
            return None
    if result.weak:
        return {"b": bool, "i": int, "f": float, "c": complex}[result.dtype.kind]
    return result.dtype


def one(code: str):
    return DTYPES[code].type(1)


@pytest.mark.parametrize("name", BINARY)
def test_binary_operators_promote_as_numpy(name):
    function = BINARY[name]
    compared = 0
    for left in CODES:
        for right in CODES:
            expected = numpy_says(function, one(left), one(right))
            found = numeta_says(function, (left, False), (right, False))
            assert found == expected, (left, right)
            compared += 1
    assert compared >= 121


@pytest.mark.parametrize("name", BINARY)
def test_weak_operands_promote_as_numpy(name):
    function = BINARY[name]
    for code in CODES:
        for weak, value in WEAK.items():
            for flipped in (False, True):
                operands = (value, one(code)) if flipped else (one(code), value)
                kinds = [(weak, True), (code, False)] if flipped else [(code, False), (weak, True)]
                expected = numpy_says(function, *operands)
                assert numeta_says(function, *kinds) == expected, (code, weak, flipped)


@pytest.mark.parametrize("name", BINARY)
def test_python_numbers_behave_as_python(name):
    function = BINARY[name]
    for left, a in WEAK.items():
        for right, b in WEAK.items():
            expected = numpy_says(function, a, b)
            found = numeta_says(function, (left, True), (right, True))
            assert found == expected, (left, right)


@pytest.mark.parametrize("function", [operator.neg, operator.pos, operator.invert, abs])
def test_unary_operators_promote_as_numpy(function):
    for code in CODES:
        assert numeta_says(function, (code, False)) == numpy_says(function, one(code)), code
    for weak, value in WEAK.items():
        assert numeta_says(function, (weak, True)) == numpy_says(function, value), weak


UFUNCS = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "rint": np.rint,
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
    "sign": np.sign,
    "square": np.square,
    "conj": np.conj,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "cbrt": np.cbrt,
}


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs_promote_as_numpy(name):
    for code in CODES:
        expected = numpy_says(UFUNCS[name], one(code))
        if expected == np.dtype(np.float16):
            expected = None  # float16 is refused
        found = numeta_says(lambda x: _trace.apply(name, (x,), python=False), (code, False))
        assert found == expected, code
