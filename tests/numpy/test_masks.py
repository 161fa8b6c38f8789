"""What a mask chooses, computed with and written back or summed: as NumPy does it, whatever changes
in between, and in one loop where nothing does."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

V = np.array([1.5, -2.0, 3.25, -0.0, np.nan, 7.0, -np.inf, 4.0])
W = np.arange(8.0) - 3.0
M = np.array([True, False, True, True, False, True, True, False])
N = M[::-1].copy()


def _at_once():
    def through(z, c, m, n):
        z[m] = z[m] ** 2 + c[m]

    def added(z, c, m, n):
        z[m] += 1

    def added_to_itself(z, c, m, n):
        z[m] += z[m]

    def scaled_by_another(z, c, m, n):
        z[m] *= c[m]
        c[m] -= z[m] * c[m]

    def from_another(z, c, m, n):
        z[m] = c[m]

    def exchanged(z, c, m, n):
        t = z[m]
        z[m] = c[m]
        c[m] = t

    def of_a_view(z, c, m, n):
        z[m] = z[::-1][m] + 1

    def of_shifted_parts(z, c, m, n):
        z[1:][m[1:]] = z[:-1][m[1:]]

    def source_changed(z, c, m, n):
        t = z[m] * 2
        z[0] = 99.0
        z[m] = t

    def mask_changed(z, c, m, n):
        t = z[m] + 1
        m[1] = True
        m[2] = False
        z[m] = t

    def mask_replaced(z, c, m, n):
        t = z[m]
        m = n
        z[m] = t * 2

    def value_changed(z, c, m, n):
        t = z[m]
        u = t * 2
        t[0] = 7.0
        c[m] = u
        z[m] = t

    def value_changed_in_place(z, c, m, n):
        t = z[m]
        t += c[m]
        t *= 2
        z[m] = t
        return t

    def value_changed_by_a_view(z, c, m, n):
        t = z[m]
        t[::2] = 5.0
        z[m] = t + 1

    def value_of_two_masks(z, c, m, n):
        z[m] = z[m] + c[n]

    return {f.__name__: f for f in list(locals().values())}


def _changes():
    def a_row_of_numbers(z, c, m, n):
        z[m] = z[m] + np.arange(5.0)

    def a_mask_of_a_mask(z, c, m, n):
        t = z[m]
        t[t > 2] = t[t > 2] - 2
        z[m] = t

    def of_a_condition(z, c, m, n):
        z[z > 0] = z[z > 0] / 2

    def of_one_condition(z, c, m, n):
        big = z > 0
        z[big] = -z[big]
        z[big] = z[big] + c[big]

    return {f.__name__: f for f in list(locals().values())}


def _with_control():
    def in_a_loop(z, c, m, n):
        for k in range(len(c)):
            z[m] = z[m] + c[m] * k
            m[k] = not m[k]

    def carried_by_a_loop(z, c, m, n):
        t = z[m]
        for k in nm.range(3):
            z[m] = t + k
            t = z[m]
            z[k] = 0.5

    def before_a_loop(z, c, m, n):
        t = z[m]
        for k in nm.range(3):
            z[m] = t
            z[k + 1] = 0.5

    def mask_changed_by_a_loop(z, c, m, n):
        for k in nm.range(3):
            t = z[m] * 2
            if c[k] < 0:
                m[k] = not m[k]
                m[k + 1] = not m[k + 1]
                t = z[m]
            z[m] = t

    def in_a_branch(z, c, m, n):
        t = z[m]
        if c[0] < 0:
            t = z[m] * 2
            z[m] = t + 1
        z[m] = t - 1

    def mask_of_itself(z, c, m, n):
        m[m] = n[m]
        z[m] = z[m] * 2

    def with_functions(z, c, m, n):
        z[m] = np.sqrt(np.abs(z[m])) + np.maximum(c[m], 1) - np.where(z[m] > 1, 1.0, 2.0)

    def with_numbers(z, c, m, n):
        last = c[3]
        t = z[m] + last
        c[3] = 50.0
        z[m] = t * c[3]

    def with_an_array_of_no_axes(z, c, m, n):
        s = c.sum(keepdims=True).reshape(())
        t = z[m] + s
        s[()] = 9.0
        z[m] = t

    return {f.__name__: f for f in list(locals().values())}


WRITES = {**_at_once(), **_changes(), **_with_control()}


@pytest.mark.parametrize("name", WRITES)
def test_a_mask_read_and_written_through(name):
    kernel = nm.jit(WRITES[name])
    for z, c in ((V, W), (W, V), (W[::-1], W), (V[:5].copy(), W[:5].copy())):
        masks = M[: len(z)].copy(), N[: len(z)].copy()
        try:
            with np.errstate(all="ignore"):
                WRITES[name](z.copy(), c.copy(), *(mask.copy() for mask in masks))
        except ValueError as fault:
            with pytest.raises(ValueError, match=str(fault).split(" with ")[0].split("(")[0]):
                kernel(z.copy(), c.copy(), *(mask.copy() for mask in masks))
            continue
        same_as_python(kernel, z, c, *masks)


@pytest.mark.parametrize("name", ["through", "exchanged", "of_a_view", "in_a_loop"])
def test_arrays_that_overlap(name):
    kernel = nm.jit(WRITES[name])
    base = np.arange(10.0) - 4
    same_as_python(kernel, base[1:9], base[:8], M, N)
    same_as_python(kernel, base[:8], base[:8], M, N)
    same_as_python(kernel, base[:8], base[7::-1], M, M)


@pytest.mark.parametrize("name", ["through", "added", "exchanged", "from_another"])
@pytest.mark.parametrize("mask", [np.zeros(8, bool), np.ones(8, bool), M[:0], M[:1]])
def test_masks_of_nothing_and_of_all(name, mask):
    n = len(mask)
    same_as_python(nm.jit(WRITES[name]), V[:n].copy(), W[:n].copy(), mask, mask.copy())


@pytest.mark.parametrize("dtype", ["i4", "u1", "f4", "c16", "b1"])
def test_other_types(dtype):
    @nm.jit
    def mixed(a, x, m):
        a[m] = x[m]
        x[m] = a[m] + x[m]
        a[m] = a[m] | a[m] if a.dtype.kind in "iub" else a[m] + 0.75

    x = np.abs(W) + 0.5
    same_as_python(mixed, W.astype(dtype), x.astype("c16") if dtype == "c16" else x, M)


def test_masks_of_two_axes_and_of_rows():
    @nm.jit
    def two(a, b):
        big = a > 3
        a[big] = a[big] * 2 + b[big]
        b[a > 9] = a[a > 9] - 1

    @nm.jit
    def rows(a, b, m):
        a[m] = a[m] + b[m]
        a[m] *= 2
        b[m, 1:] = a[m, 1:]
        a[m, 0] += a[m, 1]

    @nm.jit
    def rows_and_a_row(a, b, m):
        a[m] = a[m] - b[0]
        a[m] = b[m][::-1]

    a = np.arange(24.0).reshape(4, 6) - 6
    m = np.array([True, False, True, True])
    for one in (a, np.asfortranarray(a), a[::-1, ::2]):
        same_as_python(two, one, a[:, : one.shape[1]] * 2)
        same_as_python(rows, one, a[:, : one.shape[1]] * 2, m)
        same_as_python(rows_and_a_row, one, a[:, : one.shape[1]] * 2, m)


def test_a_mask_that_does_not_fit():
    @nm.jit
    def write(z, m):
        t = z[:-1][m]
        z[m] = t + 1

    with pytest.raises(IndexError, match="boolean index did not match indexed array"):
        write(V.copy(), M[:-1].copy())


def _sums():
    def sums(x, m):
        return x[m].sum(), np.sum(x[m]), x[m].mean(), x[~m].sum()

    def of_what_is_chosen(x, m):
        t = x[m]
        return t.sum(), t.mean(), t.var(), t.max(initial=0), t.size, (t * t).sum(), t.prod()

    def changed(x, m):
        t = x[m]
        x[0] = 100.0
        s = t.sum()
        m[1] = not m[1]
        u = x[m]
        m[1] = not m[1]
        return s, u.sum(), x[m].sum()

    def written(x, m):
        t = x[m]
        t[0] = 5.0
        return t.sum()

    def by_labels(x, m):
        out = np.zeros(3)
        for k in range(3):
            out[k] = x[m & (x > k)].sum()
        return out

    def kept_and_typed(x, m):
        t = x[m]
        return t.sum(keepdims=True), t.sum(dtype=np.float32), np.sum(t, initial=3.0), t.sum(axis=0)

    return {f.__name__: f for f in list(locals().values())}


SUMS = _sums()


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("dtype", ["f8", "i4", "u1", "b1"])
def test_sums_of_what_a_mask_chooses(name, dtype):
    if dtype == "b1" and name in ("of_what_is_chosen", "written"):
        return
    x = (np.arange(300) % 7).astype(dtype)
    kernel = nm.jit(SUMS[name])
    same_as_python(kernel, x, np.arange(300) % 3 > 0)
    same_as_python(kernel, x[:1].copy(), np.array([True])) if name != "changed" else None


def test_numbers_that_are_not_chosen_are_not_added():
    @nm.jit
    def total(x, m):
        return x[m].sum()

    x = np.array([np.nan, 1.0, np.inf, -np.inf, -0.0])
    for m in np.array(list(np.ndindex(2, 2, 2, 2, 2)), bool):
        with np.errstate(all="ignore"):
            same_as_python(total, x, m)


def test_sums_along_axes():
    @nm.jit
    def along(a, m, n):
        t = a[m]
        return t.sum(axis=0), t.mean(axis=0), t.sum(axis=1), t.sum(), a[n].sum(), t.sum(axis=(0, 1))

    a = np.arange(35.0).reshape(5, 7) / 8
    m = np.array([True, False, True, True, False])
    for one in (a, np.asfortranarray(a), a[::-1, ::-1]):
        same_as_python(along, one, m, one > 1.5)


def test_one_loop_and_no_array():
    @nm.jit
    def through(z: nm.c16[:], c: nm.c16[:], m: nm.b1[:]) -> None:
        z[m] = z[m] ** 2 + c[m]

    through(V + 1j, W + 1j, M)
    text = through.fortran()
    assert "allocatable" not in text
    assert text.count("  do ") == 1


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "u1", "b1", "c16"])
@pytest.mark.parametrize("columns", [0, 1, 2, 9])
def test_sums_of_chosen_rows(dtype, columns):
    @nm.jit
    def chosen(a: nm.array(dtype, 2), m: nm.b1[:]):
        return a[m].sum(axis=0), a[m[::-1]][::-1].sum(axis=0), a[m].sum(axis=0)

    a = np.random.default_rng(3).integers(-3, 4, (6, columns)).astype(dtype)
    for m in np.array([[0] * 6, [1] * 6, [0, 0, 0, 0, 0, 1], [1, 0, 1, 1, 0, 0]], bool):
        for one in (a, np.asfortranarray(a), a[::-1, ::-1]):
            same_as_python(chosen, one, m)
    same_as_python(chosen, a[:0], np.zeros(0, bool))


def test_what_is_no_chosen_row_adds_nothing():
    @nm.jit
    def total(a: nm.f8[:, :], labels: nm.i8[:], k: int):
        return a[labels == k].sum(axis=0)

    labels = np.array([0, 1, 2, 1, 0])
    a = np.array([[np.nan, -0.0], [-0.0, np.inf], [-np.inf, np.nan], [-0.0, 2.0], [1.0, -0.0]])
    for k in range(4):
        same_as_python(total, a, labels, k)
    assert "merge(1_c_int64_t, 0_c_int64_t, labels(" in total.fortran(a, labels, 1)


def test_rows_chosen_by_a_mask_of_two_axes():
    @nm.jit
    def total(a: nm.f8[:, :, :], m: nm.b1[:, :]):
        return a[m].sum(axis=0), (a * 2.0)[m].mean(axis=0)

    a = np.arange(24.0).reshape(2, 3, 4) / 8
    same_as_python(total, a, a[:, :, 0] > 0.5)
    same_as_python(total, a, a[:, :, 0] > 2.0)


def test_rows_are_chosen_as_they_are_at_the_time():
    @nm.jit
    def turned(a: nm.f8[:, :], m: nm.b1[:]):
        before = a[m]
        m[0] = not m[0]
        a *= 2.0
        return before.sum(axis=0), a[m].sum(axis=0)

    same_as_python(turned, np.arange(12.0).reshape(4, 3), np.array([True, False, True, True]))


@nm.jit
def chosen_elements(x, m):
    return x[m], x[~m], x[::-1][m], x[m[::-1]]


@nm.jit
def chosen_again_and_again(x: nm.f8[:], limit: float, n: int):
    kept = 0
    for _ in range(n):
        x = x[x > limit]
        limit += 0.25
        kept += x.size
    return x, kept


@nm.jit
def chosen_by_itself(m: nm.b1[:]):
    return m[m], m[~m]


# Few elements are chosen by a branch and many without one.
SHARES = [0.0, 0.002, 0.02, 0.5, 0.98, 1.0]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("dtype", ["f8", "c16", "i1", "b1"])
def test_few_and_many_are_chosen(share, dtype):
    numbers = np.random.default_rng(3)
    x = numbers.integers(-5, 5, 1200).astype(dtype)
    m = numbers.random(1200) < share
    for length in (0, 1, 2, 1200):
        same_as_python(chosen_elements, x[:length], m[:length])
    same_as_python(chosen_elements, x[::3], m[::-3])
    m[-1] = not m[-1]
    same_as_python(chosen_elements, x, m)
    same_as_python(chosen_by_itself, m)


@pytest.mark.parametrize("n", [0, 1, 4, 9])
def test_a_name_that_keeps_what_was_chosen(n):
    same_as_python(chosen_again_and_again, np.random.default_rng(4).random(3000), 0.01, n)
