"""Products of arrays: `@`, dot, inner, outer, tensordot, einsum and their kin.

Elements are small whole numbers, whose products and sums are exact in any order: results are equal
in every mode, whatever library multiplies.
"""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

FLOATS = ("f4", "f8", "c8", "c16")


def whole(shape, dtype="f8", seed=0):
    """Small whole numbers, with imaginary parts where there are any."""
    numbers = np.random.default_rng(seed)
    made = numbers.integers(-9, 9, shape)
    if np.dtype(dtype).kind == "c":
        return (made + 1j * numbers.integers(-9, 9, shape)).astype(dtype)
    return (made % 2 == 0 if dtype == "?" else made).astype(dtype)


@nm.jit
def product(a: np.ndarray, b: np.ndarray):
    return a @ b


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("sizes", [(2, 3, 4), (1, 1, 1), (0, 3, 2), (3, 0, 2), (17, 19, 18)])
def test_matrices_of_floats(dtype, sizes):
    m, k, n = sizes
    same_as_python(product, whole((m, k), dtype), whole((k, n), dtype, 1))


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i4", "i8", "u8"])
def test_matrices_of_integers_wrap_and_truth_values_join(dtype):
    same_as_python(product, whole((5, 7), dtype) * 3, whole((7, 4), dtype, 1))


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("other", [0, 1])
def test_matrices_in_any_memory_order(place, other):
    def laid_out(a, how):
        if how == 0:
            return np.ascontiguousarray(a)
        if how == 1:
            return np.asfortranarray(a)
        if how == 2:  # rows with a gap
            return np.hstack([a, a])[:, : a.shape[1]]
        if how == 3:  # columns with a gap
            return np.asfortranarray(np.vstack([a, a]))[: a.shape[0]]
        return np.repeat(a, 2, axis=1)[::-1, ::2][::-1]  # no unit stride

    a, b = whole((12, 9)), whole((9, 11), "f8", 1)
    same_as_python(product, laid_out(a, place), laid_out(b, other))
    same_as_python(product, laid_out(a, other), laid_out(b, place))


def test_vectors_and_stacks():
    vector, matrix = whole(20), whole((20, 30), "f8", 1)
    same_as_python(product, vector, vector[::-1])
    same_as_python(product, vector[:0], vector[:0])
    same_as_python(product, vector, matrix)
    same_as_python(product, matrix.T, vector)
    same_as_python(product, matrix.T, np.repeat(vector, 3)[::3])
    same_as_python(product, matrix.T[:0], vector)
    same_as_python(product, matrix[:0].T, vector[:0])
    stack = whole((2, 3, 4, 5), "f8", 2)
    same_as_python(product, stack, whole((5, 6)))
    same_as_python(product, stack, whole((3, 5, 2)))
    same_as_python(product, stack, whole(5))
    same_as_python(product, whole(4), stack)
    same_as_python(product, whole((1, 4, 5)), stack.swapaxes(-1, -2))


def test_operands_of_two_types_are_promoted():
    same_as_python(product, whole((3, 4), "i4"), whole((4, 2), "f4"))
    same_as_python(product, whole((3, 4), "f4"), whole((4, 2), "c16"))
    same_as_python(product, whole((3, 4), "?"), whole((4, 2), "u1"))


def test_parts_and_results_of_the_kernel():
    @nm.jit
    def kernel(a: nm.f8[:, :], x: nm.f8[:]):
        total = np.zeros((a.shape[1], a.shape[1]))
        total += a.T @ a
        total[1:, ::2] += 2.0 * (a[:, 1:].T @ a[:, ::2])
        y = (a * 2.0) @ x[::-1]
        a[0] = 7.0
        return total, y, a @ total[::-1], x @ x

    same_as_python(kernel, whole((12, 14)), whole(14))


def test_fixed_small_shapes():
    @nm.jit
    def kernel(a: nm.f8[3, 3], b: nm.f8[3, 3], x: nm.f8[3]):
        return a @ b @ x, x @ a

    same_as_python(kernel, whole((3, 3)), whole((3, 3), "f8", 1), whole(3))


def test_wrong_lengths_have_numpys_message():
    with pytest.raises(ValueError) as caught:
        product(np.zeros((2, 3)), np.zeros((4, 3)))
    with pytest.raises(ValueError) as expected:
        product.py_func(np.zeros((2, 3)), np.zeros((4, 3)))
    assert str(caught.value) == str(expected.value)

    @nm.jit
    def dotted(a: np.ndarray, b: np.ndarray):
        return np.dot(a, b)

    for shapes in ((2, 3), (4, 3)), ((3,), (4,)), ((2, 3), (2,)), ((2, 2, 3), (2, 4, 3)):
        with pytest.raises(ValueError) as caught:
            dotted(*map(np.zeros, shapes))
        with pytest.raises(ValueError) as expected:
            dotted.py_func(*map(np.zeros, shapes))
        assert str(caught.value) == str(expected.value)


def test_dot_inner_outer_vdot():
    @nm.jit
    def kernel(a: np.ndarray, b: np.ndarray):
        return np.dot(a, b), np.inner(b, b), np.outer(a, b), np.vdot(a, a), np.matmul(a, b)

    same_as_python(kernel, whole((3, 3)), whole((3, 3), "f8", 1))
    same_as_python(kernel, whole(4, "c16"), whole(4, "c16", 1))
    same_as_python(kernel, whole(4, "i4"), whole(4, "i4", 1))

    @nm.jit
    def stacks(a: np.ndarray, b: np.ndarray):
        return np.dot(a, b), np.dot(a, 2.0), np.tensordot(a, b, axes=([2], [1]))

    same_as_python(stacks, whole((2, 3, 4)), whole((5, 4, 2)))


def test_tensordot_kron_cross_trace():
    @nm.jit
    def kernel(a: nm.f8[:, :, :], b: nm.f8[:, :, :]):
        return (
            np.tensordot(a, b, axes=([0, 1], [0, 1])),
            np.tensordot(a, b, axes=([0, 2, 1], [0, 2, 1])),
            np.tensordot(a, b, 0),
            np.kron(a[0], b[1]),
            np.kron(a[0, 0], b[0]),
        )

    same_as_python(kernel, whole((2, 3, 4)), whole((2, 3, 4), "f8", 1))

    @nm.jit
    def crossed(a: nm.f8[:, 3], b: nm.f8[3]):
        return np.cross(a, b), np.cross(b, a[0]), np.trace(a), np.trace(a, 1), np.trace(a, -2)

    same_as_python(crossed, whole((4, 3)), whole(3))

    @nm.jit
    def diagonal(a: np.ndarray):
        return np.trace(a), a.trace(offset=1), a.dot(a.T)

    for dtype in ("i1", "u4", "f4", "?"):
        same_as_python(diagonal, whole((3, 5), dtype))

    @nm.jit
    def diagonals(a: np.ndarray):
        return np.trace(a), np.trace(a, 1, 2, 0)

    same_as_python(diagonals, whole((3, 4, 5)))


def test_multi_dot():
    @nm.jit
    def kernel(a: nm.f8[:, :], b: nm.f8[:, :], x: nm.f8[:]):
        return np.linalg.multi_dot([a, b, x])

    same_as_python(kernel, whole((3, 4)), whole((4, 2)), whole(2))


EINSUMS = [
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("ij,jk->ki", (3, 4), (4, 5)),
    ("ij,kj", (3, 4), (5, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("ijk,jkl->il", (2, 3, 4), (3, 4, 5)),
    ("i,i", (4,), (4,)),
    ("i,j->ij", (4,), (3,)),
    ("ij,j->i", (3, 4), (4,)),
    ("...ij,...jk->...ik", (2, 3, 4), (4, 5)),
    ("ij,ij->", (3, 4), (3, 4)),
    ("ij,ij->i", (3, 4), (3, 4)),
    ("ii,i->i", (3, 3), (3,)),
    ("i,ij,j", (3,), (3, 4), (4,)),
    ("ij->", (3, 4)),
    ("ij->j", (3, 4)),
    ("ii", (3, 3)),
]


@pytest.mark.parametrize("case", EINSUMS, ids=lambda case: case[0])
def test_einsum(case):
    subscripts, *shapes = case

    @nm.jit
    def one(a: nm.f8[...]):
        return np.einsum(subscripts, a)

    @nm.jit
    def two(a: nm.f8[...], b: nm.f8[...]):
        return np.einsum(subscripts, a, b)

    @nm.jit
    def three(a: nm.f8[...], b: nm.f8[...], c: nm.f8[...]):
        return np.einsum(subscripts, a, b, c)

    kernel = (one, two, three)[len(shapes) - 1]
    same_as_python(kernel, *(whole(shape, "f8", k) for k, shape in enumerate(shapes)))


def test_einsum_without_a_sum_is_a_view():
    @nm.jit
    def kernel(a: nm.f8[:, :]) -> None:
        diagonal = np.einsum("ii->i", a)
        diagonal[:] = diagonal * 2.0
        np.einsum("ij->ji", a)[0] = 5.0

    same_as_python(kernel, whole((4, 4)))


def test_in_a_parallel_loop():
    @nm.jit
    def kernel(a: nm.f8[:, :, :], b: nm.f8[:, :], out: nm.f8[:, :, :]) -> None:
        for i in nm.prange(a.shape[0]):
            out[i] = a[i] @ b

    same_as_python(kernel, whole((6, 20, 30)), whole((30, 10)), np.zeros((6, 20, 10)))


@nm.jit
def with_what_was_made(a: np.ndarray, x: np.ndarray, picked: nm.i8[:]):
    made = a * 2
    first = made @ x
    made[...] = made + 1
    return (
        first,
        made @ x,
        (a - 1).T @ a[:, 0],
        (a[:, picked] + 1) @ x[picked],
        (a * x) @ (x * a[0]),
    )


@nm.jit
def dots_of_what_was_made(x: np.ndarray, y: np.ndarray, picked: nm.i8[:]):
    back = np.dot(np.flip(x), y)
    doubled = x * 2
    one, other = doubled @ y, y @ doubled
    return back, one, other, x[picked] @ y[picked], np.dot(x[::-2], y[1::2]), x[::-1] @ y[::-1]


@pytest.mark.parametrize("dtype", ["f4", "f8", "c16", "i8"])
@pytest.mark.parametrize("n", [0, 1, 7, 8, 31, 32, 33, 600])
def test_products_with_what_was_just_made(dtype, n):
    picked = np.random.default_rng(n).integers(-n, n, 2 * n) if n else np.zeros(0, "i8")
    x, y = whole(n, dtype), whole(n, dtype, 1)
    if n % 2 == 0:
        same_as_python(dots_of_what_was_made, x, y, picked)
    same_as_python(with_what_was_made, whole((3, n), dtype), x, picked)
    same_as_python(with_what_was_made, np.asfortranarray(whole((3, n), dtype)), x, picked)


def test_a_matrix_of_one_column_is_a_vector():
    @nm.jit
    def kernel(a: nm.f8[:, :], x: nm.f8[:, 1], y: nm.f8[:, 1]):
        return (a * 2) @ x, a @ x, a @ y, (a + 1) @ y

    same_as_python(kernel, whole((5, 40)), whole((40, 1)), whole((40, 1)))
    same_as_python(kernel, whole((0, 40)), whole((40, 1)), whole((40, 1)))


def test_sums_of_products_of_what_was_made_are_as_precise_as_numpy():
    @nm.jit
    def kernel(x: nm.f8[:], y: nm.f8[:]):
        return (x * 3.0) @ y

    numbers = np.random.default_rng(3)
    x, y = numbers.standard_normal((2, 100_000))
    y[1::2], x[1::2] = -y[::2], x[::2] * (1 + 1e-9)
    products = (x * 3.0).astype(np.longdouble) * y
    error = abs(kernel(x, y) - np.sum(products))
    assert error <= 2 * np.finfo("f8").eps * np.sqrt(np.sum(products * products))


@pytest.mark.parametrize("special", [-0.0, np.inf, np.nan, 1e308])
def test_special_numbers_in_products_of_what_was_made(special):
    @nm.jit
    def kernel(a: nm.f8[:, :], x: nm.f8[:]):
        return (a * 1.0) @ x, (a[0] * 1.0) @ x, np.flip(a[1]) @ x

    a = np.full((2, 3), special)
    same_as_python(kernel, a, np.ones(3))
    same_as_python(kernel, a, np.array([1.0, -1.0, 0.0]))


@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("n", [0, 3, 7, 8, 9, 15, 16, 63, 64, 65, 130])
def test_dots_of_vectors_of_any_length(dtype, n):
    @nm.jit
    def kernel(a, n: int):
        return np.dot(a[0, :n], a[1, :n]), a[1] @ a[1], np.inner(a[0, 1:], a[1, :-1])

    a = np.random.default_rng(n).integers(-9, 9, (2, max(n, 3))).astype(dtype)
    same_as_python(kernel, a, n)
    same_as_python(kernel, a, n // 2)
    for special in (-0.0, np.inf, np.nan, 2.0**126):
        a[0] = special
        a[1] = 0.0 if special == 0 else 1.0
        same_as_python(kernel, a, n, modes=("default",))
        a[0, n // 3] = 2.0
        same_as_python(kernel, a, n, modes=("default",))


def test_short_dots_are_as_precise_as_numpy():
    @nm.jit
    def kernel(x: nm.f8[:], y: nm.f8[:]):
        return x @ y

    x, y = np.random.default_rng(5).standard_normal((2, 64)) * 10.0 ** np.arange(-32, 32)
    products = x.astype(np.longdouble) * y
    error = abs(kernel(x, y) - np.sum(products))
    assert error <= 2 * np.finfo("f8").eps * np.sqrt(np.sum(products * products))


def test_a_dot_adds_to_what_it_reads():
    @nm.jit
    def kernel(a: nm.f8[:, :]) -> None:
        for i in range(a.shape[0]):
            for j in range(i):
                a[i, j] = (a[i, j] - np.dot(a[i, :j], a[j, :j])) % 8.0
                a[j, i] = a[i, : j + 1] @ a[i, : j + 1] % 16.0

    same_as_python(kernel, np.random.default_rng(2).integers(-2, 3, (20, 20)).astype("f8"))


def test_a_length_that_has_to_be_three():
    @nm.jit
    def kernel(a: nm.f8[:, :], out: nm.f8[:]):
        out[0] = -1.0
        direction = np.array([1.0, 2.0, 4.0])
        for i in range(a.shape[0]):
            out[i] += np.dot(direction, a[i]) + np.dot(a[i], a[i])
        return a[0] * 2.0 + direction, a[:, : a.shape[1] - 1] + 1.0

    a = np.arange(12.0).reshape(4, 3)
    same_as_python(kernel, a, np.zeros(4))
    same_as_python(kernel, np.asfortranarray(a), np.zeros(4))
    same_as_python(kernel, a[::-1, ::-1], a[:, 0])
    for width in (2, 4):  # the first element is written before the lengths do not fit
        same_as_python(kernel, np.ones((4, width)), np.zeros(4))


@nm.jit
def multiplied_in_place(a: np.ndarray, b: np.ndarray):
    kept = a
    a @= b
    return a, kept


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "c16"])
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (4, 2, 3), (3,), (0, 3)])
def test_a_product_in_place_is_in_the_array_itself(dtype, shape):
    same_as_python(multiplied_in_place, whole(shape, dtype), whole((3, 3), dtype, 1))


def test_a_product_in_place_reads_all_before_it_writes():
    square = whole((4, 4))
    same_as_python(multiplied_in_place, square, square)
    same_as_python(multiplied_in_place, square[1:, :3], square.T[:3, :3])

    @nm.jit
    def rows(a: nm.f8[:, :], n: int):
        for _ in range(n):
            a[1:] @= a

    same_as_python(rows, square, 2)


@pytest.mark.parametrize(("a", "b"), [((3, 2), (2, 3)), ((3, 3), (3,)), ((3,), (3, 2))])
def test_a_product_in_place_of_another_shape_raises(a, b):
    with pytest.raises(ValueError):
        multiplied_in_place.py_func(whole(a), whole(b))
    with pytest.raises(ValueError):
        multiplied_in_place(whole(a), whole(b))


def test_a_product_of_floats_is_not_written_to_integers():
    with pytest.raises(TypeError):
        multiplied_in_place.py_func(whole((2, 2), "i8"), whole((2, 2)))
    with pytest.raises(TypeError):
        multiplied_in_place(whole((2, 2), "i8"), whole((2, 2)))
    same_as_python(multiplied_in_place, whole((2, 2), "f4"), whole((2, 2)))
