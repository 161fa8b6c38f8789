"""Forms of products, linear algebra and transforms."""

from __future__ import annotations

from tests.numpy.operands import Operand

from .form import Forms, forms

A = Operand("fi c16", values="plain")
NUMBERS = Operand("fibc", values="plain")
B = Operand("fibc", shape="product a", values="plain")
SAME = Operand("fic", shape="same a", values="plain")
SQUARE = Operand("f8 f4 c16 i8", (2, 3, 1), "square", values="plain")
MATRIX = Operand("f8 f4 c16 i8", (2, 3, 1), values="plain")
LINE = Operand("f8 i8 c16", (1,), values="plain")
N = Operand("i8", values="plain", hint="int")

_FFT_FORMS = (
    *("np.fft.{}(a)", "np.fft.{}(a, 4)", "np.fft.{}(a, axis=0)", "np.fft.{}(a, norm='ortho')"),
    *("np.fft.{}(a, n=n)", "np.fft.{}(a, norm='forward')"),
)


def _fft(name: str, codes: str = "f8 c16 f4 i8") -> Forms:
    texts = [text.format(name) for text in _FFT_FORMS]
    return forms(*texts, a=Operand(codes, (1, 2, 3, 0), values="plain"), n=N, near=True)


def _fft2(name: str) -> Forms:
    return forms(
        *(f"np.fft.{name}(a)", f"np.fft.{name}(a, s=(2, 3))", f"np.fft.{name}(a, axes=(1, 0))"),
        a=Operand("f8 c16 i8", (2, 3, 1), values="plain"),
        near=True,
    )


def _frequencies(name: str) -> Forms:
    return forms(
        *(f"np.fft.{name}(5)", f"np.fft.{name}(n)", f"np.fft.{name}(n, d=0.5)"), n=N, near=True
    )


FORMS: dict[str, Forms] = {
    "np.matmul": forms(
        *("np.matmul(a, b)", "a @ b", "np.matmul(a, a.T)", "np.matmul(b.T, a.T)"),
        a=NUMBERS,
        b=B,
        weight=2,
        text=False,
    ),
    "np.dot": forms(
        *("np.dot(a, b)", "a.dot(b)", "np.dot(a, a.T)", "np.dot(2, a)"), a=NUMBERS, b=B, near=True
    ),
    "np.vdot": forms("np.vdot(a, b)", a=NUMBERS, b=SAME),
    "np.inner": forms(
        *("np.inner(a, b)", "np.inner(a, v)", "np.inner(a, 2)"),
        a=NUMBERS,
        b=SAME,
        v=Operand("fi", (1,), "line a", values="plain"),
    ),
    "np.outer": forms("np.outer(a, b)", a=NUMBERS, b=Operand("fib", values="plain")),
    "np.tensordot": forms(
        *("np.tensordot(a, b, 1)", "np.tensordot(a, a, axes=((0,), (0,)))"),
        *(
            "np.tensordot(a, s)",
            "np.tensordot(a, b, 0)",
            "np.tensordot(a, s, axes=([0, 1], [0, 1]))",
        ),
        a=NUMBERS,
        b=B,
        s=SAME,
    ),
    "np.kron": forms("np.kron(a, b)", a=NUMBERS, b=Operand("fib", values="plain")),
    "np.cross": forms(
        *("np.cross(a[..., :3], b[..., :3])", "np.cross(a, b, axis=0)"),
        a=Operand("fi", (1, 2), "three", values="plain"),
        b=Operand("fi", (1, 2), "same a", values="plain"),
    ),
    "np.trace": forms("np.trace(a)", "np.trace(a, 1)", "a.trace()", a=MATRIX),
    "np.einsum": forms(
        *("np.einsum('ij,jk->ik', a, b)", "np.einsum('ij->ji', a)", "np.einsum('ij->', a)"),
        *("np.einsum('ij,ij->i', a, s)", "np.einsum('...i,...i', a, s)", "np.einsum('ii', a)"),
        *("np.einsum('ij,jk', a, b)", "np.einsum('ij,kj->ik', a, a)", "np.einsum('i...->...', a)"),
        a=Operand("f8 i8 c16 f4", (2, 3, 1), values="plain"),
        b=B,
        s=SAME,
        text=False,
    ),
    "np.linalg.multi_dot": forms(
        "np.linalg.multi_dot([a, b, b.T])",
        "np.linalg.multi_dot([a, b])",
        a=Operand("f8 f4", (2, 1), values="plain"),
        b=Operand("f8 f4", (2,), "product a", values="plain"),
    ),
    "np.linalg.solve": forms(
        *("np.linalg.solve(a, b)", "np.linalg.solve(a, a)"),
        a=SQUARE,
        b=Operand("f8 f4 i8", (2, 1, 3), "columns a", values="plain"),
        near=True,
    ),
    "np.linalg.inv": forms("np.linalg.inv(a)", a=SQUARE, near=True),
    "np.linalg.det": forms("np.linalg.det(a)", a=SQUARE, near=True),
    "np.linalg.slogdet": forms(
        "np.linalg.slogdet(a)", "np.linalg.slogdet(a).logabsdet", a=SQUARE, near=True
    ),
    "np.linalg.cholesky": forms(
        *("np.linalg.cholesky(a)", "np.linalg.cholesky(a @ a.T + np.eye(a.shape[0]))"),
        a=Operand("f8 f4", (2,), "square", values="plain"),
        near=True,
    ),
    "np.linalg.matrix_power": forms(
        *("np.linalg.matrix_power(a, 3)", "np.linalg.matrix_power(a, 0)"),
        a=SQUARE,
        near=True,
    ),
    "np.linalg.norm": forms(
        *("np.linalg.norm(a)", "np.linalg.norm(a, axis=0)", "np.linalg.norm(a, 1)"),
        *(
            "np.linalg.norm(a, np.inf)",
            "np.linalg.norm(a, 'fro')",
            "np.linalg.norm(a, axis=-1, keepdims=True)",
        ),
        *("np.linalg.norm(a, 2)", "np.linalg.norm(a, 3, axis=0)", "np.linalg.norm(a, 'nuc')"),
        *("np.linalg.norm(a, -np.inf)", "np.linalg.norm(a, 0, axis=-1)"),
        a=Operand("f8 f4 c16 i8", (2, 1, 3), values="plain"),
        near=True,
    ),
    "np.linalg.lstsq": forms(
        *("np.linalg.lstsq(a, b)", "np.linalg.lstsq(a, b, rcond=None)[0]"),
        a=Operand("f8 f4", (2,), values="plain"),
        b=Operand("f8 f4", (1, 2), "columns a", values="plain"),
        near=True,
    ),
    "np.linalg.pinv": forms(
        "np.linalg.pinv(a, rcond=1e-3)",
        a=Operand("f8 f4 c16", (2, 3), values="plain"),
        near=True,
    ),
    "np.linalg.matrix_rank": forms("np.linalg.matrix_rank(a)", a=MATRIX),
    "np.linalg.cond": forms(
        "np.linalg.cond(a @ a.T + np.eye(a.shape[0]))",
        a=Operand("f8", (2,), values="plain"),
        near=True,
    ),
    "np.linalg.qr": forms(
        *("np.linalg.qr(a)", "np.linalg.qr(a, mode='r')", "np.linalg.qr(a, mode='complete')"),
        a=MATRIX,
        near=True,
    ),
    "np.linalg.svd": forms(
        *("np.linalg.svd(a, compute_uv=False)", "np.linalg.svd(a)[1]"),
        "u, s, v = np.linalg.svd(a, full_matrices=False)\nreturn u @ (s[..., None] * v)",
        a=MATRIX,
        near=True,
    ),
    "np.linalg.svdvals": forms("np.linalg.svdvals(a)", a=MATRIX, near=True),
    "np.linalg.eigh": forms(
        *("np.linalg.eigh(a + a.swapaxes(-1, -2))[0]", "np.linalg.eigh(a).eigenvalues"),
        "w, v = np.linalg.eigh(a)\nreturn (v * w) @ v.T",
        a=Operand("f8 f4", (2, 1), "square", values="plain"),
        near=True,
    ),
    "np.linalg.eigvalsh": forms(
        "np.linalg.eigvalsh(a)", "np.linalg.eigvalsh(a, 'U')", a=SQUARE, near=True
    ),
    "np.linalg.eig": forms(
        "np.sort(np.linalg.eig(a + a.T)[0].real)",
        a=Operand("c16", (2,), "square", values="plain"),
        near=True,
    ),
    "np.linalg.eigvals": forms(
        "np.sort(np.linalg.eigvals(a).real)",
        a=Operand("c16", (2, 1), "square", values="plain"),
        near=True,
    ),
    "np.fft.fft": _fft("fft"),
    "np.fft.ifft": _fft("ifft"),
    "np.fft.rfft": _fft("rfft", "f8 f4 i8"),
    "np.fft.irfft": _fft("irfft"),
    "np.fft.hfft": _fft("hfft"),
    "np.fft.ihfft": _fft("ihfft", "f8 f4 i8"),
    "np.fft.fft2": _fft2("fft2"),
    "np.fft.ifft2": _fft2("ifft2"),
    "np.fft.fftfreq": _frequencies("fftfreq"),
    "np.fft.rfftfreq": _frequencies("rfftfreq"),
    "np.fft.fftshift": forms(
        "np.fft.fftshift(a)", "np.fft.fftshift(a, axes=0)", a=Operand("fi", (2, 1, 3))
    ),
    "np.fft.ifftshift": forms(
        "np.fft.ifftshift(a)", "np.fft.ifftshift(a, axes=-1)", a=Operand("fi", (2, 1, 3))
    ),
}
