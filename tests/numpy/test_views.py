"""Views of views of views: whatever shape, layout and order of functions, they are NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numeta as nm
from numeta.testing import same_as_python

# Each takes an array and a number between 0 and 99, and gives a view (or a copy, as NumPy does).
STEPS = {
    "transpose": lambda a, n: a.T,
    "swapaxes": lambda a, n: a.swapaxes(n % a.ndim, -1),
    "moveaxis": lambda a, n: np.moveaxis(a, n % a.ndim, 0),
    "from the second": lambda a, n: a[1:],
    "every second": lambda a, n: a[..., ::2],
    "backwards": lambda a, n: a[::-1],
    "some backwards": lambda a, n: a[..., -1:0:-1],
    "flip": lambda a, n: np.flip(a),
    "a new axis": lambda a, n: a[:, None] if a.ndim < 4 else a,
    "expand_dims": lambda a, n: np.expand_dims(a, n % a.ndim) if a.ndim < 4 else a,
    "first row": lambda a, n: a[0] if a.ndim > 1 else a,
    "last column": lambda a, n: a[..., -1] if a.ndim > 1 else a,
    "as one axis": lambda a, n: a.reshape(-1),
    "as a column": lambda a, n: a.reshape(-1, 1),
    "joined axes": lambda a, n: a.reshape(-1, a.shape[-1]),
    "rot90": lambda a, n: np.rot90(a, n) if a.ndim > 1 else a,
    "ravel": lambda a, n: a.ravel(),
    "atleast_3d": lambda a, n: np.atleast_3d(a),
}


def _laid_out(array: np.ndarray[Any, Any], layout: str) -> np.ndarray[Any, Any]:
    if layout == "S":
        wide = np.zeros([2 * length for length in array.shape], array.dtype)
        wide[tuple(slice(None, None, 2) for _ in array.shape)] = array
        return wide[tuple(slice(None, None, 2) for _ in array.shape)]
    return np.array(array, order=layout)  # type: ignore[call-overload]


@settings(max_examples=25, deadline=None)
@given(
    shape=hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=4),
    layout=st.sampled_from("CFS"),
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 99)), max_size=4),
)
def test_views_of_views(shape: tuple[int, ...], layout: str, steps: list[tuple[str, int]]) -> None:
    def viewed(a: Any) -> Any:
        view = a
        for name, number in steps:
            view = STEPS[name](view, number)
        return view

    def written(a: Any) -> Any:
        view = viewed(a)
        view[...] = view * 2 + 1
        return view.shape, view

    array = _laid_out(np.arange(float(np.prod(shape))).reshape(shape), layout)
    try:
        viewed(array.copy())
    except (IndexError, ValueError):
        assume(False)  # an axis of no elements has no first row, and no length for -1
    try:
        same_as_python(nm.jit(written), array, modes=("default",))
    except nm.TraceError as problem:
        # A view or a copy, as the strides allow: it is read, and neither written nor returned.
        assert problem.number in (122, 306), problem
        same_as_python(nm.jit(lambda a: viewed(a) * 2), array, modes=("default",))
