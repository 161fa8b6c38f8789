"""One case in all modes: compiled with others in a batch, then compared call by call."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import numpy as np

import numeta as nm
from numeta import _cache, testing, testing_batch

from . import oracle
from .kernels import Case

MODES = testing.MODES
_ULP = 4
_SCOPE = {"np": np, "math": math}


@dataclass
class Outcome:
    """The verdict on one case: "right", "refused", "wrong" or "crashed", and what proves it."""

    name: str
    verdict: str
    mode: str = ""
    detail: str = ""
    arguments: str = ""
    calls: Counter[str] = field(default_factory=Counter)  # compared, raised, excused: how many

    @property
    def kind(self) -> tuple[str, str]:
        """What a smaller kernel must keep: the verdict, and the mode or what was raised."""
        if self.verdict == "wrong":
            return self.verdict, self.mode
        raised = re.match(r"NM\d+|\w+: \w+", self.detail)
        return self.verdict, raised.group() if raised else self.mode


class Candidate:
    """A case with its kernels, one per mode."""

    def __init__(self, case: Case, modes: Sequence[str], reference: str = "") -> None:
        self.case = case
        self.kernel = nm.jit(oracle.load(case.source, case.name)[case.name])
        self.kernels = {mode: testing.in_mode(self.kernel, mode) for mode in modes}
        if reference:
            planted = oracle.load(reference, case.name, f"<planted {case.name}>")
            self.plain = oracle.as_python(planted[case.name])
        else:
            self.plain = oracle.as_python(self.kernel.py_func)
        self.reference = reference or case.source
        self.arguments = [compile(text, "<arguments>", "eval") for text in case.arguments]

    def fresh(self, place: int) -> tuple[Any, ...]:
        found: tuple[Any, ...] = eval(self.arguments[place], _SCOPE)
        return found

    def prepare(self) -> list[testing_batch.Prepared]:
        """All modes traced; TraceError where one is refused."""
        return [testing_batch.prepare(kernel, self.fresh(0)) for kernel in self.kernels.values()]

    # -- comparison ---------------------------------------------------------------------------

    def compare(self) -> Outcome:
        """Every argument set in every mode; the first that differs decides."""
        calls: Counter[str] = Counter()
        for place, text in enumerate(self.case.arguments):
            with oracle.limited(2.0):
                expected = oracle.run(self.plain, self.fresh(place))
            if type(expected.error) is oracle.TooLong:
                return Outcome(self.case.name, "crashed", "endless", "", text, calls)
            for mode, kernel in self.kernels.items():
                if mode != "checks" and oracle.is_documented(expected.error):
                    calls["documented"] += 1
                    continue
                try:
                    problem = self.problem(mode, kernel, place, expected)
                except nm.TraceError as error:  # of the variant for arrays that overlap
                    return Outcome(self.case.name, "refused", mode, str(error), text, calls)
                calls["raised" if expected.error is not None else "compared"] += 1
                if not problem:
                    continue
                if self.is_excused(mode, kernel, place):
                    calls["excused"] += 1
                    continue
                return Outcome(self.case.name, "wrong", mode, problem, text, calls)
        return Outcome(self.case.name, "right", calls=calls)

    def problem(self, mode: str, kernel: Any, place: int, expected: oracle.Run) -> str:
        """What differs between a kernel and Python, "" if nothing does."""
        got = oracle.run(kernel, self.fresh(place))
        if isinstance(got.error, nm.TraceError):
            raise got.error
        if type(got.error) is not type(expected.error):
            return f"expected {_shown(expected)}\ngot      {_shown(got)}"
        ulp = self.tolerance(mode)
        if expected.error is None and not oracle.same(got.result, expected.result, ulp):
            return f"expected {expected.result!r}\ngot      {got.result!r}"
        if expected.error is None and _memory_of(got) != _memory_of(expected):
            return f"memory: expected {_memory_of(expected)}\nmemory: got      {_memory_of(got)}"
        for name, a, b in zip(self.kernel.parameter_names, got.args, expected.args, strict=True):
            sink = name == "out"
            if isinstance(b, np.ndarray) and not oracle.same(a, b, ulp if sink else 0):
                return f"{name}: expected {b!r}\n{name}: got      {a!r}"
        return ""

    def tolerance(self, mode: str) -> int:
        """Units in the last place for results and for the array that nothing reads."""
        return _ULP if mode != "exact" or self.case.loose_exact else 0

    def is_excused(self, mode: str, kernel: Any, place: int) -> bool:
        """Whether the call met a documented difference that explains it."""
        met = oracle.differences_met(self.reference, self.case.name, self.fresh(place))
        if mode == "checks" and met and met[0] == "overflow":
            error = oracle.run(kernel, self.fresh(place)).error
            return type(error) is OverflowError or "-9223372036854775808" in repr(self.fresh(place))
        return bool(met)


def _memory_of(run: oracle.Run) -> list[tuple[object, ...]]:
    """For each array that is returned, whose memory it is in and where.

    An argument is the very object; of two equal views it is not asked whether they are one object.
    """
    arguments = [value for value in run.args if isinstance(value, np.ndarray)]
    returned = run.result if isinstance(run.result, tuple) else (run.result,)
    arrays = [value for value in returned if isinstance(value, np.ndarray)]
    facts: list[tuple[object, ...]] = []
    for place, array in enumerate(arrays):
        facts.append((array.flags.writeable, *map(partial(_seen_in, array), arguments)))
        facts.append(tuple(array is one for one in arguments))
        facts.append(tuple(_seen_in(array, one) is not None for one in arrays[:place]))
    return facts


def _seen_in(array: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> object:
    """Where an array stands in the memory of another one; None where they share nothing."""
    if not (array.size and other.size and np.may_share_memory(array, other)):
        return None
    steps = [step for n, step in zip(array.shape, array.strides, strict=True) if n > 1]
    return array.ctypes.data - other.ctypes.data, steps


def _shown(run: oracle.Run) -> str:
    return repr(run.error) if run.error is not None else repr(run.result)


def check(
    cases: Sequence[Case],
    modes: Sequence[str] = MODES,
    tell: Callable[[str, str], None] = lambda phase, name: None,
    references: dict[str, str] | None = None,
    damage: Callable[[str], str] | None = None,
    optimise: str = "",
) -> Iterator[Outcome]:
    """The outcome of each case; `tell` hears what is being done, for when it ends the process."""
    candidates: list[Candidate] = []
    prepared: list[list[testing_batch.Prepared]] = []
    for case in cases:
        tell("trace", case.name)
        try:
            candidate = Candidate(case, modes, (references or {}).get(case.name, ""))
        except Exception as error:
            yield Outcome(case.name, "crashed", "define", f"{type(error).__name__}: {error}")
            continue
        try:
            with oracle.limited(20.0):
                parts = candidate.prepare()
            prepared.append([_damaged(part, damage) for part in parts] if damage else parts)
            candidates.append(candidate)
        except nm.TraceError as error:
            yield Outcome(case.name, "refused", detail=str(error))
        except Exception as error:
            yield _raised_at_trace(case, candidate, error)
    tell("build", "")
    broken = _build(prepared, optimise)
    for candidate, parts in zip(candidates, prepared, strict=True):
        if id(parts) in broken:
            yield Outcome(candidate.case.name, "crashed", "build", broken[id(parts)])
            continue
        tell("run", candidate.case.name)
        yield candidate.compare()


class _Damaged:
    """An emission with other Fortran."""

    def __init__(self, whole: Any, fortran: str) -> None:
        self.whole, self.fortran = whole, fortran

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)


def _damaged(part: testing_batch.Prepared, damage: Callable[[str], str]) -> testing_batch.Prepared:
    """The same with other Fortran."""
    whole = part.traced.emission
    emission = cast(Any, _Damaged(whole, damage(whole.fortran)))
    return part.replaced(traced=part.traced.replaced(emission=emission))


def _raised_at_trace(case: Case, candidate: Candidate, error: Exception) -> Outcome:
    """Right where Python raises the same before any run-time work."""
    expected = oracle.run(candidate.plain, candidate.fresh(0)).error
    if type(expected) is type(error):
        return Outcome(case.name, "right", calls=Counter({"raised": 1}))
    detail = f"{type(error).__name__}: {error}\nPython: {expected!r}"
    return Outcome(case.name, "crashed", "trace", detail, case.arguments[0])


def _build(prepared: Sequence[list[testing_batch.Prepared]], optimise: str) -> dict[int, str]:
    """Builds them together; where that fails, in halves. What does not compile, with the reason."""
    try:
        testing_batch.build([part for parts in prepared for part in parts], optimise)
        return {}
    except _cache.BuildError as error:
        if len(prepared) == 1:
            return {id(prepared[0]): f"{error}\n{error.output}"}
    middle = len(prepared) // 2
    return _build(prepared[:middle], optimise) | _build(prepared[middle:], optimise)
