"""What Python raises while it traces an arm or a loop: a call raises it, if it comes there."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

TABLE = (1, 2, 3)
NAMES = {"a": 1}


@nm.jit
def in_arms(n: int, x: nm.f8[:]):
    x[0] = 5
    if n > 3:
        x[1] = 7
        k = TABLE[5]
        x[2] = k
        return 1.0
    elif n < -3:
        x[1] = 2
        y = 1 // 0
    else:
        y = 4
    x[3] += y
    return y + x[0]


def looked_up(n, place):
    if n > 2:
        return TABLE[place]
    return 7


@nm.jit
def in_a_helper(n: int, x: nm.f8[:]):
    s = 0
    for i in range(n):
        if i > 1:
            s += looked_up(i, 8)
        x[0] += 1
        s += 1
    return s


@nm.jit
def in_a_loop_that_python_runs(n: int, x: nm.f8[:]):
    for i in range(4):
        if n > i:
            x[1] += i
            if n > 2:
                for j in range(3):
                    n += 10 // (2 - j)
    return n


@nm.jit
def in_a_compiled_loop(n: int, x: nm.f8[:]):
    total = 0
    for i in range(n - 2):
        x[i] = 1
        total += NAMES["b"]
    else:
        total -= 1
    return total


@nm.jit
def in_a_while_loop(n: int, x: nm.f8[:]):
    while n > 0:
        n -= 1
        if n == 1:
            continue
        if n == 3:
            break
        x[n] += 2
        if n == 2:
            n = TABLE[7]
    else:
        x[0] -= 1
    return n


@nm.jit
def behind_an_early_return(n: int, x: nm.f8[:]):
    """With a text, which stays the first statement."""
    if n < 2:
        return -1
    x[2] = n
    if n > 100:
        return -2
    return 1 << -3


@nm.jit
def behind_a_return_in_a_loop(n: int, x: nm.f8[:]):
    for i in range(n):
        if x[i] < 0:
            return i
        x[i] = 3
    return 10 % 0


@nm.jit
def behind_it_is_nothing(n: int, x: nm.f8[:]):
    found = (0.5, 1.5)
    if n > 1:
        found = found[2]
        x[0] = len(found) + found.shape[3]
    return n


@nm.jit
def a_power_of_integers(n: nm.i4, x: nm.f8[:]):
    if n > 1:
        x[0] = n**-3
    return x[0]


@nm.jit
def an_unbound_name(n: int, x: nm.f8[:]):
    if n > 2:
        x[0] = 1
        x[1] = not_bound_anywhere  # noqa: F821
    return n


@nm.jit
def recursive(n: int, x: nm.f8[:]) -> int:
    if n < 1:
        return 0
    if n > 3:
        x[0] = n
        return TABLE[4]
    return n + recursive(n - 1, x)


@nm.jit
def after_a_nonlocal_name_is_bound(n: int, x: nm.f8[:]):
    bound = 3

    def bind():
        nonlocal bound
        bound = 7
        return TABLE[9]

    if n > 3:
        bind()
    return bound


KERNELS = (
    in_arms,
    in_a_helper,
    in_a_loop_that_python_runs,
    in_a_compiled_loop,
    in_a_while_loop,
    behind_an_early_return,
    behind_a_return_in_a_loop,
    behind_it_is_nothing,
    a_power_of_integers,
    an_unbound_name,
    recursive,
    after_a_nonlocal_name_is_bound,
)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.__name__)
@pytest.mark.parametrize("n", [-5, 0, 1, 2, 3, 4, 5])
def test_as_python(kernel, n):
    same_as_python(kernel, np.int32(n) if kernel is a_power_of_integers else n, np.arange(6.0) - 1)


def test_each_call_raises_an_exception_of_its_own():
    raised = []
    for _ in range(2):
        with pytest.raises(IndexError, match="tuple index out of range") as caught:
            in_arms(4, np.zeros(4))
        raised.append(caught.value)
    assert raised[0] is not raised[1]


# -- what is refused as before --------------------------------------------------------------------


@nm.jit
def handled_outside(n: int):
    try:
        if n > 1:
            return TABLE[9]
    except IndexError:
        return 3
    return 4


def raises_if(n):
    if n > 1:
        return TABLE[9]
    return 4


@nm.jit
def handled_around_a_helper(n: int):
    try:
        return raises_if(n)
    except LookupError:
        return 3


class Ends:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n > 3:
            raise_stop()
        return 1


def raise_stop():
    next(iter(()))


@nm.jit
def an_iteration_that_ends(n: int):
    total = 0
    ends = Ends(n)
    for _ in range(2):
        total += ends.__next__()
    return total


@nm.jit
def of_a_wrong_type(n: int):
    if n > 1:
        return len(3)
    return n


@pytest.mark.parametrize(
    "kernel", [handled_outside, handled_around_a_helper, an_iteration_that_ends, of_a_wrong_type]
)
def test_refused(kernel):
    with pytest.raises(nm.TraceError, match="NM228"):
        kernel(1)


@nm.jit
def after_a_list_has_grown(n: int):
    grown = []
    if n > 3:
        grown.append(1)
        grown[5] = 2
    return len(grown)


class Holder:
    value = 0


@nm.jit
def after_an_attribute_is_set(n: int):
    holder = Holder()
    for _ in range(n):
        holder.value = 1 // 0
        holder.value = 5
    return holder.value


@nm.jit
def after_an_iterator_is_asked(n: int):
    asked = iter((1, 2))
    if n > 3:
        next(asked)
        TABLE[next(asked) + 2]
    return next(asked)


@pytest.mark.parametrize("kernel", [after_a_list_has_grown, after_an_iterator_is_asked])
def test_what_changes_before_it_is_refused(kernel):
    with pytest.raises(nm.TraceError, match="NM212"):
        kernel(1)


def test_what_is_not_reached_changes_nothing():
    assert after_an_attribute_is_set(0) == 0
    with pytest.raises(ZeroDivisionError):
        after_an_attribute_is_set(1)
