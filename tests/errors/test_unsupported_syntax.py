"""What is not compiled around run-time control flow is refused with its reason, never run wrongly.

Each row names the kernel, its arguments and a part of the reason, a pattern for the message. All
kernels are plain Python that works; none of them may give a result, crash or raise anything else.
"""
# ruff: noqa: B007, B023, C416, PERF401, RUF015, SIM105, SIM118 - written as users write them

import contextlib
import random
import re
import sys
import warnings

import numpy as np
import pytest

import numeta as nm

LOG = []
TABLE = {1: 2.0, 2: 3.0}
SETTINGS = {"calls": 0}
total = 0


class Model:
    def __init__(self):
        self.count = 0
        self.scale = 2.0
        self.history = []


MODEL = Model()


def array():
    return np.array([3.0, 1.0, 2.0])


# -- handlers -------------------------------------------------------------------------------------


@nm.jit
def try_around_a_run_time_error(x: float) -> float:
    try:
        y = 1.0 / x
    except ZeroDivisionError:
        y = -1.0
    return y


@nm.jit
def try_around_a_run_time_raise(n: int) -> int:
    try:
        if n < 0:
            raise ValueError("negative")
    except ValueError:
        n = 0
    return n


@nm.jit
def try_around_an_assert(n: int) -> int:
    try:
        assert n > 0
    except AssertionError:
        return -1
    return n


@nm.jit
def try_inside_a_loop(a: nm.f8[:]) -> float:
    s = 0.0
    for x in a:
        try:
            s += 1 / x
        except ZeroDivisionError:
            continue
    return s


@nm.jit
def finally_after_a_return(n: int) -> int:
    try:
        if n > 0:
            return 1
    finally:
        n = 5
    return n


@nm.jit
def bare_except_around_a_loop(n: int) -> int:
    k = 0
    try:
        while k < n:
            k += 1
    except:  # noqa: E722
        k = -1
    return k


@nm.jit
def handler_in_a_branch(n: int, a: nm.f8[:]) -> float:
    if n > 0:
        try:
            return float(a[n])
        except IndexError:
            return -1.0
    return 0.0


# -- generators and coroutines --------------------------------------------------------------------


@nm.jit
def yields(a: nm.f8[:]):
    for i in range(len(a)):
        yield a[i]


@nm.jit
def yields_in_a_branch(n: int):
    if n > 0:
        yield n


@nm.jit
async def is_async(n: int) -> int:
    while n > 0:
        n -= 1
    return n


def numbers_below(n):
    k = 0
    while k < n:
        yield k
        k += 1


@nm.jit
def loops_over_a_generator(n: int) -> int:
    s = 0
    for k in numbers_below(n):
        s += k
    return s


@nm.jit
def sums_a_generator_expression(a: nm.f8[:], n: int) -> float:
    return sum(a[i] for i in range(n))


# -- comprehensions over run-time counts ----------------------------------------------------------


@nm.jit
def list_over_a_run_time_range(n: int) -> int:
    return len([i * i for i in range(n)])


@nm.jit
def list_of_an_array(a: nm.f8[:]) -> float:
    return len([x for x in a if x > 1])


@nm.jit
def dict_over_a_run_time_range(n: int) -> int:
    return len({i: 0 for i in range(n)})


@nm.jit
def list_from_a_run_time_range(n: int) -> int:
    return len(list(range(n)))


@nm.jit
def map_over_a_run_time_range(n: int) -> int:
    s = 0
    for k in map(abs, range(n)):
        s += k
    return s


@nm.jit
def filter_of_a_comprehension(a: nm.f8[:]) -> int:
    return len([i for i in range(3) if a[i] > 1])


# -- state outside of the kernel ------------------------------------------------------------------


@nm.jit
def attribute_in_a_branch(n: int) -> int:
    if n > 0:
        MODEL.count = 5
    return n


@nm.jit
def attribute_in_a_loop(n: int) -> int:
    for i in range(n):
        MODEL.count += 1
    return n


@nm.jit
def global_in_a_loop(n: int) -> int:
    global total
    for i in range(n):
        total += i
    return total


@nm.jit
def outer_list_in_a_loop(n: int) -> int:
    for i in range(n):
        LOG.append(i)
    return n


@nm.jit
def outer_list_of_an_object_in_a_branch(n: int) -> int:
    if n > 0:
        MODEL.history.append(n)
    return n


@nm.jit
def outer_dict_in_a_branch(n: int) -> int:
    if n > 0:
        SETTINGS["calls"] = n
    return n


# -- keys and places that are known at run time only ----------------------------------------------


@nm.jit
def dict_item_by_a_run_time_key(n: int) -> float:
    s = 0.0
    for i in range(1, n):
        s += TABLE[i]
    return s


@nm.jit
def own_dict_by_a_run_time_key(n: int) -> int:
    d = {}
    for i in range(n):
        d[i] = 1
    return len(d)


@nm.jit
def set_of_run_time_values(a: nm.f8[:]) -> int:
    seen = set()
    for x in a:
        seen.add(x)
    return len(seen)


@nm.jit
def loops_over_keys_of_run_time(n: int) -> int:
    s = 0
    for key in {n: 1}.keys():
        s += key
    return s


# -- text, printing and what differs at each call -------------------------------------------------


@nm.jit
def text_of_a_run_time_value(n: int) -> int:
    s = ""
    while n > 0:
        s += str(n)
        n -= 1
    return len(s)


@nm.jit
def random_in_a_loop(n: int) -> float:
    s = 0.0
    for i in range(n):
        s += random.random() * 0
    return s


@nm.jit
def sorts_run_time_values(a: nm.f8[:]) -> float:
    return sorted([a[0], a[1]])[0]


# -- with -----------------------------------------------------------------------------------------


@nm.jit
def suppresses_in_a_loop(n: int) -> int:
    k = 0
    for i in range(n):
        with contextlib.suppress(ValueError):
            k += 1
    return k


@nm.jit
def error_state_in_a_branch(x: nm.f8) -> nm.f8:
    if x > 0:
        with np.errstate(all="ignore"):
            return x / 0
    return x


@nm.jit
def warnings_around_a_branch(n: int) -> int:
    with warnings.catch_warnings():
        if n > 0:
            n = 5
    return n


# -- recursion and other code ---------------------------------------------------------------------


@nm.jit
def recursion_without_a_hint(n: int):
    if n <= 1:
        return 1
    return n * recursion_without_a_hint(n - 1)


def depth(n):
    if n <= 0:
        return 0
    return 1 + depth(n - 1)


@nm.jit
def recursion_of_a_helper(n: int) -> int:
    return depth(n)


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


@nm.jit
def recursion_of_two_helpers(n: int) -> bool:
    return is_even(n)


@nm.jit
def reads_the_frame_in_a_branch(n: int) -> int:
    if n > 0:
        return sys._getframe().f_lineno * 0
    return n


@nm.jit
def evaluates_in_a_loop(n: int) -> int:
    s = 0
    for i in range(n):
        s += eval("i")
    return s


HANDLER = "try|except|handler|exception"
REFUSED = [
    (try_around_a_run_time_error, (2.0,), HANDLER),
    (try_around_a_run_time_raise, (2,), HANDLER),
    (try_around_an_assert, (2,), HANDLER),
    (try_inside_a_loop, (array(),), HANDLER),
    (finally_after_a_return, (0,), HANDLER + "|finally"),
    (bare_except_around_a_loop, (2,), HANDLER),
    (handler_in_a_branch, (1, array()), HANDLER),
    (yields, (array(),), "yield"),
    (yields_in_a_branch, (1,), "yield"),
    (is_async, (2,), "async|await"),
    (loops_over_a_generator, (3,), "generator|yield"),
    (list_over_a_run_time_range, (3,), "comprehension|range|run-time"),
    (list_of_an_array, (array(),), "comprehension|run-time"),
    (dict_over_a_run_time_range, (3,), "comprehension|range|run-time"),
    (list_from_a_run_time_range, (3,), "range|run-time"),
    (map_over_a_run_time_range, (3,), "map|range|run-time"),
    (filter_of_a_comprehension, (array(),), "comprehension|run-time"),
    (attribute_in_a_branch, (1,), "count|MODEL"),
    (attribute_in_a_loop, (2,), "count|MODEL"),
    (global_in_a_loop, (2,), "total|global"),
    (outer_list_in_a_loop, (2,), "LOG"),
    (outer_list_of_an_object_in_a_branch, (1,), "MODEL|history"),
    (outer_dict_in_a_branch, (1,), "SETTINGS"),
    (dict_item_by_a_run_time_key, (3,), "key|hash|dict"),
    (own_dict_by_a_run_time_key, (3,), "key|hash|dict|'d'"),
    (set_of_run_time_values, (array(),), "hash|set|'seen'"),
    (loops_over_keys_of_run_time, (1,), "key|hash|dict"),
    (text_of_a_run_time_value, (3,), "text|str"),
    (random_in_a_loop, (2,), "random"),
    (sorts_run_time_values, (array(),), "sorted|truth|compare|run-time"),
    (suppresses_in_a_loop, (2,), HANDLER + "|with|suppress"),
    (error_state_in_a_branch, (-1.0,), "with|errstate"),
    (warnings_around_a_branch, (1,), "with|warnings|catch_warnings"),
    (recursion_without_a_hint, (5,), "recurs|hint"),
    (recursion_of_a_helper, (3,), "recurs"),
    (recursion_of_two_helpers, (3,), "recurs"),
    (reads_the_frame_in_a_branch, (1,), "_getframe|frame|sys"),
    (evaluates_in_a_loop, (2,), "eval"),
]


@pytest.mark.parametrize(
    ("kernel", "args", "reason"), REFUSED, ids=[row[0].__name__ for row in REFUSED]
)
def test_what_is_not_compiled_is_refused_with_its_reason(kernel, args, reason):
    with pytest.raises(nm.TraceError) as caught:
        kernel(*args)
    assert re.search(reason, caught.value.message), caught.value.message
    assert caught.value.filename == __file__
    assert caught.value.line > 0


def test_nothing_of_the_outside_was_changed():
    assert (LOG, SETTINGS, total) == ([], {"calls": 0}, 0)
    assert (MODEL.count, MODEL.history) == (0, [])
