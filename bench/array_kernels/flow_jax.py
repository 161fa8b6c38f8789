"""The flows as functions of jax.numpy."""

import jax.numpy as jnp
from jax import lax


def pressure_sources(b, rho, dt, u, v, dx, dy):
    ux = (u[1:-1, 2:] - u[1:-1, :-2]) / (2 * dx)
    vy = (v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dy)
    uy = (u[2:, 1:-1] - u[:-2, 1:-1]) / (2 * dy)
    vx = (v[1:-1, 2:] - v[1:-1, :-2]) / (2 * dx)
    return b.at[1:-1, 1:-1].set(rho * ((ux + vy) / dt - ux**2 - 2 * uy * vx - vy**2))


def relaxed(across, along, b, dx, dy):
    right = 2 * (dx**2 + dy**2)
    return (across * dy**2 + along * dx**2) / right - dx**2 * dy**2 / right * b


def velocities(un, vn, p, dt, dx, dy, rho, nu, force):
    here, there = un[1:-1, 1:-1], vn[1:-1, 1:-1]

    def moved(f, gradient):
        now = f[1:-1, 1:-1]
        return (
            now
            - here * dt / dx * (now - f[1:-1, :-2])
            - there * dt / dy * (now - f[:-2, 1:-1])
            - gradient
            + nu
            * (
                dt / dx**2 * (f[1:-1, 2:] - 2 * now + f[1:-1, :-2])
                + dt / dy**2 * (f[2:, 1:-1] - 2 * now + f[:-2, 1:-1])
            )
        )

    u = moved(un, dt / (2 * rho * dx) * (p[1:-1, 2:] - p[1:-1, :-2])) + force * dt
    v = moved(vn, dt / (2 * rho * dy) * (p[2:, 1:-1] - p[:-2, 1:-1]))
    return un.at[1:-1, 1:-1].set(u), vn.at[1:-1, 1:-1].set(v)


def cavity_flow(steps, inner, u, v, dt, dx, dy, p, rho, nu):
    def relax(_, pb):
        p, b = pb
        new = relaxed(p[1:-1, 2:] + p[1:-1, :-2], p[2:, 1:-1] + p[:-2, 1:-1], b[1:-1, 1:-1], dx, dy)
        p = p.at[1:-1, 1:-1].set(new)
        p = p.at[:, -1].set(p[:, -2])
        p = p.at[0, :].set(p[1, :])
        p = p.at[:, 0].set(p[:, 1])
        return p.at[-1, :].set(0), b

    def step(_, uvp):
        u, v, p = uvp
        b = pressure_sources(jnp.zeros_like(u), rho, dt, u, v, dx, dy)
        p, _ = lax.fori_loop(0, inner, relax, (p, b))
        u, v = velocities(u, v, p, dt, dx, dy, rho, nu, 0.0)
        u = u.at[0, :].set(0).at[:, 0].set(0).at[:, -1].set(0).at[-1, :].set(1)
        v = v.at[0, :].set(0).at[-1, :].set(0).at[:, 0].set(0).at[:, -1].set(0)
        return u, v, p

    return lax.fori_loop(0, steps, step, (u, v, p))


def channel_flow(inner, u, v, dt, dx, dy, p, rho, nu, force):
    def relax(_, pb):
        pn, b = pb
        new = relaxed(
            pn[1:-1, 2:] + pn[1:-1, :-2], pn[2:, 1:-1] + pn[:-2, 1:-1], b[1:-1, 1:-1], dx, dy
        )
        p = pn.at[1:-1, 1:-1].set(new)
        last = relaxed(pn[1:-1, 0] + pn[1:-1, -2], pn[2:, -1] + pn[:-2, -1], b[1:-1, -1], dx, dy)
        p = p.at[1:-1, -1].set(last)
        first = relaxed(pn[1:-1, 1] + pn[1:-1, -1], pn[2:, 0] + pn[:-2, 0], b[1:-1, 0], dx, dy)
        p = p.at[1:-1, 0].set(first)
        p = p.at[-1, :].set(p[-2, :])
        return p.at[0, :].set(p[1, :]), b

    def more(state):
        return (state[3] > 0.001) & (state[4] < 20)

    def step(state):
        un, vn, p, _, steps = state
        b = pressure_sources(jnp.zeros_like(un), rho, dt, un, vn, dx, dy)
        p, _ = lax.fori_loop(0, inner, relax, (p, b))
        u, v = velocities(un, vn, p, dt, dx, dy, rho, nu, force)
        u = u.at[1:-1, -1].set(u[1:-1, -2]).at[1:-1, 0].set(u[1:-1, 1])
        v = v.at[1:-1, -1].set(v[1:-1, -2]).at[1:-1, 0].set(v[1:-1, 1])
        u = u.at[0, :].set(0).at[-1, :].set(0)
        v = v.at[0, :].set(0).at[-1, :].set(0)
        return u, v, p, (jnp.sum(u) - jnp.sum(un)) / jnp.sum(u), steps + 1

    u, v, p, _, steps = lax.while_loop(more, step, (u, v, p, 1.0, 0))
    return steps, u, v, p
