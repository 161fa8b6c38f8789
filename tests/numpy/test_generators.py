"""A Generator that is given to a kernel draws NumPy's numbers and leaves NumPy's state."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeta as nm

BITS = (np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64)


@nm.jit
def standard(rng, n: nm.i8):
    return (
        *(rng.random(n), rng.random(), rng.random((2, n), dtype=np.float32), rng.uniform()),
        *(rng.standard_normal(n), rng.standard_normal(), rng.standard_normal(3, np.float32)),
        *(rng.standard_exponential(n), rng.normal(), rng.poisson(), rng.exponential()),
    )


@nm.jit
def with_parameters(rng, n: nm.i8, x: nm.f8, a: nm.f8[:, :], b: nm.f8[:]):
    return (
        *(rng.normal(x, 2.0), rng.normal(x, 3.0, n), rng.normal(a, b), rng.normal(b, 1, a.shape)),
        *(rng.uniform(-x, x), rng.uniform(-1, a), rng.uniform(0, [1.0, 2.0], size=(n, 2))),
        *(rng.exponential(b), rng.poisson(b), rng.poisson(x, (n, 1))),
    )


@nm.jit
def integers(rng, n: nm.i8, low: nm.i8):
    return (
        *(rng.integers(10), rng.integers(low, 10, n), rng.integers(low, n, endpoint=True)),
        *(rng.integers(0, 1000, size=(n, 3), dtype=np.int32), rng.integers(5, dtype=int)),
        *(rng.integers(0, 200, n, dtype=np.uint8), rng.integers(-9, 9, n, np.int16)),
        rng.integers(-(2**62), 2**62, size=n),
    )


@nm.jit
def pi(rng, n: int):
    inside = 0
    for _ in range(n):
        x, y = rng.random(), rng.random()
        if x * x + y * y < 1:
            inside += 1
    return 4 * inside / n


def same(kernel: Any, bits: Any, *args: Any) -> None:
    own, other = np.random.Generator(bits(11)), np.random.Generator(bits(11))
    for _ in range(2):
        got, expected = kernel(own, *args), kernel.py_func(other, *args)
        if not isinstance(expected, tuple):
            got, expected = (got,), (expected,)
        for one, wanted in zip(got, expected, strict=True):
            assert type(one) is type(wanted)
            assert np.asarray(one).dtype == np.asarray(wanted).dtype
            np.testing.assert_array_equal(one, wanted, strict=True)
        assert repr(own.bit_generator.state) == repr(other.bit_generator.state)


@pytest.mark.parametrize("bits", BITS)
def test_stream_is_numpys(bits):
    b = np.array([1.0, 0.5, 2.0])
    same(standard, bits, 5)
    same(standard, bits, 0)
    same(with_parameters, bits, 4, 1.5, np.arange(6.0).reshape(2, 3), b)
    same(integers, bits, 4, -3)
    same(pi, bits, 1000)


def test_generators_share_one_specialisation():
    @nm.jit
    def draw(rng):
        return rng.random()

    for seed in range(10):
        rng = np.random.default_rng(seed)
        assert draw(rng) == np.random.default_rng(seed).random()
    assert draw.signatures == ["rng: Generator"]


def test_helper_draws_from_the_same_generator():
    def step(rng, x):
        return x + rng.normal()

    @nm.jit
    def walk(rng, n: nm.i8):
        x = 0.0
        for _ in range(n):
            x = step(rng, x)
        return x

    same(walk, np.random.PCG64, 20)


WRONG = {
    "uniform(x, 1.0)": 3.0,
    "uniform(0, x)": np.inf,
    "uniform(0, b - x)": 9.0,
    "normal(0.0, x)": -1.0,
    "normal(0.0, b * x)": -0.5,
    "exponential(x)": -2.0,
    "poisson(x)": np.nan,
    "poisson(x, 3)": 1e30,
    "integers(n, 3)": 0.0,
    "integers(n - 7)": 0.0,
    "integers(n, 2, endpoint=True)": 0.0,
    "integers(n, 300, dtype=np.uint8)": 0.0,
    "integers(-n, 3, dtype=np.uint8)": 0.0,
    "random(-n)": 0.0,
    "random((2, n - 9))": 0.0,
    "random(dtype=np.int64)": 0.0,
}


@pytest.mark.parametrize("call", WRONG)
def test_wrong_arguments_raise_what_numpy_raises(call):
    source = f"def draw(rng, x: nm.f8, n: nm.i8, b: nm.f8[:]):\n    return rng.{call}\n"
    space: dict[str, Any] = {"nm": nm, "np": np}
    exec(source, space)
    args = (WRONG[call], 5, np.ones(3))
    with pytest.raises(Exception) as expected:
        space["draw"](np.random.default_rng(1), *args)
    rng = np.random.default_rng(1)
    with pytest.raises(type(expected.value)) as got:
        nm.jit(space["draw"])(rng, *args)
    assert str(got.value) == str(expected.value)
    assert rng.random() == np.random.default_rng(1).random()


def test_other_methods_are_refused_by_name():
    @nm.jit
    def draw(rng):
        return rng.permutation(5)

    with pytest.raises(nm.TraceError, match=r"NM230: Generator\.permutation\(\)"):
        draw(np.random.default_rng(1))


def test_generator_from_outside_is_refused():
    rng = np.random.default_rng(1)

    @nm.jit
    def draw():
        return rng.random()

    with pytest.raises(nm.TraceError, match=r"NM224: Generator\.random\(\)"):
        draw()
