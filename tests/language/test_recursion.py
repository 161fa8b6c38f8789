"""Kernels that call kernels: procedures of one shared object, recursion, RecursionError."""
# ruff: noqa: RET505 - the kernels are written as users write them

import threading

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


@nm.jit
def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


@nm.jit
def ackermann(m: int, n: int) -> int:
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


@nm.jit
def is_even(n: int) -> bool:
    return True if n == 0 else is_odd(n - 1)


@nm.jit
def is_odd(n: int) -> bool:
    return False if n == 0 else is_even(n - 1)


@nm.jit
def quicksort(a: nm.f8[:], low: int, high: int) -> None:
    if low >= high:
        return
    pivot = a[(low + high) // 2]
    i, j = low, high
    while i <= j:
        while a[i] < pivot:
            i += 1
        while a[j] > pivot:
            j -= 1
        if i <= j:
            a[i], a[j] = a[j], a[i]
            i += 1
            j -= 1
    quicksort(a, low, j)
    quicksort(a, i, high)


@nm.jit
def find(a: nm.i4[:], x: nm.i4, low: int, high: int) -> int:
    if low >= high:
        return -1
    middle = (low + high) // 2
    if a[middle] == x:
        return middle
    if a[middle] < x:
        return find(a, x, middle + 1, high)
    return find(a, x, low, middle)


@nm.jit
def halves(x: float, n: int) -> tuple[float, int]:
    if n == 0:
        return x, 0
    y, depth = halves(x / 2, n - 1)
    return x + y, depth + 1


@nm.jit
def hanoi(moves: nm.i8[:], n: int, source: int, target: int) -> None:
    if n > 0:
        hanoi(moves, n - 1, source, 3 - source - target)
        moves[0] += 1
        moves[n] = target
        hanoi(moves, n - 1, 3 - source - target, target)


@nm.jit
def positive(n: int) -> int:
    if n < 0:
        raise ValueError("below zero")
    return 0 if n == 0 else 1 + positive(n - 2)


@nm.jit
def endless(n: int) -> int:
    return endless(n + 1) + 1


@nm.jit
def norm(a: nm.f8[:], count: int):
    total = 0.0
    for i in range(count):
        total += a[i] * a[i]
    return total


@nm.jit
def scaled(a: nm.f8[:], factor: float):
    for i in range(len(a)):
        a[i] *= factor
    return a


@nm.jit
def uses_norm(a: nm.f8[:], b: nm.f8[:]):
    return norm(a, 3) + norm(b, 2), norm(a, 1)


@nm.jit
def calls_in_a_loop(a: nm.f8[:, :], b: nm.f8[:]) -> None:
    for i in range(len(b)):
        b[i] = norm(a[i], a.shape[1])
    scaled(b, 2.0)
    b[0] += norm(b, 1)


@nm.jit
def given_twice(a: nm.f8[:]):
    return added(a, a)


@nm.jit
def added(a: nm.f8[:], b: nm.f8[:]):
    for i in range(1, len(a)):
        a[i] = b[i - 1] + 1.0
    return a[0]


@nm.inline
def cube(x: float) -> float:
    return x * x * x


@nm.jit
def uses_cube(x: float) -> float:
    return cube(x) + cube(-x * 2)


@pytest.mark.parametrize(
    "kernel, args",
    [
        (fib, (15,)),
        (fib, (-3,)),
        (ackermann, (2, 3)),
        (is_even, (10,)),
        (is_even, (7,)),
        (quicksort, (np.random.default_rng(3).standard_normal(50), 0, 49)),
        (quicksort, (np.zeros(1), 0, 0)),
        (find, (np.arange(0, 40, 2, dtype=np.int32), np.int32(14), 0, 20)),
        (find, (np.arange(0, 40, 2, dtype=np.int32)[::-1][::-1], np.int32(15), 0, 20)),
        (halves, (8.0, 4)),
        (hanoi, (np.zeros(6, dtype=np.int64), 5, 0, 2)),
        (positive, (8,)),
        (uses_norm, (np.arange(4.0), np.arange(5.0))),
        (calls_in_a_loop, (np.arange(12.0).reshape(3, 4), np.zeros(3))),
        (calls_in_a_loop, (np.arange(24.0).reshape(4, 6)[::-1, ::2], np.zeros(4))),
        (given_twice, (np.arange(5.0),)),
        (uses_cube, (1.5,)),
    ],
)
def test_a_call_does_what_the_function_does(kernel, args):
    same_as_python(kernel, *args)


def test_a_check_in_a_procedure_raises_in_the_caller():
    with pytest.raises(ValueError, match="below zero"):
        positive(7)
    assert positive(6) == 3


def test_a_kernel_that_is_called_is_a_procedure_and_an_inline_one_is_not():
    assert "= norm(" in uses_norm.fortran(np.zeros(3), np.zeros(3))
    assert "cube" not in uses_cube.fortran(1.0).replace("uses_cube", "")


def test_recursion_without_end_is_a_recursion_error():
    for _ in range(3):
        with pytest.raises(RecursionError):
            endless(1)
    assert fib(10) == 55


def test_recursion_without_end_in_a_thread_is_a_recursion_error():
    caught = []

    def run():
        try:
            endless(1)
        except RecursionError as problem:
            caught.append(problem)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(caught) == 3


def test_a_read_only_array_goes_through_recursion_that_only_reads():
    a = np.arange(10, dtype=np.int32)
    a.flags.writeable = False
    assert find(a, np.int32(4), 0, 10) == 4


def test_a_failure_of_an_inner_call_leaves_what_was_done_before():
    """What fails with its arguments is not begun again by another variant."""

    @nm.jit
    def descends(a: nm.f8[:], n: int) -> float:
        a[0] += 1
        own = np.empty(n)
        for i in range(5):
            own[i] = a[i]
        if n > 2:
            return descends(a, n - 1) + own.sum()
        return own.sum()

    same_as_python(descends, np.arange(8.0), 7, modes=("checks",))
