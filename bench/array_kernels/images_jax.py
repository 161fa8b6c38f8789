"""Images, fractals, transforms and bodies as functions of jax.numpy."""

import jax.numpy as jnp
from jax import lax


def deriche(alpha, image):
    decay = jnp.exp(-alpha)
    k = (1.0 - decay) * (1.0 - decay) / (1.0 + alpha * decay - jnp.exp(2.0 * alpha))
    a1, a2, a3 = k, k * decay * (alpha - 1.0), k * decay * (alpha + 1.0)
    a4 = -k * jnp.exp(-2.0 * alpha)
    b1, b2 = 2.0 ** (-alpha), -jnp.exp(-2.0 * alpha)

    def passes(lines):
        """Forward and backward along the first axis, added."""
        nothing = jnp.zeros_like(lines[0])

        def forward(carried, line):
            before, last, older = carried
            y = a1 * line + a2 * before + b1 * last + b2 * older
            return (line, y, last), y

        def backward(carried, line):
            one, two, last, older = carried
            y = a3 * one + a4 * two + b1 * last + b2 * older
            return (line, one, y, last), y

        _, y1 = lax.scan(forward, (nothing,) * 3, lines)
        _, y2 = lax.scan(backward, (nothing,) * 4, lines, reverse=True)
        return y1 + y2

    return passes(passes(image.T).T)


def plane(xmin, xmax, ymin, ymax, xn, yn):
    return jnp.linspace(xmin, xmax, xn) + jnp.linspace(ymin, ymax, yn)[:, None] * 1j


def mandelbrot_masks(xmin, xmax, ymin, ymax, xn, yn, steps, horizon):
    c = plane(xmin, xmax, ymin, ymax, xn, yn)

    def step(k, state):
        z, n = state
        inside = jnp.abs(z) < horizon
        return jnp.where(inside, z**2 + c, z), jnp.where(inside, k, n)

    _, n = lax.fori_loop(0, steps, step, (jnp.zeros_like(c), jnp.zeros(c.shape, jnp.int64)))
    return jnp.where(n == steps - 1, 0, n)


def mandelbrot_shrinking(xmin, xmax, ymin, ymax, xn, yn, steps, horizon):
    c = plane(xmin, xmax, ymin, ymax, xn, yn).ravel()

    def step(k, state):
        z, count = state
        z = jnp.where(count == 0, z * z + c, z)
        return z, jnp.where((count == 0) & (jnp.abs(z) > horizon), k + 1, count)

    start = (jnp.zeros_like(c), jnp.zeros(c.shape, jnp.int64))
    return lax.fori_loop(0, steps, step, start)[1]


def stockham_fft(x):
    n = x.shape[0]
    half, done = n // 2, 1
    while half >= 1:
        pair = x.reshape((2, half, done))
        twiddle = jnp.exp(-1j * jnp.pi * jnp.arange(half) / half)[:, None]
        x = jnp.stack((pair[0] + pair[1], twiddle * (pair[0] - pair[1])), axis=1).reshape(n)
        half //= 2
        done *= 2
    return x


def acceleration(pos, mass, g, softening):
    dx, dy, dz = (pos[:, i] - pos[:, i, None] for i in range(3))
    pull = g * (dx**2 + dy**2 + dz**2 + softening**2) ** (-1.5)
    return jnp.hstack([(d * pull) @ mass for d in (dx, dy, dz)])


def n_body(pos, vel, mass, steps, dt, g, softening):
    def step(state, _):
        pos, vel, acc = state
        vel = vel + acc * dt / 2.0
        pos = pos + vel * dt
        acc = acceleration(pos, mass, g, softening)
        vel = vel + acc * dt / 2.0
        return (pos, vel, acc), 0.5 * jnp.sum(mass * vel**2)

    start = (pos, vel, acceleration(pos, mass, g, softening))
    (pos, vel, _), kinetic = lax.scan(step, start, None, length=steps)
    return kinetic, pos, vel


def ray_tracing(centres, radii, light, image):
    height, width = image.shape
    x = (jnp.arange(width) + 0.5) / width - 0.5 + jnp.zeros((height, 1))
    y = (jnp.arange(height)[:, None] + 0.5) / height - 0.5 + jnp.zeros(width)
    ray = jnp.stack((x, y, jnp.ones((height, width))), axis=2)
    ray = ray / jnp.sqrt(jnp.sum(ray * ray, axis=2, keepdims=True))

    def step(s, state):
        nearest, shade = state
        b = ray @ centres[s]
        discriminant = b * b - (centres[s] @ centres[s] - radii[s] * radii[s])
        t = b - jnp.sqrt(jnp.maximum(discriminant, 0.0))
        hit = (discriminant > 0.0) & (t > 1e-4) & (t < nearest)
        facing = (t[:, :, None] * ray - centres[s]) / radii[s] @ light
        new = 0.1 + 0.9 * jnp.maximum(0.0, facing)
        return jnp.where(hit, t, nearest), jnp.where(hit, new, shade)

    start = (jnp.full(image.shape, 1e30), jnp.zeros(image.shape))
    return lax.fori_loop(0, centres.shape[0], step, start)[1]
