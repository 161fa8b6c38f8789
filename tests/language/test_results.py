"""Results come back as the undecorated function gives them, or as the return hint says."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def weak_and_strong(i: int, x: float, y: nm.f8, z: nm.f4, b: bool, c: complex):
    return i, x, y, z, b, c, i + 1, x + 1, y + 1, z + 1, (i, (y,)), 3, "text", None


def test_weak_values_are_python_numbers_and_strong_ones_numpy_scalars():
    result = weak_and_strong(1, 2.0, 3.0, 4.0, True, 1j)
    kinds = [type(value) for value in result[:10]]
    assert kinds[:6] == [int, float, np.float64, np.float32, bool, complex]
    assert kinds[6:] == [int, float, np.float64, np.float32]
    same_as_python(weak_and_strong, 1, 2.0, 3.0, 4.0, True, 1j)


def test_nothing_returned_is_none():
    @nm.jit
    def kernel(a: nm.f8[:]) -> None:
        a[0] = 1

    assert kernel(np.zeros(1)) is None


@pytest.mark.parametrize(
    "hint, kind", [(nm.f8, np.float64), (float, float), (complex, complex), (nm.c16, np.complex128)]
)
def test_return_hint_converts(hint, kind):
    def plain(i: nm.i4):
        return i + 1

    plain.__annotations__["return"] = hint
    kernel = nm.jit(plain)
    result = kernel(2)
    assert type(result) is kind and result == 3
    same_as_python(kernel, 2)


def test_return_hint_of_a_tuple():
    @nm.jit
    def kernel(i: nm.i4) -> tuple[float, nm.f8]:
        return i, 1

    result = kernel(2)
    assert [type(value) for value in result] == [float, np.float64] and result == (2, 1)


def test_an_array_argument_returned_is_the_argument():
    @nm.jit
    def kernel(a: nm.f8[:]):
        a[0] = 5
        return a

    a = np.zeros(2)
    assert kernel(a) is a and a[0] == 5


def narrow(x: nm.f8) -> nm.f4:
    return x


def nothing(x: nm.f8) -> None:
    return x


def three(x: nm.f8) -> tuple[float, float]:
    return x, x, x


def rounded(a: nm.f8[:]) -> nm.f4[:]:
    return a


def listing(x: nm.f8):
    return {1: x}


LINE = narrow.__code__.co_firstlineno
REFUSED = [
    (narrow,
     "NM302: narrow() returns a value of float64, which does not convert to its return hint nm.f4"
     " without loss\n  File {file!r}, line {line}\n  Instead: convert in the kernel, as in"
     " `return nm.f4(value)`, or change the hint"),
    (nothing,
     "NM302: nothing() returns a value of float64, which does not convert to its return hint None"
     " without loss\n  File {file!r}, line {line}\n  Instead: convert in the kernel, as in"
     " `return None(value)`, or change the hint"),
    (three,
     "NM303: three() returns 3 value(s), its return hint tuple[float, float] says 2\n"
     "  File {file!r}, line {line}\n  Instead: make the return statement and the hint agree"),
]  # fmt: skip


@pytest.mark.parametrize("plain, text", REFUSED, ids=["narrow", "nothing", "three"])
def test_what_would_lose_something_is_refused(plain, text):
    with pytest.raises(nm.TraceError) as caught:
        nm.jit(plain)(1.0)
    line = plain.__code__.co_firstlineno
    assert str(caught.value) == text.replace("{file!r}", f'"{__file__}"').format(line=line)


def test_an_array_that_would_lose_something_is_refused():
    kernel = nm.jit(rounded)
    with pytest.raises(nm.TraceError) as caught:
        kernel(np.zeros(2))
    line = rounded.__code__.co_firstlineno
    assert str(caught.value) == (
        "NM305: rounded() returns a 1-d array of float64, which does not convert to its return hint"
        f' nm.f4[:] without loss\n  File "{__file__}", line {line}\n  Instead: convert in the'
        " kernel, as in `return value.astype(nm.f4)`, or change the hint"
    )
    with nm.debug(), pytest.raises(nm.TraceError, match="NM305: rounded"):
        kernel(np.zeros(2))


def test_a_dict_is_not_returned():
    with pytest.raises(nm.TraceError) as caught:
        nm.jit(listing)(1.0)
    assert str(caught.value) == (
        "NM301: listing() returns a dict of run-time values, which a kernel cannot return yet\n"
        f'  File "{__file__}", line {listing.__code__.co_firstlineno}\n'
        "  Instead: return numbers, arrays, None, or a tuple of them"
    )
