"""Kernels that call kernels: each becomes a procedure of the same Fortran text, recursion included.

A procedure is traced once for each combination of argument types, in a trace and a session of its
own. A call of one that is still being traced is recursion: its result is what its return hint says.
What a procedure cannot be given or give back (compile-time values, captured arrays, arrays that may
be the same one) is inlined instead, unless it calls itself, where it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _trace
from .results import never_returned, read_results
from .session import Session, refuse
from .types import Hint, ReturnHint

if TYPE_CHECKING:
    from .arguments import Argument
    from .kernel import Kernel

Key = tuple[Any, ...]


class Unsuitable(BaseException):
    """The procedure that is being traced has to be inlined; passes any `except Exception`."""


class Procedure:
    """One traced procedure. `results`: (dtype, weak) of each; `template` as in results.py."""

    __slots__ = ("done", "inlined", "kernel", "number", "results", "template")

    def __init__(self, kernel: Kernel, number: int) -> None:
        self.kernel = kernel  # kept: keys hold its id
        self.number = number
        self.done = False
        self.inlined = False
        self.results: list[tuple[str, bool]] = []
        self.template: Any = None


class Procedures:
    """The procedures of one kernel, shared by the sessions that trace them."""

    def __init__(self) -> None:
        self.known: dict[Key, Procedure] = {}

    def start(self, kernel: Kernel, arguments: Sequence[Argument]) -> None:
        """The kernel itself is procedure 0."""
        parts: list[Key] = []
        for argument in arguments:
            if argument.kind in ("const", "generator"):
                return  # a call of it has compile-time values, and is inlined
            assert argument.dtype is not None
            short = argument.dtype.short
            if argument.kind == "scalar":
                parts.append(("scalar", short, argument.weak))
            else:
                shape = tuple(argument.shape)
                parts.append(("array", short, argument.ndim, argument.layout, shape))
        self.known[(id(kernel), *parts)] = Procedure(kernel, 0)

    def is_recursive(self) -> bool:
        """Whether the kernel itself was called."""
        return any(p.number == 0 and p.template is not None for p in self.known.values())


def _converted(hint: Hint, value: Any) -> Any:
    """A number for a hinted scalar parameter becomes a run-time operand."""
    if hint.kind == "scalar" and isinstance(value, bool | int | float | complex):
        assert hint.dtype is not None
        return _trace.cast(value, hint.dtype.short, hint.weak)
    return value


def _key(trace: _trace.Trace, kernel: Kernel, values: Sequence[Any]) -> Key | None:
    """What a procedure is known by; None where a value cannot be its argument."""
    parts: list[Key] = []
    arrays: list[Any] = []
    for value in values:
        if type(value) is _trace.Scalar:
            short = _SHORT[str(value.dtype)]
            parts.append(("scalar", short, value.weak))
        elif type(value) is _trace.Array:
            if any(value is other for other in arrays):
                return None
            arrays.append(value)
            whole = trace.layout(value)
            if whole is None:
                return None
            layout, shape = whole
            parts.append(("array", _SHORT[str(value.dtype)], value.ndim, layout, shape))
        else:
            return None
    return (id(kernel), *parts)


_SHORT = {str(row["name"]): str(row["short"]) for row in _trace.dtypes()}


def call(session: Session, kernel: Kernel, values: list[Any]) -> tuple[bool, Any]:
    """(True, the result) of a call of a procedure, or (False, None): inline it."""
    trace = session.trace
    values = [_converted(kernel.hint_at(k), value) for k, value in enumerate(values)]
    key = _key(trace, kernel, values)
    known = None if key is None else session.procedures.known.get(key)
    if known is not None and not known.done and not known.inlined:
        _promise(known)
    elif known is None:
        if key is None or kernel.inline or trace.overlap:
            return False, None
        known = _traced(session, kernel, key, values)
    if known.inlined:
        return False, None
    results = trace.call(known.number, values, known.results)
    return True, _rebuilt(known.template, results, values)


def _promise(procedure: Procedure) -> None:
    """The results of a recursive call, which its return hint says."""
    kernel = procedure.kernel
    hint = kernel.return_hint
    results: list[tuple[str, bool]] = []

    def template(part: ReturnHint) -> Any:
        if part.kind == "none":
            return None
        if part.kind == "tuple":
            return ("tuple", *map(template, part.parts))
        if part.kind == "array":
            refuse(244, name=kernel.__name__)
        if part.kind != "scalar" or part.dtype is None:
            refuse(241, name=kernel.__name__)
        results.append((part.dtype.short, part.weak))
        return len(results) - 1

    procedure.template = template(hint)
    if hint.kind == "none":
        procedure.template = ("const", None)
    procedure.results = results


def _traced(session: Session, kernel: Kernel, key: Key, values: list[Any]) -> Procedure:
    """Trace a kernel as a procedure of its own."""
    outer = session.trace
    inner = _trace.Trace(
        kernel.__name__,
        exact=outer.exact,
        checks=outer.checks,
        fast=outer.fast,
        overlap=outer.overlap,
        caller=outer,
    )
    procedure = session.procedures.known[key] = Procedure(kernel, inner.number)
    arguments: list[Any] = []
    for place, part in enumerate(key[1:]):
        name = kernel.name_at(place)
        if part[0] == "scalar":
            arguments.append(inner.add_scalar(name, part[1], part[2]))
        else:
            arguments.append(inner.add_array(name, part[1], part[2], part[3], part[4]))
    code = kernel.py_func.__code__
    place_of = (code.co_filename, code.co_firstlineno)
    staged = session.function(kernel.py_func)
    nested = Session(inner, _no_array, session.decisions, session.procedures)
    nested.return_hint = kernel.return_hint
    nested.has_decided = True  # its caller's part of the trace decides whether it runs
    try:
        with inner:
            returned = nested.run(staged, kernel.positional(arguments), kernel.keywords(arguments))
            if not inner.alive:
                returned = never_returned(returned, kernel.return_hint)
            results = read_results(
                kernel.__qualname__, place_of, returned, kernel.return_hint, arguments
            )
            if results.arrays or not _is_rebuilt(results.template):
                raise Unsuitable
            inner.set_result(results.values)
    except Unsuitable:
        if procedure.results or procedure.template is not None:  # it was called already
            refuse(242, name=kernel.__name__)
        procedure.inlined = True
        return procedure
    session.staged += nested.staged
    procedure.results = [
        (dtype or _SHORT[str(value.dtype)], weak)  # type: ignore[attr-defined]
        for value, dtype, weak in results.values
    ]
    procedure.template = ("const", None) if results.template is None else results.template
    procedure.done = True
    return procedure


def _no_array(value: Any, name: str) -> Any:
    raise Unsuitable


def _is_rebuilt(template: Any) -> bool:
    """Whether the caller of a procedure can make the object that a template stands for."""
    if not isinstance(template, tuple):
        return True
    kind, *parts = template
    if kind in ("tuple", "list"):
        return all(map(_is_rebuilt, parts))
    return kind in ("const", "arg")


def _rebuilt(template: Any, results: Sequence[Any], values: Sequence[Any]) -> Any:
    """The object that a template stands for."""
    if isinstance(template, int):
        return results[template]
    kind, *parts = template
    if kind == "const":
        return parts[0]
    if kind == "arg":
        return values[parts[0]]
    items = [_rebuilt(part, results, values) for part in parts]
    return items if kind == "list" else tuple(items)
