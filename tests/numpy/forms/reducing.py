"""Forms of reductions, scans and statistics."""

from __future__ import annotations

from tests.numpy.operands import Operand

from .form import Forms, forms

A, REAL = Operand(values="plain"), Operand("fiub")
FLOATS = Operand("f")
WRITABLE = ("C", "F", "strided", "reversed")
MASK = Operand("b1", shape="like a")
LINE = Operand("fi", (1,), values="plain")


def _axes(name: str, *more: str) -> tuple[str, ...]:
    return (
        f"np.{name}(a)",
        f"np.{name}(a, axis=0)",
        f"np.{name}(a, axis=-1)",
        f"np.{name}(a, axis=1)",
        f"np.{name}(a, axis=(0, 1))",
        f"np.{name}(a, axis=0, keepdims=True)",
        f"np.{name}(a, keepdims=True)",
        *(f"np.{name}(a, {rest})" for rest in more),
    )


def _methods(*names: str) -> tuple[str, ...]:
    return tuple(f"a.{name}({rest})" for name in names for rest in ("", "axis=0", "-1"))


_WHERE = ("where=m", "axis=0, where=m", "axis=-1, where=m, keepdims=True")
_START = ("initial=2", "axis=0, initial=3", "axis=0, initial=1, where=m")
_OUT = ("axis=0, out=np.zeros(a.shape[1:], a.dtype)",)
_AM = {"a": A, "m": MASK}
_RM = {"a": REAL, "m": MASK}
_SCAN = ("dtype=np.float64", "axis=0, dtype=np.int64")
_QUANTILES = ("0.25", "[0.0, 0.5, 1.0]", "x", "0.5, axis=0", "0.3, axis=-1, keepdims=True")
_POSITIONS = ("{}(a)", "{}(a, axis=0)", "{}(a, axis=-1)", "{}(a, axis=0, keepdims=True)")
X = Operand("f8", values="unit", hint="nm.f8")


def _quantile(name: str, scale: int) -> Forms:
    known = [rest.replace("0.", f"{scale} * 0.") for rest in _QUANTILES]
    texts = [f"np.{name}(a, {rest})" for rest in known]
    texts[2] = f"np.{name}(a, abs(x) * {scale})"
    return forms(*texts, a=Operand("f8 i8", values="plain"), x=X, near=True)


FORMS: dict[str, Forms] = {
    "np.sum": forms(
        *_axes("sum", *_WHERE, *_START, *_OUT, "dtype=np.float32", "axis=0, dtype=np.int64"),
        *_methods("sum"),
        "np.add.reduce(a)",
        weight=2,
        text=False,
        **_AM,
    ),
    "np.prod": forms(
        *_axes("prod", *_WHERE, *_START, *_OUT),
        *_methods("prod"),
        "np.multiply.reduce(a, axis=-1)",
        a=Operand(values="few"),
        m=MASK,
        text=False,
    ),
    "np.max": forms(*_axes("max", *_START, *_OUT), *_methods("max"), **_RM, text=False),
    "np.min": forms(*_axes("min", *_START, *_OUT), *_methods("min"), **_RM, text=False),
    "np.amax": forms(*_axes("amax"), a=REAL),
    "np.amin": forms(*_axes("amin"), a=REAL),
    "np.any": forms(*_axes("any", *_WHERE), *_methods("any"), **_AM, text=False),
    "np.all": forms(*_axes("all", *_WHERE), *_methods("all"), **_AM, text=False),
    "np.count_nonzero": forms(*_axes("count_nonzero"), a=Operand()),
    "np.ptp": forms(*_axes("ptp"), a=Operand("fiu")),
    "np.allclose": forms(
        "np.allclose(a, b)",
        "np.allclose(a, a + 1e-9)",
        a=Operand("f"),
        b=Operand("f", shape="like a"),
    ),
    "np.array_equal": forms(
        *("np.array_equal(a, b)", "np.array_equal(a, a)", "np.array_equal(a, a, equal_nan=True)"),
        a=Operand("fi"),
        b=Operand("fi"),
    ),
    "np.mean": forms(
        *_axes("mean", *_WHERE, "dtype=np.float32"), *_methods("mean"), **_AM, text=False
    ),
    "np.var": forms(
        *_axes("var", *_WHERE, "ddof=1", "axis=0, ddof=1"),
        *_methods("var"),
        near=True,
        **_AM,
        text=False,
    ),
    "np.std": forms(
        *_axes("std", *_WHERE, "ddof=1", "axis=0, ddof=1"),
        *_methods("std"),
        near=True,
        **_AM,
        text=False,
    ),
    "np.average": forms(
        *_axes("average"),
        "np.average(a, weights=w)",
        "np.average(a, axis=0, weights=w)",
        "np.average(a, axis=0, weights=w, returned=True)",
        a=Operand("fi", values="plain"),
        w=Operand("f8 i8", shape="same a", values="positive"),
        near=True,
        text=False,
    ),
    **{
        f"np.{name}": forms(*_axes(name), a=Operand("f i8 c16", values=values), near=near)
        for name, values, near in (
            ("nansum", "plain", False),
            ("nanprod", "few", False),
        )
    },
    "np.nanmean": forms(*_axes("nanmean"), a=FLOATS, near=True),
    "np.nanvar": forms(*_axes("nanvar", "axis=0, ddof=1"), a=FLOATS, near=True),
    "np.nanstd": forms(*_axes("nanstd", "axis=0, ddof=1"), a=FLOATS, near=True),
    "np.nanmax": forms(*_axes("nanmax"), a=REAL, text=False),
    "np.nanmin": forms(*_axes("nanmin"), a=REAL, text=False),
    "np.median": forms(*_axes("median"), a=Operand("fiu"), near=True),
    "np.nanmedian": forms(*_axes("nanmedian"), a=FLOATS, near=True),
    "np.quantile": _quantile("quantile", 1),
    "np.percentile": _quantile("percentile", 100),
    **{
        f"np.{name}": forms(
            *(text.format(f"np.{name}") for text in _POSITIONS),
            f"a.{name.removeprefix('nan')}()",
            a=Operand("fiubc"),
        )
        for name in ("argmax", "argmin", "nanargmax", "nanargmin")
    },
    **{
        f"np.{name}": forms(
            *(f"np.{name}(a)", f"np.{name}(a, axis=0)", f"np.{name}(a, axis=-1)"),
            *(f"np.{name}(a, {rest})" for rest in _SCAN),
            *((f"a.{name}()", f"a.{name}(0)") if name[0] == "c" else ()),
            a=Operand("fiub", values="few" if "prod" in name else "plain"),
        )
        for name in ("cumsum", "cumprod", "nancumsum", "nancumprod")
    },
    "np.diff": forms(
        *("np.diff(a)", "np.diff(a, axis=0)", "np.diff(a, n=2)", "np.diff(a, n=0)"),
        *("np.diff(a, prepend=0)", "np.diff(a, axis=0, append=1)"),
        a=Operand(values="plain"),
    ),
    "np.ediff1d": forms(
        "np.ediff1d(a)", "np.ediff1d(a, to_begin=1, to_end=[2, 3])", a=Operand("f i8", (1, 2))
    ),
    "np.gradient": forms(
        *("np.gradient(a)", "np.gradient(a, 2.0)", "np.gradient(a, axis=0)"),
        *("np.gradient(a, edge_order=2, axis=-1)", "np.gradient(a, v, axis=-1)"),
        a=Operand("f i8", (1, 2), values="plain"),
        v=Operand("f8", (1,), "line a", values="sorted"),
        near=True,
        text=False,
    ),
    "np.trapezoid": forms(
        *("np.trapezoid(a)", "np.trapezoid(a, dx=0.5)", "np.trapezoid(a, v)"),
        *("np.trapezoid(a, axis=0)", "np.trapezoid(a, a)"),
        a=Operand("f i8 c16", (1, 2, 3), values="plain"),
        v=Operand("f8", (1,), "line a", values="plain"),
        near=True,
    ),
    "np.interp": forms(
        *("np.interp(a, v, w)", "np.interp(a, v, w, left=-1.0, right=5.0)", "np.interp(x, v, w)"),
        "np.interp(a, v, w, period=3.0)",
        a=Operand("f8 i8 f4", values="plain"),
        v=Operand("f8", (1,), values="sorted"),
        w=Operand("f8", (1,), "same v", values="plain"),
        x=Operand("f8", hint="nm.f8"),
        near=True,
    ),
    "np.cov": forms(
        *("np.cov(a)", "np.cov(a, rowvar=False)", "np.cov(a, ddof=0)", "np.cov(a, a)"),
        "np.cov(a, bias=True)",
        a=Operand("f8 i8 f4", (2, 1), values="plain"),
        near=True,
    ),
    "np.corrcoef": forms(
        "np.corrcoef(a)",
        "np.corrcoef(a, rowvar=False)",
        a=Operand("f8", (2, 1), values="plain"),
        near=True,
    ),
    "np.convolve": forms(
        *("np.convolve(a, b)", "np.convolve(a, b, 'same')", "np.convolve(a, b, mode='valid')"),
        a=Operand("f8 i8 c16", (1,), values="plain"),
        b=Operand("f8 i8", (1,), values="plain"),
    ),
    "np.correlate": forms(
        *("np.correlate(a, b)", "np.correlate(a, b, 'full')", "np.correlate(a, b, 'same')"),
        a=Operand("f8 i8 c16", (1,), values="plain"),
        b=Operand("f8 i8 c16", (1,), values="plain"),
    ),
    "np.polyval": forms(
        "np.polyval(v, a)",
        "np.polyval([1, 2, 3], a)",
        "np.polyval(v, x)",
        a=Operand("f8 i8 c16", values="few"),
        v=Operand("f8 i8", (1,), values="few"),
        x=Operand("f8", hint="nm.f8", values="plain"),
    ),
    "np.bincount": forms(
        *("np.bincount(i)", "np.bincount(i, minlength=5)", "np.bincount(i, w) * 1.0"),
        i=Operand("i8 u1 i4", (1,), values="count"),
        w=Operand("f8", (1,), "same i", values="plain"),
    ),
    "np.histogram": forms(
        *("np.histogram(a)", "np.histogram(a, 4)", "np.histogram(a, bins=3, range=(-2.0, 3.0))"),
        *("np.histogram(a, v)", "np.histogram(a, bins=5, density=True)"),
        "np.histogram(a, bins=5, range=(0, 3), weights=w)",
        a=Operand("f8 i8 f4", values="plain"),
        v=Operand("f8", (1,), values="sorted"),
        w=Operand("f8", shape="same a", values="plain"),
        near=True,
    ),
}
