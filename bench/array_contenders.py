"""The contenders of `arrays.py`: one kernel of array_kernels/ under NumPy, numeta and its peers.

Everybody gets the same function without its hints. Numba gets helpers compiled as well, and the
loop form where there is one; Pythran is given the text of function and helpers and is built once
into build/bench/; JAX gets its own form, its arguments are on its device before the clock starts.
The peers run at their best: fast math where they offer it, the machine's own instructions.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import subprocess
import sys
import textwrap
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from array_kernels import Kernel, other_form
from peer_extensions import BUILT, SUFFIX
from side_by_side import AbsentError, version_of

Function = Callable[..., Any]
PYTHRAN_FLAGS = ("-O3", "-march=native", "-ffast-math", "-DUSE_XSIMD")
CONTENDERS = ("numpy", "numeta", "numeta_fast", "numba", "numba_loops", "pythran", "jax")
PEERS = CONTENDERS[3:]


def contender(kernel: Kernel, name: str) -> Function:
    """The kernel under one contender, called like the plain function; AbsentError if it has none.

    JAX's answer is the results and then the arrays that the plain function would have written.
    """
    if name == "numpy":
        return kernel.function
    if name in ("numeta", "numeta_fast"):
        import numeta as nm

        compiled: Function = nm.jit(fast=name == "numeta_fast")(kernel.function)
        return compiled
    if name == "numba":
        return numba_compiled(kernel.function)
    if name == "numba_loops":
        return numba_compiled(form_of(kernel, "loops"))
    if name == "pythran":
        return pythran_compiled(kernel)
    return jax_compiled(form_of(kernel, "jax"))


def form_of(kernel: Kernel, form: str) -> Function:
    found = other_form(kernel, form)
    if found is None:
        raise AbsentError(f"no {form} form")
    return found


def helpers_of(function: Function) -> dict[str, Function]:
    """The plain functions of its own file that a function calls, by name."""
    known = function.__globals__  # type: ignore[attr-defined]
    names = function.__code__.co_names  # type: ignore[attr-defined]
    found = {name: known.get(name) for name in names}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__
    }


def numba_compiled(function: Function) -> Function:
    """`njit(fastmath=True)` of a function, and of the helpers it calls."""
    from numba import njit

    helpers = {name: numba_compiled(helper) for name, helper in helpers_of(function).items()}
    copied = types.FunctionType(
        function.__code__,  # type: ignore[attr-defined]
        {**function.__globals__, **helpers},  # type: ignore[attr-defined]
        function.__name__,
        function.__defaults__,  # type: ignore[attr-defined]
    )
    compiled: Function = njit(fastmath=True, error_model="numpy")(copied)
    return compiled


def unhinted(function: Function) -> str:
    """The text of a function and of its helpers without hints and decorators."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list, tree.returns = [], None
    for argument in tree.args.args:
        argument.annotation = None
    helpers = [unhinted(helper) for helper in helpers_of(function).values()]
    return "\n\n".join([*helpers, ast.unparse(tree)])


def pythran_type(hint: Any) -> str:
    """A hint as Pythran spells it: `int`, `float64[:,:]`."""
    if isinstance(hint, type):
        return hint.__name__
    if not hasattr(hint, "shape"):
        return str(hint.numpy)
    return f"{np.dtype(hint.dtype.numpy)}[{','.join(':' * len(hint.shape))}]"


def pythran_compiled(kernel: Kernel) -> Function:
    """The kernel's extension module, built into build/bench/ if it is not there."""
    hints = [hint for name, hint in kernel.function.__annotations__.items() if name != "return"]
    text = "\n".join(
        [
            f"#pythran export {kernel.name}({', '.join(map(pythran_type, hints))})",
            "import math",
            "import numpy as np",
            "",
            unhinted(kernel.function),
            "",
        ]
    )
    facts = [text, *PYTHRAN_FLAGS, version_of("pythran"), version_of("numpy")]
    folder = BUILT / hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
    name = f"pythran_{kernel.name}"
    target, refusal = folder / f"{name}{SUFFIX}", folder / "refused"
    if refusal.exists():
        raise AbsentError(refusal.read_text(encoding="utf-8"))
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / f"{name}.py"
        source.write_text(text, encoding="utf-8")
        build_with_pythran(source, target, refusal)
    spec = importlib.util.spec_from_file_location(name, target)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compiled: Function = getattr(module, kernel.name)
    return compiled


def build_with_pythran(source: Path, target: Path, refusal: Path) -> None:
    """Compile; what Pythran refuses is remembered beside the source, since it takes as long."""
    if importlib.util.find_spec("pythran") is None:
        raise AbsentError("pythran is not installed")
    command = [sys.executable, "-m", "pythran.run", *PYTHRAN_FLAGS, str(source), "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not target.exists():
        lines = [line for line in done.stderr.splitlines() if "rror" in line] or ["no output"]
        why = f"pythran: {lines[0].strip()[:200]}"
        refusal.write_text(why, encoding="utf-8")
        raise AbsentError(why)


def jax_compiled(function: Function) -> Function:
    """`jit` of a JAX form with its Python integers static; waits until the result is there."""
    import jax

    jax.config.update("jax_enable_x64", True)
    places: list[int] = []
    compiled: list[Function] = []

    def call(*arguments: Any) -> Any:
        if not compiled:
            places.extend(i for i, value in enumerate(arguments) if type(value) in (int, bool))
            compiled.append(jax.jit(function, static_argnums=tuple(places)))
        return jax.block_until_ready(compiled[0](*arguments))

    return call


def jax_arguments(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with their arrays on JAX's device."""
    import jax

    jax.config.update("jax_enable_x64", True)
    moved = [jax.numpy.asarray(a) if isinstance(a, np.ndarray) else a for a in arguments]
    return tuple(jax.block_until_ready(moved))


def copied(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in arguments)


def leaves(result: Any) -> list[Any]:
    """A result as a flat list of arrays and numbers."""
    if result is None:
        return []
    if isinstance(result, tuple | list):
        return [leaf for part in result for leaf in leaves(part)]
    return [result]


def outcome(name: str, function: Function, given: tuple[Any, ...], written: list[int]) -> list[Any]:
    """What one call gives: its results, then the arrays it is known to write."""
    if name == "jax":
        return leaves(function(*jax_arguments(given)))
    own = copied(given)
    return [*leaves(function(*own)), *(own[place] for place in written)]


def expected(kernel: Kernel, given: tuple[Any, ...]) -> tuple[list[Any], list[int]]:
    """NumPy's outcome, and the places of the arguments that it wrote."""
    own = copied(given)
    result = leaves(kernel.function(*own))
    written = [
        place
        for place, (before, after) in enumerate(zip(given, own, strict=True))
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
    ]
    return [*result, *(own[place] for place in written)], written


def difference(kernel: Kernel, got: list[Any], wanted: list[Any]) -> str:
    """What is wrong with an outcome, "" if it is NumPy's within the kernel's tolerance."""
    if len(got) != len(wanted):
        return f"{len(got)} results instead of {len(wanted)}"
    for one, other in zip(got, wanted, strict=True):
        a, b = np.asarray(one), np.asarray(other)
        if a.shape != b.shape:
            return f"shape {a.shape} instead of {b.shape}"
        scale = np.max(np.abs(b), initial=0.0, where=np.isfinite(b)) if b.size else 0.0
        near = np.isclose(a, b, rtol=kernel.rtol, atol=kernel.rtol * float(scale), equal_nan=True)
        if np.count_nonzero(~near) > kernel.outliers * b.size:
            return f"wrong result ({np.count_nonzero(~near)} of {b.size} elements)"
    return ""
