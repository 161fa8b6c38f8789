"""`for a, b in rows`: rows whose length is known only at run time are unpacked, and checked."""

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python


def rows(n: int, columns: int) -> np.ndarray:
    return np.arange(n * columns, dtype=np.int64).reshape(n, columns) % 7


def test_rows_are_unpacked():
    @nm.jit
    def degrees(edges: nm.i8[:, :], n: int):
        found = np.zeros(n, np.int64)
        for a, b in edges:
            if a == b:
                continue
            found[a] += 1
            found[b] += 10
        return found, a, b

    same_as_python(degrees, rows(9, 2), 7)
    same_as_python(degrees, rows(9, 2)[::-2], 7)


def test_beside_other_values_and_nested():
    @nm.jit
    def total(p: nm.f8[:, :], w: nm.f8[:], q: nm.f8[:, :, :]) -> float:
        s = 0.0
        for k, (x, y, z) in enumerate(p):
            s += k * x - y * z
        for (x, y, z), v in zip(p, w, strict=False):
            s += v * (x + y + z)
        for (a, b), [c, d] in q:
            s = s * 0.5 + a - b * c + d
        return s

    rng = np.random.default_rng(0)
    same_as_python(total, rng.random((5, 3)), rng.random(4), rng.random((3, 2, 2)))


def test_in_loops_that_python_runs():
    @nm.jit
    def total(p: nm.f8[:, :]) -> float:
        s = 0.0
        for x, y in (p[0], p[2], (1.0, 2.0)):
            if x > 0.5:
                continue
            s += x * y
        for name, row in {"a": p, "b": p * 2}.items():
            for x, y in row:
                s += x - y if name == "a" else x * y
        return s

    same_as_python(total, np.random.default_rng(1).random((4, 2)))


@pytest.mark.parametrize(
    ("columns", "message"),
    [(1, "not enough values to unpack"), (3, "too many values to unpack")],
)
def test_a_wrong_length_raises_as_in_python(columns, message):
    @nm.jit
    def first(edges: nm.i8[:, :]) -> int:
        s = 0
        for a, b in edges:
            s += a * b
        return s

    with pytest.raises(ValueError, match=message):
        first.py_func(rows(4, columns))
    with pytest.raises(ValueError, match=message):
        first(rows(4, columns))
    assert first(rows(0, columns)) == 0


def test_rows_of_one_dimension_less_do_not_unpack():
    @nm.jit
    def total(values: nm.f8[:]) -> float:
        s = 0.0
        for a, b in values:
            s += a * b
        return s

    with pytest.raises(nm.TraceError, match="'numpy.float64' object is not iterable"):
        total(np.ones(4))


# -- assignments ----------------------------------------------------------------------------------

CAPTURED = (np.arange(3.0), np.arange(2.0))
LISTED = [np.arange(3.0), (1.0, 2.0)]


class Point:
    """What has two attributes to assign to."""


def test_nested_targets_unpack():
    @nm.jit
    def kernel(p: nm.f8[:, :], x: float):
        (a, b), c = p[0], p[1, 0]
        (d, e), [f, (g, h)] = p[1], (x, p[2])
        ((i, j), _), k = (p[0], p[1]), x
        (m, n, o), (q, r) = CAPTURED
        [s, t, u], (v, w) = LISTED
        point = Point()
        point.a, (point.b, y) = x, p[1]
        z, (_, *rest) = 1, (2, 3, x)
        first = a + b * 2 + c * 3, d - e, f, g / h, i - j * k
        return first, m + n * o, q - r, s, t, u, v - w, point.a - point.b, y + z, rest[1]

    same_as_python(kernel, np.arange(6.0).reshape(3, 2) + 1, 0.5)


@pytest.mark.parametrize(
    ("columns", "message"),
    [(1, "not enough values to unpack .expected 2, got 1."), (3, "too many values to unpack")],
)
def test_a_wrong_length_below_a_target_raises(columns, message):
    @nm.jit
    def kernel(p: nm.f8[:, :]):
        (a, b), c = p[0], p[1, 0]
        return a + b + c

    for call in (kernel.py_func, kernel):
        with pytest.raises(ValueError, match=message):
            call(np.ones((2, columns)))


def test_of_several_targets_only_those_that_unpack_get_items():
    @nm.jit
    def kernel(p: nm.f8[:, :], x: nm.f8[:]):
        whole = (a, b), (c, d) = p
        e, f = pair = x
        g, h = i, j = p[1]
        whole[0] += 1  # arrays, not lists of their items
        pair[1] = a + b + e
        return c * d + f - g * h + i - j, pair.sum(), whole

    same_as_python(kernel, np.arange(4.0).reshape(2, 2) + 1, np.array([3.0, 4.0]))


def test_nested_targets_where_control_does_not_come():
    @nm.jit
    def kernel(n: int):
        if n > 1:
            raise ValueError("too large")
            (a, (b, c)), d = (1, (2, 3)), n
        (a, (b, c)), d = (n, (2, n)), n
        return a + b * c - d

    same_as_python(kernel, 1)
    with pytest.raises(ValueError, match="too large"):
        kernel(2)
