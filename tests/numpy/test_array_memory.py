"""Arrays that a loop makes anew with other lengths: they keep the memory they have, if it fits."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

LENGTHS = [
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    [9, 8, 7, 6, 5, 4, 3, 2, 1],
    [9, 0, 9, 1, 9, 0, 2, 8, 0],
    [0, 0, 0],
    [3],
    [],
]


def numbers(*shape):
    return (np.arange(np.prod(shape)) % 7 - 2.5).reshape(shape)


@nm.jit
def sums_of_sums(x: nm.f8[:], lengths: nm.i8[:]):
    out = np.zeros(lengths.shape[0])
    for i in range(lengths.shape[0]):
        t = np.cumsum(x[: lengths[i]])
        t[1:] = t[:-1] + 0.5
        out[i] = np.sum(t * t[::-1])
    return out


@pytest.mark.parametrize("lengths", LENGTHS)
def test_a_vector_of_changing_length(lengths):
    given = numbers(9), np.array(lengths, np.int64)
    same_as_python(sums_of_sums, *given)
    assert "if (.not. allocated(" in sums_of_sums.fortran(*given)


@nm.jit
def tables(x: nm.f8[:, :], rows: nm.i8[:], columns: nm.i8[:]):
    out = np.zeros(rows.shape[0])
    for i in range(rows.shape[0]):
        t = np.zeros((rows[i], columns[i]))
        u = np.zeros((rows[i], columns[i]), order="F")
        t[:, ::2] = x[: rows[i], : columns[i] : 2]
        u[::2] = x[: rows[i] : 2, : columns[i]]
        for k in range(rows[i]):
            for j in range(columns[i]):
                out[i] += t[k, j] * (j + 1) - u[k, j] * (k + 2)
    return out


@pytest.mark.parametrize("rows", LENGTHS)
@pytest.mark.parametrize("columns", [[3] * 9, [1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 0, 3, 3, 1] * 2])
def test_a_matrix_of_changing_lengths(rows, columns):
    same_as_python(tables, numbers(9, 9), np.array(rows, int), np.array(columns[: len(rows)], int))


@nm.jit
def filled(t: nm.f8[:]) -> None:
    for i in range(t.shape[0]):
        t[i] = t.shape[0] - i


@nm.jit
def handed_over(lengths: nm.i8[:]):
    total = np.float64(0.0)
    last = np.zeros(2)
    for n in lengths:
        t = np.zeros(n)
        filled(t)
        total = 2.0 * total + t.sum()
        last = np.zeros(n + 1)
        last[1:] = t
    return total, last


@pytest.mark.parametrize("lengths", LENGTHS)
def test_who_is_given_an_array_sees_its_own_length(lengths):
    same_as_python(handed_over, np.array(lengths, np.int64))


@nm.jit
def side_by_side(x: nm.f8[:], lengths: nm.i8[:], out: nm.f8[:]) -> None:
    for i in nm.prange(lengths.shape[0]):
        t = np.zeros(lengths[i])
        for k in range(lengths[i]):
            t[lengths[i] - 1 - k] = x[k]
        for k in range(lengths[i]):
            out[i] += t[k] * k


@pytest.mark.parametrize("lengths", LENGTHS)
def test_each_thread_has_its_own_memory(lengths):
    same_as_python(side_by_side, numbers(9), np.array(lengths, np.int64), np.zeros(len(lengths)))


def test_what_was_there_is_gone():
    @nm.jit
    def fresh(lengths: nm.i8[:]):
        total = 0.0
        for n in lengths:
            t = np.zeros(n)
            for k in range(n):
                total += t[k]
                t[k] = 1.0
        return total

    same_as_python(fresh, np.array(LENGTHS[2]))
    same_as_python(fresh, np.array(LENGTHS[1]))


def test_no_memory_is_still_said():
    @nm.jit
    def ends(lengths: nm.i8[:]):
        total = np.float64(0.0)
        for n in lengths:
            t = np.empty(n)
            t[0] = 1.0
            t[n - 1] = n
            total += t[0] + t[n // 2]
        return total

    same_as_python(ends, np.array([2, 1, 2]))
    for far in (2**58, 2**62, 2**63 - 1):
        with pytest.raises((MemoryError, ValueError)):
            ends(np.array([2, far]))


# -- memory that changes hands --------------------------------------------------------------------


@nm.jit
def shrinking(x: nm.f8[:], place: nm.i8[:], steps: int):
    total = np.float64(0.0)
    for k in range(steps):
        x = x * 1.5 - 0.25
        kept = np.abs(x) < 3.0
        x = x[kept]
        place = place[kept]
        for i in range(place.shape[0]):
            total += place[i] * x[i] * (k + 1)
    return total, x.shape[0]


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 9])
@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_name_takes_the_memory_of_what_it_is_given(steps, count):
    same_as_python(shrinking, numbers(count), np.arange(count), steps)
    text = shrinking.fortran(numbers(count), np.arange(count), steps)
    assert text.count("call move_alloc(") >= 3


@nm.jit
def shrinking_rows(a: nm.f8[:, :], limits: nm.f8[:]):
    total = np.float64(0.0)
    for limit in limits:
        a = a[a[:, 0] < limit]
        for i in range(a.shape[0]):
            total = 1.5 * total + a[i, a.shape[1] - 1]
    return total


@pytest.mark.parametrize("limits", [[], [9.0], [2.0, 1.0, 9.0], [-9.0, 5.0]])
def test_a_matrix_changes_hands(limits):
    same_as_python(shrinking_rows, numbers(5, 3), np.array(limits))
    same_as_python(shrinking_rows, np.asfortranarray(numbers(5, 3)), np.array(limits))
    same_as_python(shrinking_rows, numbers(0, 3), np.array(limits))


def test_what_is_still_read_keeps_its_memory():
    @nm.jit
    def read_after(x: nm.f8[:], steps: int):
        total = np.float64(0.0)
        y = x + 1.0
        first = x[x > 0.0]
        for k in range(steps):
            y = y[y > k]
            total += np.cumsum(y)[-1:].sum() + first.sum()
            if k == 2:
                y = first
            if k == 3:
                continue
            z = y[y > -k]
            y = z
            total = 2.0 * total + z.sum()
        return total, y.shape[0]

    for steps in range(7):
        same_as_python(read_after, numbers(9), steps)


def test_each_arm_gives_its_own_array():
    @nm.jit
    def arms(x: nm.f8[:], ways: nm.i8[:]):
        y = x * 2.0
        total = np.float64(0.0)
        for way in ways:
            if way == 0:
                y = y[y > 0.0]
            elif way == 1:
                y = np.cumsum(y)
            elif way == 2:
                y = x[x < 1.0]
            for i in range(y.shape[0]):
                total += y[i] * (i + 1)
        return total

    for ways in ([], [0], [1, 0, 2], [2, 1, 0, 3, 1], [3, 2, 2, 0, 0]):
        same_as_python(arms, numbers(9), np.array(ways, np.int64))


def test_two_names_change_places():
    @nm.jit
    def crossed(x: nm.f8[:], steps: int):
        a = x[x > 0.0]
        b = x[x < 1.0]
        total = np.float64(0.0)
        for k in range(steps):
            a, b = b[b > -k], a[a < 2.0 * k]
            for i in range(a.shape[0]):
                total += a[i] * (k + 1)
            for i in range(b.shape[0]):
                total -= b[i] * (k + 2)
        return total

    for steps in range(6):
        same_as_python(crossed, numbers(9), steps)


def test_a_returned_array_has_its_own_length():
    @nm.jit
    def returned(x: nm.f8[:], steps: int):
        for k in range(steps):
            x = x[x > k]
        return x

    for steps in range(4):
        same_as_python(returned, numbers(9), steps)


def test_names_of_each_thread_change_hands():
    @nm.jit
    def parted(x: nm.f8[:], out: nm.f8[:]) -> None:
        for i in nm.prange(out.shape[0]):
            y = x * (i + 1)
            for k in range(3):
                y = y[y > k]
            total = np.float64(0.0)
            for k in range(y.shape[0]):
                total += y[k] * (k + 1)
            out[i] = total

    for count in (0, 1, 9):
        same_as_python(parted, numbers(count), np.zeros(7))
