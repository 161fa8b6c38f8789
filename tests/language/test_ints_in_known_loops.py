"""Loops that are compiled although their ranges are known: ints that leave 64 bits raise there."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

TOO_LARGE = "Python int too large to convert to int64"


@nm.jit
def factorial() -> int:
    f = 1
    for k in range(1, 300):
        f = f * k
    return f % 1000003


@nm.jit
def fibonacci() -> int:
    a, b = 0, 1
    for _ in range(300):
        a, b = b, a + b
    return a % 1000003


@nm.jit
def shifted() -> int:
    a = 1
    for _ in range(300):
        a <<= 1
    return a % 1000003


@nm.jit
def powers(x: nm.i8[:]) -> None:
    for k in range(300):
        x[k] = 3**k % 1000


@nm.jit
def tripled() -> int:
    k = 0
    f = 1
    while k < 400:
        k += 1
        f *= 3
    return f % 10007


@nm.jit
def through_an_unrolled_loop() -> int:
    f = 1
    for _ in range(3):
        for _ in range(300):
            f = f * 3
    return f % 10007


@pytest.mark.parametrize(
    ("kernel", "arguments"),
    [
        (factorial, ()),
        (fibonacci, ()),
        (shifted, ()),
        (powers, (np.zeros(300, np.int64),)),
        (tripled, ()),
        (through_an_unrolled_loop, ()),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_an_int_that_leaves_64_bits_raises(kernel, arguments):
    with pytest.raises(OverflowError, match=TOO_LARGE):
        kernel(*arguments)


def test_ints_that_stay_within_are_pythons():
    @nm.jit
    def random_numbers(out: nm.i8[:]) -> int:
        seed = 42
        total = 0
        for i in range(1000):
            seed = (seed * 1103515245 + 12345) % 2147483648
            total += seed
            out[i] = seed
        return total

    same_as_python(random_numbers, np.zeros(1000, np.int64))


def test_what_cannot_leave_64_bits_is_not_asked():
    @nm.jit
    def counted(x: nm.f8[:], out: nm.i8[:, :]) -> int:
        count = 0
        for i in range(300):
            if x[i] > 0.5:
                count += 1
            for j in range(300):
                out[i, j] = i * j + count
        return count

    rng = np.random.default_rng(0)
    arguments = rng.random(300), np.zeros((300, 300), np.int64)
    same_as_python(counted, *arguments)
    assert "overflows" not in counted.fortran(*arguments)


def test_run_time_loops_wrap_as_numpy_does():
    @nm.jit
    def product(n: int) -> int:
        f = 1
        for k in range(1, n):
            f = f * k
        return f

    assert product(70) == 0
    assert "overflows" not in product.fortran()


def test_a_loop_after_the_known_one_is_not_checked():
    @nm.jit
    def both(n: int) -> int:
        s = 0
        for i in range(300):
            s += i
        for k in range(1, n):
            s = s * k
        return s

    both(5)
    assert "overflows" not in both.fortran()
