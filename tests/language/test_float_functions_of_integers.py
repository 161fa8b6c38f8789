"""NumPy's float functions of two numbers: the type that NumPy computes in, for every pair."""

import itertools

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python
from tests.footguns.refusals import refused

CODES = ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")
NAMES = ("hypot", "arctan2", "copysign", "nextafter")


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_has_numpys_type(name):
    function = getattr(np, name)

    @nm.jit
    def kernel(a, b):
        return function(a[0], b[0])

    for left, right in itertools.product(CODES, CODES):
        a, b = np.array([3], left), np.array([1], right)
        if function(a[0], b[0]).dtype == np.float16:
            assert refused(kernel, a, b).number == 235
        else:
            same_as_python(kernel, a, b, modes=("default",))


@pytest.mark.parametrize("name", NAMES)
def test_a_python_number_beside_each_type(name):
    function = getattr(np, name)

    @nm.jit
    def kernel(a, n: int, x: float):
        return function(a[0], n), function(x, a[0])

    for code in CODES:
        a = np.array([3], code)
        if function(a[0], 2).dtype == np.float16:
            assert refused(kernel, a, 2, 0.5).number == 235
        else:
            same_as_python(kernel, a, 2, 0.5, modes=("default",))


def test_a_python_bool_beside_each_type():
    @nm.jit
    def kernel(a, p: bool):
        return np.hypot(a[0], p)

    for code in ("i2", "u2", "i4", "i8", "f4", "f8"):
        same_as_python(kernel, np.array([3], code), True, modes=("default",))
