"""Images, fractals, transforms and bodies as explicit loops, for Numba."""

import math

import numpy as np


def deriche(alpha, image):
    decay = math.exp(-alpha)
    k = (1.0 - decay) * (1.0 - decay) / (1.0 + alpha * decay - math.exp(2.0 * alpha))
    a1 = k
    a2 = k * decay * (alpha - 1.0)
    a3 = k * decay * (alpha + 1.0)
    a4 = -k * math.exp(-2.0 * alpha)
    b1 = 2.0 ** (-alpha)
    b2 = -math.exp(-2.0 * alpha)
    w, h = image.shape
    y1 = np.empty_like(image)
    y2 = np.empty_like(image)
    out = np.empty_like(image)
    for i in range(w):
        y1[i, 0] = a1 * image[i, 0]
        y1[i, 1] = a1 * image[i, 1] + a2 * image[i, 0] + b1 * y1[i, 0]
        for j in range(2, h):
            y1[i, j] = (
                a1 * image[i, j] + a2 * image[i, j - 1] + b1 * y1[i, j - 1] + b2 * y1[i, j - 2]
            )
        y2[i, h - 1] = 0.0
        y2[i, h - 2] = a3 * image[i, h - 1]
        for j in range(h - 3, -1, -1):
            y2[i, j] = (
                a3 * image[i, j + 1] + a4 * image[i, j + 2] + b1 * y2[i, j + 1] + b2 * y2[i, j + 2]
            )
        for j in range(h):
            out[i, j] = y1[i, j] + y2[i, j]
    for j in range(h):
        y1[0, j] = a1 * out[0, j]
        y1[1, j] = a1 * out[1, j] + a2 * out[0, j] + b1 * y1[0, j]
        y2[w - 1, j] = 0.0
        y2[w - 2, j] = a3 * out[w - 1, j]
    for i in range(2, w):
        for j in range(h):
            y1[i, j] = a1 * out[i, j] + a2 * out[i - 1, j] + b1 * y1[i - 1, j] + b2 * y1[i - 2, j]
    for i in range(w - 3, -1, -1):
        for j in range(h):
            y2[i, j] = (
                a3 * out[i + 1, j] + a4 * out[i + 2, j] + b1 * y2[i + 1, j] + b2 * y2[i + 2, j]
            )
    for i in range(w):
        for j in range(h):
            out[i, j] = y1[i, j] + y2[i, j]
    return out


def mandelbrot_masks(xmin, xmax, ymin, ymax, xn, yn, steps, horizon):
    x = np.linspace(xmin, xmax, xn)
    y = np.linspace(ymin, ymax, yn)
    n = np.zeros((yn, xn), dtype=np.int64)
    for i in range(yn):
        for j in range(xn):
            real = 0.0
            imaginary = 0.0
            last = 0
            for k in range(steps):
                if not math.sqrt(real * real + imaginary * imaginary) < horizon:
                    break
                last = k
                product = real * imaginary
                real = real * real - imaginary * imaginary + x[j]
                imaginary = product + product + y[i]
            n[i, j] = 0 if last == steps - 1 else last
    return n


def mandelbrot_shrinking(xmin, xmax, ymin, ymax, xn, yn, steps, horizon):
    x = np.linspace(xmin, xmax, xn)
    y = np.linspace(ymin, ymax, yn)
    count = np.zeros(yn * xn, dtype=np.int64)
    for i in range(yn):
        for j in range(xn):
            real = 0.0
            imaginary = 0.0
            for k in range(steps):
                product = real * imaginary
                real = real * real - imaginary * imaginary + x[j]
                imaginary = product + product + y[i]
                if math.sqrt(real * real + imaginary * imaginary) > horizon:
                    count[i * xn + j] = k + 1
                    break
    return count


def stockham_fft(x):
    n = x.shape[0]
    now = x.copy()
    new = np.empty_like(x)
    half = n // 2
    done = 1
    while half >= 1:
        for p in range(half):
            twiddle = np.exp(-1j * np.pi * p / half)
            for q in range(done):
                one = now[p * done + q]
                other = now[(p + half) * done + q]
                new[2 * p * done + q] = one + other
                new[(2 * p + 1) * done + q] = twiddle * (one - other)
        now, new = new, now
        half //= 2
        done *= 2
    return now


def accelerate(pos, mass, g, softening, acc):
    n = pos.shape[0]
    for i in range(n):
        ax = 0.0
        ay = 0.0
        az = 0.0
        for j in range(n):
            dx = pos[j, 0] - pos[i, 0]
            dy = pos[j, 1] - pos[i, 1]
            dz = pos[j, 2] - pos[i, 2]
            square = dx * dx + dy * dy + dz * dz + softening * softening
            pull = g * mass[j, 0] / (square * math.sqrt(square))
            ax += dx * pull
            ay += dy * pull
            az += dz * pull
        acc[i, 0] = ax
        acc[i, 1] = ay
        acc[i, 2] = az


def n_body(pos, vel, mass, steps, dt, g, softening):
    n = pos.shape[0]
    kinetic = np.zeros(steps)
    acc = np.empty((n, 3))
    accelerate(pos, mass, g, softening, acc)
    for step in range(steps):
        for i in range(n):
            for j in range(3):
                vel[i, j] += acc[i, j] * dt / 2.0
                pos[i, j] += vel[i, j] * dt
        accelerate(pos, mass, g, softening, acc)
        total = 0.0
        for i in range(n):
            for j in range(3):
                vel[i, j] += acc[i, j] * dt / 2.0
                total += mass[i, 0] * vel[i, j] ** 2
        kinetic[step] = 0.5 * total
    return kinetic


def ray_tracing(centres, radii, light, image):
    height, width = image.shape
    for i in range(height):
        for j in range(width):
            x = (j + 0.5) / width - 0.5
            y = (i + 0.5) / height - 0.5
            length = math.sqrt(x * x + y * y + 1.0)
            x /= length
            y /= length
            z = 1.0 / length
            nearest = 1e30
            shade = 0.0
            for s in range(centres.shape[0]):
                p, q, r = centres[s, 0], centres[s, 1], centres[s, 2]
                b = x * p + y * q + z * r
                discriminant = b * b - (p * p + q * q + r * r - radii[s] * radii[s])
                if discriminant > 0.0:
                    t = b - math.sqrt(discriminant)
                    if t > 1e-4 and t < nearest:
                        nearest = t
                        facing = (
                            (t * x - p) * light[0] + (t * y - q) * light[1] + (t * z - r) * light[2]
                        ) / radii[s]
                        shade = 0.1 + 0.9 * max(0.0, facing)
            image[i, j] = shade
