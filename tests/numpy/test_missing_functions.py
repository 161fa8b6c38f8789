"""Functions of NumPy that no row stands for: refused by name, with the nearest that there is."""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np
import pytest

import numeta as nm

MISSING = {
    "np.piecewise(a, [a > 1], [1, 2])": "np.select([condition, ...], [value, ...], default)",
    "np.polyfit(a[0], a[1], 1)": "np.linalg.lstsq(np.vander(x, degree + 1), y)",
    "np.roots(a[0])": "np.linalg.eigvals of the companion matrix",
    "np.histogram2d(a[0], a[1])": "np.digitize of both, and a loop that counts",
    "np.unique_values(a)": "np.unique",
    "np.matvec(a, a[0])": "np.matmul(a, x[..., None])[..., 0]",
    "np.packbits(a)": "shifts and `|` in a loop",
    "np.linalg.tensorsolve(a, a)": "np.linalg.solve of reshaped arrays",
    "np.resize(a, (2, 2))": "np.tile and a slice",
    "np.nditer(a)": "np.ndindex(a.shape), or a loop for each axis",
    "np.einsum_path('ij', a)": "np.einsum",
    "np.lib.stride_tricks.sliding_window_view(a, 2)": "slices, as in a[k : k + n]",
    "np.i0(a)": "its series, in a loop",
}


@pytest.mark.parametrize("call", MISSING)
def test_missing_function_names_the_nearest(call):
    source = f"def kernel(a, n: nm.i8):\n    return {call}\n"
    name = f"<missing {call}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"np": np, "nm": nm}
    exec(compile(source, name, "exec"), space)
    with pytest.raises(nm.TraceError) as problem:
        nm.jit(space["kernel"])(np.ones((3, 4)), 2)
    assert problem.value.number == 248
    assert problem.value.message.startswith(call.partition("(")[0] + "()")
    assert problem.value.hint == MISSING[call]


def test_a_keyword_that_is_not_there_is_named():
    @nm.jit
    def unique(a):
        return np.unique(a, sorted=False)

    with pytest.raises(nm.TraceError, match=r"np\.unique\(\) is called with 'sorted'="):
        unique(np.ones(3))
