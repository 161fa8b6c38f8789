"""Each row of docs/differences.md: plain Python, default mode and checks=True give what it says."""

import importlib.util
import math
import re
import sys
import warnings
from types import ModuleType

import numpy as np
import pytest

import numeta as nm
from tools.differences import ACCURACY, SECTIONS, Accuracy, Row

ROWS = [row for section in SECTIONS for row in section.rows]
HEAD = "import cmath\nimport math\n\nimport numpy as np\n\nimport numeta as nm\n"


def function_text(name: str, row: Row) -> str:
    statement = row.operation if " = " in row.operation else f"return {row.operation}"
    return f"\n\ndef {name}({row.parameters}):\n    {statement}\n"


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A module with one function per row, row k as `row_k`."""
    path = tmp_path_factory.mktemp("differences") / "rows_of_differences.py"
    texts = [function_text(f"row_{k}", row) for k, row in enumerate(ROWS)]
    texts += [
        f"\n\ndef {entry.function.replace('.', '_')}(x: nm.f8[:], y: nm.f8[:]):\n"
        f"    for i in nm.range(x.shape[0]):\n        y[i] = {entry.function}(x[i])\n"
        for entry in ACCURACY
    ]
    path.write_text(HEAD + "".join(texts))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def outcome(call: object, row: Row) -> str:
    arguments = eval(f"({row.arguments},)", {"np": np, "math": math})
    assert callable(call)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = repr(call(*arguments))
        except Exception as error:
            found = type(error).__name__
    return found + "".join(f" + {warning.category.__name__}" for warning in caught[:1])


def same(found: str, row_text: str) -> bool:
    """Equal but for the sign of a NaN."""
    return re.sub(r"-nan", "nan", found) == row_text


@pytest.mark.parametrize("number", range(len(ROWS)), ids=lambda k: ROWS[k].operation)
def test_row(number: int, functions: ModuleType) -> None:
    row = ROWS[number]
    function = getattr(functions, f"row_{number}")
    kernel, checking = nm.jit(function), nm.jit(function, checks=True)

    def plain(*arguments: object) -> object:
        with nm.debug():
            return kernel(*arguments)

    found = {"plain": plain, "default": kernel, "checks": checking}
    texts = {name: outcome(call, row) for name, call in found.items()}
    assert same(texts["plain"], row.plain), texts
    assert same(texts["default"], row.default), texts
    assert same(texts["checks"], row.checks), texts
    assert row.default != row.plain


@pytest.mark.parametrize("entry", ACCURACY, ids=lambda entry: entry.function)
def test_last_digits(entry: Accuracy, functions: ModuleType) -> None:
    kernel = nm.jit(getattr(functions, entry.function.replace(".", "_")))
    x = np.linspace(entry.low, entry.high, 1001)
    y, expected = np.empty_like(x), np.empty_like(x)
    kernel(x, y)
    kernel.py_func(x, expected)
    assert (np.abs(y - expected) / np.spacing(np.abs(expected))).max() <= entry.ulp


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_argument_beyond_64_bits_raises_in_every_mode(number: int) -> None:
    def back(i: int) -> int:
        return i

    for kernel in (nm.jit(back), nm.jit(back, checks=True), nm.jit(back, exact=True)):
        with pytest.raises(OverflowError):
            kernel(number)
