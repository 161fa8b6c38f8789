"""Kernels as people write them for NumPy, with nothing but hints added: all agree with NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode

KERNELS: dict[str, tuple[Any, Callable[[np.random.Generator], tuple[Any, ...]]]] = {}


def kernel(arguments: Callable[[np.random.Generator], tuple[Any, ...]]) -> Callable[..., Any]:
    """Register a function with what makes its arguments."""

    def add(function: Callable[..., Any]) -> Any:
        made = nm.jit(function)
        KERNELS[function.__name__] = (made, arguments)
        return made

    return add


# -- stencils -------------------------------------------------------------------------------------


@kernel(lambda r: (5, r.random(30), r.random(30)))
def jacobi_1d(steps: int, a: nm.f8[:], b: nm.f8[:]) -> None:
    for _ in range(1, steps):
        b[1:-1] = 0.33333 * (a[:-2] + a[1:-1] + a[2:])
        a[1:-1] = 0.33333 * (b[:-2] + b[1:-1] + b[2:])


@kernel(lambda r: (4, r.random((9, 10)), r.random((9, 10))))
def jacobi_2d(steps: int, a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    for _ in range(1, steps):
        b[1:-1, 1:-1] = 0.2 * (
            a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1]
        )
        a[1:-1, 1:-1] = 0.2 * (
            b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1]
        )


@kernel(lambda r: (3, r.random((6, 7, 8)), r.random((6, 7, 8))))
def heat_3d(steps: int, a: nm.f8[:, :, :], b: nm.f8[:, :, :]) -> None:
    for _ in range(1, steps):
        b[1:-1, 1:-1, 1:-1] = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, 1:-1, 0:-2])
            + a[1:-1, 1:-1, 1:-1]
        )
        a[1:-1, 1:-1, 1:-1] = b[1:-1, 1:-1, 1:-1] * 0.5


@kernel(lambda r: (3, r.random((7, 8)), r.random((7, 8)), r.random((7, 8)), r.random(3)))
def fdtd_2d(
    steps: int, ex: nm.f8[:, :], ey: nm.f8[:, :], hz: nm.f8[:, :], source: nm.f8[:]
) -> None:
    for t in range(steps):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])


@kernel(lambda r: (4, r.random((9, 9))))
def seidel_2d(steps: int, a: nm.f8[:, :]) -> None:
    n = a.shape[0]
    for _ in range(steps - 1):
        for i in range(1, n - 1):
            a[i, 1:-1] += (
                a[i - 1, :-2]
                + a[i - 1, 1:-1]
                + a[i - 1, 2:]
                + a[i, 2:]
                + a[i + 1, :-2]
                + a[i + 1, 1:-1]
                + a[i + 1, 2:]
            )
            for j in range(1, n - 1):
                a[i, j] += a[i, j - 1]
                a[i, j] /= 9.0


@kernel(lambda r: (6, r.random(40), 0.3))
def advection(steps: int, u: nm.f8[:], c: float) -> None:
    for _ in range(steps):
        un = u.copy()
        u[1:] = un[1:] - c * (un[1:] - un[:-1])


@kernel(lambda r: (5, r.random((8, 8)), r.random((8, 8)), r.random((8, 8)), 0.2, 0.3))
def pressure_poisson(
    steps: int, p: nm.f8[:, :], pn: nm.f8[:, :], b: nm.f8[:, :], dx: float, dy: float
) -> None:
    for _ in range(steps):
        pn[:] = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / (2 * (dx**2 + dy**2)) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0


@kernel(lambda r: (r.random((9, 9, 3)), r.random((5, 5, 3))))
def horizontal_diffusion(field: nm.f8[:, :, :], coeff: nm.f8[:, :, :]):
    lap = 4.0 * field[1:-1, 1:-1] - (
        field[2:, 1:-1] + field[:-2, 1:-1] + field[1:-1, 2:] + field[1:-1, :-2]
    )
    res = lap[1:, 1:-1] - lap[:-1, 1:-1]
    flux_x = np.where(res * (field[2:-1, 2:-2] - field[1:-2, 2:-2]) > 0, 0, res)
    return field[2:-2, 2:-2] - coeff * (flux_x[1:] - flux_x[:-1])


# -- linear algebra -------------------------------------------------------------------------------


@kernel(lambda r: (1.5, 1.2, r.random((6, 5)), r.random((6, 4)), r.random((4, 5))))
def gemm(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    c[:] = alpha * a @ b + beta * c


@kernel(lambda r: (r.random((6, 5)), r.random(5)))
def atax(a: nm.f8[:, :], x: nm.f8[:]):
    return (a @ x) @ a


@kernel(lambda r: (r.random((6, 5)), r.random(5), r.random(6)))
def bicg(a: nm.f8[:, :], p: nm.f8[:], r: nm.f8[:]):
    return r @ a, a @ p


@kernel(lambda r: (r.random(5), r.random(5), r.random(5), r.random(5), r.random((5, 5))))
def mvt(x1: nm.f8[:], x2: nm.f8[:], y1: nm.f8[:], y2: nm.f8[:], a: nm.f8[:, :]) -> None:
    x1 += a @ y1
    x2 += y2 @ a


def _spd(r: np.random.Generator, n: int) -> Any:
    a = r.random((n, n))
    return a @ a.T + n * np.eye(n)


@kernel(lambda r: (_spd(r, 7),))
def cholesky(a: nm.f8[:, :]) -> None:
    a[0, 0] = np.sqrt(a[0, 0])
    for i in range(1, a.shape[0]):
        for j in range(i):
            a[i, j] -= np.dot(a[i, :j], a[j, :j])
            a[i, j] /= a[j, j]
        a[i, i] -= np.dot(a[i, :i], a[i, :i])
        a[i, i] = np.sqrt(a[i, i])


@kernel(lambda r: (_spd(r, 7),))
def lu(a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, a.shape[0]):
            a[i, j] -= a[i, :i] @ a[:i, j]


@kernel(lambda r: (r.random((8, 5)) + np.eye(8, 5),))
def gram_schmidt(a: nm.f8[:, :]):
    q = np.zeros_like(a)
    r = np.zeros((a.shape[1], a.shape[1]), dtype=a.dtype)
    for k in range(a.shape[1]):
        nrm = np.dot(a[:, k], a[:, k])
        r[k, k] = np.sqrt(nrm)
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, a.shape[1]):
            r[k, j] = np.dot(q[:, k], a[:, j])
            a[:, j] -= q[:, k] * r[k, j]
    return q, r


@kernel(lambda r: (r.random(8),))
def durbin(r: nm.f8[:]):
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


@kernel(lambda r: (np.tril(r.random((6, 6))) + np.eye(6), r.random(6), r.random(6)))
def trisolv(lower: nm.f8[:, :], x: nm.f8[:], b: nm.f8[:]) -> None:
    for i in range(x.shape[0]):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]


@kernel(lambda r: (r.random((4, 5, 6)), r.random((6, 6))))
def doitgen(a: nm.f8[:, :, :], c4: nm.f8[:, :]) -> None:
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            a[r, q, :] = a[r, q, :] @ c4


@kernel(lambda r: (1.1, 0.9, r.random((6, 6)), r.random((6, 4))))
def syrk(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]


@kernel(lambda r: (r.random((9, 5)),))
def covariance(data: nm.f8[:, :]):
    mean = np.mean(data, axis=0)
    data -= mean
    cov = np.zeros((data.shape[1], data.shape[1]), dtype=data.dtype)
    for i in range(data.shape[1]):
        cov[i:, i] = data[:, i] @ data[:, i:] / (data.shape[0] - 1.0)
        cov[i, i:] = cov[i:, i]
    return cov


@kernel(lambda r: (r.random((9, 5)),))
def correlation(data: nm.f8[:, :]):
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(float(data.shape[0])) * stddev
    corr = np.eye(data.shape[1], dtype=data.dtype)
    for i in range(data.shape[1] - 1):
        corr[i, i + 1 :] = data[:, i] @ data[:, i + 1 :]
        corr[i + 1 :, i] = corr[i, i + 1 :]
    return corr


# -- networks -------------------------------------------------------------------------------------


@kernel(lambda r: (r.random((2, 3, 4, 5)),))
def softmax(x: nm.f8[:, :, :, :]):
    tmp_max = np.max(x, axis=-1, keepdims=True)
    tmp_out = np.exp(x - tmp_max)
    tmp_sum = np.sum(tmp_out, axis=-1, keepdims=True)
    return tmp_out / tmp_sum


def relu(x):
    return np.maximum(x, 0)


@kernel(lambda r: (r.random((4, 6)), r.random((6, 5)), r.random(5), r.random((5, 3)), r.random(3)))
def mlp(x: nm.f8[:, :], w1: nm.f8[:, :], b1: nm.f8[:], w2: nm.f8[:, :], b2: nm.f8[:]):
    x = relu(x @ w1 + b1)
    x = x @ w2 + b2
    tmp = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return tmp / np.sum(tmp, axis=-1, keepdims=True)


@kernel(lambda r: (r.random((2, 7, 7, 2)), r.random((3, 3, 2, 3)), r.random(3)))
def conv2d_bias(x: nm.f8[:, :, :, :], weights: nm.f8[:, :, :, :], bias: nm.f8[:]):
    k = weights.shape[0]
    n = x.shape[0]
    h_out = x.shape[1] - k + 1
    w_out = x.shape[2] - k + 1
    c_out = weights.shape[3]
    output = np.empty((n, h_out, w_out, c_out), dtype=np.float64)
    for i in range(h_out):
        for j in range(w_out):
            output[:, i, j, :] = np.sum(
                x[:, i : i + k, j : j + k, :, np.newaxis] * weights[np.newaxis, :, :, :],
                axis=(1, 2, 3),
            )
    return output + bias


# -- and the rest ---------------------------------------------------------------------------------


@kernel(lambda r: (r.integers(1, 20, (6, 6)).astype(np.float64),))
def floyd_warshall(path: nm.f8[:, :]) -> None:
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))


@kernel(lambda r: (r.integers(0, 4, 8), r.integers(0, 4, 8)))
def smith_waterman(a: nm.i8[:], b: nm.i8[:]):
    h = np.zeros((len(a) + 1, len(b) + 1), dtype=np.int64)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            match = h[i - 1, j - 1] + (3 if a[i - 1] == b[j - 1] else -3)
            h[i, j] = max(match, h[i - 1, j] - 2, h[i, j - 1] - 2, 0)
    return h.max()


@kernel(lambda r: (np.array([0, 2, 3, 5]), np.array([0, 2, 1, 0, 3]), r.random(5), r.random(4)))
def spmv(rows: nm.i8[:], cols: nm.i8[:], values: nm.f8[:], x: nm.f8[:]):
    y = np.empty(rows.size - 1, values.dtype)
    for i in range(rows.size - 1):
        cols_i = cols[rows[i] : rows[i + 1]]
        y[i] = values[rows[i] : rows[i + 1]] @ x[cols_i]
    return y


@kernel(lambda r: (r.random(7), r.random(7), r.random(7), r.random(7)))
def arc_distance(theta_1: nm.f8[:], phi_1: nm.f8[:], theta_2: nm.f8[:], phi_2: nm.f8[:]):
    temp = (
        np.sin((theta_2 - theta_1) / 2) ** 2
        + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    )
    return 2 * np.arctan2(np.sqrt(temp), np.sqrt(1 - temp))


@kernel(lambda r: (r.random((6, 3)), r.random((6, 3)), r.random((6, 1)), 1.0, 0.1))
def acceleration(pos: nm.f8[:, :], vel: nm.f8[:, :], mass: nm.f8[:, :], g: float, soft: float):
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z
    inv_r3 = dx**2 + dy**2 + dz**2 + soft**2
    inv_r3 = inv_r3 ** (-1.5)
    ax = g * (dx * inv_r3) @ mass
    ay = g * (dy * inv_r3) @ mass
    az = g * (dz * inv_r3) @ mass
    a = np.hstack((ax, ay, az))
    vel += a * 0.01
    pos += vel * 0.01
    return a


@kernel(lambda r: (-2.0, 0.5, -1.2, 1.2, 12, 11, 20, 2.0))
def mandelbrot(
    xmin: float, xmax: float, ymin: float, ymax: float, xn: int, yn: int, steps: int, horizon: float
):
    x = np.linspace(xmin, xmax, xn)
    y = np.linspace(ymin, ymax, yn)
    c = x + y[:, None] * 1j
    n = np.zeros(c.shape, dtype=np.int64)
    z = np.zeros(c.shape, dtype=np.complex128)
    for k in range(steps):
        inside = np.abs(z) < horizon
        n[inside] = k
        z[inside] = z[inside] ** 2 + c[inside]
    n[n == steps - 1] = 0
    return z, n


@kernel(lambda r: (r.random(50), r.random(50) * 4.0, 5))
def azimuthal_integration(data: nm.f8[:], radius: nm.f8[:], npt: int):
    rmax = radius.max()
    res = np.zeros(npt, dtype=np.float64)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        mask_r12 = np.logical_and((r1 <= radius), (radius < r2))
        values_r12 = data[mask_r12]
        res[i] = values_r12.mean()
    return res


@kernel(lambda r: (r.random((20, 2)), r.random((3, 2)), 4))
def k_means(points: nm.f8[:, :], centroids: nm.f8[:, :], steps: int):
    labels = np.zeros(points.shape[0], dtype=np.int64)
    for _ in range(steps):
        distances = np.sqrt(((points[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2))
        labels[:] = np.argmin(distances, axis=1)
        for k in range(centroids.shape[0]):
            chosen = labels == k
            if np.any(chosen):
                centroids[k] = points[chosen].mean(axis=0)
    return labels


@kernel(lambda r: (r.random(9) * 50 + 50, r.random(9) * 50 + 50, r.random(9), 0.05, 0.3))
def black_scholes(s: nm.f8[:], x: nm.f8[:], t: nm.f8[:], rate: float, vol: float):
    d1 = (np.log(s / x) + (rate + 0.5 * vol * vol) * t) / (vol * np.sqrt(t))
    d2 = d1 - vol * np.sqrt(t)
    k = 1.0 / (1.0 + 0.2316419 * np.abs(d1))
    w = 0.31938153 * k - 0.356563782 * k**2 + 1.781477937 * k**3
    cnd = np.where(d1 < 0, w, 1.0 - w)
    return s * cnd - x * np.exp(-rate * t) * d2


@kernel(lambda r: (r.random((5, 6)), r.random((5, 6)), 4.0, 3.0, 9.0))
def compute(array_1: nm.f8[:, :], array_2: nm.f8[:, :], a: float, b: float, c: float):
    return np.clip(array_1, 2, 10) * a + array_2 * b + c


@kernel(lambda r: (r.random((6, 6)),))
def go_fast(a: nm.f8[:, :]):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


@kernel(lambda r: (r.random((8, 8)),))
def deriche(image: nm.f8[:, :]):
    y1 = np.empty_like(image)
    y1[:, 0] = 0.2 * image[:, 0]
    y1[:, 1] = 0.2 * image[:, 1] + 0.1 * image[:, 0] + 0.5 * y1[:, 0]
    for j in range(2, image.shape[1]):
        y1[:, j] = (
            0.2 * image[:, j] + 0.1 * image[:, j - 1] + 0.5 * y1[:, j - 1] - 0.3 * y1[:, j - 2]
        )
    return 0.7 * (y1 + image)


@kernel(lambda r: (r.integers(0, 256, 16).astype(np.uint8),))
def crc16(data: nm.u1[:]):
    crc = 0xFFFF
    for i in range(data.shape[0]):
        b = data[i]
        cur_byte = 0xFF & b
        for _ in range(0, 8):
            if (crc & 0x0001) ^ (cur_byte & 0x0001):
                crc = (crc >> 1) ^ 0x8408
            else:
                crc >>= 1
            cur_byte >>= 1
    crc = ~crc & 0xFFFF
    crc = (crc << 8) | ((crc >> 8) & 0xFF)
    return crc & 0xFFFF


@kernel(lambda r: (r.random((6, 4)), r.random(4), 30))
def power_iteration(a: nm.f8[:, :], x: nm.f8[:], steps: int):
    m = a.T @ a
    for _ in range(steps):
        x = m @ x
        x = x / np.sqrt(np.sum(x * x))
    return x @ m @ x


@kernel(lambda r: (_spd(r, 6), r.random(6)))
def conjugate_gradient(a: nm.f8[:, :], b: nm.f8[:]):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for _ in range(6):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        if np.sqrt(new) < 1e-12:
            break
        p = r + (new / rs) * p
        rs = new
    return x


@kernel(lambda r: (r.random((10, 10)) > 0.6, 3))
def game_of_life(board: nm.b1[:, :], steps: int):
    grid = board.astype(np.int64)
    for _ in range(steps):
        count = np.zeros_like(grid)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    count += np.roll(np.roll(grid, dx, axis=0), dy, axis=1)
        grid = ((count == 3) | ((grid == 1) & (count == 2))).astype(np.int64)
    return grid


RELATIVE = 1e-10  # products and transcendentals of whole arrays are another order of the same sums


def close(got: Any, expected: Any) -> None:
    if isinstance(expected, tuple):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            close(one, other)
        return
    assert type(got) is type(expected)
    if isinstance(expected, np.ndarray):
        assert got.dtype == expected.dtype and got.shape == expected.shape
    if expected is not None:
        np.testing.assert_allclose(got, expected, rtol=RELATIVE, atol=1e-14)


@pytest.mark.parametrize("mode", ["default", "exact", "checks"])
@pytest.mark.parametrize("name", KERNELS)
def test_kernel_agrees_with_numpy(name: str, mode: str) -> None:
    made, arguments = KERNELS[name]
    given, own = arguments(np.random.default_rng(7)), arguments(np.random.default_rng(7))
    expected = made.py_func(*own)
    close(in_mode(made, mode)(*given), expected)
    close(given, own)
