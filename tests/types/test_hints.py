"""Every spelling of a hint means what design says: kind, dtype, weakness and shape."""

import enum
import math
import typing
from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import pytest

import numeta as nm
from numeta.testing import same_as_python
from numeta.types import DTYPES, NO_HINT, Scope, parse_hint, parse_return_hint


def k():
    """The function whose annotations are read."""


SCOPE = Scope(k, {})


def hint_of(annotation: Any) -> tuple[Any, ...]:
    hint = parse_hint(annotation, "x", SCOPE)
    return hint.kind, hint.dtype.short if hint.dtype else None, hint.weak, hint.shape


SCALARS = [
    (bool, "b1", True),
    (int, "i8", True),
    (float, "f8", True),
    (complex, "c16", True),
    (np.float32, "f4", False),
    (np.bool_, "b1", False),
    (np.longlong, "i8", False),
    (np.dtype("u2"), "u2", False),
    (nm.f8, "f8", False),
    (nm.complex64, "c8", False),
    ("nm.u4", "u4", False),
    ("float", "f8", True),
]


@pytest.mark.parametrize("annotation, short, weak", SCALARS, ids=str)
def test_scalar_hints(annotation, short, weak):
    assert hint_of(annotation) == ("scalar", short, weak, None)


ARRAYS = [
    (nm.f8[:, :], "f8", (None, None)),
    (nm.i8[3, :], "i8", (3, None)),
    (nm.f4[()], "f4", ()),
    (nm.f4[...], "f4", None),
    (nm.float64[:], "f8", (None,)),
    (npt.NDArray[np.float64], "f8", None),
    (npt.NDArray[Any], None, None),
    (np.ndarray, None, None),
    (np.ndarray[tuple[int, int], np.dtype[np.int32]], "i4", (None, None)),
    (Annotated[npt.NDArray[np.float64], nm.f8[:, :]], "f8", (None, None)),
    ("nm.f8[:, 2]", "f8", (None, 2)),
]


@pytest.mark.parametrize("annotation, short, shape", ARRAYS, ids=str)
def test_array_hints(annotation, short, shape):
    assert hint_of(annotation) == ("array", short, False, shape)


def test_comptime_and_any():
    assert hint_of(nm.comptime)[0] == "comptime"
    assert parse_hint(Any, "x", SCOPE) == NO_HINT


def test_every_dtype_has_its_short_and_long_name():
    shorts = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f4 f8 c8 c16".split()
    assert sorted(d.short for d in DTYPES) == sorted(shorts)
    for dtype in DTYPES:
        long = "bool_" if dtype.name == "bool" else dtype.name
        assert getattr(nm, dtype.short) is getattr(nm, long) is dtype
        assert dtype.numpy.name == dtype.name and dtype.numpy.num == dtype.typenum
        assert dtype.numpy.itemsize * 8 == dtype.bits


@pytest.mark.parametrize("dtype", DTYPES, ids=repr)
def test_call_on_plain_values_casts_as_numpy(dtype):
    value = dtype(1)
    assert type(value) is dtype.numpy.type and value == 1
    assert np.zeros(2, dtype).dtype == dtype.numpy


def test_array_types_compare_and_show():
    assert nm.f8[:, 3] == nm.float64[:, 3] != nm.f8[:, :]
    assert hash(nm.f8[:]) == hash(nm.f8[:])
    assert repr(nm.f8[:, 3]) == "nm.f8[:, 3]" and repr(nm.i4[()]) == "nm.i4[()]"


def test_return_hints():
    assert parse_return_hint(None, SCOPE).kind == "none"
    pair = parse_return_hint(tuple[nm.f8, float], SCOPE)
    assert [(p.dtype.short, p.weak) for p in pair.parts] == [("f8", False), ("f8", True)]
    assert parse_return_hint("tuple[int, nm.i4]", SCOPE).text == "tuple[int, nm.i4]"


def test_string_hints_see_closure_and_local_names():
    length = 3

    @nm.jit
    def kernel(x: "nm.f8[length, :]") -> None:
        pass

    assert kernel.hint_at(0).shape == (3, None)
    length = 4


def unknown_hint(x: list) -> None:
    pass


def unresolved_hint(x: "nowhere.f8") -> None:  # noqa: F821
    pass


def test_unknown_hint_names_the_parameter():
    with pytest.raises(TypeError) as caught:
        nm.jit(unknown_hint)(1)
    assert str(caught.value) == (
        "NM405: unknown_hint(): the hint list of parameter 'x' is not one that numeta knows\n"
        "  Instead: a numeta type (nm.f8, nm.f8[:, :], nm.i8[3, :]), a NumPy scalar type, float,"
        " int, complex, bool, NDArray[...], str, an Enum, Callable or nm.comptime"
    )


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


def test_what_cannot_be_known_at_run_time_is_compile_time():
    @nm.jit
    def kernel(
        x: float,
        name: str,
        side: Side,
        f: Callable[[float], float],
        g: "typing.Callable",
        kind: type,
        sign: Literal[1, -1],
        data: bytes,
    ):
        y = f(x) if name == "one" else g(x) * 2
        y = y if side is Side.LEFT else -y
        return kind(y * sign + data[0])

    assert [kernel.hint_at(k).kind for k in range(8)] == ["scalar", *["comptime"] * 7]
    same_as_python(kernel, 0.5, "one", Side.LEFT, math.sin, math.cos, float, 1, b"a")
    same_as_python(kernel, 0.5, "two", Side.RIGHT, math.sin, math.cos, int, -1, b"b")


def test_unresolved_string_hint_says_why():
    with pytest.raises(TypeError) as caught:
        nm.jit(unresolved_hint)(1)
    assert str(caught.value) == (
        "NM406: unresolved_hint(): the hint 'nowhere.f8' of parameter 'x' cannot be resolved:"
        " NameError: name 'nowhere' is not defined\n"
        "  Instead: make the names of the annotation visible where the kernel is defined"
    )


def test_a_dimension_is_a_colon_or_a_length():
    with pytest.raises(TypeError) as caught:
        nm.f8[1:2]
    assert str(caught.value) == (
        "NM411: nm.f8[...]: slice(1, 2, None) is not a dimension\n"
        "  Instead: one entry per dimension: `:` for any length, or a length as in nm.i8[3, :]"
    )


@pytest.mark.parametrize("annotation", [list[int], dict, "3", np.floating, int | None, set])
def test_other_annotations_are_refused(annotation):
    with pytest.raises(TypeError, match=r"NM40[56]: k\(\): the hint"):
        parse_hint(annotation, "x", SCOPE)
