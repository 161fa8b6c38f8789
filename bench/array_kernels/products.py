"""Products of matrices and vectors."""

import numeta as nm

from .declaration import kernel


@kernel(
    lambda r, n: (1.5, 1.2, r.random((n, n)), r.random((n, n)), r.random((n, n))),
    small=(6,),
    large=(600,),
    blas=True,
)
def gemm(alpha: float, beta: float, c: nm.f8[:, :], a: nm.f8[:, :], b: nm.f8[:, :]) -> None:
    c[:] = alpha * a @ b + beta * c


@kernel(
    lambda r, n: (r.random((n, n)), r.random((n, n)), r.random((n, n))), small=(6,), large=(200,)
)
def matmul_naive(a: nm.f8[:, :], b: nm.f8[:, :], c: nm.f8[:, :]) -> None:
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            c[i, j] = 0.0
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
