"""Keys with arrays, lists and masks: what is read, what is written, in which order, what raises."""

from __future__ import annotations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python
from tests.numpy.results import same_result

A = np.arange(24.0).reshape(4, 6)
CUBE = np.arange(60).reshape(3, 4, 5)
INDEX = np.array([2, 0, -1, 2])
MASK = np.array([True, False, True, True])

READS = {
    "an index": lambda a, i: a[i],
    "an index of columns": lambda a, i: a[:, i],
    "after an ellipsis": lambda a, i: a[..., i],
    "two indices": lambda a, i: a[i, i],
    "indices that are broadcast": lambda a, i: a[i[:, None], i],
    "an index and an integer": lambda a, i: a[i, 1],
    "an integer and an index": lambda a, i: a[0, i],
    "an index and a slice": lambda a, i: a[i, 1:3],
    "an index and a reversed slice": lambda a, i: a[::-1, i],
    "an index and a new axis": lambda a, i: a[None, i],
    "a new axis between": lambda a, i: a[i, None, i],
    "a new axis behind": lambda a, i: a[i, i, None],
    "an index of two axes": lambda a, i: a[np.stack((i, i))],
    "an expression": lambda a, i: a[i % 2],
    "a list": lambda a, i: a[[0, 2, 1]],
    "nested lists": lambda a, i: a[[[0, 1], [2, 0]]],
    "a list and an index": lambda a, i: a[[0, 1, 2, 0], i],
    "an empty list": lambda a, i: a[[]],
    "a chain": lambda a, i: a[i][1:3][:, i],
    "a mask": lambda a, i: a[a > 10],
    "a mask of rows": lambda a, i: a[i >= 0],
    "a mask of columns": lambda a, i: a[:, a[0] > 2],
    "a mask and an integer": lambda a, i: a[i >= 0, 1],
    "a mask and a slice": lambda a, i: a[i >= 0, 2:],
    "a list of bools": lambda a, i: a[[True, False, True, False]],
    "a mask and its values": lambda a, i: a[a % 2 == 0] * 2 + 1,
    "true": lambda a, i: a[True],
    "false": lambda a, i: a[False],
    "true and an index": lambda a, i: a[True, i],
    "a run-time truth": lambda a, i: a[a[0, 0] > 3],
    "take": lambda a, i: np.take(a, i),
    "take an axis": lambda a, i: a.take(i, axis=1),
    "take one": lambda a, i: np.take(a, 2, axis=0),
    "take wrapping": lambda a, i: np.take(a, i * 9, mode="wrap"),
    "take clipping": lambda a, i: a.take(i * 9, mode="clip", axis=0),
    "compress": lambda a, i: np.compress([True, False, True], a, axis=1),
    "extract": lambda a, i: np.extract(a % 3 == 0, a),
    "nonzero": lambda a, i: np.nonzero(a % 3)[1],
    "flatnonzero": lambda a, i: np.flatnonzero(a > 4),
    "argwhere": lambda a, i: np.argwhere(a > 20),
    "where positions": lambda a, i: np.where(a > 7)[0],
    "where": lambda a, i: np.where(a > 7, a, -1),
    "where of rows": lambda a, i: np.where(i[:, None] > 0, a, 2 * a),
    "where of numbers": lambda a, i: np.where(i > 0, 1, 0),
    "select": lambda a, i: np.select([a < 3, a < 9], [a, a * a], default=7),
    "choose": lambda a, i: np.choose(i % 3, [i, i * 10, 5]),
    "take_along_axis": lambda a, i: np.take_along_axis(a, i[:, None], axis=1),
}


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("source", [A, np.asfortranarray(A), A[::-1, ::2]], ids=["C", "F", "S"])
def test_read(name: str, source: np.ndarray) -> None:
    modes = ("default", "checks") if source is A else ("default",)
    same_result(READS[name], source, INDEX, modes=modes)


CUBE_READS = {
    "integer and index apart": lambda a, i: a[0, :, i],
    "index apart": lambda a, i: a[i, :, i],
    "index in the middle": lambda a, i: a[:, i],
    "two at the end": lambda a, i: a[:, i, i],
    "integer beside": lambda a, i: a[:, 1, i],
    "broadcast at the end": lambda a, i: a[:, i[:, None], i],
    "ellipsis between": lambda a, i: a[i, ..., i],
    "mask of two axes": lambda a, i: a[a[:, :, 0] % 10 == 0],
    "mask of the last axes": lambda a, i: a[:, a[0] > 7],
    "mask and integer apart": lambda a, i: a[[True, False, True], :, 2],
    "new axes": lambda a, i: a[:, None, i, :, None],
    "slices around": lambda a, i: a[1:, i, ::2],
}


@pytest.mark.parametrize("name", CUBE_READS)
def test_read_of_three_axes(name: str) -> None:
    same_result(CUBE_READS[name], CUBE, np.array([1, -1, 0]), modes=("default",))


def _writes():
    def one(a, i):
        a[i] = 7

    def row(a, i):
        a[i] = a[0] * 2

    def columns(a, i):
        a[:, i] = a[:, :1]

    def last_wins(a, i):
        a[i, 0] = np.arange(4.0)

    def apart(a, i):
        a[i, None, i] = 3

    def added(a, i):
        a[i] += 1

    def scaled(a, i):
        a[i, 1:3] *= 2.5

    def masked(a, i):
        a[a > 5] = 0

    def masked_values(a, i):
        a[a > 21] = [7.0, 8.0]

    def masked_one(a, i):
        a[a > 21] = [7.0]

    def masked_added(a, i):
        a[a > 5] += 100

    def masked_by_values(a, i):
        a[a > 5] = a[a > 5] * 2

    def masked_rows(a, i):
        a[i > 0] = a[1]

    def masked_rows_of_values(a, i):
        a[i > 0, 1:3] = [[1.0], [2.0]]

    def listed(a, i):
        a[[0, 1], [2, 3]] = [5, 6]

    def truth(a, i):
        a[a[0, 0] > -1] = 4

    def overlapping(a, i):
        a[i] = a[::-1]

    def int_of_float(a, i):
        i[[0, 1]] = a[0, :2] + 0.75

    def index_of_itself(a, i):
        i[i] = i * 3

    return {f.__name__: f for f in list(locals().values())}


def _writes_of_functions():
    def add_at(a, i):
        np.add.at(a, i, 1)

    def subtract_at(a, i):
        np.subtract.at(a, (i, i), [1.0, 2.0, 3.0, 4.0])

    def maximum_at(a, i):
        np.maximum.at(a, (slice(None), i), a[:, 4:5])

    def negative_at(a, i):
        np.negative.at(i, [0, 0, 1])

    def put(a, i):
        np.put(a, i, [10, 20, 30])

    def put_method(a, i):
        a.put(i * 100, 5, mode="clip")

    def place(a, i):
        np.place(a, a > 15, [1, 2, 3])

    def put_along(a, i):
        np.put_along_axis(a, i[:, None], 9, axis=1)

    def copied(a, i):
        np.copyto(a, a * 2, where=a > 10)

    return {f.__name__: f for f in list(locals().values())}


WRITES = {**_writes(), **_writes_of_functions()}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("layout", ["C", "F"])
def test_write(name: str, layout: str) -> None:
    a = A.copy(order=layout)
    same_result(WRITES[name], a, INDEX.copy(), modes=("default", "checks")[: 1 + (layout == "C")])


def _beyond(index: int, axis: int, size: int) -> tuple[type[Exception], str]:
    return IndexError, f"index {index} is out of bounds for axis {axis} with size {size}"


ERRORS = {
    "beyond": (lambda a, i: a[i + 4], *_beyond(6, 0, 4)),
    "below": (lambda a, i: a[:, i - 6], *_beyond(-7, 1, 6)),
    "integer beside": (lambda a, i: a[i, 9], *_beyond(9, 1, 6)),
    "take": (lambda a, i: a.take([24]), *_beyond(24, 0, 24)),
    "mask": (
        lambda a, i: a[a[0] > 1],
        IndexError,
        "boolean index did not match indexed array along axis 0; size of axis is 4 but size of"
        " corresponding boolean axis is 6",
    ),
    "shapes": (
        lambda a, i: a[i, a[0, 1:4].astype(int)],
        IndexError,
        "shape mismatch: indexing arrays could not be broadcast together with shapes (4,) (3,) ",
    ),
    "floats": (
        lambda a, i: a[a],
        IndexError,
        "arrays used as indices must be of integer (or boolean) type",
    ),
    "too many": (
        lambda a, i: a[i, i, i],
        IndexError,
        "too many indices for array: array is 2-dimensional, but 3 were indexed",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_of_numpy_in_every_mode(name: str) -> None:
    function, kind, text = ERRORS[name]
    with pytest.raises(kind) as plain:
        function(A, INDEX)
    with pytest.raises(kind) as found:
        nm.jit(function)(A, INDEX)
    assert str(found.value) == str(plain.value) == text


def test_nothing_is_written_where_an_index_is_out_of_range() -> None:
    @nm.jit
    def write(a, i):
        a[i] = 5

    a = np.zeros(3)
    with pytest.raises(IndexError):
        write(a, np.array([0, 1, 3]))
    assert a.tolist() == [0, 0, 0]


def test_a_mask_without_positions() -> None:
    @nm.jit
    def clear(a):
        a[a < 0] = 0

    same_as_python(clear, np.array([1.0, -2.0, np.nan, -0.0, -np.inf]))
    clear(np.zeros(3))
    text = clear.fortran()
    assert "allocatable" not in text and text.count("do ") == 1


def test_masked_values_do_not_fit() -> None:
    @nm.jit
    def write(a, v):
        a[a > 1] = v

    a = np.arange(4.0)
    with pytest.raises(ValueError, match="cannot assign 3 input values to the 2 output values"):
        write(a, np.zeros(3))
    same_as_python(write, a, np.array([5.0]))
    same_as_python(write, a, np.array([5.0, 6.0]))


@pytest.mark.parametrize("k", [0, 5, 11, 12, -1])
def test_an_index_is_unravelled_and_back(k):
    @nm.jit
    def kernel(a: nm.f8[:, :], k: int):
        i, j = np.unravel_index(k, a.shape)
        best = np.unravel_index(a.argmax(), a.shape)
        rows, columns = np.unravel_index([3, 5], a.shape, order="F")
        back = np.ravel_multi_index((i, j), a.shape), np.ravel_multi_index(best, a.shape, order="F")
        many = np.ravel_multi_index((rows, 1), a.shape)
        return i, j, best, rows + 0, columns + 0, back, many, np.unravel_index(k, a.size)

    same_as_python(kernel, np.arange(12.0).reshape(3, 4) * 5 % 7, k)


def test_a_multi_index_outside_raises_a_value_error():
    @nm.jit
    def kernel(a: nm.f8[:, :], i: nm.i8[:], j: int):
        return np.ravel_multi_index((i, j), a.shape)

    for i, j in (([0, 2], 3), ([0, 3], 1), ([-1, 0], 1), ([0, 1], 4)):
        same_as_python(kernel, np.ones((3, 4)), np.array(i), j)
