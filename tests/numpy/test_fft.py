"""np.fft in kernels: within a few roundings of NumPy's, whatever the length is made of."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


def signal(shape, dtype="c16", seed=0):
    numbers = np.random.default_rng(seed)
    made = numbers.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        made = made + 1j * numbers.normal(size=shape)
    return made.astype(dtype)


def assert_close(kernel, *args):
    """Errors are measured against the largest element, as those of a transform are."""
    got, expected = kernel(*args), kernel.py_func(*args)
    many = isinstance(expected, tuple)
    for one, other in zip(got if many else [got], expected if many else [expected], strict=True):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        limit = 8 * np.finfo(one.dtype).eps * max(1, np.log2(max(one.size, 2)))
        assert np.abs(one - other).max() <= limit * np.abs(other).max()


@nm.jit
def both_ways(x: np.ndarray):
    return np.fft.fft(x), np.fft.ifft(x)


@pytest.mark.parametrize(
    "n", [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 30, 60, 97, 128, 210, 289, 1000]
)
def test_every_kind_of_length(n):
    assert_close(both_ways, signal(n))


@pytest.mark.parametrize("dtype", ["f4", "f8", "c8", "i4"])
def test_types(dtype):
    assert_close(both_ways, (10 * signal(24, "f8")).astype(dtype))


def test_a_pure_tone_is_one_element():
    n = 48
    tone = np.exp(2j * np.pi * 5 * np.arange(n) / n)
    spectrum, _ = both_ways(tone)
    assert abs(spectrum[5] - n) < 1e-13
    assert np.abs(np.delete(spectrum, 5)).max() < 1e-13


@nm.jit
def lengths(x: np.ndarray, n: int, norm: nm.comptime, axis: nm.comptime):
    return np.fft.fft(x, n, axis, norm), np.fft.ifft(x, n, axis, norm)


def test_lengths_norms_and_axes():
    for n in (3, 6, 9):
        assert_close(lengths, signal((4, 6)), n, None, -1)
    for norm in ("backward", "ortho", "forward"):
        assert_close(lengths, signal((4, 6)), 4, norm, 0)
    for function in (lengths, lengths.py_func):
        with pytest.raises(ValueError, match="Invalid number of FFT data points"):
            function(signal((4, 6)), 0, None, -1)


@nm.jit
def real(x: nm.f8[...]):
    spectrum = np.fft.rfft(x)
    return spectrum, np.fft.irfft(spectrum), np.fft.irfft(spectrum, 5)


def test_transforms_of_real_numbers():
    for n in (2, 5, 8, 13, 34):
        assert_close(real, signal(n, "f8"))
    assert_close(real, signal((3, 10), "f8"))


@nm.jit
def planes(x: np.ndarray):
    return np.fft.fft2(x), np.fft.ifft2(x)


def test_two_dimensions():
    assert_close(planes, signal((6, 10)))
    assert_close(planes, signal((2, 5, 4)))


@nm.jit
def frequencies(n: int, d: float):
    return np.fft.fftfreq(n, d), np.fft.rfftfreq(n, d)


@nm.jit
def shifted(x: np.ndarray):
    return np.fft.fftshift(x), np.fft.ifftshift(x), np.fft.fftshift(x, 0)


def test_frequencies_and_shifts():
    for n in (1, 4, 5):
        assert_close(frequencies, n, 0.5)
    same_as_python(shifted, np.arange(7.0))
    same_as_python(shifted, np.arange(12).reshape(3, 4))


@nm.jit
def of_mirrored(a: np.ndarray, n: nm.comptime, axis: nm.comptime, norm: nm.comptime):
    return np.fft.hfft(a, n, axis, norm)


@nm.jit
def to_mirrored(x: np.ndarray, n: nm.comptime, axis: nm.comptime, norm: nm.comptime):
    return np.fft.ihfft(x, n, axis, norm)


@pytest.mark.parametrize("how", [(None, -1, None), (7, 0, "ortho"), (None, 1, "forward")])
def test_signals_that_are_mirrored(how):
    assert_close(of_mirrored, signal((4, 5)), *how)
    assert_close(to_mirrored, signal((4, 5), "f8"), *how)


def test_one_axis_twice():
    @nm.jit
    def twice(x: nm.c16[:, :]):
        return np.fft.fftn(x, (8, 8), axes=(1, 1))

    assert_close(twice, signal((4, 6)))
