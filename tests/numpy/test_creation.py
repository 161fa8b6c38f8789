"""Arrays that are made in a kernel: zeros to meshgrid, with NumPy's lengths, dtypes and values."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python
from tests.numpy.results import matrices, same_result

M = np.arange(6.0, dtype=np.float32).reshape(2, 3)

OF_NUMBERS = {
    "zeros": lambda n, x: np.zeros(n),
    "zeros of two axes": lambda n, x: np.zeros((n, 2), dtype=int),
    "zeros of no axes": lambda n, x: np.zeros(()),
    "ones": lambda n, x: np.ones((2, n), "f4"),
    "full": lambda n, x: np.full(n, x),
    "full of an int": lambda n, x: np.full((n, 2), 7),
    "full with a dtype": lambda n, x: np.full(n, x, dtype=np.int16),
    "dtypes": lambda n, x: np.ones(n, np.dtype("complex64")) + np.zeros(n, dtype="float32"),
    "python types": lambda n, x: np.zeros(n, bool) + np.zeros(n, dtype=complex),
    "eye": lambda n, x: np.eye(n),
    "eye with a diagonal": lambda n, x: np.eye(n, 4, k=1, dtype=int),
    "eye below": lambda n, x: np.eye(3, n, -1, order="F"),
    "identity": lambda n, x: np.identity(n, dtype="i4"),
    "tri": lambda n, x: np.tri(n, 4, k=-1),
    "arange": lambda n, x: np.arange(n),
    "arange from": lambda n, x: np.arange(2, n),
    "arange by steps": lambda n, x: np.arange(0, n, 3),
    "arange down": lambda n, x: np.arange(n, -3, -2),
    "arange of a dtype": lambda n, x: np.arange(n, dtype=np.float32),
    "arange of floats": lambda n, x: np.arange(x, 3.0, 0.1),
    "arange of floats down": lambda n, x: np.arange(3.0, x, -0.3),
    "arange of both": lambda n, x: np.arange(n, n + 2.5),
    "arange of a step": lambda n, x: np.arange(0, 1, x),
    "arange by keyword": lambda n, x: np.arange(1, stop=n, step=2),
    "linspace": lambda n, x: np.linspace(0.0, x, n),
    "linspace of 50": lambda n, x: np.linspace(0.1, 0.7),
    "linspace without end": lambda n, x: np.linspace(x, 9, n, endpoint=False),
    "linspace of ints": lambda n, x: np.linspace(1, 9, n, dtype=int),
    "linspace of a point": lambda n, x: np.linspace(x, x, n),
    "linspace and its step": lambda n, x: np.linspace(0, x, n + 2, retstep=True)[1],
    "linspace of arrays": lambda n, x: np.linspace([x, 1.0], [2.0, 5.0], n),
    "array of scalars": lambda n, x: np.array([x, 2, n]),
    "nested array": lambda n, x: np.array([[x, 2.5], [n, n + 1]]),
    "array of ints": lambda n, x: np.array([n, 2, 3]),
    "array of a dtype": lambda n, x: np.array([n, 2, 3], dtype=np.float32),
    "array of one axis more": lambda n, x: np.array([n, 2], ndmin=2),
    "array of a scalar": lambda n, x: np.array(x),
    "asarray": lambda n, x: np.asarray([x, x]),
    "indices": lambda n, x: np.indices((n, 3)),
    "sparse indices": lambda n, x: np.indices((n, 3), sparse=True)[1],
    "mgrid": lambda n, x: np.mgrid[0:n, 1:4],
    "mgrid of floats": lambda n, x: np.mgrid[0:x:0.25],
    "ogrid": lambda n, x: np.ogrid[0:n, 0:5:2][1],
    "mgrid of points": lambda n, x: np.mgrid[0:1:5j],
    "r_": lambda n, x: np.r_[x, np.arange(n), 0:3],
    "c_": lambda n, x: np.c_[np.arange(n), np.ones(n)],
    "meshgrid": lambda n, x: np.meshgrid(np.arange(n), np.arange(3))[1],
    "meshgrid ij": lambda n, x: np.meshgrid(np.arange(n), np.arange(3.0), indexing="ij")[0],
    "ix_": lambda n, x: np.arange(25).reshape(5, 5)[np.ix_([0, 2], [1, 3, 4])],
    "diag of a vector": lambda n, x: np.diag(np.arange(n), 1),
    "diagflat": lambda n, x: np.diagflat([[x, 1.0], [2.0, 3.0]], -1),
    "diag_indices": lambda n, x: np.diag_indices(n)[1],
    "tril_indices": lambda n, x: np.tril_indices(n)[0],
    "triu_indices": lambda n, x: np.triu_indices(n, 1)[1],
    "vander": lambda n, x: np.vander(np.array([x, 2.0, 3.0]), n),
    "increasing vander": lambda n, x: np.vander([1, 2, 3], n, increasing=True),
    "fromfunction": lambda n, x: np.fromfunction(lambda i, j: i * 10 + j, (n, 3)),
    "fromfunction of ints": lambda n, x: np.fromfunction(lambda i: i % 3 == 0, (n,), dtype=int),
}


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_of_numbers(name: str) -> None:
    function = OF_NUMBERS[name]
    kernel = nm.jit(_hinted(function))
    for n, x in ((5, 0.1), (1, 0.35), (0, 2.0)):
        modes = ("default", "exact", "checks") if n == 5 else ("default",)
        same_as_python(kernel, n, x, modes=modes)


def _hinted(function):
    def made(n: int, x: float):
        return function(n, x)

    return made


NEAR = {
    "logspace": lambda n, x: np.logspace(0, x, n),
    "logspace of a base": lambda n, x: np.logspace(1, 4, n, base=2.0),
    "geomspace": lambda n, x: np.geomspace(1.0, 1000.0, n),
    "geomspace down": lambda n, x: np.geomspace(8, x, n),
    "negative geomspace": lambda n, x: np.geomspace(-1.0, -64.0, n, endpoint=False),
}


@pytest.mark.parametrize("name", NEAR)
def test_powers(name: str) -> None:
    kernel = nm.jit(_hinted(NEAR[name]))
    for n in (5, 1, 0):
        same_as_python(kernel, n, 0.5, modes=("default",))


LIKE = {
    "empty_like": lambda a: np.empty_like(a) * 0,
    "zeros_like": lambda a: np.zeros_like(a),
    "ones_like": lambda a: np.ones_like(a, dtype=int),
    "full_like": lambda a: np.full_like(a, 2.5),
    "full_like of ints": lambda a: np.full_like(a, 7, dtype="u1"),
    "zeros of a shape": lambda a: np.zeros(a.shape),
    "zeros of a length": lambda a: np.zeros(len(a)),
    "zeros of sizes": lambda a: np.zeros((a.shape[1], a.shape[0]), dtype=a.dtype),
    "copy": lambda a: np.copy(a),
    "copy method": lambda a: a.copy(),
    "copy in order F": lambda a: a.copy("F"),
    "array": lambda a: np.array(a),
    "array as ints": lambda a: np.array(a, dtype=int),
    "array of rows": lambda a: np.array([a, a]),
    "asarray": lambda a: np.asarray(a) + 0,
    "asarray of a dtype": lambda a: np.asarray(a, dtype="f4"),
    "ascontiguousarray": lambda a: np.ascontiguousarray(a) * 2,
    "asfortranarray": lambda a: np.asfortranarray(a) * 2,
    "astype": lambda a: a.astype(np.int32),
}


@pytest.mark.parametrize("name", LIKE)
@pytest.mark.parametrize("number", [0, 1, 2, 7])
def test_like(name: str, number: int) -> None:
    same_result(LIKE[name], matrices()[number], modes=("default",))


ERRORS = {
    "zeros": (lambda n: np.zeros(n), -1),
    "linspace": (lambda n: np.linspace(0, 1, n), -1),
    "arange": (lambda n: np.arange(0, 4, n), 0),
    "full": (lambda n: np.full((2, n), 1), -3),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_numpys(name: str) -> None:
    function, number = ERRORS[name]

    @nm.jit
    def kernel(n: int):
        return function(n)

    with pytest.raises(Exception) as plain:
        function(number)
    with pytest.raises(plain.type) as found:
        kernel(number)
    assert str(found.value) == str(plain.value)


def test_unknown_keywords_are_refused_by_name() -> None:
    @nm.jit
    def kernel(n: int):
        return np.zeros(n, like=None)

    with pytest.raises(nm.TraceError, match="np.zeros"):
        kernel(3)


def test_what_is_made_is_written() -> None:
    @nm.jit
    def kernel(n: int):
        a = np.zeros((n, n))
        b = np.asarray(a)
        b[0, 1:] = 3
        c = np.array(a)
        c[0, 0] = 9
        a[np.diag_indices(n)] = np.arange(n)
        return a, c

    same_as_python(kernel, 4)


def test_an_array_is_made_by_its_class():
    @nm.jit
    def by_class(n: int):
        line = np.ndarray(n + 1, dtype=np.float32)
        square = np.ndarray((n, 2), order="F")
        line[:] = 1
        square[...] = n
        return line, square

    same_as_python(by_class, 3)

    @nm.jit
    def on_a_buffer(a: nm.f8[:], n: int):
        return np.ndarray((n,), buffer=a)

    with pytest.raises(nm.TraceError, match=r"np\.ndarray"):
        on_a_buffer(np.ones(3), 2)
