"""The stencils as explicit loops, for Numba."""

import numpy as np


def jacobi_1d(steps, a, b):
    for _ in range(1, steps):
        for i in range(1, a.shape[0] - 1):
            b[i] = 0.33333 * (a[i - 1] + a[i] + a[i + 1])
        for i in range(1, a.shape[0] - 1):
            a[i] = 0.33333 * (b[i - 1] + b[i] + b[i + 1])


def jacobi_2d(steps, a, b):
    n, m = a.shape
    for _ in range(1, steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                b[i, j] = 0.2 * (a[i, j] + a[i, j - 1] + a[i, j + 1] + a[i + 1, j] + a[i - 1, j])
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                a[i, j] = 0.2 * (b[i, j] + b[i, j - 1] + b[i, j + 1] + b[i + 1, j] + b[i - 1, j])


def horizontal_diffusion(field, coeff):
    nx, ny, nz = coeff.shape
    out = np.empty_like(coeff)
    lap = np.empty((nx + 2, ny + 2, nz))
    for i in range(nx + 2):
        for j in range(ny + 2):
            for k in range(nz):
                lap[i, j, k] = 4.0 * field[i + 1, j + 1, k] - (
                    field[i + 2, j + 1, k]
                    + field[i, j + 1, k]
                    + field[i + 1, j + 2, k]
                    + field[i + 1, j, k]
                )
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                here = field[i + 2, j + 2, k]
                up = lap[i + 2, j + 1, k] - lap[i + 1, j + 1, k]
                if up * (field[i + 3, j + 2, k] - here) > 0:
                    up = 0.0
                down = lap[i + 1, j + 1, k] - lap[i, j + 1, k]
                if down * (here - field[i + 1, j + 2, k]) > 0:
                    down = 0.0
                right = lap[i + 1, j + 2, k] - lap[i + 1, j + 1, k]
                if right * (field[i + 2, j + 3, k] - here) > 0:
                    right = 0.0
                left = lap[i + 1, j + 1, k] - lap[i + 1, j, k]
                if left * (here - field[i + 2, j + 1, k]) > 0:
                    left = 0.0
                out[i, j, k] = here - coeff[i, j, k] * (up - down + right - left)
    return out


def heat_3d(steps, a, b):
    n = a.shape[0]
    for _ in range(1, steps):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                for k in range(1, n - 1):
                    b[i, j, k] = (
                        0.125 * (a[i + 1, j, k] - 2.0 * a[i, j, k] + a[i - 1, j, k])
                        + 0.125 * (a[i, j + 1, k] - 2.0 * a[i, j, k] + a[i, j - 1, k])
                        + 0.125 * (a[i, j, k + 1] - 2.0 * a[i, j, k] + a[i, j, k - 1])
                        + a[i, j, k]
                    )
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                for k in range(1, n - 1):
                    a[i, j, k] = (
                        0.125 * (b[i + 1, j, k] - 2.0 * b[i, j, k] + b[i - 1, j, k])
                        + 0.125 * (b[i, j + 1, k] - 2.0 * b[i, j, k] + b[i, j - 1, k])
                        + 0.125 * (b[i, j, k + 1] - 2.0 * b[i, j, k] + b[i, j, k - 1])
                        + b[i, j, k]
                    )


def fdtd_2d(steps, ex, ey, hz, source):
    n, m = hz.shape
    for t in range(steps):
        for j in range(m):
            ey[0, j] = source[t]
        for i in range(1, n):
            for j in range(m):
                ey[i, j] -= 0.5 * (hz[i, j] - hz[i - 1, j])
        for i in range(n):
            for j in range(1, m):
                ex[i, j] -= 0.5 * (hz[i, j] - hz[i, j - 1])
        for i in range(n - 1):
            for j in range(m - 1):
                hz[i, j] -= 0.7 * (ex[i, j + 1] - ex[i, j] + ey[i + 1, j] - ey[i, j])


def seidel_2d(steps, a):
    n = a.shape[0]
    for _ in range(steps - 1):
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                a[i, j] = (
                    a[i - 1, j - 1]
                    + a[i - 1, j]
                    + a[i - 1, j + 1]
                    + a[i, j - 1]
                    + a[i, j]
                    + a[i, j + 1]
                    + a[i + 1, j - 1]
                    + a[i + 1, j]
                    + a[i + 1, j + 1]
                ) / 9.0


def adi(steps, u):
    n = u.shape[0]
    v = np.empty((n, n))
    p = np.empty((n, n))
    q = np.empty((n, n))
    h = 1.0 / n
    dt = 1.0 / steps
    mul1 = 2.0 * dt / (h * h)
    mul2 = dt / (h * h)
    a = -mul1 / 2.0
    b = 1.0 + mul1
    d = -mul2 / 2.0
    e = 1.0 + mul2
    for _ in range(1, steps + 1):
        for i in range(1, n - 1):
            v[0, i] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, n - 1):
                divided = 1.0 / (a * p[i, j - 1] + b)
                p[i, j] = -a * divided
                q[i, j] = (
                    -d * u[j, i - 1] + (1.0 + 2.0 * d) * u[j, i] - d * u[j, i + 1] - a * q[i, j - 1]
                ) * divided
            v[n - 1, i] = 1.0
            for j in range(n - 2, 0, -1):
                v[j, i] = p[i, j] * v[j + 1, i] + q[i, j]
        for i in range(1, n - 1):
            u[i, 0] = 1.0
            p[i, 0] = 0.0
            q[i, 0] = 1.0
            for j in range(1, n - 1):
                divided = 1.0 / (d * p[i, j - 1] + e)
                p[i, j] = -d * divided
                q[i, j] = (
                    -a * v[i - 1, j] + (1.0 + 2.0 * a) * v[i, j] - a * v[i + 1, j] - d * q[i, j - 1]
                ) * divided
            u[i, n - 1] = 1.0
            for j in range(n - 2, 0, -1):
                u[i, j] = p[i, j] * u[i, j + 1] + q[i, j]


def vertical_advection(tendency, stage, wind, position, dtr):
    n, m, levels = tendency.shape
    c = np.empty(levels)
    d = np.empty(levels)
    for i in range(n):
        for j in range(m):
            gcv = 0.25 * (wind[i + 1, j, 1] + wind[i, j, 1])
            cs = gcv * 0.5
            correction = -cs * (stage[i, j, 1] - stage[i, j, 0])
            divided = 1.0 / (dtr - cs)
            c[0] = cs * divided
            d[0] = (dtr * position[i, j, 0] + tendency[i, j, 0] + correction) * divided
            for k in range(1, levels - 1):
                a = -0.125 * (wind[i + 1, j, k] + wind[i, j, k])
                cs = 0.125 * (wind[i + 1, j, k + 1] + wind[i, j, k + 1])
                correction = -a * (stage[i, j, k - 1] - stage[i, j, k]) - cs * (
                    stage[i, j, k + 1] - stage[i, j, k]
                )
                divided = 1.0 / (dtr - a - cs - c[k - 1] * a)
                c[k] = cs * divided
                d[k] = (
                    dtr * position[i, j, k] + tendency[i, j, k] + correction - d[k - 1] * a
                ) * divided
            k = levels - 1
            a = -0.125 * (wind[i + 1, j, k] + wind[i, j, k])
            correction = -a * (stage[i, j, k - 1] - stage[i, j, k])
            divided = 1.0 / (dtr - a - c[k - 1] * a)
            x = (dtr * position[i, j, k] + tendency[i, j, k] + correction - d[k - 1] * a) * divided
            tendency[i, j, k] = dtr * (x - position[i, j, k])
            for k in range(levels - 2, -1, -1):
                x = d[k] - c[k] * x
                tendency[i, j, k] = dtr * (x - position[i, j, k])


def advection(steps, u, c):
    for _ in range(steps):
        before = u[0]
        for i in range(1, u.shape[0]):
            here = u[i]
            u[i] = here - c * (here - before)
            before = here


def game_of_life(board, steps):
    n, m = board.shape
    grid = board.astype(np.int64)
    new = np.empty_like(grid)
    for _ in range(steps):
        for i in range(n):
            up = i - 1 if i > 0 else n - 1
            down = i + 1 if i < n - 1 else 0
            for j in range(m):
                left = j - 1 if j > 0 else m - 1
                right = j + 1 if j < m - 1 else 0
                count = (
                    grid[up, left]
                    + grid[up, j]
                    + grid[up, right]
                    + grid[i, left]
                    + grid[i, right]
                    + grid[down, left]
                    + grid[down, j]
                    + grid[down, right]
                )
                new[i, j] = 1 if count == 3 or (grid[i, j] == 1 and count == 2) else 0
        grid, new = new, grid
    return grid
