"""Whole texts of the diagnostics of staging: NM201 to NM247.

Each row names the kernel, its arguments besides the array, and the text; `line +k` in a text is k
lines below the decorator of the kernel.
"""
# ruff: noqa: B007, F632, F841, RUF015 - the kernels are wrong on purpose

import math
import re
import statistics
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
def in_comprehension(a: nm.f8[:], n: int) -> None:
    a[0] = [i for i in nm.range(n)][0]


@nm.jit
def generates(a: nm.f8[:], x: float) -> None:
    def values():
        for i in nm.range(3):
            yield a[i]

    for value in values():
        a[0] = value


@nm.jit
def lists_array(a: nm.f8[:], x: float) -> None:
    a[0] = list(a)[0]


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


def every(values, f):
    for value in values:
        f(value)


@nm.jit
def rebinds_in_loop(a: nm.f8[:], x: float) -> None:
    last = 0.0

    def keep(value):
        nonlocal last
        last = value

    every(a, keep)
    a[0] = last


def without_source(text):
    space = {"nm": nm}
    exec(compile(text, __file__, "exec"), space)
    return nm.jit(space["unread"])


unread = without_source(
    "def unread(a, x):\n    for i in nm.range(3):\n        a[i] = 1.0\n        break\n"
)


@nm.jit
def not_one_value(a: nm.f8[:], x: float) -> None:
    name = "a"
    if x > 0:
        name = 1.0
    a[0] = name


@nm.jit
def unrolls_too_far(a: nm.f8[:], x: float) -> None:
    for i in range(30000):
        a[0] = ([1.0], [2.0])[i % 2][0]


class Problem(Exception):
    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")


@nm.jit
def raises_with_two(a: nm.f8[:], x: float) -> None:
    if x > 0:
        raise Problem(3, "no")


@nm.jit
def zips_with_list(a: nm.f8[:], x: float) -> None:
    for y, z in zip(a, [1.0, 2.0], strict=False):
        a[0] += y * z


def factorial(n):
    if n > 1:
        return n * factorial(n - 1)
    return 1.0


@nm.jit
def recursive(a: nm.f8[:], n: int) -> None:
    a[0] = factorial(n)


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
    a[0] = statistics.mean([x, 2.0])


@nm.jit
def asks(a: nm.f8[:], x: float) -> None:
    input(x)


@nm.jit
def asks_identity(a: nm.f8[:], x: float) -> None:
    a[0] = x is a[0]


@nm.jit
def asks_membership(a: nm.f8[:], x: float) -> None:
    a[0] = x in (1.0, float("nan"))


@nm.jit
def formats(a: nm.f8[:], x: float) -> None:
    a[0] = len(f"{x}")


@nm.jit
def matches(a: nm.f8[:], x: float) -> None:
    match x:
        case float():
            a[0] = 1.0


@nm.jit
def raises_late(a: nm.f8[:], x: float) -> None:
    if x > 0:
        a[1] = len(3)


@nm.jit
def mixed_maximum(a: nm.f8[:], i: nm.i8, x: float) -> None:
    a[0] = max(i, x)


@nm.jit
def rounds_to_digits(a: nm.f8[:], x: float) -> None:
    a[0] = round(x, 23)


@nm.jit
def makes_array(a: nm.f8[:], x: float) -> None:
    b = np.rec.array([1, 2])
    b[0] = x


@nm.jit
def half_array(a: nm.f8[:], x: float) -> None:
    b = np.zeros(3, np.float16)
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
def list_of_range(a: nm.f8[:], n: int) -> None:
    a[0] = len(list(nm.range(3)))


@nm.jit
def best_of_range(a: nm.f8[:], n: int) -> None:
    a[0] = min(nm.range(n), key=abs)


@nm.jit
def best_of_array(a: nm.f8[:], n: int) -> None:
    a[0] = min(a, key=abs)


@nm.jit
def listed_zip(a: nm.f8[:], n: int) -> None:
    a[0] = list(zip(a, range(n), strict=False))[0]


@nm.jit
def unpacks_array(a: nm.f8[:], x: float) -> None:
    first, *rest = a
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
def refused_fsum(a: nm.f8[:], x: float) -> None:
    a[0] = math.fsum(a)


@nm.jit
def compares_texts(a: nm.f8[:], x: float) -> None:
    for i in nm.range(3):
        if f"{x}" == "1.0":
            a[i] = x


@nm.jit
def shows_too_much(a: nm.f8[:], x: float) -> None:
    if x < 0:
        raise ValueError(x, a[0], a[1], a[2], a[3], a[4], a[5], x + 1j)


@nm.jit
def whole_and_view(a: nm.f8[:], x: float) -> tuple[nm.f8[:], nm.f8[:]]:
    b = a
    if x < 0:
        b = a[::-1]
    return b, b[1:]


@nm.jit
def hashes(a: nm.f8[:], x: float) -> None:
    a[0] = hash(x)


@nm.jit
def binds_in_an_arm(a: nm.f8[:], x: float) -> None:
    f = lambda u: u > 0 and (y := u + 1) > 1  # noqa: E731
    a[0] = f(x)


@nm.jit
def unhinted(n: int):
    return unhinted(n - 1) + 1 if n > 0 else 0


@nm.jit
def calls_unhinted(a: nm.f8[:], n: int) -> None:
    a[0] = unhinted(n)


@nm.jit
def captures_and_recurs(a: nm.f8[:], n: int) -> None:
    if n > 0:
        captures_and_recurs(a, n - 1)
    a[0] = ARRAYS[0][n]


@nm.jit
def grows_and_recurs(a: nm.f8[:], n: int) -> nm.f8[:]:
    return grows_and_recurs(a, n - 1) if n > 0 else a


CASES = [
    (calls_unhinted, (1,),
     "NM241: unhinted() calls itself, and its return hint does not say what it returns\n"
     '  File "FILE", line -3\n'
     "  Instead: a hinted result, as in `def unhinted(n: int) -> int:`"),
    (captures_and_recurs, (1,),
     "NM242: captures_and_recurs() calls itself and captures an array\n"
     '  File "FILE", line +0\n'
     "  Instead: pass the array as an argument"),
    (binds_in_an_arm, (1,),
     "NM243: 'y' is bound by := where it depends on a run-time value whether that happens\n"
     '  File "FILE", line +2\n'
     "  Instead: an `if` statement, or a name of its own before it"),
    (grows_and_recurs, (1,),
     "NM244: grows_and_recurs() calls itself and returns an array\n"
     '  File "FILE", line +2\n'
     "  Instead: pass the array as an argument and write to it"),
    (unread, (1.0,),
     "NM201: a compiled loop is left early by code without source\n"
     '  File "FILE", line +1\n'
     "  Instead: give the kernel a source file, or loop over all indices"),
    (in_comprehension, (1,),
     "NM202: a run-time range is iterated by a comprehension, a generator or a call\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in range(n):`, or a range(...) of compile-time bounds"),
    (generates, (1,),
     "NM208: a generator has run-time control flow\n"
     '  File "FILE", line +3\n'
     "  Instead: write the loop where its values are used"),
    (lists_array, (1,),
     "NM209: an array of run-time length is unpacked, or iterated by something else than a "
     "`for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for x in a:`, or index it"),
    (changes_outside, (1,),
     "NM211: changes_outside() changes 'OUT' (list), which exists outside of the kernel; "
     "that would happen once, when it is compiled, and not at each call\n"
     '  File "FILE", line +0\n'
     "  Instead: change it outside of the kernel, or use an array"),
    (appends_in_loop, (1,),
     "NM212: 'seen' (list) changes in the run-time loop of line +3; that would happen once, "
     "when the kernel is compiled, and not each time\n"
     '  File "FILE", line +4\n'
     "  Instead: use an array, a plain name, or compile-time control flow"),
    (rebinds_in_loop, (1,),
     "NM213: 'last' is re-bound in the run-time control flow of line -4 by code without "
     "source, or by a function that cannot be seen from there\n"
     '  File "FILE", line +6\n'
     "  Instead: give the kernel a source file, or return the value"),
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
     "NM223: statistics.mean() is not known to numeta and cannot be given a run-time value\n"
     '  File "FILE", line +2\n'
     "  Instead: a function of math, NumPy or operator, or one written in Python"),
    (asks, (1,),
     "NM224: input() cannot be used in a kernel: it would run once, when the kernel is "
     "compiled, and not at each call\n"
     '  File "FILE", line +2\n'
     "  Instead: call it outside and pass the value"),
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
     "  Instead: give it to print, raise or assert as it is, or return the value and format it "
     "outside"),
    (matches, (1,),
     "NM227: a run-time value is matched by `match`\n"
     '  File "FILE", line +2\n'
     "  Instead: match by constants and names alone, or on compile-time values"),
    (raises_late, (1,),
     "NM228: the kernel raises TypeError: object of type 'int' has no len() below run-time "
     "control flow, which cannot be known before it runs\n"
     '  File "FILE", line +3\n'
     "  Instead: raise outside of run-time control flow"),
    (mixed_maximum, (1, 1),
     "NM229: max() of int64 and Python float64 has no single type\n"
     '  File "FILE", line +2\n'
     "  Instead: convert the values to one type first, as in nm.f8(x)"),
    (rounds_to_digits, (1,),
     "NM230: round() is called with 23 digits\n"
     '  File "FILE", line +2\n'
     "  Instead: between -22 and 22 digits"),
    (makes_array, (1,),
     "NM231: 'numpy.rec.array' is an array that is made in the kernel\n"
     '  File "FILE", line +2\n'
     "  Instead: make it outside and pass it as an argument"),
    (half_array, (1,),
     "NM247: numeta does not compute with arrays of dtype float16\n"
     '  File "FILE", line +2\n'
     "  Instead: bool, integers, float32, float64, complex64 or complex128, of native byte order"),
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
     "NM202: a run-time range is iterated by a comprehension, a generator or a call\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in range(n):`, or a range(...) of compile-time bounds"),
    (list_of_range, (1,),
     "NM202: a run-time range is iterated by a comprehension, a generator or a call\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in range(n):`, or a range(...) of compile-time bounds"),
    (best_of_range, (1,),
     "NM202: a run-time range is iterated by a comprehension, a generator or a call\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in range(n):`, or a range(...) of compile-time bounds"),
    (best_of_array, (1,),
     "NM209: an array of run-time length is unpacked, or iterated by something else than a "
     "`for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for x in a:`, or index it"),
    (listed_zip, (1,),
     "NM202: a run-time range is iterated by a comprehension, a generator or a call\n"
     '  File "FILE", line +2\n'
     "  Instead: `for i in range(n):`, or a range(...) of compile-time bounds"),
    (unpacks_array, (1,),
     "NM209: an array of run-time length is unpacked, or iterated by something else than a "
     "`for` statement\n"
     '  File "FILE", line +2\n'
     "  Instead: `for x in a:`, or index it"),
    (changes_item_array, (1,),
     "NM232: an augmented assignment to '0', a whole array\n"
     '  File "FILE", line +2\n'
     "  Instead: assign to its elements"),
    (advances_in_loop, (1,),
     "NM212: 'numbers' (list_iterator) changes in the run-time loop of line +3; that would "
     "happen once, when the kernel is compiled, and not each time\n"
     '  File "FILE", line +4\n'
     "  Instead: use an array, a plain name, or compile-time control flow"),
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
    (refused_fsum, (1,),
     "NM224: math.fsum() cannot be used in a kernel: it takes no array yet\n"
     '  File "FILE", line +2\n'
     "  Instead: a tuple or a list of numbers, or a loop"),
    (compares_texts, (1,),
     "NM226: the text of a run-time value is not known in a kernel\n"
     '  File "FILE", line +3\n'
     "  Instead: give it to print, raise or assert as it is, or return the value and format it "
     "outside"),
    (shows_too_much, (1,),
     "NM245: an exception shows 9 run-time numbers, where a complex one counts twice, and at most "
     "8 can be shown\n"
     '  File "FILE", line +3\n'
     "  Instead: show fewer of them"),
    (whole_and_view, (1,),
     "NM246: an array is returned whole and as a view, and only the run tells which of several "
     "arrays it is\n"
     '  File "FILE", line +0\n'
     "  Instead: return a copy, as in return x.copy()"),
    (not_one_value, (1,),
     "NM236: 'name' is 1.0 or 'a' after the run-time control flow of line +3: no one "
     "run-time value stands for it\n"
     '  File "FILE", line +5\n'
     "  Instead: give it numbers on every way, or one object for all"),
    (unrolls_too_far, (1,),
     "NM237: a loop that cannot be compiled would be unrolled 30000 times, the budget is "
     "20000\n"
     '  File "FILE", line +2\n'
     "  Instead: raise nm.config.unroll_budget, or let the body work with a run-time index"),
    (raises_with_two, (1,),
     "NM238: Problem is raised at run time, and no copy of it can be made\n"
     '  File "FILE", line +3\n'
     "  Instead: raise an exception that is made from its arguments alone"),
    (zips_with_list, (1,),
     "NM239: zip() of arrays whose length is known only at run time with compile-time items\n"
     '  File "FILE", line +2\n'
     "  Instead: zip arrays and ranges, or index the items"),
    (recursive, (1,),
     "NM240: factorial() calls itself without end: only a run-time value could end the "
     "recursion of a function that is inlined\n"
     '  File "FILE", line -4\n'
     "  Instead: decorate factorial() with @nm.jit and hint its return type, or write a loop"),
    (hashes, (1,),
     "NM225: `hash` needs a run-time value that is not known here\n"
     '  File "FILE", line +2\n'
     "  Instead: compare numbers with == and <, test with isinstance, or use compile-time "
     "values"),
]  # fmt: skip


@pytest.mark.parametrize("kernel, args, text", CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_whole_text(kernel, args, text):
    first = kernel.py_func.__code__.co_firstlineno
    expected = re.sub(r"line ([+-]\d+)", lambda m: f"line {first + int(m[1])}", text)
    with pytest.raises(nm.TraceError) as caught:
        kernel(np.zeros(3), *args)
    assert str(caught.value) == expected.replace("FILE", __file__)


def test_every_diagnostic_of_staging_has_a_text():
    numbers = {248, *(int(text[2:5]) for _, _, text in CASES)}  # 248: test_missing_functions.py
    assert numbers == {number for number in errors.TABLE if number < 300}
