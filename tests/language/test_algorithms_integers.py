"""Textbook algorithms on integers as plain Python loops: number theory, bits, random numbers."""
# ruff: noqa: B007, SIM108 - the kernels are written as users write them

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()


@case((1,), (2,), (27,), (97,))
@nm.jit
def collatz_length(n: int) -> int:
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n //= 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


@case((1,), (9,), (112,))
@nm.jit
def collatz_start_of_a_length(target: int) -> int:
    start = 1
    while True:
        i = start
        steps = 0
        while True:
            if i == 1:
                break
            if i % 2 == 0:
                i = i // 2
            else:
                i = 3 * i + 1
            steps += 1
        if steps == target:
            return start
        start += 1


@case((12, 18), (0, 5), (5, 0), (0, 0), (-12, 18), (17, 5), (2**62, 2**40))
@nm.jit
def euclid(m: int, n: int) -> int:
    while n != 0:
        m, n = n, m % n
    return m if m >= 0 else -m


@case((240, 46), (1, 0), (0, 1), (99, 78))
@nm.jit
def extended_euclid(a: int, b: int):
    x0, x1, y0, y1 = 1, 0, 0, 1
    while b:
        q, a, b = a // b, b, a % b
        x0, x1 = x1, x0 - q * x1
        y0, y1 = y1, y0 - q * y1
    return a, x0, y0


@case((np.ones(50, bool),), (np.ones(2, bool),), (np.ones(3, bool),))
@nm.jit
def sieve_of_eratosthenes(prime: nm.b1[:]) -> int:
    n = len(prime)
    prime[0] = prime[1] = False
    i = 2
    while i * i < n:
        if prime[i]:
            for j in range(i * i, n, i):
                prime[j] = False
        i += 1
    count = 0
    for i in range(n):
        if prime[i]:
            count += 1
    return count


@case((360, np.zeros(20, "i8")), (97, np.zeros(20, "i8")), (1, np.zeros(20, "i8")))
@case((2**20, np.zeros(20, "i8")), (1000003, np.zeros(20, "i8")))
@nm.jit
def prime_factors(n: int, factors: nm.i8[:]) -> int:
    count = 0
    d = 2
    while d * d <= n:
        while n % d == 0:
            factors[count] = d
            count += 1
            n //= d
        d += 1 if d == 2 else 2
    if n > 1:
        factors[count] = n
        count += 1
    return count


@case((3, 200, 13), (2, 0, 7), (7, 10**9, 998244353), (0, 5, 3))
@nm.jit
def power_modulo(base: int, exponent: int, modulus: int) -> int:
    r = 1
    base %= modulus
    while exponent > 0:
        if exponent & 1:
            r = r * base % modulus
        exponent >>= 1
        base = base * base % modulus
    return r


@case((0,), (1,), (2,), (50,), (90,))
@nm.jit
def fibonacci(n: int) -> int:
    p, q = 0, 1
    for _ in range(n):
        p, q = q, p + q
    return p


@case((41, 3), (7, 2), (1, 1), (5, 1))
@nm.jit
def josephus(n: int, k: int) -> int:
    survivor = 0
    for size in range(2, n + 1):
        survivor = (survivor + k) % size
    return survivor


@case((7, 3, np.ones(7, bool)), (5, 1, np.ones(5, bool)), (1, 4, np.ones(1, bool)))
@nm.jit
def josephus_on_a_circle(n: int, k: int, alive: nm.b1[:]) -> int:
    place, left = 0, n
    while left > 1:
        steps = k
        while True:
            if alive[place]:
                steps -= 1
                if steps == 0:
                    break
            place = (place + 1) % n
        alive[place] = False
        left -= 1
    for i in range(n):
        if alive[i]:
            return i
    return -1


@case((121,), (123,), (0,), (1000001,))
@nm.jit
def is_palindrome(n: int) -> bool:
    left, right = n, 0
    while left > 0:
        right = right * 10 + left % 10
        left //= 10
    return n == right


@case((0,), (1,), (99,), (2**40 - 1,))
@nm.jit
def integer_square_root(n: int) -> int:
    if n < 2:
        return n
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x


@case((6,), (28,), (12,), (1,), (496,))
@nm.jit
def is_perfect(n: int) -> bool:
    s = 0
    for d in range(1, n // 2 + 1):
        if n % d == 0:
            s += d
    return s == n


@case((10, 5), (10, 0), (30, 15), (3, 7))
@nm.jit
def binomial(n: int, k: int) -> int:
    if k > n:
        return 0
    r = 1
    for i in range(1, k + 1):
        r = r * (n - k + i) // i
    return r


@case((42, 10), (0, 0), (2**31 - 1, 3))
@nm.jit
def linear_congruential(seed: int, n: int) -> int:
    x = seed
    for _ in range(n):
        x = (1103515245 * x + 12345) & 0x7FFFFFFF
    return x


@case((42, 10), (2**64 - 1, 5), (0, 1))
@nm.jit
def linear_congruential_of_64_bits(seed: nm.u8, n: int) -> nm.u8:
    x = seed
    for _ in range(n):
        x = x * nm.u8(6364136223846793005) + nm.u8(1442695040888963407)
    return x


@case((42, 10), (1, 1), (2**64 - 1, 7))
@nm.jit
def xorshift(seed: nm.u8, n: int) -> nm.u8:
    x = seed
    for _ in range(n):
        x ^= x << 13
        x ^= x >> 7
        x ^= x << 17
    return x


@case((1, np.zeros(6, "u4")), (2**32 - 1, np.zeros(3, "u4")))
@nm.jit
def xorshift_of_32_bits(seed: nm.u4, out: nm.u4[:]) -> None:
    x = seed
    for i in range(len(out)):
        x ^= x << 13
        x ^= x >> 17
        x ^= x << 5
        out[i] = x


@case((np.frombuffer(b"123456789", "u1"), np.zeros(256, "u4")))
@case((np.zeros(0, "u1"), np.zeros(256, "u4")))
@nm.jit
def crc32_by_a_table(data: nm.u1[:], lookup: nm.u4[:]) -> int:
    for i in range(256):
        c = i
        for _ in range(8):
            if c & 1:
                c = 0xEDB88320 ^ (c >> 1)
            else:
                c >>= 1
        lookup[i] = c
    crc = 0xFFFFFFFF
    for byte in data:
        crc = int(lookup[(crc ^ int(byte)) & 255]) ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@case((np.frombuffer(b"Man is", "u1"), np.zeros(8, "u1")))
@case((np.frombuffer(b"light w", "u1"), np.zeros(12, "u1")))
@case((np.frombuffer(b"su", "u1"), np.zeros(4, "u1")), (np.zeros(0, "u1"), np.zeros(0, "u1")))
@nm.jit
def base64_codes(data: nm.u1[:], out: nm.u1[:]) -> int:
    n = len(data)
    k = 0
    for i in range(0, n, 3):
        word = int(data[i]) << 16
        if i + 1 < n:
            word |= int(data[i + 1]) << 8
        if i + 2 < n:
            word |= int(data[i + 2])
        for j in range(4):
            code = (word >> (18 - 6 * j)) & 63
            if i + j > n:
                c = 61
            elif code < 26:
                c = code + 65
            elif code < 52:
                c = code + 71
            elif code < 62:
                c = code - 4
            else:
                c = 43 if code == 62 else 47
            out[k] = c
            k += 1
    return k


@case((0,), (255,), (2**63 - 1,), (0b1011,))
@nm.jit
def popcount_by_kernighan(n: int) -> int:
    count = 0
    while n:
        n &= n - 1
        count += 1
    return count


@case((0,), (2**64 - 1,), (0xF0F0,))
@nm.jit
def popcount_in_parallel(x: nm.u8) -> nm.u8:
    x = x - ((x >> 1) & nm.u8(0x5555555555555555))
    x = (x & nm.u8(0x3333333333333333)) + ((x >> 2) & nm.u8(0x3333333333333333))
    x = (x + (x >> 4)) & nm.u8(0x0F0F0F0F0F0F0F0F)
    return (x * nm.u8(0x0101010101010101)) >> 56


@case((0b1101,), (0,), (255,), (1,))
@nm.jit
def bits_reversed(x: nm.u1) -> nm.u1:
    r = nm.u1(0)
    for _ in range(8):
        r = (r << 1) | (x & 1)
        x >>= 1
    return r


@case((1,), (64,), (1000,), (2**62,))
@nm.jit
def integer_logarithm(n: int) -> int:
    k = -1
    while n > 0:
        n >>= 1
        k += 1
    return k


@case((np.frombuffer(b"hello", "u1"),), (np.zeros(0, "u1"),))
@nm.jit
def fnv_hash(data: nm.u1[:]) -> nm.u4:
    h = nm.u4(2166136261)
    for byte in data:
        h ^= byte
        h *= nm.u4(16777619)
    return h


@case((np.frombuffer(b"Wikipedia", "u1"),), (np.full(300, 255, "u1"),))
@nm.jit
def adler32(data: nm.u1[:]) -> int:
    a, b = 1, 0
    for byte in data:
        a = (a + int(byte)) % 65521
        b = (b + a) % 65521
    return (b << 16) | a


@case((6,), (1,), (4,), (3,))
@nm.jit
def subsets_with_a_gap(n: int) -> int:
    count = 0
    for subset in range(1 << n):
        if subset & (subset << 1):
            continue
        ones, rest = 0, subset
        while rest:
            ones += rest & 1
            rest >>= 1
        count += ones
    return count


@case((1994, np.zeros(20, "u1")), (3999, np.zeros(20, "u1")), (4, np.zeros(20, "u1")))
@nm.jit
def roman_numeral(n: int, out: nm.u1[:]) -> int:
    k = 0
    for value, first, second in (
        (1000, 77, 0), (900, 67, 77), (500, 68, 0), (400, 67, 68), (100, 67, 0), (90, 88, 67),
        (50, 76, 0), (40, 88, 76), (10, 88, 0), (9, 73, 88), (5, 86, 0), (4, 73, 86), (1, 73, 0),
    ):  # fmt: skip
        while n >= value:
            out[k] = first
            k += 1
            if second:
                out[k] = second
                k += 1
            n -= value
    return k


@case((2024, 2, 29), (1970, 1, 1), (2000, 12, 31), (1999, 3, 1))
@nm.jit
def day_of_the_week(year: int, month: int, day: int) -> int:
    if month < 3:
        month += 12
        year -= 1
    k, j = year % 100, year // 100
    return (day + 13 * (month + 1) // 5 + k + k // 4 + j // 4 + 5 * j) % 7


@case((np.zeros(6, "i8"), 5), (np.zeros(6, "i8"), 0))
@nm.jit
def row_of_pascal(row: nm.i8[:], n: int) -> None:
    row[0] = 1
    for i in range(1, n + 1):
        for j in range(i, 0, -1):
            row[j] += row[j - 1]


@case((100,), (3,), (2,))
@nm.jit
def sum_of_totients(n: int) -> int:
    s = 0
    for m in range(1, n):
        phi, k, p = m, m, 2
        while p * p <= k:
            if k % p == 0:
                while k % p == 0:
                    k //= p
                phi -= phi // p
            p += 1
        if k > 1:
            phi -= phi // k
        s += phi
    return s


@case.each
def test_an_algorithm_on_integers(kernel, args):
    same_as_python(kernel, *args)
