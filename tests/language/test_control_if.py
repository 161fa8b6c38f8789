"""Run-time `if`, choices, assert and raise: what a kernel decides when it runs, as Python does."""
# ruff: noqa: B011, E731, F821, RET505, SIM108, SIM114, F841, PLR0911

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

VALUES = (-2.5, -0.0, 0.0, 0.5, 3.0, float("nan"))


def each(kernel, *more):
    for value in VALUES:
        same_as_python(kernel, value, *more)


@nm.jit
def two_arms(x: float) -> float:
    if x > 0:
        y = x * 2.0
    else:
        y = x - 1.0
    return y


@nm.jit
def one_arm(x: float) -> float:
    y = x
    if x > 0:
        y = y + 10.0
    return y


@nm.jit
def ladder(x: float) -> float:
    if x < -1:
        y = 1
    elif x < 0.25:
        y = 2
    elif x < 1:
        y = 3
    else:
        y = 4
    return y * 1.0


@nm.jit
def swapped(x: float) -> tuple[float, float]:
    a, b = x, 1.0
    if x < b:
        a, b = b, a
    return a, b


@nm.jit
def swapped_twice(x: float) -> tuple[float, float]:
    a, b = x, 1.0
    if x < b:
        a, b = b, a
    if a > 0.75:
        a, b = b, a
    return a, b


@nm.jit
def nested(x: float) -> float:
    y = 0.0
    if x > -1:
        if x > 0.1:
            y = 1.0
        z = y + x
        if z > 2:
            y = z
    else:
        y = -5.0
    return y


@nm.jit
def early_returns(x: float):
    if x < -1:
        return -1.0
    if x < 0.1:
        y = x * 4.0
        if x < 0:
            return y
        return y + 1.0
    return x


@nm.jit
def both_return(x: float) -> float:
    if x > 0:
        return 1.0
    else:
        return 2.0


@nm.jit
def returns_tuple(x: float):
    if x > 0:
        return x, 1
    return 2.0, 5


@nm.jit
def stores(x: float, a: nm.f8[:]) -> None:
    if x > 0:
        a[0] = x
    else:
        a[1] = x
        if x < -1:
            a[2] = 7.0


@nm.jit
def reads_merged_in_other_arm(x: float) -> float:
    y = 1.0
    if x > 0:
        y = 2.0
    if x > 1:
        y = y * 10.0
    else:
        y = y + 100.0
    return y


@nm.jit
def tuples(x: float) -> float:
    p = (x, 1.0)
    if x > 0:
        p = (p[1], p[0])
    return p[0] * 10.0 + p[1]


@nm.jit
def constants_stay_known(x: float, a: nm.f8[:]) -> None:
    n = 2
    if x > 0:
        n = 2
        a[0] = 1.0
    for k in range(n):
        a[k] = (1.0, 2.0, 3.0)[k] + x


@pytest.mark.parametrize(
    "kernel",
    [
        two_arms,
        one_arm,
        ladder,
        swapped,
        swapped_twice,
        nested,
        early_returns,
        both_return,
        returns_tuple,
        reads_merged_in_other_arm,
        tuples,
    ],
)
def test_an_if_decides_when_the_kernel_runs(kernel):
    each(kernel)


@pytest.mark.parametrize("kernel", [stores, constants_stay_known])
def test_stores_below_an_if(kernel):
    each(kernel, np.arange(3.0))


@nm.jit
def ternary(x: float) -> float:
    return (x if x > 0 else -x) + (1.0 if x > 1 else 2.0)


@nm.jit
def guarded_index(i: int, a: nm.f8[:]) -> float:
    return a[i] if 0 <= i < a.shape[0] else -1.0


@nm.jit
def guarded_by_and(i: int, a: nm.f8[:]) -> float:
    r = 0.0
    if i >= 0 and i < a.shape[0] and a[i] > 0.5:
        r = a[i]
    if i < 0 or i >= a.shape[0] or a[i] > 1.5:
        r += 10.0
    return r


@nm.jit
def values_of_and_or(x: float, y: float):
    return x and y, x or y, not x, not (x and y), x < y < 2.0, -3.0 <= x < y


@nm.jit
def mixed_known(x: float, flag) -> float:
    r = 0.0
    if flag and x > 0:
        r += 1.0
    if x > 0 or flag:
        r += 2.0
    if not flag and (x > 0 or x < -1):
        r += 4.0
    return r


def test_choices():
    each(ternary)
    for i in (-3, 0, 1, 2, 3, 100):
        same_as_python(guarded_index, i, np.array([0.0, 1.0, 2.0]))
        same_as_python(guarded_by_and, i, np.array([0.0, 1.0, 2.0]))
    for x in VALUES:
        for y in VALUES:
            same_as_python(values_of_and_or, x, y)
        same_as_python(mixed_known, x, True)
        same_as_python(mixed_known, x, False)


@nm.jit
def lazily(x: float, y: float):
    f = [1.0 if x > 0 else 2.0 for _ in range(1 if x is not None else 2)]
    g = lambda u: u if u > y else y
    return f[0] + g(x)


def test_choices_in_comprehensions_and_lambdas():
    for x in VALUES:
        same_as_python(lazily, x, 0.25)


@nm.jit
def asserts(x: float) -> float:
    assert x > 0, "must be positive"
    return x


@nm.jit
def raises(x: float) -> float:
    if x < 0:
        raise ValueError("negative")
    if not x <= 1:
        raise OverflowError
    return x * 2.0


@nm.jit
def raises_after_store(x: float, a: nm.f8[:]) -> None:
    a[0] = x
    if x > 0:
        a[1] = x
        raise KeyError("k")
    a[2] = x


@pytest.mark.parametrize("kernel", [asserts, raises])
def test_exceptions_are_raised_at_run_time(kernel):
    each(kernel)


def test_the_message_and_the_line_of_a_run_time_exception():
    with pytest.raises(ValueError, match=r"^negative$") as caught:
        raises(-1.0)
    assert caught.traceback[-1].lineno + 1 == raises.py_func.__code__.co_firstlineno + 3
    with pytest.raises(AssertionError, match=r"^must be positive$"):
        asserts(-1.0)


def test_stores_before_an_exception_are_seen():
    a = np.zeros(3)
    with pytest.raises(KeyError):
        raises_after_store(2.0, a)
    assert a.tolist() == [2.0, 2.0, 0.0]
    same_as_python(raises_after_store, -1.0, np.zeros(3))


@nm.jit
def one_path(x: float) -> float:
    if x > 0:
        y = x
    if x > 1:
        return y
    return 0.0


@nm.jit
def deleted(x: float) -> float:
    y = 1.0
    if x > 0:
        del y
    if x > 1:
        return y
    return 0.0


@nm.jit
def bound_on_each_path(x: float) -> float:
    if x > 0:
        y = x
    if x <= 0:
        y = 2.0
    if x != x:
        y = 3.0
    y += 1.0
    return y


def test_a_name_bound_on_one_path():
    each(one_path)
    each(deleted)
    each(bound_on_each_path)
    with pytest.raises(UnboundLocalError, match="'y'"):
        unbound(-1.0)


@nm.jit
def unbound(x: float) -> float:
    if x > 0:
        y = x
    return y


def helper(x, y):
    if x > y:
        return x
    z = y
    if y > 0:
        z = z * 2.0
    return z


def shadowing(y):
    x = y * 3.0
    if x > 1:
        x = 1.0
    return x


@nm.jit
def calls_helpers(x: float) -> float:
    y = helper(x, 0.25)
    if y > 0:
        x = helper(y, x) + helper(x, y)
    return x + shadowing(x) + y


def test_helpers_with_control_flow_are_inlined():
    each(calls_helpers)


@nm.jit
def counts(x: float) -> int:
    k = 0

    def bump(c):
        nonlocal k
        if c:
            k += 1
        return k

    bump(x > 0)
    bump(True)
    if x < 1:
        bump(x > -1)
        bump(True)
    return k


def test_nonlocal_counters():
    each(counts)


@nm.jit
def int_or_float(x: float):
    y = 1
    if x > 0:
        y = 2.5
    return y + 0.5


def test_a_name_that_is_int_or_float_is_a_float():
    each(int_or_float)


@nm.jit
def text_or_number(x: float) -> float:
    y = "a"
    if x > 0:
        y = 1.0
    return y


@nm.jit
def text_or_number_unused(x: float) -> float:
    y = "a"
    if x > 0:
        y = 1.0
    return x


def test_what_no_value_stands_for_is_refused_where_it_is_used():
    with pytest.raises(nm.TraceError, match=r"NM236: 'y' is"):
        text_or_number(1.0)
    each(text_or_number_unused)


@nm.jit
def appends(x: float) -> float:
    out = []
    if x > 0:
        out.append(x)
    return len(out) * 1.0


@nm.jit
def appends_inside(x: float) -> float:
    r = 0.0
    if x > 0:
        out = []
        out.append(x)
        out.append(2.0)
        r = out[0] + out[1]
    return r


def test_a_container_that_changes_below_an_if():
    with pytest.raises(nm.TraceError, match="NM212: 'out'"):
        appends(1.0)
    each(appends_inside)


@nm.jit
def walruses(x: float, a: nm.f8[:]):
    y = -1.0
    k = 0
    if x > -1 and (y := float(a[0] + x)) > 0.25 and (k := 3) > 0:
        a[1] = y
    u = (v := x * 2) if x > 0 else (v := 5.0) + (y := 9.0)
    z = x < -1 or (k := k + 1) > 3
    return y, k, u, v, z


@nm.jit
def walrus_on_one_way(x: float) -> float:
    s = 1.0 if x > 0 and (y := x) > 0.75 else 2.0
    return s + y


def test_names_bound_inside_of_choices():
    each(walruses, np.arange(3.0))
    each(walrus_on_one_way)


@nm.jit
def chosen_tuples(x: float) -> float:
    pair = (1.0, x) if x > 0 else (2.0, 3.0)
    first, second = pair
    return first * 10 + second


def test_a_tuple_is_chosen_item_by_item():
    each(chosen_tuples)
