"""Dynamic programming, checksums and shortest paths: loops that carry something."""

import numpy as np

import numeta as nm

from .declaration import kernel


@kernel(lambda r, n: (r.integers(1, 20, (n, n)).astype(np.float64),), small=(6,), large=(180,))
def floyd_warshall(path: nm.f8[:, :]) -> None:
    for k in range(path.shape[0]):
        path[:] = np.minimum(path[:], np.add.outer(path[:, k], path[k, :]))


@kernel(lambda r, n: (r.integers(0, 4, n),), small=(9,), large=(120,))
def nussinov(seq: nm.i8[:]):
    n = seq.shape[0]
    table = np.zeros((n, n), dtype=np.int64)
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            best = max(table[i, j], table[i, j - 1])
            best = max(best, table[i + 1, j])
            if i < j - 1:
                pair = 1 if seq[i] + seq[j] == 3 else 0
                best = max(best, table[i + 1, j - 1] + pair)
            else:
                best = max(best, table[i + 1, j - 1])
            for k in range(i + 1, j):
                best = max(best, table[i, k] + table[k + 1, j])
            table[i, j] = best
    return table


@kernel(lambda r, n: (r.integers(0, 4, n), r.integers(0, 4, n)), small=(8,), large=(400,))
def smith_waterman(a: nm.i8[:], b: nm.i8[:]):
    h = np.zeros((len(a) + 1, len(b) + 1), dtype=np.int64)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            match = h[i - 1, j - 1] + (3 if a[i - 1] == b[j - 1] else -3)
            h[i, j] = max(match, h[i - 1, j] - 2, h[i, j - 1] - 2, 0)
    return h.max()


@kernel(lambda r, n: (r.integers(0, 256, n).astype(np.uint8),), small=(16,), large=(50_000,))
def crc16(data: nm.u1[:]):
    crc = 0xFFFF
    for i in range(data.shape[0]):
        b = data[i]
        cur_byte = 0xFF & b
        for _ in range(0, 8):
            if (crc & 0x0001) ^ (cur_byte & 0x0001):
                crc = (crc >> 1) ^ 0x8408
            else:
                crc >>= 1
            cur_byte >>= 1
    crc = ~crc & 0xFFFF
    crc = (crc << 8) | ((crc >> 8) & 0xFF)
    return crc & 0xFFFF
