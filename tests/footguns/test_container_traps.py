"""Traps of arrays and containers that change while a compiled loop or branch uses them."""
# ruff: noqa: B007, B905, F841, RUF005, SIM108, SIM113 - the kernels are traps on purpose

import math

import numpy as np

import numeta as nm
from tests.language.cases import Cases

from .traps import right_or_raises

case = Cases()


def array(*values):
    return np.array(values or (3.0, 1.0, 2.0, 5.0))


@case((array(),), (array(1.0),), (array()[:0],))
@nm.jit
def the_array_changes_behind_the_iterator(a: nm.f8[:]) -> None:
    for x in a:
        a[0] += x


@case((array(),), (array(7.0),))
@nm.jit
def the_array_changes_before_the_iterator(a: nm.f8[:]) -> None:
    for i, x in enumerate(a):
        a[len(a) - 1 - i] = -x


@case((array(),), (array(1.0, 2.0, 3.0),))
@nm.jit
def reversed_sees_the_stores(a: nm.f8[:]) -> None:
    k = 0
    for x in reversed(a):
        a[k] = x * 2
        k += 1


@case((array(),))
@nm.jit
def zip_of_an_array_with_itself(a: nm.f8[:]) -> None:
    i = 0
    for x, y in zip(a, a):
        a[(i + 1) % 4] = x + y
        i += 1


@case((array(), 2), (array(), 0))
@nm.jit
def the_name_of_the_array_is_bound_anew(a: nm.f8[:], n: int) -> float:
    s = 0.0
    b = a
    for x in a:
        a = b
        s += x
    return s


@case((array(),))
@nm.jit
def an_iterator_is_shared(a: nm.f8[:]) -> float:
    it = iter(a)
    s = 0.0
    for x in it:
        s = 10 * s + x
        break
    for x in it:
        s = 10 * s + x
    return s


@case((array(), 2), (array(), 4))
@nm.jit
def an_iterator_of_a_zip_takes_one_more(a: nm.f8[:], n: int) -> float:
    it = iter(range(n))
    s = 0.0
    for x, i in zip(a, it):
        s += x + i
    for i in it:
        s += 1000 + i
    return s


@case((3,), (0,))
@nm.jit
def a_list_grows_in_a_compiled_loop(n: int) -> int:
    items = []
    for i in range(n):
        items.append(i)
    return len(items)


@case((1,), (0,))
@nm.jit
def a_list_grows_in_a_branch(n: int) -> int:
    items = [1]
    if n > 0:
        items.append(2)
    return len(items)


@case((1,), (0,))
@nm.jit
def a_list_shrinks_in_one_branch(n: int) -> int:
    items = [1, 2]
    if n > 0:
        last = items.pop()
    else:
        last = items.pop()
        items.pop()
    return 10 * len(items) + last


@case((1,), (0,))
@nm.jit
def a_list_changes_alike_on_both_paths(n: int) -> int:
    items = [1]
    if n > 0:
        items.append(5)
    else:
        items.append(5)
    return sum(items)


@case((1.5,), (-1.5,))
@nm.jit
def an_item_of_a_list_is_set_in_a_branch(x: float) -> float:
    items = [1.0, 2.0]
    if x > 0:
        items[0] = x
    return items[0] + items[1]


@case((3,), (0,))
@nm.jit
def an_item_of_a_list_is_summed_in_a_loop(n: int) -> int:
    total = [0]
    for i in range(n):
        total[0] += i
    return total[0]


@case((1,), (0,))
@nm.jit
def a_dict_is_set_in_a_branch(n: int) -> int:
    d = {"k": 1}
    if n > 0:
        d["k"] = 2
        d["m"] = 3
    return d["k"] + len(d)


@case((3,), (0,))
@nm.jit
def an_attribute_is_set_in_a_loop(n: int) -> int:
    class Box:
        value = 0

    box = Box()
    for i in range(n):
        box.value += i
    return box.value


@case((1,), (0,))
@nm.jit
def a_set_grows_in_a_branch(n: int) -> int:
    s = set()
    if n > 0:
        s.add(1)
    return 1 if s else 0


@case((3,), (1,))
@nm.jit
def a_list_is_bound_to_two_names(n: int) -> int:
    p = q = [0]
    if n > 2:
        p = p + [1]
    q.append(5)
    return len(p) * 10 + len(q)


@case((1,), (0,))
@nm.jit
def an_augmented_list_is_changed_in_place(n: int) -> int:
    p = [0]
    q = p
    if n > 0:
        p += [1, 2]
    return len(q)


@case((4,), (0,))
@nm.jit
def a_window_of_a_list_slides(n: int) -> int:
    past = [-1, -1, -1]
    for i in range(n):
        past[:2] = past[1:]
        past[2] = i * i
    return past[0] * 10000 + past[1] * 100 + past[2]


@case((1,), (0,))
@nm.jit
def two_lists_merge(n: int) -> float:
    v = [1.0, 2.0] if n > 0 else [3.0, 4.0]
    v[0] += 1
    return v[0] * 10 + v[1]


@case((1,), (0,))
@nm.jit
def tuples_of_two_lengths_merge(n: int) -> int:
    t = (1, 2) if n > 0 else (3,)
    return len(t)


@case((1,), (0,))
@nm.jit
def none_and_a_number_merge(n: int) -> float:
    x = None
    if n > 0:
        x = 2.5
    return -1.0 if x is None else x


@case((1,), (0,))
@nm.jit
def text_and_a_number_merge_but_are_not_used(n: int) -> int:
    if n > 0:
        t = "text"
    else:
        t = 3
    return n


@case((1,), (0,))
@nm.jit
def functions_merge(n: int) -> float:
    f = math.sin if n > 0 else math.cos
    return f(0.5)


@case((array(), array(9.0, 8.0), 1), (array(), array(9.0, 8.0), 0))
@nm.jit
def arrays_merge_and_are_written(a: nm.f8[:], b: nm.f8[:], n: int) -> None:
    c = a if n > 0 else b
    c[0] = 77.0
    c[1] += a[0]


@case((array(), array(9.0, 8.0, 7.0, 6.0), 3), (array(), array(9.0, 8.0, 7.0, 6.0), 0))
@nm.jit
def two_buffers_are_swapped_in_a_loop(a: nm.f8[:], b: nm.f8[:], n: int) -> None:
    for k in range(n):
        for i in range(4):
            b[i] = a[i] + i
        a, b = b, a
    a[0] = -1.0


@case((array(), array(9.0, 8.0), 1), (array(), array(9.0, 8.0), 0))
@nm.jit
def the_length_of_a_merged_array(a: nm.f8[:], b: nm.f8[:], n: int) -> int:
    c = a
    if n > 0:
        c = b
    return len(c)


@case.each
def test_a_container_is_right_or_refused(kernel, args):
    right_or_raises(kernel, *args)
