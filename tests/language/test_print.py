"""print in a kernel: Python's text, in order, at each call, whatever is around it."""

import contextlib
import io
import sys

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode


def printed(function, *args):
    """What a call writes to standard output and to standard error, and its result."""
    out, err = io.StringIO(), io.StringIO()
    copies = [arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        result = function(*copies)
    return out.getvalue(), err.getvalue(), result


def prints_as_python(kernel, *args):
    expected = printed(kernel.py_func, *args)
    assert expected[0] or expected[1]
    for mode in ("default", "exact", "checks"):
        compiled = in_mode(kernel, mode)
        for _ in range(2):
            assert printed(compiled, *args) == expected


@nm.jit
def every_type(n: int, x: float, b: bool, z: complex, u: nm.u8, a: nm.f4[:], s: nm.i2):
    print(n, x, b, z, u, a[0], s, a[0] > 1, z.imag, -n, x / 3)
    print("text", 1, 2.5, None, [1, (2,)], sep="", end="|")
    print()
    print(s, u, sep=None, end=None, flush=True)
    return n


def test_values_have_pythons_text():
    for n, x in ((0, -0.0), (-(2**63) + 1, 1e300), (7, float("nan")), (3, 0.1)):
        args = (n, x, n > 0, complex(x, -1.5), np.uint64(2**64 - 1), np.ones(2, np.float32) / 3)
        prints_as_python(every_type, *args, np.int16(-5))


@nm.jit
def in_order(n: int, a: nm.f8[:]):
    print("begin", file=sys.stderr)
    for i in range(n):
        if i % 3 == 0:
            continue
        a[i % 4] += i
        print(i, a[i % 4], sep=": ")
        k = i
        while k > 1:
            k //= 2
            print(end=".")
        if a[0] > 20.0:
            print("early", a[0], file=sys.stderr)
            return i
    print("end")
    return -1


def test_prints_stand_in_the_order_of_the_program():
    for n in (0, 1, 9, 30):
        prints_as_python(in_order, n, np.zeros(4))


@nm.jit
def unrolled(a):
    for k in range(6):
        print("item", k, a[k])
        a[k] = a[k - 1] + 1


def test_repeated_code_prints_each_time():
    prints_as_python(unrolled, np.arange(6.0))


@nm.jit
def hanoi(n: int, a: int, b: int) -> int:
    if n == 0:
        return 0
    moves = hanoi(n - 1, a, 3 - a - b)
    print(n, a, "->", b)
    return moves + 1 + hanoi(n - 1, 3 - a - b, b)


def test_a_recursive_kernel_prints():
    assert printed(hanoi, 4, 0, 1) == printed(hanoi.py_func, 4, 0, 1)


@nm.jit
def before_an_error(n: int):
    print("n is", n)
    if n > 2:
        raise ValueError("too large")
    print("fine")


def test_what_was_printed_before_an_error_stays():
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(ValueError, match="^too large$"):
        before_an_error(3)
    assert out.getvalue() == "n is 3\n"
    prints_as_python(before_an_error, 1)


class Broken(io.StringIO):
    def write(self, text):
        raise OSError("no paper")


def test_an_error_of_the_file_ends_the_kernel():
    @nm.jit
    def kernel(a: nm.i8[:]):
        for i in range(5):
            a[i] = 1
            if i == 2:
                print(i)

    a = np.zeros(5, np.int64)
    with contextlib.redirect_stdout(Broken()), pytest.raises(OSError, match="no paper"):
        kernel(a)
    assert a.tolist() == [1, 1, 1, 0, 0]


class Caller(io.StringIO):
    def write(self, text):
        hanoi(1, 0, 1) if text.startswith("outer") else None
        return super().write(text)


@nm.jit
def outer(n: int):
    print("outer", n)
    print(n + 1)


def test_what_prints_may_call_kernels():
    out = Caller()
    with contextlib.redirect_stdout(out):
        outer(5)
    assert out.getvalue() == "1 0 -> 1\nouter 5\n6\n"


@pytest.mark.parametrize("wrong", [{"sep": 1}, {"end": 2.0}, {"colour": "red"}])
def test_wrong_options_are_pythons_errors(wrong):
    @nm.jit
    def kernel(n: int):
        print(n, **wrong)

    with pytest.raises(TypeError) as expected:
        kernel.py_func(1)
    with pytest.raises(TypeError) as caught:
        kernel(1)
    assert str(caught.value) == str(expected.value)
