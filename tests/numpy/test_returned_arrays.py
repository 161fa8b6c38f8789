"""Kernels return arrays: own ones, the caller's very objects, and views of both, as Python does."""

from __future__ import annotations

import contextlib
import tracemalloc

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

A = np.arange(12.0).reshape(3, 4)
TABLE = np.array([3.0, 1.0, 2.0])


def test_own_array_has_the_values_and_owns_its_memory():
    @nm.jit
    def scaled(a: nm.f8[:, :], s: float):
        t = np.empty(a.shape)
        for i in range(a.shape[0]):
            for j in range(a.shape[1]):
                t[i, j] = a[i, j] * s
        return t

    same_as_python(scaled, A, 2.5)
    result = scaled(A, 2.0)
    assert result.flags.owndata and result.flags.c_contiguous
    assert not np.shares_memory(result, scaled(A, 2.0))


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32"])
def test_narrow_types(dtype):
    source = np.array([0, 1, 1, 0, 1]).astype(dtype)

    @nm.jit
    def copied(a):
        t = np.empty(len(a), dtype)
        for i in range(len(a)):
            t[i] = a[len(a) - 1 - i]
        return t

    same_as_python(copied, source)


WIDE = ["int64", "uint64", "float32", "float64", "complex64", "complex128"]


@pytest.mark.parametrize("dtype", WIDE)
def test_wide_types(dtype):
    source = (np.arange(5) * 3).astype(dtype)

    @nm.jit
    def copied(a):
        t = np.empty(len(a), dtype)
        for i in range(len(a)):
            t[i] = a[len(a) - 1 - i] + a[0]
        return t

    same_as_python(copied, source)


def test_fortran_order_is_kept():
    @nm.jit
    def filled(n: int, m: int):
        t = np.empty((n, m), order="F")
        for i in range(n):
            for j in range(m):
                t[i, j] = 10 * i + j
        return t

    same_as_python(filled, 3, 4)
    assert filled(3, 4).flags.f_contiguous and not filled(3, 4).flags.c_contiguous


def test_zero_dimensional_array():
    @nm.jit
    def boxed(x: float):
        t = np.empty(())
        t[()] = x
        return t

    same_as_python(boxed, 2.5)
    assert type(boxed(1.0)) is np.ndarray


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_arrays_without_elements(shape):
    @nm.jit
    def like(a):
        return np.zeros(a.shape), np.zeros((a.shape[0], 2), "int32")

    same_as_python(like, np.zeros(shape))


def test_fixed_shape_is_returned():
    @nm.jit
    def rotation(c: float, s: float):
        t = np.empty((2, 2))
        t[0, 0] = c
        t[0, 1] = -s
        t[1, 0] = s
        t[1, 1] = c
        return t

    same_as_python(rotation, 0.5, 0.25)
    first, second = rotation(1.0, 0.0), rotation(0.0, 1.0)
    assert not np.shares_memory(first, second) and first[0, 0] == 1.0


def test_one_array_twice_is_one_object():
    @nm.jit
    def twice(n: int):
        t = np.zeros(n)
        return t, 3, (t, [t, None])

    same_as_python(twice, 3)


def test_tuples_of_scalars_and_arrays():
    @nm.jit
    def mixed(a: nm.f8[:], n: int):
        t = np.ones(n)
        u = np.zeros((n, 2), "int32")
        return a[0], t, n, (u, 2.5, None), a

    same_as_python(mixed, np.arange(3.0), 2)


def test_parameter_is_the_callers_object():
    @nm.jit
    def same(a: nm.f8[:, :]):
        a[0, 0] = 7
        return a

    same_as_python(same, A)
    same_as_python(same, A.T)
    same_as_python(same, A[::2, ::-1])
    a = A.copy()
    assert same(a) is a


@pytest.mark.parametrize("array", [A, A.T, A[::-1, ::2], A[1:, 1:], np.zeros((0, 4)), A[:1, :1]])
def test_views_of_a_parameter(array):
    @nm.jit
    def views(a: nm.f8[:, :]):
        return a[1:], a.T, a[::-1], a[:, ::-2], a[..., None], a[:, 0:0], a[...], a[-1:, :2].T

    same_as_python(views, array)


def test_rows_and_columns_by_runtime_index():
    @nm.jit
    def parts(a: nm.f8[:, :], i: int, j: int):
        return a[i], a[:, j], a[i:], a[:i, j:], a[i:j:2]

    for i, j in [(0, 0), (1, 3), (-1, -2), (2, 1)]:
        same_as_python(parts, A, i, j)
        same_as_python(parts, A.T[:3], i, j % 3)


def test_view_has_the_owner_as_base_and_shows_its_memory():
    @nm.jit
    def tail(a: nm.f8[:]):
        return a[1:]

    a = np.arange(4.0)
    view = tail(a)
    assert view.base is a
    view[0] = 9
    assert a[1] == 9
    a.flags.writeable = False
    assert not tail(a).flags.writeable
    inner = tail(view)
    assert inner.base is a


def test_view_outlives_its_owner():
    @nm.jit
    def tail(n: int):
        t = np.zeros(n)
        for i in range(n):
            t[i] = i
        return t[2:]

    view = tail(1000)
    for _ in range(10):
        tail(1000)
    assert view.tolist() == list(range(2, 1000))


def test_views_of_an_own_array_share_its_memory():
    @nm.jit
    def parts(n: int, k: int):
        t = np.zeros((n, n))
        for i in range(n):
            for j in range(n):
                t[i, j] = n * i + j
        return t, t[1:], t.T, t[::-1, k], t[k]

    same_as_python(parts, 3, 1)
    same_as_python(parts, 3, -1)


def test_view_alone_of_an_own_array():
    @nm.jit
    def evens(n: int):
        t = np.zeros(n)
        t[0] = 5
        return t[::2]

    same_as_python(evens, 7)


def test_reshaped_views():
    @nm.jit
    def shapes(a: nm.f8[:, :, :]):
        return a.reshape(-1), a.reshape((a.shape[0] * a.shape[1], a.shape[2]))

    same_as_python(shapes, np.arange(24.0).reshape(2, 3, 4))
    # Of an array of any strides NumPy returns views or copies, as the strides allow.
    with pytest.raises(nm.TraceError, match="NM306"):
        shapes(np.arange(48.0).reshape(4, 3, 4)[::2])


def test_captured_array_is_the_same_object():
    @nm.jit
    def captured(i: int):
        return TABLE, TABLE[1:], TABLE[i]

    same_as_python(captured, 1)
    assert captured(0)[0] is TABLE


def test_results_of_computations():
    @nm.jit
    def computed(a: nm.f8[:, :], b: nm.f8[:, :]):
        t = a + b * 2
        a[0, 0] = 100
        return t, a > b, -a

    same_as_python(computed, A, A[::-1].copy())
    same_as_python(computed, A, A)
    same_as_python(computed, A.T, A.T)


def test_overlapping_arguments():
    @nm.jit
    def shifted(x: nm.f8[:], y: nm.f8[:]):
        x[:] = y + 1
        return x * y, x, y[1:]

    base = np.zeros(9)
    same_as_python(shifted, base[1:], base[:-1])


# -- several return statements ---------------------------------------------------------------------


def test_early_return_of_another_array():
    @nm.jit
    def chosen(a: nm.f8[:], n: int):
        if n == 0:
            return a
        if n < 0:
            return a[1:]
        t = np.zeros(n)
        t[0] = a[0]
        return t

    for n in (0, -1, 3):
        same_as_python(chosen, np.arange(3.0), n)


def test_returns_of_other_ranks_and_types():
    @nm.jit
    def chosen(a: nm.f8[:, :], n: int):
        if n == 0:
            return None
        if n == 1:
            return a[n]
        if n == 2:
            return np.zeros((n, n), "int32"), n
        if n == 3:
            return a[0, 0]
        return (a, "text")

    for n in range(5):
        same_as_python(chosen, A, n)


def test_returns_of_other_kinds():
    @nm.jit
    def text_or_number(n: int):
        if n > 0:
            return "text"
        return 1

    @nm.jit
    def two_or_three(n: int):
        if n > 0:
            return 1, n
        return 1, n, 3

    @nm.jit
    def none_or_array(n: int, a: nm.f8[:]):
        if n > 0:
            return a

    @nm.jit
    def none_or_number(n: int, x: nm.f4):
        if n > 0:
            return None
        return [x, n]

    for n in (0, 1):
        same_as_python(text_or_number, n)
        same_as_python(two_or_three, n)
        same_as_python(none_or_array, n, np.zeros(2))
        same_as_python(none_or_number, n, np.float32(2.5))


def test_return_inside_a_loop():
    @nm.jit
    def first_row(a: nm.f8[:, :], limit: float):
        for i in range(a.shape[0]):
            for j in range(a.shape[1]):
                if a[i, j] > limit:
                    return a[i, j:]
        return a[0, :0]

    for limit in (-1.0, 2.0, 6.5, 100.0):
        same_as_python(first_row, A, limit)


def test_tuples_from_several_returns():
    @nm.jit
    def both(a: nm.f8[:], n: int):
        if n > 2:
            return a, n
        t = np.ones(n)
        return t, -n

    for n in (1, 2, 3):
        same_as_python(both, np.arange(3.0), n)


def test_one_array_from_several_returns():
    @nm.jit
    def filled(n: int):
        t = np.zeros(n)
        for i in range(n):
            if i == 3:
                return t
            t[i] = i
        return t

    for n in (0, 2, 5):
        same_as_python(filled, n)


def test_array_that_is_made_on_one_way_only():
    @nm.jit
    def made(n: int, wants: bool):
        if wants:
            return np.ones(n)
        return np.zeros(2 * n, "float32")

    for wants in (False, True):
        same_as_python(made, 4, wants)


# -- memory and errors -----------------------------------------------------------------------------


def test_negative_length_raises_in_order():
    @nm.jit
    def made(a: nm.f8[:], n: int):
        a[0] = 5
        return np.zeros(n)

    a = np.zeros(2)
    with pytest.raises(ValueError, match="negative dimensions are not allowed"):
        made(a, -1)
    assert a[0] == 5


def test_no_memory_is_a_memory_error_where_it_is_wanted():
    @nm.jit
    def made(a: nm.f8[:], n: int):
        a[0] += 1
        if n > 10**12:
            raise IndexError("too many")
        return np.empty(n)

    a = np.zeros(2)
    with pytest.raises(MemoryError):
        made(a, 10**12)
    assert a[0] == 1
    with pytest.raises(IndexError, match="too many"):
        made(a, 10**15)
    assert a[0] == 2
    assert len(made(a, 3)) == 3


def test_lengths_read_from_arrays():
    @nm.jit
    def repeated(counts: nm.i8[:]):
        n = 0
        for c in counts:
            n += c
        t = np.zeros(n)
        k = 0
        for i in range(len(counts)):
            for _ in range(counts[i]):
                t[k] = i
                k += 1
        return t, n

    same_as_python(repeated, np.array([2, 0, 3]))
    same_as_python(repeated, np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="negative dimensions"):
        repeated(np.array([-1]))
    assert "is copied when it is returned" in repeated.explain()
    with pytest.raises(MemoryError):
        repeated(np.array([10**15]))


def test_late_arrays_of_two_axes_in_both_orders():
    @nm.jit
    def made(lengths: nm.i8[:]):
        n, m = lengths[0], lengths[1]
        t = np.zeros((n, m), "int16")
        u = np.zeros((n, m), "complex64", order="F")
        for i in range(n):
            for j in range(m):
                t[i, j] = 10 * i + j
                u[i, j] = 10 * i + j
        return t, u, t[1:], u.T

    same_as_python(made, np.array([3, 4]))
    same_as_python(made, np.array([0, 4]))
    assert made(np.array([3, 4]))[1].flags.f_contiguous


def test_late_array_on_one_way_only():
    @nm.jit
    def made(lengths: nm.i8[:], wants: bool):
        if wants:
            return np.ones(lengths[0])
        return lengths

    same_as_python(made, np.array([3, 4]), True)
    same_as_python(made, np.array([3, 4]), False)


def test_divisor_that_is_checked_first():
    @nm.jit
    def made(n: int, d: int):
        if d <= 0:
            return np.zeros(1)
        return np.ones(n // d)

    for d in (-1, 0, 1, 3):
        same_as_python(made, 9, d)


# -- hints -----------------------------------------------------------------------------------------


def test_hint_converts_where_nothing_is_lost():
    @nm.jit
    def widened(a: nm.f4[:]) -> nm.f8[:]:
        return a

    same_as_python(widened, np.arange(3, dtype=np.float32))

    @nm.jit
    def kept(a: nm.f8[:, :], n: int) -> tuple[nm.f8[:], float, np.ndarray]:
        return a[0], n, a

    same_as_python(kept, A, 3)


def test_hint_of_several_returns():
    @nm.jit
    def widened(a: nm.i4[:], n: int) -> nm.f8[:]:
        if n > 0:
            return a
        if n < 0:
            return a[1:]
        return np.zeros(2)

    for n in (-1, 0, 1):
        same_as_python(widened, np.arange(3, dtype=np.int32), n)


# -- calls -----------------------------------------------------------------------------------------


@nm.jit
def _doubled(a: nm.f8[:]):
    t = np.empty(len(a))
    for i in range(len(a)):
        t[i] = 2 * a[i]
    return t


def test_kernel_that_returns_an_array_is_called_by_another():
    @nm.jit
    def outer(a: nm.f8[:]):
        t = _doubled(a)
        u = _doubled(t)
        return t, u, _doubled(u)[0]

    same_as_python(outer, np.arange(4.0))


def test_many_results_leave_no_memory_behind():
    @nm.jit
    def made(n: int, fails: bool):
        t = np.zeros(n)
        if fails:
            raise ValueError("no")
        return t, t[1:]

    made(1000, False)
    tracemalloc.start()
    try:
        for k in range(200):
            with contextlib.suppress(ValueError):
                made(100000, k % 2 == 0)
        current, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert current < 1 << 20 and peak < 8 << 20


def test_threads_make_their_own_results():
    from concurrent.futures import ThreadPoolExecutor

    @nm.jit
    def made(counts: nm.i8[:], x: float):
        early = np.zeros(5000)
        late = np.zeros(counts[0])
        for i in range(5000):
            early[i] = x
            late[i] = -x
        return early, late

    counts = np.array([5000])
    made(counts, 0.0)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda k: made(counts, float(k)), range(200)))
    for k, (early, late) in enumerate(results):
        assert (early == k).all() and (late == -k).all()


def test_parallel_loop_fills_a_result():
    @nm.jit
    def squares(n: int):
        t = np.empty(n)
        for i in nm.prange(n):
            t[i] = i * i
        return t

    same_as_python(squares, 1000)
