"""Rows of products: `@`, dot, and what is made of them.

Floats go to BLAS where they lie in memory as it wants them, in whichever of both orders; what does
not is copied first. Integers, truth values and small products are loops.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import _trace
from ..loops import range as counted
from ..rows import Row
from ..session import current
from . import blas, dots
from .conversion import as_array, short_of
from .staged import staged

Scalar = _trace.Scalar
_SIGNATURE = "(n?,k),(k,m?)->(n?,m?)"
# Up to so many multiplications a loop is faster than a call.
_FEW = 128
_FEW_IN_DOT = 8


# ---- shapes ------------------------------------------------------------------------------------


def require_equal(a: Any, b: Any, message: str) -> None:
    """ValueError where two lengths differ; {0} and {1} in the message stand for them."""
    if _trace.same(a, b) or (type(a) is int and type(b) is int and a == b):
        return
    equal = a == b
    if isinstance(equal, Scalar):
        session = current()
        assert session is not None
        session.trace.check(equal, ValueError, message, a, b)
    elif not equal:
        raise ValueError(message.format(a, b))


def truth(value: Any) -> bool | None:
    """What is known of a condition."""
    return None if isinstance(value, Scalar) else bool(value)


def product_of(lengths: Any) -> Any:
    """How many elements a shape has."""
    return math.prod(lengths)


def converted(array: Any, short: str) -> Any:
    """The array, in another element type if it has not this one."""
    if short_of(array.dtype) == short:
        return array
    return _trace.map(lambda x: _trace.cast(x, short, False), (array,))


def common_type(*arrays: Any) -> str:
    """The element type of a product."""
    return short_of(np.result_type(*(np.dtype(array.dtype) for array in arrays)))


def copied(array: Any) -> Any:
    """The elements in memory of their own, in C order."""
    out = _trace.empty(array.shape, short_of(array.dtype))
    out[...] = array
    return out


# ---- operands as BLAS takes them ---------------------------------------------------------------


@staged
def _where(fits: Any, given: Callable[[], None], otherwise: Callable[[], None]) -> None:
    if fits:
        given()
    else:
        otherwise()


def _choose(condition: Any, a: Any, b: Any) -> Any:
    if isinstance(condition, Scalar):
        return _trace.apply("select", (condition, a, b), python=True)
    return a if condition else b


def _and(a: Any, b: Any) -> Any:
    known = [truth(a), truth(b)]
    if False in known:
        return False
    if known[0]:
        return b
    return a if known[1] else a & b


def _or(a: Any, b: Any) -> Any:
    known = [truth(a), truth(b)]
    if True in known:
        return True
    if known[0] is False:
        return b
    return a if known[1] is False else a | b


def _at_least(a: Any, b: Any) -> Any:
    return True if _trace.same(a, b) else a >= b


def _larger(a: Any, b: Any) -> Any:
    known = truth(a >= b)
    if known is not None:
        return a if known else b
    return _trace.apply("maximum", (a, b), python=True)


def with_matrix(a: Any, use: Callable[[Any, Any, Any], None]) -> None:
    """`use(array, is_row_major, leading dimension)` for a matrix or a copy of it."""
    strides = _trace.strides(a)

    def use_copy() -> None:
        made = copied(a)
        use(made, True, _larger(made.shape[1], 1))

    if strides is None:
        return use_copy()
    rows = _and(strides[1] == 1, _at_least(strides[0], a.shape[1]))
    columns = _and(strides[0] == 1, _at_least(strides[1], a.shape[0]))
    fits = _or(rows, columns)

    def use_it() -> None:
        use(a, rows, _larger(_choose(rows, strides[0], strides[1]), 1))

    if truth(fits) is None:
        return _where(fits, use_it, use_copy)  # type: ignore[no-any-return]
    return use_it() if fits else use_copy()


def with_vector(x: Any, use: Callable[[Any, Any], None]) -> None:
    """`use(array, increment)` for a vector or a copy of it."""
    strides = _trace.strides(x)

    def use_copy() -> None:
        use(copied(x), 1)

    if strides is None:
        return use_copy()
    fits = strides[0] >= 1
    if truth(fits) is None:
        return _where(fits, lambda: use(x, strides[0]), use_copy)  # type: ignore[no-any-return]
    return use(x, strides[0]) if fits else use_copy()


# ---- one product -------------------------------------------------------------------------------


def _add(short: str, total: Any, value: Any) -> Any:
    return total | value if short == "b1" else total + value


def _multiply(short: str, a: Any, b: Any) -> Any:
    return a & b if short == "b1" else a * b


@staged
def _matrix_loops(a: Any, b: Any, out: Any, short: str) -> None:
    out[...] = 0
    for i in counted(a.shape[0]):
        for p in counted(a.shape[1]):
            for j in counted(b.shape[1]):
                out[i, j] = _add(short, out[i, j], _multiply(short, a[i, p], b[p, j]))


@staged
def _vector_loops(a: Any, x: Any, out: Any, short: str) -> None:
    out[...] = 0
    for i in counted(a.shape[0]):
        for p in counted(a.shape[1]):
            out[i] = _add(short, out[i], _multiply(short, a[i, p], x[p]))


@staged
def _dot_loop(x: Any, y: Any, out: Any, short: str) -> None:
    out[()] = 0
    for p in counted(x.shape[0]):
        out[()] = _add(short, out[()], _multiply(short, x[p], y[p]))


def _gemm(a: Any, b: Any, out: Any, short: str) -> None:
    """Fortran sees both transposed: it computes out.T = b.T @ a.T."""
    m, k = a.shape
    n = b.shape[1]

    def both(a: Any, a_rows: Any, lda: Any) -> None:
        def call(b: Any, b_rows: Any, ldb: Any) -> None:
            one, zero = np.dtype(short).type(1), np.dtype(short).type(0)
            blas.run(
                *("gemm", short, "cciiitAiAitBi"),
                *(_flag(b_rows), _flag(a_rows), n, m, k, one, b, ldb, a, lda, zero, out),
                _larger(n, 1),
            )

        with_matrix(b, call)

    with_matrix(a, both)


def _flag(rows: Any) -> Any:
    return _choose(rows, ord("N"), ord("T"))


def _gemv(a: Any, x: Any, out: Any, short: str) -> None:
    out[...] = 0
    m, k = a.shape

    def matrix(a: Any, rows: Any, lda: Any) -> None:
        def call(x: Any, step: Any) -> None:
            one, zero = np.dtype(short).type(1), np.dtype(short).type(0)
            blas.run(
                *("gemv", short, "ciitAiAitBi"),
                *(_choose(rows, ord("T"), ord("N")), _choose(rows, k, m), _choose(rows, m, k)),
                *(one, a, lda, x, step, zero, out, 1),
            )

        with_vector(x, call)

    with_matrix(a, matrix)


def _blas_dot(x: Any, y: Any, out: Any, short: str) -> None:
    def first(x: Any, x_step: Any) -> None:
        def call(y: Any, y_step: Any) -> None:
            name = "dotu" if short[0] == "c" else "dot"
            out[()] = blas.run(name, short, "iAiAi", x.shape[0], x, x_step, y, y_step, result=True)

        with_vector(y, call)

    with_vector(x, first)


def _by_size(
    count: Any, few: int, short: str, loops: Callable[[], None], call: Callable[[], None]
) -> None:
    small = count <= few
    if truth(small) or not blas.is_served(short):
        loops()
    elif truth(small) is None:
        _where(small, loops, call)
    else:
        call()


def multiply_into(a: Any, b: Any, out: Any) -> None:
    """The product of a matrix and a matrix or a vector, or of two vectors, of one type."""
    short = short_of(out.dtype)
    if b.ndim == 2 and type(b.shape[1]) is int and b.shape[1] == 1:
        b, out = b[:, 0], out[:, 0]
    if b.ndim == 1 and dots.are_summed_here(a, b, short):
        (dots.dot_into if a.ndim == 1 else dots.matrix_vector_into)(a, b, out)
        return
    forms: dict[tuple[int, int], tuple[Any, Any]] = {
        (2, 2): (_matrix_loops, _gemm),
        (2, 1): (_vector_loops, _gemv),
        (1, 1): (_dot_loop, _blas_dot),
    }
    loops, call = forms[a.ndim, b.ndim]
    count = product_of((*a.shape, *b.shape[1:]))
    few = _FEW_IN_DOT if a.ndim == 1 else _FEW
    if a.ndim == 1 and dots.may_be_summed_here(count, short):
        _by_size(
            *(count, dots.most_in_short(short), short),
            lambda: dots.short_into(a, b, out),
            lambda: call(a, b, out, short),
        )
        return
    _by_size(
        *(count, few, short),
        lambda: loops(a, b, out, short),
        lambda: call(a, b, out, short),
    )


@staged
def over_stack(count: int, arrays: Any, use: Any) -> None:
    """`use` for the items along the first `count` axes of all arrays."""
    if count == 0:
        use(*arrays)
    else:
        for i in counted(arrays[0].shape[0]):
            over_stack(count - 1, tuple(array[i, ...] for array in arrays), use)


def transposed(a: Any) -> Any:
    """The last two axes change places."""
    axes = list(range(a.ndim))
    axes[-1], axes[-2] = axes[-2], axes[-1]
    return _trace.permuted(a, axes)


def as_result(out: Any) -> Any:
    """A number where NumPy gives a number."""
    return out[()] if out.ndim == 0 else out


# ---- functions ---------------------------------------------------------------------------------


def matmul(a: Any, b: Any) -> Any:
    """`a @ b`: of vectors, matrices and stacks of them."""
    a, b = as_array(a), as_array(b)
    for place, operand in enumerate((a, b)):
        if operand.ndim == 0:
            raise ValueError(
                f"matmul: Input operand {place} does not have enough dimensions (has 0, gufunc core"
                f" with signature {_SIGNATURE} requires 1)"
            )
    message = (
        "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
        + _SIGNATURE
        + " (size {1} is different from {0})"
    )
    require_equal(a.shape[-1], b.shape[-2 if b.ndim > 1 else 0], message)
    short = common_type(a, b)
    a, b = converted(a, short), converted(b, short)
    if a.ndim == 1 and b.ndim > 1:  # from the right: x @ b is b.T @ x
        return _stacked(transposed(b), a, short)
    return _stacked(a, b, short)


def matmul_into(a: Any, b: Any) -> Any:
    """`a @= b`: the array itself holds the product, which has its shape."""
    b = as_array(b)
    if a.ndim == 0 or b.ndim < 2:
        raise ValueError(
            "inplace matrix multiplication requires the first operand to have at least one and the"
            " second at least two dimensions."
        )
    result = matmul(a, b)
    if result.ndim != a.ndim:
        raise ValueError("matmul: the product has more axes than the array that it is written to")
    message = "matmul: the product has length {0} on an axis where the array has {1}"
    for made, own in zip(result.shape, a.shape, strict=True):
        require_equal(made, own, message)
    _trace.map(lambda x: x, (result,), out=a)
    return a


def _stacked(a: Any, b: Any, short: str) -> Any:
    core = [min(a.ndim, 2), min(b.ndim, 2)]
    lead_a, lead_b = a.shape[: a.ndim - core[0]], b.shape[: b.ndim - core[1]]
    lead = tuple(_trace.common_shape([lead_a, lead_b])) if lead_a or lead_b else ()
    ends = (a.shape[-2],) if core[0] == 2 else ()
    ends += (b.shape[-1],) if core[1] == 2 else ()
    out = _trace.empty((*lead, *ends), short)
    if lead:
        a = _trace.broadcast(a, (*lead, *a.shape[-core[0] :]))
        if core[1] == 2 or lead_b:
            b = _trace.broadcast(b, (*lead, *b.shape[-core[1] :]))
        else:
            return _with_one_vector(a, b, out, len(lead))
    over_stack(len(lead), (a, b, out), multiply_into)
    return as_result(out)


def _with_one_vector(a: Any, x: Any, out: Any, lead: int) -> Any:
    over_stack(lead, (a, out), lambda a, out: multiply_into(a, x, out))
    return out


def dot(a: Any, b: Any) -> Any:
    """`np.dot`: the last axis of `a` with the last but one of `b`."""
    a, b = as_array(a), as_array(b)
    if a.ndim == 0 or b.ndim == 0:
        return _times(a, b)
    message = (
        f"shapes {_shape_text(a, 0)} and {_shape_text(b, a.ndim)} not aligned:"
        f" {{{a.ndim - 1}}} (dim {a.ndim - 1}) != {{{a.ndim + max(b.ndim - 2, 0)}}}"
        f" (dim {max(b.ndim - 2, 0)})"
    )
    _require_aligned(a, b, message)
    if b.ndim <= 2 and a.ndim <= 2:
        return matmul(a, b)
    if b.ndim == 1:
        return matmul(a, b)
    return tensordot(a, b, ((a.ndim - 1,), (b.ndim - 2,)))


def _times(a: Any, b: Any) -> Any:
    a, b = (x[()] if x.ndim == 0 else x for x in (a, b))
    return a * b


def _shape_text(array: Any, first: int) -> str:
    inner = ",".join(f"{{{first + axis}}}" for axis in range(array.ndim))
    return f"({inner},)" if array.ndim == 1 else f"({inner})"


def _require_aligned(a: Any, b: Any, message: str) -> None:
    left, right = a.shape[-1], b.shape[-2 if b.ndim > 1 else 0]
    if _trace.same(left, right):
        return
    equal = left == right
    if isinstance(equal, Scalar):
        session = current()
        assert session is not None
        session.trace.check(equal, ValueError, message, *a.shape, *b.shape)
    elif not equal:
        raise ValueError(message.format(*a.shape, *b.shape))


def vdot(a: Any, b: Any) -> Any:
    """`np.vdot`: of all elements in C order, the first operand conjugated."""
    a, b = flat(as_array(a)), flat(as_array(b))
    if np.dtype(a.dtype).kind == "c":
        a = _trace.map(lambda x: x.conjugate(), (a,))
    require_equal(a.shape[0], b.shape[0], "cannot reshape array of size {0} into shape ({1},)")
    return matmul(a, b)


def flat(array: Any) -> Any:
    """`array.ravel()`, which may be a copy."""
    size = product_of(array.shape)
    return reshaped(array, (size,))


def reshaped(array: Any, shape: Any) -> Any:
    """The elements in C order in another shape: a view where there is one."""
    made = _trace.reshaped(array, shape)
    return made if made is not None else _trace.reshaped(copied(array), shape)


def inner(a: Any, b: Any) -> Any:
    """`np.inner`: the last axes of both."""
    a, b = as_array(a), as_array(b)
    if a.ndim == 0 or b.ndim == 0:
        return _times(a, b)
    return as_result(tensordot(a, b, ((a.ndim - 1,), (b.ndim - 1,))))


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """`np.outer`: all products of two elements."""
    a, b = flat(as_array(a)), flat(as_array(b))
    columns = reshaped(a, (a.shape[0], 1))
    if out is None:
        return _trace.map(lambda x, y: x * y, (columns, reshaped(b, (1, b.shape[0]))))
    return _trace.map(lambda x, y: x * y, (columns, reshaped(b, (1, b.shape[0]))), out=out)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """`np.tensordot`; the axes are known at compile time."""
    a, b = as_array(a), as_array(b)
    if isinstance(axes, int | np.integer):
        left, right = list(range(a.ndim - int(axes), a.ndim)), list(range(int(axes)))
    else:
        left, right = ([int(k) for k in np.atleast_1d(x)] for x in axes)
    left = [axis + a.ndim if axis < 0 else axis for axis in left]
    right = [axis + b.ndim if axis < 0 else axis for axis in right]
    if len(left) != len(right):
        raise ValueError("shape-mismatch for sum")
    for x, y in zip(left, right, strict=True):
        require_equal(a.shape[x], b.shape[y], "shape-mismatch for sum")
    keep_a = [axis for axis in range(a.ndim) if axis not in left]
    keep_b = [axis for axis in range(b.ndim) if axis not in right]
    shape_a, shape_b = [a.shape[x] for x in keep_a], [b.shape[x] for x in keep_b]
    common = product_of(a.shape[x] for x in left)
    first = _as_matrix(a, keep_a, left, (product_of(shape_a), common))
    second = _as_matrix(b, right, keep_b, (common, product_of(shape_b)))
    return reshaped(matmul(first, second), (*shape_a, *shape_b))


def _as_matrix(array: Any, rows: list[int], columns: list[int], shape: Any) -> Any:
    axes = [*rows, *columns]
    if axes == list(range(array.ndim)) and array.ndim == 2:
        return array if len(rows) == 1 else reshaped(array, shape)
    moved = _trace.permuted(array, axes)
    return moved if len(rows) == 1 == len(columns) else reshaped(moved, shape)


def kron(a: Any, b: Any) -> Any:
    """`np.kron` of arrays of any number of axes."""
    a, b = as_array(a), as_array(b)
    rank = max(a.ndim, b.ndim)
    left = [*(1,) * (rank - a.ndim), *a.shape]
    right = [*(1,) * (rank - b.ndim), *b.shape]
    wide_a = reshaped(a, [x for length in left for x in (length, 1)])
    wide_b = reshaped(b, [x for length in right for x in (1, length)])
    if rank == 0:
        return _times(a, b)
    out = _trace.map(lambda x, y: x * y, (wide_a, wide_b))
    return reshaped(out, [x * y for x, y in zip(left, right, strict=True)])


def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """`np.cross`: vectors of a length that is not fixed have 3 elements."""
    from .shapes import moveaxis

    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(as_array(a), axisa, -1), moveaxis(as_array(b), axisb, -1)
    made = _cross(a, b)
    return moveaxis(made, -1, axisc) if type(made) is _trace.Array and made.ndim > 1 else made


def _cross(a: Any, b: Any) -> Any:
    sizes = [array.shape[-1] for array in (a, b)]
    for array, size in zip((a, b), sizes, strict=True):
        _require_vector(array, size)
    if all(type(size) is int and size == 2 for size in sizes):
        return as_result(
            _trace.map(
                lambda p, q, r, s: p * s - q * r,
                (a[..., 0], a[..., 1], b[..., 0], b[..., 1]),
            )
        )
    lead = _trace.common_shape([a.shape[:-1], b.shape[:-1]])
    out = _trace.empty((*lead, 3), common_type(a, b))
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        parts = (_component(a, i), _component(b, j), _component(a, j), _component(b, i))
        out[..., k] = _trace.map(lambda p, q, r, s: p * q - r * s, parts)
    return out


def _component(array: Any, k: int) -> Any:
    if type(array.shape[-1]) is int and array.shape[-1] == 2 and k == 2:
        return np.dtype(array.dtype).type(0)
    return array[..., k]


def _require_vector(array: Any, size: Any) -> None:
    message = "incompatible dimensions for cross product\n(dimension must be 2 or 3)"
    if type(size) is int:
        if size not in (2, 3):
            raise ValueError(message)
        return
    session = current()
    assert session is not None
    session.trace.check(size == 3, ValueError, message)


def multi_dot(arrays: Any) -> Any:
    """`np.linalg.multi_dot`: from the left; with three matrices the cheaper order."""
    operands = [as_array(array) for array in arrays]
    if len(operands) < 2:
        raise ValueError("Expecting at least two arrays.")
    result = operands[0]
    for operand in operands[1:]:
        result = matmul(result, operand)
    return result


@staged
def _trace_of(a: Any, out: Any, offset: int) -> None:
    rows, columns = a.shape
    start = max(-offset, 0)
    out[()] = 0
    for i in counted(start, rows):
        if i + offset < columns:
            out[()] = out[()] + a[i, i + offset]


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """`np.trace`: small integers are added as int64."""
    a = as_array(a)
    if a.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = axis1 % a.ndim, axis2 % a.ndim
    rest = [axis for axis in range(a.ndim) if axis not in (first, second)]
    a = _trace.permuted(a, [*rest, first, second])
    kind = np.dtype(a.dtype)
    if dtype is None and kind.kind in "bi" and kind.itemsize < 8:
        dtype = np.dtype("i8")
    if dtype is None and kind.kind == "u":
        dtype = np.dtype("u8")
    out = _trace.empty(a.shape[:-2], short_of(kind if dtype is None else dtype))
    over_stack(len(rest), (a, out), lambda a, out: _trace_of(a, out, offset))
    return as_result(out)


METHODS: dict[str, Callable[..., Any]] = {"dot": dot, "trace": trace}

ROWS: tuple[Row, ...] = (
    Row(np.matmul, "np.matmul", matmul),
    Row(np.dot, "np.dot", dot),
    Row(np.vdot, "np.vdot", vdot),
    Row(np.inner, "np.inner", inner),
    Row(np.outer, "np.outer", outer),
    Row(np.tensordot, "np.tensordot", tensordot),
    Row(np.kron, "np.kron", kron),
    Row(np.cross, "np.cross", cross),
    Row(np.trace, "np.trace", trace),
    Row(np.linalg.multi_dot, "np.linalg.multi_dot", multi_dot),
)
