"""Each row of the function table gives what Python gives, or refuses by name."""

import math

import numpy as np
import pytest

import numeta as nm
from numeta import functions_math, functions_numpy
from numeta.functions import every_row
from numeta.testing import same_as_python

REALS = (0.3, -0.7, 0.0, -0.0, 1.0, 2.5, -3.5, 30.0)


def kernel_of(function, arguments, types):
    """A kernel that stores `function(...)` of its arguments, and returns it."""
    names = "xyz"[:arguments]
    hints = ", ".join(f"{name}: {kind}" for name, kind in zip(names, types, strict=True))
    text = f"def kernel({hints}):\n    return function({', '.join(names)})\n"
    space = {"function": function, "nm": nm, "np": np}
    filename = f"<{function!r} {types}>"
    exec(compile(text, filename, "exec"), space)
    import linecache

    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    return nm.jit(space["kernel"])


def agrees(kernel, *args):
    """`same_as_python`, for arguments with which plain Python raises nothing."""
    try:
        with np.errstate(all="ignore"):
            kernel.py_func(*args)
    except (ValueError, OverflowError, ZeroDivisionError):
        return
    except TypeError:
        with pytest.raises(TypeError):
            kernel(*args)
        return
    with np.errstate(all="ignore"):
        same_as_python(kernel, *args)


BINARY = tuple(
    f"math.{name}" for name in "atan2 copysign fmod remainder pow hypot nextafter".split()
)
OF_INTEGERS = tuple(f"math.{name}" for name in "prod gcd lcm isqrt factorial comb perm".split())


UNARY = [r for r in functions_math.rows() if not r.refused and r.name not in OF_INTEGERS]
ONE = [r for r in UNARY if r.name not in (*BINARY, "math.dist")]


@pytest.mark.parametrize("row", ONE, ids=lambda r: r.name)
def test_math_of_one_float(row):
    kernel = kernel_of(row.callable, 1, ["float"])
    for x in REALS:
        agrees(kernel, x)


@pytest.mark.parametrize("row", [r for r in UNARY if r.name in BINARY], ids=lambda r: r.name)
def test_math_of_two_floats(row):
    kernel = kernel_of(row.callable, 2, ["float", "float"])
    for x in REALS:
        for y in (2.0, -0.0, -1.5):
            agrees(kernel, x, y)


@pytest.mark.parametrize("name", ["sqrt", "floor", "ceil", "trunc", "sin", "fabs", "isnan"])
@pytest.mark.parametrize("kind", ["int", "bool", "nm.f4", "nm.i4", "nm.u1"])
def test_math_of_other_types(name, kind):
    kernel = kernel_of(getattr(math, name), 1, [kind])
    agrees(kernel, {"nm.f4": np.float32(1.5), "bool": True}.get(kind, 3))


UFUNCS = [r for r in functions_numpy.rows() if isinstance(r.callable, np.ufunc)]
SAMPLES = {
    "float": 0.5,
    "int": 3,
    "nm.f4": 0.5,
    "nm.f8": 0.25,
    "nm.i4": 5,
    "nm.u8": 7,
    "bool": True,
}


@pytest.mark.parametrize("row", UFUNCS, ids=lambda r: r.name)
def test_ufuncs_of_scalars(row):
    count = row.callable.nin
    for first, x in SAMPLES.items():
        for second, y in [("nm.f4", 1.5), ("int", 2)] if count == 2 else [("", 0)]:
            types, args = [first, second][:count], [x, y][:count]
            kernel = kernel_of(row.callable, count, types)
            with np.errstate(all="ignore"):
                try:
                    with nm.debug():
                        expected = kernel(*args)
                except TypeError:
                    with pytest.raises((TypeError, nm.TraceError)):
                        kernel(*args)
                    continue
            if expected.dtype == np.float16:
                with pytest.raises(nm.TraceError) as caught:
                    kernel(*args)
                assert caught.value.number == 235
                continue
            got = kernel(*args)
            assert type(got) is type(expected), (row.name, types)
            np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_rows_have_one_handler_each():
    seen = {}
    for row in every_row():
        assert seen.setdefault(id(row.callable), row.name).rpartition(".")[2]
        assert callable(row.handler)


def test_no_row_is_there_for_what_python_has_not():
    names = {row.name for row in every_row()}
    for name in ("sumprod", "fma"):
        assert (f"math.{name}" in names) == hasattr(math, name)


# -- builtins ------------------------------------------------------------------------------------


@nm.jit
def rounds(x: float) -> int:
    return round(x)


@nm.jit
def extremes(x: float, y: float) -> tuple[float, float]:
    return min(x, y), max(x, y)


@nm.jit
def three(x: float, y: float) -> tuple[float, float]:
    return min(x, 0.5, y), max((y, x, 0.5))


@nm.jit
def sums(x: float, y: float) -> float:
    return sum([x, y, 1e-16, 3.0])


@nm.jit
def int_sums(n: int, m: int) -> int:
    return sum([n, m, 4]) + sum((n,), m)


@nm.jit
def quotients(x: float, y: float) -> tuple[float, float]:
    return divmod(x, y)


@nm.jit
def int_quotients(n: int, m: int) -> tuple[int, int]:
    return divmod(n, m)


@pytest.mark.parametrize("x", [0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e15 + 0.5, -0.0])
def test_round_is_half_to_even(x):
    same_as_python(rounds, x)


@pytest.mark.parametrize("x", [0.0, -0.0, 1.0, math.nan, math.inf])
@pytest.mark.parametrize("y", [0.0, -0.0, 0.25, math.nan, -math.inf])
def test_min_and_max_keep_pythons_order_of_ties_and_nans(x, y):
    same_as_python(extremes, x, y)
    same_as_python(three, x, y)


@pytest.mark.parametrize(("x", "y"), [(0.1, 0.2), (1e16, -1e16), (1e308, 1e308), (math.nan, 1.0)])
def test_sum_of_floats_is_the_version_of_python(x, y):
    same_as_python(sums, x, y)


def test_sum_and_divmod_of_integers():
    same_as_python(int_sums, 3, -8)
    for n in (7, -7, 0):
        for m in (2, -2, 5):
            same_as_python(int_quotients, n, m)
            same_as_python(quotients, float(n), float(m))


@nm.jit
def mixed_extreme(x: nm.f4) -> float:
    return max(x, 0.1)


def test_an_extreme_of_types_that_no_single_type_holds_is_refused():
    with pytest.raises(nm.TraceError) as caught:
        mixed_extreme(np.float32(0.5))
    assert caught.value.number == 229


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (math.sqrt, (-1.0,)),
        (math.log, (0.0,)),
        (math.log, (-1.0,)),
        (math.exp, (1000.0,)),
        (math.cosh, (1000.0,)),
        (math.acos, (2.0,)),
        (math.atanh, (1.0,)),
        (math.gamma, (-2.0,)),
        (math.gamma, (200.0,)),
        (math.lgamma, (0.0,)),
        (math.log1p, (-1.0,)),
        (math.sin, (math.inf,)),
        (math.pow, (0.0, -1.0)),
        (math.pow, (-2.0, 0.5)),
        (math.pow, (10.0, 400.0)),
        (math.fmod, (1.0, 0.0)),
        (math.fmod, (math.inf, 1.0)),
        (math.remainder, (1.0, 0.0)),
        (math.floor, (math.nan,)),
        (math.ceil, (math.inf,)),
        (int, (math.nan,)),
        (int, (math.inf,)),
        (round, (math.nan,)),
    ],
)
def test_checks_mode_raises_what_math_raises(function, args):
    kernel = kernel_of(function, len(args), ["float"] * len(args))
    checked = nm.jit(kernel.py_func, checks=True)
    with pytest.raises((ValueError, OverflowError)) as expected:
        kernel.py_func(*args)
    with pytest.raises(type(expected.value)) as caught:
        checked(*args)
    if not str(expected.value).startswith("expected"):
        assert str(caught.value) == str(expected.value)
