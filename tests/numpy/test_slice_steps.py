"""Slices whose bounds and step are known only at run time, against NumPy's own."""

import numpy as np
import pytest

import numeta as nm

END = 2**63
STEPS = [-END, -END + 1, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, END - 1]
BOUNDS = [-END, -9, -5, -4, -1, 0, 1, 3, 4, 5, 9, END - 1]


@nm.jit
def between(a: nm.i8[:], i: int, j: int, step: int):
    return a[i:j:step].copy()


@nm.jit
def everywhere(a: nm.i8[:], step: int):
    return a[::step].copy()


@nm.jit
def added(a: nm.i8[:], j: int, step: int):
    a[:j:step] += 7


@nm.jit
def turned(a: nm.i8[:], i: int, step: int):
    a[i::step] = a[i::step][::-1]


@nm.jit
def stepped_by_constants(a: nm.i8[:], i: int):
    return a[i:-2].copy(), a[i:-1:2].copy(), a[i :: -(2**63)].copy(), a[i :: 2**63 - 1].copy()


@nm.jit
def sieve(n: int):
    prime = np.ones(n + 1, dtype=np.bool_)
    prime[:2] = False
    for i in range(2, int(n**0.5) + 1):
        if prime[i]:
            prime[i * i :: i] = False
    return np.nonzero(prime)[0]


def outcome(function, array, *args):
    """What it returns or raises, and what it leaves in the array."""
    array = array.copy()
    try:
        result = function(array, *args)
    except ValueError as problem:
        result = str(problem)
    if isinstance(result, np.ndarray):
        result = result.tolist()
    return result, array.tolist()


@pytest.mark.parametrize("length", [0, 1, 4, 5])
def test_steps_of_every_sign(length):
    a = np.arange(length)
    for step in STEPS:
        assert outcome(everywhere, a, step) == outcome(everywhere.__wrapped__, a, step), step
        for i in BOUNDS:
            for kernel in (added, turned):
                expected = outcome(kernel.__wrapped__, a, i, step)
                assert outcome(kernel, a, i, step) == expected, (kernel, i, step)
            for j in BOUNDS:
                expected = outcome(between.__wrapped__, a, i, j, step)
                assert outcome(between, a, i, j, step) == expected, (i, j, step)


@pytest.mark.parametrize("length", [0, 1, 2, 5])
def test_constant_steps_from_a_start_beyond_all_memory(length):
    a = np.arange(length)
    for i in BOUNDS:
        expected = [part.tolist() for part in stepped_by_constants.__wrapped__(a, i)]
        assert [part.tolist() for part in stepped_by_constants(a, i)] == expected, i


def test_a_sieve():
    assert sieve(200).tolist() == sieve.__wrapped__(200).tolist()
