"""Whole texts of the diagnostics of staging: NM201 to NM235.

Each row names the kernel, its arguments besides the array, and the text; `line +k` in a text is k
lines below the decorator of the kernel.
"""
# ruff: noqa: B007, F632, F841, RUF015 - the kernels are wrong on purpose

import math
import re
import time

import numpy as np
import pytest

import numeta as nm
from numeta import errors

OUT = [1.0]
KEPT = []
ARRAYS = [np.zeros(3)]


@nm.jit(exact=True)
def inner(x: float) -> float:
    return x


@nm.jit
def whole(n: nm.i8) -> float:
    return n + 1.0


@nm.jit
def breaks(a: nm.f8[:], x: float) -> None:
    for i in nm.range(3):
        a[i] = x
        break


@nm.jit
def has_else(a: nm.f8[:], x: float) -> None:
    for i in nm.range(3):
        a[i] = x
    else:
        a[0] = 1.0


@nm.jit
def returns(a: nm.f8[:], x: float) -> float:
    for i in nm.range(3):
        return a[i]
    return x


@nm.jit
def in_comprehension(a: nm.f8[:], n: int) -> None:
    a[0] = [i for i in nm.range(n)][0]


@nm.jit
def plain_range(a: nm.f8[:], n: int) -> None:
    for i in range(n):
        a[i] = 1.0


@nm.jit
def carried(a: nm.f8[:], x: float) -> None:
    total = 0.0
    for i in nm.range(3):
        total = total + a[i]
    a[0] = x


@nm.jit
def used_after(a: nm.f8[:], x: float) -> None:
    for i in nm.range(3):
        last = a[i] + x
    a[0] = last


@nm.jit
def index_after(a: nm.f8[:], x: float) -> None:
    for i in nm.range(3):
        a[i] = x
    a[0] = i


@nm.jit
def target_is_element(a: nm.f8[:], x: float) -> None:
    for a[0] in nm.range(3):
        a[1] = x


@nm.jit
def generates(a: nm.f8[:], x: float) -> None:
    def values():
        for i in nm.range(3):
            yield a[i]

    for value in values():
        a[0] = value


@nm.jit
def iterates_array(a: nm.f8[:], x: float) -> None:
    for value in a:
        a[0] = value


@nm.jit
def changes_outside(a: nm.f8[:], x: float) -> None:
    OUT.append(2.0)
    a[0] = x


@nm.jit
def appends_in_loop(a: nm.f8[:], x: float) -> None:
    seen = []
    for i in nm.range(3):
        seen.append(i)
        a[i] = x


@nm.jit
def rebinds_in_loop(a: nm.f8[:], x: float) -> None:
    last = 0.0

    def keep(value):
        nonlocal last
        last = value

    for i in nm.range(3):
        keep(a[i])
    a[0] = last


@nm.jit
def assigns_global(a: nm.f8[:], x: float) -> None:
    global KEPT
    KEPT = [1]
    a[0] = x


@nm.jit
async def asynchronous(a: nm.f8[:], x: float) -> None:
    a[0] = x


@nm.jit
def tries(a: nm.f8[:], x: float) -> None:
    try:
        a[0] = x
    finally:
        a[1] = x


@nm.jit
def unknown_function(a: nm.f8[:], x: float) -> None:
    a[0] = np.linalg.norm(x)


@nm.jit
def prints(a: nm.f8[:], x: float) -> None:
    print(x)


@nm.jit
def asks_identity(a: nm.f8[:], x: float) -> None:
    a[0] = x is a[0]


@nm.jit
def asks_membership(a: nm.f8[:], x: float) -> None:
    a[0] = x in (1.0, 2.0)


@nm.jit
def formats(a: nm.f8[:], x: float) -> None:
    a[0] = len(f"{x}")


@nm.jit
def matches(a: nm.f8[:], x: float) -> None:
    match x:
        case 1.0:
            a[0] = 1.0


@nm.jit
def raises_late(a: nm.f8[:], x: float) -> None:
    a[0] = x
    raise ValueError("no")


@nm.jit
def mixed_maximum(a: nm.f8[:], i: nm.i8, x: float) -> None:
    a[0] = max(i, x)


@nm.jit
def rounds_to_digits(a: nm.f8[:], x: float) -> None:
    a[0] = round(x, 23)


@nm.jit
def makes_array(a: nm.f8[:], x: float) -> None:
    b = np.zeros(3)
    b[0] = x


@nm.jit
def calls_exact(a: nm.f8[:], x: float) -> None:
    a[0] = inner(x)


@nm.jit
def calls_with_float(a: nm.f8[:], x: float) -> None:
    a[0] = whole(x)


@nm.jit
def half_precision(a: nm.f8[:], i: nm.i1) -> None:
    a[0] = np.sqrt(i)


@nm.jit
def iterated_by_method(a: nm.f8[:], n: int) -> None:
    a[0] = next(iter(nm.range(n)))


@nm.jit
def sum_of_range(a: nm.f8[:], n: int) -> None:
    a[0] = sum(nm.range(3))


@nm.jit
def least_of_range(a: nm.f8[:], n: int) -> None:
    a[0] = min(nm.range(n))


@nm.jit
def sum_of_array(a: nm.f8[:], n: int) -> None:
    a[0] = sum(a)


@nm.jit
def product_of_array(a: nm.f8[:], n: int) -> None:
    a[0] = math.prod(a)


@nm.jit
def reversed_range(a: nm.f8[:], n: int) -> None:
    for i in reversed(nm.range(n)):
        a[i] = 1.0


@nm.jit
def unpacks_array(a: nm.f8[:], x: float) -> None:
    first, second = a
    a[0] = first


@nm.jit
def changes_item_array(a: nm.f8[:], x: float) -> None:
    ARRAYS[0] += 1.0
    a[0] = x


@nm.jit
def advances_in_loop(a: nm.f8[:], x: float) -> None:
    numbers = iter([1.0, 2.0])
    for i in nm.range(3):
        a[i] = next(numbers)


@nm.jit
def draws_random(a: nm.f8[:], x: float) -> None:
    a[0] = x + np.random.random()


@nm.jit
def reads_clock(a: nm.f8[:], x: float) -> None:
    a[0] = x + time.time()


@nm.jit
def evaluates(a: nm.f8[:], x: float) -> None:
    a[0] = eval("x")


@nm.jit
def complex_clip(a: nm.f8[:], x: float) -> None:
    a[0] = np.clip(x, 0, 1j)


@nm.jit
def power_with_modulus(a: nm.f8[:], n: int) -> None:
    a[0] = pow(n, 2, 3)


@nm.jit
def ufunc_of_array(a: nm.f8[:], x: float) -> None:
    a[0] = np.sin(a)


@nm.jit
def refused_ulp(a: nm.f8[:], x: float) -> None:
    a[0] = math.ulp(x)


@nm.jit
def raises_in_loop(a: nm.f8[:], x: float) -> None:
    for i in nm.range(3):
        a[i] = x
        raise ValueError("no")


@nm.jit
def hashes(a: nm.f8[:], x: float) -> None:
    a[0] = hash(x)


CASES = [
    (breaks, (1,),
     "NM201: `break` of a compiled loop\n"
     '  File "FILE", line +4\n'
     "  Instead: loop over all indices, or over a compile-time range(...), where break, "
     "return and else are Python's own"),
    (has_else, (1,),
     "NM201: `else` of a compiled loop\n"
     '  File "FILE", line +2\n'
     "  Instead: loop over all indices, or over a compile-time range(...), where break, "
     "return and else are Python's own"),
    (returns, (1,),
     "NM201: `return` of a compiled loop\n"
     '  File "FILE", line +3\n'
     "  Instead: loop over all indices, or over a compile-time range(...), where break, "
     "return and else are Python's own"),
    (in_comprehension, (1,),
     "NM202: nm.range is iterated by something else than a `for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):`, or range(...) of compile-time bounds"),
    (plain_range, (1,),
     "NM203: a run-time bound comes with plain range; use nm.range\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):`"),
    (carried, (1,),
     "NM204: 'total' is set in the compiled loop of line +3: what it holds when an iteration"
     " begins is not known\n"
     '  File "FILE", line +4\n'
     "  Instead: keep what is carried from one iteration to the next in an element of an "
     "array"),
    (used_after, (1,),
     "NM205: 'last' is set in the compiled loop of line +2: what it holds after the loop is "
     "not known\n"
     '  File "FILE", line +4\n'
     "  Instead: store it in an element of an array inside the loop"),
    (index_after, (1,),
     "NM206: 'i' is the index of the compiled loop of line +2: after the loop it is not "
     "known\n"
     '  File "FILE", line +4\n'
     "  Instead: compute the last index from the bounds"),
    (target_is_element, (1,),
     "NM207: the target of a compiled loop is not a plain name\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):` and assign from i in the body"),
    (generates, (1,),
     "NM208: a generator yields from inside a compiled loop\n"
     '  File "FILE", line +3\n'
     "  Instead: write the loop where its values are used"),
    (iterates_array, (1,),
     "NM209: an array cannot be iterated in a kernel yet\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(a.shape[0]):` and index with i"),
    (changes_outside, (1,),
     "NM211: changes_outside() changes 'OUT' (list), which exists outside of the kernel; "
     "that would happen once, when it is compiled, and not at each call\n"
     '  File "FILE", line +0\n'
     "  Instead: change it outside of the kernel, or use an array"),
    (appends_in_loop, (1,),
     "NM212: 'seen' (list) changes in the compiled loop of line +3; that would happen once "
     "and not in each iteration\n"
     '  File "FILE", line +3\n'
     "  Instead: use an array, or a compile-time range(...) for the loop"),
    (rebinds_in_loop, (1,),
     "NM213: 'last' is re-bound in the compiled loop of line +8 by a function that the loop "
     "calls, or by code without source\n"
     '  File "FILE", line +8\n'
     "  Instead: keep what is carried from one iteration to the next in an element of an "
     "array"),
    (assigns_global, (1,),
     "NM214: `global` assigns to 'KEPT' outside of the kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value, or write it to an element of an array"),
    (asynchronous, (1,),
     "NM221: asynchronous() uses `async def`, which no kernel can\n"
     '  File "FILE", line +0\n'
     "  Instead: a plain function that computes its result"),
    (tries, (1,),
     "NM222: run-time work inside a `try` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: move the statement out of the kernel, or the work out of the statement"),
    (unknown_function, (1,),
     "NM223: numpy.linalg.norm() is not known to numeta and cannot be given a run-time value\n"
     '  File "FILE", line +2\n'
     "  Instead: a function of math, NumPy or operator, or one written in Python"),
    (prints, (1,),
     "NM224: print() cannot be used in a kernel: it would run once, when the kernel is "
     "compiled, and not at each call\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value and print it outside"),
    (asks_identity, (1,),
     "NM225: `is` needs a run-time value that is not known here\n"
     '  File "FILE", line +2\n'
     "  Instead: compare numbers with == and <, test with isinstance, or use compile-time "
     "values"),
    (asks_membership, (1,),
     "NM225: `in` needs a run-time value that is not known here\n"
     '  File "FILE", line +2\n'
     "  Instead: compare numbers with == and <, test with isinstance, or use compile-time "
     "values"),
    (formats, (1,),
     "NM226: the text of a run-time value is not known in a kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: return the value and format it outside"),
    (matches, (1,),
     "NM227: a run-time value is matched by `match`\n"
     '  File "FILE", line +2\n'
     "  Instead: match on compile-time values"),
    (raises_late, (1,),
     "NM228: the kernel raises ValueError: no after run-time work or in a compiled loop, "
     "which cannot be known before it runs\n"
     '  File "FILE", line +3\n'
     "  Instead: raise before the first store and outside of compiled loops"),
    (mixed_maximum, (1, 1),
     "NM229: max() of int64 and Python float64 has no single type\n"
     '  File "FILE", line +2\n'
     "  Instead: convert the values to one type first, as in nm.f8(x)"),
    (rounds_to_digits, (1,),
     "NM230: round() is called with 23 digits\n"
     '  File "FILE", line +2\n'
     "  Instead: between -22 and 22 digits"),
    (makes_array, (1,),
     "NM231: 'numpy.zeros' is an array that is made in the kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: make it outside and pass it as an argument"),
    (calls_exact, (1,),
     "NM233: inner() is inlined with other modes than those of its caller\n"
     '  File "FILE", line +2\n'
     "  Instead: give both kernels the same exact=, fast= and checks="),
    (calls_with_float, (1,),
     "NM234: whole(): parameter 'n' is hinted nm.i8, got Python float64\n"
     '  File "FILE", line +2'),
    (half_precision, (1,),
     "NM235: np.sqrt() of int8 gives float16 in NumPy, which numeta does not compute with\n"
     '  File "FILE", line +2\n'
     "  Instead: convert first, as in nm.f4(x)"),
    (iterated_by_method, (1,),
     "NM202: nm.range is iterated by something else than a `for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):`, or range(...) of compile-time bounds"),
    (sum_of_range, (1,),
     "NM202: nm.range is iterated by something else than a `for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):`, or range(...) of compile-time bounds"),
    (least_of_range, (1,),
     "NM202: nm.range is iterated by something else than a `for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):`, or range(...) of compile-time bounds"),
    (sum_of_array, (1,),
     "NM209: an array cannot be iterated in a kernel yet\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(a.shape[0]):` and index with i"),
    (product_of_array, (1,),
     "NM209: an array cannot be iterated in a kernel yet\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(a.shape[0]):` and index with i"),
    (reversed_range, (1,),
     "NM202: nm.range is iterated by something else than a `for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(...):`, or range(...) of compile-time bounds"),
    (unpacks_array, (1,),
     "NM209: an array cannot be iterated in a kernel yet\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in nm.range(a.shape[0]):` and index with i"),
    (changes_item_array, (1,),
     "NM232: an augmented assignment to '0', a whole array\n"
     '  File "FILE", line +2\n'
     "  Instead: assign to its elements"),
    (advances_in_loop, (1,),
     "NM212: 'an iterator' (list_iterator) changes in the compiled loop of line +3; that "
     "would happen once and not in each iteration\n"
     '  File "FILE", line +4\n'
     "  Instead: use an array, or a compile-time range(...) for the loop"),
    (draws_random, (1,),
     "NM224: numpy.random.random() cannot be used in a kernel: random numbers would be drawn"
     " once, when the kernel is compiled\n"
     '  File "FILE", line +2\n'
     "  Instead: call it outside and pass the value"),
    (reads_clock, (1,),
     "NM224: time.time() cannot be used in a kernel: it would run once, when the kernel is "
     "compiled, and not at each call\n"
     '  File "FILE", line +2\n'
     "  Instead: call it outside and pass the value"),
    (evaluates, (1,),
     "NM224: eval() cannot be used in a kernel: it reads the frame that calls it\n"
     '  File "FILE", line +2\n'
     "  Instead: plain statements"),
    (complex_clip, (1,),
     "NM230: np.clip() is called with a complex number\n"
     '  File "FILE", line +2\n'
     "  Instead: np.maximum and np.minimum"),
    (power_with_modulus, (1,),
     "NM230: pow() is called with a modulus\n"
     '  File "FILE", line +2\n'
     "  Instead: (base ** exp) % mod"),
    (ufunc_of_array, (1,),
     "NM230: np.sin() is called with an array\n"
     '  File "FILE", line +2\n'
     "  Instead: a loop over its elements"),
    (refused_ulp, (1,),
     "NM224: math.ulp() cannot be used in a kernel: it is not compiled yet\n"
     '  File "FILE", line +2\n'
     "  Instead: write the formula with operators"),
    (raises_in_loop, (1,),
     "NM228: the kernel raises ValueError: no after run-time work or in a compiled loop, "
     "which cannot be known before it runs\n"
     '  File "FILE", line +4\n'
     "  Instead: raise before the first store and outside of compiled loops"),
    (hashes, (1,),
     "NM225: `hash` needs a run-time value that is not known here\n"
     '  File "FILE", line +2\n'
     "  Instead: compare numbers with == and <, test with isinstance, or use compile-time "
     "values"),
]  # fmt: skip


@pytest.mark.parametrize("kernel, args, text", CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_whole_text(kernel, args, text):
    first = kernel.py_func.__code__.co_firstlineno
    expected = re.sub(r"line \+(\d+)", lambda m: f"line {first + int(m[1])}", text)
    with pytest.raises(nm.TraceError) as caught:
        kernel(np.zeros(3), *args)
    assert str(caught.value) == expected.replace("FILE", __file__)


def test_every_diagnostic_of_staging_has_a_text():
    numbers = {int(text[2:5]) for _, _, text in CASES}
    assert numbers == {number for number in errors.TABLE if number < 300}
