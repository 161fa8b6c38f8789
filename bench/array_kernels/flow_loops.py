"""The flows as explicit loops, for Numba."""

import numpy as np


def pressure_sources(b, rho, dt, u, v, dx, dy):
    n, m = u.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            ux = (u[i, j + 1] - u[i, j - 1]) / (2 * dx)
            vy = (v[i + 1, j] - v[i - 1, j]) / (2 * dy)
            uy = (u[i + 1, j] - u[i - 1, j]) / (2 * dy)
            vx = (v[i, j + 1] - v[i, j - 1]) / (2 * dx)
            b[i, j] = rho * ((ux + vy) / dt - ux * ux - 2 * uy * vx - vy * vy)


def velocities(u, v, un, vn, p, dt, dx, dy, rho, nu, force):
    n, m = u.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            here, there = un[i, j], vn[i, j]
            u[i, j] = (
                here
                - here * dt / dx * (here - un[i, j - 1])
                - there * dt / dy * (here - un[i - 1, j])
                - dt / (2 * rho * dx) * (p[i, j + 1] - p[i, j - 1])
                + nu
                * (
                    dt / dx**2 * (un[i, j + 1] - 2 * here + un[i, j - 1])
                    + dt / dy**2 * (un[i + 1, j] - 2 * here + un[i - 1, j])
                )
                + force * dt
            )
            v[i, j] = (
                there
                - here * dt / dx * (there - vn[i, j - 1])
                - there * dt / dy * (there - vn[i - 1, j])
                - dt / (2 * rho * dy) * (p[i + 1, j] - p[i - 1, j])
                + nu
                * (
                    dt / dx**2 * (vn[i, j + 1] - 2 * there + vn[i, j - 1])
                    + dt / dy**2 * (vn[i + 1, j] - 2 * there + vn[i - 1, j])
                )
            )


def relax(p, pn, b, dx, dy):
    n, m = p.shape
    right = 2 * (dx**2 + dy**2)
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            p[i, j] = (
                (pn[i, j + 1] + pn[i, j - 1]) * dy**2 + (pn[i + 1, j] + pn[i - 1, j]) * dx**2
            ) / right - dx**2 * dy**2 / right * b[i, j]


def cavity_flow(steps, inner, u, v, dt, dx, dy, p, rho, nu):
    n, m = u.shape
    un = np.empty_like(u)
    vn = np.empty_like(v)
    pn = np.empty_like(p)
    b = np.zeros(u.shape)
    for _ in range(steps):
        un[:] = u
        vn[:] = v
        pressure_sources(b, rho, dt, u, v, dx, dy)
        for _ in range(inner):
            pn[:] = p
            relax(p, pn, b, dx, dy)
            p[:, -1] = p[:, -2]
            p[0, :] = p[1, :]
            p[:, 0] = p[:, 1]
            p[-1, :] = 0
        velocities(u, v, un, vn, p, dt, dx, dy, rho, nu, 0.0)
        u[0, :] = 0
        u[:, 0] = 0
        u[:, -1] = 0
        u[-1, :] = 1
        v[0, :] = 0
        v[-1, :] = 0
        v[:, 0] = 0
        v[:, -1] = 0


def channel_flow(inner, u, v, dt, dx, dy, p, rho, nu, force):
    n, m = u.shape
    un = np.empty_like(u)
    vn = np.empty_like(v)
    pn = np.empty_like(p)
    b = np.zeros(u.shape)
    right = 2 * (dx**2 + dy**2)
    change = 1.0
    steps = 0
    while change > 0.001 and steps < 20:
        un[:] = u
        vn[:] = v
        pressure_sources(b, rho, dt, u, v, dx, dy)
        for _ in range(inner):
            pn[:] = p
            relax(p, pn, b, dx, dy)
            for i in range(1, n - 1):
                p[i, -1] = (
                    (pn[i, 0] + pn[i, -2]) * dy**2 + (pn[i + 1, -1] + pn[i - 1, -1]) * dx**2
                ) / right - dx**2 * dy**2 / right * b[i, -1]
                p[i, 0] = (
                    (pn[i, 1] + pn[i, -1]) * dy**2 + (pn[i + 1, 0] + pn[i - 1, 0]) * dx**2
                ) / right - dx**2 * dy**2 / right * b[i, 0]
            p[-1, :] = p[-2, :]
            p[0, :] = p[1, :]
        velocities(u, v, un, vn, p, dt, dx, dy, rho, nu, force)
        u[1:-1, -1] = u[1:-1, -2]
        u[1:-1, 0] = u[1:-1, 1]
        v[1:-1, -1] = v[1:-1, -2]
        v[1:-1, 0] = v[1:-1, 1]
        u[0, :] = 0
        u[-1, :] = 0
        v[0, :] = 0
        v[-1, :] = 0
        before = np.sum(un)
        after = np.sum(u)
        change = (after - before) / after
        steps += 1
    return steps
