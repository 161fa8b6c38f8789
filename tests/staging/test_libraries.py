"""The rows of a library's functions are loaded when a kernel first meets one, and are its own."""

import importlib
import subprocess
import sys

import pytest

import numeta
from numeta import functions

PACKAGE = numeta.__name__


def run(tmp_path, text):
    """What a program writes that is run in a new process."""
    file = tmp_path / "program.py"
    file.write_text(text)
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


LOADS = """
import sys
import numpy as np
import numeta as nm

@nm.jit
def plain(a: nm.f8[:, :], n: int) -> None:
    for i in range(a.shape[0]):
        for j in nm.frange(n):
            a[i, j] = abs(a[i, j]) * n + len(a)

@nm.jit
def rooted(a: nm.f8[:]):
    return np.sqrt(a)

def loaded():
    return [name for name in LIBRARIES if f"numeta.{name}" in sys.modules]

plain(np.ones((2, 2)), 2)
print(*loaded(), ".")
rooted(np.ones(2))
print(*loaded())
"""


def test_numpy_functions_are_loaded_by_the_first_one_of_a_kernel(tmp_path):
    modules = [name for names in functions.LIBRARIES.values() for name in names]
    words = run(tmp_path, f"LIBRARIES = {modules}\n" + LOADS)
    assert words == [".", *functions.LIBRARIES["numpy"]]


@pytest.mark.parametrize("library", functions.LIBRARIES)
def test_a_library_is_where_its_functions_say_they_are_from(library):
    importlib.import_module(library)
    modules = [importlib.import_module(f"{PACKAGE}.{n}") for n in functions.LIBRARIES[library]]
    for row in (row for module in modules for row in module.rows()):
        home = functions.home_of(row.callable)
        assert home == library or home.startswith(f"{library}."), row.name


REPLACED = """
import functools
import math
import numpy as np
import numeta as nm

original = np.cos

def first(a):
    return a[0] * 100.0

np.sum = first
np.cos = functools.wraps(np.cos)(lambda x: x + 7.0)
math.sin = functools.wraps(math.sin)(lambda x: x + 1000.0)

@nm.jit
def kernel(a: nm.f8[:], x: float):
    return np.sum(a), np.mean(a), np.cos(x), original(x), math.sin(x), math.cos(x)

arguments = np.array([1.0, 2.0]), 2.0
expected = kernel.py_func(*arguments)
print(np.allclose(kernel(*arguments), expected, rtol=1e-14), expected[0], expected[2])
"""


def test_a_function_in_the_place_of_a_library_s_is_the_user_s(tmp_path):
    assert run(tmp_path, REPLACED) == ["True", "100.0", "9.0"]


TAKEN = """
import math
import random
import numpy as np
import numpy.random
import numeta as nm

@nm.jit
def kernel(a: nm.f8[:]) -> float:
    made = []
    made.append(math.sqrt(a[0]))
    return made[0] + math.floor(a[1])

@nm.jit
def drawn(a: nm.f8[:]) -> float:
    return a[0] + random.random() + np.random.default_rng(0).random()

print(kernel(np.array([4.0, 2.5])))
try:
    drawn(np.ones(1))
except nm.TraceError as problem:
    print(problem.number)
"""


def test_what_a_refused_module_took_from_a_library_is_the_library_s(tmp_path):
    assert run(tmp_path, TAKEN) == ["4.0", "224"]
