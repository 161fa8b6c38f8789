"""Writes to arrays that overlap, wrap, broadcast or fail, between control flow."""
# ruff: noqa: B006, E741, B007, B008, B023, B905, C416, E731, F841, RET, SIM108, RUF, SIM, UP - the kernels are written as users write them

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


@cases(
    (floats(4),),
)
@nm.jit
def tuple_swap_elements(a: nm.f8[:]):
    a[0], a[1] = a[1], a[0]
    i = 2
    i, a[i] = 3, 9.0
    a[i], i = a[0], 0
    return i


@cases(
    (floats(3, 3),),
)
@nm.jit
def swap_rows(a: nm.f8[:, :]):
    a[0], a[1] = a[1], a[0]
    a[[0, 2]] = a[[2, 0]]
    a[:, 0], a[:, 1] = a[:, 1].copy(), a[:, 0].copy()


@cases((floats(6),), (NOTHING,), (floats(1),))
@nm.jit
def overlapping_assign(a: nm.f8[:]):
    a[1:] = a[:-1]
    a[:-1] = a[1:] + a[:-1]
    a[::2] = a[::-1][::2]
    a[:] = a[::-1]


@cases((floats(4, 4),), (floats(1, 1),), (floats(0, 0),))
@nm.jit
def overlapping_2d(a: nm.f8[:, :]):
    a[1:, 1:] += a[:-1, :-1]
    a[:] = a.T
    a -= a.T[::-1]
    a[:, :] = a[::-1, :] @ a


@cases((integers(5), 3), (integers(5), 0))
@nm.jit
def integer_in_place(a: nm.i8[:], n: int):
    for i in range(n):
        a //= i + 2
        a %= 5
        a <<= 1
        a ^= i
        a[a > 3] -= 2
    return a.sum() // (n + 1)


@cases((np.array([1, 2, 3], "f4"), np.float64(1 / 3)))
@nm.jit
def f4_in_place_with_f8(a: nm.f4[:], x: nm.f8):
    a += x
    b = a + x
    c = a * 0.1
    a[0] = x
    return b, c, a[0] + x


@cases((np.array([200, 100], "u1"), np.array([-100, 100], "i1")))
@nm.jit
def mixed_small_ints(a: nm.u1[:], b: nm.i1[:]):
    c = a + b
    d = a * b
    a[:] = b
    b += b
    return c, d, (a > b), a - 1


@cases((np.array([2**63 - 1, -(2**63)]),))
@nm.jit
def int64_wraps(a: nm.i8[:]):
    b = a + 1
    a -= 1
    return b, -a, abs(a), a * a


@cases((np.array([True, False, True]),))
@nm.jit
def bool_arrays(m: nm.b1[:]):
    n = ~m
    m |= n
    m[0] ^= True
    return n, m + n, m * 2, m.sum(), (m & n).any()


@cases(
    (floats(3), floats(4)),
    (floats(3), floats(1)),
    (floats(1), floats(4)),
    (NOTHING, floats(1)),
    (NOTHING, floats(2)),
)
@nm.jit
def broadcasting_fails_or_not(a: nm.f8[:], b: nm.f8[:]):
    c = a + b
    a[:] = 1
    return c


@cases((floats(3), floats(4)), (floats(3), floats(1)), (floats(1), floats(4)))
@nm.jit
def in_place_broadcast(a: nm.f8[:], b: nm.f8[:]):
    a *= 2
    a += b


@cases((floats(2, 3), floats(3), floats(2)))
@nm.jit
def outer_broadcasts(m: nm.f8[:, :], r: nm.f8[:], c: nm.f8[:]):
    m += r
    m *= c[:, None]
    m[0] = m[:, 0][:, None].sum()
    return (m - r) / (c[:, None] + 100), r[None] * c[:, None]


@cases((floats(5), 2), (floats(5), -3), (floats(5), 7), (floats(5), -7))
@nm.jit
def slices_by_run_time(a: nm.f8[:], n: int):
    return (
        a[n:].sum(),
        a[:n].sum(),
        a[-n:][:2].copy(),
        a[n : n + 2] * 2,
        len(a[n:-1]),
        a[::-1][n:].copy(),
    )


@cases((floats(5), 2), (floats(5), 0))
@nm.jit
def view_of_view(a: nm.f8[:], n: int):
    v = a[n:][::-1][1:]
    v[:] = 7
    w = a[::2][::-1]
    w[0] = -1
    return v, w[-1]


@cases((floats(3), 3), (floats(3), 0), (floats(3), 1))
@nm.jit
def carried_array_expression(a: nm.f8[:], n: int):
    x = a
    for i in range(n):
        x = x * 2 + a[::-1]
        a[0] += 1
    return x[0]


@cases((floats(2, 2), 5), (floats(2, 2), 0))
@nm.jit
def matrix_power(a: nm.f8[:, :], n: int):
    r = np.eye(len(a))
    b = a
    while n > 0:
        if n & 1:
            r = r @ b
        b = b @ b
        n >>= 1
    return r


@cases((floats(4), 3), (floats(4), 0))
@nm.jit
def two_buffers(a: nm.f8[:], n: int):
    u = a.copy()
    v = np.zeros(len(a))
    for k in range(n):
        for i in range(1, len(a) - 1):
            v[i] = u[i - 1] + u[i + 1]
        u, v = v, u
    return u, v


@cases((floats(4), 3), (floats(4), 0))
@nm.jit
def three_rotated(a: nm.f8[:], n: int):
    x, y, z = a.copy(), a * 2, a * 3
    for k in range(n):
        x, y, z = z, x, y
        x += k
    return x, y, z


@cases((floats(4), 1), (floats(4), 2), (floats(4), 3))
@nm.jit
def chain_of_elifs(a: nm.f8[:], n: int):
    if n == 1:
        b = a[1:]
    elif n == 2:
        b = np.ones(2)
    else:
        b = np.zeros(0)
    return b.sum() + len(b), b.shape[0]


@cases((floats(4), True), (floats(4), False))
@nm.jit
def unbound_array(a: nm.f8[:], c: bool):
    if c:
        b = a * 2
    return b


@cases((floats(4), True), (floats(4), False))
@nm.jit
def unbound_after_zero_loops(a: nm.f8[:], c: bool):
    for x in a[: 2 * c]:
        b = a * x
    return b.sum()


@cases((floats(3), 2), (floats(3), 5))
@nm.jit
def while_on_array_condition(a: nm.f8[:], n: int):
    k = 0
    while (a < n).all():
        a += 1
        k += 1
    return k


@cases((floats(3, 2), 1), (floats(3, 2), 0))
@nm.jit
def row_names_survive(a: nm.f8[:, :], n: int):
    for row in a[: n * 3]:
        pass
    else:
        row = a[0] if n else a[1]
    return row[0]


@cases(
    (floats(3), floats(3)),
)
@nm.jit
def helper_returns_view(a: nm.f8[:], b: nm.f8[:]):
    def tail(x, k=1):
        return x[k:]

    t = tail(a)
    t[:] = tail(b, 0)[:2]
    tail(tail(a))[0] = 100
    return t


@cases((floats(3), 1), (floats(3), -1))
@nm.jit
def helper_returns_either(a: nm.f8[:], n: int):
    def pick(x, y):
        if n > 0:
            return x
        return y * 2

    return pick(a, a)[1], pick(a + 1, a)


@cases((floats(4), 2), (floats(4), 9))
@nm.jit
def raise_after_partial_fill(a: nm.f8[:], n: int):
    b = np.empty(len(a))
    for i in range(len(a)):
        b[i] = a[i] * 2
        a[i] = 0
        assert i < n, "too far"
    return b


@cases((3,), (0,), (1,))
@nm.jit
def list_append_arrays_unrolled(n: nm.comptime):
    l = []
    for i in range(n):
        l.append(np.full(2, float(i)))
    s = np.zeros(2)
    for x in l:
        s += x
        x[:] = 9
    return s, sum(x[0] for x in l)


@cases(
    (floats(5),),
)
@nm.jit
def star_args(a: nm.f8[:]):
    def f(*arrays, scale=1.0, **named):
        t = 0.0
        for x in arrays:
            t += x.sum() * scale
        for k in named:
            t -= named[k][0]
        return t

    return f(a, a[1:], scale=2.0, q=a, w=a[::-1])


@cases(
    (floats(5),),
)
@nm.jit
def lambda_over_arrays(a: nm.f8[:]):
    fs = [lambda x, k=k: x * k for k in range(3)]
    b = a
    for f in fs:
        b = f(b) + 1
    return b, (lambda: a[0])()


@cases((floats(4),), (NOTHING,), (floats(1),))
@nm.jit
def cumulative_alias(a: nm.f8[:]):
    for i in range(1, len(a)):
        a[i] += a[i - 1]
    return a[-1:]


@cases((floats(3, 4),), (floats(0, 4),), (floats(3, 0),))
@nm.jit
def axis_reductions_empty(a: nm.f8[:, :]):
    return a.sum(axis=0), a.sum(axis=1), a.prod(), a.any(axis=0), a.shape


@cases(
    (floats(4),),
)
@nm.jit
def numpy_scalar_ops(a: nm.f8[:]):
    x = a[0]
    y = x
    x += 1
    a[0] = 50
    y -= a[0]
    return x, y, type(x) is np.float64, isinstance(y, float)


@cases((floats(4), 0), (floats(4), 3))
@nm.jit
def and_or_values(a: nm.f8[:], n: int):
    x = n and a[n]
    y = n or a[0]
    return x + y


@cases(
    (integers(6),),
)
@nm.jit
def counting(a: nm.i8[:]):
    h = np.zeros(12, np.int64)
    for x in a:
        h[x] += 1
    h[-1] += 5
    return h


@cases((floats(4), np.array([3, 0, -1])), (floats(4), np.array([3, 0, 9])))
@nm.jit
def fancy_views_are_copies(a: nm.f8[:], k: nm.i8[:]):
    b = a[k]
    b[0] = 99
    a[k[0]] += 1
    c = a[k][::-1]
    c += 1
    return b, c


@cases(
    (floats(3, 3), np.array([0, 2])),
)
@nm.jit
def fancy_2d(a: nm.f8[:, :], k: nm.i8[:]):
    a[k, k] = -1
    a[k] += 1
    a[:, k] *= 2
    a[k[:, None], k] = 0
    return a[k, 1], a[1, k]


@cases(
    (floats(4),),
)
@nm.jit
def global_numpy_constants(a: nm.f8[:]):
    return a * np.pi + np.inf * 0 if False else a + np.e, np.nan in a, a.dtype == np.float64


@cases((floats(4), 2), (floats(4), 0))
@nm.jit
def generator_sum(a: nm.f8[4], n: int):
    return sum(x * n for x in a), max(abs(x) for x in a), sum([i * x for i, x in enumerate(a)])


@cases(
    (floats(2, 2, 2),),
)
@nm.jit
def three_dims(a: nm.f8[:, :, :]):
    a[0] += a[1].T
    a[..., 0] = a[0, ...]
    a[:, 1, ::-1] -= 1
    return a.sum(axis=(0, 2)), a[1, :, 0], np.moveaxis(a, 0, 2) * 1


@cases((floats(4), 3), (floats(4), 0))
@nm.jit
def nested_function_rebinding(a: nm.f8[:], n: int):
    b = a

    def step():
        nonlocal b
        b = b + 1

    for i in range(n):
        step()
    return b.sum()


@cases(
    (floats(4), 3),
)
@nm.jit
def del_in_loop(a: nm.f8[:], n: int):
    s = 0.0
    for i in range(n):
        t = a[i:]
        s += t.sum()
        del t
    return s


@cases(
    (floats(4), 2),
)
@nm.jit
def assertion_on_arrays(a: nm.f8[:], n: int):
    assert a.ndim == 1 and len(a) >= n, "short"
    assert (a[:n] < a[-n:]).all()
    return a @ a


@cases.each
def test_as_python(kernel, args):
    same_as_python(kernel, *args)
