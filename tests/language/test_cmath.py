"""Functions of cmath: CPython's values on both sides of each branch cut, and its errors."""

import cmath
import linecache
import math

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

PARTS = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e-5, 700.0, -720.0, 1e200)
NUMBERS = [complex(a, b) for a in PARTS for b in PARTS]
INFINITE = [
    complex(math.inf, 1),
    complex(-math.inf, -0.0),
    complex(2, math.inf),
    complex(0, math.nan),
]
NAMES = (
    "sqrt exp sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh log log10 phase polar"
    " isnan isinf isfinite"
).split()


def kernel_of(name):
    source = f"import cmath\n\ndef {name}(z: complex):\n    return cmath.{name}(z)\n"
    file = f"<cmath.{name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {}
    exec(compile(source, file, "exec"), space)
    return nm.jit(space[name])


@pytest.mark.parametrize("name", NAMES)
def test_values_and_errors(name):
    kernel = kernel_of(name)
    for z in NUMBERS:
        same_as_python(kernel, z)
    for z in INFINITE:
        if name in ("sqrt", "log", "exp", "phase", "isnan", "isinf", "isfinite"):
            same_as_python(kernel, z)


def test_a_number_by_its_length_and_angle():
    @nm.jit
    def kernel(r: float, phi: float):
        return cmath.rect(r, phi), cmath.rect(r, 0.5), cmath.rect(2.0, phi)

    parts = (*PARTS, math.inf, -math.inf)
    for r in parts:
        for phi in parts:
            same_as_python(kernel, r, phi)


def test_arguments_become_complex_numbers_of_python():
    @nm.jit
    def kernel(x: float, n: int, z: nm.c8, b: bool):
        of_real = cmath.sqrt(x), cmath.phase(x), cmath.log(n, 2), cmath.exp(b)
        return of_real, cmath.sqrt(z), cmath.polar(z), cmath.log(8.0, n), cmath.sqrt(-1) * n

    same_as_python(kernel, -2.0, 5, np.complex64(1 + 2j), True)
    same_as_python(kernel, 2.0, 3, np.complex64(-1 - 2j), False)


@nm.jit
def to_base(z: complex, base: complex):
    return cmath.log(z, base)


@nm.jit
def to_base_two(z: complex):
    return cmath.log(z, 2), cmath.log(z, 10.0), cmath.log(3.5, z + 2)


@pytest.mark.parametrize("z", [0j, 1 + 0j, 1j, -2.5 + 0j, 3 - 4j])
@pytest.mark.parametrize("base", [2 + 0j, 2 + 3j, 1 + 0j, 0j, -1j])
def test_logarithms_to_a_base_ask_for_errors_once(z, base):
    same_as_python(to_base, z, base)
    same_as_python(to_base_two, z)
