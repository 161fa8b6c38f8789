"""Integers at the ends of their types: division, remainders, shifts, mixed signs, wrapping.

Each test is one kernel and the values that are hard for it; where plain Python's ints leave 64 bits
the row of docs/differences.md counts, and such values are not here.
"""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

GREATEST, LEAST = 2**63 - 1, -(2**63)


@pytest.mark.parametrize(
    "a, b", [(-128, -1), (127, -128), (-128, 0), (-7, 2), (7, -2), (-128, 127)]
)
def test_int8_operations_wrap_as_numpy_scalars(a, b):
    @nm.jit
    def kernel(a: nm.i1, b: nm.i1):
        return a // b, a % b, divmod(a, b), -a, abs(a), a * b, a << b, a >> b

    same_as_python(kernel, np.int8(a), np.int8(b))


@pytest.mark.parametrize("dtype", ["i4", "i8"])
def test_the_least_integer_divides(dtype):
    @nm.jit
    def kernel(a, b):
        x, y = a[0], b[0]
        return x // y, x % y, divmod(x, y), x / y, x // 2, x % -3, 7 // y, -7 % y, x // -1

    info = np.iinfo(dtype)
    for x in (info.min, info.max, -5, 0):
        for y in (-1, 0, 1, 3, info.min, info.max):
            same_as_python(kernel, np.array([x], dtype), np.array([y], dtype))


def test_uint64_operations_are_unsigned():
    @nm.jit
    def kernel(a: nm.u8, b: nm.u8):
        return a // b, a % b, a - b, a / b, a > b, -a, ~a, a >> b, a << b

    for a, b in ((2**64 - 1, 2), (0, 1), (2**63, 2**64 - 1), (5, 0), (1, 64)):
        same_as_python(kernel, np.uint64(a), np.uint64(b))


def test_signed_beside_unsigned_promotes_as_numpy():
    @nm.jit
    def kernel(a: nm.u8, b: nm.i8, c: nm.u1, d: nm.i1):
        sums = a + b, a * b, c + d, c - d
        return sums, a < b, a == b, c < d, d // c, c % d, a // b, a / b

    for a, b, c, d in (
        (2**64 - 1, -1, 255, -128),
        (2**63, LEAST, 0, -1),
        (3, 4, 200, 127),
    ):
        same_as_python(kernel, np.uint64(a), np.int64(b), np.uint8(c), np.int8(d))


def test_python_ints_divide_towards_minus_infinity():
    @nm.jit
    def kernel(n: int, m: int):
        return n // m, n % m, divmod(n, m), n & m, n | m, n ^ m, ~n, -n, n < m, n / m

    for n, m in ((7, -3), (-7, 3), (-7, -3), (0, 5), (2**62, 3), (-(2**62), 7), (1, 2**62)):
        same_as_python(kernel, n, m)


def test_python_ints_shift_right_by_any_count():
    @nm.jit
    def kernel(n: int, k: int):
        return n >> k

    for n, k in ((-1, 63), (-1, 64), (-1, 1000), (5, 70), (LEAST, 63), (GREATEST, 62)):
        same_as_python(kernel, n, k)


def test_narrow_integers_shift_beyond_their_width():
    @nm.jit
    def kernel(a: nm.u1, b: nm.i1):
        ones = a << 1, a >> 1, b << 1, b >> 1
        return ones, a << 7, b >> 7, a << 8, b >> 100, a << b, b << a

    for a, b in ((255, -128), (1, 127), (128, -1), (3, 2)):
        same_as_python(kernel, np.uint8(a), np.int8(b))


def test_a_python_int_beside_uint8_keeps_uint8():
    @nm.jit
    def kernel(a: nm.u1, n: int):
        return a + 1, a - 1, a * 2, a + n, a // n, a % n, a << n, a >> n, a & n

    for a, n in ((255, 3), (0, 7), (128, 1)):
        same_as_python(kernel, np.uint8(a), n)


def test_masks_of_uint32():
    @nm.jit
    def kernel(n: nm.u4):
        top = np.uint32(0xFFFFFFFF)
        return n ^ 0xFFFFFFFF, n & 0x7FFFFFFF, n << np.uint32(31), n >> 31, ~n, n + top, -n

    same_as_python(kernel, np.uint32(0xDEADBEEF))
    same_as_python(kernel, np.uint32(0))


def test_a_rotation_of_uint64():
    @nm.jit
    def kernel(x: nm.u8, k: nm.u8):
        return (x << k) | (x >> (np.uint64(64) - k))

    for k in (0, 1, 63, 64):
        same_as_python(kernel, np.uint64(0x0123456789ABCDEF), np.uint64(k))


def test_xorshift_keeps_its_state():
    @nm.jit
    def kernel(state):
        x = state[0]
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
        state[0] = x
        return x

    same_as_python(kernel, np.array([88172645463325252], "u8"))


def test_array_elements_wrap_in_loops():
    @nm.jit
    def kernel(a, b, c):
        for i in nm.range(a.shape[0]):
            a[i] += 100
            b[i] -= 1
            c[i] *= 3

    same_as_python(
        kernel,
        np.array([100, -100, 27], "i1"),
        np.array([0, 1, 255], "u1"),
        np.array([2**31 - 1, -(2**31), 5], "i4"),
    )


@pytest.mark.parametrize("dtype", ["i8", "i1"])
def test_augmented_assignment_truncates_into_integers(dtype):
    @nm.jit
    def kernel(a, x: float):
        a[0] += x
        a[1] /= 2
        a[2] -= 0.5

    same_as_python(kernel, np.array([1, 3, -1], dtype), 2.7)


def test_narrow_loop_bounds_wrap_before_the_loop():
    @nm.jit
    def kernel(n: nm.i1, k: nm.u1, a):
        for i in nm.range(n, n + 3):
            a[0] += i
        for i in nm.range(n):
            a[1] += i
        for i in nm.range(k):
            a[2] += k - i
        for i in nm.range(k - 1):
            a[3] += i

    for n, k in ((127, 5), (-128, 0), (3, 255)):
        same_as_python(kernel, np.int8(n), np.uint8(k), np.zeros(4))


def test_an_index_of_a_narrow_type_wraps_before_it_counts_from_the_end():
    @nm.jit
    def kernel(a, k: nm.u1, i: nm.i1):
        return a[k + 1], a[k - 1], a[-k], a[i - 1], a[i * 2], a[i]

    for k, i in ((255, -128), (0, 100), (1, -1), (128, 127)):
        same_as_python(kernel, np.arange(300.0), np.uint8(k), np.int8(i))


def test_int_and_float_compare_as_numbers():
    @nm.jit
    def kernel(n: int, x: float):
        return n < x, n <= x, n == x, n != x, n > x, n >= x, x < n

    inf, nan = float("inf"), float("nan")
    for n, x in ((2**53 + 1, 2.0**53), (GREATEST, 2.0**63), (LEAST, -(2.0**63)), (GREATEST, nan)):
        same_as_python(kernel, n, x)
    for n, x in ((3, inf), (3, -inf), (0, -0.0)):
        same_as_python(kernel, n, x)


def test_uint64_beside_python_numbers():
    @nm.jit
    def kernel(a: nm.u8, x: float, n: int):
        return a + x, a * x, a < x, a + n, a // n, a - n, float(a), int(a)

    for a, x, n in ((2**63 - 1, 1.5, 3), (2**62 + 1, 0.0, 1)):
        same_as_python(kernel, np.uint64(a), x, n)


def test_powers_of_integers():
    @nm.jit
    def kernel(n: int, a: nm.i8, x: float):
        whole = n**2, a**2, 2**n, a**3, n**0, a**0, (-2) ** n
        return whole, x**2, x**0.5, x**-1, x**n

    for n, a, x in ((5, -3, 2.5), (0, 0, 1.0), (62, 2**40, 0.1)):
        same_as_python(kernel, n, np.int64(a), x)


def test_bools_are_ints_of_python_or_bools_of_numpy():
    @nm.jit
    def kernel(p: bool, q: bool, a: nm.b1):
        weak = p + q, p * q, p & q, p | q, -p, p - q, p < q, p == q, p / 2, p << 3, p // 1, +p
        return weak, a & p, a | q, a ^ p, a + p, p**2

    for p, q in ((True, False), (False, True), (True, True)):
        same_as_python(kernel, p, q, np.True_)


@pytest.mark.parametrize("to", ["f8", "i1", "?"])
def test_arithmetic_of_bool_arrays(to):
    @nm.jit
    def kernel(a, b):
        x, y = b[0], b[1]
        a[0], a[1], a[2], a[3] = x + y, x * y, x & True, y | 0
        a[4], a[5], a[6], a[7] = x / 2, x // x, x % 1, x**y
        a[8], a[9], a[10], a[11] = ~x, x << y, x < y, abs(x)

    for pair in ([True, False], [True, True]):
        same_as_python(kernel, np.zeros(12, to), np.array(pair))


@pytest.mark.parametrize("exponent", [-4, -1, 0, 3])
def test_zero_has_no_negative_power(exponent):
    @nm.jit
    def kernel(n: int):
        return 0**n

    @nm.jit
    def of_false(base: bool, n: int):
        return base**n

    same_as_python(kernel, exponent)
    same_as_python(of_false, False, exponent)


def test_a_nonzero_int_to_a_negative_power_stays_a_value_error():
    @nm.jit
    def kernel(i: int, n: int):
        return i**n

    with pytest.raises(ValueError, match="negative integer powers"):
        in_mode(kernel, "checks")(2, -1)
