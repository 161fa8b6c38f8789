"""Every row of NumPy's table against NumPy, over shapes, strides, element types and layouts.

Each row has forms in tests/numpy/forms: expressions of operands. What is drawn for an example is a
form, a mode, and the kinds of the operands, which make one kernel; then some calls of it, whose
shapes and values are drawn too. Compared are values, element types, shapes, whose memory results
are in, arguments, and exceptions with their text. PROPERTY_EXAMPLES raises the number of
examples of each row (2), PROPERTY_SEED draws other ones.
"""

from __future__ import annotations

import functools
import itertools
import linecache
import os
import re
from typing import Any

import numpy as np
import numpy.fft
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import numeta as nm
from numeta import functions, testing
from numeta.kernel import Kernel
from tests.numpy.forms import FORMS, Forms
from tests.numpy.operands import Kind, kinds, value_of

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "2"))
SEED = int(os.environ.get("PROPERTY_SEED", "0"))
CALLS = 3
ROWS = sorted(
    {row.name for row in functions.every_row() if not row.refused and row.name[:3] == "np."}
)
_NUMBERS = itertools.count()


@functools.cache
def kernel_of(form: str, parameters: str) -> Kernel:
    """The kernel that returns what an expression gives, or runs statements."""
    lines = form.splitlines() if "return" in form else [f"return {form}"]
    source = "\n".join([f"def kernel({parameters}):", *(f"    {line}" for line in lines)]) + "\n"
    name = f"<form {next(_NUMBERS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    space: dict[str, Any] = {"np": np, "nm": nm}
    exec(compile(source, name, "exec"), space)
    return nm.jit(space["kernel"])


def _near(got: Any, expected: Any, where: str) -> None:
    """As `testing._compare`, but of results whose rounding depends on the way they are computed."""
    assert type(got) is type(expected), f"{where}: {type(got)} instead of {type(expected)}"
    if isinstance(expected, tuple | list):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            _near(one, other, where)
        return
    if isinstance(expected, dict) or expected is None:
        assert got == expected, where
        return
    a, b = np.asarray(got), np.asarray(expected)
    assert a.dtype == b.dtype and a.shape == b.shape, f"{where}: {a!r} instead of {b!r}"
    tight = 1e-4 if a.dtype.char in "fF" else 1e-9
    scale = np.max(np.abs(b[np.isfinite(b)]), initial=1.0)
    same = np.allclose(a, b, rtol=tight, atol=tight * scale, equal_nan=True)
    assert same, f"{where}: {got!r} instead of {expected!r}"


def _is_same_error(got: BaseException, expected: BaseException, exact: bool) -> bool:
    kind = type(expected)
    if type(got) is kind:
        return not exact or _first_line(got) == _first_line(expected)
    if kind.__module__ == "numpy._core._exceptions":
        kind = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    return issubclass(type(got), kind) and (not exact or _first_line(got) == _first_line(expected))


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def check(forms: Forms, form: str, mode: str, kernel: Kernel, args: tuple[Any, ...]) -> None:
    """One call in NumPy and in the kernel."""
    expected = testing._run(testing._plain(kernel), args, {})
    got = testing._run(testing.in_mode(kernel, mode), args, {})
    where = f"{form} of {args!r}"
    if expected.error is not None:
        assert got.error is not None, f"{where}: {got.result!r} instead of {expected.error!r}"
        refused = isinstance(got.error, nm.TraceError) and isinstance(expected.error, TypeError)
        if not refused and not _is_same_error(
            got.error, expected.error, forms.text and "out=" not in form
        ):
            raise AssertionError(
                f"{where}: {got.error!r} instead of {expected.error!r}"
            ) from got.error
        return
    if forms.refused:
        assert isinstance(got.error, nm.TraceError), where
        return
    if got.error is not None:
        raise AssertionError(f"{where}: raises {got.error!r}") from got.error
    if forms.near:
        _near(got.result, expected.result, where)
    else:
        testing._compare(got.result, expected.result, mode, where)
    if forms.memory:
        _same_memory(got, expected, where)
    if forms.near:
        _near(got.args, expected.args, f"{where}: arguments")
    else:
        testing._compare(got.args, expected.args, mode, f"{where}: arguments")


def _same_memory(got: Any, expected: Any, where: str) -> None:
    memory = testing._memory_of(got.result, testing._arrays_in([got.args]))
    own = testing._memory_of(expected.result, testing._arrays_in([expected.args]))
    assert memory == own, f"{where}: memory of the result: {memory}, not {own}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ROWS)
def test_row(name: str) -> None:
    """A row against NumPy; a row without forms fails."""
    forms = FORMS[name]

    @settings(
        max_examples=EXAMPLES * forms.weight,
        deadline=None,
        database=None,
        derandomize=not SEED,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.data())
    def run(data: st.DataObject) -> None:
        form = data.draw(st.sampled_from(forms.forms), "form")
        mode = data.draw(st.sampled_from(("default", "default", "exact", "checks")), "mode")
        drawn: dict[str, Kind] = {}
        used = {key: one for key, one in forms.operands.items() if _uses(form, key)}
        for key, operand in used.items():
            drawn[key] = data.draw(kinds(operand), key)
        hints = [f"{key}: {one.hint}" if one.hint else key for key, one in used.items()]
        kernel = kernel_of(form, ", ".join(hints))
        for k in range(CALLS):
            values: dict[str, Any] = {}
            for key, operand in used.items():
                values[key] = value_of(data.draw, operand, drawn[key], values, k == 0)
            check(forms, form, mode, kernel, tuple(values.values()))

    (seed(SEED)(run) if SEED else run)()


def _uses(form: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", form) is not None


def test_every_form_has_a_row() -> None:
    assert set(FORMS) <= set(ROWS)
