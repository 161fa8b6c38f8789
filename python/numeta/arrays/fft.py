"""Rows of np.fft, written in the language of kernels.

A length is taken apart into its factors, and the transform made of passes over two rows of memory
that change roles (Stockham's form, which needs no reordering: C. Van Loan, Computational Frameworks
for the Fast Fourier Transform, SIAM 1992, section 1.7). A length with a large prime factor becomes
a convolution of a power of two (L. Bluestein, IEEE Trans. Audio Electroacoust. 18 (1970) 451).
Roots of unity are reduced to an eighth of the circle, so that each is right to the last place or
nearly so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..loops import range as counted
from ..rows import Row
from .conversion import as_array, lengths_of, shape_of, short_of
from .folding import axes_of
from .nests import larger, require
from .products import over_stack
from .staged import staged

_LARGEST_FACTOR = 13  # a larger one takes longer than the convolution


@staged
def _root(k: Any, n: Any) -> Any:
    """exp(-2 pi i k / n) for 0 <= k < n."""
    eighth = (8 * k) // n
    turned = 8 * k - eighth * n
    if eighth % 2 == 1:
        turned = n - turned
    angle = turned * (np.pi / 4) / n
    c = np.cos(angle)
    s = np.sin(angle)
    if eighth == 1 or eighth == 2 or eighth == 5 or eighth == 6:
        c, s = s, c
    if eighth >= 2 and eighth < 6:
        c = -c
    if eighth >= 4:
        s = -s
    return complex(c, -s)


@staged
def _roots(out: Any, n: Any) -> None:
    for k in counted(n):
        out[k] = _root(k, n)


@staged
def _factor_of(n: Any) -> Any:
    """The factor that is taken next."""
    found = n
    if n % 4 == 0:
        found = 4
    elif n % 2 == 0:
        found = 2
    else:
        p = 3
        while p * p <= n:
            if n % p == 0:
                found = p
                break
            p += 2
    return found


@staged
def _largest_factor(n: Any) -> Any:
    left = n
    largest = 1
    while left > 1:
        p = _factor_of(left)
        if p > largest:
            largest = p
        left = left // p
    return largest


@staged
def _pass2(z: Any, here: Any, roots: Any, m: Any, s: Any) -> None:
    for k in counted(m):
        w = roots[k * s]
        for q in counted(s):
            a = z[here, q + s * k]
            b = z[here, q + s * (k + m)]
            z[1 - here, q + s * (2 * k)] = a + b
            z[1 - here, q + s * (2 * k + 1)] = (a - b) * w


@staged
def _pass4(z: Any, here: Any, roots: Any, m: Any, s: Any) -> None:
    for k in counted(m):
        w1 = roots[k * s]
        w2 = roots[2 * k * s]
        w3 = roots[3 * k * s]
        for q in counted(s):
            a = z[here, q + s * k]
            b = z[here, q + s * (k + m)]
            c = z[here, q + s * (k + 2 * m)]
            d = z[here, q + s * (k + 3 * m)]
            even = a + c
            odd = b + d
            rest = a - c
            part = b - d
            turned = complex(part.imag, -part.real)
            z[1 - here, q + s * (4 * k)] = even + odd
            z[1 - here, q + s * (4 * k + 1)] = (rest + turned) * w1
            z[1 - here, q + s * (4 * k + 2)] = (even - odd) * w2
            z[1 - here, q + s * (4 * k + 3)] = (rest - turned) * w3


@staged
def _pass(z: Any, here: Any, roots: Any, m: Any, s: Any, p: Any, n: Any) -> None:
    part = n // p
    for k in counted(m):
        for r in counted(p):
            w = roots[k * r * s]
            for q in counted(s):
                z[1 - here, q + s * (p * k + r)] = 0
                for t in counted(p):
                    z[1 - here, q + s * (p * k + r)] += (
                        z[here, q + s * (k + m * t)] * roots[((r * t) % p) * part]
                    )
                z[1 - here, q + s * (p * k + r)] *= w


@staged
def _passes(z: Any, roots: Any, n: Any) -> Any:
    """Transforms the first row of z; gives the row that holds the result."""
    left = n
    s = 1
    here = 0
    while left > 1:
        p = _factor_of(left)
        m = left // p
        if p == 4:
            _pass4(z, here, roots, m, s)
        elif p == 2:
            _pass2(z, here, roots, m, s)
        else:
            _pass(z, here, roots, m, s, p, n)
        here = 1 - here
        s = s * p
        left = m
    return here


@staged
def _mixed(x: Any, out: Any, n: Any) -> None:
    z = np.empty((2, n), np.complex128)
    roots = np.empty(n, np.complex128)
    _roots(roots, n)
    for k in counted(n):
        z[0, k] = x[k]
    here = _passes(z, roots, n)
    for k in counted(n):
        out[k] = z[here, k]


@staged
def _bluestein(x: Any, out: Any, n: Any) -> None:
    size = 1
    while size < 2 * n - 1:
        size = size * 2
    z = np.empty((2, size), np.complex128)
    roots = np.empty(size, np.complex128)
    kernel = np.empty(size, np.complex128)
    chirp = np.empty(n, np.complex128)
    _roots(roots, size)
    for k in counted(n):
        chirp[k] = _root((k * k) % (2 * n), 2 * n)
    for k in counted(size):
        z[0, k] = 0
    for k in counted(n):
        z[0, k] = chirp[k].conjugate()
        if k > 0:
            z[0, size - k] = chirp[k].conjugate()
    here = _passes(z, roots, size)
    for k in counted(size):
        kernel[k] = z[here, k]
        z[0, k] = 0
    for k in counted(n):
        z[0, k] = x[k] * chirp[k]
    here = _passes(z, roots, size)
    for k in counted(size):
        z[0, k] = (z[here, k] * kernel[k]).conjugate()
    here = _passes(z, roots, size)
    for k in counted(n):
        out[k] = z[here, k].conjugate() / size * chirp[k]


@staged
def _transform(x: Any, out: Any) -> None:
    n = out.shape[0]
    if _largest_factor(n) > _LARGEST_FACTOR:
        _bluestein(x, out, n)
    else:
        _mixed(x, out, n)


def _factor(norm: Any, n: Any, inverse: bool) -> Any:
    """What the result is multiplied with, or None."""
    if norm not in (None, "backward", "ortho", "forward"):
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    if norm == "ortho":
        return 1 / n**0.5
    return 1 / n if inverse == (norm != "forward") else None


def _length(n: Any, given: Any) -> Any:
    if n is None:
        n = given
    require(n >= 1, ValueError, "Invalid number of FFT data points ({0}) specified.", n)
    return n


def _lines(a: Any, axis: int) -> Any:
    """The array with the axis last."""
    if not -a.ndim <= axis < a.ndim:
        raise np.exceptions.AxisError(axis, a.ndim)
    axes = [k for k in range(a.ndim) if k != axis % a.ndim]
    return _trace.permuted(a, [*axes, axis % a.ndim]) if axis % a.ndim != a.ndim - 1 else a


def _back(a: Any, axis: int) -> Any:
    axes = list(range(a.ndim - 1))
    axes.insert(axis % a.ndim, a.ndim - 1)
    return _trace.permuted(a, axes) if axis % a.ndim != a.ndim - 1 else a


@staged
def _take(x: Any, into: Any) -> None:
    for k in counted(into.shape[0]):
        if k < x.shape[0]:
            into[k] = x[k]
        else:
            into[k] = 0


@staged
def _scale(out: Any, factor: Any) -> None:
    for k in counted(out.shape[0]):
        out[k] = out[k] * factor


@staged
def _conjugate(out: Any) -> None:
    for k in counted(out.shape[0]):
        out[k] = out[k].conjugate()


def _one(x: Any, out: Any, n: Any, factor: Any, inverse: bool) -> None:
    """One line: the inverse is the conjugate of the transform of the conjugate."""
    line = _trace.empty((n,), "c16")
    made = _trace.empty((n,), "c16")
    _take(x, line)
    if inverse:
        _conjugate(line)
    _transform(line, made)
    if inverse:
        _conjugate(made)
    if factor is not None:
        _scale(made, factor)
    out[...] = made[: out.shape[0]]


def _complex_type(array: Any) -> str:
    return "c8" if np.dtype(array.dtype).char in "fF" else "c16"


def _run(a: Any, n: Any, axis: int, norm: Any, inverse: bool, half: bool = False) -> Any:
    a = as_array(a)
    lines = _lines(a, axis)
    n = _length(n, lines.shape[-1])
    kept = n // 2 + 1 if half else n
    out = _trace.empty((*lines.shape[:-1], kept), _complex_type(a))
    factor = _factor(norm, n, inverse)
    over_stack(a.ndim - 1, (lines, out), lambda x, y: _one(x, y, n, factor, inverse))
    return _back(out, axis)


def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """`np.fft.fft`."""
    return _run(a, n, axis, norm, False)


def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """`np.fft.ifft`."""
    return _run(a, n, axis, norm, True)


def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """`np.fft.rfft`, by a transform of complex numbers."""
    a = as_array(a)
    if np.dtype(a.dtype).kind == "c":
        raise TypeError(
            f"ufunc 'rfft_n_even' did not contain a loop with signature matching types {a.dtype}"
        )
    return _run(a, n, axis, norm, False, half=True)


@staged
def _mirror(x: Any, into: Any) -> None:
    """The whole of a spectrum of real numbers, from its first half."""
    n = into.shape[0]
    for k in counted(n // 2 + 1):
        value = complex(0.0, 0.0)
        if k < x.shape[0]:
            value = complex(x[k])
        if k == 0 or 2 * k == n:
            into[k] = complex(value.real, 0.0)
        else:
            into[k] = value
            into[n - k] = value.conjugate()


def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """`np.fft.irfft`, by a transform of complex numbers."""
    a = as_array(a)
    lines = _lines(a, axis)
    n = _length(n, 2 * (lines.shape[-1] - 1))
    real = "f4" if _complex_type(a) == "c8" else "f8"
    out = _trace.empty((*lines.shape[:-1], n), real)
    factor = _factor(norm, n, True)

    def one(x: Any, y: Any) -> None:
        line, made = _trace.empty((n,), "c16"), _trace.empty((n,), "c16")
        _mirror(x, line)
        _one(line, made, n, factor, True)
        y[...] = _trace.map(lambda v: v.real, (made,))

    over_stack(a.ndim - 1, (lines, out), one)
    return _back(out, axis)


_OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def _conjugated(a: Any) -> Any:
    return _trace.map(lambda v: v.conjugate(), (a,))


def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """`np.fft.hfft`: of a signal that is its own mirror's conjugate."""
    return irfft(_conjugated(as_array(a)), n, axis, _OPPOSITE.get(norm, norm))


def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None) -> Any:
    """`np.fft.ihfft`."""
    return _conjugated(rfft(a, n, axis, _OPPOSITE.get(norm, norm)))


def _check_axes(axes: Any, s: Any, ndim: int) -> None:
    """An axis may be gone along more than once, if the lengths are given."""
    if s is not None and all(type(k) is int for k in axes):
        for k in axes:
            axes_of(k, ndim)
    else:
        axes_of(tuple(axes), ndim)


def _over_axes(run: Any, a: Any, s: Any, axes: Any, norm: Any) -> Any:
    out = as_array(a)
    _check_axes(axes, s, out.ndim)
    for k in reversed(range(len(axes))):
        out = run(out, None if s is None else s[k], axes[k], norm)
    return out


def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """`np.fft.fft2`."""
    return _over_axes(fft, a, s, axes, norm)


def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """`np.fft.ifft2`."""
    return _over_axes(ifft, a, s, axes, norm)


def _all_axes(a: Any, s: Any, axes: Any) -> tuple[Any, Any, list[int]]:
    """The array, the lengths or Nones and the axes that functions of several axes go along."""
    array = as_array(a)
    if axes is None:
        axes = list(range(array.ndim)) if s is None else list(range(-len(s), 0))
    _check_axes(axes, s, array.ndim)
    if s is not None and len(s) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    return array, (None,) * len(axes) if s is None else s, list(axes)


def fftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """`np.fft.fftn`."""
    array, s, axes = _all_axes(a, s, axes)
    return _over_axes(fft, array, s, axes, norm)


def ifftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """`np.fft.ifftn`."""
    array, s, axes = _all_axes(a, s, axes)
    return _over_axes(ifft, array, s, axes, norm)


def rfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """`np.fft.rfftn`."""
    array, s, axes = _all_axes(a, s, axes)
    out = rfft(array, s[-1], axes[-1], norm)
    return _over_axes(fft, out, s[:-1], axes[:-1], norm) if len(axes) > 1 else out


def irfftn(a: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """`np.fft.irfftn`."""
    out, s, axes = _all_axes(a, s, axes)
    for k in range(len(axes) - 1):
        out = ifft(out, s[k], axes[k], norm)
    return irfft(out, s[-1], axes[-1], norm)


def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """`np.fft.rfft2`."""
    return rfftn(a, s, axes, norm)


def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """`np.fft.irfft2`."""
    return irfftn(a, s, axes, norm)


@staged
def _frequencies(out: Any, n: Any, step: Any) -> None:
    for k in counted(out.shape[0]):
        if k <= (n - 1) // 2:
            out[k] = k * step
        else:
            out[k] = (k - n) * step


def fftfreq(n: Any, d: Any = 1.0) -> Any:
    """`np.fft.fftfreq`."""
    (n,) = shape_of(n)
    require(n != 0, ZeroDivisionError, "float division by zero")
    out = _trace.empty((n,), "f8")
    _frequencies(out, n, 1.0 / (n * d))
    return out


def rfftfreq(n: Any, d: Any = 1.0) -> Any:
    """`np.fft.rfftfreq`."""
    (n,) = lengths_of(n)
    require(n != 0, ZeroDivisionError, "float division by zero")
    out = _trace.empty((larger(n // 2 + 1, 0),), "f8")
    _frequencies(out, 2 * n, 1.0 / (n * d))
    return out


def _moved(x: Any, axes: Any, back: bool) -> Any:
    x = as_array(x)
    axes = range(x.ndim) if axes is None else [axes] if isinstance(axes, int) else axes
    for axis in axes:
        length = x.shape[axis]
        by = length // 2 if not back else length - length // 2
        out = _trace.empty(x.shape, short_of(x.dtype))
        before = (slice(None),) * (axis % x.ndim)
        out[(*before, slice(by, None))] = x[(*before, slice(None, length - by))]
        out[(*before, slice(None, by))] = x[(*before, slice(length - by, None))]
        x = out
    return x


def fftshift(x: Any, axes: Any = None) -> Any:
    """`np.fft.fftshift`."""
    return _moved(x, axes, back=False)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """`np.fft.ifftshift`."""
    return _moved(x, axes, back=True)


_HANDLERS = (
    *(fft, ifft, rfft, irfft, hfft, ihfft, fft2, ifft2, rfft2, irfft2, fftn, ifftn, rfftn, irfftn),
    *(fftfreq, rfftfreq, fftshift, ifftshift),
)


def rows() -> tuple[Row, ...]:
    """The rows, made when somebody has imported numpy.fft, which NumPy itself does not."""
    return tuple(
        Row(getattr(np.fft, handler.__name__), f"np.fft.{handler.__name__}", handler)
        for handler in _HANDLERS
    )
