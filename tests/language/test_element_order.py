"""Loads and stores happen in the order of the program, for any layout, overlap and name."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

LOOPS = ("default", "exact")


@nm.jit
def loads_before_and_after(a, b, c):
    x = a[0]
    a[0] = 0
    b[0] = x
    y = a[1]
    for i in nm.range(3):
        a[1] += y
        b[i + 1] = y + a[1]
        z = a[i]
        a[i] = z + y
        c[i] = x + z - a[i]
    w = a[2] + a[3]
    a[2] = 9
    b[5] = y + a[1]
    c[8] = w
    c[9] = a[2] + a[3]
    return w


def test_a_load_keeps_its_value_after_a_store():
    x = np.arange(1.0, 11)
    same_as_python(loads_before_and_after, x, np.zeros(10), np.zeros(10))
    same_as_python(loads_before_and_after, x, x, x, modes=LOOPS)
    same_as_python(loads_before_and_after, x, x[::-1], np.zeros(10), modes=LOOPS)


def test_an_index_that_was_loaded_keeps_its_value():
    @nm.jit
    def kernel(p, a):
        for i in nm.range(4):
            k = p[i]
            p[i] = 0
            a[k] += p[k] + k

    p = np.array([3, 1, 2, 0])
    same_as_python(kernel, p, np.zeros(5, int))
    same_as_python(kernel, p, p, modes=LOOPS)


def test_swaps():
    @nm.jit
    def kernel(a, b):
        x = a[0]
        a[0] = b[0]
        b[0] = x
        a[1], b[1] = b[1], a[1]
        a[0], a[1], a[2] = a[2], a[0], a[1]

    x = np.arange(10.0)
    for a, b in [(x, x[1:]), (x, x), (x[:3], x[5:])]:
        same_as_python(kernel, a, b, modes=LOOPS)


@nm.jit
def forward_and_backward(a, b):
    for i in nm.range(a.shape[0]):
        a[i] = b[i] + 1
        b[-1 - i] = a[i] * 2 + b[i]


def test_overlapping_arguments():
    x = np.arange(10.0)
    pairs = [(x[:-1], x[1:]), (x[1:], x[:-1]), (x[::2], x[1::2]), (x[::-1], x), (x[:0], x[:0])]
    for a, b in pairs:
        same_as_python(forward_and_backward, a, b, modes=LOOPS)


@pytest.mark.parametrize("dtype", ["i8", "i4", "u1", "c16"])
def test_overlap_of_different_types(dtype):
    @nm.jit
    def kernel(a, b):
        for i in nm.range(4):
            b[i] = i
            a[i] = a[i] + 1

    x = np.arange(10.0)
    same_as_python(kernel, x, x.view(dtype), modes=("default",))


@nm.jit
def mixed(a, b):
    for i in nm.range(a.shape[0]):
        for j in nm.range(a.shape[1]):
            b[i, j] = a[i, j] * 2 + a[-1, -1] - b[i, -1 - j]


def test_every_layout():
    base = np.random.default_rng(0).random((8, 8))
    arrays = [base[:3, :4].copy(), np.asfortranarray(base[:3, :4]), base[::2, 1:5]]
    arrays += [base[::-1, ::-1][:3, :4], base.T[:3, :4], base[::-2, ::-2], np.zeros((0, 4))]
    arrays += [np.broadcast_to(np.arange(4.0), (3, 4)), np.zeros((3, 0)), base[:1, :], base[:, :1]]
    for a in arrays:
        out = np.ones(tuple(2 * n for n in a.shape))[::2, ::-2]
        same_as_python(mixed, a, out, modes=LOOPS)
        same_as_python(mixed, a, np.ones(a.shape), modes=LOOPS)


def test_bounds_and_steps_at_run_time():
    @nm.jit
    def kernel(low: int, high: int, step: int, o):
        o[0] = 0
        for i in nm.range(low, high, step):
            o[0] += 1
            o[1] += i
            o[2] = i // 3 + o[0]

    end = 2**63 - 1
    cases = [(0, 5, 1), (5, 0, -1), (5, 0, -2), (0, 5, -1), (5, 0, 1), (-3, 3, 2), (0, 7, 100)]
    cases += [(end - 3, end, 2), (-end, -end - 1, -1), (end - 10, end, end), (5, -5, -end - 1)]
    for bounds in cases:
        same_as_python(kernel, *bounds, np.zeros(3, int), modes=("default",))
    same_as_python(kernel, 0, 1, 0, np.zeros(3, int))
    with pytest.raises(ValueError, match="range\\(\\) arg 3 must not be zero"):
        kernel(0, 1, 0, np.zeros(3, int))


def test_narrow_bounds_and_bounds_that_change():
    @nm.jit
    def kernel(low: nm.i4, high: nm.u1, step: nm.i1, a, o):
        for i in nm.range(low, high, step):
            o[0] += i // 3 + low
        for i in nm.range(a[0]):
            a[0] = 7
            for _ in nm.range(a[1], i):
                o[1] += 1
                a[1] += 1

    for bounds in [(0, 200, 3), (255, 0, -1), (-5, 5, -1), (0, 255, 127), (10, 3, -128)]:
        same_as_python(kernel, *bounds, np.array([4, 0]), np.zeros(2, int), modes=LOOPS)


def test_precedence_and_long_chains():
    @nm.jit
    def kernel(a, o):
        x, y, z = a[0], a[1], a[2]
        o[0], o[1], o[2], o[3] = -(x**2), (-x) ** 2, x**y**z, (x**y) ** z
        o[4], o[5], o[6], o[7] = x - (y - z), x / (y * z), x / y * z, x * -y
        o[8], o[9], o[10], o[11] = x - -y, 2**-x, x * (y / z), -(x + y) * z
        o[12], o[13], o[14] = (x < y) == (y < z), x - (-3.5), x % -y
        o[15] = ((x < y) ^ (y < z)) ^ (x < z)
        for k in range(200):
            x = x * 1.0000001 + a[k % 10]
        for k in range(60):
            y = y + (a[k % 10] - (y * (a[(k + 1) % 10] / (y + 2.5))))
        for k in range(300):
            z = z + (-a[k % 10]) - (-k)
        o[16], o[17], o[18] = x, y, z

    same_as_python(kernel, np.random.default_rng(0).random(10) + 2, np.zeros(19))


def test_2000_unrolled_statements():
    @nm.jit
    def kernel(a, o):
        for i in range(2000):
            o[i % 50] += a[i % 97] * (i * 0.5) - o[(i * 7) % 50]

    same_as_python(kernel, np.random.default_rng(0).random(100), np.zeros(50), modes=("default",))


def test_names_that_clash_in_fortran():
    @nm.jit
    def do(do, sin, _x, N, n, J, j, result, status, end, if_, merge, __y, x0_shape, ñ, Ω, ω):
        for c_int in nm.range(2):
            for J_ in nm.range(2):
                do[0] += sin[0] + _x[0] + N[0] * n[0] + J[0] - j[0] + result[0] * status[0]
                do[0] += end[0] + if_[0] + merge[0] + __y[0] + x0_shape[0] + ñ[0] * Ω[0] - ω[0]
                do[0] += c_int * J_ + math.erf(sin[0])
        return do[0]

    same_as_python(do, *[np.array([k + 1.0]) for k in range(17)])


def test_forty_arrays():
    @nm.jit
    def kernel(*arrays):
        for i in nm.range(arrays[0].shape[0]):
            s = 0
            for a in arrays[1:]:
                s = s + a[i]
            arrays[0][i] = s
            for k, a in enumerate(arrays):
                a[i] += k

    same_as_python(kernel, *[np.arange(5.0) * k for k in range(40)], modes=("default",))
    base = np.arange(50.0)
    same_as_python(kernel, *[base[k : k + 5] for k in range(40)], modes=("default",))


def test_rank_five_and_rank_zero():
    @nm.jit
    def kernel(a, b, o):
        for i in nm.range(a.shape[0]):
            for j in nm.range(a.shape[1]):
                for k in nm.range(a.shape[2]):
                    for m in nm.range(a.shape[3]):
                        for n in nm.range(a.shape[4]):
                            o[()] += a[i, j, k, m, n] * b[n, m, k, j, i] + i + 2 * j + 3 * k + m

    a = np.random.default_rng(0).integers(0, 9, (2, 3, 1, 2, 3))
    same_as_python(kernel, a, a.T, np.zeros((), int), modes=LOOPS)
    same_as_python(kernel, a[::-1, :, :, ::-1], a.T[::-1, ::-1], np.zeros((), int), modes=LOOPS)


def test_calls_in_calls():
    @nm.jit
    def kernel(a):
        y = a[0]
        for _ in range(200):
            y = math.sin(y)
        a[0] = y

    same_as_python(kernel, np.array([2.0]), modes=("exact",))
