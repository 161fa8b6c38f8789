"""From classified arguments to a specialisation: trace, emit, build, wrap for the call path.

`trace` runs the staged function once on traced values; `build` has the emitted texts compiled or
found in the cache. What a specialisation captured is guarded by `captures`; errors of the
toolchain come out as `CompileError` at the line of the Python function that caused them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _cache, _call, _trace, errors, hooks, log  # noqa: F401
from .arguments import Argument
from .captures import Captures, Recorder, fixed_lengths, still_hold
from .config import config
from .control_state import CATCHES, ROLLED, Decisions, Restart
from .fingerprint import key_function
from .procedures import Procedures

# `hooks` is needed at the first trace: loaded here, that is as fast as the later ones.
from .records import Record
from .results import Template, never_returned, read_results
from .session import run as run_staged
from .staging import is_own_file, stage
from .texts import Raise, Say
from .types import BY_SHORT

if TYPE_CHECKING:
    from .kernel import Kernel

_trace.set_error_type(errors.TraceError)

# Which row a failed program belongs to, by what its command line begins with.
_PROGRAMS = (("cc1", 504), ("gcc", 504), ("cc", 504), ("as", 503), ("ld", 505), ("collect2", 505))
_TRACE_ATTEMPTS = 3


class Traced(Record):
    """One traced and emitted variant: texts, parameter specs, results and guards for `_call`."""

    emission: _trace.Emission
    params: list[tuple[Any, ...]]
    results: list[tuple[int, bool]]
    arrays: list[tuple[int, int, bool, bool]]
    template: Template
    guards: list[tuple[Any, ...]]
    written: list[bool]  # one per argument, False where it is no array
    seconds: float
    keepalive: tuple[Any, ...]


class Info(Record):
    """What a specialisation was made from; `Specialisation.info`."""

    signature: str
    key: tuple[Any, ...]
    traced: Traced
    hit: bool
    path: str
    cache_key: str
    timings: dict[str, float]
    values: dict[str, object]  # the compile-time values of unhinted parameters, by name


def signature_of(arguments: Sequence[Argument]) -> str:
    """A specialisation in words: `n=3, array: f8[:, :]` with the layout where it is not C."""
    parts = []
    for argument in arguments:
        if argument.kind == "const":
            text = repr(argument.value)
            parts.append(f"{argument.name}={text if len(text) <= 40 else text[:37] + '...'}")
            continue
        if argument.kind == "generator":
            parts.append(f"{argument.name}: Generator")
            continue
        assert argument.dtype is not None
        text = argument.dtype.short
        if argument.kind == "array":
            inner = ", ".join(":" if n is None else str(n) for n in argument.shape)
            text += f"[{inner or '()'}]" + (f" {argument.layout}" if argument.layout != "C" else "")
        elif argument.weak:
            text = argument.dtype.numpy.type(0).item().__class__.__name__
        parts.append(f"{argument.name}: {text}")
    return ", ".join(parts)


def _restart_with_single(buffer: int, axis: int) -> None:
    raise Restart((buffer, axis), "1")


_trace.set_unit_axis(_restart_with_single)


def _stand_in(trace: _trace.Trace, argument: Argument, decisions: Decisions) -> Any:
    """What the staged function gets for one argument."""
    if argument.kind == "const":
        return argument.value
    if argument.kind == "generator":
        from .arrays.generators import Generator

        return Generator(trace.add_array(argument.name, "i8", 1, "C", (None,), ()))
    assert argument.dtype is not None
    if argument.kind == "scalar":
        return trace.add_scalar(argument.name, argument.dtype.short, argument.weak)
    fixed = fixed_lengths(argument.shape, trace.buffers, decisions)
    actual = getattr(argument.value, "shape", ())
    return trace.add_array(
        argument.name, argument.dtype.short, argument.ndim, argument.layout, fixed, actual
    )


def _param(
    argument: Argument, written: bool, recorder: Recorder, lengths: tuple[int | None, ...] | None
) -> tuple[Any, ...]:
    """The `_call` parameter spec of one argument."""
    if argument.kind == "const":
        if argument.fixed:
            return ("const", argument.value)
        key_of = key_function(argument.value, recorder.has)
        return ("const_key", key_of, key_of(argument.value))
    if argument.kind == "generator":
        return ("generator", type(argument.value))
    assert argument.dtype is not None
    number = argument.dtype.typenum
    if argument.kind == "scalar":
        return ("scalar", number, argument.weak)
    return ("array", number, argument.ndim, argument.layout, lengths, written)


def trace(kernel: Kernel, arguments: Sequence[Argument], overlap: bool = False) -> Traced:
    """Trace and emit `kernel` for `arguments`; TraceError where it cannot be compiled."""
    decisions: Decisions = {}
    attempts = 0
    while attempts < _TRACE_ATTEMPTS:
        captures = Captures(kernel.py_func)
        try:
            traced = _trace_once(kernel, arguments, overlap, captures, decisions)
        except Restart as restart:
            decisions[restart.key] = restart.way
            continue
        except Exception:
            rolled = [key for key, way in decisions.items() if way == ROLLED]
            if not rolled:
                raise
            decisions.update(dict.fromkeys(rolled, "native"))  # what it needs is known only there
            continue
        attempts += 1
        if still_hold(captures.guards):  # another thread may have bound a captured name anew
            break
    return traced


def _trace_once(
    kernel: Kernel,
    arguments: Sequence[Argument],
    overlap: bool,
    captures: Captures,
    decisions: Decisions,
) -> Traced:
    start = time.perf_counter()
    name = kernel.__qualname__
    code = kernel.py_func.__code__
    place = (code.co_filename, code.co_firstlineno)
    graph = _trace.Trace(
        kernel.__name__,
        exact=kernel.exact,
        checks=kernel.checks,
        fast=kernel.fast,
        overlap=overlap,
    )
    recorder = Recorder(name, graph)
    procedures = Procedures()
    procedures.start(kernel, arguments)
    recorder.decisions = decisions
    values = [_stand_in(graph, argument, decisions) for argument in arguments]
    for argument in arguments:
        if argument.kind == "const":
            captures.add_argument(argument.value)
    staged = stage(kernel.py_func, CATCHES in decisions)
    with graph:
        returned = run_staged(
            staged,
            kernel.positional(values),
            kernel.keywords(values),
            recorder.array,
            decisions,
            procedures,
            kernel.return_hint,
        )
        if not graph.alive:
            returned = never_returned(returned, kernel.return_hint)
        results = read_results(name, place, returned, kernel.return_hint, values, recorder.pairs())
        graph.set_result(results.values, results.arrays)
    if recorder.arrays and procedures.is_recursive():
        raise errors.error(242, *place, name=name)
    emission = graph.emit()
    for function in staged.inlined:
        captures.add(function)
    written, params = _params(arguments, emission.written, recorder)
    recorder.forget_trace()
    return Traced(
        emission,
        params,
        [(BY_SHORT[str(short)].typenum, weak) for short, weak in emission.results],
        [
            (BY_SHORT[str(short)].typenum, rank, is_fortran, is_early)
            for short, rank, is_fortran, is_early in emission.arrays
        ],
        results.template,
        captures.finish(recorder.has),
        written,
        time.perf_counter() - start,
        (captures, recorder),
    )


def _params(
    arguments: Sequence[Argument], flags: Sequence[bool], recorder: Recorder
) -> tuple[list[bool], list[tuple[Any, ...]]]:
    """Which arguments are written, and the parameter specs with the hidden ones last."""
    left = iter(flags)
    buffers_of = ("array", "generator")
    written = [argument.kind in buffers_of and next(left) for argument in arguments]
    params = []
    buffers = 0
    for argument, flag in zip(arguments, written, strict=True):
        lengths = None
        if argument.kind == "array":
            lengths = recorder.lengths(buffers, argument.shape)
        buffers += argument.kind in buffers_of
        params.append(_param(argument, flag, recorder, lengths))
    return written, params + recorder.params(list(left))


def check_writeable(kernel: Kernel, arguments: Sequence[Argument], written: list[bool]) -> None:
    """ValueError 403 for a read-only array that the kernel writes."""
    for argument, flag in zip(arguments, written, strict=True):
        if flag and argument.kind == "array" and not argument.value.flags.writeable:
            raise errors.error(403, kernel=kernel.__qualname__, name=argument.name)


def _interrupted() -> bool:
    """Called while compilers run: Python delivers a pending KeyboardInterrupt here."""
    return False


def build(kernel: Kernel, arguments: Sequence[Argument], traced: Traced) -> _call.Specialisation:
    """The specialisation of a traced variant, compiled or found in the cache."""
    config.apply_to_cache()
    emission = traced.emission
    try:
        loaded = _cache.build(
            emission.fortran,
            emission.stub,
            emission.symbol,
            list(emission.flags),
            kernel.__name__,
            _interrupted,
            sorted(emission.libraries),
            lambda: _about(kernel, arguments, emission),
        )
    except _cache.BuildError as problem:
        raise _compile_error(kernel, emission, problem) from None
    return specialise(kernel, arguments, traced, loaded)


def specialise(
    kernel: Kernel, arguments: Sequence[Argument], traced: Traced, loaded: _cache.Loaded
) -> _call.Specialisation:
    """The specialisation of a traced variant whose code is loaded."""
    emission = traced.emission
    signature = signature_of(arguments)
    timings = {"trace": traced.seconds, **loaded.timings}
    if log.is_heard():
        log.message(
            "info",
            f"{kernel.__qualname__}({signature}): {'cached' if loaded.hit else 'compiled'}, "
            + ", ".join(f"{name} {1e3 * seconds:.2f} ms" for name, seconds in timings.items()),
        )
    spec = _call.Specialisation(
        loaded.address,
        traced.params,
        traced.results,
        traced.template,
        traced.guards,
        _raise_site(kernel, emission.sites),
        _overlap_maker(kernel, arguments),
        None,
        (loaded, traced.keepalive),
        brief=emission.brief,
        recursive=emission.recursive,
        interruptible=emission.interruptible,
        arrays=traced.arrays,
    )
    values = {
        a.name: a.value
        for k, a in enumerate(arguments)
        if a.kind == "const" and kernel.hint_at(k).kind == "none"
    }
    key = tuple(argument.key for argument in arguments)
    spec.info = Info(signature, key, traced, loaded.hit, loaded.path, loaded.key, timings, values)
    return spec


def _overlap_maker(kernel: Kernel, arguments: Sequence[Argument]) -> Any:
    """Makes the variant for overlapping arrays, at the first call that needs it."""

    def make(bound: tuple[Any, ...]) -> _call.Specialisation:
        with kernel.lock:
            fresh = [a.replaced(value=v) for a, v in zip(arguments, bound, strict=True)]
            return build(kernel, fresh, trace(kernel, fresh, overlap=True))

    return make


def _raise_site(kernel: Kernel, sites: Sequence[tuple[Any, str, str, int]]) -> Any:
    """Raises the Python exception of a failed check, its traceback ending at the Python line."""

    def raise_site(site: int, values: tuple[float, ...]) -> None:
        kind, message, filename, line = sites[site]
        if type(kind) is Say:
            return kind.tell(values[0])
        problem = kind(values) if type(kind) is Raise else kind(message.format(*values))
        source = "\n" * (max(line, 1) - 1) + "raise problem"
        code = compile(source, filename or "<kernel>", "exec")
        code = code.replace(co_name=kernel.__name__, co_qualname=kernel.__qualname__)
        exec(code, {"problem": problem})

    return raise_site


def _row_of(problem: _cache.BuildError) -> int:
    """The number of the diagnostic for a failed build, from its kind and the command."""
    words = problem.command.split()
    program = words[0].rpartition("/")[2] if words else ""
    if problem.kind == "missing":
        return 502 if program.startswith(("cc", "gcc", "clang")) else 501
    if problem.kind == "load":
        return 506
    if problem.kind != "failed":
        return 507
    if "-shared" in words:
        return 505
    if any(program.startswith(name) for name, _ in _PROGRAMS):
        return next(number for name, number in _PROGRAMS if program.startswith(name))
    return 508 if config.fflags else 503


def _compile_error(
    kernel: Kernel, emission: _trace.Emission, problem: _cache.BuildError
) -> BaseException:
    if problem.kind == "interrupted":
        return KeyboardInterrupt()
    number = _row_of(problem)
    filename, line = _python_line(problem.output, emission.line_map)
    row = errors.TABLE[number]
    return errors.CompileError(
        number,
        row.text.format(kernel=kernel.__qualname__, reason=str(problem)),
        row.hint,
        filename,
        line,
        problem.command,
        problem.output or (str(problem) if problem.kind == "missing" else ""),
        problem.kept,
    )


def _about(
    kernel: Kernel, arguments: Sequence[Argument], emission: _trace.Emission
) -> tuple[str, str]:
    """What the cache keeps for people to see: which kernel it is, and where its lines come from."""
    import json  # where something was compiled only

    code = kernel.py_func.__code__
    metadata = dict(
        kernel=f"{kernel.__module__}.{kernel.__qualname__}",
        signature=signature_of(arguments),
        file=code.co_filename,
        line=str(code.co_firstlineno),
    )
    places = _places(emission.line_map, code.co_filename)
    return json.dumps(metadata), json.dumps(places, separators=(",", ":"))


_Places = list[tuple[int, int] | tuple[int, int, str]]


def _places(line_map: Mapping[int, tuple[str, int]], filename: str) -> _Places:
    """The Fortran lines with which other Python lines begin, and those, with the file
    where it is not the kernel's."""
    places: _Places = []
    last: tuple[str, int] = ("", 0)
    for line, place in sorted(line_map.items()):
        if place == last or not place[1] or is_own_file(place[0]):
            continue
        last = place
        places.append((line, place[1]) if place[0] == filename else (line, place[1], place[0]))
    return places


def _python_line(output: str, line_map: Any) -> tuple[str, int]:
    """The Python place of the first Fortran line that gfortran complains about, or ("", 0)."""
    found = re.search(r"^[^\n:]*:(\d+):\d+:", output, re.MULTILINE)
    if not found:
        return "", 0
    wanted = int(found.group(1))
    entries = line_map.items() if isinstance(line_map, dict) else enumerate(line_map, 1)
    best: tuple[str, int] = ("", 0)
    for fortran_line, place in entries:
        if fortran_line <= wanted and place and place[1] and not is_own_file(str(place[0])):
            best = (str(place[0]), int(place[1]))
    return best
