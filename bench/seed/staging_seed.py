"""A generated kernel of 200 lines of control flow: `staging_seed.py cold|cached`.

cold:   another kernel is compiled first (the process is warm), then staging, tracing and emission
        of the new kernel are timed (the processor's time); nothing is compiled.
cached: the first call of the process is timed with a filled cache, and what of it was tracing
        (emission included, and staging as far as it is not kept in the cache) is told.
The kernel is written into the working folder, since staging reads it from its file.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

import numpy as np

import numeta as nm
from numeta.staging import stage

LINES = 200
HEAD = """\
import numeta as nm


@nm.jit
def generated(n: int, a: nm.f8[:], b: nm.f8[:]) -> float:
    total = 0.0
"""
# A name of its own per block for what the loops carry.
BLOCK = """\
    count{k} = 0
    for i in range(n):
        x{k} = a[i] * {c}
        while x{k} > 0.5:
            x{k} = x{k} * 0.5
            count{k} += 1
            if count{k} > {limit}:
                break
        if x{k} < 0.1:
            b[i] = x{k} + total
        elif x{k} < 0.3:
            total += x{k}
        else:
            total = total * 0.5 + b[i]
    if count{k} > {limit}:
        total += 1.0
"""


def source() -> str:
    """The text of the module; the function has LINES lines, `def` and `return` included."""
    text = HEAD
    block = 0
    while function_lines(text + BLOCK) < LINES:
        text += BLOCK.format(k=block, c=1.0 + block / 8, limit=20 + block)
        block += 1
    while function_lines(text) < LINES - 1:
        text += f"    total += {function_lines(text)}.0\n"
    return text + "    return total\n"


def function_lines(text: str) -> int:
    return len(text.partition("@nm.jit\n")[2].splitlines())


@nm.jit
def warm_up(array: nm.f8[:]) -> None:
    for i in nm.range(3):
        array[i] = i


def arguments() -> tuple[int, np.ndarray, np.ndarray]:
    return 50, np.linspace(0.0, 3.0, 50), np.zeros(50)


path = Path.cwd() / "generated.py"
path.write_text(source(), encoding="utf-8")
spec = importlib.util.spec_from_file_location("generated", path)
assert spec is not None and spec.loader is not None
generated = importlib.util.module_from_spec(spec)
sys.modules["generated"] = generated
spec.loader.exec_module(generated)
kernel = generated.generated


def cold() -> dict[str, float]:
    warm_up(np.zeros(3))
    start = time.thread_time()
    stage(kernel.py_func)
    staging = time.thread_time() - start
    kernel.fortran(*arguments())
    return {"staging": staging, "seconds": time.thread_time() - start}


def cached() -> dict[str, float]:
    n, a, b = arguments()
    start = time.perf_counter()
    found = kernel(n, a, b)
    call = time.perf_counter() - start
    _, plain_a, plain_b = arguments()
    assert abs(found - kernel.py_func(n, plain_a, plain_b)) < 1e-9, "wrong result"
    assert np.allclose(b, plain_b), "wrong array"
    return {"call": call, "seconds": kernel.timings()["trace"]}


try:
    answer = cold() if sys.argv[1] == "cold" else cached()
except nm.NumetaError as reason:
    sys.exit(f"refused: {' '.join(str(reason).split())}")
print(json.dumps({"lines": LINES, **answer}))
