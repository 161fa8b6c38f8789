"""Names that an iteration changes together: each new value is made of the old ones."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_swaps_rotations_and_chains(n):
    @nm.jit
    def kernel(n: int):
        a, b, c, d = 1, 2, 3, 4
        x, y = 0.5, 0.25
        for i in range(n):
            a, b = b, a
            b, c, d = c, d, b + i
            x, y = x * x - y * y + 0.1, 2.0 * x * y + 0.2
        return a, b, c, d, x, y

    same_as_python(kernel, n)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_value_used_before_and_after_its_name_changes(n):
    @nm.jit
    def kernel(values, n: int):
        i = 0
        last = values[0]
        product = values[0]
        while i < n and product < 100.0:
            both = values[i] * product
            last, product, i = product + values[i], both + last, i + 1
        return i, last, product

    same_as_python(kernel, np.array([1.5, 2.0, 3.0, 0.5, 4.0]), n)


def test_fibonacci_and_a_cycle_beside_a_chain():
    @nm.jit
    def kernel(n: int):
        a, b, p, q, r = 0, 1, 1, 2, 3
        for _ in range(n):
            a, b = b, a + b
            p, q, r = q, p, p + q + a
        return a, b, p, q, r

    for n in (0, 1, 10):
        same_as_python(kernel, n)
