"""np.linalg in kernels. The routines are those that NumPy calls; another library may have been
compiled otherwise, so results are compared within a multiple of the rounding error."""

import numpy as np
import pytest

import numeta as nm

TYPES = ("f4", "f8", "c8", "c16")


def random(shape, dtype="f8", seed=0):
    numbers = np.random.default_rng(seed)
    made = numbers.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        made = made + 1j * numbers.normal(size=shape)
    return made.astype(dtype)


def assert_close(kernel, *args, factor=1e4):
    """The kernel's results are those of the plain function, within `factor` units of rounding."""
    expected = kernel.py_func(*args)
    got = kernel(*args)
    many = isinstance(expected, tuple)
    for one, other in zip(got if many else [got], expected if many else [expected], strict=True):
        one, other = np.asarray(one), np.asarray(other)
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        if one.size == 0:
            continue
        exact = one.dtype.kind in "biu"
        limit = 0.0 if exact else factor * np.finfo(one.dtype).eps
        np.testing.assert_allclose(one, other, rtol=limit, atol=limit * np.abs(other).max())


def assert_close_vectors(kernel, *args, factor=1e4):
    """The same of (values, vectors, ...); a vector may be multiplied by a number of size 1."""
    values, vectors, *rest = kernel(*args)
    expected_values, expected, *expected_rest = kernel.py_func(*args)
    limit = factor * np.finfo(vectors.dtype).eps
    together = (vectors.conj() * expected).sum(axis=-2, keepdims=True)
    np.testing.assert_allclose(np.abs(together), 1, atol=limit)
    np.testing.assert_allclose(vectors * together, expected, atol=limit)
    pairs = zip([values, *rest], [expected_values, *expected_rest], strict=True)
    for one, other in pairs:
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=limit, atol=limit * np.abs(other).max())


@nm.jit
def solve(a: np.ndarray, b: np.ndarray):
    return np.linalg.solve(a, b)


@pytest.mark.parametrize("dtype", TYPES)
def test_solve(dtype):
    a = random((5, 5), dtype)
    assert_close(solve, a, random(5, dtype))
    assert_close(solve, a.T, random((5, 3), dtype))
    assert_close(solve, a, np.asfortranarray(random((5, 3), dtype)))


def test_solve_stacks_and_promotes():
    a = random((2, 3, 4, 4))
    assert_close(solve, a, random((4, 2)))
    assert_close(solve, a[0, 0], random((3, 4, 2)))
    assert_close(solve, np.array([[2, 1], [1, 3]]), np.array([1, 2]))
    assert_close(solve, random((0, 0)), random((0, 2)))


@nm.jit
def inverse(a: np.ndarray):
    return np.linalg.inv(a)


@nm.jit
def determinants(a: np.ndarray):
    sign, log = np.linalg.slogdet(a)
    return np.linalg.det(a), sign, log


@pytest.mark.parametrize("dtype", TYPES)
def test_inverse_and_determinant(dtype):
    for shape in ((1, 1), (2, 2), (7, 7), (2, 3, 3)):
        a = random(shape, dtype)
        assert_close(inverse, a)
        assert_close(determinants, a)
    assert_close(determinants, np.zeros((3, 3), dtype))
    assert_close(determinants, np.zeros((0, 0), dtype))


@nm.jit
def cholesky(a: np.ndarray):
    return np.linalg.cholesky(a)


@pytest.mark.parametrize("dtype", TYPES)
def test_cholesky(dtype):
    a = random((2, 5, 5), dtype)
    assert_close(cholesky, a @ a.conj().swapaxes(-1, -2) + 5 * np.eye(5, dtype=dtype))


def error_of(function, *args):
    with pytest.raises(np.linalg.LinAlgError) as caught:
        function(*args)
    return str(caught.value)


def test_errors_are_numpys():
    singular = np.array([[1.0, 2.0], [2.0, 4.0]])
    for kernel, *args in (
        (solve, singular, np.zeros(2)),
        (solve, np.zeros((2, 3)), np.zeros(2)),
        (inverse, singular),
        (inverse, np.zeros(3)),
        (cholesky, -np.eye(2)),
    ):
        assert error_of(kernel, *args) == error_of(kernel.py_func, *args)
    with pytest.raises(ValueError) as caught:
        solve(np.eye(2), np.zeros(3))
    with pytest.raises(ValueError) as expected:
        solve.py_func(np.eye(2), np.zeros(3))
    assert str(caught.value) == str(expected.value)


@nm.jit
def qr(a: np.ndarray, mode: nm.comptime):
    q, r = np.linalg.qr(a, mode)
    return q, r


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("mode", ["reduced", "complete"])
def test_qr(dtype, mode):
    for shape in ((5, 3), (3, 5), (4, 4), (2, 4, 3)):
        assert_close(qr, random(shape, dtype), mode)


@nm.jit
def svd(a: np.ndarray, full: nm.comptime):
    u, s, vt = np.linalg.svd(a, full_matrices=full)
    return u, s, vt


@pytest.mark.parametrize("dtype", TYPES)
def test_svd(dtype):
    for shape in ((5, 3), (3, 5), (2, 4, 4)):
        for full in (True, False):
            assert_close(svd, random(shape, dtype), full)


@nm.jit
def values(a: np.ndarray):
    return np.linalg.svd(a, compute_uv=False), np.linalg.matrix_rank(a), np.linalg.cond(a)


def test_singular_values_rank_and_condition():
    assert_close(values, random((4, 6)))
    assert_close(values, random((6, 4), "c16"))
    low = random((5, 2)) @ random((2, 5), seed=1)
    assert values(low)[1] == np.linalg.matrix_rank(low) == 2
    assert_close(values, random((2, 3, 3)))


@nm.jit
def eigh(a: np.ndarray):
    w, v = np.linalg.eigh(a)
    return w, v, np.linalg.eigvalsh(a)


@pytest.mark.parametrize("dtype", TYPES)
def test_symmetric_eigenvalues(dtype):
    a = random((2, 5, 5), dtype)
    assert_close_vectors(eigh, a + a.conj().swapaxes(-1, -2))


@nm.jit
def eig(a: np.ndarray):
    w, v = np.linalg.eig(a)
    return w, v, np.linalg.eigvals(a)


@pytest.mark.parametrize("dtype", TYPES)
def test_eigenvalues(dtype):
    a = random((6, 6), dtype)
    a[0, 1], a[1, 0] = 9, -9  # some of them are complex
    assert_close_vectors(eig, a)


def test_eigenvalues_that_are_all_real_are_complex_numbers_too():
    w, v, _ = eig(np.diag([1.0, 2.0]))
    assert w.dtype == v.dtype == np.complex128
    assert list(w) == [1, 2]


@nm.jit
def least(a: np.ndarray, b: np.ndarray, rcond: nm.comptime = None):
    x, rest, rank, s = np.linalg.lstsq(a, b, rcond=rcond)
    return x, rest, rank, s


@pytest.mark.parametrize("dtype", TYPES)
def test_least_squares(dtype):
    assert_close(least, random((6, 3), dtype), random(6, dtype))
    assert_close(least, random((6, 3), dtype), random((6, 2), dtype))
    assert_close(least, random((3, 6), dtype), random((3, 2), dtype))
    rank_one = np.outer(random(5, dtype), random(3, dtype))
    assert_close(least, rank_one, random(5, dtype), 1e-3)


@nm.jit
def pseudo(a: np.ndarray):
    return np.linalg.pinv(a)


def test_pseudo_inverse():
    assert_close(pseudo, random((5, 3)))
    assert_close(pseudo, random((3, 5), "c16"))
    assert_close(pseudo, random((2, 4, 3)))


@nm.jit
def power(a: np.ndarray, n: nm.comptime):
    return np.linalg.matrix_power(a, n)


def test_matrix_power():
    for n in (0, 1, 2, 3, 7, -1, -2):
        assert_close(power, random((3, 3)), n)
    assert_close(power, np.array([[1, 1], [1, 0]]), 10)


@nm.jit
def norm(x: np.ndarray, order: nm.comptime, axis: nm.comptime, keep: nm.comptime):
    return np.linalg.norm(x, order, axis, keep)


def test_norms_of_vectors():
    for dtype in TYPES:
        for order in (None, 2, 1, 0, np.inf, -np.inf, 3, 0.5, -1):
            assert_close(norm, random(9, dtype), order, None, False)
    assert_close(norm, np.arange(5), None, None, False)
    assert_close(norm, random((3, 4)), None, 1, True)
    assert_close(norm, random((3, 4)), 1, 0, False)


def test_norms_of_matrices():
    for dtype in ("f8", "c16"):
        for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
            assert_close(norm, random((4, 3), dtype), order, None, False)
    assert_close(norm, random((2, 3, 4)), None, None, True)
    assert_close(norm, random((2, 3, 4)), 1, (2, 0), False)
