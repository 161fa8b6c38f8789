"""Statistics of samples, prices, distances: arrays of observations."""

import numpy as np

import numeta as nm

from .declaration import kernel


@kernel(lambda r, n, m: (r.random((n, m)),), small=(9, 5), large=(500, 300))
def covariance(data: nm.f8[:, :]):
    mean = np.mean(data, axis=0)
    data -= mean
    cov = np.zeros((data.shape[1], data.shape[1]), dtype=data.dtype)
    for i in range(data.shape[1]):
        cov[i:, i] = data[:, i] @ data[:, i:] / (data.shape[0] - 1.0)
        cov[i, i:] = cov[i:, i]
    return cov


@kernel(lambda r, n, m: (r.random((n, m)),), small=(9, 5), large=(500, 300))
def correlation(data: nm.f8[:, :]):
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(float(data.shape[0])) * stddev
    corr = np.eye(data.shape[1], dtype=data.dtype)
    for i in range(data.shape[1] - 1):
        corr[i, i + 1 :] = data[:, i] @ data[:, i + 1 :]
        corr[i + 1 :, i] = corr[i, i + 1 :]
    return corr


@kernel(
    lambda r, n, k, steps: (r.random((n, 2)), r.random((k, 2)), steps),
    small=(20, 3, 4),
    large=(20_000, 8, 5),
)
def k_means(points: nm.f8[:, :], centroids: nm.f8[:, :], steps: int):
    labels = np.zeros(points.shape[0], dtype=np.int64)
    for _ in range(steps):
        distances = np.sqrt(((points[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2))
        labels[:] = np.argmin(distances, axis=1)
        for k in range(centroids.shape[0]):
            chosen = labels == k
            if np.any(chosen):
                centroids[k] = points[chosen].mean(axis=0)
    return labels


@kernel(
    lambda r, n, bins: (r.random(n), r.random(n) * 4.0, bins), small=(50, 5), large=(200_000, 50)
)
def azimuthal_integration(data: nm.f8[:], radius: nm.f8[:], npt: int):
    rmax = radius.max()
    res = np.zeros(npt, dtype=np.float64)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        mask_r12 = np.logical_and((r1 <= radius), (radius < r2))
        values_r12 = data[mask_r12]
        res[i] = values_r12.mean()
    return res


def normal_distribution(d):
    k = 1.0 / (1.0 + 0.2316419 * np.abs(d))
    powers = k * (
        0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    )
    tail = 0.3989422804014327 * np.exp(-0.5 * d * d) * powers
    return np.where(d > 0, 1.0 - tail, tail)


@kernel(
    lambda r, n: (r.random(n) * 50 + 50, r.random(n) * 50 + 50, r.random(n) + 0.1, 0.05, 0.3),
    small=(9,),
    large=(200_000,),
)
def black_scholes(s: nm.f8[:], x: nm.f8[:], t: nm.f8[:], rate: float, vol: float):
    d1 = (np.log(s / x) + (rate + 0.5 * vol * vol) * t) / (vol * np.sqrt(t))
    d2 = d1 - vol * np.sqrt(t)
    discounted = x * np.exp(-rate * t)
    call = s * normal_distribution(d1) - discounted * normal_distribution(d2)
    put = discounted * normal_distribution(-d2) - s * normal_distribution(-d1)
    return call, put


@kernel(
    lambda r, n: (
        r.integers(0, 1000, (n, n)),
        r.integers(0, 1000, (n, n)),
        4,
        3,
        9,
    ),
    small=(6,),
    large=(1200,),
)
def compute(array_1: nm.i8[:, :], array_2: nm.i8[:, :], a: int, b: int, c: int):
    return np.clip(array_1, 2, 10) * a + array_2 * b + c


@kernel(lambda r, n: (r.random((n, n)),), small=(6,), large=(1500,))
def go_fast(a: nm.f8[:, :]):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


@kernel(lambda r, n: tuple(r.random(n) for _ in range(4)), small=(7,), large=(200_000,))
def arc_distance(theta_1: nm.f8[:], phi_1: nm.f8[:], theta_2: nm.f8[:], phi_2: nm.f8[:]):
    temp = (
        np.sin((theta_2 - theta_1) / 2) ** 2
        + np.cos(theta_1) * np.cos(theta_2) * np.sin((phi_2 - phi_1) / 2) ** 2
    )
    return 2 * np.arctan2(np.sqrt(temp), np.sqrt(1 - temp))


@kernel(lambda r, n: (r.random(n) * 3.0,), small=(9,), large=(1_000_000,))
def exp_sin(x: nm.f8[:]):
    return np.exp(x) * np.sin(x)
