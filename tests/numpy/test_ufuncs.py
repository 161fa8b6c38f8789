"""Functions of elements on arrays: ufuncs and what is composed of them."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

RNG = np.random.default_rng(1)
A = RNG.normal(size=(3, 4)) * 2
CAPTURED = np.array([1.0, -2.0, 0.5, 3.0])

UNARY = (
    "sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arctan sinh cosh tanh arcsinh"
    " cbrt rint floor ceil trunc isnan isinf isfinite signbit sign square absolute negative"
    " conjugate positive fabs reciprocal degrees rad2deg radians deg2rad sinc angle fix"
    " iscomplex isreal isposinf isneginf nan_to_num"
).split()
BINARY = (
    "add subtract multiply divide floor_divide remainder power minimum maximum fmin fmax hypot"
    " fmod copysign nextafter arctan2 less less_equal equal not_equal greater greater_equal"
    " logical_and logical_or logical_xor heaviside logaddexp logaddexp2 float_power isclose"
).split()
INTEGER = "gcd lcm left_shift right_shift bitwise_and bitwise_or bitwise_xor".split()


@nm.jit
def unary(name: nm.comptime, a):
    return getattr(np, name)(a)


@nm.jit
def binary(name: nm.comptime, a, b):
    f = getattr(np, name)
    return f(a, b), f(a[0], b), f(2, b), f(a, 2)


@pytest.mark.parametrize("name", UNARY)
def test_unary(name):
    same_as_python(unary, name, A, modes=("default",))


@pytest.mark.parametrize("name", ["sqrt", "sin", "square", "absolute", "reciprocal", "rint"])
@pytest.mark.parametrize("dtype", ["f4", "i4", "c16"])
def test_unary_of_types(name, dtype):
    same_as_python(unary, name, (A * 3 + 9).astype(dtype), modes=("default",))


@pytest.mark.parametrize("name", BINARY)
def test_binary(name):
    same_as_python(binary, name, np.abs(A) + 0.1, CAPTURED, modes=("default",))


@pytest.mark.parametrize("name", INTEGER)
def test_of_integers(name):
    a = RNG.integers(0, 20, (3, 4))
    same_as_python(binary, name, a, np.array([0, 3, 4, 6]), modes=("default",))


def test_layouts_and_empty_arrays():
    for a in (np.asfortranarray(A), A[::-1, ::2], A[:, :0], A[0, 0:1]):
        same_as_python(unary, "sin", a, modes=("default",))


@nm.jit
def mixed(a, x: nm.f4, n: int):
    return (
        *(np.add(a, [1, 2, 3, 4]), np.multiply(a, CAPTURED), np.maximum(x, a), np.power(a, n)),
        *(np.subtract([[x], [1.0]], a[0]), np.hypot(a, np.float32(2)), np.add([1, 2], [3, 4])),
    )


def test_lists_scalars_and_captured_arrays():
    same_as_python(mixed, A, np.float32(1.5), 2)
    same_as_python(mixed, A.astype("f4"), np.float32(1.5), 2, modes=("default",))


@nm.jit
def into(a, out, mask):
    returned = np.add(a, 1, out=out)
    np.multiply(a, 2, out=(out,), where=mask)
    np.subtract(out, a, out[::-1])
    return returned


def test_out_and_where():
    same_as_python(into, A, np.zeros((3, 4)), A > 0)
    same_as_python(into, A, np.zeros((3, 4)), np.array([True, False, True, False]))
    same_as_python(into, A, np.zeros((3, 4), "f4"), A > 0, modes=("default",))


def test_out_that_overlaps():
    @nm.jit
    def shifted(a):
        np.add(a[:-1], a[1:], out=a[1:])
        np.negative(a, out=a)

    same_as_python(shifted, np.arange(6.0))


def test_out_of_a_lesser_kind():
    @nm.jit
    def into_ints(a, out):
        np.add(a, 1, out=out)

    same_as_python(into_ints, A, np.zeros((3, 4), int))
    same_as_python(into_ints, A, np.zeros((2, 4)))


def test_dtype():
    @nm.jit
    def typed(a, n):
        return np.add(a, 1, dtype=np.float32), np.add(n, 1, dtype="f8"), np.sqrt(n, dtype="f4")

    same_as_python(typed, A, np.arange(4))


@nm.jit
def casts(a):
    return np.float32(a), np.int64(a), np.bool_(a), np.complex128(a), np.float64([1, 2])


def test_casts_of_arrays():
    same_as_python(casts, A * 3)


@nm.jit
def chosen(a, c):
    return (
        *(np.where(c, a, 0), np.where(a > 0, a, -a), np.where([True, False, True, True], 1, a)),
        *(np.clip(a, -1, 1), np.clip(a, None, 0.5), a.clip(0), a.clip(max=1.0)),
        *(np.select([a < 0, a < 1], [a, a * 2], 9.0), np.select([c], [a])),
    )


def test_choices():
    same_as_python(chosen, A, A > 0.5)
    same_as_python(chosen, (A * 4).astype("i4"), A > 0.5, modes=("default",))


@nm.jit
def tuples(a):
    return np.divmod(a, 1.5), np.modf(a), divmod(a, 2), np.round(a, 1), a.round(), np.around(a, 2)


def test_pairs_and_rounding():
    same_as_python(tuples, A)


@nm.jit
def parts_of(a, n):
    return np.frexp(a), np.ldexp(a, n), np.frexp(np.float32(a)), np.ldexp(np.float32(a), 3)


def test_binary_exponents():
    a = np.array([0.0, -0.0, 1.5, -3e300, 5e-324, np.inf, np.nan, 0.1])
    same_as_python(parts_of, a, np.array([0, 3, -1, 2000, 60, 1, 1, -1080]))


@nm.jit
def close(a, b):
    return (
        *(np.isclose(a, b), np.allclose(a, b), np.array_equal(a, b), np.array_equal(a, a[:2])),
        *(np.isclose(a, b, equal_nan=True), np.allclose(a, a, rtol=0.0, atol=0.1)),
    )


def test_closeness():
    b = A.copy()
    same_as_python(close, A, b)
    b[0, 0] += 1e-9
    b[1, 1] = np.nan
    b[2, 2] = np.inf
    same_as_python(close, b, A)


def test_special_numbers():
    a = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1.0])
    for name in ("nan_to_num", "heaviside", "logaddexp", "maximum", "fmin", "modf", "sign"):
        if name in ("nan_to_num", "modf", "sign"):
            same_as_python(unary, name, a)
        elif name == "fmin":  # of 0.0 and -0.0 NumPy gives either, by processor and length
            same_as_python(binary, name, abs(a), abs(a)[::-1], modes=("default",))
        else:
            same_as_python(binary, name, a, a[::-1], modes=("default",))


def test_parts_of_complex_arrays():
    @nm.jit
    def parts(z):
        return np.angle(z), np.angle(z, deg=True), np.conj(z), abs(z), np.isreal(z), z.conj()

    same_as_python(parts, A[:2] + 1j * A[1:], modes=("default", "checks"))


def test_vectorize():
    @nm.jit
    def over(a):
        def f(x, y):
            return x + y if x > 0 else y - x

        return np.vectorize(f)(a, 2.0)

    same_as_python(over, A)


def test_float16_is_refused():
    with pytest.raises(nm.TraceError, match="float16"):
        unary("sin", np.zeros(3, "i1"))


@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_number_that_does_not_fit_is_seen_before_any_element(length: int) -> None:
    @nm.jit
    def divided(a: nm.u2[:], k: int):
        return a // k

    @nm.jit
    def divided_in_place(a: nm.u2[:, :], k: int):
        a //= k

    @nm.jit
    def after_a_store(a: nm.u1[:], b: nm.i8[:], k: int):
        b[0] = 7
        return np.where(a > 1, a + (k - 1), a)

    for k in (-2, 3, 70000):
        same_as_python(divided, np.arange(length, dtype=np.uint16), k)
        same_as_python(divided_in_place, np.zeros((length, 2), np.uint16), k)
        same_as_python(after_a_store, np.arange(length, dtype=np.uint8), np.zeros(2, np.int64), k)


def test_clip_takes_the_array_to_write_in_third_place():
    @nm.jit
    def limited(a: nm.f8[:], out: nm.f8[:], top: float):
        kept = np.clip(a, -1.0, top, out)
        return kept, np.clip(a, 0.0, top, None), a.clip(0.0, top, a)

    same_as_python(limited, np.linspace(-3, 3, 7), np.zeros(7), 2.0)
