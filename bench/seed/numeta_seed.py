"""The seed kernel under numeta, in a process of its own: `numeta_seed.py cold|cached|source`.

cold:   another kernel is compiled first (the process is warm), then the first call is timed, trace
        to result; NUMETA_CACHE_DIR names an empty folder.
cached: the first call of the process is timed with a filled cache.
source: the emitted Fortran, for the compiler to be timed on.
"""

import json
import sys
import time

import numpy as np

import numeta as nm


@nm.jit
def warm_up(array: nm.f8[:]) -> None:
    for i in nm.range(3):
        array[i] = i


decorating = time.perf_counter()


@nm.jit
def mixed_loops(n, array: nm.f8[:, :]) -> None:
    for i in range(n):
        for j in nm.frange(n):
            array[j, i] = i + j


decorating = time.perf_counter() - decorating
array = np.zeros((3, 3))
if sys.argv[1] == "source":
    print(json.dumps({"fortran": mixed_loops.fortran(3, array)}))
    sys.exit()
if sys.argv[1] == "cold":
    warm_up(np.zeros(3))
start = time.perf_counter()
mixed_loops(3, array)
elapsed = time.perf_counter() - start
assert np.array_equal(array, np.add.outer(np.arange(3.0), np.arange(3.0)))
print(json.dumps({"seconds": elapsed, "decorating": decorating}))
