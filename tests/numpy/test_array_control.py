"""Arrays in calls, loops over arrays, closures and containers, under run-time control flow."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.arange(12.0).reshape(3, 4) - 5.5
V = np.arange(6.0) - 2.5


# -- loops over arrays ----------------------------------------------------------------------------


def test_rows_are_views():
    @nm.jit
    def run(a: nm.f8[:, :]) -> None:
        for row in a:
            row[0] = row[1] + row[-1]
            row *= 2.0

    same_as_python(run, A)
    same_as_python(run, np.asfortranarray(A))
    same_as_python(run, A[::-1, ::2])


def test_enumerate_zip_reversed_and_slices():
    @nm.jit
    def run(a: nm.f8[:, :], b: nm.f8[:, :], out: nm.f8[:]) -> None:
        for i, row in enumerate(a):
            out[i] = row[0]
        for x, y in zip(a, b, strict=False):
            out[0] += x[1] * y[2]
        for row in reversed(a):
            out[1] = out[1] * 0.5 + row[0]
        for row in a[1:]:
            out[2] += row[3]
        for k, (x, y) in enumerate(zip(a[:, 0], b[::-1, 1], strict=False)):
            out[k] += x - y

    same_as_python(run, A, A * 2, np.zeros(4))
    same_as_python(run, A[:0], A, np.zeros(4))


def test_the_row_is_read_after_the_loop():
    @nm.jit
    def run(a: nm.f8[:, :]):
        for row in a:
            if row[0] > -3.0:
                break
        return row[1]

    same_as_python(run, A)


def test_a_row_of_the_iteration_before():
    @nm.jit
    def run(a: nm.f8[:, :]):
        s = a[0, 0] * 0.0
        last = a[0]
        for row in a:
            s += row[0] * last[1]
            last = row
        return s, last[2]

    same_as_python(run, A)


def test_a_comprehension_of_known_length():
    @nm.jit
    def run(a: nm.f8[3, 4]):
        parts = [row[0] + row[1] for row in a]
        return parts[0] + parts[2], len(parts)

    same_as_python(run, A)


# -- calls ----------------------------------------------------------------------------------------


def test_a_helper_writes_to_the_view_that_it_is_given():
    def fill(part, value):
        for i in range(part.shape[0]):
            part[i] = value + i

    @nm.jit
    def run(n: int, a: nm.f8[:, :]) -> None:
        for k in range(n):
            fill(a[k], 10.0 * k)
        fill(a[:, 1], 0.5)

    same_as_python(run, 3, A)


def test_a_kernel_is_given_views_and_own_arrays():
    @nm.jit
    def inner(x: nm.f8[:], s: float) -> None:
        for i in range(x.shape[0]):
            x[i] = x[i] * s + i

    @nm.jit
    def run(n: int, a: nm.f8[:, :]):
        own = a[0] * 1.0
        for k in range(n):
            inner(own, 2.0)
            inner(a[k], 0.5)
            inner(a[:, k], 0.25)
        return own

    for n in (0, 1, 3):
        same_as_python(run, n, A)


def test_a_kernel_is_given_an_array_variable():
    @nm.jit
    def total(x: nm.f8[:]) -> float:
        s = 0.0
        for i in range(x.shape[0]):
            s += x[i]
        return s

    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a * 1.0
        s = a[0] * 0.0
        for _ in range(n):
            s += total(x)
            x = x[1:] * 2.0
        return s

    for n in (0, 1, 3):
        same_as_python(run, n, V)


def test_a_helper_that_calls_itself_at_the_trace():
    def halves(x, depth):
        if depth == 0:
            return x * 2.0
        return halves(x[::2], depth - 1)

    @nm.jit
    def run(a: nm.f8[:], depth: nm.comptime):
        return halves(a, depth)

    for depth in (0, 1, 2):
        same_as_python(run, V, depth)


def test_closures_and_defaults():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        own = a * 2.0

        def add(k, by=own):
            by[k] += own[0]

        for k in range(n):
            add(k)
        return own

    for n in (0, 1, 3):
        same_as_python(run, n, V)


def test_tuples_and_lists_of_arrays():
    @nm.jit
    def run(n: int, a: nm.f8[:], b: nm.f8[:]):
        pair = (a + 1.0, b + 2.0)
        both = [a, b]
        for k in range(n):
            pair = (pair[1] * 0.5, pair[0] + 1.0)
            both[k % 2][k] = pair[0][0]
        return pair[0], pair[1]

    for n in (0, 1):
        try:
            same_as_python(run, n, V, V * 3)
        except nm.TraceError as refusal:
            assert refusal.number == 102


def test_a_tuple_of_arrays_is_carried():
    @nm.jit
    def run(n: int, a: nm.f8[:], b: nm.f8[:]):
        pair = (a + 1.0, b + 2.0)
        for _ in range(n):
            pair = (pair[1] * 0.5, pair[0] + 1.0)
        return pair[0], pair[1]

    for n in (0, 1, 2, 5):
        same_as_python(run, n, V, V * 3)


def test_a_list_changed_in_a_compiled_loop_is_refused():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        found = []
        for _ in range(n):
            found.append(a * 2.0)
        return found

    with pytest.raises(nm.TraceError, match="NM212"):
        run(2, V)


# -- prange ---------------------------------------------------------------------------------------


def test_rows_are_written_in_parallel():
    @nm.jit
    def run(a: nm.f8[:, :], out: nm.f8[:, :]) -> None:
        for i in nm.prange(a.shape[0]):
            t = a[i] * 2.0
            out[i] = t + t[0]

    same_as_python(run, A, np.zeros((3, 4)))


def test_a_sum_of_arrays_is_refused_or_right():
    @nm.jit
    def run(a: nm.f8[:, :]):
        acc = np.zeros(a.shape[1])
        for i in nm.prange(a.shape[0]):
            acc += a[i]
        return acc

    with pytest.raises(nm.TraceError, match="NM13[0-5]"):
        run(A)


def test_an_array_name_is_not_carried_through_a_parallel_loop():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a * 1.0
        for _ in nm.prange(n):
            x = x * 2.0
        return x

    with pytest.raises(nm.TraceError, match="NM13[0-5]"):
        run(3, V)
