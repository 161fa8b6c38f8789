"""The statistics as functions of jax.numpy."""

import jax.numpy as jnp
from jax import lax


def symmetric(data):
    """The products of all pairs of columns, a row per step."""
    place = jnp.arange(data.shape[1])

    def step(i, out):
        row = jnp.where(place >= i, data[:, i] @ data, out[i])
        return out.at[i].set(row).at[:, i].set(row)

    return lax.fori_loop(0, data.shape[1], step, jnp.zeros((data.shape[1], data.shape[1])))


def covariance(data):
    data = data - jnp.mean(data, axis=0)
    return symmetric(data) / (data.shape[0] - 1.0), data


def correlation(data):
    deviation = jnp.std(data, axis=0)
    deviation = jnp.where(deviation <= 0.1, 1.0, deviation)
    data = (data - jnp.mean(data, axis=0)) / (jnp.sqrt(float(data.shape[0])) * deviation)
    here = jnp.arange(data.shape[1])
    return symmetric(data).at[here, here].set(1.0), data


def k_means(points, centroids, steps):
    count = centroids.shape[0]

    def step(_, state):
        centroids, _ = state
        distances = jnp.sqrt(((points[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2))
        labels = jnp.argmin(distances, axis=1)
        chosen = (labels[:, None] == jnp.arange(count)).astype(points.dtype)
        members = chosen.sum(axis=0)[:, None]
        means = chosen.T @ points / jnp.maximum(members, 1.0)
        return jnp.where(members > 0, means, centroids), labels

    labels = jnp.zeros(points.shape[0], dtype=jnp.int64)
    centroids, labels = lax.fori_loop(0, steps, step, (centroids, labels))
    return labels, centroids


def azimuthal_integration(data, radius, npt):
    rmax = radius.max()
    # Kept from becoming a product with 1 / npt, which moves the edges.
    count = lax.optimization_barrier(jnp.float64(npt))

    def step(i):
        inside = (rmax * i / count <= radius) & (radius < rmax * (i + 1) / count)
        return jnp.sum(jnp.where(inside, data, 0.0)) / jnp.sum(inside)

    return lax.map(step, jnp.arange(npt))


def normal_distribution(d):
    k = 1.0 / (1.0 + 0.2316419 * jnp.abs(d))
    powers = k * (
        0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    )
    tail = 0.3989422804014327 * jnp.exp(-0.5 * d * d) * powers
    return jnp.where(d > 0, 1.0 - tail, tail)


def black_scholes(s, x, t, rate, vol):
    d1 = (jnp.log(s / x) + (rate + 0.5 * vol * vol) * t) / (vol * jnp.sqrt(t))
    d2 = d1 - vol * jnp.sqrt(t)
    discounted = x * jnp.exp(-rate * t)
    call = s * normal_distribution(d1) - discounted * normal_distribution(d2)
    put = discounted * normal_distribution(-d2) - s * normal_distribution(-d1)
    return call, put


def compute(array_1, array_2, a, b, c):
    return jnp.clip(array_1, 2, 10) * a + array_2 * b + c


def go_fast(a):
    return a + jnp.sum(jnp.tanh(jnp.diag(a)))


def arc_distance(theta_1, phi_1, theta_2, phi_2):
    temp = (
        jnp.sin((theta_2 - theta_1) / 2) ** 2
        + jnp.cos(theta_1) * jnp.cos(theta_2) * jnp.sin((phi_2 - phi_1) / 2) ** 2
    )
    return 2 * jnp.arctan2(jnp.sqrt(temp), jnp.sqrt(1 - temp))


def exp_sin(x):
    return jnp.exp(x) * jnp.sin(x)
