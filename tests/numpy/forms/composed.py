"""Forms of functions that are compositions of others."""

from __future__ import annotations

from tests.numpy.operands import Operand

from .form import Forms, forms

NUMBERS = Operand("fi c16", values="plain")
MATRIX = Operand("f8 i8 c16", (2, 3), values="plain")
K = Operand("i8", values="count", hint="int")
N = Operand("i8", values="plain", hint="nm.i8")
_SETS = {"a": Operand("fi", (1, 2), values="plain"), "b": Operand("fi", (1, 2), values="plain")}


def _fftn(name: str, codes: str) -> Forms:
    return forms(
        *(f"np.fft.{name}(a)", f"np.fft.{name}(a, axes=(1, 0))", f"np.fft.{name}(a, s=(2, 3))"),
        a=Operand(codes, (2, 3), values="plain"),
        near=True,
        text=False,
    )


def _nan_quantile(name: str, q: str) -> Forms:
    return forms(
        *(f"np.{name}(a, {q})", f"np.{name}(a, {q}, axis=0)"),
        f"np.{name}(a, {q}, axis=-1, keepdims=True)",
        a=Operand("f8 i8"),
        near=True,
        text=False,
    )


def _cumulative(name: str, values: str) -> Forms:
    return forms(
        *(f"np.{name}(a)", f"np.{name}(a, axis=0)", f"np.{name}(a, axis=-1, include_initial=True)"),
        a=Operand("fiu", values=values),
    )


FORMS: dict[str, Forms] = {
    **{
        f"np.{name}": forms(f"np.{name}(k)", f"np.{name}(n)", f"np.{name}(6)", k=K, n=N, near=True)
        for name in ("hanning", "hamming", "blackman", "bartlett")
    },
    "np.cumulative_sum": _cumulative("cumulative_sum", "plain"),
    "np.cumulative_prod": _cumulative("cumulative_prod", "few"),
    "np.vecdot": forms(
        *("np.vecdot(a, b)", "np.vecdot(a, b[0])", "np.vecdot(a, b, axis=0)"),
        a=MATRIX,
        b=Operand("f8 i8 c16", (2, 3), "same a", values="plain"),
        text=False,
    ),
    "np.setxor1d": forms("np.setxor1d(a, b)", **_SETS),
    "np.lexsort": forms(
        *("np.lexsort((a, b))", "np.lexsort([a])", "np.lexsort((b, a, b))"),
        a=Operand("fi", (1,), values="few"),
        b=Operand("fi", (1,), "same a", values="few"),
    ),
    "np.putmask": forms(
        "np.putmask(a, m, 3)\nreturn a",
        "np.putmask(a, m, b)\nreturn a",
        a=Operand("fi", layouts=("C", "F", "strided", "reversed")),
        b=Operand("u1 b1", shape="same a"),
        m=Operand("b1", shape="same a"),
    ),
    "np.array_equiv": forms(
        "np.array_equiv(a, a)",
        "np.array_equiv(a, b)",
        a=Operand("fi", values="plain"),
        b=Operand("fi", shape="same a", values="plain"),
    ),
    "np.tril_indices_from": forms(
        "np.tril_indices_from(a)", "np.tril_indices_from(a, 1)", a=Operand("f8", (2, 1))
    ),
    "np.triu_indices_from": forms(
        "np.triu_indices_from(a)", "np.triu_indices_from(a, k=-1)", a=Operand("f8", (2, 1))
    ),
    "np.diag_indices_from": forms(
        "np.diag_indices_from(a)",
        a=Operand("f8", (2, 1, 3), "square"),
        memory=False,
        text=False,
    ),
    "np.astype": forms(
        "np.astype(a, np.float64)",
        "np.astype(a, np.int32, copy=False)",
        a=Operand("fi", values="plain"),
    ),
    "np.iscomplexobj": forms("np.iscomplexobj(a)", "np.iscomplexobj(n)", a=Operand(), n=N),
    "np.isrealobj": forms("np.isrealobj(a)", a=Operand()),
    "np.isscalar": forms("np.isscalar(a)", "np.isscalar(n)", a=Operand(), n=N),
    "np.result_type": forms(
        "np.zeros(2, np.result_type(a, np.float32))",
        "np.zeros(2, np.result_type(a, 1.0))",
        a=Operand(),
    ),
    "np.linalg.vecdot": forms("np.linalg.vecdot(a, a)", "np.linalg.vecdot(a, a, axis=0)", a=MATRIX),
    "np.linalg.outer": forms("np.linalg.outer(a, a)", a=Operand("fi", (1, 2), values="plain")),
    "np.linalg.cross": forms(
        *("np.linalg.cross(a, a[::-1])", "np.linalg.cross(a, a, axis=0)"),
        a=Operand("f8 i8", (2, 1), "three", values="plain"),
    ),
    "np.linalg.trace": forms("np.linalg.trace(a)", "np.linalg.trace(a, offset=1)", a=MATRIX),
    "np.linalg.diagonal": forms(
        "np.linalg.diagonal(a)", "np.linalg.diagonal(a, offset=-1)", a=MATRIX
    ),
    "np.linalg.matmul": forms("np.linalg.matmul(a, a.swapaxes(-1, -2))", a=MATRIX),
    "np.linalg.tensordot": forms("np.linalg.tensordot(a, a, axes=((0,), (0,)))", a=MATRIX),
    "np.linalg.matrix_norm": forms(
        *("np.linalg.matrix_norm(a)", "np.linalg.matrix_norm(a, ord=1)"),
        "np.linalg.matrix_norm(a, keepdims=True)",
        a=MATRIX,
        near=True,
    ),
    "np.linalg.vector_norm": forms(
        *("np.linalg.vector_norm(a)", "np.linalg.vector_norm(a, ord=1)"),
        "np.linalg.vector_norm(a, axis=0, keepdims=True)",
        a=MATRIX,
        near=True,
    ),
    "np.nanquantile": _nan_quantile("nanquantile", "0.3"),
    "np.nanpercentile": _nan_quantile("nanpercentile", "40"),
    **{
        f"np.fft.{name}": _fftn(name, "f8 i8" if name[0] == "r" else "f8 c16")
        for name in ("fftn", "ifftn", "rfftn", "irfftn", "rfft2", "irfft2")
    },
}
