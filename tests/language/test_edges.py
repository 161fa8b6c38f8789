"""Hard little kernels: signs of zero, NaN, casts, indices from the end, empty arrays, captures."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

FACTOR = 7
TABLE = {"a": 2, "b": (3, 4)}
OFFSETS = np.arange(3.0)


@pytest.mark.parametrize("x", [2.5, 3.5, -0.5, -2.5, 0.0, -0.0, 127.9, 1e9])
def test_casts_of_a_float(x):
    @nm.jit
    def kernel(x: float):
        rounded = round(x), math.floor(x), math.ceil(x), math.trunc(x)
        return int(x), nm.i4(x), nm.u1(x), nm.f4(x), bool(x), nm.i8(x), rounded

    same_as_python(kernel, x)


@pytest.mark.parametrize("x", [2.5, -2.5, -0.4, 0.5, 1.5])
def test_roundings_of_float32(x):
    @nm.jit
    def kernel(a: nm.f4):
        whole = math.floor(a), math.ceil(a), round(a), int(a)
        return whole, np.floor(a), np.rint(a), np.trunc(a)

    same_as_python(kernel, np.float32(x))


@pytest.mark.parametrize("x", [0.0, -0.0, -0.5, 0.5, 1e-320])
def test_the_sign_of_zero(x):
    @nm.jit
    def kernel(x: float):
        moved = -x, x * -1, 0 - x, 0.0 - x, x + 0, x + 0.0, abs(x), x * 0
        return moved, x // 1, x % 1, -x % 1, min(x, 0.0), max(0.0, x)

    same_as_python(kernel, x)


@pytest.mark.parametrize("x, y", [(-0.0, 0.0), (0.0, -0.0), (math.nan, -1.0), (-3.0, 2.0)])
def test_signs(x, y):
    @nm.jit
    def kernel(x: float, a: nm.f8):
        return np.sign(x), np.sign(a), math.copysign(x, a), np.signbit(x), np.copysign(a, -0.0)

    same_as_python(kernel, x, np.float64(y))


@pytest.mark.parametrize("x", [math.nan, 1.0, -0.0])
def test_comparisons_of_nan(x):
    @nm.jit
    def kernel(x: float):
        same = x == x, x != x, x < x, x >= x
        return same, bool(x), x < 1, x > 1, min(x, 1.0), max(1.0, x), math.isnan(x)

    same_as_python(kernel, x)


@pytest.mark.parametrize(
    "x, y",
    [
        *((5.5, -2.0), (-5.5, 2.0), (-1e-20, 3.0), (1e300, 1e-5), (0.0, -1.0), (-0.0, 1.0)),
        *((math.inf, 2.0), (3.0, math.inf), (-3.0, math.inf), (math.nan, 1.0)),
    ],
)
def test_remainders_of_floats(x, y):
    @nm.jit
    def kernel(x: float, y: float):
        return x // y, x % y, divmod(x, y), x - y * (x // y)

    same_as_python(kernel, x, y)


@pytest.mark.parametrize("a, x, n", [(0.1, 0.1, 3), (-2.5, 2.0, 7), (16777216.0, 1.0, 1)])
def test_float32_beside_python_numbers(a, x, n):
    @nm.jit
    def kernel(a: nm.f4, x: float, n: int):
        quotients = a / 3, a // x, a % x
        return quotients, a + x, a * n, a**2, a**x, a < x, -a, abs(a), int(a), float(a), round(a)

    same_as_python(kernel, np.float32(a), x, n)


def test_complex_numbers_beside_real_ones():
    @nm.jit
    def kernel(z: complex, x: float):
        parts = z.real, z.imag, abs(z), z.conjugate()
        return parts, z * x, z + 1, z - x, z / x, -z, z != x, z**2

    same_as_python(kernel, 1.5 - 2j, 2.0)
    same_as_python(kernel, complex(-0.0, 0.0), 1.0)


def test_complex64_elements():
    @nm.jit
    def kernel(a, z: complex):
        a[0] = z
        a[1] = z * a[0]
        a[2] = a[0] + 1
        a[3] = abs(a[0])
        return a[0], a[1] == z, a[0].real, a[0].imag

    same_as_python(kernel, np.zeros(4, "c8"), 0.1 + 0.2j)


def test_constants_are_those_of_python():
    @nm.jit
    def kernel(a, b):
        a[0], a[1], a[2], a[3] = 2**53 + 1, 1e400, -1e-400, 10**18
        a[4], a[5], a[6], a[7] = 1 / 3, 7 // -2, -7 % 3, 2**-1
        b[0], b[1], b[2], b[3] = 2**24 + 1, 1e39, 16777217.0, 1e-46

    same_as_python(kernel, np.zeros(8), np.zeros(4, "f4"))


def test_indices_from_the_end():
    @nm.jit
    def kernel(a, i: int):
        return a[-1], a[-i], a[i - 1], a[-a.shape[0]]

    same_as_python(kernel, np.arange(5.0), 3)
    same_as_python(kernel, np.arange(1.0), 1)


def test_downward_loops_over_indices_from_the_end():
    @nm.jit
    def kernel(a):
        for i in nm.range(a.shape[0] - 1, -1, -1):
            a[i] += a[i - 1] * 2
        for i in nm.range(-1, -a.shape[0] - 1, -1):
            a[i] += i

    for length in (5, 1, 0):
        same_as_python(kernel, np.arange(float(length)))


def test_loops_of_a_run_time_count_around_zero():
    @nm.jit
    def kernel(a, n: int):
        for _i in nm.range(n):
            a[0] += 1
        for _i in nm.range(5, n):
            a[0] += 1
        for _i in nm.range(n, 5):
            a[0] += 1
        for i in nm.range(n, 0, -2):
            a[0] += i
        for i in nm.range(-3, n):
            a[i] += 1

    for n in (0, -1, 3, 6):
        same_as_python(kernel, np.zeros(8), n)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_empty_arrays(shape):
    @nm.jit
    def kernel(a, b):
        for i in nm.range(a.shape[0]):
            for j in nm.range(a.shape[1]):
                a[i, j] = 1
        sizes = a.size * b.size, len(a) * 2, a.shape[0] - b.shape[0], a.shape[1] // 2
        return a.shape, sizes, a.ndim + b.ndim

    same_as_python(kernel, np.zeros(shape), np.zeros(4))


def test_globals_of_every_kind():
    @nm.jit
    def kernel(a, i: int):
        a[i] += FACTOR + OFFSETS[i]
        return a[i] * TABLE["a"] + TABLE["b"][1], TABLE.get("z", 5), "a" in TABLE

    same_as_python(kernel, np.ones(3), 1)
    same_as_python(kernel, np.ones(3), -1)


def test_a_captured_array_is_written():
    counts = np.zeros(2)

    @nm.jit
    def kernel(i: int):
        counts[i] += 2
        return counts[i]

    assert [kernel(0), kernel(0), kernel(-1)] == [2.0, 4.0, 2.0]
    assert counts.tolist() == [4.0, 2.0]


def test_default_and_keyword_arguments():
    @nm.jit
    def kernel(a, k=3, *, x: float = 2.5):
        a[0] += k * x
        return a[0], k

    same_as_python(kernel, np.zeros(2))
    same_as_python(kernel, np.zeros(2), 4, x=1.5)


def test_a_list_as_default():
    @nm.jit
    def kernel(a, values=[1, 2, 3]):  # noqa: B006
        for value in values:
            a[0] += value
        return len(values)

    same_as_python(kernel, np.zeros(1))


def test_any_number_of_arguments():
    @nm.jit
    def kernel(*arrays, **numbers):
        total = 0.0
        for array in arrays:
            total = total + array[0]
        return total, sorted(numbers)

    same_as_python(kernel, np.ones(1), np.ones(2), k=3)


def test_nested_tuples_come_and_go():
    @nm.jit
    def kernel(t, a, x: float):
        (p, q), r = t
        a[0] = p
        a[1] = q + r
        return p, (q, r), [x + 1, a[1]], None, "s", 3

    same_as_python(kernel, ((1, 2.5), 3), np.zeros(2), 1.5)


def test_arguments_are_returned_as_they_came():
    @nm.jit
    def kernel(a, b):
        a[0] = b[0]
        return a, b, (a, 1)

    same_as_python(kernel, np.zeros(2), np.ones(2))


def test_elements_change_places():
    @nm.jit
    def kernel(a):
        a[0], a[1] = a[1], a[0]
        a[2], a[0] = a[0] + 1, a[2]
        x = y = a[1]
        a[-1] = x + y

    same_as_python(kernel, np.arange(4.0))


@pytest.mark.parametrize("step", [1, -1, 2])
def test_arguments_overlap(step):
    @nm.jit
    def kernel(a, b):
        a[0] = 5
        b[1] = a[0] + b[0]
        a[1] = b[0]

    whole = np.arange(6.0)
    same_as_python(kernel, whole[::step], whole)
    same_as_python(kernel, whole[1:], whole[:-1])


def test_helpers_with_defaults_and_lambdas():
    def helper(x, k=2):
        return x * k, x

    @nm.jit
    def kernel(a, n: int):
        p, q = helper(a[0])
        r, _ = helper(n, k=3)
        scaled = lambda x: x * a[0]  # noqa: E731
        parts = [scaled(value) for value in (1, 2.5, a[1])]
        return p + q, r, helper(k=a[0], x=2)[0], sum(parts), max(parts[0], parts[1])

    same_as_python(kernel, np.arange(1.0, 3.0), 4)


@pytest.mark.parametrize("dtype", ["i8", "u1", "f4"])
def test_lengths_are_python_ints(dtype):
    @nm.jit
    def kernel(a):
        total = a[0] * 0 + a[1]
        half = a.shape[0] / 2, a.shape[0] ** 2, a.size % 3
        return total / a.shape[0], total // a.shape[0], half

    same_as_python(kernel, np.arange(4, dtype=dtype))


def test_a_read_only_array_is_read():
    @nm.jit
    def kernel(a):
        return a[0] * 2

    array = np.arange(1.0, 3.0)
    array.flags.writeable = False
    same_as_python(kernel, array)


def test_zero_minus_a_number_that_is_never_minus_zero():
    @nm.jit
    def kernel(b: nm.i4, x: nm.f8, k: int, y: nm.f4):
        return 0.0 - nm.f8(b), 0.0 - abs(x), 0.0 - k, nm.f4(0) - abs(y), 0 - x

    for b in (0, 3):
        for x in (0.0, -0.0, 2.5, np.inf, np.nan):
            same_as_python(kernel, np.int32(b), np.float64(x), b, np.float32(x))


def test_an_integer_that_is_found_to_be_zero_minus_a_number_that_is_never_minus_zero():
    @nm.jit
    def kernel(k: nm.i8, x: nm.f8, n: int):
        return (
            np.remainder(k, 1) - abs(x),
            (n & 0) - nm.f8(n * n),
            (n - n) - abs(x),
            ((n + 1 - n) - 1) - abs(x),
            (k ^ k) + -abs(x),
            (n - n) - (abs(x) if n else nm.f8(n)),
            np.sin(nm.f8(0)) - abs(x),
            (n * 2 - 4) - abs(x),
            (k * 3) - nm.f8(n),
        )

    for n in (0, 2, -3):
        for x in (0.0, -0.0, 2.5, np.inf, np.nan):
            same_as_python(kernel, np.int64(n), np.float64(x), n)
