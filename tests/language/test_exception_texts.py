"""Exceptions and asserts that show run-time values: type, text and arguments are Python's own.

PYTEST_DONT_REWRITE: the asserts of kernels are Python's own.
"""
# ruff: noqa: B007, RET505, SIM102, UP031, UP032 - the kernels are written as users write them

import copy
import math

import numpy as np

import numeta as nm
from numeta.testing import MODES, in_mode, same_as_python

from .cases import Cases, raises_as_python

good, bad = Cases(), Cases()


def array(*values):
    return np.array(values)


class Located(Exception):
    """What it shows is made by its own constructor."""

    def __init__(self, place, value, *, why="?"):
        super().__init__(f"{why}: {place} {value!r}")
        self.place, self.value = place, value


@good((np.float64(1.0), 3))
@bad((np.float64(-1.5), 3), (np.float64(-math.inf), -7))
@nm.jit
def formatted(x: nm.f8, i: int) -> float:
    if x < 0:
        raise ValueError(f"bad {x} at {i}")
    return x


@bad((np.float64(-1 / 3), 3))
@nm.jit
def formats(x: nm.f8, i: int) -> float:
    assert x > 0, f"{x!r:>30}|{i:05d}|{x:.3e}|{i=}|{i:>{i}}|{x!s:_<{12}}"
    return x


@bad((np.float32(-0.1),))
@nm.jit
def a_number_as_message(x: nm.f4) -> None:
    assert x > 0, x


@good((array(1.0, 2.0),))
@bad((array(1.0, 2.0, -3.0, 4.0),))
@nm.jit
def joined_texts(a: nm.f8[:]) -> None:
    for i, v in enumerate(a):
        if v < 0:
            raise ValueError("bad " + str(v) + " at %d of %s" % (i, len(a)) + "!")
        a[i] = -v


@bad((np.complex128(1 - 2j), np.uint64(2**64 - 3), np.bool_(True), False, np.float32(0.1)))
@nm.jit
def every_kind(z: nm.c16, u: nm.u8, b: nm.b1, t: bool, f: nm.f4) -> None:
    if b:
        raise KeyError("{} {!r} {u} {t} {b}".format(z, f, u=u, t=t, b=b))


@good((array(7.0, 8.0), 1))
@bad((array(7.0, 8.0), 2), (array(7.0, 8.0), -1), (array(), 0))
@nm.jit
def message_reads_only_where_it_is_shown(a: nm.f8[:], i: int) -> float:
    assert 0 <= i < len(a), f"{i} of {len(a)}: {a[0] if len(a) > 0 else -1.0}"
    return a[i]


@good((array(7.0, 8.0), 2))
@bad((array(7.0, 8.0), 1))
@nm.jit
def message_would_be_out_of_range(a: nm.f8[:], i: int) -> int:
    assert i >= len(a), f"value {a[i]}"
    return i


def halved(x, n):
    message = f"no half of {n}"
    if n % 2:
        raise IndexError(message, x)
    return x / 2


@good((np.float64(4.0), 2))
@bad((np.float64(4.0), 3))
@nm.jit
def in_a_helper(x: nm.f8, n: int) -> float:
    return halved(x, n) + halved(x, 2)


@bad((np.float64(4.0), 3))
@nm.jit
def on_every_path(x: nm.f8, n: int) -> None:
    raise ValueError(f"always {x}, {n:x}")


@good((2,))
@bad((3,))
@nm.jit
def made_before(n: int) -> int:
    error = ArithmeticError("made", n, (n, [n + 1]))
    if n > 2:
        raise error
    return n


@nm.jit
def called(n: int) -> int:
    if n > 3:
        raise OverflowError(f"inner {n}")
    return n


@bad((4,))
@nm.jit
def in_a_kernel_that_is_called(n: int) -> int:
    return called(n * 2) + 1


@good.each
def test_no_exception_where_python_raises_none(kernel, args):
    same_as_python(kernel, *args)


@bad.each
def test_the_text_is_that_of_the_function(kernel, args):
    raises_as_python(kernel, *args)


@nm.jit
def own_exception(x: nm.f8, i: int) -> None:
    if i > 3:
        raise Located(i, x, why="because")
    if i < 0:
        raise KeyError(i, x, (i, [x]))


def test_arguments_and_attributes_are_those_of_python():
    for i in (5, -5):
        args = (np.float64(2.5), i)
        found = []
        for run in (own_exception.py_func, *(in_mode(own_exception, mode) for mode in MODES)):
            try:
                run(*copy.deepcopy(args))
            except Exception as error:
                found.append((type(error), repr(error.args), repr(vars(error))))
        assert len(found) == 4 and len(set(found)) == 1


def test_a_text_that_is_printed(capsys):
    @nm.jit
    def kernel(x: float, n: int) -> None:
        for i in range(n):
            print(f"{i}: {x + i:.2f}", "%03d" % i, str(i) + "!", x)

    kernel.py_func(1.5, 3)
    wanted = capsys.readouterr().out
    kernel(1.5, 3)
    assert capsys.readouterr().out == wanted
