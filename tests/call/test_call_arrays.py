"""Which arrays fit a specialisation, and the words they take in the frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numeta import _call

from .conftest import F8, HEAD, MakeKernel, Refused, Stubs, array_param


def fits(make: MakeKernel, param: tuple[Any, ...], value: object) -> bool:
    kernel = make([param])
    return kernel.find((value,)) is not None


def frame_of(stubs: Stubs, make: MakeKernel, param: tuple[Any, ...], value: object) -> list[int]:
    make([param], "record")(value)
    return list(stubs.seen)


def test_contiguous_array_is_pointer_and_shape(stubs: Stubs, make: MakeKernel) -> None:
    array = np.zeros((3, 4))
    frame = frame_of(stubs, make, array_param(2), array)
    assert frame[:2] == [0, 0] and frame[HEAD : HEAD + 3] == [array.ctypes.data, 3, 4]


def test_strided_array_is_described_from_its_lowest_address(stubs: Stubs, make: MakeKernel) -> None:
    base = np.zeros((6, 8))
    view = base[::-2, 1::3]
    frame = frame_of(stubs, make, array_param(2, "S"), view)
    lowest = view.ctypes.data + 2 * view.strides[0]
    assert frame[HEAD : HEAD + 6] == [lowest, 3, 3, -16, 3, 32]


def test_stride_of_an_axis_of_one_is_written_as_zero(stubs: Stubs, make: MakeKernel) -> None:
    view = np.zeros((4, 6))[1:2, ::2]
    strided = np.lib.stride_tricks.as_strided(view, shape=(1, 3), strides=(-5, 16))
    frame = frame_of(stubs, make, array_param(2, "S"), strided)
    assert frame[HEAD : HEAD + 6] == [view.ctypes.data, 1, 3, 0, 2, 0]


def test_strided_sum_reads_a_reversed_view(make: MakeKernel) -> None:
    kernel = make([array_param(1, "S")], "sum_strided", results=[(F8, True)], template=0)
    view = np.arange(10.0)[::-3]
    assert kernel(view) == sum(x * (i + 1) for i, x in enumerate(view))


LAYOUTS = {
    "C 1-d": (np.zeros(4), "C"),
    "C 2-d": (np.zeros((2, 3)), "C"),
    "0-d": (np.zeros(()), "C"),
    "empty F": (np.zeros((0, 3), order="F"), "C"),
    "one element": (np.zeros((9, 9), order="F")[2:3, 3:4], "C"),
    "row of F": (np.zeros((1, 5), order="F"), "C"),
    "F": (np.zeros((2, 3), order="F"), "F"),
    "transposed": (np.zeros((2, 3)).T, "F"),
    "step": (np.zeros(8)[::2], "S"),
    "reversed": (np.zeros(8)[::-1], "S"),
    "broadcast": (np.broadcast_to(np.zeros(3), (2, 3)), "S"),
    "swapped axes": (np.zeros((2, 3, 4)).transpose(1, 0, 2), "S"),
    "empty slice": (np.zeros(8)[4:4:2], "C"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_array_fits_exactly_one_layout(make: MakeKernel, name: str) -> None:
    array, expected = LAYOUTS[name]
    assert _call.layout(array) == expected
    fitting = [each for each in "CFS" if fits(make, array_param(array.ndim, each), array)]
    assert fitting == [expected]


def test_stride_that_is_no_multiple_of_the_item_fits_nothing(make: MakeKernel) -> None:
    record = np.zeros(4, dtype=[("a", "i4"), ("x", "f8"), ("b", "i4"), ("c", "i4")])
    field = np.lib.stride_tricks.as_strided(np.zeros(12, "f4").view("f8"), (3,), (12,))
    assert _call.layout(field) is None
    assert not fits(make, array_param(1, "S"), field)
    assert _call.layout(record["x"]) is None  # misaligned


def test_misaligned_and_byte_swapped_arrays_fit_nothing(make: MakeKernel) -> None:
    misaligned = np.zeros(33, "u1")[1:].view("f8")
    swapped = np.zeros(3, ">f8")
    for array in (misaligned, swapped):
        assert _call.layout(array) is None
        assert not any(fits(make, array_param(1, each), array) for each in "CFS")


def test_other_dtype_rank_or_type_does_not_fit(make: MakeKernel) -> None:
    param = array_param(1)
    assert fits(make, param, np.zeros(2))
    for value in (np.zeros(2, "f4"), np.zeros(2, "i8"), np.zeros((2, 2)), [1.0], 1.0, None):
        assert not fits(make, param, value)
    assert not fits(make, param, np.zeros(2).view(np.recarray))


def test_long_long_is_int64(make: MakeKernel) -> None:
    param = array_param(1, typenum=np.dtype("i8").num)
    assert fits(make, param, np.zeros(2, np.longlong))
    assert fits(make, ("array", np.dtype(np.longlong).num, 1, "C", None, False), np.zeros(2, "i8"))


def test_fixed_shape_is_checked(make: MakeKernel) -> None:
    param = array_param(2, fixed=(3, None))
    assert fits(make, param, np.zeros((3, 7)))
    assert not fits(make, param, np.zeros((4, 7)))


def test_read_only_array_fits_unless_it_is_written(make: MakeKernel) -> None:
    array = np.zeros(3)
    array.flags.writeable = False
    assert fits(make, array_param(1), array)
    assert not fits(make, array_param(1, written=True), array)


def test_stub_writes_into_the_array(make: MakeKernel) -> None:
    array = np.arange(3.0)
    make([array_param(1, written=True)], "increment")(array)
    assert array.tolist() == [1, 2, 3]


def test_captured_array_is_read_anew_at_each_call(stubs: Stubs, make: MakeKernel) -> None:
    hidden = np.zeros(6)
    kernel = make([("captured", hidden, F8, 1, "C", None, False)], "record")
    kernel()
    assert stubs.seen[HEAD : HEAD + 2] == [hidden.ctypes.data, 6]
    hidden.resize(4000, refcheck=False)
    kernel()
    assert stubs.seen[HEAD : HEAD + 2] == [hidden.ctypes.data, 4000]
    hidden.resize((2, 2000), refcheck=False)
    with pytest.raises(Refused):
        kernel()


def test_captured_array_comes_after_all_parameters(stubs: Stubs) -> None:
    hidden = ("captured", np.zeros(2), F8, 1, "C", None, False)
    with pytest.raises(ValueError, match="comes after a captured array"):
        _call.Specialisation(stubs["nothing"], [hidden, array_param(1)])


def test_large_frame_goes_to_the_heap(stubs: Stubs, make: MakeKernel) -> None:
    arrays = [np.zeros((1,) * 20 + (2,)) for _ in range(12)]
    kernel = make([array_param(21) for _ in arrays], "record")
    kernel(*arrays)
    assert stubs.seen[HEAD + 22] == arrays[1].ctypes.data
