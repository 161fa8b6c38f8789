"""Scalars into a kernel and out of it: what is taken, and with what bits."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest

from numeta import _call

from .conftest import F8, I8, MakeKernel

SHORT = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "c8", "c16"]


def convert(value: object, short: str, weak: bool = False) -> Any:
    dtype = np.dtype("?" if short == "b1" else short)
    return _call.convert_scalar(value, dtype.num, weak)


@pytest.mark.parametrize("source", SHORT)
@pytest.mark.parametrize("target", SHORT)
def test_numpy_scalar_is_taken_where_its_dtype_casts_safely(source: str, target: str) -> None:
    origin = np.dtype("?" if source == "b1" else source)
    goal = np.dtype("?" if target == "b1" else target)
    for value in (origin.type(0), origin.type(1)):
        taken = convert(value, target)
        if not np.can_cast(origin, goal, "safe"):
            assert taken is NotImplemented
        else:
            assert type(taken) is goal.type
            assert taken == value


@pytest.mark.parametrize("short", [s for s in SHORT if s[0] in "iu"])
def test_python_int_must_fit(short: str) -> None:
    limits = np.iinfo(short)
    for value in (0, 1, int(limits.min), int(limits.max), True):
        assert convert(value, short) == value
        assert type(convert(value, short, weak=True)) is int
    for value in (int(limits.min) - 1, int(limits.max) + 1, 2**200, -(2**200)):
        assert convert(value, short) is NotImplemented


def test_kinds_only_go_upwards() -> None:
    assert convert(1, "b1") is NotImplemented
    assert convert(1.0, "i8") is NotImplemented
    assert convert(1j, "f8") is NotImplemented
    assert convert(np.float64(1), "f4") is NotImplemented
    assert convert(True, "f8") == 1.0
    assert convert(2, "c16") == 2 + 0j
    assert convert(0.5, "c8") == 0.5 + 0j
    for value in ("1", None, [1], np.zeros(()), object()):
        assert convert(value, "f8") is NotImplemented


def test_python_int_becomes_a_float_as_float_does() -> None:
    for value in (2**53 + 1, -(2**63) - 1, 2**64, 2**70 + 12345, 10**300):
        assert convert(value, "f8") == float(value)
    assert convert(10**400, "f8") is NotImplemented


def test_float_narrows_by_rounding_and_never_to_infinity() -> None:
    assert convert(0.1, "f4") == np.float32(0.1)
    assert convert(1e300, "f4") is NotImplemented
    assert convert(math.inf, "f4") == np.inf
    assert convert(complex(1, 1e300), "c8") is NotImplemented


@pytest.mark.parametrize("bits", [0x7FF8000000000001, 0x8000000000000000, 1, 0xFFF0000000000000])
def test_float_bits_survive(bits: int) -> None:
    (value,) = struct.unpack("<d", struct.pack("<Q", bits))
    for weak in (True, False):
        taken = convert(value, "f8", weak)
        assert struct.unpack("<Q", struct.pack("<d", taken))[0] == bits
    assert type(convert(value, "f8", True)) is float
    assert type(convert(value, "f8", False)) is np.float64


@pytest.mark.parametrize("weak", [True, False])
def test_scalar_goes_through_a_stub(make: MakeKernel, weak: bool) -> None:
    kernel = make([("scalar", F8, weak)], "copy_scalar", results=[(F8, weak)], template=0)
    result = kernel(-0.0)
    assert math.copysign(1, result) == -1
    assert type(result) is (float if weak else np.float64)


def test_complex_goes_through_a_stub(make: MakeKernel) -> None:
    number = np.dtype("c16").num
    kernel = make([("scalar", number, True)], "copy_complex", results=[(number, True)], template=0)
    assert kernel(1.5 - 2j) == 1.5 - 2j
    assert type(kernel(True)) is complex


def test_template_rebuilds_tuples_constants_and_arguments(make: MakeKernel) -> None:
    marker = object()
    shape = ("tuple", ("arg", 0), 0, ("list", ("const", marker), None), ("tuple",))
    kernel = make([("scalar", I8, True)], "copy_scalar", results=[(I8, True)], template=shape)
    argument = 10**15
    result = kernel(argument)
    assert result == (argument, argument, [marker, None], ())
    assert result[0] is argument
    assert result[2][0] is marker


def test_no_results_is_none(make: MakeKernel) -> None:
    assert make([])() is None


def test_bad_descriptions_are_refused(make: MakeKernel) -> None:
    with pytest.raises(ValueError, match="result template names a result"):
        make([], template=0)
    with pytest.raises(ValueError, match="unknown word"):
        make([], template=("dict", 0))
    with pytest.raises(ValueError, match="parameter has no scalar dtype"):
        make([("scalar", np.dtype("O").num, False)])
    with pytest.raises(ValueError, match="layout is"):
        make([("array", F8, 1, "X", None, False)])
