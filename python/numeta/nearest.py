"""What to write for a function of NumPy that no row stands for: the nearest that there is.

Of what is not named here, the row with the most similar name is told, if one is similar.
"""

from __future__ import annotations

import functools

_NEAREST = {
    "numpy.apply_along_axis": "a loop over the lines, as in `for k in range(len(a)): f(a[k])`",
    "numpy.apply_over_axes": "one reduction with axis=(...)",
    "numpy.piecewise": "np.select([condition, ...], [value, ...], default)",
    "numpy.polyfit": "np.linalg.lstsq(np.vander(x, degree + 1), y)",
    "numpy.roots": "np.linalg.eigvals of the companion matrix",
    "numpy.poly": "a loop of np.convolve",
    "numpy.histogram2d": "np.digitize of both, and a loop that counts",
    "numpy.histogramdd": "np.digitize of each, and a loop that counts",
    "numpy.i0": "its series, in a loop",
    "numpy.spacing": "np.nextafter(x, np.inf) - x",
    "numpy.bitwise_count": "shifts and `& 1` in a loop",
    "numpy.row_stack": "np.vstack",
    "numpy.sort_complex": "np.sort(a.astype(complex))",
    "numpy.require": "np.ascontiguousarray",
    "numpy.real_if_close": "a.real",
    "numpy.common_type": "np.result_type",
    "numpy.iterable": "isinstance(a, np.ndarray)",
    "numpy.packbits": "shifts and `|` in a loop",
    "numpy.unpackbits": "shifts and `&` in a loop",
    "numpy.resize": "np.tile and a slice",
    "numpy.trim_zeros": "np.flatnonzero and a slice",
    "numpy.unwrap": "np.cumsum of the steps that np.diff finds",
    "numpy.matvec": "np.matmul(a, x[..., None])[..., 0]",
    "numpy.vecmat": "np.matmul(x[..., None, :], a)[..., 0, :]",
    "numpy.may_share_memory": "an array that is copied: a.copy()",
    "numpy.shares_memory": "an array that is copied: a.copy()",
    "numpy.nditer": "np.ndindex(a.shape), or a loop for each axis",
    "numpy.broadcast": "np.broadcast_arrays or np.broadcast_shapes",
    "numpy.linalg.tensorsolve": "np.linalg.solve of reshaped arrays",
    "numpy.linalg.tensorinv": "np.linalg.inv of a reshaped array",
    "numpy.lib.stride_tricks.sliding_window_view": "slices, as in a[k : k + n]",
    "numpy.lib.stride_tricks.as_strided": "slices and a.reshape(...)",
}


@functools.cache
def _names() -> dict[str, str]:
    """Names of rows as modules have them -> as messages have them."""
    from .functions import every_row

    rows = [row.name for row in every_row() if row.name.startswith("np.")]
    return {"numpy." + name[3:]: name for name in rows}


def nearest(name: str) -> str:
    """What to write instead of a function, by its module's name and its own; "" if unknown."""
    if name in _NEAREST:
        return _NEAREST[name]
    import difflib

    module, _, own = name.rpartition(".")
    alike = [known.rpartition(".")[2] for known in _names() if known.rpartition(".")[0] == module]
    found = difflib.get_close_matches(own, alike, 1, 0.6)
    return _names()[f"{module}.{found[0]}"] if found else ""
