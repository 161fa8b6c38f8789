"""Forms of functions that make arrays."""

from __future__ import annotations

from tests.numpy.operands import Operand

from .form import Forms, forms

A = Operand()
N = Operand("i8", values="plain", hint="nm.i8")
K = Operand("i8", values="count", hint="int")
X = Operand("f8", values="plain", hint="nm.f8")
MATRIX = Operand("fiu", (2, 1, 3), values="plain")
WRITABLE = ("C", "F", "strided", "reversed")


def _shape(name: str) -> tuple[str, ...]:
    return (
        *(f"np.{name}(n)", f"np.{name}((n, k))", f"np.{name}((2, n), dtype=np.int32)"),
        *(f"np.{name}(3, np.float32)", f"np.{name}((k, 2), order='F')", f"np.{name}(())"),
    )


def _like(name: str) -> tuple[str, ...]:
    return (
        *(f"np.{name}(a)", f"np.{name}(a, dtype=np.float32)", f"np.{name}(a, shape=(2, 3))"),
        f"np.{name}(a, order='C')",
    )


FORMS: dict[str, Forms] = {
    "np.empty": forms(*(f"{text}.shape" for text in _shape("empty")), n=N, k=K),
    "np.ndarray": forms(
        *("np.ndarray(n).shape", "np.ndarray((k, 2)).shape", "np.ndarray((n, k), np.int32).size"),
        *("np.ndarray((k, 2), dtype=np.float32, order='F').shape",),
        n=N,
        k=K,
    ),
    "np.zeros": forms(*_shape("zeros"), n=N, k=K),
    "np.ones": forms(*_shape("ones"), n=N, k=K),
    "np.full": forms(
        *("np.full(n, 3)", "np.full((k, 2), x)", "np.full((k, 2), [1, 2], dtype=np.float32)"),
        n=N,
        k=K,
        x=X,
    ),
    "np.empty_like": forms(*(f"{text}.shape" for text in _like("empty_like")), a=A),
    "np.zeros_like": forms(*_like("zeros_like"), a=A),
    "np.ones_like": forms(*_like("ones_like"), a=A),
    "np.full_like": forms(
        *("np.full_like(a, 1)", "np.full_like(a, True)", "np.full_like(a, 2.5, dtype=np.float64)"),
        a=A,
    ),
    "np.array": forms(
        *("np.array(a)", "np.array([x, k, 1])", "np.array([[1, x], [k, 2]])", "np.array(x)"),
        *("np.array(a, dtype=np.float64)", "np.array([a, a])", "np.array(a, ndmin=3)"),
        *("np.array(a, order='F')", "np.array(a, copy=False)"),
        a=Operand("fiub"),
        k=K,
        x=X,
    ),
    "np.asarray": forms("np.asarray(a)", "np.asarray(a, dtype=np.float64)", a=Operand("fiub")),
    "np.asanyarray": forms("np.asanyarray(a)", a=A),
    "np.ascontiguousarray": forms("np.ascontiguousarray(a).copy()", a=A),
    "np.asfortranarray": forms("np.asfortranarray(a).copy()", a=A),
    "np.copy": forms("np.copy(a)", "a.copy()", "a.copy('F')", "np.copy(a, order='C')", a=A),
    "np.arange": forms(
        *("np.arange(n)", "np.arange(k, 7)", "np.arange(1, n, 2)", "np.arange(n, k, -1)"),
        *("np.arange(x)", "np.arange(0, x, 0.25)", "np.arange(k, dtype=np.float32)"),
        *("np.arange(5)", "np.arange(0.0, 1.0, 0.1)"),
        n=N,
        k=K,
        x=X,
    ),
    "np.linspace": forms(
        *("np.linspace(0, x, 5)", "np.linspace(x, 3.0, k)", "np.linspace(0, 1, 4, endpoint=False)"),
        *("np.linspace(0, x, n)", "np.linspace(0, 5, 6, dtype=np.int64)"),
        *("np.linspace(a, 2.0, 3)", "np.linspace(0, x, 3, retstep=True)"),
        a=Operand("f8 i8", (1, 2), values="plain"),
        n=N,
        k=K,
        x=X,
    ),
    "np.logspace": forms(
        "np.logspace(0, x, 4)", "np.logspace(0, 2, k, base=2.0)", k=K, x=X, near=True
    ),
    "np.geomspace": forms("np.geomspace(1.0, 8.0, 4)", "np.geomspace(1, 16, k)", k=K, near=True),
    "np.indices": forms(
        "np.indices((n, k))", "np.indices((2, 3))", "np.indices((k,), dtype=np.int32)", n=N, k=K
    ),
    "np.meshgrid": forms(
        *(
            "np.meshgrid(v, w)",
            "np.meshgrid(v, w, indexing='ij')",
            "np.meshgrid(v, w, sparse=True)",
        ),
        *("np.meshgrid(v)", "np.meshgrid(v, w, v)"),
        v=Operand("f8 i8", (1,)),
        w=Operand("f8 i4", (1,)),
    ),
    "np.ix_": forms(
        "a[np.ix_([0, 1], [1, 0])]",
        "np.ix_(v, v)",
        a=Operand("fi", (2,)),
        v=Operand("i8", (1,), values="count"),
    ),
    "np.fromfunction": forms(
        *("np.fromfunction(lambda i, j: i + 2 * j, (3, 4))",),
        "np.fromfunction(lambda i: i * x, (k,), dtype=np.int64)",
        k=K,
        x=X,
    ),
    "np.eye": forms(
        *("np.eye(n)", "np.eye(k, 3)", "np.eye(3, k=1)", "np.eye(k, k=-1, dtype=np.int64)"),
        n=N,
        k=K,
    ),
    "np.identity": forms("np.identity(n)", "np.identity(2, dtype=np.float32)", n=N),
    "np.tri": forms("np.tri(k)", "np.tri(3, k, 1)", "np.tri(n, dtype=np.int64)", n=N, k=K),
    "np.tril": forms("np.tril(a)", "np.tril(a, 1)", "np.tril(a, k=-1)", a=MATRIX),
    "np.triu": forms("np.triu(a)", "np.triu(a, 1)", "np.triu(a, k=k)", a=MATRIX, k=K),
    "np.diag": forms(
        *("np.diag(a)", "np.diag(a, 1)", "np.diag(a, k=-1)", "np.diag(a, k)"),
        a=Operand("fi", (2, 1)),
        k=K,
    ),
    "np.diagflat": forms("np.diagflat(a)", "np.diagflat(a, 1)", a=Operand("fi", (1, 2))),
    "np.diagonal": forms(
        *("np.diagonal(a)", "np.diagonal(a, 1)", "np.diagonal(a, -1, 0, 1)", "a.diagonal()"),
        a=Operand("fi", (2, 3)),
    ),
    "np.fill_diagonal": forms(
        *("np.fill_diagonal(a, 5)\nreturn a", "np.fill_diagonal(a, [1, 2])\nreturn a"),
        a=Operand("fi", (2,), layouts=WRITABLE),
    ),
    "np.diag_indices": forms("np.diag_indices(k)", "np.diag_indices(2, 3)", k=K),
    "np.tril_indices": forms("np.tril_indices(k)", "np.tril_indices(3, 1, 4)", k=K),
    "np.triu_indices": forms("np.triu_indices(k)", "np.triu_indices(3, -1)", k=K),
    "np.vander": forms(
        *("np.vander(v)", "np.vander(v, 3)", "np.vander(v, increasing=True)"),
        v=Operand("f8 i8", (1,), values="few"),
    ),
}
