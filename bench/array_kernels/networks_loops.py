"""The networks as explicit loops, for Numba; products of matrices stay with its library."""

import math

import numpy as np


def softmax(x):
    out = np.empty_like(x)
    for a in range(x.shape[0]):
        for b in range(x.shape[1]):
            for c in range(x.shape[2]):
                largest = x[a, b, c, 0]
                for d in range(x.shape[3]):
                    largest = max(largest, x[a, b, c, d])
                total = np.float32(0.0)
                for d in range(x.shape[3]):
                    out[a, b, c, d] = math.exp(x[a, b, c, d] - largest)
                    total += out[a, b, c, d]
                for d in range(x.shape[3]):
                    out[a, b, c, d] /= total
    return out


def dense(x, w, b, rectified):
    out = x @ w
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] += b[j]
            if rectified:
                out[i, j] = max(out[i, j], np.float32(0.0))
    return out


def mlp(x, w1, b1, w2, b2, w3, b3):
    x = dense(dense(x, w1, b1, True), w2, b2, True)
    x = dense(x, w3, b3, False)
    for i in range(x.shape[0]):
        largest = x[i, 0]
        for j in range(x.shape[1]):
            largest = max(largest, x[i, j])
        total = np.float32(0.0)
        for j in range(x.shape[1]):
            x[i, j] = math.exp(x[i, j] - largest)
            total += x[i, j]
        for j in range(x.shape[1]):
            x[i, j] /= total
    return x


def conv2d(x, weights):
    k, _, c_in, c_out = weights.shape
    n = x.shape[0]
    h_out = x.shape[1] - k + 1
    w_out = x.shape[2] - k + 1
    output = np.zeros((n, h_out, w_out, c_out), dtype=np.float32)
    for b in range(n):
        for i in range(h_out):
            for j in range(w_out):
                for p in range(k):
                    for q in range(k):
                        for c in range(c_in):
                            value = x[b, i + p, j + q, c]
                            for o in range(c_out):
                                output[b, i, j, o] += value * weights[p, q, c, o]
    return output


def add_bias(x, bias, rectified):
    for b in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                for c in range(x.shape[3]):
                    x[b, i, j, c] += bias[c]
                    if rectified:
                        x[b, i, j, c] = max(x[b, i, j, c], np.float32(0.0))
    return x


def conv2d_bias(x, weights, bias):
    return add_bias(conv2d(x, weights), bias, False)


def max_pool(x):
    output = np.empty((x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]), dtype=x.dtype)
    for b in range(output.shape[0]):
        for i in range(output.shape[1]):
            for j in range(output.shape[2]):
                for c in range(output.shape[3]):
                    upper = max(x[b, 2 * i, 2 * j, c], x[b, 2 * i, 2 * j + 1, c])
                    lower = max(x[b, 2 * i + 1, 2 * j, c], x[b, 2 * i + 1, 2 * j + 1, c])
                    output[b, i, j, c] = max(upper, lower)
    return output


def lenet5(x, conv1, bias1, conv2, bias2, fc1w, fc1b, fc2w, fc2b, fc3w, fc3b):
    y = max_pool(add_bias(conv2d(x, conv1), bias1, True))
    z = max_pool(add_bias(conv2d(y, conv2), bias2, True))
    f = np.reshape(z, (z.shape[0], z.shape[1] * z.shape[2] * z.shape[3]))
    f = dense(dense(f, fc1w, fc1b, True), fc2w, fc2b, True)
    return dense(f, fc3w, fc3b, False)


def normalise(x, rectified):
    n = x.shape[0]
    for i in range(x.shape[1]):
        for j in range(x.shape[2]):
            for c in range(x.shape[3]):
                mean = np.float32(0.0)
                for b in range(n):
                    mean += x[b, i, j, c]
                mean /= np.float32(n)
                variance = np.float32(0.0)
                for b in range(n):
                    variance += (x[b, i, j, c] - mean) ** 2
                root = np.sqrt(np.sqrt(variance / np.float32(n)) + np.float32(1e-5))
                for b in range(n):
                    x[b, i, j, c] = (x[b, i, j, c] - mean) / root
                    if rectified:
                        x[b, i, j, c] = max(x[b, i, j, c], np.float32(0.0))
    return x


def resnet_block(x, conv1, conv2, conv3):
    padded = np.zeros(
        (x.shape[0], x.shape[1] + 2, x.shape[2] + 2, conv1.shape[3]), dtype=np.float32
    )
    padded[:, 1:-1, 1:-1, :] = conv2d(x, conv1)
    y = normalise(conv2d(normalise(padded, True), conv2), True)
    z = normalise(conv2d(y, conv3), False)
    for b in range(z.shape[0]):
        for i in range(z.shape[1]):
            for j in range(z.shape[2]):
                for c in range(z.shape[3]):
                    z[b, i, j, c] = max(z[b, i, j, c] + x[b, i, j, c], np.float32(0.0))
    return z
