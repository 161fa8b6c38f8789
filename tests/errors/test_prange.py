"""Whole texts of what a parallel loop is refused for: NM130 to NM135.

`line +k` in a text is k lines below the decorator of the kernel.
"""
# ruff: noqa: B007, SIM113 - the kernels are written as users write them

import re

import numpy as np
import pytest

import numeta as nm
from numeta import _trace

REDUCTIONS = (
    "use range, or one of v += x, v *= x, v &= x, v |= x, `if x > v: v = x` with v read nowhere"
    " else"
)
ELEMENT = (
    "NM132: two iterations of the prange of line +2 may touch the same element of '{0}', which the"
    " loop writes\n  line +{1}\n  Instead: index '{0}' by the loop's own index, or promise that"
    " they do not: nm.prange(..., assume_disjoint=True)"
)
UPDATE = (
    "NM133: two iterations of the prange of line +2 may update the same element of 'a', in an order"
    " that is not fixed\n  line +3\n  Instead: give each iteration its own element and add them"
    " after the loop; only integer sums and products may meet, where nothing else reads 'a' in the"
    " loop"
)


def carried(name, line):
    return (
        f"NM130: '{name}' goes from one iteration of the prange of line +3 to the next, and is no"
        f" reduction\n  line +{line}\n  Instead: {REDUCTIONS}"
    )


@nm.jit
def recurrence(a: nm.f8[:], k: nm.i8[:]) -> float:
    x = 0.0
    for i in nm.prange(a.shape[0]):
        x = 0.5 * x + a[i]
    return x


@nm.jit
def running_sum(a: nm.f8[:], k: nm.i8[:]) -> float:
    s = 0.0
    for i in nm.prange(a.shape[0]):
        s += a[i]
        a[i] = s
    return s


@nm.jit
def mixed_updates(a: nm.f8[:], k: nm.i8[:]) -> float:
    s = 0.0
    for i in nm.prange(a.shape[0]):
        s += a[i]
        s *= 2
    return s


@nm.jit
def minus_itself(a: nm.f8[:], k: nm.i8[:]) -> float:
    s = 0.0
    for i in nm.prange(a.shape[0]):
        s = a[i] - s
    return s


@nm.jit
def both_sides(a: nm.f8[:], k: nm.i8[:]) -> float:
    s = 1.0
    for i in nm.prange(a.shape[0]):
        s = s + s
    return s


@nm.jit
def greatest_with_a_nan_that_resets(a: nm.f8[:], k: nm.i8[:]) -> float:
    m = 0.0
    for i in nm.prange(a.shape[0]):
        m = m if m >= a[i] else a[i]
    return m


@nm.jit
def stale_sum(a: nm.f8[:], k: nm.i8[:]) -> float:
    s = 0.0
    for i in nm.prange(a.shape[0]):
        old = s
        for j in range(k[i]):
            s = old + a[j]
    return s


@nm.jit
def place_of_last_greatest(a: nm.f8[:], k: nm.i8[:]) -> int:
    m, place = a[0], 0
    for i in nm.prange(a.shape[0]):
        if a[i] >= m:
            m = a[i]
            place = i
    return place


@nm.jit
def previous_element(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(1, a.shape[0]):
        a[i] = a[i - 1]


@nm.jit
def gathered_places(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(k.shape[0]):
        a[k[i]] = 1


@nm.jit
def one_element(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(k.shape[0]):
        a[0] = k[i]


@nm.jit
def index_that_wraps(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(-2, 2):
        a[i] = i


@nm.jit
def float_histogram(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(k.shape[0]):
        a[k[i]] += 1


@nm.jit
def histogram_that_is_read(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(a.shape[0]):
        k[i % 3] += k[i]


@nm.jit
def left_by_break(a: nm.f8[:], k: nm.i8[:]) -> None:
    for i in nm.prange(a.shape[0]):
        if a[i] > 3:
            break
        a[i] = 1


@nm.jit
def left_by_return(a: nm.f8[:], k: nm.i8[:]) -> int:
    for i in nm.prange(a.shape[0]):
        if a[i] > 3:
            return i
    return -1


REFUSED = [
    (recurrence, carried("x", 4)),
    (running_sum, carried("s", 4)),
    (mixed_updates, carried("s", 5)),
    (minus_itself, carried("s", 4)),
    (both_sides, carried("s", 4)),
    (greatest_with_a_nan_that_resets, carried("m", 4)),
    (stale_sum, carried("s", 6)),
    (
        place_of_last_greatest,
        "NM131: 'place' is read after the prange of line +3, and not every iteration sets it\n"
        "  line +4\n  Instead: set it in every iteration, or use range",
    ),
    (previous_element, ELEMENT.format("a", 3)),
    (gathered_places, ELEMENT.format("a", 3)),
    (one_element, ELEMENT.format("a", 3)),
    (index_that_wraps, ELEMENT.format("a", 3)),
    (float_histogram, UPDATE),
    (histogram_that_is_read, UPDATE.replace("'a'", "'k'")),
    (
        left_by_break,
        "NM134: the prange of line +2 is left early\n  line +4\n"
        "  Instead: use range, or loop over all indices and skip the work with `if`",
    ),
    (
        left_by_return,
        "NM134: the prange of line +2 is left early\n  line +4\n"
        "  Instead: use range, or loop over all indices and skip the work with `if`",
    ),
]


def shown(problem, kernel):
    """The text with lines relative to the decorator."""
    first = kernel.py_func.__code__.co_firstlineno
    text = re.sub(r'File "[^"]*", line (\d+)', lambda m: f"line +{int(m[1]) - first}", str(problem))
    return re.sub(r"of line (\d+)", lambda m: f"of line +{int(m[1]) - first}", text)


@pytest.mark.parametrize(("kernel", "text"), REFUSED, ids=lambda x: getattr(x, "__name__", None))
def test_refusal_says_what_where_and_instead(kernel, text):
    with pytest.raises(nm.TraceError) as problem:
        kernel(np.ones(4), np.arange(4))
    assert shown(problem.value, kernel) == text


def test_refusal_of_a_procedure_that_may_raise():
    kernel = _trace.Trace("kernel")
    procedure = _trace.Trace("procedure", caller=kernel)
    with procedure:
        x = procedure.add_scalar("x", "f8", False)
        procedure.check(x > 0, ValueError, "not positive")
        procedure.set_result([(x, None, False)])
    with kernel:
        n = kernel.add_scalar("n", "i8", True)
        kernel.begin_loop(0, n, 1, "i")
        kernel.set_parallel(False)
        kernel.call(procedure.number, [1.0], [("f8", False)])
        kernel.end()
    with pytest.raises(nm.TraceError) as problem:
        kernel.emit()
    text = re.sub(r'File "[^"]*", line (\d+)', "here", str(problem.value))
    assert re.sub(r"of line \d+", "of that line", text) == (
        "NM135: a procedure that may raise is called in the prange of that line\n  here\n"
        "  Instead: use range, or a helper without @nm.jit"
    )
