"""What names hold after a loop with a `break` and an `else` that binds them, too."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

ARRAYS = [np.array(x, float) for x in ([0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1])]


@nm.jit
def last_before_it(a: nm.f8[:], n: int, s: int):
    for i in range(n):
        if a[i] > 0:
            break
        s = i * 2
    else:
        s = -1
    return s


@nm.jit
def in_a_while_loop(a: nm.f8[:], n: int, s: int):
    i = 0
    while i < n:
        if a[i] > 0:
            break
        s = i * 2
        i += 1
    else:
        s = -1
    return s, i


@nm.jit
def in_an_unrolled_loop(a: nm.f8[:], n: int, s: int):
    for i in range(3):
        if i == n:
            break
        if a[i] > 0:
            break
        s = i * 2 + 1
    else:
        s = -1
    return s


@nm.jit
def with_a_known_break(a: nm.f8[:], n: int, s: int):
    for i in range(3):
        if i == 2:
            break
        s = i * 2
        if a[i] > n:
            continue
        s += 7
    else:
        s = -1
    return s


@nm.jit
def only_the_else_binds_it(a: nm.f8[:], n: int, s: int):
    for i in range(0, 4, 2):
        if i:
            break
        if a[n - 1] > 0:
            continue
    else:
        s = 1
    return float(s)


@nm.jit
def bound_on_the_other_way(a: nm.f8[:], n: int, s: int):
    for _ in range(2):
        if n == 2:
            break
        else:
            s = int(a[2]) + 5
    else:
        s = n
    return s


@nm.jit
def nested(a: nm.f8[:], n: int, s: int):
    t = 0
    for i in range(n):
        for j in range(n):
            if a[j] * i > 0:
                break
            t = i + j
        else:
            if i > 1:
                break
            t = 100
            continue
        s = t * 10 + i
    else:
        s, t = -1, -2
    return s, t


@nm.jit
def of_an_inner_function(a: nm.f8[:], n: int, s: int):
    def advance(value: int) -> int:
        nonlocal s
        s += value
        return s

    for i in range(n):
        if a[i] > 0:
            break
        advance(i)
    else:
        s = -1
    return s


@nm.jit
def arrays(a: nm.f8[:], n: int, s: int):
    x = a * 0.0
    for i in range(n):
        if a[i] > 0:
            break
        x = a * i + s
    else:
        x = a - 1.0
    return x


KERNELS = [value for value in globals().values() if isinstance(value, nm.Kernel)]


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)
def test_the_name_is_what_the_last_iteration_left(kernel):
    for a in ARRAYS:
        for n in range(1, 4):
            same_as_python(kernel, a, n, 99)
