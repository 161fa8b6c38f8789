"""The sequences as functions of jax.numpy: those that are more than a chain of scalars."""

import jax.numpy as jnp
from jax import lax


def floyd_warshall(path):
    def step(k, path):
        return jnp.minimum(path, path[:, k, None] + path[k, :])

    return lax.fori_loop(0, path.shape[0], step, path)
