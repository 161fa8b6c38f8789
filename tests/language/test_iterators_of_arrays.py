"""Arrays that Python iterates at the trace: each item is read when Python would read it."""
# ruff: noqa: C400, C416 - the kernels are written as users write them

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def comprehension_that_writes(a: nm.f8[3]) -> list:
    def grown(x):
        a[:] += 1
        return x

    return [grown(x) for x in a]


@nm.jit
def generator_over_a_zip_that_writes(a: nm.f8[3]) -> tuple:
    def grown(x):
        a[:] += 1
        return x

    return tuple(grown(x) + y for x, y in zip(a, (1, 2, 3), strict=True))


@nm.jit
def loop_over_a_zip_with_texts(a: nm.f8[3]) -> float:
    s = 0.0
    for x, text in zip(a, ("a", "bb", "ccc"), strict=True):
        a[:] += len(text)
        s = s * 10 + x
    return s


@nm.jit
def comprehensions_over_iterators(a: nm.f8[3]) -> tuple:
    counted = [(i, x) for i, x in enumerate(a, 5)]
    return counted, [x for x in reversed(a)], [x * y for x, y in zip(a, a[::-1], strict=True)]


@nm.jit
def rows_are_views(a: nm.f8[3]) -> list:
    b = a.reshape(3, 1)
    return [float(row[0]) for row in b if len(row)]


@nm.jit
def augmented_in_containers(a: nm.f8[3]) -> float:
    table = {"x": a}
    table["x"] += 1
    both = [a, a[1:]]
    both[1] *= a[0]
    both[0] -= 3
    return a.sum()


class Holder:
    pass


@nm.jit
def augmented_in_an_attribute(a: nm.f8[3]) -> float:
    holder = Holder()
    holder.x = a
    holder.x += 1
    holder.x[1:] *= holder.x[:-1]
    return a.sum()


KERNELS = (
    comprehension_that_writes,
    generator_over_a_zip_that_writes,
    loop_over_a_zip_with_texts,
    comprehensions_over_iterators,
    rows_are_views,
    augmented_in_containers,
    augmented_in_an_attribute,
)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda k: k.__name__)
def test_items_are_read_when_python_reads_them(kernel):
    same_as_python(kernel, np.array([1.0, 2.0, 4.0]))
