"""Nests whose loops could change places give what Python's order gives, to the last bit.

Every kernel is compared with its undecorated function on random numbers among which stand
infinities, NaNs, signed zeros and numbers of very different size, so that a sum in another order
is another sum. NaNs are equal to NaNs; all else is compared as bits.
"""

import importlib.util
import random
import re
from itertools import permutations

import numpy as np
import pytest

import numeta as nm
from numeta.testing import in_mode, same_as_python

MODES = ("default", "exact", "checks")


def numbers(*shape, seed=0, special=True, order="C"):
    generator = np.random.default_rng(seed)
    made = generator.standard_normal(shape) * 10.0 ** generator.integers(-8, 9, shape)
    if special:
        chosen = generator.random(shape)
        for k, value in enumerate((np.inf, -np.inf, np.nan, -0.0, 0.0)):
            made[(chosen > k / 50) & (chosen < (k + 1) / 50)] = value
    return np.asarray(made, order=order)


def bits(array):
    return np.where(np.isnan(array), np.nan, array).view(np.uint64)


def bit_equal(kernel, *arguments, modes=MODES):
    """The kernel and its function leave the same bits in every argument, in every mode."""
    expected = [a.copy(order="K") if isinstance(a, np.ndarray) else a for a in arguments]
    with np.errstate(all="ignore"):
        kernel.__wrapped__(*expected)
    for mode in modes:
        given = [a.copy(order="K") if isinstance(a, np.ndarray) else a for a in arguments]
        in_mode(kernel, mode)(*given)
        for mine, theirs in zip(given, expected, strict=True):
            if isinstance(mine, np.ndarray):
                np.testing.assert_array_equal(bits(mine), bits(theirs), err_msg=mode)


def loops(kernel, *arguments):
    """The names of the loops in the emitted Fortran, in its order."""
    return "".join(re.findall(r"\bdo (\w+) =", kernel.fortran(*arguments)))


def written(source, name, folder):
    """The kernel `name` of a source text."""
    path = folder / f"{name}.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return nm.jit(getattr(module, name))


MATMUL = """
def matmul(a, b, c):
    n, m, l = c.shape[0], c.shape[1], a.shape[1]
    for {0} in nm.range({{"i": n, "j": m, "k": l}}["{0}"]):
        for {1} in nm.range({{"i": n, "j": m, "k": l}}["{1}"]):
            for {2} in nm.range({{"i": n, "j": m, "k": l}}["{2}"]):
                c[i, j] += a[i, k] * b[k, j]
"""


@pytest.mark.parametrize("names", list(permutations("ijk")), ids="".join)
def test_matmul_in_any_written_order(names, tmp_path):
    matmul = written("import numeta as nm\n" + MATMUL.format(*names), "matmul", tmp_path)
    a, b, c = numbers(7, 9, seed=1), numbers(9, 5, seed=2), numbers(7, 5, seed=3)
    # For each strip of a row its numbers are fetched, added to, and stored; then the rest of it.
    assert loops(matmul, a, b, c) == "i" + "stripjkjj" + "jkjj" + "kj"
    bit_equal(matmul, a, b, c)
    bit_equal(matmul, a, numbers(9, 37, seed=5), numbers(7, 37, seed=6))
    bit_equal(matmul, *(numbers(*x.shape, seed=4, special=False) for x in (a, b, c)))
    bit_equal(matmul, *(np.asfortranarray(x) for x in (a, b, c)))
    bit_equal(matmul, a[::-1, ::2], b[::2, ::-1], c[::-1, ::-1])
    for shape in ((0, 3, 2), (3, 0, 2), (3, 2, 0), (1, 1, 1)):
        n, m, k = shape
        bit_equal(matmul, numbers(n, k), numbers(k, m), numbers(n, m))


@nm.jit
def plain_matmul(a, b, c):
    for i in nm.range(c.shape[0]):
        for j in nm.range(c.shape[1]):
            for k in nm.range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


def test_matmul_on_one_array():
    x = numbers(6, 6, special=False)
    same_as_python(plain_matmul, x, x, x, modes=("exact",))
    y = numbers(8, 6, special=False)
    same_as_python(plain_matmul, y[:6], y[1:7], y[2:], modes=("exact",))
    same_as_python(plain_matmul, y[:6], x, y[2:], modes=("exact",))


@nm.jit
def wavefront(a):
    for j in nm.range(1, a.shape[1]):
        for i in nm.range(1, a.shape[0]):
            a[i, j] = a[i - 1, j] + a[i, j - 1]


@nm.jit
def skewed(a):
    for j in nm.range(1, a.shape[1]):
        for i in nm.range(a.shape[0] - 1):
            a[i, j] += 0.5 * a[i + 1, j - 1]


@nm.jit
def skewed_backward(a):
    for j in nm.range(a.shape[1] - 2, -1, -1):
        for i in nm.range(a.shape[0] - 1):
            a[i, j] += 0.5 * a[i + 1, j + 1]


@nm.jit
def skewed_twice_backward(a):
    for j in nm.range(a.shape[1] - 2, -1, -1):
        for i in nm.range(a.shape[0] - 1, 0, -1):
            a[i, j] += 0.5 * a[i - 1, j + 1]


@nm.jit
def slanted_backward(a):
    for j in nm.range(a.shape[1] - 2, -1, -1):
        for i in nm.range(1, a.shape[0]):
            a[i, j] += 0.5 * a[i - 1, j + 1]


@nm.jit
def slanted_twice_backward(a):
    for j in nm.range(a.shape[1] - 2, -1, -1):
        for i in nm.range(a.shape[0] - 2, -1, -1):
            a[i, j] += 0.5 * a[i + 1, j + 1]


@nm.jit
def transposed_in_place(a):
    for j in nm.range(min(a.shape[0], a.shape[1])):
        for i in nm.range(min(a.shape[0], a.shape[1])):
            a[i, j] += a[j, i]


@nm.jit
def both_triangles(a):
    n = min(a.shape[0], a.shape[1])
    for j in nm.range(n):
        for i in nm.range(n):
            x = a[i, j]
            a[i, j] = a[j, i]
            a[j, i] = x * 0.5


@nm.jit
def into_the_row(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[0, j] += a[i, j]


@nm.jit
def into_the_column(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[i, 0] += a[i, j]


@nm.jit
def into_the_cell(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[0, 0] += a[i, j]


@nm.jit
def into_the_last_cell(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[-1, -1] += a[i, j]


@nm.jit
def wrapping(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[i - 1, j - 1] += a[i, j]


@nm.jit
def lower_triangle(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(min(j, a.shape[0])):
            a[i, j] += 0.5 * a[i, 0]


@nm.jit
def diagonals(a):
    n = min(a.shape[0], a.shape[1])
    for j in nm.range(n):
        for i in nm.range(n - j):
            a[i + j, i] = a[i, j] + 1


@nm.jit
def strides_of_two(a):
    for j in nm.range(0, a.shape[1], 2):
        for i in nm.range(a.shape[0] - 1, -1, -3):
            a[i, j] = a[i, j] * 0.5 + j


@nm.jit
def repeated(a):
    for _t in nm.range(5):
        for j in nm.range(a.shape[1]):
            for i in nm.range(a.shape[0]):
                a[i, j] = a[i, j] * 1.5 + 1


@nm.jit
def relaxed(a):
    for _t in nm.range(9):
        for j in nm.range(1, a.shape[1] - 1):
            for i in nm.range(1, a.shape[0] - 1):
                a[i, j] = a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]


@nm.jit
def last_writer(a):
    for j in nm.range(1, a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[0, 0] = a[i, j]


@nm.jit
def gathered(a):
    for j in nm.range(a.shape[1]):
        for i in nm.range(a.shape[0]):
            a[i, (i * j) % a.shape[1]] += 0.5 * a[i, j]


NESTS = [
    (wavefront, "ij"),
    (skewed, "ji"),
    (skewed_backward, "ji"),
    (skewed_twice_backward, "ji"),
    (slanted_backward, "ij"),
    (slanted_twice_backward, "ij"),
    (transposed_in_place, "ji"),
    (both_triangles, "ji"),
    (into_the_row, "ij"),
    (into_the_column, "ij"),
    (into_the_cell, "ji"),
    (into_the_last_cell, "ji"),
    (wrapping, "ji"),
    (lower_triangle, "ji"),
    (diagonals, "ji"),
    (strides_of_two, "ij"),
    (repeated, "i" + "stripjtjj" + "jt_2jj" + "t_3j"),
    (relaxed, "tij"),
    (last_writer, "ji"),
    (gathered, "ji"),
]


@pytest.mark.parametrize(("kernel", "order"), NESTS, ids=lambda x: getattr(x, "__name__", None))
def test_nest(kernel, order):
    assert loops(kernel, nm.f8[:, :]) == order
    for shape in ((6, 6), (5, 8), (8, 3), (1, 1), (1, 4), (4, 1), (5, 35)):
        for special in (False, True):
            a = numbers(*shape, special=special, seed=shape[0])
            bit_equal(kernel, a)
            bit_equal(kernel, np.asfortranarray(a))
            bit_equal(kernel, np.repeat(a, 2, axis=1)[::-1, ::2])


def test_empty_loops_run_nothing_in_either_order():
    for shape in ((0, 3), (3, 0), (0, 0)):
        for kernel in (repeated, strides_of_two, wavefront):
            bit_equal(kernel, numbers(*shape))


def test_sums_of_rows_and_columns_into_vectors():
    @nm.jit
    def sums(a, rows, columns):
        for j in nm.range(a.shape[1]):
            for i in nm.range(a.shape[0]):
                rows[i] += a[i, j]
        for j in nm.range(a.shape[1]):
            for i in nm.range(a.shape[0]):
                columns[j] += a[i, j]

    a = numbers(9, 7, special=False)
    bit_equal(sums, a, np.zeros(9), np.zeros(7))
    bit_equal(sums, np.asfortranarray(a), np.zeros(9), np.zeros(7))
    whole = numbers(9, 9, special=False)
    same_as_python(sums, whole, whole[0], whole[:, 0], modes=("exact",))


def test_an_index_from_memory():
    @nm.jit
    def scattered(p, q, a):
        for j in nm.range(a.shape[1]):
            for i in nm.range(a.shape[0]):
                a[p[i], q[j]] = 2 * a[p[i], q[j]] + a[i, j]

    p, q = np.array([1, 1, 0, 2, 2]), np.array([0, 3, 3, 1])
    bit_equal(scattered, p, q, numbers(5, 4, special=False), modes=("default", "exact"))


def test_a_bound_from_memory_is_read_before_the_nest():
    @nm.jit
    def kernel(p: nm.i8[:], a: nm.f8[:, :]):
        n = p[0]
        for j in nm.range(n):
            for i in nm.range(p[1] + 0 * n):
                p[1] = 1
                a[i, j] = i - j

    same_as_python(kernel, np.array([3, 4]), np.zeros((4, 3)))


def test_a_negative_step_across_a_dependence_of_a_longer_distance():
    @nm.jit
    def kernel(a):
        for j in nm.range(3, a.shape[1] - 3):
            for i in nm.range(a.shape[0] - 3, 1, -2):
                a[i, j] = a[i + 2, j - 3] - 0.5 * a[i - 2, j + 3]

    bit_equal(kernel, numbers(12, 13, special=False))


class Nests:
    """Random nests over arrays of length N along every axis: source text, the same for a seed."""

    N = 9
    RANKS = {"v": 1, "a": 2, "b": 2, "w": 3}  # noqa: RUF012 - a table

    def __init__(self, seed):
        self.random = random.Random(seed)

    def header(self, name, outer):
        start, stop = "2", "n - 2"
        if outer and self.random.random() < 0.2:
            start, stop = self.random.choice([("2", f"{outer[-1]} + 1"), (outer[-1], "n - 2")])
        if self.random.random() < 0.5:
            return f"for {name} in nm.range({start}, {stop}, {self.random.choice([1, 1, 2])}):"
        step = self.random.choice([-1, -1, -2])
        return f"for {name} in nm.range({stop} - 1, {start} - 1, {step}):"

    def index(self, loops):
        one, other = self.random.choice(loops), self.random.choice(loops)
        offset = self.random.choice([0, 0, 0, -1, 1, -2, 2])
        shifted = f"{one} + {offset}" if offset >= 0 else f"{one} - {-offset}"
        odd = [f"{self.random.randrange(self.N)}", "-1", f"({one} + {other}) % n", f"{one} - 5"]
        return self.random.choice([shifted] * 12 + odd)

    def element(self, loops):
        array = self.random.choice("vaabbw")
        indices = [self.index(loops) for _ in range(self.RANKS[array])]
        return f"{array}[{', '.join(indices)}]"

    def statement(self, loops):
        terms = [f"0.25 * {self.element(loops)}" for _ in range(self.random.randint(1, 2))]
        sign = self.random.choice(["=", "+=", "-="])
        return f"{self.element(loops)} {sign} {' - '.join(terms)}"

    def nest(self):
        loops, lines = [], []
        for name in self.random.choice(["ij", "ijk", "ijkl"]):
            lines.append("    " * (1 + len(loops)) + self.header(name, loops))
            loops.append(name)
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            lines.append("    " * (1 + len(loops)) + self.statement(loops))
        return lines

    def kernel(self, count):
        head = ["import numeta as nm", "", "", "def nests(v, a, b, w):", "    n = v.shape[0]"]
        return "\n".join(head + [line for _ in range(count) for line in self.nest()]) + "\n"


@pytest.mark.parametrize("seed", range(3))
def test_random_nests(seed, tmp_path):
    n = Nests.N
    source = Nests(seed).kernel(12)
    kernel = written(source, "nests", tmp_path)
    a, b, w = (
        numbers(n, n, special=False),
        numbers(n, n, seed=1, special=False),
        numbers(n, n, n, special=False),
    )
    v = numbers(n, special=False)
    assert loops(kernel, v, a, b, w) != "".join(re.findall(r"for (\w+) in", source))
    bit_equal(kernel, v, a, b, w)
    bit_equal(kernel, v, np.asfortranarray(a), b[::-1], np.asfortranarray(w))


def test_each_pass_can_be_timed_and_printed():
    from numeta import _trace

    trace = _trace.Trace("kernel")
    with trace:
        a = trace.add_array("a", "f8", 2, "F", [None, None])
        i = trace.begin_loop(0, a.shape[0], 1, "i")
        j = trace.begin_loop(0, a.shape[1], 1, "j")
        a[i, j] = 1.0
        trace.end()
        trace.end()
    passes = {name: (milliseconds, text) for name, milliseconds, text in trace.passes()}
    milliseconds, text = passes["interchange"]
    assert milliseconds >= 0
    assert re.findall(r"for (\w+) in", text) == ["j", "i"]
    assert re.findall(r"for (\w+) in", trace.dump()) == ["i", "j"]
