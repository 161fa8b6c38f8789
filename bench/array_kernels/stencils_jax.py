"""The stencils as functions of jax.numpy. A JAX form returns the results, then what is written."""

import jax.numpy as jnp
from jax import lax


def jacobi_1d(steps, a, b):
    def step(_, ab):
        a, b = ab
        b = b.at[1:-1].set(0.33333 * (a[:-2] + a[1:-1] + a[2:]))
        a = a.at[1:-1].set(0.33333 * (b[:-2] + b[1:-1] + b[2:]))
        return a, b

    return lax.fori_loop(1, steps, step, (a, b))


def jacobi_2d(steps, a, b):
    def mean(a):
        return 0.2 * (a[1:-1, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] + a[2:, 1:-1] + a[:-2, 1:-1])

    def step(_, ab):
        a, b = ab
        b = b.at[1:-1, 1:-1].set(mean(a))
        a = a.at[1:-1, 1:-1].set(mean(b))
        return a, b

    return lax.fori_loop(1, steps, step, (a, b))


def horizontal_diffusion(field, coeff):
    lap = 4.0 * field[1:-1, 1:-1] - (
        field[2:, 1:-1] + field[:-2, 1:-1] + field[1:-1, 2:] + field[1:-1, :-2]
    )
    res = lap[1:, 1:-1] - lap[:-1, 1:-1]
    flux_x = jnp.where(res * (field[2:-1, 2:-2] - field[1:-2, 2:-2]) > 0, 0, res)
    res = lap[1:-1, 1:] - lap[1:-1, :-1]
    flux_y = jnp.where(res * (field[2:-2, 2:-1] - field[2:-2, 1:-2]) > 0, 0, res)
    return field[2:-2, 2:-2] - coeff * (flux_x[1:] - flux_x[:-1] + flux_y[:, 1:] - flux_y[:, :-1])


def heat_3d(steps, a, b):
    def inner(a):
        here = a[1:-1, 1:-1, 1:-1]
        return (
            0.125 * (a[2:, 1:-1, 1:-1] - 2.0 * here + a[:-2, 1:-1, 1:-1])
            + 0.125 * (a[1:-1, 2:, 1:-1] - 2.0 * here + a[1:-1, :-2, 1:-1])
            + 0.125 * (a[1:-1, 1:-1, 2:] - 2.0 * here + a[1:-1, 1:-1, :-2])
            + here
        )

    def step(_, ab):
        a, b = ab
        b = b.at[1:-1, 1:-1, 1:-1].set(inner(a))
        a = a.at[1:-1, 1:-1, 1:-1].set(inner(b))
        return a, b

    return lax.fori_loop(1, steps, step, (a, b))


def fdtd_2d(steps, ex, ey, hz, source):
    def step(t, fields):
        ex, ey, hz = fields
        ey = ey.at[0, :].set(source[t])
        ey = ey.at[1:, :].add(-0.5 * (hz[1:, :] - hz[:-1, :]))
        ex = ex.at[:, 1:].add(-0.5 * (hz[:, 1:] - hz[:, :-1]))
        hz = hz.at[:-1, :-1].add(-0.7 * (ex[:-1, 1:] - ex[:-1, :-1] + ey[1:, :-1] - ey[:-1, :-1]))
        return ex, ey, hz

    return lax.fori_loop(0, steps, step, (ex, ey, hz))


def adi(steps, u):
    n = u.shape[0]
    h = 1.0 / n
    dt = 1.0 / steps
    mul1 = 2.0 * dt / (h * h)
    mul2 = dt / (h * h)
    a = -mul1 / 2.0
    b = 1.0 + mul1
    d = -mul2 / 2.0
    e = 1.0 + mul2

    def sweep(one, two, other, right):
        """Rows of the answer from 1 to n - 2: `right` holds a row per unknown."""
        ones = jnp.ones(n - 2)

        def forward(carried, row):
            p, q = carried
            divided = 1.0 / (one * p + two)
            new = (-one * divided, (other(row) - one * q) * divided)
            return new, new

        _, (p, q) = lax.scan(forward, (jnp.zeros(n - 2), ones), right)

        def backward(x, row):
            x = row[0] * x + row[1]
            return x, x

        _, x = lax.scan(backward, ones, (p, q), reverse=True)
        return x

    def step(_, u):
        rows = sweep(
            a, b, lambda r: -d * r[:-2] + (1.0 + 2.0 * d) * r[1:-1] - d * r[2:], u[1:-1, :]
        )
        # v with its boundary: v[j, 1:-1] for the inner j, and ones above and below.
        v = jnp.concatenate((jnp.ones((1, n - 2)), rows, jnp.ones((1, n - 2))))
        columns = sweep(d, e, lambda r: -a * r[:-2] + (1.0 + 2.0 * a) * r[1:-1] - a * r[2:], v.T)
        u = u.at[1:-1, 0].set(1.0).at[1:-1, -1].set(1.0)
        return u.at[1:-1, 1:-1].set(columns.T)

    return lax.fori_loop(0, steps, step, u)


def vertical_advection(tendency, stage, wind, position, dtr):
    levels = tendency.shape[2]
    zero = jnp.zeros(tendency.shape[:2])
    mean = 0.125 * (wind[1:] + wind[:-1])
    change = stage[:, :, 1:] - stage[:, :, :-1]
    pad = jnp.zeros((*tendency.shape[:2], 1))
    below = jnp.concatenate((pad, -mean[:, :, 1:]), axis=2)
    above = jnp.concatenate((mean[:, :, 1:], pad), axis=2)
    rising = jnp.concatenate((pad, change), axis=2)
    falling = jnp.concatenate((change, pad), axis=2)
    right = dtr * position + tendency + below * rising - above * falling

    def forward(carried, level):
        c, d = carried
        a, cs, value = level
        divided = 1.0 / (dtr - a - cs - c * a)
        new = (cs * divided, (value - d * a) * divided)
        return new, new

    by_level = tuple(jnp.moveaxis(x, 2, 0) for x in (below, above, right))
    _, (c, d) = lax.scan(forward, (zero, zero), by_level, length=levels)

    def backward(x, level):
        x = level[1] - level[0] * x
        return x, x

    _, x = lax.scan(backward, zero, (c, d), reverse=True)
    return dtr * (jnp.moveaxis(x, 0, 2) - position)


def advection(steps, u, c):
    return lax.fori_loop(0, steps, lambda _, u: u.at[1:].set(u[1:] - c * (u[1:] - u[:-1])), u)


def game_of_life(board, steps):
    def step(_, grid):
        count = sum(
            jnp.roll(jnp.roll(grid, dx, axis=0), dy, axis=1)
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            if dx != 0 or dy != 0
        )
        return ((count == 3) | ((grid == 1) & (count == 2))).astype(jnp.int64)

    return lax.fori_loop(0, steps, step, board.astype(jnp.int64))
