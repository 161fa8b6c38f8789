"""Indices that conditions around them prove not to be negative, and those that they do not."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

ROOM = np.arange(12.0)


@pytest.mark.parametrize("start", [-5, -1, 0, 3])
def test_an_index_that_a_loop_raises_from_an_unknown_start(start):
    @nm.jit
    def kernel(a, start: int, limit: float):
        i = start
        while a[i] < limit:
            i += 1
        return i, a[i - 1]

    same_as_python(kernel, np.array([5.0, 1, 2, 3, 9, 0, 1, 9]), start, 4.0)


@pytest.mark.parametrize("i", [-3, -1, 0, 2])
def test_a_condition_holds_only_in_its_arm(i):
    @nm.jit
    def kernel(a, i: int):
        before = a[i]
        if i >= 0:  # noqa: SIM108  (a branch is what is tested)
            inside = a[i] + a[i + 1]
        else:
            inside = a[i] - a[i + 1]
        return before, inside, a[i], a[i - 1]

    same_as_python(kernel, ROOM, i)


@pytest.mark.parametrize("i", [-2, -1, 0, 5])
def test_a_condition_on_a_stored_integer(i):
    @nm.jit
    def kernel(a, where, out):
        for k in range(where.shape[0]):
            i = where[k]
            if i >= 0:
                out[k] = a[i]
            else:
                out[k] = -a[i]
            where[k] = -i
            if where[k] >= 0:
                out[k] += a[where[k]]

    same_as_python(kernel, ROOM, np.array([i, 3, -4, 0]), np.zeros(4))


@pytest.mark.parametrize("n", [0, 1, 5])
def test_an_index_counted_from_the_end(n):
    @nm.jit
    def kernel(a, b, n: int):
        for i in range(n):
            b[n - 1 - i] = a[i]
        for i in range(n):
            for j in range(i, n):
                b[j - i] += a[i + n - j - 1]
        return a[n - 1]

    same_as_python(kernel, ROOM, np.zeros(12), n)


def test_an_index_counted_beyond_the_start():
    @nm.jit
    def kernel(a, b, n: int, m: int):
        for i in range(n):
            b[m - 1 - i] = a[i]
            b[n - 3 - i] += 1
        for i in range(n - 1, -1, -1):
            b[n - 3 - i] += a[i]

    same_as_python(kernel, ROOM, np.zeros(12), 6, 4)


def test_two_ends_that_approach():
    @nm.jit
    def kernel(a, steps: int):
        low = 0
        high = a.shape[0] - 1
        while low < high:
            a[low], a[high] = a[high], a[low]
            low += 1
            high -= 1
        while high > -steps:
            a[high] += low - high
            a[low - high - 1] += 1
            high -= 1

    same_as_python(kernel, ROOM, 5)


@pytest.mark.parametrize("first, second", [(3, 1), (1, 3), (2, 2), (-1, -4)])
def test_a_difference_known_on_one_way_only(first, second):
    @nm.jit
    def kernel(a, first: int, second: int):
        if second < first:  # noqa: SIM108  (a branch is what is tested)
            one = a[first - second - 1]
        else:
            one = a[first - second - 1] + a[second - first]
        if first == 3:
            one += a[first]
        return one, a[first - second]

    same_as_python(kernel, ROOM, first, second)


@pytest.mark.parametrize("n", [1, 2, 6])
def test_names_are_reread_after_a_loop_that_changes_them(n):
    @nm.jit
    def kernel(a, n: int):
        row = n
        kept = n
        total = 0.0
        while row >= 0:
            column = 0
            while column < n:
                column += 1
                row -= 1
                total += a[row] + a[kept]
            total += a[row] + a[kept] + column
            row -= 1
        return total, row, kept

    same_as_python(kernel, ROOM, n)


def test_arrays_are_reread_where_a_loop_stores_into_them():
    @nm.jit
    def kernel(a, b, n: int):
        total = a[0] + b[0]
        for i in range(n):
            a[i] = a[0] + 1 + b[0]
            total += a[0] + b[0]
        while a[0] < 100:
            a[0] += b[0] + 50
        return total + a[0] + b[0]

    same_as_python(kernel, ROOM, ROOM + 1, 4)
    shared = ROOM.copy()
    same_as_python(kernel, shared, shared, 4)
