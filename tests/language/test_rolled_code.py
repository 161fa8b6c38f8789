"""Repeated code that becomes a loop, and long code that is cut, give what plain Python gives."""

import importlib
import re

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

N = 80
COEFFICIENTS = tuple(np.random.default_rng(3).uniform(-0.9, 0.9, N).tolist())
PLACES = tuple(np.random.default_rng(4).integers(0, N, N).tolist())


def floats(seed=1, n=4 * N):
    return np.random.default_rng(seed).standard_normal(n)


def same_bits(kernel, *args):
    """As Python in all modes, and to the last bit: none of these kernels calls a function."""
    same_as_python(kernel, *args)
    for mode in ("default", "exact", "checks"):
        ours = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        theirs = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        with np.errstate(all="ignore"):
            expected = kernel.py_func(*theirs)
        found = in_mode(kernel, mode)(*ours)
        assert np.asarray(found).tobytes() == np.asarray(expected).tobytes()
        for a, b in zip(ours, theirs, strict=True):
            assert np.asarray(a).tobytes() == np.asarray(b).tobytes()


def loops(kernel, *args):
    """How many loops, and how many lines of assignments, the text has."""
    text = kernel.fortran(*args)
    starts = len(re.findall(r"^ *(?:\w+: )?do \w+ = ", text, re.MULTILINE))
    assignments = len(re.findall(r"^ *\w+(?:\(.*?\))? = ", text, re.MULTILINE))
    return starts, assignments


def is_rolled(kernel, *args):
    starts, assignments = loops(kernel, *args)
    return starts == 1 and assignments < 16


def recurrence(a: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        a[k + 1] = a[k] * 1.5 + a[k + 2]


def backwards(a: nm.f8[:]) -> None:
    for k in nm.unroll(N, 0, -1):
        a[k] = a[k - 1] * 0.5 - a[k + 1] * 2.0


def strided(a: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        a[3 * k + 1] = a[2 * k] * a[k] + 1.0


def swapped(a: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        a[k], a[2 * N - k] = a[2 * N - k] * 2.0, a[k] + 1.0


def three_statements(a: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        a[k] = a[k + 1] * 3.0
        a[k + 5] = a[k] - a[k + 2]
        a[2 * k] = a[k + 5] * a[k]


def old_value(a: nm.f8[:]) -> None:
    first = a[0] * 2.0
    for k in nm.unroll(N):
        a[k] = a[k + 1] * first + a[0]


def numbers(a: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        a[k] = a[k] * k - (k - 7)


def tables(a: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        a[k + 1] = a[PLACES[k]] * COEFFICIENTS[k] + a[k]


def from_the_end(a: nm.f8[:]) -> None:
    for k in nm.unroll(1, N):
        a[-k] = a[k] * 2.0 + a[-k - 1]


@pytest.mark.parametrize(
    "function",
    [
        recurrence,
        backwards,
        strided,
        swapped,
        three_statements,
        old_value,
        numbers,
        tables,
        from_the_end,
    ],
)
def test_one_array_repeated_statements(function):
    kernel = nm.jit(function)
    assert is_rolled(kernel, floats())
    same_bits(kernel, floats())


def two_arrays(a: nm.f8[:], b: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        b[k] = a[k] + b[k + 1]
        a[k + 1] = b[k] * 0.5


def shared_loads(a: nm.f8[:], b: nm.f8[:]) -> None:
    for k in nm.unroll(N):
        b[k] = (a[k + 1] - a[k]) * (a[k + 2] + a[k])


@pytest.mark.parametrize("function", [two_arrays, shared_loads])
def test_two_arrays_also_where_they_overlap(function):
    kernel = nm.jit(function)
    assert is_rolled(kernel, floats(), floats(2))
    same_bits(kernel, floats(), floats(2))
    both = floats()
    same_as_python(kernel, both, both)
    same_as_python(kernel, both[1:], both[:-1])
    same_as_python(kernel, both[:-3], both[3:])
    same_as_python(kernel, both[::-1], both)


def chain(a: nm.f8[:]) -> float:
    s = 1.0
    for c, k in zip(COEFFICIENTS, PLACES):  # noqa: B905
        s = s * c + a[k]
    return s


def prefix(a: nm.f8[:]) -> float:
    s = 0.0
    for k in nm.unroll(N):
        s += a[k]
        a[k] = s
    return s * 2.0


def rotation(a: nm.f8[:]) -> float:
    x, y = a[0], a[1]
    for _ in nm.unroll(N):
        x, y = x * 0.6 - y * 0.8, x * 0.8 + y * 0.6
    a[2] = x
    return y


def two_back(a: nm.f8[:]) -> float:
    x, y = a[0], a[1]
    for k in nm.unroll(N):
        x, y = y, x * 0.5 + y * a[k]
    return y


def three_back(a: nm.f8[:]) -> float:
    x, y, z = a[0], a[1], a[2]
    for k in nm.unroll(90):
        x, y, z = y, z, x * 0.5 + a[k]
    return x + y * z


@pytest.mark.parametrize("function", [chain, prefix, rotation, two_back, three_back])
def test_chains_carry_their_values(function):
    kernel = nm.jit(function)
    assert is_rolled(kernel, floats())
    same_bits(kernel, floats())


@nm.jit
def looked_at_midway(a: nm.f8[:]) -> float:
    s = 0.0
    middle = 0.0
    for k in nm.unroll(N):
        s = s + a[k]
        if k == 37:
            middle = s
    return s * middle


def test_a_value_of_the_middle_is_kept():
    same_bits(looked_at_midway, floats())


@nm.jit
def one_is_odd(a: nm.f8[:]) -> None:
    for k in nm.unroll(2 * N):
        a[k + 1] = a[k] - a[k + 2] * 0.5 if k != N else a[3] * a[k]


def test_a_run_that_one_statement_breaks_is_two_loops():
    starts, assignments = loops(one_is_odd, floats())
    assert starts == 2
    assert assignments < 8
    same_bits(one_is_odd, floats())


@nm.jit
def short(a: nm.f8[:]) -> None:
    for k in nm.unroll(15):
        a[k + 1] = a[k] * 2.0 + a[k + 2] * a[k + 3] * (a[k + 4] - a[k + 5])


def test_short_code_stays_as_it_was_written():
    assert loops(short, floats()) == (0, 15)
    same_bits(short, floats())


@nm.jit
def inside(a: nm.f8[:, :]) -> None:
    for i in nm.range(a.shape[0]):
        s = 0.0
        for k in nm.unroll(300):
            s += a[i, k] * COEFFICIENTS[k % N]
            a[i, k] = s
        a[i, 0] = s


def test_code_in_a_compiled_loop():
    a = floats(5, 7 * 300).reshape(7, 300)
    assert loops(inside, a)[0] == 2
    same_bits(inside, a)
    same_as_python(inside, np.asfortranarray(a))


@pytest.mark.parametrize(
    "code", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "c8", "c16"]
)
def test_element_types_and_wrapping(code):
    def function(a, b):
        for k in nm.unroll(N):
            a[k + 1] = a[k] * b[k] + b[2 * k]

    kernel = nm.jit(function)
    a = (floats() * 100).astype("i8").astype(code)
    same_as_python(kernel, a, a[::-1].copy())
    same_as_python(kernel, a, a)


def test_an_index_outside_raises_where_python_does():
    @nm.jit(checks=True)
    def kernel(a: nm.f8[:], b: nm.f8[:]) -> None:
        for k in nm.unroll(N):
            b[k] = a[k] + 1.0

    assert is_rolled(kernel, floats(), floats())
    a, b = floats(n=50), np.zeros(N)
    with pytest.raises(IndexError, match=r"index 50 is out of bounds for axis 0 with size 50"):
        kernel(a, b)
    assert np.array_equal(b[:50], a + 1.0)
    assert not b[50:].any()


def irregular(count, seed):
    """The source of a kernel of statements of which no two neighbours are alike."""
    numbers = np.random.default_rng(seed)

    def tree(depth):
        if depth == 0 or numbers.random() < 0.2:
            kind = numbers.integers(3)
            return f"{'ab'[kind]}[{numbers.integers(64)}]" if kind < 2 else "s"
        return f"({tree(depth - 1)} {numbers.choice(['+', '-', '*'])} {tree(depth - 1)})"

    lines = ["def kernel(a: nm.f8[:], b: nm.f8[:]) -> float:", "    s = 0.5"]
    for _ in range(count):
        target = ["s", f"a[{numbers.integers(64)}]", f"b[{numbers.integers(64)}]"]
        lines.append(f"    {target[numbers.integers(3)]} = ({tree(3)}) * 0.125")
    return "\n".join([*lines, "    return s"])


@nm.jit
def smoothed(a: nm.f8[:], times: int) -> None:
    if times == 0:
        return
    for k in nm.unroll(N):
        a[k] = a[k + 1] * COEFFICIENTS[k] + a[k]
    smoothed(a, times - 1)


@nm.jit
def summed(n: int) -> int:
    if n == 0:
        return 0
    if n < 0:
        raise ValueError("a negative number")
    return n + summed(n - 1)


def test_a_recursive_procedure_is_rolled_with_a_table_of_its_own():
    text = smoothed.fortran(floats(), 3)
    assert "parameter :: table" in text
    assert text.index("contains") < text.index("parameter :: table")
    assert is_rolled(smoothed, floats(), 3)
    same_bits(smoothed, floats(), 3)


def calls_between(a: nm.i8[:], b: nm.i8[:]) -> int:
    total = 0
    for k in nm.unroll(20):
        a[k + 1] = a[k] + 3
        b[k] = summed(a[k] % 5) + a[k + 1]
        total += b[k]
    return total


def test_calls_in_repeated_code_keep_their_order():
    a = np.arange(30)
    same_as_python(nm.jit(calls_between), a, a[::-1].copy())


def long_code(tmp_path, monkeypatch, name, text):
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(name)


def test_an_error_in_a_call_leaves_the_piece_and_the_kernel(tmp_path, monkeypatch):
    text = irregular(600, 5).replace(
        "    return s", "    b[0] = summed(n)\n    b[1] = s\n    return s"
    )
    text = text.replace("b: nm.f8[:])", "b: nm.f8[:], n: int)")
    lines = "import numeta as nm\nfrom tests.language.test_rolled_code import summed\n"
    kernel = nm.jit(long_code(tmp_path, monkeypatch, "long_code_with_call", lines + text).kernel)
    a, b = floats(n=64), floats(2, 64)
    assert kernel.fortran(a, b, 3).count("call piece") > 2
    same_as_python(kernel, a, b, 3)
    theirs = b.copy()
    with pytest.raises(ValueError, match="a negative number"):
        kernel(a.copy(), b, -1)
    with pytest.raises(ValueError, match="a negative number"):
        kernel.py_func(a.copy(), theirs, -1)
    assert np.array_equal(b, theirs)


def test_long_code_of_a_recursive_procedure_is_left_whole(tmp_path, monkeypatch):
    text = "import numeta as nm\n@nm.jit\n" + irregular(450, 6).replace(
        "    return s", "    return s + kernel(a, b, n - 1)"
    )
    text = text.replace("b: nm.f8[:])", "b: nm.f8[:], n: int)")
    text = text.replace("    s = 0.5", "    if n == 0:\n        return 0.0\n    s = 0.5")
    kernel = long_code(tmp_path, monkeypatch, "long_recursive_code", text).kernel
    a, b = floats(n=64), floats(2, 64)
    assert "piece" not in kernel.fortran(a, b, 3)
    same_as_python(kernel, a, b, 3)


def test_long_irregular_code_is_cut(tmp_path, monkeypatch):
    text = "import numeta as nm\n" + irregular(1500, 8)
    irregular_code = long_code(tmp_path, monkeypatch, "irregular_code", text)
    kernel = nm.jit(irregular_code.kernel)
    a, b = floats(n=64), floats(2, 64)
    assert kernel.fortran(a, b).count("call piece") > 5
    same_bits(kernel, a, b)
    same_as_python(kernel, a, a)
    with pytest.raises(IndexError):  # the check leaves the piece and the kernel
        nm.jit(irregular_code.kernel, checks=True)(a[:60], b)
