"""Stencils on regular grids in slice notation."""

import numpy as np

import numeta as nm

from .declaration import kernel


@kernel(lambda r, steps, n: (steps, r.random(n), r.random(n)), small=(5, 30), large=(100, 400_000))
def jacobi_1d(steps: int, a: nm.f8[:], b: nm.f8[:]) -> None:
    for _ in range(1, steps):
        b[1:-1] = 0.33333 * (a[:-2] + a[1:-1] + a[2:])
        a[1:-1] = 0.33333 * (b[:-2] + b[1:-1] + b[2:])


@kernel(
    lambda r, steps, n: (steps, r.random((n, n)), r.random((n, n))),
    small=(4, 9),
    large=(10, 1000),
)
def jacobi_2d(steps: int, a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    for _ in range(1, steps):
        b[1:-1, 1:-1] = 0.2 * (
            a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1]
        )
        a[1:-1, 1:-1] = 0.2 * (
            b[1:-1, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[2:, 1:-1] + b[:-2, 1:-1]
        )


@kernel(
    lambda r, x, y, z: (r.random((x + 4, y + 4, z)), r.random((x, y, z))),
    small=(5, 6, 3),
    large=(128, 128, 40),
)
def horizontal_diffusion(field: nm.f8[:, :, :], coeff: nm.f8[:, :, :]):
    x, y = coeff.shape[0], coeff.shape[1]
    lap = 4.0 * field[1 : x + 3, 1 : y + 3, :] - (
        field[2 : x + 4, 1 : y + 3, :]
        + field[0 : x + 2, 1 : y + 3, :]
        + field[1 : x + 3, 2 : y + 4, :]
        + field[1 : x + 3, 0 : y + 2, :]
    )
    res = lap[1:, 1 : y + 1, :] - lap[:-1, 1 : y + 1, :]
    flux_x = np.where(
        res * (field[2 : x + 3, 2 : y + 2, :] - field[1 : x + 2, 2 : y + 2, :]) > 0, 0, res
    )
    res = lap[1 : x + 1, 1:, :] - lap[1 : x + 1, :-1, :]
    flux_y = np.where(
        res * (field[2 : x + 2, 2 : y + 3, :] - field[2 : x + 2, 1 : y + 2, :]) > 0, 0, res
    )
    return field[2 : x + 2, 2 : y + 2, :] - coeff * (
        flux_x[1:, :, :] - flux_x[:-1, :, :] + flux_y[:, 1:, :] - flux_y[:, :-1, :]
    )


@kernel(
    lambda r, steps, n: (steps, r.random((n, n, n)), r.random((n, n, n))),
    small=(3, 7),
    large=(4, 100),
)
def heat_3d(steps: int, a: nm.f8[:, :, :], b: nm.f8[:, :, :]) -> None:
    for _ in range(1, steps):
        b[1:-1, 1:-1, 1:-1] = (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * a[1:-1, 1:-1, 1:-1] + a[1:-1, 1:-1, :-2])
            + a[1:-1, 1:-1, 1:-1]
        )
        a[1:-1, 1:-1, 1:-1] = (
            0.125 * (b[2:, 1:-1, 1:-1] - 2.0 * b[1:-1, 1:-1, 1:-1] + b[:-2, 1:-1, 1:-1])
            + 0.125 * (b[1:-1, 2:, 1:-1] - 2.0 * b[1:-1, 1:-1, 1:-1] + b[1:-1, :-2, 1:-1])
            + 0.125 * (b[1:-1, 1:-1, 2:] - 2.0 * b[1:-1, 1:-1, 1:-1] + b[1:-1, 1:-1, :-2])
            + b[1:-1, 1:-1, 1:-1]
        )


@kernel(
    lambda r, steps, n: (steps, r.random((n, n)), r.random((n, n)), r.random((n, n)), r.random(9)),
    small=(3, 8),
    large=(4, 1000),
)
def fdtd_2d(
    steps: int, ex: nm.f8[:, :], ey: nm.f8[:, :], hz: nm.f8[:, :], source: nm.f8[:]
) -> None:
    for t in range(steps):
        ey[0, :] = source[t]
        ey[1:, :] -= 0.5 * (hz[1:, :] - hz[:-1, :])
        ex[:, 1:] -= 0.5 * (hz[:, 1:] - hz[:, :-1])
        hz[:-1, :-1] -= 0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1])


@kernel(lambda r, steps, n: (steps, r.random((n, n))), small=(4, 9), large=(3, 400))
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


@kernel(lambda r, steps, n: (steps, r.random((n, n))), small=(3, 9), large=(3, 300))
def adi(steps: int, u: nm.f8[:, :]) -> None:
    n = u.shape[0]
    v = np.empty(u.shape, dtype=u.dtype)
    p = np.empty(u.shape, dtype=u.dtype)
    q = np.empty(u.shape, dtype=u.dtype)
    h = 1.0 / n
    dt = 1.0 / steps
    mul1 = 2.0 * dt / (h * h)
    mul2 = dt / (h * h)
    a = -mul1 / 2.0
    b = 1.0 + mul1
    d = -mul2 / 2.0
    e = 1.0 + mul2
    for _ in range(1, steps + 1):
        v[0, 1 : n - 1] = 1.0
        p[1 : n - 1, 0] = 0.0
        q[1 : n - 1, 0] = v[0, 1 : n - 1]
        for j in range(1, n - 1):
            p[1 : n - 1, j] = -a / (a * p[1 : n - 1, j - 1] + b)
            q[1 : n - 1, j] = (
                -d * u[j, : n - 2]
                + (1.0 + 2.0 * d) * u[j, 1 : n - 1]
                - d * u[j, 2:n]
                - a * q[1 : n - 1, j - 1]
            ) / (a * p[1 : n - 1, j - 1] + b)
        v[n - 1, 1 : n - 1] = 1.0
        for j in range(n - 2, 0, -1):
            v[j, 1 : n - 1] = p[1 : n - 1, j] * v[j + 1, 1 : n - 1] + q[1 : n - 1, j]
        u[1 : n - 1, 0] = 1.0
        p[1 : n - 1, 0] = 0.0
        q[1 : n - 1, 0] = u[1 : n - 1, 0]
        for j in range(1, n - 1):
            p[1 : n - 1, j] = -d / (d * p[1 : n - 1, j - 1] + e)
            q[1 : n - 1, j] = (
                -a * v[: n - 2, j]
                + (1.0 + 2.0 * a) * v[1 : n - 1, j]
                - a * v[2:n, j]
                - d * q[1 : n - 1, j - 1]
            ) / (d * p[1 : n - 1, j - 1] + e)
        u[1 : n - 1, n - 1] = 1.0
        for j in range(n - 2, 0, -1):
            u[1 : n - 1, j] = p[1 : n - 1, j] * u[1 : n - 1, j + 1] + q[1 : n - 1, j]


@kernel(
    lambda r, n, m, k: (
        r.random((n, m, k)),
        r.random((n, m, k)),
        r.random((n + 1, m, k)),
        r.random((n, m, k)),
        3.0 / 20.0,
    ),
    small=(4, 5, 6),
    large=(64, 64, 60),
)
def vertical_advection(
    tendency: nm.f8[:, :, :],
    stage: nm.f8[:, :, :],
    wind: nm.f8[:, :, :],
    position: nm.f8[:, :, :],
    dtr: float,
):
    n, m, levels = tendency.shape
    c = np.empty((n, m, levels))
    d = np.empty((n, m, levels))
    gcv = 0.25 * (wind[1:, :, 1] + wind[:-1, :, 1])
    cs = gcv * 0.5
    c[:, :, 0] = gcv * 0.5
    b = dtr - c[:, :, 0]
    correction = -cs * (stage[:, :, 1] - stage[:, :, 0])
    divided = 1.0 / b
    c[:, :, 0] = c[:, :, 0] * divided
    d[:, :, 0] = (dtr * position[:, :, 0] + tendency[:, :, 0] + correction) * divided
    for k in range(1, levels - 1):
        gav = -0.25 * (wind[1:, :, k] + wind[:-1, :, k])
        gcv = 0.25 * (wind[1:, :, k + 1] + wind[:-1, :, k + 1])
        a_s = gav * 0.5
        cs = gcv * 0.5
        a = gav * 0.5
        c[:, :, k] = gcv * 0.5
        b = dtr - a - c[:, :, k]
        correction = -a_s * (stage[:, :, k - 1] - stage[:, :, k]) - cs * (
            stage[:, :, k + 1] - stage[:, :, k]
        )
        divided = 1.0 / (b - c[:, :, k - 1] * a)
        c[:, :, k] = c[:, :, k] * divided
        d[:, :, k] = (
            dtr * position[:, :, k] + tendency[:, :, k] + correction - d[:, :, k - 1] * a
        ) * divided
    k = levels - 1
    gav = -0.25 * (wind[1:, :, k] + wind[:-1, :, k])
    a = gav * 0.5
    correction = -a * (stage[:, :, k - 1] - stage[:, :, k])
    divided = 1.0 / (dtr - a - c[:, :, k - 1] * a)
    d[:, :, k] = (
        dtr * position[:, :, k] + tendency[:, :, k] + correction - d[:, :, k - 1] * a
    ) * divided
    x = d[:, :, levels - 1].copy()
    tendency[:, :, levels - 1] = dtr * (x - position[:, :, levels - 1])
    for k in range(levels - 2, -1, -1):
        x = d[:, :, k] - c[:, :, k] * x
        tendency[:, :, k] = dtr * (x - position[:, :, k])


@kernel(lambda r, steps, n: (steps, r.random(n), 0.3), small=(6, 40), large=(20, 400_000))
def advection(steps: int, u: nm.f8[:], c: float) -> None:
    for _ in range(steps):
        un = u.copy()
        u[1:] = un[1:] - c * (un[1:] - un[:-1])


@kernel(lambda r, n, steps: (r.random((n, n)) > 0.6, steps), small=(10, 3), large=(400, 5))
def game_of_life(board: nm.b1[:, :], steps: int):
    grid = board.astype(np.int64)
    for _ in range(steps):
        count = np.zeros_like(grid)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx != 0 or dy != 0:
                    count += np.roll(np.roll(grid, dx, axis=0), dy, axis=1)
        grid = ((count == 3) | ((grid == 1) & (count == 2))).astype(np.int64)
    return grid
