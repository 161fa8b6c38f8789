"""A hundred small kernels in a process of its own: `warm_seed.py numeta|numba|jax`.

The cache is filled by an earlier run. Timed are the first calls of all kernels together, after
everything is imported and decorated; for numeta also the part of it that is not tracing: from the
emitted text to the loaded function.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

COUNT = 100
PEER = sys.argv[1]
HEADS = {
    "numeta": "import numeta as nm\n",
    "numba": "from numba import njit\n",
    "jax": "import jax\njax.config.update('jax_enable_x64', True)\n",
}
KERNELS = {
    "numeta": "@nm.jit\ndef k{n}(a: nm.f8[:]) -> None:\n"
    "    for i in range(a.shape[0]):\n        a[i] = a[i] * {n} + 0.5\n",
    "numba": "@njit(cache=True)\ndef k{n}(a):\n"
    "    for i in range(a.shape[0]):\n        a[i] = a[i] * {n} + 0.5\n",
    "jax": "@jax.jit\ndef k{n}(a):\n    return a * {n} + 0.5\n",
}

file = Path(f"warm_{PEER}.py")
if not file.exists():
    file.write_text(HEADS[PEER] + "".join(KERNELS[PEER].format(n=n) for n in range(COUNT)))
sys.path.insert(0, ".")
if PEER == "jax":
    import os

    import jax

    jax.config.update("jax_compilation_cache_dir", os.environ["JAX_COMPILATION_CACHE_DIR"])
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
module = __import__(f"warm_{PEER}")
kernels = [getattr(module, f"k{n}") for n in range(COUNT)]
answer: dict[str, float] = {}
spent = 0.0
if PEER == "numeta":
    from numeta import _cache

    build = _cache.build

    def timed(*arguments):
        global spent
        start = time.perf_counter()
        loaded = build(*arguments)
        spent += time.perf_counter() - start
        return loaded

    _cache.build = timed
array = np.ones(4)
start = time.perf_counter()
for kernel in kernels:
    result = kernel(array)
    if PEER == "jax":
        array = result
if PEER == "jax":
    array.block_until_ready()
answer["seconds"] = (time.perf_counter() - start) / COUNT
if PEER == "numeta":
    answer["beyond"] = spent / COUNT
    answer["hits"] = _cache.stats()["process"]["hits"]
expected = np.ones(4)
for n in range(COUNT):
    expected = expected * n + 0.5
assert np.allclose(array, expected)
print(json.dumps(answer))
