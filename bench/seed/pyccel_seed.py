"""The seed kernel under pyccel (Fortran), in a process of its own: `pyccel_seed.py cold`.

Another function is translated and compiled first, so that pyccel's own support library is built
and its parser loaded; then the translation, compilation, import and first call are timed. pyccel
has no cache across processes, so there is no `cached` stage. Files go to the working directory.
"""

import json
import time

import numpy as np
from pyccel import epyccel


def warm_up(n: int, array: "float[:]"):
    for i in range(n):
        array[i] = i


def mixed_loops(n: int, array: "float[:, :]"):
    for i in range(n):
        for j in range(n):
            array[j, i] = i + j


array = np.zeros((3, 3))
epyccel(warm_up, language="fortran")(3, np.zeros(3))
start = time.perf_counter()
epyccel(mixed_loops, language="fortran")(3, array)
elapsed = time.perf_counter() - start
assert np.array_equal(array, np.add.outer(np.arange(3.0), np.arange(3.0)))
print(json.dumps({"seconds": elapsed}))
