"""Pickling of kernels: by reference where the name leads back to the kernel, else by source text.

A kernel at the top level of a module is pickled as that module's attribute. Any other (nested, in a
notebook cell) is pickled as its source, its options and the values it captures, which must be
picklable themselves; its specialisations are not: the other process finds them in the cache.
"""

from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from .kernel import Kernel

_count = 0


def _lookup(module: str, qualname: str) -> Any:
    found: Any = sys.modules.get(module)
    for name in qualname.split("."):
        found = getattr(found, name, None)
    return found


def by_reference(module: str, qualname: str) -> Kernel:
    """The kernel that a module has under this name."""
    import importlib

    importlib.import_module(module)
    kernel: Kernel = _lookup(module, qualname)
    return kernel


def reduce_kernel(kernel: Kernel) -> tuple[Any, ...]:
    """What `Kernel.__reduce__` returns."""
    if _lookup(kernel.__module__, kernel.__qualname__) is kernel:
        return by_reference, (kernel.__module__, kernel.__qualname__)
    import ast
    import inspect
    import textwrap

    func = kernel.py_func
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(func)))
    except (OSError, SyntaxError) as problem:
        reason = f"its source cannot be read ({problem})"
        raise errors.error(412, kernel=kernel.__qualname__, reason=reason) from None
    node = tree.body[0]
    if not isinstance(node, ast.FunctionDef):
        raise errors.error(412, kernel=kernel.__qualname__, reason="it is a lambda")
    node.decorator_list = []
    options = {"exact": kernel.exact, "checks": kernel.checks, "fast": kernel.fast}
    captured = _captured(kernel, func)
    state = (ast.unparse(node), func.__name__, func.__module__, captured, options)
    return from_source, state


def _captured(kernel: Kernel, func: types.FunctionType) -> dict[str, Any]:
    names: set[str] = set()
    texts = [text for text in func.__annotations__.values() if isinstance(text, str)]
    codes = [func.__code__, *[compile(text, "<annotation>", "eval") for text in texts]]
    for code in codes:
        codes.extend(c for c in code.co_consts if isinstance(c, types.CodeType))
        names.update(code.co_names)
    captured = {name: func.__globals__[name] for name in names if name in func.__globals__}
    for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
        captured[name] = cell.cell_contents
    captured["__numeta_annotations__"] = {
        name: str(value) if isinstance(value, str) else value
        for name, value in func.__annotations__.items()
    }
    captured["__numeta_defaults__"] = (func.__defaults__, func.__kwdefaults__)
    modules = {k: v.__name__ for k, v in captured.items() if isinstance(v, types.ModuleType)}
    return {**{k: v for k, v in captured.items() if k not in modules}, "__modules__": modules}


def from_source(
    source: str, name: str, module: str, captured: dict[str, Any], options: dict[str, Any]
) -> Kernel:
    """A kernel made anew from its source text and captured values."""
    import ast
    import importlib
    import linecache

    from .kernel import Kernel

    global _count
    _count += 1
    filename = f"<numeta pickle {_count}: {name}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    space = {k: v for k, v in captured.items() if not k.startswith("__")}
    space.update((k, importlib.import_module(v)) for k, v in captured["__modules__"].items())
    space["__name__"] = module
    tree = ast.parse(source)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    for parameter in ast.walk(definition.args):
        if isinstance(parameter, ast.arg):
            parameter.annotation = None
    definition.returns = None
    definition.args.defaults = [
        ast.copy_location(ast.Constant(None), d) for d in definition.args.defaults
    ]
    definition.args.kw_defaults = [
        d and ast.copy_location(ast.Constant(None), d) for d in definition.args.kw_defaults
    ]
    exec(compile(tree, filename, "exec"), space)
    func = space[name]
    func.__annotations__ = captured["__numeta_annotations__"]
    func.__defaults__, func.__kwdefaults__ = captured["__numeta_defaults__"]
    return Kernel(func, **options)
