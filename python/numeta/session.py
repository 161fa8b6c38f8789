"""One run of a staged kernel: what it captured, what it inlined, which loops are open, what failed.

`run` is the only way a staged function meets traced values. It holds the rule that one symbolic run
stands for every call: compile-time state that a kernel changes is an error, and so is a refused
construct that the kernel itself swallowed (`except Exception`): the first error is raised at the
end whatever happened to it. The current session belongs to the thread.
"""

from __future__ import annotations

import sys
from _thread import _local  # `threading` would be a tenth of the time to import numeta
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType, FunctionType
from typing import Any, NoReturn

import numpy as np

from . import _trace, errors
from .control_state import ControlState, Decisions, Restart
from .staging import PACKAGE, StagedFunction, is_library_file, is_own_file, stage
from .state import Snapshot
from .types import ReturnHint

_trace.set_own_folder(PACKAGE)  # its frames are not where a traced value comes from

MakeArray = Callable[[np.ndarray[Any, Any], str], Any]

# Diagnostics of values that are asked for in place of control flow: a branch, a count.
_OF_CONTROL = frozenset({101, 102})


class _Current(_local):
    session: Session | None = None


_current = _Current()


def current() -> Session | None:
    """The session that this thread is tracing in."""
    return _current.session


def user_frame(frame: FrameType | None = None) -> FrameType | None:
    """The innermost frame that runs the user's code."""
    frame = frame or sys._getframe(1)
    found: FrameType | None = frame
    while found is not None and is_own_file(found.f_code.co_filename):
        found = found.f_back
    return found


def refuse(number: int, frame: FrameType | None = None, line: int = 0, **values: Any) -> NoReturn:
    """Raise row `number` at the user's line that is being run, or at `line` of its file."""
    found = user_frame(frame or sys._getframe(1))
    if found is None:
        raise errors.error(number, **values)
    raise errors.error(number, found.f_code.co_filename, line or found.f_lineno, **values)


class Session(ControlState):
    """The state of one run. `captured_arrays`: (array, stand-in); `staged`: all functions run."""

    def __init__(
        self,
        trace: _trace.Trace,
        make_array: MakeArray,
        decisions: Decisions | None = None,
        procedures: Any = None,
    ) -> None:
        super().__init__({} if decisions is None else decisions)
        self.trace = trace
        self.procedures = procedures  # procedures.Procedures
        self.checks = trace.checks
        self.exact = trace.exact
        self.return_hint = ReturnHint("any")
        self.captured_arrays: list[tuple[np.ndarray[Any, Any], Any]] = []
        self.staged: list[StagedFunction] = []
        self.first_error: errors.TraceError | None = None
        self.base = Snapshot()
        self._make_array = make_array
        self._arrays: dict[int, Any] = {}
        self._functions: dict[int, StagedFunction] = {}

    # -- captured arrays and inlined functions --------------------------------------------------

    def array(self, value: np.ndarray[Any, Any], name: str) -> Any:
        """The traced stand-in for an array that existed before the trace began."""
        found = self._arrays.get(id(value))
        if found is None:
            if id(value) not in self.base.objects:
                refuse(231, name=name or "array")
            found = self._make_array(value, name or "captured")
            self._arrays[id(value)] = found
            self.captured_arrays.append((value, found))
        return found

    def knows(self, value: object) -> bool:
        """Whether the object existed before the trace began, as far as can be reached."""
        return id(value) in self.base.objects

    def seen(self, name: str, value: object) -> None:
        """A value that was reached through a module or a library: it is watched from now on."""
        self.base.add([(name, value)])

    def function(self, func: FunctionType) -> StagedFunction:
        """The staged form of a function that the kernel calls, remembered for the guards."""
        found = self._functions.get(id(func))
        if found is None:
            found = self._functions[id(func)] = stage(func, self.catches)
            self.staged.append(found)
            self.base.add(found.captured_values())
            self.base.add([(func.__name__, func)])
            if found.refusal and found.refusal != "yield":  # a generator runs at the trace
                refuse(221, name=func.__name__, what=found.refusal)
        return found

    # -- the run --------------------------------------------------------------------------------

    def run(self, staged: StagedFunction, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Run `staged` on traced and compile-time arguments; TraceError as the module says."""
        outer, _current.session = _current.session, self
        errors.observers.append(self._observe)
        try:
            func = staged.func
            self._functions[id(func)] = staged
            self.staged.append(staged)
            if staged.refusal:
                code = func.__code__
                values = dict(name=func.__name__, what=staged.refusal)
                raise errors.error(221, code.co_filename, code.co_firstlineno, **values)
            self._snapshot(staged, args, kwargs)
            result = self._traced(staged, args, kwargs)
            if self.trace.alive:
                result = self._ready(result)
            self._finish(staged, result)
            return result
        finally:
            errors.observers.remove(self._observe)
            _current.session = outer

    def _ready(self, result: Any) -> Any:
        from .returned_arrays import ready

        return ready(result, self.return_hint)

    def _observe(self, error: errors.TraceError) -> None:
        if self.first_error is None and _current.session is self:
            self.first_error = error

    def _snapshot(
        self, staged: StagedFunction, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        code = staged.func.__code__
        names = [*code.co_varnames[: code.co_argcount], *("*args" for _ in args)]
        self.base.add(staged.captured_values())
        self.base.add(zip(names, args, strict=False))
        self.base.add(kwargs.items())
        defaults = [*(staged.func.__defaults__ or ()), *(staged.func.__kwdefaults__ or {}).values()]
        self.base.add((staged.func.__name__, value) for value in defaults)

    def _traced(
        self, staged: StagedFunction, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        try:
            return staged.run(*args, **kwargs)
        except errors.TraceError as problem:
            self._restart_adaptive()
            raise self._explained(self.first_error or problem) from None
        except Exception as problem:
            self._restart_adaptive()
            if self.first_error is not None:
                raise self.first_error from problem
            if isinstance(problem, RecursionError):
                self._refuse_recursion(problem)
            if self.is_certain():
                raise
            from .control_raised import raise_later

            raise_later(self, problem)
            return None

    def _explained(self, error: errors.TraceError) -> errors.TraceError:
        """The error; what asks for a run-time value in a function without source says so."""
        where = {s.func.__code__.co_filename for s in self.staged if s.source_missing}
        if error.number in _OF_CONTROL and error.filename in where:
            error.hint = (
                "define the function in a file: its source cannot be read, and without that its"
                " control flow cannot be compiled"
            )
        return error

    def _restart_adaptive(self) -> None:
        """A loop that need not be compiled could not be: the next trace has Python run it."""
        for construct in reversed(self.open):
            if getattr(construct, "adaptive", False):
                raise Restart(construct.key, "native")  # type: ignore[attr-defined]

    def _refuse_recursion(self, problem: Exception) -> NoReturn:
        """A helper that calls itself is inlined without end if a run-time value is to end it."""
        step, frames = problem.__traceback__, []
        while step is not None:
            if not is_library_file(step.tb_frame.f_code.co_filename):
                frames.append((step.tb_frame.f_code, step.tb_lineno))
            step = step.tb_next
        if not frames:  # the kernel itself is in a library
            raise problem
        code, line = frames[-1]
        raise errors.error(240, code.co_filename, line, name=code.co_name) from None

    def _finish(self, staged: StagedFunction, result: object) -> None:
        code = staged.func.__code__
        where = (code.co_filename, code.co_firstlineno)
        if self.first_error is not None:
            raise self.first_error
        if any(construct.conditional for construct in self.open):
            raise errors.error(201, self.open[-1].filename, self.open[-1].line)
        from .control_merge import check_result

        check_result(result, *where)
        changed = self.base.changed(except_arrays=self._arrays)
        if changed is not None:
            name, value = changed
            kind = type(value).__name__
            raise errors.error(211, *where, name=name, kind=kind, kernel=staged.func.__name__)

    # -- frames -----------------------------------------------------------------------------------

    def frames(self, innermost: FrameType) -> Iterator[FrameType]:
        """The user's frames of this run, from the inside out, and those of open constructs."""
        opened = {construct.frame_id for construct in self.open}
        frame: FrameType | None = innermost
        while frame is not None:
            code = frame.f_code
            if code is Session._traced.__code__ and frame.f_locals.get("self") is self:
                return
            if id(frame) in opened or not is_own_file(code.co_filename):
                yield frame
            frame = frame.f_back


def run(
    staged: StagedFunction,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    make_array: MakeArray,
    decisions: Decisions | None = None,
    procedures: Any = None,
    hint: ReturnHint | None = None,
) -> Any:
    """Run a staged kernel in the current trace; `make_array` makes captured arrays' stand-ins.

    Raises `Restart` where a loop has to go another way than `decisions` say.
    """
    trace = _trace.current()
    assert trace is not None, "a staged function runs inside `with trace:`"
    session = Session(trace, make_array, decisions, procedures)
    if hint is not None:
        session.return_hint = hint
    try:
        return session.run(staged, args, kwargs)
    finally:
        staged.inlined = [other.func for other in session.staged if other is not staged]
