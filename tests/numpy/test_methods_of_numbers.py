"""Methods and attributes of run-time numbers, which NumPy's share with arrays."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

VALUES = np.array([3.0, 1.0, -2.5, 5.0])
EDGES = (0, 1, -1, 255, -256, 2**32, 2**63 - 1, -(2**63))


def test_a_number_of_numpy_is_an_array_without_axes():
    @nm.jit
    def kernel(a: nm.f8[:]):
        x = a.sum()
        same = x.copy(), x.T, x.squeeze(), x.transpose(), x.sum(), x.max(), x.mean(), x.round(1)
        wide = x.reshape(1), x.ravel(), x.flatten(), x.repeat(2), x.cumsum(), a[0].reshape(1, 1)
        facts = x.shape, x.ndim, x.size, x.nbytes, x.itemsize
        return same, wide, facts, x.astype(np.float32), x.clip(0, 1), x.std(), x.any(), x.argmax()

    same_as_python(kernel, VALUES)


def test_item_gives_a_number_of_python():
    @nm.jit
    def kernel(a: nm.f8[:], i: nm.i4, z: nm.c8):
        return a.sum().item(), a.argmax().item(), (a > 1)[0].item(), i.item(), z.item(), i.tolist()

    same_as_python(kernel, VALUES, 7, 1 + 2j)


@pytest.mark.parametrize("x", [0.5, 2.0, -0.0, 1e300, math.nan, math.inf, -math.inf])
def test_is_integer(x):
    @nm.jit
    def kernel(x: float, y: nm.f4, i: nm.i4):
        return x.is_integer(), y.is_integer(), i.is_integer()

    same_as_python(kernel, x, np.float32(x), 3)


@pytest.mark.parametrize("n", EDGES)
def test_bits_of_python_ints(n):
    @nm.jit
    def kernel(n: int, b: bool):
        of_bool = b.bit_length(), b.bit_count(), b.numerator, b.denominator
        return n.bit_length(), n.bit_count(), n.numerator, n.denominator, of_bool

    same_as_python(kernel, n, bool(n & 1))


def test_bits_of_integers_of_numpy():
    @nm.jit
    def kernel(n: nm.i1, m: nm.u8):
        return n.bit_count(), m.bit_count(), n.numerator, m.denominator

    for n, m in ((-128, 2**64 - 1), (127, 0), (-1, 2**63)):
        same_as_python(kernel, np.int8(n), np.uint64(m))


def test_what_a_number_does_not_have_is_an_attribute_error():
    @nm.jit
    def of_float(x: float):
        return x.shape

    @nm.jit
    def of_int64(n: nm.i8):
        return n.bit_length()

    same_as_python(of_float, 0.5)
    same_as_python(of_int64, 3)


def test_an_array_without_axes_converts_to_numbers_of_python():
    @nm.jit
    def kernel(a: nm.f8[()]):
        return float(a), int(a), bool(a), complex(a), math.sqrt(float(a))

    same_as_python(kernel, np.array(5.5))
