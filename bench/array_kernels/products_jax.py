"""The products as functions of jax.numpy.

What loops over rows in NumPy does so here, with a row's inner loops as one expression.
"""

import jax.numpy as jnp
from jax import lax


def gemm(alpha, beta, c, a, b):
    return alpha * a @ b + beta * c


def two_products(alpha, beta, a, b, c, d):
    return alpha * a @ b @ c + beta * d


def three_products(a, b, c, d):
    return a @ b @ c @ d


def atax(a, x):
    return (a @ x) @ a


def bicg(a, p, r):
    return r @ a, a @ p


def mvt(x1, x2, y1, y2, a):
    return x1 + a @ y1, x2 + y2 @ a


def gesummv(alpha, beta, a, b, x):
    return alpha * a @ x + beta * b @ x


def gemver(alpha, beta, a, u1, v1, u2, v2, w, x, y, z):
    a = a + jnp.outer(u1, v1) + jnp.outer(u2, v2)
    x = x + beta * y @ a + z
    return a, w + alpha * a @ x, x


def syrk(alpha, beta, c, a):
    columns = jnp.arange(c.shape[1])

    def step(i, c):
        return c.at[i].set(jnp.where(columns <= i, beta * c[i] + alpha * (a @ a[i]), c[i]))

    return lax.fori_loop(0, a.shape[0], step, c)


def syr2k(alpha, beta, c, a, b):
    columns = jnp.arange(c.shape[1])

    def step(i, c):
        new = beta * c[i] + alpha * (a @ b[i] + b @ a[i])
        return c.at[i].set(jnp.where(columns <= i, new, c[i]))

    return lax.fori_loop(0, a.shape[0], step, c)


def trmm(alpha, a, b):
    rows = jnp.arange(a.shape[0])

    def step(i, b):
        return b.at[i].add(jnp.where(rows > i, a[:, i], 0.0) @ b)

    return alpha * lax.fori_loop(0, b.shape[0], step, b)


def symm(alpha, beta, c, a, b):
    rows = jnp.arange(a.shape[0])

    def step(i, c):
        left = jnp.where(rows < i, a[i], 0.0)
        c = c + alpha * jnp.outer(left, b[i])
        return c.at[i].add(alpha * (b[i] * a[i, i] + left @ b))

    return lax.fori_loop(0, c.shape[0], step, beta * c)


def doitgen(a, c4):
    return a @ c4


def spmv(rows, cols, values, x):
    row_of = jnp.searchsorted(rows, jnp.arange(values.shape[0]), side="right") - 1
    y = jnp.zeros(rows.shape[0] - 1)
    return y.at[row_of].add(values * x[cols], indices_are_sorted=True)


def power_iteration(a, x, steps):
    m = a.T @ a

    def step(_, x):
        x = m @ x
        return x / jnp.sqrt(jnp.sum(x * x))

    x = lax.fori_loop(0, steps, step, x)
    return x @ m @ x


def contour_integral(slabs, ham, points, y):
    def step(sums, z):
        tz = sum(z ** (slabs / 2 - n) * ham[n] for n in range(slabs + 1))
        x = jnp.linalg.solve(tz, y)
        x = jnp.where(jnp.abs(z) < 1.0, -x, x)
        return (sums[0] + x, sums[1] + z * x), None

    sums, _ = lax.scan(step, (jnp.zeros_like(y), jnp.zeros_like(y)), points)
    return sums


def scattering_self_energies(neighbour, dh, g, d, sigma):
    near = g[:, :, neighbour]
    left = jnp.einsum("keabrs,abist->keabirt", near, dh)
    for q in range(d.shape[0]):
        for w in range(d.shape[1]):
            right = jnp.einsum("abij,abjst->abist", d[q, w], dh)
            part = jnp.einsum("keabirs,abist->keart", left[:, : g.shape[1] - w], right)
            sigma = sigma.at[:, w:].add(part)
    return sigma
