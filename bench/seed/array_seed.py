"""One kernel of array_kernels/ in a process of its own: `array_seed.py measure|cold NAME ...`.

measure NAME ROUNDS [small]  every contender checked against NumPy, then timed side by side.
cold NAME CONTENDER          another kernel is compiled first, then the first call is timed, with
                             small arguments, so that it is compiling that is timed.
The process has one core. Written arrays are set anew before every call, outside of what is timed,
and the time is the processor's, which waiting for other programs does not add to.
"""

import json
import os
import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import array_contenders as contenders
import numpy as np
from array_kernels import KERNELS
from side_by_side import described, interleaved

if "thread" not in os.environ.get("XLA_FLAGS", ""):
    sys.exit("run by bench/arrays.py, which sets the threads of every library")
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
warnings.filterwarnings("ignore")
ENOUGH = 0.003  # seconds of timed calls in a sample
KERNEL = KERNELS[sys.argv[2]]


def sample(name, function, given, written, wanted):
    """A checked contender as a timed sample: seconds per call."""
    wrong = contenders.difference(
        KERNEL, contenders.outcome(name, function, given, written), wanted
    )
    if wrong:
        raise contenders.AbsentError(wrong)
    own = contenders.jax_arguments(given) if name == "jax" else contenders.copied(given)
    restored = [] if name == "jax" else [(own[place], given[place]) for place in written]

    def call():
        for array, value in restored:
            np.copyto(array, value)
        start = time.process_time()
        function(*own)
        return time.process_time() - start

    count = int(min(max(ENOUGH / max(call(), 1e-7), 1), 50))
    return lambda: sum(call() for _ in range(count)) / count


def measure(rounds, size):
    given = KERNEL.arguments(KERNEL.small if size == "small" else KERNEL.large)
    wanted, written = contenders.expected(KERNEL, given)
    samples, absent = {}, {}
    for name in contenders.CONTENDERS:
        try:
            function = contenders.contender(KERNEL, name)
            samples[name] = sample(name, function, given, written, wanted)
        except Exception as reason:
            absent[name] = described(reason)[:300]
    measured = interleaved(samples, rounds)
    return {"samples": measured.samples, "absent": {**absent, **measured.absent}}


def cold(name):
    """Seconds of the first call; the compiler has been started before."""
    warm = KERNELS["go_fast" if KERNEL.name != "go_fast" else "arc_distance"]
    for kernel in (warm, KERNEL):
        given = kernel.arguments(kernel.small)
        wanted, written = contenders.expected(kernel, given)
        function = contenders.contender(kernel, name)
        own = contenders.jax_arguments(given) if name == "jax" else contenders.copied(given)
        start = time.perf_counter()
        function(*own)
        seconds = time.perf_counter() - start
    wrong = contenders.difference(
        KERNEL, contenders.outcome(name, function, given, written), wanted
    )
    if wrong:
        raise contenders.AbsentError(wrong)
    return {"seconds": seconds}


if sys.argv[1] == "cold":
    print(json.dumps(cold(sys.argv[3])))
else:
    print(json.dumps(measure(int(sys.argv[3]), (sys.argv[4:] or [""])[0])))
