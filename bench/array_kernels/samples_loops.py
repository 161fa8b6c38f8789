"""The statistics as explicit loops, for Numba."""

import math

import numpy as np


def centre(data):
    n, m = data.shape
    mean = np.zeros(m)
    for i in range(n):
        for j in range(m):
            mean[j] += data[i, j]
    for j in range(m):
        mean[j] /= n
    for i in range(n):
        for j in range(m):
            data[i, j] -= mean[j]


def products(data, divisor, out):
    n, m = data.shape
    for k in range(n):
        for i in range(m):
            for j in range(i, m):
                out[i, j] += data[k, i] * data[k, j]
    for i in range(m):
        for j in range(i, m):
            out[i, j] /= divisor
            out[j, i] = out[i, j]


def covariance(data):
    m = data.shape[1]
    cov = np.zeros((m, m))
    centre(data)
    products(data, data.shape[0] - 1.0, cov)
    return cov


def correlation(data):
    n, m = data.shape
    corr = np.zeros((m, m))
    centre(data)
    deviation = np.zeros(m)
    for i in range(n):
        for j in range(m):
            deviation[j] += data[i, j] * data[i, j]
    for j in range(m):
        deviation[j] = math.sqrt(deviation[j] / n)
        if deviation[j] <= 0.1:
            deviation[j] = 1.0
        deviation[j] *= math.sqrt(n)
    for i in range(n):
        for j in range(m):
            data[i, j] /= deviation[j]
    products(data, 1.0, corr)
    for i in range(m):
        corr[i, i] = 1.0
    return corr


def k_means(points, centroids, steps):
    n = points.shape[0]
    count = centroids.shape[0]
    labels = np.zeros(n, dtype=np.int64)
    for _ in range(steps):
        sums = np.zeros((count, 2))
        members = np.zeros(count, dtype=np.int64)
        for i in range(n):
            nearest = 0
            smallest = np.inf
            for k in range(count):
                dx = points[i, 0] - centroids[k, 0]
                dy = points[i, 1] - centroids[k, 1]
                distance = dx * dx + dy * dy
                if distance < smallest:
                    smallest = distance
                    nearest = k
            labels[i] = nearest
            members[nearest] += 1
            sums[nearest, 0] += points[i, 0]
            sums[nearest, 1] += points[i, 1]
        for k in range(count):
            if members[k] > 0:
                centroids[k, 0] = sums[k, 0] / members[k]
                centroids[k, 1] = sums[k, 1] / members[k]
    return labels


def azimuthal_integration(data, radius, npt):
    rmax = radius.max()
    res = np.zeros(npt)
    for i in range(npt):
        r1 = rmax * i / npt
        r2 = rmax * (i + 1) / npt
        total = 0.0
        count = 0
        for j in range(data.shape[0]):
            if r1 <= radius[j] and radius[j] < r2:
                total += data[j]
                count += 1
        res[i] = total / count
    return res


def normal_distribution(d):
    k = 1.0 / (1.0 + 0.2316419 * abs(d))
    powers = k * (
        0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    )
    tail = 0.3989422804014327 * math.exp(-0.5 * d * d) * powers
    return 1.0 - tail if d > 0 else tail


def black_scholes(s, x, t, rate, vol):
    call = np.empty_like(s)
    put = np.empty_like(s)
    for i in range(s.shape[0]):
        root = vol * math.sqrt(t[i])
        d1 = (math.log(s[i] / x[i]) + (rate + 0.5 * vol * vol) * t[i]) / root
        d2 = d1 - root
        discounted = x[i] * math.exp(-rate * t[i])
        one = normal_distribution(d1)
        two = normal_distribution(d2)
        call[i] = s[i] * one - discounted * two
        put[i] = discounted * (1.0 - two) - s[i] * (1.0 - one)
    return call, put


def compute(array_1, array_2, a, b, c):
    out = np.empty_like(array_1)
    for i in range(array_1.shape[0]):
        for j in range(array_1.shape[1]):
            out[i, j] = min(max(array_1[i, j], 2), 10) * a + array_2[i, j] * b + c
    return out


def go_fast(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    out = np.empty_like(a)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j] + trace
    return out


def arc_distance(theta_1, phi_1, theta_2, phi_2):
    out = np.empty_like(theta_1)
    for i in range(out.shape[0]):
        polar = math.sin((theta_2[i] - theta_1[i]) / 2)
        around = math.sin((phi_2[i] - phi_1[i]) / 2)
        temp = polar * polar + math.cos(theta_1[i]) * math.cos(theta_2[i]) * around * around
        out[i] = 2 * math.atan2(math.sqrt(temp), math.sqrt(1 - temp))
    return out


def exp_sin(x):
    out = np.empty_like(x)
    for i in range(x.shape[0]):
        out[i] = math.exp(x[i]) * math.sin(x[i])
    return out
