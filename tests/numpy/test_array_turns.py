"""Arrays that names hold in turn: `u, un = un, u`. Nothing is copied, and every write is seen in
the array that the name holds at that time, arguments included."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.arange(6.0) - 2.5
TIMES = [0, 1, 2, 3, 4, 5]


@nm.jit
def swept(n: int, u: nm.f8[:], un: nm.f8[:]) -> None:
    for i in range(n):
        for k in range(1, u.shape[0] - 1):
            un[k] = 0.5 * (u[k - 1] + u[k + 1]) + i
        u, un = un, u


@pytest.mark.parametrize("n", TIMES)
def test_arguments_are_swapped(n):
    same_as_python(swept, n, A, A + 1)
    same_as_python(swept, n, A[::-1], A * 3)


def test_nothing_is_copied():
    text = swept.fortran(3, A, A)
    assert "allocat" not in text
    assert text.count("do k = ") == 2


def test_overlapping_arguments():
    base = np.arange(9.0)
    for n in TIMES:
        plain, compiled = base.copy(), base.copy()
        swept.py_func(n, plain[:6], plain[2:8])
        swept(n, compiled[:6], compiled[2:8])
        assert np.array_equal(plain, compiled)


@pytest.mark.parametrize("n", TIMES)
def test_whole_arrays_in_a_while_loop(n):
    @nm.jit
    def run(n: int, u: nm.f8[:, :], un: nm.f8[:, :]):
        k = 0
        while k < n:
            un[1:-1, 1:-1] = u[:-2, 1:-1] + u[2:, 1:-1] - 2.0 * u[1:-1, 1:-1]
            u, un = un, u
            k += 1
        return k

    m = np.arange(20.0).reshape(4, 5) ** 1.5
    same_as_python(run, n, m, m[::-1])


@pytest.mark.parametrize("n", TIMES)
def test_three_arguments_are_rotated(n):
    @nm.jit
    def run(n: int, x: nm.f8[:], y: nm.f8[:], z: nm.f8[:], out: nm.f8[:]) -> None:
        for i in range(n):
            z[i] = 2.0 * y[i] - x[0] + i
            x, y, z = y, z, x
        out[0] = x[0]
        out[1] = y[1]
        out[2] = z[2]

    same_as_python(run, n, A, A + 1, A * 2, np.zeros(3))


@pytest.mark.parametrize("n", TIMES)
def test_an_argument_and_an_own_array(n):
    @nm.jit
    def run(n: int, u: nm.f8[:]) -> None:
        un = np.zeros(u.shape[0])
        for i in range(n):
            for k in range(1, u.shape[0] - 1):
                un[k] = u[k - 1] + u[k + 1] + i
            u, un = un, u

    same_as_python(run, n, A)


@pytest.mark.parametrize("n", TIMES)
def test_read_after_the_loop(n):
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:]):
        for i in range(n):
            un[i] = u[0] + i
            u, un = un, u
        return u[0] - un[1] * u[-1], u.shape[0]

    same_as_python(run, n, A, A[:5] * 3 if n < 5 else A * 3)


@pytest.mark.parametrize("n", TIMES)
@pytest.mark.parametrize("limit", [0.0, 3.0, 100.0])
def test_break_and_continue(n, limit):
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:], limit: float):
        for i in range(n):
            un[i] = abs(u[0]) + i
            if i == 1:
                continue
            u, un = un, u
            if u[i] > limit:
                break
            u[1] += 0.5
        return u[1], un[1]

    same_as_python(run, n, A, A + 3, limit)


@pytest.mark.parametrize("n", TIMES)
def test_while_with_a_condition_on_the_arrays(n):
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:]):
        k = 0
        while u[0] < 20.0 and k < n:
            un[0] = u[0] + 3.0
            un, u = u, un
            k = k + 1
        return k, u[0], un[0]

    same_as_python(run, n, A, A + 1)


def test_swapped_in_nested_loops():
    @nm.jit
    def run(n: int, m: int, u: nm.f8[:], un: nm.f8[:]) -> None:
        for i in range(n):
            for j in range(m):
                un[j] = u[j] + i
                u, un = un, u
            u[5] += 1.0

    for n in (0, 1, 2, 3):
        for m in (0, 1, 2, 3):
            try:
                same_as_python(run, n, m, A, A + 1)
            except nm.TraceError as refusal:
                assert refusal.number == 116


def test_swapped_twice_is_not_swapped():
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:]) -> None:
        for _ in range(n):
            un[0] = u[0] + 1.0
            u, un = un, u
            un[1] = u[0] + 2.0
            u, un = un, u

    same_as_python(run, 3, A, A + 1)


def test_two_loops_one_after_the_other():
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:], out: nm.f8[:]) -> None:
        for i in range(n):
            un[i] = u[0] + 1.0
            u, un = un, u
        for i in range(n):
            out[i] = u[i] - un[i]

    for n in TIMES:
        same_as_python(run, n, A, A + 1, A * 0)


def test_a_write_after_the_loop_is_refused():
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:]) -> None:
        for i in range(n):
            un[i] = u[0] + 1.0
            u, un = un, u
        u[0] = 9.0

    with pytest.raises(nm.TraceError, match="NM116"):
        run(2, A.copy(), A.copy())


def test_a_name_that_follows_another_one():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a * 1.0
        before = a * 0.0
        for i in range(n):
            before = x
            x = x * 0.5 + i
        return x[0] - before[1]

    for n in TIMES:
        same_as_python(run, n, A)


def test_numbers_that_become_wider_meanwhile():
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:]):
        s = 0
        t = 1
        for i in range(n):
            un[i] = u[i] + s
            s += u[0]
            if i > 1:
                t = t * 2
            u, un = un, u
        return t, u[0] + s

    for n in TIMES:
        same_as_python(run, n, A, A + 1)


def test_only_one_of_them_is_read_after_a_while_loop():
    @nm.jit
    def run(k: nm.i4, n: int, u: nm.f8[:], un: nm.f8[:]):
        while True:
            if k > 3:
                break
            k += 1
            u, un = un, u
        return un[n]

    for k in range(6):
        same_as_python(run, np.int32(k), -2, A, A + 10)


def test_names_that_are_swapped_in_a_loop_that_is_left_at_once():
    @nm.jit
    def run(k: nm.i4, n: int, u: nm.f8[:], un: nm.f8[:]):
        while n:
            if k:
                un[0] = u[1]
                break
            u, un = un, u
            n -= 1
        return u[2]

    for k in (0, 1):
        for n in range(3):
            same_as_python(run, np.int32(k), n, A, A + 10)


def test_names_that_become_the_same_array_in_a_while_loop():
    @nm.jit
    def run(k: nm.i2, u: nm.f8[:], un: nm.f8[:]):
        turns = 3
        while k and turns:
            turns -= 1
            u, un = un, un
        return u

    for k in range(3):
        same_as_python(run, np.int16(k), A, A + 10)
