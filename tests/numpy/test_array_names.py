"""Names that hold different arrays on different ways: bound in branches and loops, read after."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.arange(6.0) - 2.5
M = np.array([[0.5, 0.25, 0.0], [0.125, 0.5, 0.25], [0.0, 0.5, 0.5]])


# -- branches -------------------------------------------------------------------------------------


@nm.jit
def branched(c: int, a: nm.f8[:], b: nm.f8[:]):
    if c > 0:  # noqa: SIM108
        x = a + 1.0
    else:
        x = b * 2.0
    return x


@pytest.mark.parametrize("c", [0, 1])
def test_a_branch_binds_a_new_array_on_both_ways(c):
    same_as_python(branched, c, A, A[::2])
    same_as_python(branched, c, A[:0], A[::-1])


def test_three_ways():
    @nm.jit
    def three(c: int, a: nm.f8[:]):
        if c == 0:
            x = a + 1.0
        elif c == 1:
            x = a[1:] * 2.0
        else:
            x = np.zeros(3)
        return x, x.shape[0]

    for c in range(3):
        same_as_python(three, c, A)


@nm.jit
def chosen(c: int, a: nm.f8[:], b: nm.f8[:], out: nm.f8[:]) -> None:
    x = a if c else b
    for i in range(x.shape[0]):
        out[i] = x[i] + x[-1]


@pytest.mark.parametrize("c", [0, 1])
def test_a_choice_of_arguments_is_read(c):
    same_as_python(chosen, c, A, A[1:] * 3, np.zeros(9))
    same_as_python(chosen, c, A[::2], A[::-1], np.zeros(9))


def test_a_choice_of_expressions():
    @nm.jit
    def picked(c: int, a: nm.f8[:]):
        return np.sqrt(a * a) if c else a - 1.0

    same_as_python(picked, 0, A)
    same_as_python(picked, 1, A)


def test_a_matrix_of_either_shape():
    @nm.jit
    def turned(c: int, a: nm.f8[:, :], out: nm.f8[:]) -> None:
        x = a.T if c else a
        out[0] = x[0, 1]
        out[1] = x[-1, 0]
        out[2] = x.shape[0]
        out[3] = x.shape[1]

    for c in (0, 1):
        same_as_python(turned, c, np.arange(12.0).reshape(3, 4), np.zeros(4))


def test_bound_on_one_way_only():
    @nm.jit
    def once(c: int, a: nm.f8[:]):
        if c:
            x = a * 2.0
        y = a[0]
        if c:
            y = x[1]
        return y

    same_as_python(once, 1, A)
    same_as_python(once, 0, A)


def test_unbound_raises():
    @nm.jit
    def unbound(c: int, a: nm.f8[:]):
        if c:
            x = a * 2.0
        return x[0]

    same_as_python(unbound, 1, A)
    with pytest.raises(UnboundLocalError):
        unbound(0, A)


def test_tuples_of_arrays():
    @nm.jit
    def pairs(c: int, a: nm.f8[:], b: nm.f8[:]):
        p = (a + 1.0, 1) if c else (b + 2.0, 2)
        return p[0], p[1]

    same_as_python(pairs, 0, A, A[:2])
    same_as_python(pairs, 1, A, A[:2])


def test_a_helper_returns_on_several_ways():
    def helper(c, a, b):
        if c > 1:
            return a + b
        if c > 0:
            return a - b
        return a[1:] * 0.5

    @nm.jit
    def calling(c: int, a: nm.f8[:], b: nm.f8[:]):
        x = helper(c, a, b)
        return x * 2.0

    for c in range(3):
        same_as_python(calling, c, A, A[::-1].copy())


def test_other_types_are_refused():
    @nm.jit
    def mixed(c: int, a: nm.f8[:], b: nm.i8[:]):
        x = a + 1.0 if c else b + 1
        return x

    with pytest.raises(nm.TraceError, match="NM236"):
        mixed(1, A, np.arange(3))


# -- loops ----------------------------------------------------------------------------------------


def product(x, m):
    out = np.zeros(m.shape[1])
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            out[j] += x[i] * m[i, j]
    return out


@nm.jit
def powers(n: int, v: nm.f8[:], m: nm.f8[:, :]):
    x = v * 1.0
    for _ in range(n):
        x = product(x, m)
    return x


@nm.jit
def affine(n: int, v: nm.f8[:], b: float):
    x = v + 0.0
    for _ in range(n):
        x = x * 0.5 + b
    return x


@pytest.mark.parametrize("n", [0, 1, 2, 7])
def test_an_array_is_computed_from_itself(n):
    same_as_python(affine, n, A, 1.5)
    same_as_python(powers, n, A[:3], M)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_the_shape_changes(n):
    @nm.jit
    def shorter(n: int, v: nm.f8[:]):
        x = v + 1.0
        for _ in range(n):
            x = x[1:] - x[:-1]
        return x

    same_as_python(shorter, n, A)

    @nm.jit
    def sliced(n: int, v: nm.f8[:], out: nm.f8[:]) -> None:
        x = v + 1.0
        for _ in range(n):
            x = x[1:]
        for i in range(x.shape[0]):
            out[i] = x[i]
        out[-1] = len(v) if n == 0 else x.shape[0]

    same_as_python(sliced, n, A, np.zeros(8))


def test_while_with_break_continue_else():
    @nm.jit
    def run(n: int, v: nm.f8[:], limit: float):
        x = v + 0.0
        k = 0
        while k < n:
            k += 1
            if k % 3 == 0:
                continue
            x = x * 2.0
            if x[0] > limit:
                x = x - 1.0
                break
        else:
            x = -x
        return x, k

    for n in range(6):
        for limit in (0.0, 20.0, 1e9):
            same_as_python(run, n, np.abs(A), limit)


def test_for_with_break_continue_else():
    @nm.jit
    def run(n: int, v: nm.f8[:], limit: float):
        x = v + 0.0
        for k in range(n):
            if k % 3 == 1:
                x = x + 0.25
                continue
            y = x * 2.0
            if y[0] > limit:
                break
            x = y
        else:
            x = x[:2] + 0.5
        return x

    for n in range(6):
        for limit in (0.0, 20.0, 1e9):
            same_as_python(run, n, np.abs(A), limit)


def test_nested_loops_and_two_names():
    @nm.jit
    def run(n: int, m: int, v: nm.f8[:], w: nm.f8[:]):
        x = v + 0.0
        y = w + 0.0
        for _ in range(n):
            for j in range(m):
                x = x + y[0] * j
                if j == 1:
                    y = y * 0.5
            y = y + 1.0
        return x, y

    for n in (0, 1, 3):
        for m in (0, 1, 3):
            same_as_python(run, n, m, A, A[:2])


def test_first_bound_in_the_loop():
    @nm.jit
    def run(n: int, u: nm.f8[:], out: nm.f8[:]) -> None:
        for _ in range(n):
            un = u * 1.0
            for k in range(1, u.shape[0] - 1):
                out[k] = un[k - 1] + un[k + 1]
            u[:] = out

    for n in (0, 1, 4):
        same_as_python(run, n, A, np.zeros(6))


def test_first_bound_in_the_loop_and_read_after_it():
    @nm.jit
    def run(n: int, u: nm.f8[:]):
        for i in range(n):
            t = u[i:] * 2.0
        return t

    for n in (1, 2, 4):
        same_as_python(run, n, A)
    with pytest.raises(UnboundLocalError):
        run(0, A)


def test_the_value_of_the_iteration_before():
    @nm.jit
    def run(n: int, u: nm.f8[:]):
        s = u[0] * 0.0
        for i in range(n):
            if i > 0:
                s += t[0]  # noqa: F821
            t = u[i:] * 2.0  # noqa: F841
        return s

    for n in (0, 1, 2, 4):
        same_as_python(run, n, A)


def test_a_view_outlives_the_binding_it_was_taken_from():
    @nm.jit
    def run(n: int, u: nm.f8[:]):
        x = u + 0.0
        s = u[0] * 0.0
        for _ in range(n):
            v = x[1:]
            x = x * 2.0
            s += v[0] + x[0]
        return s

    for n in (0, 1, 4):
        same_as_python(run, n, A)


def test_a_view_of_the_iteration_before():
    @nm.jit
    def run(n: int, u: nm.f8[:]):
        x = u + 0.0
        v = x[:2]
        s = u[0] * 0.0
        for _ in range(n):
            s += v[0] * x[1]
            v = x[1:3]
            x = x * 2.0
        return s, v[0], x

    for n in (0, 1, 2, 4):
        same_as_python(run, n, A)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
def test_own_arrays_are_swapped(n):
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        u = a + 0.0
        un = a * 0.0
        for i in range(n):
            for k in range(1, u.shape[0] - 1):
                un[k] = 0.5 * (u[k - 1] + u[k + 1]) + u[k] * i
            u, un = un, u
        return u, un

    same_as_python(run, n, A)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7])
def test_three_own_arrays_are_rotated(n):
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a + 0.0
        y = a + 1.0
        z = a + 2.0
        k = 0
        while k < n:
            k += 1
            z[k % 6] = x[0] + y[1] * k
            x, y, z = y, z, x
        return x, y, z

    same_as_python(run, n, A)


def test_swapped_under_a_condition():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a + 0.0
        y = a * -1.0
        for _ in range(n):
            if x[0] > y[0]:
                x, y = y, x
            x[0] = x[0] + 1.5
        return x, y

    for n in (0, 1, 2, 5):
        same_as_python(run, n, A)


def test_updated_in_place_and_bound_again():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a * 1.0
        for i in range(n):
            x += 1.0
            x = x * 0.5
            x[0] = i
        return x

    for n in (0, 1, 3):
        same_as_python(run, n, A)


# -- one array of two names -----------------------------------------------------------------------


def refused(kernel, *args):
    with pytest.raises(nm.TraceError) as caught:
        kernel(*args)
    return caught.value


def test_writing_to_what_may_be_an_argument_is_refused():
    @nm.jit
    def run(c: int, a: nm.f8[:], b: nm.f8[:]) -> None:
        x = a if c else b
        x[0] = 9.0

    error = refused(run, 1, A.copy(), A.copy())
    assert error.number == 116
    first = run.py_func.__code__.co_firstlineno
    assert error.line == first + 3
    assert str(error).startswith("NM116: 'chosen_value' may be the same array as the argument 'a'")


def test_writing_to_the_source_is_refused_where_the_name_is_read():
    @nm.jit
    def run(c: int, a: nm.f8[:], b: nm.f8[:]):
        x = a if c else b
        a[0] = 9.0
        return x[0]

    assert refused(run, 1, A.copy(), A.copy()).number == 116

    @nm.jit
    def unread(c: int, a: nm.f8[:], b: nm.f8[:]):
        x = a if c else b
        s = x[0]
        a[0] = 9.0
        return s

    same_as_python(unread, 1, A, A + 1)


def test_a_second_name_of_an_own_array():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a * 1.0
        y = x
        for i in range(n):
            x[0] = i
            x = x * 2.0
        return y[0]

    assert refused(run, 1, A).number == 116

    @nm.jit
    def unread(n: int, a: nm.f8[:]):
        x = a * 1.0
        y = x
        s = y[0]
        for i in range(n):
            x[0] = i
            x = x * 2.0
        return s, x

    for n in (0, 1, 3):
        same_as_python(unread, n, A)


def test_the_first_iteration_would_write_to_the_argument():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a
        for i in range(n):
            x[0] = i
            x = x * 2.0
        return x[1]

    assert refused(run, 1, A.copy()).number == 116


@pytest.mark.parametrize("n", [0, 1, 3])
def test_an_argument_is_bound_again(n):
    @nm.jit
    def run(n: int, a: nm.f8[:], out: nm.f8[:]) -> None:
        for _ in range(n):
            a = a * 2.0
        out[:] = a

    same_as_python(run, n, A, np.zeros(6))


# -- returned -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 3])
def test_the_argument_itself_is_returned_where_it_is_never_bound_again(n):
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a
        for _ in range(n):
            x = x * 2.0
        return x

    same_as_python(run, n, A)
    if n == 0:
        assert run(n, A) is A

    @nm.jit
    def endless(n: int, a: nm.f8[:]):
        while True:
            if n == 0:
                return a
            n = n - 1
            a = a + 1.0

    same_as_python(endless, n, A)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_arrays_in_turn_are_returned(n):
    @nm.jit
    def run(n: int, u: nm.f8[:], un: nm.f8[:]):
        for i in range(n):
            un[i] = u[0] + 1.0
            u, un = un, u
        return u, un

    same_as_python(run, n, A, A + 1)

    @nm.jit
    def own(n: int, u: nm.f8[:]):
        un = u + 0.0
        for i in range(n):
            un[i] = u[0] + 1.0
            u, un = un, u
        return u

    same_as_python(own, n, A)


@pytest.mark.parametrize("c", [0, 1, 2])
def test_a_choice_is_returned(c):
    @nm.jit
    def run(c: int, a: nm.f8[:], b: nm.f8[:]):
        if c == 0:
            x = a
        elif c == 1:
            x = b[1:]
        else:
            x = a * 2.0
        return x

    same_as_python(run, c, A, A + 1)

    @nm.jit
    def early(c: int, a: nm.f8[:], b: nm.f8[:]):
        x = a if c else b
        if c == 2:
            return x, 1
        return a, x

    same_as_python(early, c, A, A + 1)


def test_a_view_of_what_may_be_the_argument_is_not_returned():
    @nm.jit
    def run(n: int, a: nm.f8[:]):
        x = a
        for _ in range(n):
            x = x[1:]
        return x

    assert refused(run, 1, A).number == 117
