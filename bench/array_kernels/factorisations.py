"""Factorisations and solvers, written out row by row."""

import numpy as np

import numeta as nm

from .declaration import kernel


def positive_definite(r, n):
    a = r.random((n, n))
    return a @ a.T + n * np.eye(n)


@kernel(lambda r, n: (positive_definite(r, n),), small=(7,), large=(200,))
def cholesky(a: nm.f8[:, :]) -> None:
    a[0, 0] = np.sqrt(a[0, 0])
    for i in range(1, a.shape[0]):
        for j in range(i):
            a[i, j] -= np.dot(a[i, :j], a[j, :j])
            a[i, j] /= a[j, j]
        a[i, i] -= np.dot(a[i, :i], a[i, :i])
        a[i, i] = np.sqrt(a[i, i])


@kernel(lambda r, n: (positive_definite(r, n),), small=(7,), large=(200,))
def lu(a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, a.shape[0]):
            a[i, j] -= a[i, :i] @ a[:i, j]


@kernel(lambda r, n: (positive_definite(r, n), r.random(n)), small=(7,), large=(200,))
def ludcmp(a: nm.f8[:, :], b: nm.f8[:]):
    n = a.shape[0]
    x = np.zeros_like(b)
    y = np.zeros_like(b)
    for i in range(n):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            a[i, j] -= a[i, :i] @ a[:i, j]
    for i in range(n):
        y[i] = b[i] - a[i, :i] @ y[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x, y


@kernel(
    lambda r, n: (np.tril(r.random((n, n))) + n * np.eye(n), r.random(n), r.random(n)),
    small=(6,),
    large=(2000,),
)
def trisolv(lower: nm.f8[:, :], x: nm.f8[:], b: nm.f8[:]) -> None:
    for i in range(x.shape[0]):
        x[i] = (b[i] - lower[i, :i] @ x[:i]) / lower[i, i]


@kernel(lambda r, n: (r.random(n),), small=(8,), large=(2000,), rtol=1e-7)
def durbin(r: nm.f8[:]):
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


@kernel(
    lambda r, n, m: (r.random((n, m)) + np.eye(n, m),), small=(8, 5), large=(200, 150), rtol=1e-8
)
def gram_schmidt(a: nm.f8[:, :]):
    q = np.zeros_like(a)
    r = np.zeros((a.shape[1], a.shape[1]), dtype=a.dtype)
    for k in range(a.shape[1]):
        nrm = np.dot(a[:, k], a[:, k])
        r[k, k] = np.sqrt(nrm)
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, a.shape[1]):
            r[k, j] = np.dot(q[:, k], a[:, j])
            a[:, j] -= q[:, k] * r[k, j]
    return q, r


@kernel(
    lambda r, n, steps: (positive_definite(r, n), r.random(n), steps),
    small=(6, 6),
    large=(1500, 25),
    rtol=1e-7,
)
def conjugate_gradient(a: nm.f8[:, :], b: nm.f8[:], steps: int):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for _ in range(steps):
        ap = a @ p
        alpha = rs / (p @ ap)
        x += alpha * p
        r -= alpha * ap
        new = r @ r
        if np.sqrt(new) < 1e-12:
            break
        p = r + (new / rs) * p
        rs = new
    return x
