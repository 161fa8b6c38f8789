"""Array code that the planner changes gives what NumPy gives, and becomes the loops it should.

Each kernel stands for one rule: what may be computed where it is read, what may not, what runs
together. `explain()` tells what was done.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


def notes(kernel: Any) -> str:
    return "\n".join(line for line in kernel.explain().splitlines() if line.startswith("    line"))


def values(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).random(shape) + 0.5


@nm.jit
def one_expression(a: nm.f8[:, :], b: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    out[:, :] = a + b * 2.0 - a / b


@nm.jit
def two_readers(x: nm.f8[:], out: nm.f8[:, :]) -> None:
    s = np.sqrt(x)
    out[0, :] = s + 1
    out[1, :] = s - 1


@nm.jit
def in_place(x: nm.f8[:], y: nm.f8[:]) -> None:
    x += np.sqrt(x) * y
    x[:] = x * 2 + y
    y -= x


@nm.jit
def shifted_up(x: nm.f8[:]) -> None:
    x[1:] = x[:-1]


@nm.jit
def shifted_down(x: nm.f8[:]) -> None:
    x[:-1] = x[1:]


@nm.jit
def shifted_sums(x: nm.f8[:]) -> None:
    x[1:-1] = x[:-2] + x[2:] - 2 * x[1:-1]


@nm.jit
def red_and_black(x: nm.f8[:]) -> None:
    x[1:-1:2] = np.sqrt(x[0:-2:2]) + np.sqrt(x[2::2])
    x[2:-1:2] = np.sqrt(x[1:-2:2]) * x[3::2]


@nm.jit
def reversed_in_place(x: nm.f8[:]) -> None:
    x[:] = x[::-1] + 1


@nm.jit
def transposed_in_place(x: nm.f8[:, :]) -> None:
    x[:, :] = np.sqrt(x.T) + x


@nm.jit
def old_values(x: nm.f8[:], out: nm.f8[:]) -> None:
    t = x * 2
    x[0] = 9.0
    out[:] = t + x


@nm.jit
def old_values_late(x: nm.f8[:], out: nm.f8[:]) -> None:
    t = np.sqrt(x)
    x[:] = x + 1
    out[:] = t * x


@nm.jit
def written_after(x: nm.f8[:], out: nm.f8[:]) -> None:
    t = x + 1
    t[0] = 7.0
    t[2:] = t[1:-1] * 2
    out[:] = t


@nm.jit
def steps(u: nm.f8[:, :], n: nm.i8) -> None:
    for _ in range(n):
        inner = u[1:-1, 1:-1] + 0.1 * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        )
        u[1:-1, 1:-1] = inner


@nm.jit
def halves_meet(x: nm.f8[:], k: nm.i8) -> None:
    x[k:] = x[: x.shape[0] - k] * 2


@nm.jit
def rows(x: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    out[:, :] = np.sqrt(x[0]) + x
    out += np.sqrt(x[0] * 2)


@nm.jit
def on_one_path(x: nm.f8[:], out: nm.f8[:], flag: nm.i8) -> None:
    t = np.sqrt(x)
    if flag > 0:
        out[:] = t
        x[:] = 0
    else:
        x[:] = 1
        out[:] = t + x
    out += t


@nm.jit
def left_early(x: nm.f8[:], out: nm.f8[:], n: nm.i8) -> None:
    t = np.sqrt(x)
    for k in range(n):
        x *= 0.5
        if k == 2:
            break
        out += t * x
    out -= t


def cases() -> list[tuple[Any, tuple[object, ...]]]:
    x, y = values(9), values(9) * 2
    a, b, c = values(5, 7), values(5, 7) * 2, values(5, 7) * 3
    return [
        (one_expression, (a, b, c)),
        (two_readers, (x, values(2, 9))),
        (in_place, (x, y)),
        (shifted_up, (x,)),
        (shifted_down, (x,)),
        (shifted_sums, (x,)),
        (red_and_black, (x,)),
        (reversed_in_place, (x,)),
        (transposed_in_place, (values(6, 6),)),
        (transposed_in_place, (np.asfortranarray(values(6, 6)),)),
        (old_values, (x, y)),
        (old_values_late, (x, y)),
        (written_after, (x, y)),
        (steps, (a, 4)),
        (steps, (np.asfortranarray(a), 3)),
        (steps, (values(12, 14)[::2, ::-2], 3)),
        (halves_meet, (x, 3)),
        (halves_meet, (x, 0)),
        (rows, (a, b)),
        (rows, (a.T, b.T)),
        (on_one_path, (x, y, 1)),
        (on_one_path, (x, y, 0)),
        (left_early, (x, y, 5)),
        (left_early, (x, y, 0)),
    ]


@pytest.mark.parametrize("case", range(len(cases())))
def test_planned_code_gives_what_numpy_gives(case: int) -> None:
    kernel, arguments = cases()[case]
    same_as_python(kernel, *arguments)


@pytest.mark.parametrize("kernel", [in_place, old_values, old_values_late])
@pytest.mark.parametrize("offset", [0, 1, 4])
def test_arguments_that_overlap_are_read_as_they_were(kernel: Any, offset: int) -> None:
    mine, theirs = values(40), values(40)
    kernel(mine[:24], mine[offset : offset + 24])
    kernel.py_func(theirs[:24], theirs[offset : offset + 24])
    np.testing.assert_allclose(mine, theirs, rtol=1e-14)


def test_an_expression_is_one_loop_nest_without_arrays() -> None:
    one_expression(values(3, 4), values(3, 4), values(3, 4))
    text = one_expression.fortran()
    assert text.count("end do") == 2
    assert "allocatable" not in text
    assert "5 array operations became one loop nest" in notes(one_expression)


def test_a_value_with_two_readers_needs_no_array() -> None:
    two_readers(values(4), values(2, 4))
    text = two_readers.fortran()
    assert text.count("sqrt(") == 1
    assert "allocatable" not in text
    assert "3 loops became one" in notes(two_readers)


def test_an_overlapping_copy_is_kept_and_said_so() -> None:
    shifted_up(values(5))
    assert "is kept: what it is made from changes before it is read" in notes(shifted_up)


@pytest.mark.parametrize("kernel", [shifted_down, red_and_black])
def test_a_copy_that_nothing_needs_goes(kernel: Any) -> None:
    kernel(values(9))
    assert "allocatable" not in kernel.fortran()


def test_memory_of_a_loop_is_allocated_before_it() -> None:
    steps(values(5, 6), 2)
    assert "deallocate" not in steps.fortran()
    assert "1 array of the loop is allocated once, before it" in notes(steps)
