"""`nm.prange`: what runs in parallel gives what the loop gives in order, on one thread and on two.

The numbers of floating-point sums are small integers here, so that every order of adding gives the
same bits; test_prange_threads.py compares the bits of sums that do round.
"""
# ruff: noqa: B007, SIM102, FURB136 - the kernels are written as users write them

import numpy as np
import pytest

import numeta as nm
from numeta.testing import MODES, same_as_python

from .cases import Cases

case = Cases()
NAN = float("nan")
FLOATS = ("f4", "f8")
INTEGERS = ("i1", "i4", "i8", "u1", "u8")


@pytest.fixture(params=(1, 2, 3), autouse=True)
def threads(request):
    before = nm.config.num_threads
    nm.set_num_threads(request.param)
    yield request.param
    nm.set_num_threads(before)


def array(n=23, dtype="f8"):
    return (np.arange(n) * 7 % 11 - (0 if dtype[0] == "u" else 4)).astype(dtype)


def table(rows=9, columns=4, dtype="f8"):
    return (np.arange(rows * columns) * 5 % 13 - 3).reshape(rows, columns).astype(dtype)


# -- elements -------------------------------------------------------------------------------------


@case((array(), array()))
@case((array(0), array(0)))
@case((array(1), array(1)))
@nm.jit
def private_name(a, b):
    for i in nm.prange(a.shape[0]):
        t = a[i] * 2
        if t > 3:
            t = t - 1
        b[i] = t


@case((table(),))
@case((np.asfortranarray(table()),))
@case((table()[::2, ::-1],))
@nm.jit
def rows_in_place(a):
    for i in nm.prange(a.shape[0]):
        for j in range(1, a.shape[1]):
            a[i, j] += a[i, j - 1]


@case((array(24),))
@nm.jit
def two_elements_each(a):
    for i in nm.prange(a.shape[0] // 2):
        a[2 * i], a[2 * i + 1] = a[2 * i + 1], a[2 * i]


@case((array(24),))
@nm.jit
def from_an_offset(a):
    m = a.shape[0] // 2
    for i in nm.prange(m):
        a[i + m] = a[i + m] + 1


@case((array(24),))
@nm.jit
def backwards(a):
    for i in nm.prange(a.shape[0] - 1, -1, -2):
        a[i] = a[i] * 3


@case((array(24), 4, 20, 3))
@case((array(24), 20, 4, -3))
@case((array(24), 4, 4, 1))
@nm.jit
def run_time_bounds(a, start: int, stop: int, step: int) -> int:
    count = 0
    for i in nm.prange(start, stop, step):
        count += i
    return count


@case((array(24),))
@nm.jit
def every_second_and_the_one_between(a):
    for i in nm.prange(1, a.shape[0] - 1, 2):
        a[i] = a[i - 1] + a[i + 1]


@case((np.zeros(7), np.arange(30) % 7))
@nm.jit
def promised(a, place):
    for i in nm.prange(7, assume_disjoint=True):
        a[place[i]] = i


@case((table(), np.zeros(9), 6))
@nm.jit
def inner_while_and_continue(a, out, most: int):
    for i in nm.prange(a.shape[0]):
        if a[i, 0] < 0:
            continue
        x = a[i, 0]
        steps = 0
        while x < 40 and steps < most:
            x = x * 2 + 1
            steps += 1
            if x == 31:
                break
        out[i] = x + steps


@case((table(), np.zeros((9, 4))))
@nm.jit
def nested(a, b):
    for i in nm.prange(a.shape[0]):
        total = 0.0
        for j in nm.prange(a.shape[1]):
            total += a[i, j]
            b[i, j] = total


@case((table(), np.zeros(4)))
@nm.jit
def below_a_serial_loop(a, out):
    for j in nm.range(a.shape[1]):
        s = 0.0
        for i in nm.prange(a.shape[0]):
            s += a[i, j]
        out[j] = s


@nm.jit
def shifted(x: nm.f8[:], y: nm.f8[:]) -> None:
    for i in nm.prange(x.shape[0]):
        x[i] = y[i] + 1


def test_overlapping_arguments_run_in_order():
    a = array()
    same_as_python(shifted, a[1:], a[:-1])


def test_an_array_that_overlaps_itself_is_written_in_order():
    windows = np.lib.stride_tricks.as_strided(np.zeros(40), (30,), (0,))

    @nm.jit
    def numbered(a: nm.f8[:]) -> None:
        for i in nm.prange(a.shape[0]):
            a[i] = i

    numbered(windows)
    assert windows[0] == 29


# -- reductions -----------------------------------------------------------------------------------


@case(*((array(dtype=t),) for t in (*FLOATS, *INTEGERS, "c8", "c16")))
@nm.jit
def sums(a):
    s = a[0]
    d = a[1]
    for i in nm.prange(2, a.shape[0]):
        s += a[i]
        d = d - a[i]
    return s, d


@case(*((np.array([1, 2, -1, 3, 1, 2], t),) for t in (*FLOATS, "i4", "i8", "c16")))
@nm.jit
def product(a):
    p = a[0]
    for i in nm.prange(1, a.shape[0]):
        p *= a[i]
    return p


@case(*((array(dtype=t),) for t in (*FLOATS, *INTEGERS)))
@case((np.array([1.0, NAN, 3.0, NAN, 2.0, -1.0]),))
@case((np.array([NAN, 3.0, 1.0]),))
@case((np.array([0.0, -0.0, 0.0, -0.0]),))
@case((np.array([-np.inf, -np.inf, -np.inf]),))
@nm.jit
def least_and_greatest(a):
    low = a[0]
    high = a[0]
    for i in nm.prange(1, a.shape[0]):
        if a[i] < low:
            low = a[i]
        high = max(high, a[i])
    return low, high


@case(*((array(dtype=t),) for t in (*FLOATS, *INTEGERS)))
@nm.jit
def chosen(a):
    low = a[0]
    high = a[0]
    for x in nm.prange(1, a.shape[0]):
        low = a[x] if a[x] <= low else low
        high = a[x] if high < a[x] else high
    return low, high


@case((array(dtype="i8"),))
@nm.jit
def kept_integers(a):
    high = a[0]
    for i in nm.prange(1, a.shape[0]):
        high = high if high >= a[i] else a[i]
    return high


@case(*((array(dtype=t),) for t in (*FLOATS, "i4", "u8")))
@case((np.array([NAN, 1.0, 5.0, NAN, 2.0, -3.0]),))
@case((np.array([2.0, 1.0, 5.0, NAN, 2.0, -3.0]),))
@nm.jit
def extrema_of_numpy(a):
    w = x = y = z = a[0]
    for i in nm.prange(1, a.shape[0]):
        w = np.minimum(w, a[i])
        x = np.maximum(a[i], x)
        y = np.fmin(y, a[i])
        z = np.fmax(z, a[i])
    return w, x, y, z


@case((array(), 6.0))
@case((array(), 100.0))
@nm.jit
def truths(a, x: float):
    some = False
    every = True
    seen = False
    count = 0
    for i in nm.prange(a.shape[0]):
        some = some or a[i] > x
        every = every and a[i] < x
        if a[i] == x:
            seen = True
        if a[i] > x:
            count += 1
    return some, every, seen, count


@case((array(dtype="i8"),))
@case((array(dtype="u1"),))
@nm.jit
def bits(a):
    x = a[0]
    y = a[0]
    z = a[0]
    for i in nm.prange(a.shape[0]):
        x &= a[i]
        y |= a[i]
        z ^= a[i]
    return x, y, z


@case((table(),))
@nm.jit
def in_inner_loops_and_branches(a):
    s = 5.0
    for i in nm.prange(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > 0:
                s += a[i, j]
            else:
                s -= 2
        s += 1
    return s


@case((3,))
@nm.jit
def bound_and_sum(s: int):
    for i in nm.prange(s):
        s += i
    return s


@case((np.zeros(5, "i8"), np.arange(100) * 7 % 5, np.arange(100)))
@case((np.zeros(5, "i4"), np.arange(100) * 7 % 5, np.arange(100).astype("i4")))
@case((np.zeros(5, "u1"), np.arange(100) * 7 % 5, np.arange(100).astype("u1")))
@nm.jit
def histogram(h, k, w):
    for i in nm.prange(k.shape[0]):
        h[k[i]] += w[i]


@nm.jit
def factorial(n: nm.i8) -> nm.i8:
    if n < 2:
        return 1
    return n * factorial(n - 1)


@case((np.zeros(40, "i8"),))
@nm.jit
def procedures_in_the_loop(a):
    s = a[0]
    for i in nm.prange(a.shape[0]):
        a[i] = factorial(i % 10)
        s += factorial(i % 5)
    return s


@nm.jit
def layers(a: nm.f8[:], deep: nm.i8) -> nm.f8:
    if deep <= 0:
        return 0.0
    total_of_this_layer = 0.0
    for position_in_layer in nm.prange(a.shape[0]):
        total_of_this_layer += a[position_in_layer] * deep
    return total_of_this_layer + layers(a, deep - 1)


def test_a_recursive_procedure_has_parallel_loops():
    a = array(100)
    assert layers(a, 4) == a.sum() * 10


# -- after the loop -------------------------------------------------------------------------------


@case((array(), 5))
@case((array(), 1))
@nm.jit
def last_values(a, n: int):
    t = 7.0
    for i in nm.prange(n):
        t = a[i] * 2
    return t


@case((array(), 5))
@case((array(), 1))
@case((array(), 0))
@nm.jit
def last_values_beside_a_sum(a, n: int):
    t, s, i = a[1], a[2], -1
    for i in nm.prange(n):
        t = a[i] * 2
        s += t
    return s, t, i


@case((array(), 5))
@case((array(), 0))
@nm.jit
def last_index(a, n: int):
    i = -1
    for i in nm.prange(n):
        a[i] = 0
    return i


@case(*((array(n),) for n in (1, 2, 23)))
@case((array(dtype="i8"),), (np.full(9, -(2**63)),), (np.arange(30) // 4,), (-np.arange(30),))
@case((np.array([NAN, 1.0, 5.0, NAN, 5.0, -3.0]),), (np.full(7, NAN),), (np.full(7, -np.inf),))
@case((np.array([0.0, -0.0, 0.0, -0.0]),), (np.array([2.0, 1.0, 5.0, NAN, 5.0, 1.0]),))
@nm.jit
def places_of_extrema(a):
    high = low = before = a[0]
    at, least = -1, -3
    for i in nm.prange(a.shape[0]):
        if a[i] > high:
            high = a[i]
            at = i
            before = a[i - 1]
        if a[i] < low:
            least, low = i, a[i]
    return high, at, before, low, least


@case((table(),), (table(1, 1),), (table(2, 7),), (table() * 0,))
@nm.jit
def place_in_a_table(a):
    most, row, column = a[0, 0] * 0 - 1, -1, -1
    for i in nm.prange(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] % 3 != 0:
                if most < a[i, j]:
                    row, column, most = i, j, a[i, j]
                if most < a[i, j] * 1.5:
                    row, column, most = i, -j, a[i, j] * 1.5
    return most, row, column


# With checks=True an element is checked where it is read: not every choice is a reduction then.
UNCHECKED = {kernel.__name__ for kernel in (chosen, kept_integers, truths)}


@case.each
def test_kernels(kernel, args):
    modes = MODES[:2] if kernel.__name__ in UNCHECKED else MODES
    same_as_python(kernel, *args, modes=modes)


def test_index_after_no_iteration_is_unbound():
    @nm.jit
    def unbound(n: int) -> int:
        for i in nm.prange(n):
            pass
        return i

    assert unbound(3) == 2
    with pytest.raises(UnboundLocalError):
        unbound(0)


# -- exceptions -----------------------------------------------------------------------------------


@nm.jit
def first_negative(a: nm.f8[:], step: int) -> float:
    s = 0.0
    for i in nm.prange(0 if step > 0 else a.shape[0] - 1, a.shape[0] if step > 0 else -1, step):
        if a[i] < 0:
            raise ValueError("negative")
        assert a[i] != 10, "ten"
        s += a[i]
    return s


@pytest.mark.parametrize("step", (1, -1))
def test_the_first_iteration_that_fails_raises(step):
    a = np.arange(1.0, 9.0)
    assert first_negative(a, step) == 36
    a[6] = -1
    with pytest.raises(ValueError, match="negative"):
        first_negative(a, step)
    a[1] = 10
    with pytest.raises(AssertionError if step > 0 else ValueError):
        first_negative(a, step)


def test_checks_name_the_first_index():
    def gathered(a: nm.f8[:], k: nm.i8[:], out: nm.f8[:]) -> None:
        for i in nm.prange(k.shape[0]):
            out[i] = a[k[i]]

    kernel = nm.jit(gathered, checks=True)
    k = np.array([0, 1, 2, 1, 7, 9, 0, 8])
    with pytest.raises(IndexError, match="7"):
        kernel(array(5), k, np.zeros(8))


@nm.jit(checks=True)
def checked_sum(a: nm.f8[:], start: int, step: int) -> int:
    count = start
    for i in nm.prange(a.shape[0]):
        if a[i] > 0:
            count += step
        count = 1 + count
        count -= 1
    return count


LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("start", "step"),
    ((0, 1), (0, -1), (0, 2**59), (20 - LARGEST, -1), (LARGEST - 40, 1), (-LARGEST, 2**59)),
)
def test_a_checked_sum_of_integers_is_right(start, step):
    same_as_python(checked_sum, array(), start, step)


OVERFLOWS = ((LARGEST - 5, 1), (5 - LARGEST, -1), (0, 2**61), (0, -(2**61)), (1, LARGEST))


@pytest.mark.parametrize(("start", "step"), OVERFLOWS)
def test_an_overflow_of_a_sum_raises_in_a_part_or_between_parts(start, step):
    with pytest.raises(OverflowError, match="too large"):
        checked_sum(array(), start, step)


def test_what_an_iteration_raises_comes_before_an_overflow_between_parts():
    @nm.jit(checks=True)
    def both(a: nm.f8[:], start: int) -> int:
        for i in nm.prange(a.shape[0]):
            if a[i] < 0:
                raise ValueError("negative")
            start += 1
        return start

    a = np.ones(12)
    a[11] = -1
    for _ in range(20):
        with pytest.raises(ValueError, match="negative"):
            both(a, LARGEST - 11)


@nm.jit(checks=True)
def looked_at(n: int) -> int:
    count = 0
    largest = 0
    for i in nm.prange(n):
        count += i
        largest = max(largest, count)
    return largest


@nm.jit(checks=True)
def checked_product(n: int) -> int:
    product = 1
    for i in nm.prange(1, n):
        product *= i
    return product


@pytest.mark.parametrize("kernel", (looked_at, checked_product))
def test_what_is_no_checked_sum_is_refused(kernel):
    with pytest.raises(nm.TraceError, match="NM130"):
        kernel(5)


def test_outside_of_a_kernel_it_is_a_range():
    assert list(nm.prange(2, 8, 3)) == [2, 5]
    assert len(nm.prange(4)) == 4
    assert repr(nm.prange(4)) == "nm.prange(0, 4, 1)"


def test_only_kernels_with_a_parallel_loop_need_openmp():
    @nm.jit
    def serial(a: nm.f8[:]) -> None:
        for i in nm.range(a.shape[0]):
            a[i] = 1

    assert "omp" not in serial.fortran(array())
    assert "!$omp parallel do num_threads(threads)" in private_name.fortran(array(), array())


@nm.jit
def long_body(a: nm.f8[:], b: nm.f8[:]) -> float:
    s = 0.0
    for i in nm.prange(a.shape[0]):
        x = a[i]
        for k in nm.unroll(range(150)):
            x = np.floor(x * (k * k % 7 + 1) + k * k * k % 5)
            x = x - np.floor(x / 64) * 64
            b[i] += x
            s += x
    return s


def test_a_long_body_stays_in_its_loop():
    a = array(200)
    expected, got = np.zeros(200), np.zeros(200)
    assert long_body(a, got) == long_body.py_func(a, expected)
    assert np.array_equal(got, expected)


@nm.jit
def long_around(a: nm.f8[:], b: nm.f8[:]) -> float:
    s = 0.0
    for k in nm.unroll(range(200)):
        b[k] = np.floor(a[k] * (k * k % 7 + 1) + k * k * k % 5)
        b[(k * 7) % 200] += np.sqrt(a[k] + k * k % 11)
        s += b[(k * 3) % 200] * (k * k % 3)
    for i in nm.prange(a.shape[0]):
        t = np.floor(a[i])
        s += t
        b[i] = t + b[i]
    for k in nm.unroll(range(200)):
        b[k] = b[k] * (k * k % 7 + 1) + k * k * k % 5
        b[(k * 7) % 200] += k * k % 11
    return s


def test_a_loop_in_a_long_body():
    nm.set_num_threads(1)
    a = array(200) + 5
    expected, got = np.zeros(200), np.zeros(200)
    assert long_around(a, got) == pytest.approx(long_around.py_func(a, expected), rel=1e-14)
    assert np.array_equal(got, expected)
    nm.set_num_threads(2)
    assert long_around(a, got) == pytest.approx(long_around.py_func(a, expected), rel=1e-14)
    assert np.array_equal(got, expected)
