"""The kernel of the README, run on real input: what is emitted, what comes out, what it costs.

    python examples/mixed_loops.py [N]

Prints the emitted Fortran, the filled N by N array (3 by default), and the times of the first call
with an empty cache (cold), the first call of a new process with that cache filled (cached) and a
call once the kernel is there (warm). The cache is a folder of this run alone, removed at the end.
"""

import os
import subprocess
import sys
import tempfile
import time
import timeit

import numpy as np

import numeta as nm


@nm.jit
def mixed_loops(n, array: nm.f8[:, :]) -> None:
    for i in range(n):  # n is not hinted: compile-time, Python itself unrolls this loop
        for j in nm.frange(n):  # always a Fortran do loop
            array[j, i] = i + j


def first_call(n: int) -> tuple[np.ndarray, float]:
    """The array that the kernel fills, and the seconds that its first call took."""
    array = np.zeros((n, n))
    start = time.perf_counter()
    mixed_loops(n, array)
    return array, time.perf_counter() - start


def demonstrate(n: int, cache_dir: str) -> None:
    """Everything that this example prints."""
    array, cold = first_call(n)
    plain = np.zeros((n, n))
    with nm.debug():
        mixed_loops(n, plain)
    assert np.array_equal(array, plain), "numeta and plain Python disagree"

    again = [sys.executable, __file__, str(n), "--cached"]
    environment = os.environ | {"NUMETA_CACHE_DIR": cache_dir}
    cached = float(subprocess.check_output(again, env=environment, text=True))
    calls = 100_000
    warm = min(timeit.repeat(lambda: mixed_loops(n, array), number=calls, repeat=5)) / calls

    print(mixed_loops.fortran())
    print(array)
    print()
    print(f"cold call (traced, compiled, run)     {cold * 1e3:8.2f} ms")
    print(f"cached start (new process)            {cached * 1e3:8.2f} ms")
    print(f"warm call                             {warm * 1e9:8.0f} ns")


def main(arguments: list[str]) -> None:
    """Runs as the first process, or as the new one that finds the cache filled."""
    n = int(arguments[0]) if arguments else 3
    if "--cached" in arguments:
        print(first_call(n)[1])
        return
    with tempfile.TemporaryDirectory() as cache_dir:
        nm.config.cache_dir = cache_dir
        demonstrate(n, cache_dir)


if __name__ == "__main__":
    main(sys.argv[1:])
