"""Peak memory of one call of a kernel of array_kernels/: `memory_seed.py NAME`.

The peak of the resident memory during a second call is read, after the kernel's pages and those of
its arguments have been touched; what is there before the call is subtracted. The results are known
from the call, the kept arrays from `explain()`: none is larger than the largest array that the
kernel is given or returns.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import array_contenders as contenders
from array_kernels import KERNELS

import numeta as nm


def resident(field):
    """Bytes of a row of /proc/self/status."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {field} in /proc/self/status")


kernel = KERNELS[sys.argv[1]]
given = kernel.arguments(kernel.large)
compiled = nm.jit(kernel.function)
compiled(*contenders.copied(given))
own = contenders.copied(given)
Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts from here
before = resident("VmRSS")
results = contenders.leaves(compiled(*own))
peak = resident("VmHWM") - before
arrays = [a.nbytes for a in (*own, *results) if hasattr(a, "nbytes")]
kept = sum(" is kept: " in line for line in compiled.explain().splitlines())
print(
    json.dumps(
        {
            "peak": peak,
            "results": sum(getattr(result, "nbytes", 0) for result in results),
            "kept": kept,
            "largest": max(arrays),
        }
    )
)
