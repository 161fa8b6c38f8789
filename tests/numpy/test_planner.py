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
def both_neighbours(x: nm.f8[:]) -> None:
    x[1:-1] = 0.5 * (x[2:] + x[:-2])


@nm.jit
def upwind(x: nm.f8[:]) -> None:
    for _ in nm.range(3):
        old = x.copy()
        x[1:] = old[1:] - 0.25 * (old[1:] - old[:-1])


@nm.jit
def upwind_corner(x: nm.f8[:, :]) -> None:
    old = x.copy()
    x[1:, 1:] = old[1:, 1:] - 0.25 * (old[1:, 1:] - old[:-1, 1:]) - (old[1:, 1:] - old[1:, :-1])


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
        (both_neighbours, (x,)),
        (upwind, (x,)),
        (upwind, (x[:1],)),
        (upwind, (values(300)[::-3],)),
        (upwind_corner, (values(31, 57),)),
        (upwind_corner, (values(1, 57),)),
        (upwind_corner, (values(31, 57)[::-1, ::-2],)),
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
    both_neighbours(values(5))
    assert "is kept: what it is made from changes before it is read" in notes(both_neighbours)


@pytest.mark.parametrize("kernel", [shifted_up, upwind, upwind_corner])
def test_a_copy_goes_where_its_loop_can_run_backwards(kernel: Any) -> None:
    kernel(values(9, 7) if kernel is upwind_corner else values(9))
    assert "allocatable" not in kernel.fortran()
    assert notes(kernel).count("runs backwards") == 1


@pytest.mark.parametrize("kernel", [shifted_down, red_and_black])
def test_a_copy_that_nothing_needs_goes(kernel: Any) -> None:
    kernel(values(9))
    assert "allocatable" not in kernel.fortran()


def test_memory_of_a_loop_is_allocated_before_it() -> None:
    steps(values(5, 6), 2)
    assert "deallocate" not in steps.fortran()
    assert "1 array of the loop is allocated once, before it" in notes(steps)


# -- exceptions between loops --------------------------------------------------------------------


@nm.jit
def fails_after_the_first(x: nm.f8[:], y: nm.f8[:], p: nm.f8[:], q: nm.f8[:]) -> None:
    s = np.sqrt(x)
    p[:] = s + 1
    q[:] = s * y


@nm.jit
def fails_in_a_later_turn(x: nm.f8[:, :], y: nm.f8[:], n: nm.i8) -> None:
    for k in range(n):
        x *= 2
        x += y
        y[:] = y + x[k]


@nm.jit
def fails_on_one_path(x: nm.f8[:], y: nm.f8[:], n: nm.i8) -> None:
    x += 1
    if n > 3:
        x += y
    x *= 2


@nm.jit
def fails_unless_it_ends(x: nm.f8[:], y: nm.f8[:], n: nm.i8) -> None:
    x += 1
    for _ in range(n):
        x *= 2
        x += y


@nm.jit
def asserts(x: nm.f8[:], n: nm.i8) -> Any:
    t = x * 2
    x[:] = t + 1
    assert n > 3, "too few"
    x += t
    return t


@nm.jit
def returns_late(x: nm.f8[:], y: nm.f8[:]) -> Any:
    x += 1
    return x + y


FAILING: list[tuple[Any, tuple[Any, ...]]] = [
    (fails_after_the_first, (values(5), values(5), values(5), values(5))),
    (fails_after_the_first, (values(5), values(5), values(5), values(4))),
    (fails_after_the_first, (values(5), values(5), values(4), values(5))),
    (fails_after_the_first, (values(5), values(3), values(5), values(5))),
    (fails_after_the_first, (values(5), values(1), values(5), values(5))),
    (fails_after_the_first, (values(1), values(5), values(5), values(5))),
    (fails_after_the_first, (values(0), values(0), values(0), values(3))),
    (fails_in_a_later_turn, (values(3, 4), values(4), 3)),
    (fails_in_a_later_turn, (values(3, 4), values(3), 3)),
    (fails_in_a_later_turn, (values(3, 4), values(3), 0)),
    (fails_in_a_later_turn, (values(3, 4), values(1), 2)),
    (fails_on_one_path, (values(5), values(5), 5)),
    (fails_on_one_path, (values(5), values(4), 5)),
    (fails_on_one_path, (values(5), values(4), 2)),
    (fails_unless_it_ends, (values(5), values(4), 0)),
    (fails_unless_it_ends, (values(5), values(4), 2)),
    (fails_unless_it_ends, (values(5), values(5), 2)),
    (asserts, (values(5), 4)),
    (asserts, (values(5), 3)),
    (returns_late, (values(5), values(4))),
    (returns_late, (values(5), values(5))),
]


def outcome(function: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """What a call returns or raises, and its arguments after it."""
    own = [x.copy() if isinstance(x, np.ndarray) else x for x in arguments]
    try:
        result: Any = function(*own)
    except (ValueError, AssertionError) as problem:
        result = (type(problem),)
    return result, own


@pytest.mark.parametrize("case", range(len(FAILING)))
def test_what_was_written_before_an_exception_stays(case: int) -> None:
    kernel, arguments = FAILING[case]
    for _again in range(2):
        got, mine = outcome(kernel, arguments)
        expected, theirs = outcome(kernel.py_func, arguments)
        assert type(got) is type(expected)
        if isinstance(expected, tuple):
            assert got == expected
        else:
            np.testing.assert_array_equal(got, expected)
        for one, other in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_arguments_that_overlap_and_do_not_fit() -> None:
    mine, theirs = values(12), values(12)
    for function, x in ((fails_after_the_first, mine), (fails_after_the_first.py_func, theirs)):
        with pytest.raises(ValueError, match="broadcast"):
            function(x[:5], x[1:6], x[4:9], x[8:])
    np.testing.assert_allclose(mine, theirs)


# -- names that loops hand on ---------------------------------------------------------------------


@nm.jit
def handed_on(m: nm.f8[:, :], x: nm.f8[:], n: nm.i8) -> Any:
    for _ in range(n):
        y = np.zeros_like(x)
        for i in range(x.shape[0]):
            for j in range(x.shape[0]):
                y[i] += m[i, j] * x[j]
        x = y / np.sqrt(np.sum(y * y))
    return x[0] + x[1]


@nm.jit
def one_row_at_a_time(x: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    t = np.exp(x)
    u = t - np.sum(t, axis=1, keepdims=True)
    out[:, :] = u * np.max(u, axis=1, keepdims=True) + t[::-1]


@nm.jit
def sums_of_neighbours(x: nm.f8[:]) -> Any:
    t = np.exp(x)
    return np.sum(t[1:] * t[:-1]) + np.sum(t)


@nm.jit
def parallel_rows(x: nm.f8[:, :], out: nm.f8[:]) -> None:
    for i in nm.prange(x.shape[0]):
        t = np.exp(x[i]) - np.max(x[i])
        out[i] = np.sum(t / (1 + t * t))


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (3, 32), (5, 33), (4, 517), (3, 1100), (0, 4)])
def test_rows_of_all_lengths(shape: tuple[int, int]) -> None:
    x = values(*shape)
    for kernel, out in ((one_row_at_a_time, values(*shape)), (parallel_rows, values(shape[0]))):
        mine, theirs = out.copy(), out.copy()
        kernel(x, mine)
        kernel.py_func(x, theirs)
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    row = values(shape[1] + 1)
    np.testing.assert_allclose(sums_of_neighbours(row), sums_of_neighbours.py_func(row), rtol=1e-13)


def test_an_array_that_iterations_hand_on() -> None:
    for n in (0, 1, 5):
        x, m = values(4), values(4, 4)
        np.testing.assert_allclose(handed_on(m, x, n), handed_on.py_func(m, x, n), rtol=1e-13)


def test_loops_are_not_joined_across_a_procedure_that_reads_what_the_first_makes():
    @nm.jit
    def norms(a):
        return np.linalg.norm(a, 1), np.linalg.norm(a, -1), np.linalg.norm(a, np.inf)

    same_as_python(norms, np.arange(-6.0, 14.0).reshape(4, 5))


def test_output_with_fewer_axes_than_the_operands_raises():
    @nm.jit
    def added(a, b):
        return np.add(a, a, out=b)

    for mask in (np.zeros(4), np.zeros((3, 4))):
        with pytest.raises(ValueError, match="broadcast"):
            added(np.ones((2, 3, 4)), mask)


@nm.jit
def limited_fluxes(field: nm.f8[:, :], out: nm.f8[:, :]) -> None:
    lap = 4.0 * field[1:-1, :] - (field[2:, :] + field[:-2, :])
    flux = lap[1:, :] - lap[:-1, :]
    flux = np.where(flux * (field[2:-1, :] - field[1:-2, :]) > 0, 0, flux)
    out[:, :] = field[2:-2, :] - (flux[1:, :] - flux[:-1, :])


@nm.jit
def limited_in_place(field: nm.f8[:, :]) -> None:
    flux = field[1:, :] - field[:-1, :]
    flux = np.where(flux > 0.1, 0.1, flux) + field[1:, :] * 0.5
    field[1:-1, :] += flux[1:, :] - flux[:-1, :]


@nm.jit
def gathered_neighbours(x: nm.f8[:], where: nm.i8[:], out: nm.f8[:]) -> None:
    picked = x[where] * 2 + x[where] * x[where]
    out[:] = picked[1:] - picked[:-1]


@nm.jit
def column_sweep(a: nm.f8[:, :], b: nm.f8[:, :]) -> Any:
    n, m = a.shape
    c = np.empty((n, m))
    c[:, 0] = a[:, 0] * 2
    for k in range(1, m):
        w = b[:, k] * 0.5
        c[:, k] = (a[:, k] - c[:, k - 1] * w) / (2 + w)
    x = c[:, m - 1].copy()
    for k in range(m - 2, -1, -1):
        x = c[:, k] - b[:, k] * x
        a[:, k] = x
    return x


@pytest.mark.parametrize("special", [0.0, np.nan, np.inf])
def test_what_neighbours_read_is_computed_anew(special: float) -> None:
    field = values(9, 5)
    field[4, 2] = special
    same_as_python(limited_fluxes, field, np.zeros((5, 5)))
    limited_fluxes(field, np.zeros((5, 5)))
    assert " is kept" not in notes(limited_fluxes)
    same_as_python(limited_in_place, field)
    same_as_python(limited_in_place, np.asfortranarray(field))
    limited_in_place(field)
    assert " is kept" in notes(limited_in_place)


def test_elements_picked_by_an_array_are_picked_once() -> None:
    arguments = values(6), np.array([5, 0, 3, 3, -1]), np.zeros(4)
    same_as_python(gathered_neighbours, *arguments)


@pytest.mark.parametrize("shape", [(4, 6), (1, 2), (3, 2), (0, 5)])
def test_a_sweep_over_columns_runs_row_by_row(shape: tuple[int, int]) -> None:
    a, b = values(*shape), values(*shape)
    same_as_python(column_sweep, a, b)
    same_as_python(column_sweep, np.asfortranarray(a), b)
    column_sweep(a, b)
    assert "(m,) is kept" in notes(column_sweep) or "(a.shape[1],) is kept" in notes(column_sweep)
