"""The networks as functions of jax.numpy, convolutions by its own operation."""

import jax
import jax.numpy as jnp
from jax import lax


def softmax(x):
    out = jnp.exp(x - jnp.max(x, axis=-1, keepdims=True))
    return out / jnp.sum(out, axis=-1, keepdims=True)


def mlp(x, w1, b1, w2, b2, w3, b3):
    x = jax.nn.relu(x @ w1 + b1)
    x = jax.nn.relu(x @ w2 + b2)
    return softmax(x @ w3 + b3)


def conv2d(x, weights):
    return lax.conv_general_dilated(
        x, weights, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def conv2d_bias(x, weights, bias):
    return conv2d(x, weights) + bias


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def lenet5(x, conv1, bias1, conv2, bias2, fc1w, fc1b, fc2w, fc2b, fc3w, fc3b):
    y = max_pool(jax.nn.relu(conv2d(x, conv1) + bias1))
    z = max_pool(jax.nn.relu(conv2d(y, conv2) + bias2))
    f = z.reshape((z.shape[0], -1))
    f = jax.nn.relu(f @ fc1w + fc1b)
    f = jax.nn.relu(f @ fc2w + fc2b)
    return f @ fc3w + fc3b


def normalised(x):
    mean = jnp.mean(x, axis=0, keepdims=True)
    return (x - mean) / jnp.sqrt(jnp.std(x, axis=0, keepdims=True) + jnp.float32(1e-5))


def resnet_block(x, conv1, conv2, conv3):
    padded = jnp.pad(conv2d(x, conv1), ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = jax.nn.relu(normalised(padded))
    y = jax.nn.relu(normalised(conv2d(y, conv2)))
    return jax.nn.relu(normalised(conv2d(y, conv3)) + x)
