"""Products of matrices and vectors."""

import numpy as np

import numeta as nm

from .declaration import kernel


def matrices(r, *shapes):
    return tuple(r.random(shape) for shape in shapes)


@kernel(
    lambda r, n: (1.5, 1.2, *matrices(r, (n, n), (n, n), (n, n))),
    small=(6,),
    large=(500,),
    blas=True,
)
def gemm(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    c[:] = alpha * a @ b + beta * c


@kernel(
    lambda r, n: (1.5, 1.2, *matrices(r, (n, n), (n, n), (n, n), (n, n))),
    small=(6,),
    large=(400,),
    blas=True,
)
def two_products(
    alpha: float,
    beta: float,
    a: nm.f8[:, :],
    b: nm.f8[:, :],
    c: nm.f8[:, :],
    d: nm.f8[:, :],
) -> None:
    d[:] = alpha * a @ b @ c + beta * d


@kernel(
    lambda r, n: matrices(r, (n, n), (n, n), (n, n), (n, n)), small=(6,), large=(400,), blas=True
)
def three_products(a: nm.f8[:, :], b: nm.f8[:, :], c: nm.f8[:, :], d: nm.f8[:, :]):
    return a @ b @ c @ d


@kernel(lambda r, n, m: matrices(r, (n, m), m), small=(6, 5), large=(1800, 2000), blas=True)
def atax(a: nm.f8[:, :], x: nm.f8[:]):
    return (a @ x) @ a


@kernel(lambda r, n, m: matrices(r, (n, m), m, n), small=(6, 5), large=(1800, 2000), blas=True)
def bicg(a: nm.f8[:, :], p: nm.f8[:], r: nm.f8[:]):
    return r @ a, a @ p


@kernel(lambda r, n: matrices(r, n, n, n, n, (n, n)), small=(5,), large=(2000,), blas=True)
def mvt(x1: nm.f8[:], x2: nm.f8[:], y1: nm.f8[:], y2: nm.f8[:], a: nm.f8[:, :]) -> None:
    x1 += a @ y1
    x2 += y2 @ a


@kernel(
    lambda r, n: (1.5, 1.2, *matrices(r, (n, n), (n, n), n)), small=(6,), large=(1500,), blas=True
)
def gesummv(alpha: float, beta: float, a: nm.f8[:, :], b: nm.f8[:, :], x: nm.f8[:]):
    return alpha * a @ x + beta * b @ x


@kernel(
    lambda r, n: (1.5, 1.2, *matrices(r, (n, n), n, n, n, n, n, n, n, n)),
    small=(6,),
    large=(1200,),
)
def gemver(
    alpha: float,
    beta: float,
    a: nm.f8[:, :],
    u1: nm.f8[:],
    v1: nm.f8[:],
    u2: nm.f8[:],
    v2: nm.f8[:],
    w: nm.f8[:],
    x: nm.f8[:],
    y: nm.f8[:],
    z: nm.f8[:],
) -> None:
    a += np.outer(u1, v1) + np.outer(u2, v2)
    x += beta * y @ a + z
    w += alpha * a @ x


@kernel(lambda r, n, m: (1.1, 0.9, *matrices(r, (n, n), (n, m))), small=(6, 4), large=(150, 120))
def syrk(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]


@kernel(
    lambda r, n, m: (1.1, 0.9, *matrices(r, (n, n), (n, m), (n, m))),
    small=(6, 4),
    large=(120, 100),
)
def syr2k(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += a[: i + 1, k] * alpha * b[i, k] + b[: i + 1, k] * alpha * a[i, k]


@kernel(lambda r, n, m: (1.1, *matrices(r, (n, n), (n, m))), small=(6, 4), large=(200, 250))
def trmm(alpha: float, a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            b[i, j] += np.dot(a[i + 1 :, i], b[i + 1 :, j])
    b *= alpha


@kernel(
    lambda r, n, m: (1.1, 0.9, *matrices(r, (n, m), (n, n), (n, m))),
    small=(6, 4),
    large=(120, 150),
)
def symm(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    row = np.empty(c.shape[1])
    c *= beta
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[:i, j] += alpha * b[i, j] * a[i, :i]
            row[j] = b[:i, j] @ a[i, :i]
        c[i, :] += alpha * b[i, :] * a[i, i] + alpha * row


@kernel(lambda r, n, m: matrices(r, (n, m, m), (m, m)), small=(4, 6), large=(60, 100))
def doitgen(a: nm.f8[:, :, :], c4: nm.f8[:, :]) -> None:
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            a[r, q, :] = a[r, q, :] @ c4


@kernel(lambda r, n: matrices(r, (n, n), (n, n), (n, n)), small=(6,), large=(100,))
def matmul_naive(a: nm.f8[:, :], b: nm.f8[:, :], c: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = 0.0
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def sparse(r, n, per_row):
    counts = r.integers(0, 2 * per_row + 1, n)
    rows = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return rows, r.integers(0, n, rows[-1]), r.random(rows[-1]), r.random(n)


@kernel(sparse, small=(6, 2), large=(8000, 40))
def spmv(rows: nm.i8[:], cols: nm.i8[:], values: nm.f8[:], x: nm.f8[:]):
    y = np.empty(rows.size - 1, values.dtype)
    for i in range(rows.size - 1):
        cols_i = cols[rows[i] : rows[i + 1]]
        y[i] = values[rows[i] : rows[i + 1]] @ x[cols_i]
    return y


@kernel(
    lambda r, n, m, steps: (*matrices(r, (n, m), m), steps), small=(6, 4, 8), large=(600, 400, 50)
)
def power_iteration(a: nm.f8[:, :], x: nm.f8[:], steps: int):
    m = a.T @ a
    for _ in range(steps):
        x = m @ x
        x = x / np.sqrt(np.sum(x * x))
    return x @ m @ x


def complex_matrices(r, *shapes):
    return tuple(r.standard_normal(s) + 1j * r.standard_normal(s) for s in shapes)


@kernel(
    lambda r, n, m, slabs, points: (
        slabs,
        *complex_matrices(r, (slabs + 1, n, n), points, (n, m)),
    ),
    small=(5, 3, 2, 4),
    large=(100, 60, 2, 12),
)
def contour_integral(slabs: int, ham: nm.c16[:, :, :], points: nm.c16[:], y: nm.c16[:, :]):
    p0 = np.zeros(y.shape, dtype=np.complex128)
    p1 = np.zeros(y.shape, dtype=np.complex128)
    for z in points:
        tz = np.zeros((y.shape[0], y.shape[0]), dtype=np.complex128)
        for n in range(slabs + 1):
            tz += z ** (slabs / 2 - n) * ham[n]
        x = np.linalg.solve(tz, y)
        if np.abs(z) < 1.0:
            x = -x
        p0 += x
        p1 += z * x
    return p0, p1


def self_energy_arguments(r, k, energies, q, w, atoms, neighbours, orbitals):
    o = orbitals
    return (
        r.integers(0, atoms, (atoms, neighbours)),
        *complex_matrices(
            r,
            (atoms, neighbours, 3, o, o),
            (k, energies, atoms, o, o),
            (q, w, atoms, neighbours, 3, 3),
        ),
        np.zeros((k, energies, atoms, o, o), dtype=np.complex128),
    )


@kernel(self_energy_arguments, small=(1, 2, 2, 2, 3, 2, 3), large=(2, 3, 2, 2, 6, 4, 4))
def scattering_self_energies(
    neighbour: nm.i8[:, :],
    dh: nm.c16[:, :, :, :, :],
    g: nm.c16[:, :, :, :, :],
    d: nm.c16[:, :, :, :, :, :],
    sigma: nm.c16[:, :, :, :, :],
) -> None:
    for k in range(g.shape[0]):
        for e in range(g.shape[1]):
            for q in range(d.shape[0]):
                for w in range(d.shape[1]):
                    for i in range(d.shape[4]):
                        for j in range(d.shape[5]):
                            for a in range(neighbour.shape[0]):
                                for b in range(neighbour.shape[1]):
                                    if e - w >= 0:
                                        left = g[k, e - w, neighbour[a, b]] @ dh[a, b, i]
                                        right = dh[a, b, j] * d[q, w, a, b, i, j]
                                        sigma[k, e, a] += left @ right
