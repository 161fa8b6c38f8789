"""Rows of np.linalg that take a matrix apart: qr, svd, eig and their kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _trace
from ..loops import range as counted
from ..rows import Row
from ..session import refuse
from . import blas
from .lapack import (
    LinAlgError,
    by_columns,
    check_info,
    integers,
    is_complex,
    larger,
    leading,
    matrix,
    operand,
    real_of,
    require_square,
    set_identity,
    smaller,
    vector,
    work_size,
)
from .nests import require
from .products import over_stack
from .staged import staged

_BLOCK = 64  # columns that the routines take together, at most


def result(name: str, *values: Any) -> Any:
    """NumPy's own tuple with names, where this NumPy has it."""
    linalg = getattr(np.linalg, "_linalg", np.linalg)
    kind = getattr(linalg, name, None)
    return kind(*values) if kind is not None else tuple(values)


@staged
def _upper(a: Any, out: Any) -> None:
    out[...] = 0
    for i in counted(out.shape[0]):
        for j in counted(i, out.shape[1]):
            out[i, j] = a[i, j]


def _qr_into(a: Any, r: Any, q: Any, short: str) -> None:
    m, n = a.shape
    k = smaller(m, n)
    factors = by_columns(a, short)
    tau, info = vector(k, short), integers(1)
    size = larger(n * _BLOCK, 1)
    blas.run(
        *("geqrf", short, "iiBiBBiJ", m, n, factors, leading(m), tau, vector(size, short), size),
        info,
    )
    check_info(info, "Incorrect argument found in QR factorization")
    _upper(factors, r)
    if q is None:
        return
    columns = q.shape[1]
    made = matrix((m, columns), short)
    made[...] = 0
    both = smaller(columns, n)
    made[:, :both] = factors[:, :both]
    size = larger(columns * _BLOCK, 1)
    name = "ungqr" if is_complex(short) else "orgqr"
    blas.run(
        *(name, short, "iiiBiABiJ", m, columns, k, made, leading(m), tau, vector(size, short)),
        *(size, info),
    )
    check_info(info, "Incorrect argument found in QR factorization")
    q[...] = made


def qr(a: Any, mode: str = "reduced") -> Any:
    """`np.linalg.qr` in the modes 'reduced', 'complete' and 'r'."""
    if mode not in ("reduced", "complete", "r"):
        refuse(230, name="np.linalg.qr", what=f"the mode {mode!r}", instead="'reduced'")
    a, short = operand(a)
    m, n = a.shape[-2:]
    lead = a.shape[:-2]
    inner = m if mode == "complete" else smaller(m, n)
    r = _trace.empty((*lead, inner, n), short)
    if mode == "r":
        over_stack(len(lead), (a, r), lambda a, r: _qr_into(a, r, None, short))
        return r
    q = _trace.empty((*lead, m, inner), short)
    over_stack(len(lead), (a, r, q), lambda a, r, q: _qr_into(a, r, q, short))
    return result("QRResult", q, r)


def _svd_into(a: Any, s: Any, u: Any, vt: Any, job: str, short: str) -> None:
    m, n = a.shape
    k = smaller(m, n)
    info = integers(1)
    given = by_columns(a, short)
    if job == "N":
        left, right = matrix((1, 1), short), matrix((1, 1), short)
    else:
        left, right = matrix(u.shape, short), matrix(vt.shape, short)
        set_identity(left)
        set_identity(right)
    values = vector(k, real_of(short))
    first: tuple[Any, ...] = (
        job,
        m,
        n,
        given,
        leading(m),
        values,
        left,
        leading(left.shape[0]),
        right,
    )
    first += (leading(right.shape[0]),)
    extra: tuple[Any, ...] = (integers(8 * k),)
    form = "ciiBiSBiBiBiJJ"
    if is_complex(short):
        most = larger(5 * k + 7, 2 * larger(m, n) + 2 * k + 1)
        extra = (vector(larger(k * most, 1), real_of(short)), *extra)
        form = "ciiBiSBiBiBiSJJ"
    ask = vector(1, short)
    blas.run("gesdd", short, form, *first, ask, -1, *extra, info)
    size = work_size(ask)
    blas.run("gesdd", short, form, *first, vector(size, short), size, *extra, info)
    check_info(info, "SVD did not converge")
    s[...] = values
    if job != "N":
        u[...] = left
        vt[...] = right


def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """`np.linalg.svd`."""
    if hermitian:
        refuse(230, name="np.linalg.svd", what="hermitian=True", instead="np.linalg.eigh")
    a, short = operand(a)
    m, n = a.shape[-2:]
    lead = a.shape[:-2]
    k = smaller(m, n)
    s = _trace.empty((*lead, k), real_of(short))
    if not compute_uv:
        over_stack(len(lead), (a, s), lambda a, s: _svd_into(a, s, None, None, "N", short))
        return s
    job = "A" if full_matrices else "S"
    u = _trace.empty((*lead, m, m if full_matrices else k), short)
    vt = _trace.empty((*lead, n if full_matrices else k, n), short)
    over_stack(len(lead), (a, s, u, vt), lambda a, s, u, vt: _svd_into(a, s, u, vt, job, short))
    return result("SVDResult", u, s, vt)


def svdvals(x: Any) -> Any:
    """`np.linalg.svdvals`."""
    return svd(x, compute_uv=False)


def _eigh_into(a: Any, w: Any, v: Any, uplo: str, short: str) -> None:
    n = a.shape[0]
    real = real_of(short)
    info = integers(1)
    made, values = by_columns(a, short), vector(n, real)
    whole = 3 + 5 * n
    if is_complex(short):
        size, reals = 2 * n + n * n + _BLOCK * n + 1, 1 + 5 * n + 2 * n * n
        blas.run(
            *("heevd", short, "cciBiSBiSiJiJ", "N" if v is None else "V", uplo, n, made),
            *(leading(n), values, vector(size, short), size, vector(reals, real), reals),
            *(integers(whole), whole, info),
        )
    else:
        size = 1 + 6 * n + 2 * n * n + _BLOCK * n
        blas.run(
            *("syevd", short, "cciBiSBiJiJ", "N" if v is None else "V", uplo, n, made),
            *(leading(n), values, vector(size, short), size, integers(whole), whole, info),
        )
    check_info(info, "Eigenvalues did not converge")
    w[...] = values
    if v is not None:
        v[...] = made


def _triangle_name(UPLO: str) -> str:
    uplo = UPLO.upper()
    if uplo not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return uplo


def eigh(a: Any, UPLO: str = "L") -> Any:
    """`np.linalg.eigh`."""
    uplo = _triangle_name(UPLO)
    a, short = operand(a)
    require_square(a)
    w = _trace.empty(a.shape[:-1], real_of(short))
    v = _trace.empty(a.shape, short)
    over_stack(a.ndim - 2, (a, w, v), lambda a, w, v: _eigh_into(a, w, v, uplo, short))
    return result("EighResult", w, v)


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """`np.linalg.eigvalsh`."""
    uplo = _triangle_name(UPLO)
    a, short = operand(a)
    require_square(a)
    w = _trace.empty(a.shape[:-1], real_of(short))
    over_stack(a.ndim - 2, (a, w), lambda a, w: _eigh_into(a, w, None, uplo, short))
    return w


@staged
def _require_finite(a: Any) -> None:
    finite = True
    for i in counted(a.shape[0]):
        for j in counted(a.shape[1]):
            finite = finite and np.isfinite(a[i, j])
    require(finite, LinAlgError, "Array must not contain infs or NaNs")


@staged
def _pair_up(real: Any, imag: Any, vectors: Any, w: Any, v: Any) -> None:
    """Of a real matrix: two columns in a row are the parts of a vector and its conjugate."""
    n = w.shape[0]
    second = False
    for j in counted(n):
        w[j] = complex(real[j], imag[j])
        if v is not None:
            for i in counted(n):
                if imag[j] == 0:
                    v[i, j] = vectors[i, j]
                elif second:
                    v[i, j] = complex(vectors[i, j - 1], -vectors[i, j])
                else:
                    v[i, j] = complex(vectors[i, j], vectors[i, j + 1])
        second = imag[j] != 0 and not second


def _eig_into(a: Any, w: Any, v: Any, short: str) -> None:
    _require_finite(a)
    n = a.shape[0]
    real = real_of(short)
    info = integers(1)
    given = by_columns(a, short)
    job = "N" if v is None else "V"
    left = matrix((1, 1), short)
    right = left if v is None else matrix((n, n), short)
    size = larger(n * (_BLOCK + 4), 1)
    work = vector(size, short)
    ends = (left, 1, right, leading(right.shape[0]), work, size)
    if is_complex(short):
        values = vector(n, short)
        blas.run(
            *("geev", short, "cciBiBBiBiBiSJ", "N", job, n, given, leading(n), values),
            *(*ends, vector(2 * n, real), info),
        )
        check_info(info, "Eigenvalues did not converge")
        w[...] = values
        if v is not None:
            v[...] = right
        return
    first, second = vector(n, real), vector(n, real)
    blas.run(
        *("geev", short, "cciBiSSBiBiBiJ", "N", job, n, given, leading(n), first, second),
        *(*ends, info),
    )
    check_info(info, "Eigenvalues did not converge")
    _pair_up(first, second, right, w, v)


def eig(a: Any) -> Any:
    """`np.linalg.eig`: always complex numbers, also where NumPy finds that all are real."""
    a, short = operand(a)
    require_square(a)
    kind = short if is_complex(short) else {"f4": "c8", "f8": "c16"}[short]
    w, v = _trace.empty(a.shape[:-1], kind), _trace.empty(a.shape, kind)
    over_stack(a.ndim - 2, (a, w, v), lambda a, w, v: _eig_into(a, w, v, short))
    return result("EigResult", w, v)


def eigvals(a: Any) -> Any:
    """`np.linalg.eigvals`: always complex numbers, also where NumPy finds that all are real."""
    a, short = operand(a)
    require_square(a)
    kind = short if is_complex(short) else {"f4": "c8", "f8": "c16"}[short]
    w = _trace.empty(a.shape[:-1], kind)
    over_stack(a.ndim - 2, (a, w), lambda a, w: _eig_into(a, w, None, short))
    return w


ROWS: tuple[Row, ...] = (
    Row(np.linalg.qr, "np.linalg.qr", qr),
    Row(np.linalg.svd, "np.linalg.svd", svd),
    Row(np.linalg.eigh, "np.linalg.eigh", eigh),
    Row(np.linalg.eigvalsh, "np.linalg.eigvalsh", eigvalsh),
    Row(np.linalg.eig, "np.linalg.eig", eig),
    Row(np.linalg.eigvals, "np.linalg.eigvals", eigvals),
    *(
        [Row(np.linalg.svdvals, "np.linalg.svdvals", svdvals)]
        if hasattr(np.linalg, "svdvals")
        else []
    ),
)
