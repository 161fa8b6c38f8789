"""The seed kernel under Numba, in a process of its own: `numba_seed.py cold|cached`.

cold:   another kernel is compiled first (the process is warm), then the first call is timed.
cached: the first call of the process is timed with `cache=True`; NUMBA_CACHE_DIR names the cache.
"""

import json
import sys
import time

import numpy as np
from numba import njit

CACHED = sys.argv[1] == "cached"


@njit
def warm_up(n, array):
    for i in range(n):
        array[i] = i


@njit(cache=CACHED)
def mixed_loops(n, array):
    for i in range(n):
        for j in range(n):
            array[j, i] = i + j


array = np.zeros((3, 3))
if not CACHED:
    warm_up(3, np.zeros(3))
start = time.perf_counter()
mixed_loops(3, array)
elapsed = time.perf_counter() - start
assert np.array_equal(array, np.add.outer(np.arange(3.0), np.arange(3.0)))
print(json.dumps({"seconds": elapsed}))
