"""The seed kernel under JAX on the CPU, in a process of its own: `jax_seed.py cold|cached [form]`.

cold:   another function is compiled first (the process is warm), then the first call is timed.
cached: the first call of the process is timed with the persistent cache; JAX_COMPILATION_CACHE_DIR
        names it. The back end is started (by making the argument) before the clock in both.
form:   `loop` keeps the inner loop (fori_loop), `rows` writes it as JAX would like it.
"""

import json
import os
import sys
import time

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np

CACHED = sys.argv[1] == "cached"
FORM = sys.argv[2] if len(sys.argv) > 2 else "loop"
jax.config.update("jax_enable_x64", True)
if CACHED:
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def loop(n, array):
    for i in range(n):
        array = jax.lax.fori_loop(
            0, n, lambda j, a, i=i: a.at[j, i].set((i + j).astype(a.dtype)), array
        )
    return array


def rows(n, array):
    for i in range(n):
        array = array.at[:, i].set(i + jnp.arange(n, dtype=array.dtype))
    return array


def warm_up(array):
    return jax.lax.fori_loop(0, 3, lambda j, a: a.at[j].set(a[j] * 2.0), array)


mixed_loops = jax.jit({"loop": loop, "rows": rows}[FORM], static_argnums=0)
array = jax.block_until_ready(jnp.asarray(np.zeros((3, 3))))
if not CACHED:
    jax.block_until_ready(jax.jit(warm_up)(jnp.asarray(np.zeros(3))))
start = time.perf_counter()
result = jax.block_until_ready(mixed_loops(3, array))
elapsed = time.perf_counter() - start
assert np.array_equal(np.asarray(result), np.add.outer(np.arange(3.0), np.arange(3.0)))
print(json.dumps({"seconds": elapsed}))
