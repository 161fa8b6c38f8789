"""Array names in branches, loops, closures and containers: views alias as in NumPy."""
# ruff: noqa: B006, E741, B007, B008, B023, B905, C416, E731, F841, RET, SIM108, RUF, SIM, UP - the kernels are written as users write them

import dataclasses

import numpy as np

import numeta as nm
from numeta.testing import same_as_python
from tests.language.cases import Cases

cases = Cases()
NOTHING = np.zeros(0)


def floats(*shape):
    return np.arange(int(np.prod(shape)), dtype="f8").reshape(shape) * 1.5 - 3


def integers(*shape):
    return (np.arange(int(np.prod(shape)), dtype="i8").reshape(shape) * 7) % 11 - 3


@cases((floats(4), floats(4) + 1, 0), (floats(4), floats(4) + 1, 1), (floats(4), floats(4) + 1, 5))
@nm.jit
def swapped_in_loop(a: nm.f8[:], b: nm.f8[:], n: int):
    for i in range(n):
        b[:] = a * 2
        a, b = b, a
    return a.copy(), b.copy()


@cases((floats(4), 2), (floats(4), -2), (NOTHING, 1))
@nm.jit
def early_return_of_array(a: nm.f8[:], n: int):
    if n < 0:
        return a
    for i in range(n):
        if i == 1:
            return a[1:] * 2
        a += 1
    return np.zeros(3)


@cases((floats(4), 2), (floats(4), 9))
@nm.jit
def raises_half_way(a: nm.f8[:], n: int):
    for i in range(len(a)):
        a[i] = -1.0
        if i == n:
            raise ValueError(f"at {i} of {a}") if False else ValueError(i)
    return a


@cases((floats(3), floats(3) * 2, 1), (floats(3), floats(3) * 2, 0))
@nm.jit
def arrays_in_tuple_list_dict(a: nm.f8[:], b: nm.f8[:], n: int):
    t = (a, b)
    l = [a, b]
    d = {"x": a, "y": b[::-1]}
    t[0][0] = 5
    l[1][:2] += 7
    d["y"][0] *= 2
    l.append(a + b)
    s = 0.0
    for k, v in d.items():
        s += v[1]
    for z in l:
        z -= 1
    return s, l[2].sum(), len(l)


@dataclasses.dataclass
class Box:
    data: object
    scale: float = 2.0

    def scaled(self):
        return self.data * self.scale

    def grow(self):
        self.data += self.scale


@cases((floats(3),), (NOTHING,))
@nm.jit
def in_dataclass(a: nm.f8[:]):
    b = Box(a)
    b.grow()
    c = Box(b.scaled(), 3.0)
    c.grow()
    b.data = c.data
    b.data[:1] = 9
    return b.data, c.scaled()


@cases((floats(4), 2), (floats(4), -1))
@nm.jit
def closure_of_array(a: nm.f8[:], n: int):
    s = 0.0

    def add(k):
        nonlocal s
        s += a[k]
        a[k] = s

    for i in range(len(a)):
        add(i)
        if i == n:
            add(0)
    return s


@cases((floats(4),), (NOTHING,))
@nm.jit
def default_argument_array(a: nm.f8[:]):
    def f(k=a):
        k += 1
        return k

    f()
    f()
    b = a * 2
    f(b)
    return b


@cases((floats(3, 2),), (floats(0, 2),), (floats(3, 0),), (floats(1, 1),))
@nm.jit
def for_row_in_a(a: nm.f8[:, :]):
    last = a[:, :1].sum()
    for row in a:
        row += 1
        last += row.sum() if len(row) else 0.0
        row = row * 2
        row[:] = 7
    return last


@cases((floats(3, 2),), (floats(0, 2),))
@nm.jit
def enumerate_rows_swap(a: nm.f8[:, :]):
    for i, row in enumerate(a):
        row[::-1] = row
        a[-1 - i] += i
    return a


@cases((floats(3, 2), floats(3)), (floats(3, 2), floats(2)))
@nm.jit
def zip_rows(a: nm.f8[:, :], b: nm.f8[:]):
    s = 0.0
    for row, x in zip(a, b):
        row *= x
        s += row[0] - row[-1]
    return s


@cases((floats(2, 3),))
@nm.jit
def unpack_rows(a: nm.f8[2, 3]):
    r, s = a
    r[:] = s
    (x, y, z), _ = a
    x0, *rest = r
    return x + y * z, x0, rest[1], len(rest)


@cases((floats(3, 2),), (floats(0, 2),))
@nm.jit
def sum_of_rows_builtin(a: nm.f8[:, :]):
    t = np.zeros(2)
    for row in a:
        t = t + row
    return t


@cases((floats(4), 0.0), (floats(4), 1.0), (NOTHING, 1.0))
@nm.jit
def contains(a: nm.f8[:], x: float):
    return x in a, x not in a, 3 if x in a[1:] else 4


@cases(
    (floats(4),),
)
@nm.jit
def chained_elements(a: nm.f8[:]):
    return a[0] < a[1] < a[2], a[0] < a[1] > a[2] or a[3] == a[3] == 1.5


@cases((floats(1),), (np.zeros(1),))
@nm.jit
def truth_of_one(a: nm.f8[:]):
    return 1 if a else 2


@cases((floats(4),), (NOTHING,), (floats(1),))
@nm.jit
def truth_of_any_length(a: nm.f8[:]):
    if a:
        return 1
    return 2


@cases((floats(5),), (floats(1),), (NOTHING,))
@nm.jit
def augmented_views(a: nm.f8[:]):
    a[1:] += a[:-1]
    a[::2] *= a[::-1][::2]
    v = a[::-1]
    v -= a
    return a.sum()


@cases((np.array([1, 2, 3, 100], "i1"),), (np.array([127], "i1"),))
@nm.jit
def narrow_wrap(a: nm.i1[:]):
    a += 100
    b = a * a
    s = 0
    for x in a:
        s += int(x)
    return a, b, a.sum(), s


@cases((np.array([250, 6], "u1"), 3))
@nm.jit
def narrow_element_ops(a: nm.u1[:], n: int):
    x = a[0] + a[1]
    y = a[0] * n
    a[0] -= 255 - 4
    a[1] += a[0]
    return x, y, -a[0]


@cases(
    (
        floats(4),
        np.array([0, 0, 1, -1]),
    ),
)
@nm.jit
def repeated_indices(a: nm.f8[:], k: nm.i8[:]):
    a[k] += 1
    a[k] = a[k][::-1] * 2
    return a[k]


@cases((floats(4), 2))
@nm.jit
def deletes(a: nm.f8[:], n: int):
    b = a[1:]
    del a
    c = b + 1
    del c
    c = b
    c[0] = 4
    return b


@cases((floats(4), 2), (floats(4), -2))
@nm.jit
def walrus(a: nm.f8[:], n: int):
    if (s := a.sum()) > n and (b := a * s)[0] < 0:
        return b
    while (n := n + 1) < 3:
        a += n
    return a * 1


@cases(
    (floats(4),),
)
@nm.jit
def match_on_ndim(a: nm.f8[:]):
    match a.ndim:
        case 1:
            r = a * 2
        case _:
            r = a
    match (a.ndim, "x"):
        case (1, str() as q):
            r = r + len(q)
    return r


@cases((floats(3), floats(4), 1), (floats(3), floats(4), 0))
@nm.jit
def branch_other_length(a: nm.f8[:], b: nm.f8[:], n: int):
    if n:
        c = a
    else:
        c = b
    s = 0.0
    for i, x in enumerate(c):
        s += x * i
    return s, len(c), c[-1], c.max()


@cases((4,), (0,), (1,))
@nm.jit
def growing(n: int):
    a = np.zeros(0)
    for i in range(n):
        a = np.concatenate((a, a, np.array([float(i)])))
    return a


@cases((floats(3, 3),))
@nm.jit
def diag_and_transposed(a: nm.f8[:, :]):
    a += a.T
    a[:] = a[::-1, ::-1]
    a[0] = a[:, 0]
    a.T[1] = a[1]
    return np.diag(a), a.T


@cases((integers(6),), (np.zeros(0, "i8"),))
@nm.jit
def masks(a: nm.i8[:]):
    m = a > 0
    a[m] = a[m][::-1]
    a[~m] -= 1
    m[:1] = True
    return a[m], m.sum(), (a[m] > 2).any()


@cases(
    (integers(5), integers(5) + 1),
)
@nm.jit
def where_alias(a: nm.i8[:], b: nm.i8[:]):
    c = np.where(a > b, a, b)
    a[0] = 99
    c += a
    return c


@cases(
    (floats(3), 2),
)
@nm.jit
def list_of_arrays_indexed_at_run_time(a: nm.f8[:], n: int):
    l = [a, a * 2, a * 3]
    s = 0.0
    for i in range(3):
        s += l[i][i]
    return s


def rec(a, n):
    if n == 0:
        return a.sum()
    return rec(a[1:], n - 1) + a[0]


@cases((floats(6),))
@nm.jit
def recursion_compile_time(a: nm.f8[:]):
    return rec(a, 3)


@cases(
    (floats(4), floats(4)),
)
@nm.jit
def same_name_view_and_source(a: nm.f8[:], b: nm.f8[:]):
    a = a[::-1]
    a[0] = 1
    b = a
    a = a + 1
    b[1] = 2
    return a, b


@cases((floats(4), 1), (floats(4), 0))
@nm.jit
def conditional_view(a: nm.f8[:], n: int):
    v = a[::-1] if n else a[1:]
    return v.sum(), v[0], len(v)


@cases((floats(4), 1), (floats(4), 0))
@nm.jit
def copy_then_write(a: nm.f8[:], n: int):
    b = a.copy() if n else a * 1
    b[0] = 77
    return a[0], b


@cases((floats(2, 3), 1))
@nm.jit
def nested_break_else(a: nm.f8[:, :], n: int):
    for row in a:
        for x in row:
            if x > n:
                break
        else:
            row[:] = 0
            continue
        row[0] = 9
        break
    else:
        return -1.0
    return x


@cases(
    (floats(5),),
)
@nm.jit
def reversed_enumerate(a: nm.f8[:]):
    s = 0.0
    for x in reversed(a):
        s = s * 2 + x
    for i in reversed(range(len(a))):
        a[i] = a[i - 1]
    return s


@cases((floats(3),), (NOTHING,))
@nm.jit
def min_max_builtin(a: nm.f8[:]):
    return max(a), min(a), sum(a), sorted((3, 1, 2))


@cases((floats(3, 2),))
@nm.jit
def comprehension_rows(a: nm.f8[3, 2]):
    l = [row.sum() for row in a]
    m = [x * y for x, y in zip(a[0], a[1])]
    d = {i: r[0] for i, r in enumerate(a)}
    return l, m, d[2], tuple(r.max() for r in a)


@cases.each
def test_as_python(kernel, args):
    same_as_python(kernel, *args)
