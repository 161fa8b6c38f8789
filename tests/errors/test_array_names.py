"""Whole texts of the refusals of arrays that may be one: NM116, NM117, and NM236 for arrays."""

import numpy as np
import pytest

import numeta as nm

INSTEAD_WRITTEN = (
    "  Instead: copy where the name is bound, as in x = a.copy(), or write to each array where it"
    " is known which one it is"
)
INSTEAD_RETURNED = "  Instead: return a copy, as in return x.copy()"


def text_of(kernel, *args):
    with pytest.raises(nm.TraceError) as caught:
        kernel(*args)
    return str(caught.value), kernel.py_func.__code__.co_firstlineno


def arrays():
    return np.zeros(3), np.zeros(3)


def test_a_write_to_what_may_be_an_argument():
    @nm.jit
    def written(c: int, a: nm.f8[:], b: nm.f8[:]) -> None:
        x = a + 1.0
        if c:
            x = a
        x[0] = 9.0

    text, first = text_of(written, 1, *arrays())
    assert text == (
        f"NM116: 'x' may be the same array as the argument 'a' since the control flow of line"
        f" {first + 3}; one of them is written here, and the other is read by the caller, when the"
        f" kernel has ended\n"
        f'  File "{__file__}", line {first + 5}\n' + INSTEAD_WRITTEN
    )


def test_a_write_to_the_other_name():
    @nm.jit
    def other(n: int, a: nm.f8[:], b: nm.f8[:]):
        x = a + 1.0
        y = x
        for i in range(n):
            y[0] = b[i]
            b[i] = x[0]
            x = x * 2.0

    text, first = text_of(other, 1, *arrays())
    assert text == (
        f"NM116: 'x' may be the same array as one that the kernel has made since the control flow"
        f" of line {first + 4}; one of them is written here, and the other is read in line"
        f" {first + 6}\n"
        f'  File "{__file__}", line {first + 5}\n' + INSTEAD_WRITTEN
    )


def test_a_view_of_what_may_be_an_argument_is_returned():
    @nm.jit
    def returned(n: int, a: nm.f8[:], b: nm.f8[:]):
        x = a
        for _ in range(n):
            x = x[1:]
        return x

    text, first = text_of(returned, 1, *arrays())
    assert text == (
        f"NM117: 'x' may be the same array as one that the kernel has made since the control flow"
        f" of line {first + 3}, and both are seen by the caller\n"
        f'  File "{__file__}", line {first + 3}\n' + INSTEAD_RETURNED
    )


def test_arrays_of_two_types():
    @nm.jit
    def mixed(c: int, a: nm.f8[:], b: nm.f8[:]):
        if c:  # noqa: SIM108
            x = a + 1.0
        else:
            x = 1
        return x[0]

    text, first = text_of(mixed, 1, *arrays())
    assert text == (
        f"NM236: 'x' is a 1-d array of float64 or 1 after the run-time control flow of line"
        f" {first + 2}: no one run-time value stands for it\n"
        f'  File "{__file__}", line {first + 6}\n'
        f"  Instead: give it numbers on every way, or one object for all"
    )
