"""Traps of a kernel that is run once for all calls: what it reads, changes and asks outside."""
# ruff: noqa: B007, F841, PLW0603 - the kernels are traps on purpose

import contextlib
import random
import time

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

from .refusals import refused

TABLE = np.array([1.0, 2.0, 3.0])
TABLES = {"x": TABLE, "nested": {"y": TABLE}}
LISTED = [np.array([5.0]), np.array([7.0])]
log = []
total = 0
counts = {"calls": 0}


def out():
    return np.zeros(3)


@nm.jit
def reads_table(a: nm.f8[:]) -> None:
    for i in nm.range(3):
        a[i] = TABLE[i] + TABLES["x"][i] + TABLES["nested"]["y"][i]


def test_the_current_content_of_a_captured_array_is_used():
    a = out()
    reads_table(a)
    before = a.copy()
    TABLE[1] += 10.0
    try:
        reads_table(a)
        assert (a - before).tolist() == [0.0, 30.0, 0.0]
    finally:
        TABLE[1] -= 10.0


@nm.jit
def reads_listed(a: nm.f8[:]) -> None:
    for k, t in enumerate(LISTED):
        a[k] = t[0]
    first, second = LISTED
    a[2] = first[0] * second[0] + sum([t[0] for t in LISTED])


def test_arrays_reached_by_iteration_and_unpacking_are_current():
    a = out()
    reads_listed(a)
    assert a.tolist() == [5.0, 7.0, 47.0]
    LISTED[0][0] = 6.0
    try:
        reads_listed(a)
        assert a.tolist() == [6.0, 7.0, 55.0]
    finally:
        LISTED[0][0] = 5.0


class Model:
    def __init__(self):
        self.table = np.array([1.0, 2.0, 3.0])
        self.calls = 0

    @property
    def doubled(self):
        return self.table

    def entry(self, i):
        return self.table[i]

    @nm.jit
    def fill(self, a: nm.f8[:]) -> None:
        for i in nm.range(3):
            a[i] = self.table[i] + self.doubled[i] + self.entry(i)

    @nm.jit
    def count(self, a: nm.f8[:]) -> None:
        self.calls += 1
        a[0] = self.calls

    @nm.jit
    def scale(self, a: nm.f8[:]) -> None:
        self.table *= 2.0
        a[0] = self.table[0]


def test_arrays_reached_through_self_are_current():
    model, a = Model(), out()
    model.fill(a)
    assert a.tolist() == [3.0, 6.0, 9.0]
    model.table[0] = 10.0
    model.fill(a)
    assert a.tolist() == [30.0, 6.0, 9.0]


def test_an_attribute_that_the_kernel_changes_is_refused():
    error = refused(Model().count, out())
    assert error.number == 211
    assert "self" in error.message


def test_an_array_attribute_updated_as_a_whole_is_refused():
    assert refused(Model().scale, out()).number == 232


@nm.jit
def appends(a: nm.f8[:]) -> None:
    log.append(1)
    a[0] = len(log)


@nm.jit
def sets_global(a: nm.f8[:]) -> None:
    global total
    total += 1
    a[0] = total


@nm.jit
def sets_item(a: nm.f8[:]) -> None:
    counts["calls"] += 1
    a[0] = counts["calls"]


def _helper():
    global total
    total += 1
    return total


@nm.jit
def helper_sets_global(a: nm.f8[:]) -> None:
    a[0] = _helper()


@nm.jit
def changes_argument(items, a: nm.f8[:]) -> None:
    items.append(1)
    a[0] = len(items)


@nm.jit
def mutable_default(a: nm.f8[:], seen=[]) -> None:  # noqa: B006
    seen.append(1)
    a[0] = len(seen)


def _counting():
    n = 0

    def count():
        nonlocal n
        n += 1
        return n

    return count


counting = _counting()
numbers = iter([1.0, 2.0, 3.0])
generator = (x for x in (1.0, 2.0, 3.0))


@nm.jit
def closure_state(a: nm.f8[:]) -> None:
    a[0] = counting()


@nm.jit
def iterator_state(a: nm.f8[:]) -> None:
    a[0] = next(numbers)


@nm.jit
def generator_state(a: nm.f8[:]) -> None:
    for x in generator:
        a[0] = x
        break


@pytest.mark.parametrize(
    ("kernel", "args"),
    [
        (appends, ()),
        (sets_global, ()),
        (sets_item, ()),
        (helper_sets_global, ()),
        (changes_argument, ([0],)),
        (closure_state, ()),
        (iterator_state, ()),
        (generator_state, ()),
    ],
)
def test_state_outside_that_the_kernel_changes_is_refused(kernel, args):
    with pytest.raises((nm.TraceError, TypeError)) as caught:
        kernel(*args, out())
    assert getattr(caught.value, "number", 407) in (211, 214, 407), str(caught.value)


def test_a_mutable_default_that_the_kernel_changes_is_refused():
    assert refused(mutable_default, out()).number == 211


@nm.jit
def own_list(a: nm.f8[:]) -> None:
    items = []
    for k in range(3):
        items.append(a[k] * 2)
    d = {"x": items}
    d["x"].reverse()
    for k in range(3):
        a[k] = d["x"][k]


def test_state_of_the_kernel_itself_is_right():
    same_as_python(own_list, np.array([1.0, 2.0, 3.0]))


@nm.jit
def draws(a: nm.f8[:]) -> None:
    a[0] = random.random()


@nm.jit
def draws_numpy(a: nm.f8[:]) -> None:
    a[0] = np.random.rand()


rng = np.random.default_rng(1)


@nm.jit
def draws_generator(a: nm.f8[:]) -> None:
    a[0] = rng.random()


@nm.jit
def clock(a: nm.f8[:]) -> None:
    a[0] = time.perf_counter()


@nm.jit
def waits(a: nm.f8[:]) -> None:
    time.sleep(0)


@nm.jit
def opens(a: nm.f8[:]) -> None:
    open("/dev/null").close()


@nm.jit
def evaluates(a: nm.f8[:]) -> None:
    a[0] = eval("1 + 1")


@nm.jit
def reads_locals(a: nm.f8[:]) -> None:
    a[0] = len(locals())


@pytest.mark.parametrize(
    "kernel", [draws, draws_numpy, draws_generator, clock, waits, opens, evaluates, reads_locals]
)
def test_what_python_does_at_each_call_is_refused(kernel):
    with pytest.raises((nm.TraceError, TypeError)) as caught:
        kernel(out())
    assert getattr(caught.value, "number", 407) in (224, 407), str(caught.value)


@nm.jit
def makes_array(a: nm.f8[:]) -> None:
    t = np.zeros(3)
    for i in nm.range(3):
        a[i] = t[i]
        t[i] = 1.0


@nm.jit
def makes_array_in_object(a: nm.f8[:]) -> None:
    model = Model()
    a[0] = model.table[0]
    model.table[0] = 5.0


@pytest.mark.parametrize("kernel", [makes_array, makes_array_in_object])
def test_an_array_made_in_the_kernel_is_new_at_each_call(kernel):
    for _ in range(2):
        same_as_python(kernel, out())


@nm.jit
def tries(a: nm.f8[:], x: float) -> None:
    try:
        y = 1.0 / x
    except ZeroDivisionError:
        y = -1.0
    a[0] = y


@nm.jit
def suppresses(a: nm.f8[:], x: float) -> None:
    with contextlib.suppress(Exception):
        if x > 0.0:
            a[0] = 1.0


@nm.jit
def swallows(a: nm.f8[:], x: float) -> None:
    a[0] = 2.0
    try:
        flag = bool(x > 0.0) and True
    except Exception:
        flag = False
    if flag:
        a[0] = 1.0


@nm.jit
def bare_except(a: nm.f8[:], n: int) -> None:
    try:
        for i in range(n):
            a[0] = 1.0
    except:  # noqa: E722
        pass


@nm.jit
def error_state(a: nm.f8[:], x: float) -> None:
    with np.errstate(all="raise"):
        a[0] = x


@pytest.mark.parametrize("kernel", [tries, suppresses, swallows, bare_except, error_state])
def test_handlers_around_run_time_work_are_refused(kernel):
    refused(kernel, out(), 1)


@nm.jit
def tries_at_compile_time(a: nm.f8[:]) -> None:
    try:
        k = {}["missing"]
    except KeyError as problem:
        k = len(problem.args)
    with contextlib.nullcontext(3.0) as c:
        pass
    a[0] = k + c


def test_handlers_around_compile_time_work_are_right():
    same_as_python(tries_at_compile_time, out())


@nm.jit
def raises_after_store(n, a: nm.f8[:]) -> None:
    a[0] = 1.0
    if n > 3:
        raise ValueError("n")


def test_a_raise_after_a_store_is_raised_at_run_time_and_one_before_is_pythons():
    same_as_python(raises_after_store, 4, out())
    same_as_python(raises_after_store, 3, out())

    @nm.jit
    def raises_first(n, a: nm.f8[:]) -> None:
        if n > 3:
            raise ValueError("too many")
        a[0] = 1.0

    with pytest.raises(ValueError, match="too many"):
        raises_first(4, out())


def test_a_kernel_that_is_a_generator_is_refused():
    @nm.jit
    def numbers(a: nm.f8[:]):
        yield a[0]

    assert refused(numbers, out()).number == 221


def test_a_coroutine_is_refused():
    @nm.jit
    async def later(a: nm.f8[:]):
        return None

    assert refused(later, out()).number == 221
