"""Incompressible flow in two dimensions: cavity and channel, in slice notation."""

import numpy as np

import numeta as nm

from .declaration import kernel


def pressure_sources(b, rho, dt, u, v, dx, dy):
    b[1:-1, 1:-1] = rho * (
        1
        / dt
        * ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx) + (v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy))
        - ((u[1:-1, 2:] - u[1:-1, 0:-2]) / (2 * dx)) ** 2
        - 2 * ((u[2:, 1:-1] - u[0:-2, 1:-1]) / (2 * dy) * (v[1:-1, 2:] - v[1:-1, 0:-2]) / (2 * dx))
        - ((v[2:, 1:-1] - v[0:-2, 1:-1]) / (2 * dy)) ** 2
    )


def relaxed_pressure(steps, p, dx, dy, b):
    pn = np.empty_like(p)
    for _ in range(steps):
        pn[:] = p
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / (2 * (dx**2 + dy**2)) - dx**2 * dy**2 / (2 * (dx**2 + dy**2)) * b[1:-1, 1:-1]
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0


@kernel(
    lambda r, n, steps, inner: (
        steps,
        inner,
        r.random((n, n)) * 0.01,
        r.random((n, n)) * 0.01,
        0.0001,
        2.0 / (n - 1),
        2.0 / (n - 1),
        r.random((n, n)),
        1.0,
        0.1,
    ),
    small=(9, 3, 4),
    large=(201, 5, 20),
)
def cavity_flow(
    steps: int,
    inner: int,
    u: nm.f8[:, :],
    v: nm.f8[:, :],
    dt: float,
    dx: float,
    dy: float,
    p: nm.f8[:, :],
    rho: float,
    nu: float,
) -> None:
    un = np.empty_like(u)
    vn = np.empty_like(v)
    b = np.zeros(u.shape)
    for _ in range(steps):
        un[:] = u
        vn[:] = v
        pressure_sources(b, rho, dt, u, v, dx, dy)
        relaxed_pressure(inner, p, dx, dy, b)
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu
            * (
                dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
                + dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[0:-2, 1:-1])
            )
        )
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[0:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
            + nu
            * (
                dt / dx**2 * (vn[1:-1, 2:] - 2 * vn[1:-1, 1:-1] + vn[1:-1, 0:-2])
                + dt / dy**2 * (vn[2:, 1:-1] - 2 * vn[1:-1, 1:-1] + vn[0:-2, 1:-1])
            )
        )
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = 1
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0


def periodic_pressure(steps, p, dx, dy, b):
    pn = np.empty_like(p)
    right = 2 * (dx**2 + dy**2)
    for _ in range(steps):
        pn[:] = p
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, 0:-2]) * dy**2 + (pn[2:, 1:-1] + pn[0:-2, 1:-1]) * dx**2
        ) / right - dx**2 * dy**2 / right * b[1:-1, 1:-1]
        p[1:-1, -1] = (
            (pn[1:-1, 0] + pn[1:-1, -2]) * dy**2 + (pn[2:, -1] + pn[0:-2, -1]) * dx**2
        ) / right - dx**2 * dy**2 / right * b[1:-1, -1]
        p[1:-1, 0] = (
            (pn[1:-1, 1] + pn[1:-1, -1]) * dy**2 + (pn[2:, 0] + pn[0:-2, 0]) * dx**2
        ) / right - dx**2 * dy**2 / right * b[1:-1, 0]
        p[-1, :] = p[-2, :]
        p[0, :] = p[1, :]


@kernel(
    lambda r, n, inner: (
        inner,
        r.random((n, n)) * 0.01,
        r.random((n, n)) * 0.01,
        0.0001,
        2.0 / (n - 1),
        2.0 / (n - 1),
        np.ones((n, n)),
        1.0,
        0.1,
        1.0,
    ),
    small=(9, 4),
    large=(151, 10),
)
def channel_flow(
    inner: int,
    u: nm.f8[:, :],
    v: nm.f8[:, :],
    dt: float,
    dx: float,
    dy: float,
    p: nm.f8[:, :],
    rho: float,
    nu: float,
    force: float,
):
    change = 1.0
    steps = 0
    b = np.zeros(u.shape)
    while change > 0.001 and steps < 20:
        un = u.copy()
        vn = v.copy()
        pressure_sources(b, rho, dt, u, v, dx, dy)
        periodic_pressure(inner, p, dx, dy, b)
        u[1:-1, 1:-1] = (
            un[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (un[1:-1, 1:-1] - un[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (un[1:-1, 1:-1] - un[0:-2, 1:-1])
            - dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, 0:-2])
            + nu
            * (
                dt / dx**2 * (un[1:-1, 2:] - 2 * un[1:-1, 1:-1] + un[1:-1, 0:-2])
                + dt / dy**2 * (un[2:, 1:-1] - 2 * un[1:-1, 1:-1] + un[0:-2, 1:-1])
            )
            + force * dt
        )
        v[1:-1, 1:-1] = (
            vn[1:-1, 1:-1]
            - un[1:-1, 1:-1] * dt / dx * (vn[1:-1, 1:-1] - vn[1:-1, 0:-2])
            - vn[1:-1, 1:-1] * dt / dy * (vn[1:-1, 1:-1] - vn[0:-2, 1:-1])
            - dt / (2 * rho * dy) * (p[2:, 1:-1] - p[0:-2, 1:-1])
            + nu
            * (
                dt / dx**2 * (vn[1:-1, 2:] - 2 * vn[1:-1, 1:-1] + vn[1:-1, 0:-2])
                + dt / dy**2 * (vn[2:, 1:-1] - 2 * vn[1:-1, 1:-1] + vn[0:-2, 1:-1])
            )
        )
        u[1:-1, -1] = u[1:-1, -2]
        u[1:-1, 0] = u[1:-1, 1]
        v[1:-1, -1] = v[1:-1, -2]
        v[1:-1, 0] = v[1:-1, 1]
        u[0, :] = 0
        u[-1, :] = 0
        v[0, :] = 0
        v[-1, :] = 0
        change = (np.sum(u) - np.sum(un)) / np.sum(u)
        steps += 1
    return steps
