"""The factorisations as explicit loops, for Numba."""

import math

import numpy as np


def cholesky(a):
    n = a.shape[0]
    for i in range(n):
        for j in range(i):
            total = a[i, j]
            for k in range(j):
                total -= a[i, k] * a[j, k]
            a[i, j] = total / a[j, j]
        total = a[i, i]
        for k in range(i):
            total -= a[i, k] * a[i, k]
        a[i, i] = math.sqrt(total)


def lu(a):
    n = a.shape[0]
    for i in range(n):
        for k in range(i):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]


def ludcmp(a, b):
    n = a.shape[0]
    x = np.zeros_like(b)
    y = np.zeros_like(b)
    lu(a)
    for i in range(n):
        total = b[i]
        for j in range(i):
            total -= a[i, j] * y[j]
        y[i] = total
    for i in range(n - 1, -1, -1):
        total = y[i]
        for j in range(i + 1, n):
            total -= a[i, j] * x[j]
        x[i] = total / a[i, i]
    return x, y


def trisolv(lower, x, b):
    for i in range(x.shape[0]):
        total = b[i]
        for j in range(i):
            total -= lower[i, j] * x[j]
        x[i] = total / lower[i, i]


def durbin(r):
    n = r.shape[0]
    y = np.empty_like(r)
    z = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, n):
        beta *= 1.0 - alpha * alpha
        total = r[k]
        for i in range(k):
            total += r[k - 1 - i] * y[i]
        alpha = -total / beta
        for i in range(k):
            z[i] = y[i] + alpha * y[k - 1 - i]
        for i in range(k):
            y[i] = z[i]
        y[k] = alpha
    return y


def gram_schmidt(a):
    n, m = a.shape
    q = np.zeros_like(a)
    r = np.zeros((m, m))
    for k in range(m):
        total = 0.0
        for i in range(n):
            total += a[i, k] * a[i, k]
        r[k, k] = math.sqrt(total)
        for i in range(n):
            q[i, k] = a[i, k] / r[k, k]
        for i in range(n):
            for j in range(k + 1, m):
                r[k, j] += q[i, k] * a[i, j]
        for i in range(n):
            for j in range(k + 1, m):
                a[i, j] -= q[i, k] * r[k, j]
    return q, r
