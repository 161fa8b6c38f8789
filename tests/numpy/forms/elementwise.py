"""Forms of functions that work element by element."""

from __future__ import annotations

from typing import Any

from tests.numpy.operands import Operand

from .form import Forms, forms

A, REAL, FLOATS = Operand(), Operand("fiub"), Operand("f")
INTS, BITS = Operand("iu"), Operand("iub")
MASK = Operand("b1", shape="like a")
F8, I8 = Operand("f8", hint="nm.f8"), Operand("i8", hint="nm.i8")
OUT = Operand("f8 c16 f4", shape="same a", layouts=("C", "F", "strided", "reversed"))
LIKE = Operand("f4 c8", shape="same a", layouts=("C", "F", "strided", "reversed"))

_OF_ANY = "sqrt exp log sin cos tan sinh cosh tanh square absolute negative conjugate sign positive"
_ROUNDING = "rint floor ceil trunc"
_OF_REAL = "exp2 expm1 log2 log10 log1p cbrt fabs degrees radians"
_OF_UNIT = "arcsin arccos arctan arcsinh arctanh"
_QUESTIONS = "isnan isinf isfinite logical_not"
_EXTREMES = "maximum minimum fmax fmin"  # of zeros of two signs either one
_PAIRS = "add subtract multiply equal not_equal logical_and logical_or"
_REAL_PAIRS = "less less_equal greater greater_equal logical_xor remainder floor_divide"
_FLOAT_PAIRS = "copysign fmod heaviside divide"
_BIT_PAIRS = "bitwise_and bitwise_or bitwise_xor"


def _one(name: str) -> tuple[str, ...]:
    return (
        f"np.{name}(a)",
        f"np.{name}(a, out=o)",
        f"np.{name}(a, out=o, where=m)",
        f"np.{name}(x)",
        f"np.{name}(a[::-1])",
    )


def _two(name: str, scalars: bool = True) -> tuple[str, ...]:
    return (
        f"np.{name}(a, b)",
        f"np.{name}(b, a.T)",
        f"np.{name}(a, a, out=o)",
        f"np.{name}(a, a, out=o, where=m)",
        f"np.{name}.outer(a, b)",
        *((f"np.{name}(a, x)", f"np.{name}(x, a)", f"np.{name}(a, 2)") if scalars else ()),
    )


_O = {"o": OUT, "m": MASK, "x": F8}
_NEAR: dict[str, Any] = {"o": LIKE, "m": MASK, "x": F8, "near": True}


def _pair(operand: Operand) -> dict[str, Operand]:
    return {"a": operand, "b": Operand(operand.codes, shape="like a", values=operand.values)}


NONZERO = Operand("fiub", values="nonzero")
_OX = {**_O, "x": Operand("f8", values="nonzero", hint="nm.f8")}
_MATH = Operand("fc", values="plain")
# NumPy computes functions of bools and of 8-bit integers in float16.
WIDE = Operand("f8 i8 f4 i4 u4 i2 u2 u8")
_CASTS = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64"

FORMS: dict[str, Forms] = {
    **{f"np.{n}": forms(*_one(n), a=A, **_O) for n in "square negative conjugate positive".split()},
    **{f"np.{n}": forms(*_one(n), a=A, **_O) for n in "absolute sign".split()},
    **{f"np.{n}": forms(*_one(n), a=_MATH, **_NEAR) for n in "sqrt exp log sin cos sinh".split()},
    **{f"np.{n}": forms(*_one(n), a=_MATH, **_NEAR) for n in "tan cosh tanh".split()},
    **{f"np.{n}": forms(*_one(n), a=WIDE, **_O) for n in _ROUNDING.split()},
    **{f"np.{n}": forms(*_one(n), a=WIDE, **_NEAR) for n in _OF_REAL.split()},
    **{
        f"np.{n}": forms(*_one(n), a=Operand("f8 f4 i8 i4", values="unit"), **_NEAR)
        for n in _OF_UNIT.split()
    },
    "np.arccosh": forms(
        *_one("arccosh"), a=Operand("f8 f4 i8 i4", values="positive"), **_O, near=True
    ),
    **{f"np.{n}": forms(*_one(n), a=A, **_O) for n in _QUESTIONS.split()},
    "np.signbit": forms(*_one("signbit"), a=REAL, **_O),
    **{f"np.{n}": forms(*_two(n), **_pair(A), **_O) for n in _PAIRS.split()},
    **{f"np.{n}": forms(*_two(n), **_pair(NONZERO), **_OX) for n in _EXTREMES.split()},
    **{f"np.{n}": forms(*_two(n), **_pair(REAL), **_O) for n in _REAL_PAIRS.split()},
    **{f"np.{n}": forms(*_two(n), **_pair(WIDE), **_NEAR) for n in "arctan2 hypot".split()},
    **{f"np.{n}": forms(*_two(n), **_pair(WIDE), **_O) for n in _FLOAT_PAIRS.split()},
    **{
        f"np.{n}": forms(*_two(n, False), **_pair(BITS), o=INTS, m=MASK) for n in _BIT_PAIRS.split()
    },
    "np.power": forms(*_two("power"), **_pair(Operand("fc", values="few")), **_NEAR),
    "np.float_power": forms(
        "np.float_power(a, b)", "np.float_power(a, 2)", **_pair(Operand("fi", values="few"))
    ),
    "np.nextafter": forms("np.nextafter(a, b)", **_pair(FLOATS)),
    "np.gcd": forms("np.gcd(a, b)", **_pair(Operand("iu", values="plain"))),
    "np.lcm": forms("np.lcm(a, b)", **_pair(Operand("iu", values="plain"))),
    "np.left_shift": forms("np.left_shift(a, b)", "np.left_shift(a, 2)", **_pair(INTS)),
    "np.right_shift": forms("np.right_shift(a, b)", "np.right_shift(a, 1)", **_pair(INTS)),
    "np.invert": forms("np.invert(a)", "np.invert(a, out=o)", a=BITS, o=BITS),
    "np.reciprocal": forms("np.reciprocal(a)", a=Operand("fc", values="positive")),
    "np.rad2deg": forms("np.rad2deg(a)", a=WIDE),
    "np.deg2rad": forms("np.deg2rad(a)", a=WIDE),
    "np.logaddexp": forms("np.logaddexp(a, b)", **_pair(Operand("f", values="plain")), near=True),
    "np.logaddexp2": forms("np.logaddexp2(a, b)", **_pair(Operand("f", values="plain")), near=True),
    "np.divmod": forms("np.divmod(a, b)", **_pair(REAL)),
    "np.modf": forms("np.modf(a)", a=FLOATS),
    "np.frexp": forms("np.frexp(a)", a=Operand("f", values="plain")),
    "np.ldexp": forms("np.ldexp(a, b)", a=FLOATS, b=Operand("i4", shape="like a", values="plain")),
    "np.sinc": forms("np.sinc(a)", a=Operand("f", values="plain"), near=True),
    "np.isclose": forms(
        "np.isclose(a, b)",
        "np.isclose(a, b, rtol=0.5)",
        "np.isclose(a, b, atol=1.0, equal_nan=True)",
        **_pair(Operand("fc")),
    ),
    "np.nan_to_num": forms("np.nan_to_num(a)", "np.nan_to_num(a, nan=1.0, posinf=2.0)", a=A),
    "np.angle": forms(
        "np.angle(a)", "np.angle(a, deg=True)", a=Operand("fc", values="plain"), near=True
    ),
    "np.real": forms("np.real(a)", "np.real(x)", a=A, x=F8),
    "np.imag": forms("np.imag(a)", "np.imag(x)", a=A, x=F8),
    **{f"np.{n}": forms(f"np.{n}(a)", a=A) for n in "iscomplex isreal".split()},
    **{f"np.{n}": forms(f"np.{n}(a)", a=WIDE) for n in "isposinf isneginf fix".split()},
    **{f"np.{n}": forms(f"np.{n}(x)", f"np.{n}(a)", a=REAL, x=F8) for n in _CASTS.split()},
    "np.complex128": forms("np.complex128(x)", "np.complex128(a)", a=A, x=F8),
    "np.longlong": forms("np.longlong(a)", a=Operand("iu", (1, 2))),
    "np.ulonglong": forms("np.ulonglong(a)", a=Operand("iu", (1, 2))),
    "np.round": forms(
        *("np.round(a)", "np.round(a, 1)", "np.round(x, 2)", "a.round()"),
        a=Operand("fiu", values="plain"),
        x=F8,
    ),
    "np.around": forms("np.around(a)", "np.around(a, -1)", a=Operand("fi", values="plain")),
    "np.clip": forms(
        *("np.clip(a, 0, 2)", "np.clip(a, None, x)", "np.clip(a, b, b)", "a.clip(0, 1)"),
        *("np.clip(a, a_min=0, a_max=None)", "np.clip(a, 0, 1, out=o)"),
        **_pair(Operand("fi")),
        o=OUT,
        x=F8,
    ),
    "np.where": forms(
        *("np.where(m, a, b)", "np.where(m, a, 0)", "np.where(m, x, a)", "np.where(a)"),
        **_pair(Operand(ndims=(2, 1, 3))),
        m=MASK,
        x=F8,
        text=False,
    ),
    "np.select": forms(
        "np.select([m, a > 0], [a, b])",
        "np.select([m], [a], default=-1)",
        **_pair(Operand("fi", (2, 1, 3))),
        m=MASK,
        text=False,
    ),
    "np.choose": forms(
        "np.choose(i, [a, b, 0])",
        "np.choose(i, (a, b), mode='clip')",
        "np.choose(i, (a, b), mode='wrap')",
        "i.choose([a, b])",
        **_pair(Operand("fi", (2, 1, 3))),
        i=Operand("i8 u1 i4", (1, 2), "like a", values="count"),
        text=False,
    ),
    "np.vectorize": forms(
        "np.vectorize(lambda u, v: u * v + 1)(a, b)", **_pair(Operand("fi", (1, 2), values="plain"))
    ),
}
