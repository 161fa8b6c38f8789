"""Whether any of several flags is set: flags beyond the first are read where that is safe, and the
answer is Python's, out of range and in every order of what happens between.
"""
# ruff: noqa: SIM108, SIM109, SIM110 - the kernels are written as users write them

import subprocess
import sys

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

from .cases import Cases

case = Cases()


def flags(seed, *shape, p=0.5):
    return np.random.default_rng(seed).random(shape) < p


def numbers(seed, size, low, high):
    return np.random.default_rng(seed).integers(low, high, size)


def is_asked_at_once(kernel, *args):
    kernel(*(arg.copy() if isinstance(arg, np.ndarray) else arg for arg in args))
    return any("flags are read at once" in line for line in kernel.explain().splitlines())


@nm.jit
def next_free(a: nm.b1[:], b: nm.b1[:], c: nm.b1[:], starts: nm.i8[:]) -> int:
    total = 0
    for k in range(starts.shape[0]):
        i = starts[k]
        while i < a.shape[0] and (a[i] or b[i + k] or c[i - 3]):
            i += 1
        total += i * (k + 1)
    return total


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_flags_are_read_at_once(p):
    for seed in range(5):
        args = [flags(seed, 40, p=p), flags(seed + 1, 60, p=p), flags(seed + 2, 40, p=p)]
        args.append(numbers(seed, 20, -5, 40))
        same_as_python(next_free, *args)
    assert is_asked_at_once(next_free, *args)


def test_a_flag_out_of_range_that_python_does_not_read():
    a, b = np.ones(40, bool), flags(1, 7)
    a[5] = False
    b[5] = False
    starts = np.arange(40)
    starts[:7] = 5
    args = a, b, starts, np.zeros(40, np.bool_)
    same_as_python(pairs, *args)
    assert is_asked_at_once(pairs, *args)


@nm.jit
def pairs(a: nm.b1[:], b: nm.b1[:], at: nm.i8[:], out: nm.b1[:]) -> int:
    count = 0
    for k in range(at.shape[0]):
        if a[at[k]] or b[at[k]]:
            out[k] = True
            count += 1
    return count


@pytest.mark.parametrize("length", [0, 1])
def test_empty_arrays_whose_flags_are_not_asked_for(length):
    a, b = np.ones(30, bool), np.zeros(length, bool)
    same_as_python(pairs, a, b, np.arange(-30, 30), np.zeros(60, bool))
    same_as_python(pairs, b, b, np.arange(0), np.zeros(0, bool))


def test_an_index_error_comes_where_python_raises_it():
    a, b = np.ones(9, bool), np.ones(4, bool)
    a[6] = False
    same_as_python(pairs, a, b, np.arange(9), np.zeros(9, bool), modes=["checks"])
    a[6], a[2], b[2] = True, False, False
    same_as_python(pairs, a, b, np.arange(9), np.zeros(9, bool))


def test_no_memory_outside_the_arrays_is_read():
    """The arrays end where a page that cannot be read begins."""
    program = """
import ctypes, mmap
import numpy as np
from tests.language.test_flags import next_free, pairs
libc = ctypes.CDLL(None, use_errno=True)
kept = []
def at_the_end(values):
    page = mmap.PAGESIZE
    memory = mmap.mmap(-1, 3 * page)
    kept.append(memory)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    for guard in (start, start + 2 * page):
        assert libc.mprotect(ctypes.c_void_p(guard), ctypes.c_size_t(page), 0) == 0
    out = np.frombuffer(memory, np.bool_, len(values), 2 * page - len(values))
    out[:] = values
    return out
big = 10**7
for length in (0, 1, 5):
    a, b, c = (at_the_end(np.ones(n, bool)) for n in (20, length, length))
    at = np.arange(-20, 20)
    pairs(a, b, at, np.zeros(40, bool))
    pairs(at_the_end(np.ones(4096, bool)), b, np.arange(4096), np.zeros(4096, bool))
    next_free(a, b, c, np.arange(20))
    next_free(a, b, c, np.arange(-20, 0))
print("read nothing else")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "read nothing else\n"), done.stderr


@nm.jit
def every_form(a: nm.b1[:], b: nm.b1[:], c: nm.b1[:], at: nm.i8[:], out: nm.i8[:, :]) -> None:
    for k in range(at.shape[0]):
        i = at[k]
        if a[i] or b[i]:
            out[k, 0] = 1
        if not a[i] and not b[i - 1]:
            out[k, 1] = 1
        if not (a[i] or b[i] or c[i]):
            out[k, 2] = 1
        if not a[i] or b[i]:
            out[k, 3] = 1
        if a[i] and b[i] and c[i]:
            out[k, 4] = 1
        if not (a[i] and not b[i]) and c[i]:
            out[k, 5] = 1
        if (a[i] or b[i]) or (c[i] or a[i - 1]):
            out[k, 6] = 1
        if (a[i] or b[i]) and (c[i] or a[i - 1]):
            out[k, 7] = 1
        if not a[i] and not b[i] and not (c[i] or a[i - 2]) and not c[i - 2]:
            out[k, 8] = 1
        if (not a[i]) and k > 2 and not b[i]:
            out[k, 9] = 1
        x = a[i] or b[i]
        y = not c[i] and not b[i]
        out[k, 10] = x
        out[k, 11] = 5 if y or c[i - 1] else 7
        out[k, 12] = (a[i] or b[i]) + (b[i] or c[i])
        out[k, 13] = a[i] or at[k - 1]
        out[k, 14] = a[i] or b[i] or at[k - 1]


def test_every_form_of_the_question():
    for seed in range(4):
        a, b, c = (flags(seed + 10 * k, 12) for k in range(3))
        same_as_python(every_form, a, b, c, numbers(seed, 50, -10, 12), np.zeros((50, 15), int))


def test_strides_orders_and_bytes_that_are_neither_0_nor_1():
    a, b, c = (flags(k, 24) for k in range(3))
    at, out = numbers(1, 50, -10, 12), np.zeros((50, 15), int)
    same_as_python(every_form, a[::2], b[::-2], c[5:17], at, out)
    odd = np.array([0, 1, 2, 128, 255, 0, 7, 0, 3, 0, 0, 64], np.uint8).view(np.bool_)
    same_as_python(every_form, odd, odd[::-1], c[:12], at, out)


@nm.jit
def of_two_axes(wall: nm.b1[:, :], seen: nm.b1[:, :], at: nm.i8[:, :]) -> int:
    count = 0
    for k in range(at.shape[0]):
        i, j = at[k, 0], at[k, 1]
        while not wall[i, j] and not seen[j - 1, i]:
            seen[j - 1, i] = True
            count += 1
            j -= 1
    return count


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_two_axes(order):
    for seed in range(3):
        wall, seen = (np.array(flags(seed + k, 9, 9, p=0.2), order=order) for k in range(2))
        args = wall, seen, numbers(seed, (30, 2), 0, 9)
        same_as_python(of_two_axes, *args)
    assert is_asked_at_once(of_two_axes, *args)


@nm.jit
def of_its_own(n: int, starts: nm.i8[:]) -> int:
    one = np.zeros(n, np.bool_)
    other = np.zeros((n, 2), np.bool_)
    count = 0
    for k in range(starts.shape[0]):
        i = starts[k]
        while one[i] or other[i, 1] or other[i - 1, 0]:
            i += 1
        one[i] = True
        other[i, i % 2] = True
        count += i
    return count


@pytest.mark.parametrize("n", [1, 30])
def test_arrays_of_the_kernel(n):
    same_as_python(of_its_own, n, numbers(n, n // 3 + n % 3 % 2, 0, max(n // 2, 1)))
    same_as_python(of_its_own, 0, np.zeros(0, np.int64))


def set_and_tell(array, i):
    was = array[i]
    array[i] = True
    return was


@nm.jit
def with_effects(a: nm.b1[:], b: nm.b1[:], at: nm.i8[:]) -> int:
    count = 0
    for k in range(at.shape[0]):
        i = at[k]
        if a[i] or set_and_tell(b, i):
            count += 1
        if set_and_tell(a, i - 1) or b[i - 1]:
            count += 100
        if (x := a[i]) or b[i - 2]:
            count += 10000 * x
        flag = a[i - 3]
        a[i - 3] = not flag
        if flag or b[i - 3]:
            count += 1000000
    return count


def test_what_is_asked_may_have_effects():
    for seed in range(4):
        same_as_python(
            with_effects, flags(seed, 15), flags(seed + 9, 15), numbers(seed, 40, -12, 15)
        )


@nm.jit
def by_other_arrays(a: nm.b1[:], b: nm.b1[:], p: nm.i8[:], q: nm.i8[:]) -> int:
    count = 0
    for k in range(p.shape[0]):
        if a[p[k]] or b[q[p[k]]]:
            count += k
        if a[p[k]] or b[p[k] // 2 % 5]:
            count += 3 * k
    return count


def test_an_index_that_is_read_only_if_asked_for():
    a, b = flags(3, 20), flags(4, 20)
    a[8:] = True
    same_as_python(by_other_arrays, a, b, numbers(1, 60, 0, 20), numbers(2, 8, 0, 20))


@nm.jit
def by_ifs(a: nm.b1[:], b: nm.b1[:], at: nm.i8[:], out: nm.b1[:]) -> int:
    count = 0
    last = False
    for k in range(at.shape[0]):
        if a[at[k]]:
            found = True
        else:
            found = b[at[k]]
        out[k] = found or last
        if not found:
            last = b[at[k] - 1]
        else:
            last = False
        count += found + 2 * last
    return count


def test_names_that_ifs_set():
    for seed in range(4):
        args = flags(seed, 15), flags(seed + 5, 15), numbers(seed, 40, -14, 15)
        same_as_python(by_ifs, *args, np.zeros(40, bool))


@nm.jit
def shared(a: nm.b1[:], b: nm.b1[:], at: nm.i8[:]) -> int:
    count = 0
    for k in range(at.shape[0]):
        i = at[k]
        while i < a.shape[0] - 1 and (a[i] or b[i]):
            b[i] = False
            i += 1
            count += 1
        a[i] = True
    return count


def test_arrays_that_share_memory():
    base = flags(2, 40, p=0.7)
    at = numbers(1, 20, 0, 30)
    same_as_python(shared, base, base, at)
    same_as_python(shared, base[1:], base[:-1], at)
    same_as_python(shared, base[:-1], base[1:], at)
    same_as_python(shared, base, flags(3, 40), at)


@nm.jit
def in_parallel(a: nm.b1[:], b: nm.b1[:], out: nm.i8[:]) -> int:
    for k in nm.prange(out.shape[0]):
        i = k
        while i < a.shape[0] - 1 and (a[i] or b[i]):
            i += 1
        out[k] = i
    found = 0
    for k in nm.prange(out.shape[0]):
        if a[k] or b[k - 1]:
            found += 1
    return found


@nm.jit
def written_in_parallel(a: nm.b1[:], b: nm.b1[:]) -> int:
    found = 0
    for k in nm.prange(a.shape[0]):
        if a[k] or b[k]:
            found += 1
        b[k] = not a[k]
    return found


def test_parallel_loops():
    for seed in range(3):
        a, b = flags(seed, 300, p=0.8), flags(seed + 5, 300, p=0.8)
        same_as_python(in_parallel, a, b, np.zeros(300, np.int64))
        same_as_python(written_in_parallel, a, b)
    assert is_asked_at_once(in_parallel, a, b, np.zeros(300, np.int64))
    assert not is_asked_at_once(written_in_parallel, a, b)


@nm.jit
def first_free(a: nm.b1[:], b: nm.b1[:], start: int) -> int:
    while a[start] or b[start]:
        start += 1
    return start


@nm.jit
def calls(a: nm.b1[:], b: nm.b1[:], out: nm.i8[:]) -> None:
    for k in range(out.shape[0]):
        out[k] = first_free(a[k:], b[: b.shape[0] - k], 0)


def test_a_kernel_that_is_called():
    a, b = flags(1, 60), flags(2, 60)
    a[30:] = False
    b[:] = b & (np.arange(60) < 20)
    same_as_python(calls, a, b, np.zeros(20, np.int64))


@case((flags(1, 4),))
@nm.jit
def fixed_shapes(a: nm.b1[4]) -> int:
    table = np.array([True, False, False, True])
    count = 0
    for i in nm.range(-4, 4):
        if a[i] or table[i]:
            count += 10 + i
        if not table[i] and not a[i - 0]:
            count += 100
    return count


@case((np.array(True), flags(1, 9)), (np.array(False), flags(2, 9)))
@nm.jit
def no_axes(a: nm.b1[()], b: nm.b1[:]) -> int:
    count = 0
    for i in range(b.shape[0]):
        if b[i] or a[()]:
            count += 1
    return count


@nm.jit
def queens(
    n: int, place: nm.i8[:], column_taken: nm.b1[:], up_taken: nm.b1[:], down_taken: nm.b1[:]
) -> int:
    solutions = 0
    row = 0
    place[0] = -1
    while row >= 0:
        column = place[row]
        if column >= 0:
            column_taken[column] = False
            up_taken[row + column] = False
            down_taken[row - column] = False
        column += 1
        while column < n:
            if not (column_taken[column] or up_taken[row + column] or down_taken[row - column]):
                break
            column += 1
        if column == n:
            row -= 1
        elif row == n - 1:
            solutions += 1
            row -= 1
        else:
            place[row] = column
            column_taken[column] = True
            up_taken[row + column] = True
            down_taken[row - column] = True
            row += 1
            place[row] = -1
    return solutions


@pytest.mark.parametrize("n", [1, 4, 6])
def test_queens_with_diagonals_counted_from_the_end(n):
    taken = [np.zeros(k, bool) for k in (n, 2 * n, 2 * n)]
    args = n, np.zeros(n, np.int64), *taken
    assert same_as_python(queens, *args) == {1: 1, 4: 2, 6: 4}[n]
    assert is_asked_at_once(queens, *args)
