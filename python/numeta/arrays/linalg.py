"""Rows of np.linalg that solve, invert and measure: solve, inv, det, cholesky, norm, lstsq, ..."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .. import _trace
from ..loops import range as counted
from ..rows import Row
from ..session import refuse
from . import blas
from .conversion import as_array, short_of
from .decompositions import result, svd
from .folding import product
from .lapack import (
    LinAlgError,
    by_columns,
    check_info,
    integers,
    is_complex,
    larger,
    lead_of,
    leading,
    matrix,
    operand,
    real_of,
    require_square,
    set_identity,
    smaller,
    stacked,
    vector,
    work_size,
)
from .nests import require
from .products import (
    as_result,
    common_type,
    converted,
    flat,
    matmul,
    multiply_into,
    over_stack,
    require_equal,
    reshaped,
    transposed,
)
from .reductions import reduced
from .staged import staged

_SINGULAR = "Singular matrix"


def _solved(a: Any, right: Any, short: str) -> Any:
    """The solutions of one system, over the right sides, which are columns in memory."""
    n, count = right.shape
    info = integers(1)
    given = by_columns(a, short)
    blas.run(
        "gesv", short, "iiBiJBiJ", n, count, given, leading(n), integers(n), right, leading(n), info
    )
    check_info(info, _SINGULAR)
    return right


def solve(a: Any, b: Any) -> Any:
    """`np.linalg.solve`; stacks of systems by a loop."""
    a, _ = operand(a)
    require_square(a)
    b, _ = operand(b, 1)
    is_vector = (
        b.ndim == 1 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else (b.ndim == a.ndim - 1)
    )
    signature = "(m,m),(m)->(m)" if is_vector else "(m,m),(m,n)->(m,n)"
    message = (
        f"solve{'1' if is_vector else ''}: Input operand 1 has a mismatch in its core dimension 0,"
        " with gufunc signature " + signature + " (size {1} is different from {0})"
    )
    if is_vector:
        b = reshaped(b, (*b.shape, 1))
    require_equal(a.shape[-1], b.shape[-2], message)
    short = common_type(a, b)
    a, b = converted(a, short), converted(b, short)
    lead = lead_of(a, b)
    out = _trace.empty((*lead, *b.shape[-2:]), short)

    def one(a: Any, b: Any, out: Any) -> None:
        out[...] = _solved(a, by_columns(b, short), short)

    over_stack(len(lead), (stacked(a, lead), stacked(b, lead), out), one)
    return out[..., 0] if is_vector else out


def inv(a: Any) -> Any:
    """`np.linalg.inv`."""
    a, short = operand(a)
    require_square(a)
    out = _trace.empty(a.shape, short)

    def one(a: Any, out: Any) -> None:
        right = matrix(a.shape, short)
        set_identity(right)
        out[...] = _solved(a, right, short)

    over_stack(a.ndim - 2, (a, out), one)
    return out


@staged
def _log_product(factors: Any, pivots: Any, sign: Any, log: Any) -> None:
    sign[()] = 1
    log[()] = 0
    for i in counted(factors.shape[0]):
        x = factors[i, i]
        size = abs(x)
        if pivots[i] != i + 1:
            sign[()] = -sign[()]
        sign[()] = sign[()] * (x / size)
        log[()] = log[()] + np.log(size)


@staged
def _log_determinant(a: Any, sign: Any, log: Any, short: str) -> None:
    factors = by_columns(a, short)
    n = a.shape[0]
    pivots, info = integers(n), integers(1)
    blas.run("getrf", short, "iiBiJJ", n, n, factors, leading(n), pivots, info)
    if info[0] > 0:
        sign[()] = 0
        log[()] = -np.inf
    else:
        _log_product(factors, pivots, sign, log)


def _signs_and_logs(a: Any, short: str) -> tuple[Any, Any]:
    require_square(a)
    sign = _trace.empty(a.shape[:-2], short)
    log = _trace.empty(a.shape[:-2], real_of(short))
    over_stack(
        a.ndim - 2, (a, sign, log), lambda a, sign, log: _log_determinant(a, sign, log, short)
    )
    return sign, log


def slogdet(a: Any) -> Any:
    """`np.linalg.slogdet`."""
    a, short = operand(a)
    sign, log = _signs_and_logs(a, short)
    return result("SlogdetResult", as_result(sign), as_result(log))


def det(a: Any) -> Any:
    """`np.linalg.det`: from the logarithm, as NumPy has it."""
    a, short = operand(a)
    sign, log = _signs_and_logs(a, short)
    return _trace.map(lambda s, x: s * np_exp(x), (as_result(sign), as_result(log)))


def np_exp(x: Any) -> Any:
    """`np.exp` of one traced number."""
    return _trace.apply("exp", (x,), python=False)


@staged
def _triangle(a: Any, out: Any) -> None:
    out[...] = 0
    for i in counted(a.shape[0]):
        for j in counted(i + 1):
            out[i, j] = a[i, j]


def cholesky(a: Any, *, upper: bool = False) -> Any:
    """`np.linalg.cholesky`: the lower factor, or the upper one."""
    a, short = operand(a)
    require_square(a)
    out = _trace.empty(a.shape, short)

    def one(a: Any, out: Any) -> None:
        n = a.shape[0]
        info = integers(1)
        factor = by_columns(_adjoint(a) if upper else a, short)
        blas.run("potrf", short, "ciBiJ", "L", n, factor, leading(n), info)
        check_info(info, "Matrix is not positive definite")
        _triangle(factor, out)

    over_stack(a.ndim - 2, (a, out), one)
    return _adjoint(out) if upper else out


def conjugated(a: Any) -> Any:
    """`a.conj()`."""
    if np.dtype(a.dtype).kind != "c":
        return a
    return _trace.map(lambda x: x.conjugate(), (a,))


def _adjoint(a: Any) -> Any:
    return conjugated(transposed(a))


def matrix_power(a: Any, n: Any) -> Any:
    """`np.linalg.matrix_power`; the power is known at compile time."""
    a = as_array(a)
    if a.ndim < 2:
        raise LinAlgError(
            f"{a.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    require_square(a)
    if _trace.is_traced(n):
        refuse(
            230,
            name="np.linalg.matrix_power",
            what="a power known at run time",
            instead="nm.comptime as the hint of the power",
        )
    try:
        n = operator.index(n)
    except TypeError as problem:
        raise TypeError("exponent must be an integer") from problem
    if n == 0:
        out = _trace.empty(a.shape, short_of(a.dtype))
        over_stack(a.ndim - 2, (out,), set_identity)
        return out
    if n < 0:
        a, n = inv(a), -n
    power, product = a, None
    while n > 0:
        n, bit = divmod(n, 2)
        if bit:
            product = power if product is None else matmul(product, power)
        if n > 0:
            power = matmul(power, power)
    return product


# ---- norms -------------------------------------------------------------------------------------


def _extreme(x: Any, out: Any, least: bool) -> None:
    """The largest of absolute values, 0 of none; or the least, which nothing has not."""
    out[()] = reduced("minimum", x) if least else reduced("maximum", x, initial=0)


@staged
def _count(x: Any, out: Any) -> None:
    out[()] = 0
    for i in counted(x.shape[0]):
        if x[i] != 0:
            out[()] = out[()] + 1


@staged
def _plain_sum(x: Any, out: Any) -> None:
    out[()] = 0
    for i in counted(x.shape[0]):
        out[()] = out[()] + x[i]


def _sum(x: Any, out: Any) -> None:
    """The sum of numbers that are not negative."""
    short = short_of(x.dtype)
    strides = _trace.strides(x)
    if blas.is_served(short) and strides is not None and _trace.same(strides[0], 1):
        out[()] = blas.run("asum", short, "iAi", x.shape[0], x, 1, result=True)
    else:
        _plain_sum(x, out)


def absolute(x: Any) -> Any:
    """`np.abs` of an array."""
    return _trace.map(abs, (x,))


def _root(out: Any) -> None:
    out[()] = _trace.apply("sqrt", (out[()],), python=False)


def _squares(x: Any, out: Any) -> None:
    if np.dtype(x.dtype).kind == "c":
        real, imag = _trace.empty((), short_of(out.dtype)), _trace.empty((), short_of(out.dtype))
        for part, into in ((lambda v: v.real, real), (lambda v: v.imag, imag)):
            values = _trace.map(part, (x,))
            multiply_into(values, values, into)
        out[()] = real[()] + imag[()]
    else:
        multiply_into(x, x, out)


def _vector_norm(x: Any, order: Any, out: Any) -> None:
    if order is None or order == 2:
        _squares(x, out)
        _root(out)
    elif order == np.inf:
        _extreme(absolute(x), out, False)
    elif order == -np.inf:
        _extreme(absolute(x), out, True)
    elif order == 0:
        _count(x, out)
    elif order == 1:
        _sum(absolute(x), out)
    else:
        power = np.dtype(out.dtype).type(order)
        _sum(_trace.map(lambda v: abs(v) ** power, (x,)), out)
        out[()] = out[()] ** np.dtype(out.dtype).type(1 / order)


def _sums(a: Any, out: Any) -> None:
    """The sums of the absolute values of each row."""
    over_stack(1, (absolute(a), out), _sum)


def _matrix_norm(a: Any, order: Any, out: Any) -> None:
    short = short_of(out.dtype)
    least = order in (-1, -2, -np.inf)
    if order in (None, "fro", "f"):
        over = flat(a)
        _squares(over, out)
        _root(out)
    elif order in (2, -2, "nuc"):
        values = svd(a, compute_uv=False)
        if order == "nuc":
            _sum(values, out)
        else:
            _extreme(values, out, least)
    elif order in (1, -1, np.inf, -np.inf):
        rows = transposed(a) if order in (1, -1) else a
        sums = vector(rows.shape[0], short)
        _sums(rows, sums)
        _extreme(sums, out, least)
    else:
        raise ValueError("Invalid norm order for matrices.")


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """`np.linalg.norm`; order and axes are known at compile time."""
    x, short = operand(x, 0)
    if axis is None:
        if ord is not None and x.ndim not in (1, 2):
            raise ValueError("Improper number of dimensions to norm.")
        rank = x.ndim
        axes = list(range(rank))
        if ord is None:
            x, axes = flat(x), [0]
    else:
        rank = x.ndim
        axes = [axis] if isinstance(axis, int) else list(axis)
        axes = [k + rank if k < 0 else k for k in axes]
    if len(axes) not in (1, 2):
        raise ValueError("Improper number of dimensions to norm.")
    if len(axes) == 1 and isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    rest = [k for k in range(x.ndim) if k not in axes]
    moved = _trace.permuted(x, [*rest, *axes])
    lead = tuple(x.shape[k] for k in rest)
    out = _trace.empty(lead, real_of(short))
    measure = _vector_norm if len(axes) == 1 else _matrix_norm
    over_stack(len(rest), (moved, out), lambda one, out: measure(one, ord, out))
    if not keepdims:
        return as_result(out)
    kept = (1,) * rank if axis is None else [1 if k in axes else x.shape[k] for k in range(rank)]
    return reshaped(out, kept)


# ---- least squares, rank, condition ------------------------------------------------------------


@staged
def _residuals(right: Any, first: Any, last: Any, out: Any) -> None:
    for j in counted(out.shape[0]):
        out[j] = 0
        for i in counted(first, last):
            size = abs(right[i, j])
            out[j] = out[j] + size * size


def _gelsd(a: Any, right: Any, values: Any, rcond: Any, short: str) -> Any:
    """Overwrites the right sides with the solutions; gives the rank."""
    (m, n), count = a.shape, right.shape[1]
    real = real_of(short)
    rank, info = integers(1), integers(1)
    given = by_columns(a, short)
    first = (m, n, count, given, leading(m), right, leading(larger(m, n)), values, rcond, rank)
    form = "iiiBiBiSrJBi" + ("SJJ" if is_complex(short) else "JJ")
    work, whole, reals = vector(1, short), integers(1), vector(1, real)
    extra = (reals, whole) if is_complex(short) else (whole,)
    blas.run("gelsd", short, form, *first, work, -1, *extra, info)
    size = work_size(work)
    work, whole = vector(size, short), integers(larger(_trace.cast(whole[0], "i8", True), 1))
    extra = (vector(work_size(reals), real), whole) if is_complex(short) else (whole,)
    blas.run("gelsd", short, form, *first, work, size, *extra, info)
    check_info(info, "SVD did not converge in Linear Least Squares")
    return rank[0]


def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """`np.linalg.lstsq`: (solution, residuals, rank, singular values)."""
    a, _ = operand(a)
    b, _ = operand(b, 1)
    if a.ndim != 2:
        raise LinAlgError(f"{a.ndim}-dimensional array given. Array must be two-dimensional")
    is_vector = b.ndim == 1
    if is_vector:
        b = reshaped(b, (b.shape[0], 1))
    m, n = a.shape
    require(b.shape[0] == m, LinAlgError, "Incompatible dimensions")
    short = common_type(a, b)
    real = real_of(short)
    a, b = converted(a, short), converted(b, short)
    if rcond is None:
        rcond = (
            np.finfo(real).eps * _trace.cast(larger(m, n), real, False)
            if type(larger(m, n)) is not int
            else np.dtype(real).type(np.finfo(real).eps * larger(m, n))
        )
    count = b.shape[1]
    right = matrix((larger(m, n), larger(count, 1)), short)  # LAPACK takes one side at least
    right[...] = 0
    right[:m, :count] = b
    values = vector(smaller(m, n), real)
    rank = _gelsd(a, right, values, rcond, short)
    has_rest = (rank == n) & (m > n)
    length = _trace.apply("select", (has_rest, count, 0), python=True)
    rest = vector(length, real)
    _residuals(right, n, m, rest)
    out = _trace.empty((n, b.shape[1]), short)
    out[...] = right[:n, :count]
    return (out[:, 0] if is_vector else out), rest, _trace.cast(rank, "i4", False), values


def pinv(a: Any, rcond: Any = None, hermitian: bool = False) -> Any:
    """`np.linalg.pinv` by singular values."""
    if hermitian:
        refuse(230, name="np.linalg.pinv", what="hermitian=True", instead="the default")
    a, short = operand(a)
    cutoff = np.dtype(real_of(short)).type(1e-15 if rcond is None else rcond)
    u, s, vt = svd(conjugated(a), full_matrices=False)
    _invert_values(s, cutoff)
    scaled = _trace.map(lambda x, y: x * y, (reshaped(s, (*s.shape, 1)), transposed(u)))
    return matmul(transposed(vt), converted(scaled, short))


def _invert_values(s: Any, cutoff: Any) -> None:
    over_stack(s.ndim - 1, (s,), lambda s: _invert_one(s, cutoff))


@staged
def _invert_one(s: Any, cutoff: Any) -> None:
    for i in counted(s.shape[0] - 1, -1, -1):
        if s[i] > cutoff * s[0]:
            s[i] = 1 / s[i]
        else:
            s[i] = 0


@staged
def _count_above(s: Any, out: Any, tolerance: Any) -> None:
    out[()] = 0
    for i in counted(s.shape[0]):
        if s[i] > tolerance(s):
            out[()] = out[()] + 1


def matrix_rank(A: Any, tol: Any = None) -> Any:
    """`np.linalg.matrix_rank` by singular values."""
    whole = as_array(A)
    if whole.ndim < 2:
        some = reduced("logical_or", whole, element=lambda x: _trace.cast(x, "b1", False))
        return _trace.cast(some, "i8", True)
    a, short = operand(whole)
    real = np.dtype(real_of(short))
    s = svd(a, compute_uv=False)
    longest = larger(*a.shape[-2:])

    def limit(s: Any) -> Any:
        if tol is not None:
            return tol
        eps = np.finfo(real).eps
        if type(longest) is int:
            return s[0] * real.type(longest * eps)
        return s[0] * (_trace.cast(longest, short_of(real), False) * real.type(eps))

    out = _trace.empty(a.shape[:-2], "i8")
    over_stack(a.ndim - 2, (s, out), lambda s, out: _count_above(s, out, limit))
    return as_result(out)


def cond(x: Any, p: Any = None) -> Any:
    """`np.linalg.cond`: in the norms 2 and -2; other norms of matrices that have an inverse."""
    a, _ = operand(x)
    require(product(a.shape) != 0, LinAlgError, "cond is not defined on empty arrays")
    if p is None or p in (2, -2):
        s = svd(a, compute_uv=False)
        first, last = s[..., 0], s[..., -1]
        if p == -2:
            first, last = last, first
        return _trace.map(lambda u, v: u / v, (first, last))
    left = norm(a, ord=p, axis=(-2, -1))
    return _trace.map(lambda u, v: u * v, (left, norm(inv(a), ord=p, axis=(-2, -1))))


ROWS: tuple[Row, ...] = (
    Row(np.linalg.solve, "np.linalg.solve", solve),
    Row(np.linalg.inv, "np.linalg.inv", inv),
    Row(np.linalg.det, "np.linalg.det", det),
    Row(np.linalg.slogdet, "np.linalg.slogdet", slogdet),
    Row(np.linalg.cholesky, "np.linalg.cholesky", cholesky),
    Row(np.linalg.matrix_power, "np.linalg.matrix_power", matrix_power),
    Row(np.linalg.norm, "np.linalg.norm", norm),
    Row(np.linalg.lstsq, "np.linalg.lstsq", lstsq),
    Row(np.linalg.pinv, "np.linalg.pinv", pinv),
    Row(np.linalg.matrix_rank, "np.linalg.matrix_rank", matrix_rank),
    Row(np.linalg.cond, "np.linalg.cond", cond),
)
