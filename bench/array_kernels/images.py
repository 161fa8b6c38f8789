"""Images, fractals, transforms and bodies that move."""

import numpy as np

import numeta as nm

from .declaration import kernel


@kernel(lambda r, n, m: (0.25, r.random((n, m))), small=(8, 9), large=(500, 600))
def deriche(alpha: float, image: nm.f8[:, :]):
    k = (
        (1.0 - np.exp(-alpha))
        * (1.0 - np.exp(-alpha))
        / (1.0 + alpha * np.exp(-alpha) - np.exp(2.0 * alpha))
    )
    a1 = k
    a2 = k * np.exp(-alpha) * (alpha - 1.0)
    a3 = k * np.exp(-alpha) * (alpha + 1.0)
    a4 = -k * np.exp(-2.0 * alpha)
    b1 = 2.0 ** (-alpha)
    b2 = -np.exp(-2.0 * alpha)
    y1 = np.empty_like(image)
    y2 = np.empty_like(image)
    w, h = image.shape
    y1[:, 0] = a1 * image[:, 0]
    y1[:, 1] = a1 * image[:, 1] + a2 * image[:, 0] + b1 * y1[:, 0]
    for j in range(2, h):
        y1[:, j] = a1 * image[:, j] + a2 * image[:, j - 1] + b1 * y1[:, j - 1] + b2 * y1[:, j - 2]
    y2[:, h - 1] = 0.0
    y2[:, h - 2] = a3 * image[:, h - 1]
    for j in range(h - 3, -1, -1):
        y2[:, j] = (
            a3 * image[:, j + 1] + a4 * image[:, j + 2] + b1 * y2[:, j + 1] + b2 * y2[:, j + 2]
        )
    out = y1 + y2
    y1[0, :] = a1 * out[0, :]
    y1[1, :] = a1 * out[1, :] + a2 * out[0, :] + b1 * y1[0, :]
    for i in range(2, w):
        y1[i, :] = a1 * out[i, :] + a2 * out[i - 1, :] + b1 * y1[i - 1, :] + b2 * y1[i - 2, :]
    y2[w - 1, :] = 0.0
    y2[w - 2, :] = a3 * out[w - 1, :]
    for i in range(w - 3, -1, -1):
        y2[i, :] = a3 * out[i + 1, :] + a4 * out[i + 2, :] + b1 * y2[i + 1, :] + b2 * y2[i + 2, :]
    return y1 + y2


@kernel(
    lambda r, n, steps: (-2.0, 0.5, -1.25, 1.25, n, n - 1, steps, 2.0),
    small=(12, 20),
    large=(400, 40),
    outliers=0.002,
)
def mandelbrot_masks(
    xmin: float, xmax: float, ymin: float, ymax: float, xn: int, yn: int, steps: int, horizon: float
):
    x = np.linspace(xmin, xmax, xn)
    y = np.linspace(ymin, ymax, yn)
    c = x + y[:, None] * 1j
    n = np.zeros(c.shape, dtype=np.int64)
    z = np.zeros(c.shape, dtype=np.complex128)
    for k in range(steps):
        inside = np.abs(z) < horizon
        n[inside] = k
        z[inside] = z[inside] ** 2 + c[inside]
    n[n == steps - 1] = 0
    return n


@kernel(
    lambda r, n, steps: (-2.0, 0.5, -1.25, 1.25, n, n - 1, steps, 2.0),
    small=(12, 20),
    large=(400, 40),
    outliers=0.002,
)
def mandelbrot_shrinking(
    xmin: float, xmax: float, ymin: float, ymax: float, xn: int, yn: int, steps: int, horizon: float
):
    x = np.linspace(xmin, xmax, xn)
    y = np.linspace(ymin, ymax, yn)
    c = np.ravel(x + y[:, None] * 1j)
    place = np.arange(c.shape[0])
    count = np.zeros(c.shape[0], dtype=np.int64)
    z = np.zeros(c.shape[0], dtype=np.complex128)
    for k in range(steps):
        z = z * z + c
        gone = np.abs(z) > horizon
        count[place[gone]] = k + 1
        kept = np.logical_not(gone)
        z = z[kept]
        c = c[kept]
        place = place[kept]
    return count


@kernel(
    lambda r, power: (r.standard_normal(2**power) + 1j * r.standard_normal(2**power),),
    small=(5,),
    large=(18,),
)
def stockham_fft(x: nm.c16[:]):
    n = x.shape[0]
    now = x.copy()
    half = n // 2
    done = 1
    while half >= 1:
        pair = now.reshape((2, half, done))
        twiddle = np.exp(-1j * np.pi * np.arange(half) / half)
        new = np.empty((half, 2, done), dtype=np.complex128)
        new[:, 0, :] = pair[0] + pair[1]
        new[:, 1, :] = twiddle[:, np.newaxis] * (pair[0] - pair[1])
        now = new.reshape(n)
        half //= 2
        done *= 2
    return now


def acceleration(pos, mass, g, softening):
    x = pos[:, 0:1]
    y = pos[:, 1:2]
    z = pos[:, 2:3]
    dx = x.T - x
    dy = y.T - y
    dz = z.T - z
    inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
    inv_r3 = inv_r3 ** (-1.5)
    ax = g * (dx * inv_r3) @ mass
    ay = g * (dy * inv_r3) @ mass
    az = g * (dz * inv_r3) @ mass
    return np.hstack((ax, ay, az))


@kernel(
    lambda r, n, steps: (
        r.standard_normal((n, 3)),
        r.standard_normal((n, 3)),
        20.0 * np.ones((n, 1)) / n,
        steps,
        0.01,
        1.0,
        0.1,
    ),
    small=(6, 2),
    large=(400, 5),
)
def n_body(
    pos: nm.f8[:, :],
    vel: nm.f8[:, :],
    mass: nm.f8[:, :],
    steps: int,
    dt: float,
    g: float,
    softening: float,
):
    kinetic = np.zeros(steps)
    acc = acceleration(pos, mass, g, softening)
    for i in range(steps):
        vel += acc * dt / 2.0
        pos += vel * dt
        acc = acceleration(pos, mass, g, softening)
        vel += acc * dt / 2.0
        kinetic[i] = 0.5 * np.sum(mass * vel**2)
    return kinetic


def scene(r, spheres, size):
    centres = r.random((spheres, 3)) * 4.0 - 2.0
    centres[:, 2] += 5.0
    light = np.array([0.48, 0.64, -0.6])
    return centres, r.random(spheres) * 0.5 + 0.3, light, np.zeros((size, size))


@kernel(scene, small=(3, 8), large=(8, 100), outliers=0.002)
def ray_tracing(centres: nm.f8[:, :], radii: nm.f8[:], light: nm.f8[:], image: nm.f8[:, :]) -> None:
    height, width = image.shape
    for i in range(height):
        for j in range(width):
            ray = np.array([(j + 0.5) / width - 0.5, (i + 0.5) / height - 0.5, 1.0])
            ray = ray / np.sqrt(np.sum(ray * ray))
            nearest = 1e30
            shade = 0.0
            for s in range(centres.shape[0]):
                b = np.dot(ray, centres[s])
                c = np.dot(centres[s], centres[s]) - radii[s] * radii[s]
                discriminant = b * b - c
                if discriminant > 0.0:
                    t = b - np.sqrt(discriminant)
                    if 1e-4 < t < nearest:
                        nearest = t
                        normal = (t * ray - centres[s]) / radii[s]
                        shade = 0.1 + 0.9 * max(0.0, np.dot(normal, light))
            image[i, j] = shade
