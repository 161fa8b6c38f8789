"""Which specialisation runs: constants by type and bits, signatures, the slow path, errors."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from numeta import _call

from .conftest import F8, I8, MakeKernel, Refused, Stubs, array_param, refuse

NAN_A, NAN_B = struct.unpack("<2d", struct.pack("<2Q", 0x7FF8 << 48, (0x7FF8 << 48) + 1))
DISTINCT = [
    None, True, False, 0, 1, 0.0, 1.0, -0.0, NAN_A, NAN_B, 0j, complex(-0.0, 0), complex(0, -0.0),
    "1", b"1", (), (1,), (1.0,), (True,), ((1,),), (0.0,), (-0.0,), "", b"", 2**64, 2**64 + 1,
    np.float64(0), np.float64(-0.0), np.float32(0), np.int64(1), np.int32(1), np.bool_(True),
    int, float, np.dtype("f8"), [], {}, Ellipsis,
]  # fmt: skip


def clone(value: object) -> object:
    """An equal object that is another one, where the type allows."""
    if type(value) is float:
        return struct.unpack("<d", struct.pack("<d", value))[0]
    if type(value) is tuple:
        return tuple([clone(each) for each in value])
    if type(value) is int:
        return int(str(value))
    if isinstance(value, np.generic):
        return value.dtype.type(value)
    return value


def test_constants_are_told_apart_by_type_and_bits() -> None:
    for i, first in enumerate(DISTINCT):
        for j, second in enumerate(DISTINCT):
            assert _call.same_constant(first, clone(second)) is (i == j), (first, second)


@pytest.mark.parametrize("count", [3, len(DISTINCT)])
def test_each_constant_has_its_specialisation(stubs: Stubs, count: int) -> None:
    kernel = _call.Kernel(lambda x: None, refuse)
    specs = [
        _call.Specialisation(stubs["nothing"], [("const", value)]) for value in DISTINCT[:count]
    ]
    for spec in specs:
        kernel.add(spec)
    for spec, value in zip(specs, DISTINCT, strict=False):
        kernel(clone(value))
        assert kernel.last is spec
        assert kernel.find((value,)) is spec
    with pytest.raises(Refused):
        kernel("none of these")


def test_signatures_find_types_layouts_and_scalars(stubs: Stubs) -> None:
    kernel = _call.Kernel(lambda x, y: None, refuse)
    arrays: list[Any] = []
    specs = []
    for dtype in ("f8", "f4", "i8", "c16", "u1"):
        for array in (np.zeros(3, dtype), np.zeros((2, 2), dtype), np.zeros(6, dtype)[::2]):
            layout = _call.layout(array)
            assert layout is not None
            param = array_param(array.ndim, layout, array.dtype.num)
            specs.append(_call.Specialisation(stubs["nothing"], [param, ("scalar", I8, True)]))
            arrays.append(array)
            kernel.add(specs[-1])
    for number in (0, 7):
        for array, spec in zip(arrays, specs, strict=True):
            kernel(array, number)
            assert kernel.last is spec


def test_position_may_be_a_scalar_here_and_a_constant_there(stubs: Stubs) -> None:
    kernel = _call.Kernel(lambda x: None, refuse)
    kernel.add(_call.Specialisation(stubs["nothing"], [array_param(1)]))
    kernel.add(_call.Specialisation(stubs["nothing"], [("scalar", I8, True)]))
    kernel.add(_call.Specialisation(stubs["nothing"], [("const_key", tuple, (1, 2))]))
    for value in "abcdef":
        kernel.add(_call.Specialisation(stubs["nothing"], [("const", value)]))
    specs = kernel.specialisations
    for place, value in ((1, 3), (1, 4), (0, np.zeros(1)), (2, [1, 2]), (5, "c"), (8, "f")):
        kernel(value)
        assert kernel.last is specs[place]


def test_content_keys_are_asked_once_per_call(stubs: Stubs) -> None:
    asked = []

    def key_of(value: list[int]) -> tuple[int, ...]:
        asked.append(value)
        return tuple(value)

    kernel = _call.Kernel(lambda x: None, refuse)
    for k in range(50):
        kernel.add(_call.Specialisation(stubs["nothing"], [("const_key", key_of, (k, k))]))
    value = [33, 33]
    kernel(value)
    assert kernel.last is kernel.specialisations[33]
    assert asked == [value]
    value[:] = [49, 49]
    kernel(value)
    assert kernel.last is kernel.specialisations[49]


def test_key_that_raises_does_not_match_and_interrupts_pass(stubs: Stubs) -> None:
    failure: type[BaseException] = ValueError

    def key_of(value: object) -> object:
        raise failure

    kernel = _call.Kernel(lambda x: None, refuse)
    kernel.add(_call.Specialisation(stubs["nothing"], [("const_key", key_of, 1)]))
    with pytest.raises(Refused):
        kernel([])
    failure = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        kernel([])


def test_slow_path_makes_what_is_missing(stubs: Stubs) -> None:
    bound_values = []

    def slow(kernel: _call.Kernel, bound: tuple[object, ...]) -> _call.Specialisation:
        bound_values.append(bound)
        spec = _call.Specialisation(
            stubs["one"], [("const", bound[0])], results=[(I8, True)], template=0
        )
        kernel.add(spec)
        return spec

    kernel = _call.Kernel(lambda x: None, slow)
    assert [kernel(1), kernel(1), kernel(2), kernel(1)] == [1, 1, 1, 1]
    assert bound_values == [(1,), (2,)]
    assert len(kernel.specialisations) == 2
    kernel.clear()
    assert kernel.specialisations == []
    assert kernel(1) == 1


def test_slow_path_may_replace_the_values(stubs: Stubs) -> None:
    class Subclass(np.ndarray):
        pass

    def slow(kernel: _call.Kernel, bound: tuple[Any, ...]) -> Any:
        spec = _call.Specialisation(
            stubs["increment"], [array_param(1, written=True)], template=("arg", 0)
        )
        return spec, (bound[0].view(np.ndarray),)

    array = np.zeros(3).view(Subclass)
    assert _call.Kernel(lambda x: None, slow)(array) is array
    assert array.tolist() == [1, 1, 1]


def test_slow_path_that_never_returns_what_fits_is_an_error(stubs: Stubs) -> None:
    spec = _call.Specialisation(stubs["nothing"], [("const", 1)])
    kernel = _call.Kernel(lambda x: None, lambda kernel, bound: spec)
    with pytest.raises(RuntimeError, match="changed while it was compiled"):
        kernel(2)
    broken = _call.Kernel(lambda x: None, lambda kernel, bound: 3)
    with pytest.raises(TypeError, match="slow returns a Specialisation"):
        broken(2)


def test_failed_check_raises_its_site(make: MakeKernel) -> None:
    def raise_site(site: int, values: tuple[float, ...]) -> None:
        raise IndexError(site, *values[:2])

    with pytest.raises(IndexError) as caught:
        make([array_param(1)], "fail", raise_site=raise_site)(np.zeros(1))
    assert caught.value.args == (2, -7, 0.5)
    assert [type(x) for x in caught.value.args] == [int, int, float]
    with pytest.raises(SystemError, match="raised nothing"):
        make([], "fail", raise_site=lambda *args: None)()


def test_overlap_goes_to_its_variant_made_once(stubs: Stubs) -> None:
    made = []
    params = [array_param(1, written=True), array_param(1)]
    result = {"results": [(F8, True)], "template": ("const", "overlap")}

    def make_overlap(bound: tuple[object, ...]) -> _call.Specialisation:
        made.append(bound)
        return _call.Specialisation(stubs["nothing"], params, **result)

    spec = _call.Specialisation(
        stubs["nothing"], params, template=("const", "plain"), make_overlap=make_overlap
    )
    kernel = _call.Kernel(lambda x, y: None, refuse)
    kernel.add(spec)
    base = np.zeros(10)
    assert kernel(base[:5], base[5:]) == "plain"
    assert spec.overlap is None
    assert kernel(base[1:], base[:-1]) == "overlap"
    assert kernel(base, base) == "overlap"
    assert kernel(base[:0], base) == "plain"
    assert kernel(base, base[3:3]) == "plain"
    assert len(made) == 1
    assert isinstance(spec.overlap, _call.Specialisation)


@pytest.mark.parametrize(
    ("params", "arrays", "expected"),
    [
        ("RR", lambda b: (b, b), False),
        ("WR", lambda b: (b[:4], b[3:]), True),
        ("RW", lambda b: (b[:4], b[3:]), True),
        ("RRW", lambda b: (b[:4], b[:4], b[4:]), False),
        ("WWR", lambda b: (b[:4], b[4:8], b[7:]), True),
    ],
)
def test_overlap_is_looked_for_where_something_is_written(
    stubs: Stubs, params: str, arrays: Any, expected: bool
) -> None:
    descriptions = [array_param(1, written=each == "W") for each in params]
    names = ", ".join(f"p{k}" for k in range(len(params)))
    variant = _call.Specialisation(stubs["nothing"], descriptions, template=("const", True))
    spec = _call.Specialisation(
        stubs["nothing"], descriptions, template=("const", False), overlap=variant
    )
    kernel = _call.Kernel(eval(f"lambda {names}: None"), refuse)
    kernel.add(spec)
    assert kernel(*arrays(np.zeros(12))) is expected


def test_strided_extents_and_self_overlap(stubs: Stubs) -> None:
    def overlapping(*arrays: np.ndarray[Any, Any]) -> object:
        params = [
            array_param(a.ndim, _call.layout(a) or "?", written=k == 0)
            for k, a in enumerate(arrays)
        ]
        variant = _call.Specialisation(stubs["nothing"], params, template=("const", True))
        spec = _call.Specialisation(
            stubs["nothing"], params, template=("const", False), overlap=variant
        )
        names = ", ".join(f"p{k}" for k in range(len(arrays)))
        kernel = _call.Kernel(eval(f"lambda {names}: None"), refuse)
        kernel.add(spec)
        return kernel(*arrays)

    as_strided = np.lib.stride_tricks.as_strided
    base = np.zeros(100)
    assert overlapping(base[10::-2], base[11:]) is False
    assert overlapping(base[10::-2], base[10:]) is True
    assert overlapping(base[:50:7], base[50:]) is False
    assert overlapping(base[:51:10], base[50:]) is True
    assert overlapping(np.zeros((8, 8))[::2, ::-3]) is False
    assert overlapping(np.zeros((4, 5, 6)).transpose(1, 0, 2)) is False
    assert overlapping(as_strided(base, (3, 4), (0, 8))) is True
    assert overlapping(as_strided(base, (3, 4), (8, 8))) is True
    assert overlapping(as_strided(base, (3, 4), (24, 8))) is True
    assert overlapping(as_strided(base, (3, 4), (40, 8))) is False


def test_captured_array_takes_part_in_the_overlap(stubs: Stubs) -> None:
    hidden = np.zeros(4)
    params = [array_param(1, written=True), ("captured", hidden, F8, 1, "C", None, False)]
    variant = _call.Specialisation(stubs["nothing"], params, template=("const", True))
    spec = _call.Specialisation(stubs["nothing"], params, overlap=variant)
    kernel = _call.Kernel(lambda x: None, refuse)
    kernel.add(spec)
    assert kernel(np.zeros(4)) is None
    assert kernel(hidden[2:]) is True


def test_overlap_without_a_variant_is_an_error(make: MakeKernel) -> None:
    base = np.zeros(4)
    with pytest.raises(SystemError, match="overlap variant is needed"):
        make([array_param(1, written=True), array_param(1)])(base, base)


def test_specialisation_of_another_count_does_not_fit(stubs: Stubs) -> None:
    def collect(*values: object) -> None: ...

    kernel = _call.Kernel(collect, refuse)
    for count in range(8):
        params = [("const", k) for k in range(count)]
        kernel.add(_call.Specialisation(stubs["nothing"], params))
    for count in range(8):
        kernel(*range(count))
        assert kernel.last is kernel.specialisations[count]
    with pytest.raises(Refused):
        kernel(*range(9))
