"""Whole texts of the diagnostics of tracing: NM101 to NM121.

Each row names the kernel, its arguments besides the array, and the text; `line +k` in a text is k
lines below the decorator of the kernel.
"""

import math
import operator
import re

import numpy as np
import pytest

import numeta as nm
from numeta import _trace

ESCAPED = []


@nm.jit
def branch(a: nm.f8[:], x: float) -> None:
    a[0] = len([k for k in (1, 2) if x > k])


@nm.jit
def to_int(a: nm.f8[:], n: int) -> None:
    a[0] = n.__int__()


@nm.jit
def dict_key(a: nm.f8[:], n: int) -> None:
    a[0] = {1: 2.0}[n]


@nm.jit
def shifted_float(a: nm.f8[:], x: float) -> None:
    a[0] = x << 1


@nm.jit
def complex_floor(a: nm.f8[:], z: complex) -> None:
    a[0] = z // 2


@nm.jit
def complex_remainder(a: nm.f8[:], z: complex) -> None:
    a[0] = z % 2


@nm.jit
def mixed_signs(a: nm.f8[:], i: nm.i8, j: nm.u8) -> None:
    a[0] = i & j


@nm.jit
def add_text(a: nm.f8[:], x: float) -> None:
    a[0] = x + "1"


@nm.jit
def less_than_none(a: nm.f8[:], x: float) -> None:
    a[0] = x < None


@nm.jit
def store_text(a: nm.f8[:], x: float) -> None:
    a[0] = "1"


@nm.jit
def float_index(a: nm.f8[:], x: float) -> None:
    a[0] = a[x]


@nm.jit
def constant_float_index(a: nm.f8[:], x: float) -> None:
    a[0] = a[1.5]


@nm.jit
def array_method(a: nm.f8[:], x: float) -> None:
    a[0] = a.ctypes.data


@nm.jit
def complex_stored(a: nm.f8[:], z: complex) -> None:
    a[0] = z


@nm.jit
def big_integer(a: nm.f8[:], n: int) -> None:
    a[0] = n + 2**64


@nm.jit
def number_attribute(a: nm.f8[:], x: nm.f8) -> None:
    a[0] = x.strides


@nm.jit
def text_method(a: nm.f8[:], x: float) -> None:
    a[0] = len(x.__str__())


@nm.jit
def mixed_shift(a: nm.f8[:], i: nm.i8, j: nm.u8) -> None:
    a[0] = i << j


@nm.jit
def mixed_gcd(a: nm.f8[:], i: nm.i8, j: nm.u8) -> None:
    a[0] = np.gcd(i, j)


@nm.jit
def minus_bool(a: nm.f8[:], b: nm.b1) -> None:
    a[0] = -b


@nm.jit
def plus_bool(a: nm.f8[:], b: nm.b1) -> None:
    a[0] = +b


@nm.jit
def masked_float(a: nm.f8[:], x: float) -> None:
    a[0] = 1 & x


@nm.jit
def complex_root(a: nm.f8[:], z: complex) -> None:
    a[0] = math.sqrt(z)


@nm.jit
def root_of_array(a: nm.f8[:], x: float) -> None:
    a[0] = math.sqrt(a)


@nm.jit
def floor_of_array(a: nm.f8[:], x: float) -> None:
    a[0] = math.floor(a)


@nm.jit
def divisor_of_array(a: nm.f8[:], x: float) -> None:
    a[0] = math.gcd(a, 2)


@nm.jit
def repr_method(a: nm.f8[:], x: float) -> None:
    a[0] = len(x.__repr__())


@nm.jit
def format_method(a: nm.f8[:], x: float) -> None:
    a[0] = len(x.__format__(""))


@nm.jit
def repr_of_array(a: nm.f8[:], x: float) -> None:
    a[0] = len(a.__repr__())


@nm.jit
def size_of_number(a: nm.f8[:], x: float) -> None:
    a[0] = x.__sizeof__()


@nm.jit
def state_of_array(a: nm.f8[:], x: float) -> None:
    a.__reduce__()


@nm.jit
def count_of_list(a: nm.f8[:], n: int) -> None:
    a[0] = operator.length_hint(object(), n)


@nm.jit
def kept_of_another(a: nm.f8[:], x: float) -> None:
    a[0] = ESCAPED[0] + x


CASES = [
    (branch, (1,),
     "NM101: the truth of a run-time value decides a branch here, and it is not known while "
     "the kernel is traced\n"
     '  File "FILE", line +2\n'
     "  Instead: use a compile-time condition, or move the branch out of the kernel"),
    (to_int, (1,),
     "NM102: int() needs a value that is known at compile time, but this one is known only "
     "at run time\n"
     '  File "FILE", line +2\n'
     "  Instead: hint the parameter nm.comptime, or use the value without converting it"),
    (dict_key, (1,),
     "NM103: a run-time value cannot be hashed, so it is no dict key and no set member\n"
     '  File "FILE", line +2\n'
     "  Instead: use a compile-time key"),
    (shifted_float, (1,),
     "NM105: lshift of float and int: this operation is not defined for floats\n"
     '  File "FILE", line +2\n'
     "  Instead: convert it to an integer, as in int(x)"),
    (complex_floor, (1,),
     "NM105: floordiv of complex and int: this operation is not defined for complex numbers\n"
     '  File "FILE", line +2\n'
     "  Instead: use its parts, x.real and x.imag"),
    (complex_remainder, (1,),
     "NM105: mod of complex and int: this operation is not defined for complex numbers\n"
     '  File "FILE", line +2\n'
     "  Instead: use its parts, x.real and x.imag"),
    (mixed_signs, (1, 1),
     "NM105: bit_and of int64 and uint64: NumPy has no integer type for both and would "
     "compute in floats, where it is not defined\n"
     '  File "FILE", line +2\n'
     "  Instead: convert one of them to the other's type, as in nm.i8(x)"),
    (add_text, (1,),
     "NM106: add of a run-time value and str\n"
     '  File "FILE", line +2\n'
     "  Instead: only numbers can be combined with run-time numbers"),
    (less_than_none, (1,),
     "NM106: comparison of a run-time value and NoneType\n"
     '  File "FILE", line +2\n'
     "  Instead: only numbers can be combined with run-time numbers"),
    (store_text, (1,),
     "NM106: assignment to an element of a run-time value and str\n"
     '  File "FILE", line +2\n'
     "  Instead: only numbers can be combined with run-time numbers"),
    (float_index, (1,),
     "NM108: an index must be an integer, not float64\n"
     '  File "FILE", line +2\n'
     "  Instead: convert it with int(...)"),
    (constant_float_index, (1,),
     "NM108: an index must be an integer, not float64\n"
     '  File "FILE", line +2\n'
     "  Instead: convert it with int(...)"),
    (array_method, (1,),
     "NM113: an array has no attribute 'ctypes' inside a kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: shape, ndim, size and dtype are there"),
    (complex_stored, (1,),
     "NM114: a complex value does not go into float64\n"
     '  File "FILE", line +2\n'
     "  Instead: take its real part: x.real"),
    (big_integer, (1,),
     "NM118: the integer 18446744073709551616 does not fit into 64 bits\n"
     '  File "FILE", line +2'),
    (number_attribute, (1,),
     "NM121: a run-time number has no attribute 'strides' inside a kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: real, imag and conjugate() are there"),
    (text_method, (1,),
     "NM104: a run-time value has no text while the kernel is traced\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value and format it outside"),
    (mixed_shift, (1, 1),
     "NM105: lshift of int64 and uint64: NumPy has no integer type for both and would "
     "compute in floats, where it is not defined\n"
     '  File "FILE", line +2\n'
     "  Instead: convert one of them to the other's type, as in nm.i8(x)"),
    (mixed_gcd, (1, 1),
     "NM105: gcd of int64 and uint64: NumPy has no integer type for both and would "
     "compute in floats, where it is not defined\n"
     '  File "FILE", line +2\n'
     "  Instead: convert one of them to the other's type, as in nm.i8(x)"),
    (minus_bool, (True,),
     "NM105: neg of bool: NumPy does not define this operation for bool\n"
     '  File "FILE", line +2\n'
     "  Instead: convert it to an integer, as in nm.i8(x)"),
    (plus_bool, (True,),
     "NM105: pos of bool: NumPy does not define this operation for bool\n"
     '  File "FILE", line +2\n'
     "  Instead: convert it to an integer, as in nm.i8(x)"),
    (masked_float, (1.0,),
     "NM105: bit_and of int and float: this operation is not defined for floats\n"
     '  File "FILE", line +2\n'
     "  Instead: convert it to an integer, as in int(x)"),
    (complex_root, (1.0,),
     "NM105: sqrt of complex: must be real number, not complex\n"
     '  File "FILE", line +2\n'
     "  Instead: use its parts, x.real and x.imag"),
    (root_of_array, (1.0,),
     "NM112: the array 'a' is used as a value here\n"
     '  File "FILE", line +2\n'
     "  Instead: take one element, as in a[i]"),
    (floor_of_array, (1.0,),
     "NM112: the array 'a' is used as a value here\n"
     '  File "FILE", line +2\n'
     "  Instead: take one element, as in a[i]"),
    (divisor_of_array, (1.0,),
     "NM112: the array 'a' is used as a value here\n"
     '  File "FILE", line +2\n'
     "  Instead: take one element, as in a[i]"),
    (repr_of_array, (1.0,),
     "NM104: a run-time value has no text while the kernel is traced\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value and format it outside"),
    (repr_method, (1.0,),
     "NM104: a run-time value has no text while the kernel is traced\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value and format it outside"),
    (format_method, (1.0,),
     "NM104: a run-time value has no text while the kernel is traced\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value and format it outside"),
    (size_of_number, (1.0,),
     "NM121: a run-time number has no attribute '__sizeof__' inside a kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: real, imag and conjugate() are there"),
    (state_of_array, (1.0,),
     "NM113: an array has no attribute '__reduce__' inside a kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: shape, ndim, size and dtype are there"),
    (count_of_list, (1,),
     "NM102: an index or a count needs a value that is known at compile time, but this one "
     "is known only at run time\n"
     '  File "FILE", line +2\n'
     "  Instead: hint the parameter nm.comptime, or use the value without converting it"),
]  # fmt: skip


@pytest.mark.parametrize("kernel, args, text", CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_whole_text(kernel, args, text):
    first = kernel.py_func.__code__.co_firstlineno
    expected = re.sub(r"line \+(\d+)", lambda m: f"line {first + int(m[1])}", text)
    with pytest.raises(nm.TraceError) as caught:
        kernel(np.zeros(3), *args)
    assert str(caught.value) == expected.replace("FILE", __file__)


def test_a_value_kept_beyond_its_kernel_is_refused():
    @nm.jit
    def keeps(a: nm.f8[:], x: float) -> None:
        ESCAPED.append(x)

    with pytest.raises(nm.TraceError):
        keeps(np.zeros(3), 1.0)
    with pytest.raises(nm.TraceError) as caught:
        kept_of_another(np.zeros(3), 1.0)
    first = kept_of_another.py_func.__code__.co_firstlineno
    assert str(caught.value) == (
        "NM120: a value of another kernel's trace is used here\n"
        f'  File "{__file__}", line {first + 2}\n'
        "  Instead: do not keep traced values beyond their kernel"
    )


def test_an_operation_outside_of_a_trace_is_refused():
    with pytest.raises(nm.TraceError) as caught:
        _trace.apply("sin", (1.0,), python=True)
    assert str(caught.value) == (
        "NM119: sin outside of a kernel's trace\n"
        "  Instead: call it inside a function that is decorated with @nm.jit"
    )


def test_a_value_used_after_its_loop_names_the_loop():
    trace = _trace.Trace("kernel")
    with trace:
        index = trace.begin_loop(0, 3, 1, "row")
        trace.end()
        with pytest.raises(nm.TraceError) as caught:
            index + 1
    assert str(caught.value).splitlines()[0] == (
        "NM107: a value that belongs to the loop over 'row' is used after that loop"
    )


def test_every_diagnostic_of_the_tracer_has_a_text():
    numbers = {int(text[2:5]) for _, _, text in CASES} | {107, 119, 120}
    numbers |= {116, 117, 122}  # views: test_array_names.py, test_views.py in tests/numpy
    numbers |= set(range(130, 137))  # parallel loops: test_prange.py
    assert numbers == {number for number, _, _ in _trace.diagnostics()}


@nm.jit
def range_step(a: nm.f8[:], n: int) -> None:
    for i in nm.range(0, n, 0):
        a[i] = 1.0


@nm.jit
def range_bound(a: nm.f8[:], x: float) -> None:
    for i in nm.range(x):
        a[i] = 1.0


@nm.jit
def constant_index(a: nm.f8[3], x: float) -> None:
    a[3] = x


@nm.jit
def constant_range(a: nm.f8[:], i: nm.u1) -> None:
    a[0] = i + 300


@nm.jit
def matrix_product(a: nm.f8[:], x: float) -> None:
    a[0] = x @ 2


@nm.jit
def item_of_number(a: nm.f8[:], x: float) -> None:
    a[0] = x[0]


@nm.jit
def item_of_scalar(a: nm.f8[:], x: nm.f8) -> None:
    a[0] = x[0]


@nm.jit
def items_of_number(a: nm.f8[:], x: float) -> None:
    a[0], a[1] = list(x)


@nm.jit
def called_number(a: nm.f8[:], x: float) -> None:
    a[0] = x()


@nm.jit
def called_array(a: nm.f8[:], x: float) -> None:
    a[0] = a(0)


@pytest.mark.parametrize(
    "kernel, kind, text",
    [
        (matrix_product, TypeError, "unsupported operand type(s) for @: 'float' and 'int'"),
        (item_of_number, TypeError, "'float' object is not subscriptable"),
        (item_of_scalar, IndexError, "invalid index to scalar variable."),
        (items_of_number, TypeError, "'float' object is not iterable"),
        (called_number, TypeError, "'float' object is not callable"),
        (called_array, TypeError, "'numpy.ndarray' object is not callable"),
        (range_step, ValueError, "range() arg 3 must not be zero"),
        (range_bound, TypeError, "'float' object cannot be interpreted as an integer"),
        (constant_index, IndexError, "index 3 is out of bounds for axis 0 with size 3"),
        (constant_range, OverflowError, "Python integer 300 out of bounds for uint8"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_python_raises_its_own_exception(kernel, kind, text):
    with pytest.raises(kind) as caught:
        kernel(np.zeros(3), 1)
    assert type(caught.value) is kind
    assert str(caught.value) == text
