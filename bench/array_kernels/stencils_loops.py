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
