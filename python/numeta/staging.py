"""Staging: a kernel's source is read once and its calls, captured loads and loops are routed to us.

`stage(func)` gives a `StagedFunction`: the transformed code (staging_source.py) over the *same*
globals, closure cells and defaults, with the user's file name and line numbers. The reserved names
are extra closure cells, so nothing is written into the user's module. What a function was turned
into is kept in the store for later processes, as the answer to its code, the Python that runs and
the sources that transform it: those need neither read nor transform it, nor load what does.
"""

from __future__ import annotations

import gc
import marshal
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CellType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from . import _cache, _trace
from .config import config
from .records import Record
from .version import VERSION

if TYPE_CHECKING:
    from .staging_source import Transformed


class _Template(Record):
    """What one code object is turned into; `code` is the original where there is no source."""

    original: CodeType  # kept: the cache is keyed by its id
    code: CodeType
    captured: tuple[str, ...]
    refusal: str
    source_missing: bool


class StagedFunction:
    """A function ready to be run on traced values; see `session.Session.run`.

    captured_names: the global and free names that it reads, builtins included, sorted.
    source_missing: it runs as written, since no source was found that compiles to its code.
    inlined: the other functions that its last traced run called and inlined.
    refusal: "" or the construct for which no kernel can be this function (`yield`, `async def`).
    """

    __slots__ = ("captured_names", "func", "inlined", "refusal", "run", "source_missing")

    def __init__(self, func: FunctionType, template: _Template) -> None:
        self.func = func
        self.captured_names = template.captured
        self.refusal = template.refusal
        self.source_missing = template.source_missing
        self.inlined: list[FunctionType] = []
        self.run: Callable[..., Any] = func if template.source_missing else _rebuilt(func, template)

    def captured_values(self) -> Iterator[tuple[str, object]]:
        """The captured names with their present values; unbound ones and builtins are left out."""
        cells = dict(zip(self.func.__code__.co_freevars, self.func.__closure__ or (), strict=True))
        for name in self.captured_names:
            if name in cells:
                try:
                    yield name, cells[name].cell_contents
                except ValueError:
                    continue
            elif name in self.func.__globals__:
                yield name, self.func.__globals__[name]


_templates: dict[tuple[int, bool], _Template] = {}
_staged_codes: dict[int, CodeType] = {}  # transformed code objects, the nested ones included


def stage(func: FunctionType, catches: bool = False) -> StagedFunction:
    """Stage a Python function; reading and transforming happen once per code object.

    catches: what Python raises in an arm of an `if` is told to the flow (control_raised.py); few
    kernels need it, and it is not kept.
    """
    key = id(func.__code__), catches
    template = _templates.get(key)
    if template is None:
        template = _templates.setdefault(key, _template(func, catches))
    return StagedFunction(func, template)


def run(
    staged: StagedFunction,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    make_array: Callable[[Any, str], Any],
) -> Any:
    """Run a staged kernel in the current trace, see `session.run`."""
    from . import session

    return session.run(staged, args, kwargs, make_array)


def inlined(staged: StagedFunction) -> list[FunctionType]:
    """The functions that the last run of `staged` called and inlined."""
    return staged.inlined


def is_staged_code(code: CodeType) -> bool:
    """Whether the code came out of the transformation."""
    return id(code) in _staged_codes


def _rebuilt(func: FunctionType, template: _Template) -> FunctionType:
    from . import hooks

    cells = dict(zip(func.__code__.co_freevars, func.__closure__ or (), strict=True))
    cells.update(hooks.CELLS)
    closure: tuple[CellType, ...] = tuple(cells[name] for name in template.code.co_freevars)
    new = FunctionType(template.code, func.__globals__, func.__name__, func.__defaults__, closure)
    new.__kwdefaults__ = func.__kwdefaults__
    new.__qualname__ = func.__qualname__
    new.__module__ = func.__module__
    return new


def _template(func: FunctionType, catches: bool = False) -> _Template:
    code = func.__code__
    question = b"" if catches else _question(code)
    kept = _kept(question)
    if kept is not None:
        return _Template(code, *kept, False)
    found = _from_source(func, catches)
    if found is None:
        return _Template(code, code, _names_of(code), "", True)
    _remember(found.code)
    if question and found.is_certain:
        _cache.keep_staged(question, marshal.dumps((found.code, found.captured, found.refusal)))
    return _Template(code, found.code, found.captured, found.refusal, False)


def _from_source(func: FunctionType, catches: bool) -> Transformed | None:
    # Thousands of nodes come into being and none is garbage yet: collections find nothing.
    collects = gc.isenabled()
    gc.disable()
    try:
        from .staging_source import transformed

        return transformed(func, catches)
    finally:
        if collects:
            gc.enable()


def _remember(code: CodeType) -> None:
    _staged_codes[id(code)] = code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _remember(constant)


def _names_of(code: CodeType) -> tuple[str, ...]:
    """What an unread function may capture: every name in its code (attributes come with them)."""
    names = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names.update(_names_of(constant))
    return tuple(sorted(names))


# -- what is kept for later processes -------------------------------------------------------------

# What the transformation of a function depends on, but for `_trace.placed`.
SOURCES = ("source", "statements", "ast", "live", "match", "names", "nodes", "marks")
_NO_REFERENCES = 2  # a version of marshal's format that says the same of equal code


class _Stager:
    """What this process stages by, in bytes; read at the first question, empty if it cannot be."""

    words: bytes | None = None

    def read(self) -> bytes:
        if self.words is None:
            paths = [f"{PACKAGE}staging_{name}.py" for name in SOURCES]
            identity = _cache.identity_of(paths, str(_trace.__file__))
            python = f"{VERSION} {sys.version} {sys.flags.optimize}".encode()
            self.words = identity + python if identity else b""
        return self.words


_stager = _Stager()


def _question(code: CodeType) -> bytes:
    """All that the transformed code depends on; empty where it cannot be said."""
    config.apply_to_cache()
    words = _stager.read()
    try:
        return words and words + marshal.dumps(code, _NO_REFERENCES)
    except ValueError:  # a constant that no source makes
        return b""


def _kept(question: bytes) -> tuple[CodeType, tuple[str, ...], str] | None:
    answer = _cache.staged(question) if question else None
    if answer is None:
        return None
    code, captured, refusal = marshal.loads(answer)
    _remember(code)
    return code, captured, refusal


# -- whose code it is -----------------------------------------------------------------------------

PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def _library_prefixes() -> tuple[str, ...]:
    import site  # `sysconfig` has the same answers and is slow to import

    paths = {os.path.dirname(os.__file__), *site.getsitepackages()}
    paths |= {os.path.realpath(path) for path in paths}
    return ("<frozen ", *(path + os.sep for path in sorted(paths)))


_prefixes = _library_prefixes()


def is_library_file(filename: str) -> bool:
    """Whether a file is numeta's, the standard library's or an installed package's."""
    return filename.startswith(PACKAGE) or filename.startswith(_prefixes)


def is_own_file(filename: str) -> bool:
    """Whether a file is numeta's."""
    return filename.startswith(PACKAGE)
