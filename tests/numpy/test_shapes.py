"""The same elements in another shape: views as NumPy's, joined, taken apart, in another order."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.errors import TraceError
from numeta.testing import same_as_python

from .results import matrices, same_result, vectors

OF_MATRIX = {
    "reshape": lambda a: a.reshape(-1),
    "reshape to pairs": lambda a: np.reshape(a, (a.size // 2, 2)),
    "reshape with one unknown": lambda a: a.reshape(a.shape[0], 2, -1),
    "reshape in Fortran order": lambda a: a.reshape((-1, 2), order="F"),
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
    "broadcast_arrays": lambda a: np.broadcast_arrays(a, a[0:1, 0:1] if False else a)[1],
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
    "vstack": lambda a: np.vstack((a, a[0] if False else a)),
    "dstack": lambda a: np.dstack((a, a)),
    "column_stack": lambda a: np.column_stack((a[:, 0] if a.shape[1] is None else a, a)),
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
@pytest.mark.parametrize("number", range(len(matrices())))
def test_of_matrix(name: str, number: int) -> None:
    same_result(OF_MATRIX[name], matrices()[number])
