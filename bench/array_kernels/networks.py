"""Layers of neural networks and small networks, in single precision."""

import numpy as np

import numeta as nm

from .declaration import kernel


def singles(r, *shapes):
    return tuple(r.random(shape, dtype=np.float32) for shape in shapes)


@kernel(lambda r, n, h, m: singles(r, (n, h, m, m)), small=(2, 3, 5), large=(16, 8, 128), rtol=1e-5)
def softmax(x: nm.f4[:, :, :, :]):
    tmp_max = np.max(x, axis=-1, keepdims=True)
    tmp_out = np.exp(x - tmp_max)
    tmp_sum = np.sum(tmp_out, axis=-1, keepdims=True)
    return tmp_out / tmp_sum


def relu(x):
    return np.maximum(x, 0)


def softmax_rows(x):
    tmp_max = np.max(x, axis=-1, keepdims=True)
    tmp_out = np.exp(x - tmp_max)
    tmp_sum = np.sum(tmp_out, axis=-1, keepdims=True)
    return tmp_out / tmp_sum


@kernel(
    lambda r, n, a, b, c, d: singles(r, (n, a), (a, b), b, (b, c), c, (c, d), d),
    small=(4, 3, 6, 5, 3),
    large=(512, 3, 1000, 400, 800),
    rtol=1e-4,
)
def mlp(
    x: nm.f4[:, :],
    w1: nm.f4[:, :],
    b1: nm.f4[:],
    w2: nm.f4[:, :],
    b2: nm.f4[:],
    w3: nm.f4[:, :],
    b3: nm.f4[:],
):
    x = relu(x @ w1 + b1)
    x = relu(x @ w2 + b2)
    return softmax_rows(x @ w3 + b3)


def conv2d(x, weights):
    k = weights.shape[0]
    n = x.shape[0]
    h_out = x.shape[1] - k + 1
    w_out = x.shape[2] - k + 1
    c_out = weights.shape[3]
    output = np.empty((n, h_out, w_out, c_out), dtype=np.float32)
    for i in range(h_out):
        for j in range(w_out):
            output[:, i, j, :] = np.sum(
                x[:, i : i + k, j : j + k, :, np.newaxis] * weights[np.newaxis, :, :, :],
                axis=(1, 2, 3),
            )
    return output


@kernel(
    lambda r, n, m, k, i, o: singles(r, (n, m, m, i), (k, k, i, o), o),
    small=(2, 7, 3, 2, 3),
    large=(4, 24, 3, 3, 16),
    rtol=1e-4,
)
def conv2d_bias(x: nm.f4[:, :, :, :], weights: nm.f4[:, :, :, :], bias: nm.f4[:]):
    return conv2d(x, weights) + bias


def max_pool(x):
    output = np.empty((x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]), dtype=x.dtype)
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            output[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return output


def lenet_arguments(r, n, size):
    flat = 16 * (((size - 4) // 2 - 4) // 2) ** 2
    shapes = [(n, size, size, 1), (5, 5, 1, 6), 6, (5, 5, 6, 16), 16]
    shapes += [(flat, 120), 120, (120, 84), 84, (84, 10), 10]
    return tuple(a - np.float32(0.5) for a in singles(r, *shapes))


@kernel(lenet_arguments, small=(2, 16), large=(4, 28), rtol=1e-4)
def lenet5(
    x: nm.f4[:, :, :, :],
    conv1: nm.f4[:, :, :, :],
    conv1bias: nm.f4[:],
    conv2: nm.f4[:, :, :, :],
    conv2bias: nm.f4[:],
    fc1w: nm.f4[:, :],
    fc1b: nm.f4[:],
    fc2w: nm.f4[:, :],
    fc2b: nm.f4[:],
    fc3w: nm.f4[:, :],
    fc3b: nm.f4[:],
):
    y = max_pool(relu(conv2d(x, conv1) + conv1bias))
    z = max_pool(relu(conv2d(y, conv2) + conv2bias))
    f = np.reshape(z, (z.shape[0], z.shape[1] * z.shape[2] * z.shape[3]))
    f = relu(f @ fc1w + fc1b)
    f = relu(f @ fc2w + fc2b)
    return f @ fc3w + fc3b


def normalised(x):
    mean = np.mean(x, axis=0, keepdims=True)
    std = np.std(x, axis=0, keepdims=True)
    return (x - mean) / np.sqrt(std + np.float32(1e-5))


@kernel(
    lambda r, n, m, c: singles(
        r, (n, m, m, 2 * c), (1, 1, 2 * c, c), (3, 3, c, c), (1, 1, c, 2 * c)
    ),
    small=(2, 5, 2),
    large=(4, 14, 16),
    rtol=1e-3,
)
def resnet_block(
    x: nm.f4[:, :, :, :],
    conv1: nm.f4[:, :, :, :],
    conv2: nm.f4[:, :, :, :],
    conv3: nm.f4[:, :, :, :],
):
    padded = np.zeros(
        (x.shape[0], x.shape[1] + 2, x.shape[2] + 2, conv1.shape[3]), dtype=np.float32
    )
    padded[:, 1:-1, 1:-1, :] = conv2d(x, conv1)
    y = relu(normalised(padded))
    y = relu(normalised(conv2d(y, conv2)))
    return relu(normalised(conv2d(y, conv3)) + x)
