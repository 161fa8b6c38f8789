"""Traps of a body that is run once for all iterations: right, or a TraceError at the line."""
# ruff: noqa: B007, B023, B905, F841, SIM113, UP028, E731 - the kernels are traps on purpose

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

from .refusals import refused

N = 5


def array():
    return np.arange(1.0, N + 1)


@nm.jit
def counter(a: nm.f8[:]) -> None:
    k = 0
    for i in nm.range(a.shape[0]):
        a[i] = k
        k += 1


@nm.jit
def running_sum(a: nm.f8[:]) -> float:
    s = 0.0
    for i in nm.range(a.shape[0]):
        s += a[i]
    return s


@nm.jit
def last_value(a: nm.f8[:]) -> float:
    t = 0.0
    for i in nm.range(a.shape[0]):
        t = a[i]
    return t


@nm.jit
def walrus(a: nm.f8[:]) -> None:
    t = 1.0
    for i in nm.range(a.shape[0]):
        a[i] = t + (t := a[i])


@nm.jit
def swap(a: nm.f8[:]) -> None:
    x, y = 0.0, 1.0
    for i in nm.range(a.shape[0]):
        x, y = y, x + y
        a[i] = x


@nm.jit
def index_after(a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = 0.0
    a[0] = i


@nm.jit
def unpacked_star(a: nm.f8[:]) -> None:
    first, rest = 0.0, [0.0]
    for i in nm.range(a.shape[0]):
        a[i] = first + rest[0]
        first, *rest = (a[i], 2.0)


@nm.jit
def import_binds(a: nm.f8[:]) -> None:
    m = None
    for i in nm.range(a.shape[0]):
        a[i] = 1.0 if m is None else 2.0
        import math as m


@nm.jit
def function_binds(a: nm.f8[:]) -> None:
    def f():
        return 1.0

    for i in nm.range(a.shape[0]):
        a[i] = f()

        def f():
            return 2.0


@nm.jit
def deleted(a: nm.f8[:]) -> None:
    k = 1.0
    for i in nm.range(a.shape[0]):
        a[i] = k
        del k


@pytest.mark.parametrize(
    "kernel",
    [counter, running_sum, last_value, walrus, swap, index_after],
    ids=lambda k: k.__name__,
)
def test_a_name_carried_by_a_compiled_loop_is_right(kernel):
    same_as_python(kernel, array())


@pytest.mark.parametrize(
    ("kernel", "name"),
    [(unpacked_star, "rest"), (import_binds, "m"), (function_binds, "f")],
)
def test_a_carried_name_that_is_no_number_is_refused(kernel, name):
    error = refused(kernel, array())
    assert error.number == 236
    assert repr(name) in error.message


def test_a_name_deleted_in_a_loop_is_unbound_in_the_next_iteration():
    same_as_python(deleted, array()[:1])
    same_as_python(deleted, array())


def test_the_refusal_names_the_use_and_the_loop():
    error = refused(import_binds, array())
    first = import_binds.py_func.__code__.co_firstlineno
    assert error.line == first + 4
    assert error.message == (
        "'m' is None or module after the run-time control flow of line"
        f" {first + 3}: no one run-time value stands for it"
    )


@nm.jit
def temporaries(a: nm.f8[:]) -> float:
    two = 2.0
    same = a
    for i in nm.range(a.shape[0]):
        t = a[i] * two
        two = 2.0
        same = a
        i = i + 0
        a[i] = t
    return two


@nm.jit
def untouched(flag, a: nm.f8[:]) -> float:
    k = 1.0
    for i in nm.range(a.shape[0]):
        if flag:
            k = 2.0
        a[i] = 1.0
    return k


@nm.jit
def same_name_twice(a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        t = a[i]
        for j in nm.range(2):
            u = t + j
            a[i] = u
    for i in nm.range(a.shape[0]):
        t = a[i] + 1
        a[i] = t


@nm.jit
def comprehension_scope(a: nm.f8[:]) -> None:
    k = 7.0
    for i in nm.range(a.shape[0]):
        parts = [k * a[i] for k in (1.0, 2.0)]
        a[i] = parts[0] + parts[1] + k


@pytest.mark.parametrize("kernel", [same_name_twice, comprehension_scope])
def test_names_of_one_iteration_are_right(kernel):
    same_as_python(kernel, array())


def test_a_name_set_to_what_it_was_is_kept():
    same_as_python(temporaries, array())
    same_as_python(untouched, False, array())
    same_as_python(untouched, True, array())


@nm.jit
def no_iterations(a: nm.f8[:]) -> float:
    t = 1.0
    for i in nm.range(0):
        t = 2.0
    return t


def test_an_empty_loop_sets_nothing():
    same_as_python(no_iterations, array())


@nm.jit
def list_grows(a: nm.f8[:]) -> None:
    out = []
    for i in nm.range(a.shape[0]):
        out.append(i)
    a[0] = len(out)


@nm.jit
def dict_changes(a: nm.f8[:]) -> None:
    d = {"k": 0}
    for i in nm.range(a.shape[0]):
        a[i] = d["k"]
        d["k"] = d["k"] + 1


@nm.jit
def set_grows(a: nm.f8[:]) -> None:
    seen = set()
    for i in nm.range(a.shape[0]):
        seen.add("x")
        a[i] = len(seen)


@nm.jit
def nested_list_grows(a: nm.f8[:]) -> None:
    tree = {"leaf": [[0]]}
    for i in nm.range(a.shape[0]):
        tree["leaf"][0].append(1)
        a[i] = len(tree["leaf"][0])


class Box:
    count = 0

    def __init__(self):
        self.n = 0

    def bump(self):
        self.n += 1
        return self.n


class Slots:
    __slots__ = ("n",)


@nm.jit
def attribute_changes(a: nm.f8[:]) -> None:
    box = Box()
    for i in nm.range(a.shape[0]):
        a[i] = box.n
        box.n += 1


@nm.jit
def method_changes(a: nm.f8[:]) -> None:
    box = Box()
    for i in nm.range(a.shape[0]):
        a[i] = box.bump()


@nm.jit
def slot_changes(a: nm.f8[:]) -> None:
    box = Slots()
    box.n = 0
    for i in nm.range(a.shape[0]):
        a[i] = box.n
        box.n = box.n + 1


@nm.jit
def generator_advances(a: nm.f8[:]) -> None:
    numbers = (x for x in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    for i in nm.range(a.shape[0]):
        for x in numbers:
            a[i] = x
            break


@nm.jit
def next_advances(a: nm.f8[:]) -> None:
    numbers = iter([1.0, 2.0, 3.0, 4.0, 5.0])
    for i in nm.range(a.shape[0]):
        a[i] = next(numbers)


@nm.jit
def iterator_unpacked(a: nm.f8[:]) -> None:
    numbers = iter([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    for i in nm.range(a.shape[0]):
        for x, _ in zip(numbers, (0,)):
            a[i] = x


@nm.jit
def bytes_change(a: nm.f8[:]) -> None:
    b = bytearray(1)
    for i in nm.range(a.shape[0]):
        a[i] = b[0]
        b[0] += 1


@nm.jit
def class_attribute(a: nm.f8[:]) -> None:
    class Local:
        n = 0

    for i in nm.range(a.shape[0]):
        a[i] = Local.n
        Local.n += 1


@pytest.mark.parametrize(
    ("kernel", "name"),
    [
        (list_grows, "out"),
        (dict_changes, "d"),
        (set_grows, "seen"),
        (nested_list_grows, "tree"),
        (attribute_changes, "box"),
        (method_changes, "box"),
        (slot_changes, "box"),
        (generator_advances, ""),
        (next_advances, ""),
        (iterator_unpacked, ""),
        (bytes_change, "b"),
        (class_attribute, "Local"),
    ],
)
def test_a_container_changed_in_a_compiled_loop_is_refused(kernel, name):
    error = refused(kernel, array())
    assert error.number in (211, 212)
    assert name in error.message


@nm.jit
def closure_rebinds(a: nm.f8[:]) -> None:
    k = 0

    def bump():
        nonlocal k
        k += 1
        return k

    for i in nm.range(a.shape[0]):
        a[i] = bump()


def make_counter():
    k = 0

    def bump():
        nonlocal k
        k += 1
        return k

    return bump


bump_outside = make_counter()


@nm.jit
def outer_closure_rebinds(a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = bump_outside()


@nm.jit
def callers_closure(a: nm.f8[:]) -> None:
    k = 0

    def bump():
        nonlocal k
        k += 1
        return k

    def loop(f):
        for i in nm.range(a.shape[0]):
            a[i] = f()

    loop(bump)


@nm.jit
def default_list(a: nm.f8[:]) -> None:
    def f(seen=[]):  # noqa: B006
        seen.append(1)
        return len(seen)

    for i in nm.range(a.shape[0]):
        a[i] = f()


@pytest.mark.parametrize("kernel", [closure_rebinds, callers_closure])
def test_names_that_inner_functions_rebind_are_carried(kernel):
    same_as_python(kernel, array())


def call_in_loop(a, f):
    for i in nm.range(a.shape[0]):
        a[i] = f()


@nm.jit
def closure_unseen(a: nm.f8[:]) -> None:
    k = 0

    def bump():
        nonlocal k
        k += 1
        return k

    call_in_loop(a, bump)


@pytest.mark.parametrize("kernel", [outer_closure_rebinds, closure_unseen, default_list])
def test_state_of_closures_in_a_compiled_loop_is_refused(kernel):
    assert refused(kernel, array()).number in (211, 212, 213, 214)


@nm.jit
def breaks(n, a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = 9.0
        if n == 1:
            break


@nm.jit
def returns(n, a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        for _ in range(2):
            if n == 1:
                return
        a[i] = 9.0


@nm.jit
def has_else(a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = 9.0
    else:
        a[0] = 1.0


@nm.jit
def raises_inside(a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        raise ValueError("only if the loop runs")


@nm.jit
def swallowed(a: nm.f8[:]) -> None:
    try:
        for i in nm.range(a.shape[0]):
            a[i] = 1.0
            raise ValueError
    except ValueError:
        pass


def test_leaving_a_compiled_loop_early_is_right():
    same_as_python(breaks, 1, array())
    same_as_python(returns, 1, array())
    same_as_python(has_else, array())
    same_as_python(raises_inside, array())
    same_as_python(raises_inside, array()[:0])


def test_an_exception_that_the_kernel_would_handle_is_refused():
    assert refused(swallowed, array()).number == 222


def test_a_loop_left_on_a_compile_time_condition_that_is_false_is_right():
    same_as_python(breaks, 0, array())
    same_as_python(returns, 0, array())


@nm.jit
def continues(n, a: nm.f8[:]) -> None:
    for i in nm.range(a.shape[0]):
        a[i] = 9.0
        if n == 1:
            continue
        a[i] = 1.0


def test_continue_on_a_compile_time_condition_is_right():
    same_as_python(continues, 1, array())
    same_as_python(continues, 0, array())


@nm.jit
def plain_range(n: int, a: nm.f8[:]) -> None:
    for i in range(n):
        a[i] = 0.0


@nm.jit
def generator_yields(a: nm.f8[:]) -> None:
    def indices():
        for i in nm.range(a.shape[0]):
            yield i

    k = 0
    for i in indices():
        a[i] = k
        k += 1


@nm.jit
def listed(a: nm.f8[:]) -> None:
    for i in list(nm.range(3)):
        a[i] = 0.0


@nm.jit
def zipped(a: nm.f8[:]) -> None:
    for i, k in zip(nm.range(3), range(3)):
        a[i] = k


@nm.jit
def comprehension(a: nm.f8[:]) -> None:
    a[0] = len([i for i in nm.range(3)])


@nm.jit
def odd_target(a: nm.f8[:]) -> None:
    box = [0]
    for box[0] in nm.range(3):
        a[0] = 1.0


@nm.jit
def element_target(a: nm.f8[:]) -> None:
    for a[0] in nm.range(3):
        a[1] += a[0]


@nm.jit
def rows(a: nm.f8[:]) -> None:
    for x in a:
        a[0] = x


@pytest.mark.parametrize(
    ("kernel", "args", "number"),
    [
        (generator_yields, (), 208),
        (listed, (), 202),
        (comprehension, (), 202),
        (odd_target, (), 212),
    ],
)
def test_loops_that_no_region_stands_for_are_refused(kernel, args, number):
    assert refused(kernel, *args, array()).number == number


@pytest.mark.parametrize(
    ("kernel", "args"), [(plain_range, (3,)), (zipped, ()), (element_target, ()), (rows, ())]
)
def test_loops_over_ranges_and_arrays_are_right(kernel, args):
    same_as_python(kernel, *args, array())


def test_without_source_a_rebound_name_is_refused():
    space = {"nm": nm}
    text = "def f(a):\n s = 0\n for i in nm.range(a.shape[0]):\n  s = s + a[i]\n a[0] = s\n"
    exec(text, space)
    with pytest.raises(nm.TraceError) as caught:
        nm.jit(space["f"])(array())
    assert caught.value.number == 213


def test_without_source_a_plain_body_is_right():
    space = {"nm": nm}
    exec("def f(a):\n for i in nm.range(a.shape[0]):\n  a[i] = a[i] * 2 + i\n", space)
    same_as_python(nm.jit(space["f"]), array())


@pytest.mark.parametrize("text", ["[i for i in nm.range(3)]", "list(nm.range(3))"])
def test_without_source_a_collected_range_is_refused(text):
    space = {"nm": nm}
    exec(f"def f(a):\n a[0] = len({text})\n", space)
    with pytest.raises(nm.TraceError):
        nm.jit(space["f"])(array())


@nm.jit
def closure_of_index(a: nm.f8[:]) -> None:
    for i in nm.range(3):
        f = lambda: i
        a[i] = f()


def test_a_lambda_over_the_index_used_in_the_body_is_right():
    same_as_python(closure_of_index, array())
