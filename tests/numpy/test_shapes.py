"""The same elements in another shape: views as NumPy's, joined, taken apart, in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python
from tests.numpy.results import matrices, vectors

OF_MATRIX = {
    "reshape": lambda a: a.reshape(-1),
    "reshape to the other shape": lambda a: np.reshape(a, (a.shape[1], a.shape[0])),
    "reshape with one unknown": lambda a: a.reshape(1, -1, 1),
    "reshape in Fortran order": lambda a: a.reshape((a.shape[1], a.shape[0]), order="F"),
    "reshape of a slice": lambda a: a[:, ::2].reshape(-1),
    "ravel": lambda a: a.ravel(),
    "ravel in Fortran order": lambda a: np.ravel(a, "F"),
    "flatten": lambda a: a.flatten(),
    "flatten in Fortran order": lambda a: a.T.flatten("F"),
    "transpose": lambda a: np.transpose(a),
    "transpose by axes": lambda a: a[None].transpose(2, 0, 1),
    "swapaxes": lambda a: a.swapaxes(0, -1),
    "moveaxis": lambda a: np.moveaxis(a[..., None], 0, -1),
    "several moveaxis": lambda a: np.moveaxis(a[None, ..., None], (0, 1), (-1, 0)),
    "rollaxis": lambda a: np.rollaxis(a[..., None], 2, 1),
    "squeeze an axis": lambda a: a[None].squeeze(0),
    "expand_dims": lambda a: np.expand_dims(a, (0, 2)),
    "matrix transpose": lambda a: a.mT + np.matrix_transpose(a),
    "broadcast_to": lambda a: np.broadcast_to(a, (2, *a.shape)),
    "broadcast_arrays": lambda a: np.broadcast_arrays(a, a)[1],
    "atleast_1d": lambda a: np.atleast_1d(a),
    "atleast_3d": lambda a: np.atleast_3d(a),
    "flip": lambda a: np.flip(a),
    "flip one axis": lambda a: np.flip(a, 1),
    "flips": lambda a: np.fliplr(a) + np.flipud(a),
    "rot90": lambda a: np.rot90(a),
    "rot90 back": lambda a: np.rot90(a, -1, (1, 0)),
    "rot90 twice": lambda a: np.rot90(a, 2),
    "diagonal": lambda a: np.diagonal(a),
    "diag": lambda a: np.diag(a, 1),
    "lower diagonal": lambda a: a.diagonal(-1),
    "tril": lambda a: np.tril(a, -1),
    "triu": lambda a: np.triu(a),
    "concatenate": lambda a: np.concatenate((a, a[:1]), axis=0),
    "concatenate columns": lambda a: np.concatenate([a, a[:, ::-1]], axis=-1),
    "concatenate all": lambda a: np.concatenate((a, a.T), axis=None),
    "stack": lambda a: np.stack([a, a + 1]),
    "stack at the end": lambda a: np.stack((a, a * 2), axis=-1),
    "hstack": lambda a: np.hstack((a, a)),
    "vstack": lambda a: np.vstack((a, a)),
    "dstack": lambda a: np.dstack((a, a)),
    "column_stack": lambda a: np.column_stack((a, a)),
    "block": lambda a: np.block([[a, a * 2], [a * 3, a]]),
    "roll": lambda a: np.roll(a, 5),
    "roll an axis": lambda a: np.roll(a, -1, axis=1),
    "roll axes": lambda a: np.roll(a, (1, 2), axis=(0, 1)),
    "repeat": lambda a: np.repeat(a, 3),
    "repeat an axis": lambda a: a.repeat(2, axis=1),
    "repeat no times": lambda a: np.repeat(a, 0, axis=0),
    "tile": lambda a: np.tile(a, 2),
    "tile in two directions": lambda a: np.tile(a, (2, 1, 3)),
    "pad": lambda a: np.pad(a, 1),
    "pad unevenly": lambda a: np.pad(a, ((1, 2), (0, 3)), constant_values=7),
    "pad by two values": lambda a: np.pad(a, 2, mode="constant", constant_values=((1, 2), (3, 4))),
    "append": lambda a: np.append(a, [[1, 2], [3, 4]]),
    "insert": lambda a: np.insert(a, 0, 5, axis=1),
    "insert into all": lambda a: np.insert(a, a.size, 7),
}


@pytest.mark.parametrize("name", OF_MATRIX)
def test_of_matrix(name: str) -> None:
    function = OF_MATRIX[name]
    kernel, copying = nm.jit(function), nm.jit(lambda a: function(a).copy())
    for number, matrix in enumerate(matrices()):
        modes = ("default", "checks") if number == 0 else ("default",)
        try:
            same_as_python(kernel, matrix, modes=modes)
        except nm.TraceError as problem:
            assert problem.number == 306, problem  # a view or a copy, as the strides allow
            same_as_python(copying, matrix, modes=modes)


OF_VECTOR = {
    "reshape": lambda a: a.reshape((1, a.size)),
    "ravel": lambda a: a.flatten(),
    "diag": lambda a: np.diag(a, -1),
    "atleast_2d": lambda a: np.atleast_2d(a),
    "vstack": lambda a: np.vstack((a, a + 1)),
    "hstack": lambda a: np.hstack((a, [1, 2])),
    "dstack": lambda a: np.dstack((a, a)),
    "column_stack": lambda a: np.column_stack((a, a * 2)),
    "concatenate with floats": lambda a: np.concatenate((a, [0.5])),
    "append": lambda a: np.append(a, 7),
    "flipud": lambda a: np.flipud(a),
    "roll": lambda a: np.roll(a, -2),
    "repeat each": lambda a: np.repeat(a, a % 3),
    "tile": lambda a: np.tile(a, (2, 2)),
    "tril": lambda a: np.tril(a),
    "array_split": lambda a: np.array_split(a, 3)[1],
    "split at": lambda a: np.split(a, [1, 3])[1],
    "flat": lambda a: a.flat[1:3],
    "broadcast_to": lambda a: np.broadcast_to(a[:, None], (a.size, 3)),
    "pad": lambda a: np.pad(a, (2, 1), constant_values=9),
}


@pytest.mark.parametrize("name", OF_VECTOR)
def test_of_vector(name: str) -> None:
    kernel = nm.jit(OF_VECTOR[name])
    for vector in vectors():
        same_as_python(kernel, vector, modes=("default",))


@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "wrap"])
def test_pad_modes(mode: str) -> None:
    @nm.jit
    def padded(a):
        return np.pad(a, ((2, 7), (5, 0)), mode=mode)

    for matrix in matrices()[:7]:
        same_as_python(padded, matrix, modes=("default",))
    with pytest.raises(ValueError, match="can't extend empty axis 0"):
        padded(np.zeros((0, 3)))


def test_an_array_of_one_column_is_spread_over_its_padding() -> None:
    @nm.jit
    def padded(a):
        return np.pad(a, 2, mode="reflect")

    same_as_python(padded, np.array([3.0]))
    same_as_python(padded, np.array([3.0, 4.0]))


# -- views ----------------------------------------------------------------------------------------


def _writes():
    def reshape(a):
        b = a.reshape(-1, 2)
        b[0, 1] = 50

    def ravel(a):
        a.ravel()[1] = 50

    def transpose(a):
        a.transpose()[1, 0] = 50

    def swapaxes(a):
        b = a.swapaxes(0, 1)
        b[0] = b[1] + 1

    def moveaxis(a):
        np.moveaxis(a, 0, 1)[0] += 3

    def squeeze(a):
        a[None].squeeze(axis=0)[0, 0] = 50

    def expand_dims(a):
        np.expand_dims(a, 1)[:, 0, 0] = 50

    def flip(a):
        np.flip(a)[0] = np.arange(4)

    def rot90(a):
        np.rot90(a)[0] = 50

    def flatten(a):
        b = a.flatten()
        b[0] = 50
        a[0, 1] = b[0] + 1

    def split(a):
        for part in np.split(a, 2, axis=1):
            part[0] = part[1] * 2

    def array_split(a):
        left, right = np.array_split(a, 2, axis=1)
        left[0] = 50
        right[1] = left[1]

    def atleast(a):
        np.atleast_3d(a)[0, 0, 0] = 50

    def flat(a):
        a.flat[3] = 50
        a.flat[4:9] = [1, 2]
        b = a.flat[1:3]
        b[0] = 99

    def flat_of_all(a):
        a.flat = [1, 2, 3]

    def new_shape(a):
        b = a[:]
        b = b.copy()
        b.shape = (2, 6)
        a[0] = b[1, :4]

    def fill_diagonal(a):
        np.fill_diagonal(a, 7)

    def ascontiguous(a):
        np.ascontiguousarray(a)[0] = 5

    def overlapping(a):
        a[1:] = a[:-1]

    def reversed_rows(a):
        a[:] = a[::-1]

    return {f.__name__: f for f in list(locals().values())}


@pytest.mark.parametrize("name", _writes())
def test_writes_to_views_and_copies(name: str) -> None:
    same_as_python(nm.jit(_writes()[name]), np.arange(12.0).reshape(3, 4))


READ_ONLY = [
    lambda a: np.broadcast_to(a, (2, 3, 4)),
    lambda a: np.diagonal(a),
    lambda a: np.diag(a),
]


@pytest.mark.parametrize("view", READ_ONLY)
def test_views_that_cannot_be_written(view) -> None:
    @nm.jit
    def write(a):
        view(a)[0] = 1

    with pytest.raises(ValueError, match="assignment destination is read-only"):
        write(np.zeros((3, 4)))


def test_a_view_or_a_copy_is_read_and_not_written() -> None:
    @nm.jit
    def read(a):
        total = a[:, :2].ravel()[1] + a.T.reshape(-1)[2]
        a[0, 0] = 5  # the copies are gone
        return total

    same_as_python(read, np.arange(12.0).reshape(3, 4))

    @nm.jit
    def write_copy(a):
        b = a[:, :2].ravel()
        b[0] = 1

    @nm.jit
    def write_original(a):
        b = a[:, :2].ravel()
        a[0] = 1
        return b[0]

    @nm.jit
    def return_it(a):
        return a[:, :2].ravel()

    for kernel in (write_copy, write_original, return_it):
        with pytest.raises(nm.TraceError, match="view or a copy|a view of the caller's memory"):
            kernel(np.zeros((3, 4)))


# -- errors ---------------------------------------------------------------------------------------

ERRORS = {
    "size": lambda a: a.reshape(5, -1),
    "size of all": lambda a: a.reshape(3, 5),
    "two unknown": lambda a: a.reshape(-1, -1),
    "axis": lambda a: a.swapaxes(0, 2),
    "axes": lambda a: a.transpose(0, 1, 2),
    "repeated axis": lambda a: a.transpose(0, 0),
    "squeeze": lambda a: a.squeeze(axis=0),
    "concatenate": lambda a: np.concatenate((a, a.T)),
    "ranks": lambda a: np.concatenate((a, a[0])),
    "stack": lambda a: np.stack((a, a.T)),
    "split": lambda a: np.split(a, 5),
    "repeats": lambda a: np.repeat(a, -1),
    "unpack": lambda a: _unpacked(a),
    "broadcast": lambda a: np.broadcast_to(a, (2, 2)),
}


def _unpacked(a):
    x, y = a
    return x + y


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_numpys(name: str) -> None:
    a = np.zeros((3, 4))
    with pytest.raises(Exception) as plain:
        ERRORS[name](a)
    with pytest.raises(plain.type) as found:
        nm.jit(ERRORS[name])(a)
    if name != "broadcast":
        assert str(found.value) == str(plain.value)


def test_unpacking_and_membership() -> None:
    @nm.jit
    def unpacked(a):
        x, y, z = a
        return x + y * z, 3.0 in a, 99.0 in a

    same_as_python(unpacked, np.arange(12.0).reshape(3, 4))


@nm.jit
def halved_again_and_again(x: nm.c16[:]) -> Any:
    now = x.copy()
    done, rest = 1, x.shape[0] // 2
    while rest >= 1:
        pair = now.reshape((2, rest, done))
        new = np.empty((rest, 2, done), dtype=np.complex128)
        new[:, 0, :] = pair[0] + pair[1]
        new[:, 1, :] = pair[0] - pair[1]
        now = new.reshape(x.shape[0])
        rest //= 2
        done *= 2
    return now


@nm.jit
def merged_in_part(x: nm.f8[:, :, :], k: int, steps: int) -> Any:
    now = np.zeros(4)
    whole = now
    for step in range(steps):
        made = x * step
        flat = made.reshape(x.shape[0] * x.shape[1] * x.shape[2])
        whole = flat
        now = flat[:k] if k > 2 else flat[::-1]
    return now + 1, whole + 1, np.asfortranarray(x).reshape(-1).copy(), x[:, ::-1].reshape(-1)


@pytest.mark.parametrize("n", [1, 2, 8, 64])
def test_a_name_for_merged_axes_is_copied_axis_by_axis(n: int) -> None:
    x = np.arange(n) + 1j
    same_as_python(halved_again_and_again, x)
    halved_again_and_again(x)
    assert "modulo" not in halved_again_and_again.fortran()


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("shape", [(2, 3, 4), (3, 1, 2), (1, 1, 7)])
def test_a_name_for_a_part_of_merged_axes(k: int, shape: tuple[int, int, int]) -> None:
    x = np.arange(float(np.prod(shape))).reshape(shape)
    same_as_python(merged_in_part, x, k, 3)
    same_as_python(merged_in_part, np.asfortranarray(x), k, 2)
