"""`nm.range` is Python's range up to both ends of int64, where a last index would wrap."""

import itertools

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

LEAST, GREATEST = -(2**63), 2**63 - 1
BOUNDS = [LEAST, LEAST + 1, LEAST + 2, -3, 0, 1, 5, GREATEST - 2, GREATEST - 1, GREATEST]
STEPS = [1, -1, 2, -2, 3, -3, 2**62, -(2**62), LEAST, LEAST + 1, GREATEST - 1, GREATEST]


def is_short(start, stop, step):
    return len(range(start, stop, step)) < 100


@nm.jit
def of_runtime(start: nm.i8, stop: nm.i8, step: nm.i8, out: nm.i8[:]) -> None:
    for i in nm.range(start, stop, step):
        out[0] += 1
        out[1] = i
        out[2] ^= i


def test_all_three_at_run_time():
    for bounds in itertools.product(BOUNDS, BOUNDS, STEPS):
        start, stop, step = bounds
        if abs(stop - start) // abs(step) > 100:
            continue
        expected = [0, 0, 0]
        for i in range(*bounds):
            expected = [expected[0] + 1, i, expected[2] ^ i]
        out = np.zeros(3, np.int64)
        of_runtime(*bounds, out)
        assert out.tolist() == expected, bounds


@nm.jit
def to_runtime_stop(start, stop: int, step, out: nm.i8[:]) -> None:
    for i in nm.range(start, stop, step):
        out[0] += 1
        out[1] = i


@pytest.mark.parametrize("step", [1, -1, 3, -(2**62), GREATEST])
@pytest.mark.parametrize("start", [LEAST, LEAST + 1, 0, GREATEST])
def test_a_run_time_stop(start, step):
    for stop in BOUNDS:
        if abs(stop - start) // abs(step) <= 100:
            same_as_python(
                to_runtime_stop, start, stop, step, np.zeros(2, np.int64), modes=("default",)
            )


@nm.jit
def from_runtime_start(start: int, stop, step, out: nm.i8[:]) -> None:
    for i in nm.range(start, stop, step):
        out[0] += 1
        out[1] = i


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("stop", [LEAST, GREATEST])
def test_a_run_time_start(stop, step):
    for start in BOUNDS:
        if abs(stop - start) // abs(step) <= 100 or (stop > start) != (step > 0):
            same_as_python(
                from_runtime_start, start, stop, step, np.zeros(2, np.int64), modes=("default",)
            )


@nm.jit
def moved_by_one(n: int, k: nm.i8, out: nm.i8[:]) -> None:
    for _i in nm.range(1, n + 1):
        out[0] += 1
    for _i in nm.range(1, n - 1):
        out[1] += 1
    for _i in nm.range(1, k + 1):
        out[2] += 1
    for _i in nm.range(-1, n - 1, -1):
        out[3] += 1


def test_a_stop_that_is_moved_by_one():
    for n in (-3, 0, 1, 2, 7):
        for k in (LEAST, -1, 0, 3, GREATEST):
            same_as_python(moved_by_one, n, k, np.zeros(4, np.int64), modes=("default", "exact"))


def test_a_loop_to_a_dimension_needs_no_guard():
    @nm.jit
    def kernel(a: nm.f8[:], k: nm.i4) -> None:
        for i in nm.range(a.shape[0]):
            for j in nm.range(i, k):
                a[j] = 0.0

    text = kernel.fortran(nm.f8[:], nm.i4)
    assert "max" not in text and "merge" not in text


@nm.jit
def marked(a: nm.i8[:], starts: nm.i8[:], ahead: nm.i8[:]) -> int:
    n = a.shape[0]
    total = 0
    for k in range(1, n):
        for i in range(starts[k], n, k):
            a[i] = k
        for i in range(k * k, n - k, k + 2):
            a[i] = 7
            a[i - 1] = total
        for i in range(ahead[k], ahead[k], k):
            a[i] = -1
        for _i in range(0, ahead[0], k):
            ahead[0] = 3
        last = -1
        for i in range(starts[k], n, k):
            last = i
        total += last
    return total


def test_a_step_that_is_positive_at_run_time():
    for n in (0, 1, 2, 40):
        starts = np.random.default_rng(n).integers(-n, 2 * n + 1, n)
        ahead = np.full(n, GREATEST)
        ahead[:1] = 9
        same_as_python(marked, np.zeros(n, np.int64), starts, ahead)


@nm.jit
def marked_to_the_end(a: nm.i8[:], last: nm.u4, stop: int, step: nm.i8) -> int:
    for i in range(GREATEST - 9, stop, max(step, 1)):
        a[0] = i & 0
    for k in range(1, 3):
        for _i in range(GREATEST - 9, stop, k):
            a[1] = 5
        for _i in range(0, last, k + GREATEST - 9):
            a[2] = k
    return a[0]


def test_a_positive_step_that_could_leave_int64():
    for stop in (GREATEST - 10, GREATEST - 3, GREATEST):
        for step in (-1, 1, 5, GREATEST):
            same_as_python(marked_to_the_end, np.ones(3, np.int64), 7, stop, step)


@nm.jit
def marked_in_parallel(a: nm.b1[:, :], seen: nm.i8[:]) -> None:
    for k in nm.prange(1, a.shape[0]):
        for i in range(k, a.shape[1], k):
            a[k, i] = True
        for i in range(2 * k, seen.shape[0], k + 1):
            if a[k, i]:
                a[k, 0] = True


def test_a_positive_step_inside_a_parallel_loop():
    same_as_python(marked_in_parallel, np.zeros((60, 90), np.bool_), np.zeros(80, np.int64))


def test_a_loop_that_only_marks_does_not_divide():
    @nm.jit
    def kernel(prime: nm.b1[:]) -> None:
        for i in range(2, prime.shape[0]):
            for multiple in range(i * i, prime.shape[0], i):
                prime[multiple] = False

    assert "do while (multiple < prime_shape(0))" in kernel.fortran(nm.b1[:])
