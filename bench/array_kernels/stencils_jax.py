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
