"""Textbook numerical algorithms as plain Python loops: equations, integrals, sums, matrices."""
# ruff: noqa: B007 - the kernels are written as users write them

import math

import numpy as np

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()


def wave(n=6, dtype="f8"):
    return np.sin(np.arange(n, dtype=dtype) * 1.7).astype(dtype)


def dominant(n=4):
    a = np.cos(np.arange(n * n, dtype="f8")).reshape(n, n)
    return a + np.eye(n) * n


@case((0.0, 0.0, 30), (1.0, 1.0, 30), (-0.75, 0.1, 40), (0.3, 0.5, 0))
@nm.jit
def mandelbrot_by_parts(cr: float, ci: float, limit: int) -> int:
    x = y = 0.0
    for k in range(limit):
        if x * x + y * y > 4.0:
            return k
        x, y = x * x - y * y + cr, 2 * x * y + ci
    return limit


@case((-1.0 + 0.2j, 30), (1 + 1j, 30), (0j, 10))
@nm.jit
def mandelbrot_of_complex(c: complex, limit: int) -> int:
    z = 0j
    k = 0
    while k < limit and z.real * z.real + z.imag * z.imag <= 4.0:
        z = z * z + c
        k += 1
    return k


@case((np.zeros((4, 5), "i4"), 20), (np.zeros((1, 1), "i4"), 5))
@nm.jit
def mandelbrot_image(out: nm.i4[:, :], limit: int) -> None:
    rows, columns = out.shape
    for i in range(rows):
        for j in range(columns):
            cr = -2.0 + 3.0 * j / columns
            ci = -1.0 + 2.0 * i / rows
            x = y = 0.0
            n = 0
            while n < limit:
                x2, y2 = x * x, y * y
                if x2 + y2 > 4.0:
                    break
                y = 2.0 * x * y + ci
                x = x2 - y2 + cr
                n += 1
            out[i, j] = n


@case((2.0, 1.0), (9.0, 100.0), (1e-8, 1.0))
@nm.jit
def newton_square_root(a: float, x: float) -> float:
    for _ in range(60):
        new = 0.5 * (x + a / x)
        if abs(new - x) <= 1e-14 * abs(new):
            return new
        x = new
    return x


def cubic(x):
    return x * x * x - 2.0 * x - 5.0


@case((2.0, 3.0), (0.0, 4.0), (0.0, 1.0))
@nm.jit
def bisection(low: float, high: float) -> float:
    if cubic(low) * cubic(high) > 0:
        return -1.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        if cubic(middle) == 0:
            return middle
        if cubic(low) * cubic(middle) < 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


@case(
    (2.0, 3.0),
)
@nm.jit
def secant_method(x0: float, x1: float):
    steps = 0
    while abs(x1 - x0) > 1e-12 and steps < 50:
        f0, f1 = cubic(x0), cubic(x1)
        if f1 == f0:
            break
        x0, x1 = x1, x1 - f1 * (x1 - x0) / (f1 - f0)
        steps += 1
    return x1, steps


@case((0.0, 2.0, 10), (0.0, 2.0, 2), (2.0, 0.0, 8))
@nm.jit
def simpson(low: float, high: float, n: int) -> float:
    h = (high - low) / n
    s = cubic(low) + cubic(high)
    for i in range(1, n):
        s += (4.0 if i % 2 else 2.0) * cubic(low + i * h)
    return s * h / 3


@case((0.0, 1.0, 5), (0.0, 1.0, 0))
@nm.jit
def trapezoid_refined(low: float, high: float, levels: int) -> float:
    n, h = 1, high - low
    t = 0.5 * h * (cubic(low) + cubic(high))
    for _ in range(levels):
        s = 0.0
        for i in range(n):
            s += cubic(low + (i + 0.5) * h)
        t = 0.5 * (t + h * s)
        n *= 2
        h /= 2
    return t


@case((1.0, 0.0, 0.1, 20), (1.0, 0.0, 0.1, 0))
@nm.jit
def runge_kutta_of_an_oscillator(x: float, v: float, h: float, steps: int):
    for _ in range(steps):
        k1x, k1v = v, -x
        k2x, k2v = v + h / 2 * k1v, -(x + h / 2 * k1x)
        k3x, k3v = v + h / 2 * k2v, -(x + h / 2 * k2x)
        k4x, k4v = v + h * k3v, -(x + h * k3x)
        x += h / 6 * (k1x + 2 * k2x + 2 * k3x + k4x)
        v += h / 6 * (k1v + 2 * k2v + 2 * k3v + k4v)
    return x, v


@case((wave(9).reshape(3, 3), wave(9).reshape(3, 3) * 0.1, np.array([1.0, 2.0, 0.5]), 0.01, 3))
@nm.jit
def n_body(p: nm.f8[:, :], v: nm.f8[:, :], m: nm.f8[:], h: float, steps: int) -> nm.f8:
    n = len(m)
    for _ in range(steps):
        for i in range(n):
            for j in range(i + 1, n):
                dx = p[i, 0] - p[j, 0]
                dy = p[i, 1] - p[j, 1]
                dz = p[i, 2] - p[j, 2]
                d2 = dx * dx + dy * dy + dz * dz + 0.01
                f = h / (d2 * math.sqrt(d2))
                for k, d in ((0, dx), (1, dy), (2, dz)):
                    v[i, k] -= d * m[j] * f
                    v[j, k] += d * m[i] * f
        for i in range(n):
            for k in range(3):
                p[i, k] += h * v[i, k]
    e = 0.0
    for i in range(n):
        e += 0.5 * m[i] * (v[i, 0] * v[i, 0] + v[i, 1] * v[i, 1] + v[i, 2] * v[i, 2])
    return e


@case((np.full(5, -1.0), np.full(5, 4.0), np.full(5, -1.5), wave(5)))
@case((np.full(1, -1.0), np.full(1, 4.0), np.full(1, -1.5), wave(1)))
@nm.jit
def thomas(a: nm.f8[:], b: nm.f8[:], c: nm.f8[:], d: nm.f8[:]) -> None:
    n = len(d)
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]


@case((dominant(),), (dominant(1),))
@nm.jit
def lu_without_pivoting(a: nm.f8[:, :]) -> None:
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]


@case((wave(16).reshape(4, 4), wave(4)), (np.array([[0.0, 2.0], [3.0, 1.0]]), wave(2)))
@case((np.zeros((2, 2)), wave(2)), (np.array([[1.0, 2.0], [2.0, 4.0]]), wave(2)))
@nm.jit
def gauss_jordan_with_pivoting(a: nm.f8[:, :], b: nm.f8[:]) -> bool:
    n = len(b)
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if a[pivot, k] == 0:
            return False
        if pivot != k:
            for j in range(n):
                a[k, j], a[pivot, j] = a[pivot, j], a[k, j]
            b[k], b[pivot] = b[pivot], b[k]
        d = a[k, k]
        for j in range(k, n):
            a[k, j] /= d
        b[k] /= d
        for i in range(n):
            if i == k or a[i, k] == 0:
                continue
            f = a[i, k]
            for j in range(k, n):
                a[i, j] -= f * a[k, j]
            b[i] -= f * b[k]
    return True


@case((dominant(3) @ dominant(3).T,), (np.eye(1),), (-np.eye(2),))
@nm.jit
def cholesky(a: nm.f8[:, :]) -> bool:
    n = a.shape[0]
    for j in range(n):
        s = a[j, j]
        for k in range(j):
            s -= a[j, k] * a[j, k]
        if s <= 0:
            return False
        a[j, j] = math.sqrt(s)
        for i in range(j + 1, n):
            t = a[i, j]
            for k in range(j):
                t -= a[i, k] * a[j, k]
            a[i, j] = t / a[j, j]
    return True


@case((dominant(3), np.ones(3), np.zeros(3), 30), (dominant(1), np.ones(1), np.zeros(1), 3))
@nm.jit
def power_iteration(a: nm.f8[:, :], x: nm.f8[:], y: nm.f8[:], steps: int) -> nm.f8:
    n = len(x)
    norm = nm.f8(0.0)
    for _ in range(steps):
        norm = nm.f8(0.0)
        for i in range(n):
            y[i] = 0.0
            for j in range(n):
                y[i] += a[i, j] * x[j]
            norm += y[i] * y[i]
        norm = math.sqrt(norm) + nm.f8(0)
        for i in range(n):
            x[i] = y[i] / norm
    return norm


@case((dominant(), wave(4), np.zeros(4), np.zeros(4)))
@nm.jit
def jacobi(a: nm.f8[:, :], b: nm.f8[:], x: nm.f8[:], new: nm.f8[:]) -> int:
    n = len(b)
    for step in range(200):
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j != i:
                    s -= a[i, j] * x[j]
            new[i] = s / a[i, i]
        change = 0.0
        for i in range(n):
            change = max(change, abs(new[i] - x[i]))
            x[i] = new[i]
        if change < 1e-9:
            break
    return step


@case((dominant(), wave(4), np.zeros(4), 1e-10, 100), (dominant(), wave(4), np.zeros(4), 0.0, 5))
@nm.jit
def gauss_seidel(a: nm.f8[:, :], b: nm.f8[:], x: nm.f8[:], tolerance: float, limit: int) -> int:
    n = len(b)
    steps = 0
    converged = False
    while not converged and steps < limit:
        converged = True
        for i in range(n):
            s = b[i]
            for j in range(n):
                if j == i:
                    continue
                s -= a[i, j] * x[j]
            s /= a[i, i]
            if abs(s - x[i]) > tolerance:
                converged = False
            x[i] = s
        steps += 1
    return steps


@case((np.array([1e16, 1.0, -1e16, 1.0, 0.1]),), (wave(),), (wave(0),), (np.array([math.inf]),))
@nm.jit
def kahan_sum(a: nm.f8[:]) -> nm.f8:
    s = c = 0.0
    for x in a:
        y = x - c
        t = s + y
        c = (t - s) - y
        s = t
    return s


@case((np.array([1.0, 1e100, 1.0, -1e100]),), (wave(),), (wave(0),))
@nm.jit
def neumaier_sum(a: nm.f8[:]) -> nm.f8:
    s = c = 0.0
    for x in a:
        t = s + x
        if abs(s) >= abs(x):
            c += (s - t) + x
        else:
            c += (x - t) + s
        s = t
    return s + c


@case((wave(9),), (wave(1),), (wave(0),), (np.array([1e9, 1e9 + 1]),))
@nm.jit
def welford(a: nm.f8[:]) -> tuple[nm.f8, nm.f8]:
    n = 0
    mean = m2 = 0.0
    for x in a:
        n += 1
        d = x - mean
        mean += d / n
        m2 += d * (x - mean)
    if n < 2:
        return mean, 0.0
    return mean, m2 / (n - 1)


@case((wave(9), np.zeros(9), 3), (wave(9), np.zeros(9), 1), (wave(2), np.zeros(2), 5))
@nm.jit
def moving_average(a: nm.f8[:], out: nm.f8[:], width: int) -> None:
    s = 0.0
    for i in range(len(a)):
        s += a[i]
        if i >= width:
            s -= a[i - width]
        out[i] = s / min(i + 1, width)


@case((wave(5), 0.5), (wave(1), 2.0), (wave(0), 2.0), (wave(5), math.nan))
@nm.jit
def horner(c: nm.f8[:], x: float) -> nm.f8:
    y = 0.0
    for k in reversed(c):
        y = y * x + k
    return y


@case((0.5,), (3.0,), (0.0,), (-20.0,))
@nm.jit
def series_of_exp(x: float) -> float:
    term = s = 1.0
    k = 0
    while abs(term) > 1e-16 * abs(s):
        k += 1
        term *= x / k
        s += term
        if k > 200:
            break
    return s


@case((1.0, 0.5), (24.0, 6.0), (5.0, 5.0))
@nm.jit
def arithmetic_geometric_mean(a: float, g: float) -> float:
    while abs(a - g) > 1e-15 * a:
        a, g = (a + g) / 2, math.sqrt(a * g)
        if a == g:
            break
    return a


@case((wave(5), np.zeros((5, 5))), (wave(1), np.zeros((1, 1))))
@nm.jit
def divided_differences(y: nm.f8[:], d: nm.f8[:, :]) -> None:
    n = len(y)
    for i in range(n):
        d[i, 0] = y[i]
    for j in range(1, n):
        for i in range(n - j):
            d[i, j] = (d[i + 1, j - 1] - d[i, j - 1]) / j


@case((wave(12).reshape(3, 4), wave(20).reshape(4, 5), np.ones((3, 5))))
@case((wave(0).reshape(2, 0), wave(0).reshape(0, 3), np.ones((2, 3))))
@nm.jit
def matrix_product(a: nm.f8[:, :], b: nm.f8[:, :], c: nm.f8[:, :]) -> None:
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            c[i, j] = s


@case((wave(30).reshape(5, 6), wave(9).reshape(3, 3), np.zeros((3, 4))))
@case((wave(4, "f8").reshape(2, 2), wave(1).reshape(1, 1), np.zeros((2, 2))))
@nm.jit
def convolution(a: nm.f8[:, :], w: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            s = 0.0
            for k in range(w.shape[0]):
                for m in range(w.shape[1]):
                    s += a[i + k, j + m] * w[k, m]
            out[i, j] = s


@case(
    (wave(20).reshape(4, 5), np.zeros((4, 5)), 1e-3), (wave(1).reshape(1, 1), np.zeros((1, 1)), 0.1)
)
@nm.jit
def heat_until_steady(u: nm.f8[:, :], v: nm.f8[:, :], tolerance: float) -> int:
    steps = 0
    change = 1.0
    while change > tolerance and steps < 100:
        change = 0.0
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                v[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                d = abs(v[i, j] - u[i, j])
                if d > change:
                    change = d
                u[i, j] = v[i, j]
        steps += 1
    return steps


@case.each
def test_a_numerical_algorithm(kernel, args):
    same_as_python(kernel, *args)
