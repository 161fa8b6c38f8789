"""The sequences as explicit loops, for Numba; the others are loops already."""


def floyd_warshall(path):
    n = path.shape[0]
    for k in range(n):
        for i in range(n):
            first = path[i, k]
            for j in range(n):
                path[i, j] = min(path[i, j], first + path[k, j])
