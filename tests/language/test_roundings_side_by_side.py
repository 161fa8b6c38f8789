"""Numbers that are rounded to fewer digits and widened again, where gcc puts two into a vector."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def both_parts(z: nm.c16[:]) -> None:
    z[0] = nm.c8(z[0])


@nm.jit
def all_parts(z: nm.c16[:]) -> None:
    z[...] = z.astype(np.complex64)


@nm.jit
def two_elements(x: nm.f8[:]) -> None:
    x[0] = nm.f4(x[0])
    x[1] = nm.f4(x[1])


@nm.jit
def two_names(x: nm.f8[:]) -> tuple[float, float]:
    a, b = nm.f4(x[0]), nm.f4(x[1])
    x[2], x[3] = a, b
    return a + 1.0, b + 1.0


@pytest.mark.parametrize("kernel", [both_parts, all_parts])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_complex_numbers_are_rounded(kernel, count):
    same_as_python(kernel, np.full(count, 0.1 + 0.7j))


@pytest.mark.parametrize("kernel", [two_elements, two_names])
def test_reals_are_rounded(kernel):
    same_as_python(kernel, np.array([0.1, 0.7, 0.0, 0.0]))
