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


@kernel(lambda r, n: (r.random((n, n)),), small=(6,), large=(1500,))
def go_fast(a: nm.f8[:, :]):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


@kernel(lambda r, n: tuple(r.random(n) for _ in range(4)), small=(7,), large=(200_000,))
def arc_distance(theta_1: nm.f8[:], phi_1: nm.f8[:], theta_2: nm.f8[:], phi_2: nm.f8[:]):
    temp = (
        np.sin((theta_2 - theta_1) / 2) ** 2
        + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    )
    return 2 * np.arctan2(np.sqrt(temp), np.sqrt(1 - temp))
