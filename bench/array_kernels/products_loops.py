"""The products as explicit loops, for Numba: those where that may be faster than its library."""

import numpy as np


def gemver(alpha, beta, a, u1, v1, u2, v2, w, x, y, z):
    n, m = a.shape
    for i in range(n):
        for j in range(m):
            a[i, j] += u1[i] * v1[j] + u2[i] * v2[j]
    for i in range(n):
        for j in range(m):
            x[j] += beta * y[i] * a[i, j]
    for j in range(m):
        x[j] += z[j]
    for i in range(n):
        total = 0.0
        for j in range(m):
            total += a[i, j] * x[j]
        w[i] += alpha * total


def syrk(alpha, beta, c, a):
    for i in range(a.shape[0]):
        for j in range(i + 1):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * a[j, k]
            c[i, j] = beta * c[i, j] + alpha * total


def syr2k(alpha, beta, c, a, b):
    for i in range(a.shape[0]):
        for j in range(i + 1):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[j, k] * b[i, k] + b[j, k] * a[i, k]
            c[i, j] = beta * c[i, j] + alpha * total


def trmm(alpha, a, b):
    n, m = b.shape
    for i in range(n):
        for k in range(i + 1, n):
            for j in range(m):
                b[i, j] += a[k, i] * b[k, j]
        for j in range(m):
            b[i, j] *= alpha


def symm(alpha, beta, c, a, b):
    n, m = c.shape
    row = np.empty(m)
    for i in range(n):
        for j in range(m):
            c[i, j] *= beta
    for i in range(n):
        row[:] = 0.0
        for k in range(i):
            for j in range(m):
                c[k, j] += alpha * b[i, j] * a[i, k]
                row[j] += b[k, j] * a[i, k]
        for j in range(m):
            c[i, j] += alpha * b[i, j] * a[i, i] + alpha * row[j]


def doitgen(a, c4):
    row = np.empty(a.shape[2])
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            row[:] = 0.0
            for s in range(a.shape[2]):
                for p in range(a.shape[2]):
                    row[p] += a[r, q, s] * c4[s, p]
            a[r, q, :] = row


def matmul_naive(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total


def spmv(rows, cols, values, x):
    n = rows.size - 1
    y = np.empty(n, values.dtype)
    for i in range(n):
        total = 0.0
        for k in range(rows[i], rows[i + 1]):
            total += values[k] * x[cols[k]]
        y[i] = total
    return y


def scattering_self_energies(neighbour, dh, g, d, sigma):
    n = g.shape[3]
    left = np.empty((n, n), dtype=np.complex128)
    for k in range(g.shape[0]):
        for e in range(g.shape[1]):
            for q in range(d.shape[0]):
                for w in range(min(d.shape[1], e + 1)):
                    for i in range(d.shape[4]):
                        for a in range(neighbour.shape[0]):
                            for b in range(neighbour.shape[1]):
                                f = neighbour[a, b]
                                left[:] = 0.0
                                for r in range(n):
                                    for s in range(n):
                                        for t in range(n):
                                            left[r, t] += g[k, e - w, f, r, s] * dh[a, b, i, s, t]
                                for j in range(d.shape[5]):
                                    factor = d[q, w, a, b, i, j]
                                    for r in range(n):
                                        for s in range(n):
                                            scaled = left[r, s] * factor
                                            for t in range(n):
                                                sigma[k, e, a, r, t] += scaled * dh[a, b, j, s, t]
