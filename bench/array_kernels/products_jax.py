"""The products as functions of jax.numpy."""


def gemm(alpha, beta, c, a, b):
    return alpha * a @ b + beta * c


def matmul_naive(a, b, c):
    return a @ b
