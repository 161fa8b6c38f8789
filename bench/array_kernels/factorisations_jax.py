"""The factorisations as functions of jax.numpy: a row or column per step, masked."""

import jax.numpy as jnp
from jax import lax


def eliminated(a):
    """L below the diagonal (ones implied) and U on and above it."""
    place = jnp.arange(a.shape[0])

    def step(k, a):
        column = jnp.where(place > k, a[:, k] / a[k, k], 0.0)
        row = jnp.where(place > k, a[k], 0.0)
        a = a - jnp.outer(column, row)
        return a.at[:, k].set(jnp.where(place > k, column, a[:, k]))

    return lax.fori_loop(0, a.shape[0], step, a)


def lu(a):
    return eliminated(a)


def cholesky(a):
    place = jnp.arange(a.shape[0])

    def step(k, a):
        root = jnp.sqrt(a[k, k])
        column = jnp.where(place > k, a[:, k] / root, 0.0)
        lower = jnp.where(place[:, None] >= place, jnp.outer(column, column), 0.0)
        a = (a - lower).at[:, k].set(jnp.where(place > k, column, a[:, k]))
        return a.at[k, k].set(root)

    return lax.fori_loop(0, a.shape[0], step, a)


def ludcmp(a, b):
    n = a.shape[0]
    place = jnp.arange(n)
    a = eliminated(a)

    def forward(i, y):
        return y.at[i].set(b[i] - jnp.where(place < i, a[i], 0.0) @ y)

    y = lax.fori_loop(0, n, forward, jnp.zeros_like(b))

    def backward(k, x):
        i = n - 1 - k
        return x.at[i].set((y[i] - jnp.where(place > i, a[i], 0.0) @ x) / a[i, i])

    x = lax.fori_loop(0, n, backward, jnp.zeros_like(b))
    return x, y, a


def trisolv(lower, x, b):
    place = jnp.arange(x.shape[0])

    def step(i, x):
        return x.at[i].set((b[i] - jnp.where(place < i, lower[i], 0.0) @ x) / lower[i, i])

    return lax.fori_loop(0, x.shape[0], step, x)


def durbin(r):
    n = r.shape[0]
    place = jnp.arange(n)

    def step(k, state):
        y, alpha, beta = state
        beta = beta * (1.0 - alpha * alpha)
        # y backwards from k - 1, and nothing from k on.
        turned = jnp.where(place < k, jnp.roll(jnp.flip(y), k), 0.0)
        alpha = -(r[k] + r @ turned) / beta
        return (y + alpha * turned).at[k].set(alpha), alpha, beta

    y = jnp.zeros_like(r).at[0].set(-r[0])
    return lax.fori_loop(1, n, step, (y, -r[0], jnp.ones(())))[0]


def gram_schmidt(a):
    place = jnp.arange(a.shape[1])

    def step(k, state):
        a, q, r = state
        root = jnp.sqrt(a[:, k] @ a[:, k])
        column = a[:, k] / root
        row = jnp.where(place > k, column @ a, 0.0)
        r = r.at[k].set(row.at[k].set(root))
        return a - jnp.outer(column, row), q.at[:, k].set(column), r

    m = a.shape[1]
    a, q, r = lax.fori_loop(0, m, step, (a, jnp.zeros_like(a), jnp.zeros((m, m))))
    return q, r, a


def conjugate_gradient(a, b, steps):
    def more(state):
        return (state[0] < steps) & ~state[5]

    def step(state):
        i, x, r, p, rs, _ = state
        ap = a @ p
        alpha = rs / (p @ ap)
        x = x + alpha * p
        r = r - alpha * ap
        new = r @ r
        return i + 1, x, r, r + (new / rs) * p, new, jnp.sqrt(new) < 1e-12

    return lax.while_loop(more, step, (0, jnp.zeros_like(b), b, b, b @ b, False))[1]
