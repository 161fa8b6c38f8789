"""The `jit` decorator and the kernel object it makes.

The call path (`_call.Kernel`) finds a specialisation that fits; where none does it asks `_slow`,
which checks the arguments against the hints, traces, builds and adds one. One lock per kernel:
two threads that need the same specialisation compile it once.
"""

from __future__ import annotations

import _thread
import functools
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, overload

from . import _call, compilation, errors
from .arguments import Argument, classify, describe
from .debug import call as _debug_call
from .types import (
    NO_HINT,
    ArrayType,
    DType,
    Hint,
    ReturnHint,
    Scope,
    parse_hint,
    parse_return_hint,
)

_STORM = 8
_TAKES_REST, _TAKES_KEYWORDS = 0x04, 0x08


class Kernel(_call.Kernel):
    """A compiled function; call it as the Python function it was made from.

    Attributes: `py_func` the undecorated function, `exact`, `checks`, `fast` the modes,
    `signatures` what it was compiled for. Arguments that do not fit their hints raise TypeError,
    OverflowError (an int that does not fit) or ValueError (a read-only array that is written).
    """

    exact: bool
    checks: bool
    fast: bool
    inline: bool
    __qualname__: str
    __name__: str
    if TYPE_CHECKING:
        # mypy would bind a FunctionType as if it were a method.
        @property
        def py_func(self) -> Any: ...

    def __init__(
        self,
        func: Callable[..., Any],
        *,
        exact: bool = False,
        checks: bool = False,
        fast: bool = False,
        inline: bool = False,
        names: dict[str, object] | None = None,
    ) -> None:
        super().__init__(func, _slow, _debug_call)
        functools.update_wrapper(self, func)
        self.exact = exact
        self.checks = checks
        self.fast = fast
        self.inline = inline
        self.lock: Any = _thread.RLock()  # type: ignore[attr-defined]
        self._names = names or {}
        self._hints: tuple[list[Hint], Hint] | None = None
        self._return_hint: ReturnHint | None = None
        self._warned = False
        self._newest: tuple[Any, Any] = (None, None)  # the last one added, what was `last` then

    # -- parameters ---------------------------------------------------------------------------

    def _scope(self) -> Scope:
        return Scope(self.py_func, self._names)

    def _parameters(self) -> tuple[int, int, bool, bool]:
        """(positional, keyword-only, takes *args, takes **kwargs)."""
        code = self.py_func.__code__
        return (
            code.co_argcount,
            code.co_kwonlyargcount,
            bool(code.co_flags & _TAKES_REST),
            bool(code.co_flags & _TAKES_KEYWORDS),
        )

    def _all_hints(self) -> tuple[list[Hint], Hint]:
        """The hints of the named parameters in bound order, and that of the elements of *args."""
        if self._hints is None:
            positional, only, rest, _ = self._parameters()
            variables = self.py_func.__code__.co_varnames
            annotations = self.py_func.__annotations__
            scope = self._scope()
            named = [
                parse_hint(annotations[name], name, scope) if name in annotations else NO_HINT
                for name in variables[: positional + only]
            ]
            star = variables[positional + only] if rest else ""
            hint = parse_hint(annotations[star], star, scope) if star in annotations else NO_HINT
            self._hints = (named, hint)
        return self._hints

    def hint_at(self, place: int) -> Hint:
        """The hint of the bound value at `place`."""
        named, rest = self._all_hints()
        if place < len(named):
            return named[place]
        takes_keywords = self._parameters()[3]
        return NO_HINT if takes_keywords and place == len(named) else rest

    def name_at(self, place: int) -> str:
        """The name of the bound value at `place`; an element of *args is `args[0]`."""
        positional, only, _, takes_keywords = self._parameters()
        variables = self.py_func.__code__.co_varnames
        if place < positional + only:
            return str(variables[place])
        if takes_keywords:
            if place == positional + only:
                return str(variables[positional + only + self._parameters()[2]])
            place -= 1
        return f"{variables[positional + only]}[{place - positional - only}]"

    @property
    def return_hint(self) -> ReturnHint:
        """The hint of the result."""
        if self._return_hint is None:
            annotations = self.py_func.__annotations__
            self._return_hint = (
                parse_return_hint(annotations["return"], self._scope())
                if "return" in annotations
                else ReturnHint("any")
            )
        return self._return_hint

    def positional(self, bound: Sequence[Any]) -> tuple[Any, ...]:
        """The positional arguments among bound values."""
        count, only, _, takes_keywords = self._parameters()
        return (*bound[:count], *bound[count + only + takes_keywords :])

    def keywords(self, bound: Sequence[Any]) -> dict[str, Any]:
        """The keyword arguments among bound values."""
        count, only, _, takes_keywords = self._parameters()
        names = self.py_func.__code__.co_varnames[count : count + only]
        named = dict(zip(names, bound[count : count + only], strict=True))
        return {**named, **bound[count + only]} if takes_keywords else named

    def _classified(self, bound: Sequence[Any]) -> list[Argument]:
        return [
            classify(self.__qualname__, self.name_at(k), self.hint_at(k), value)
            for k, value in enumerate(bound)
        ]

    def _described(self, bound: Sequence[Any]) -> list[Argument]:
        """As `_classified`, where types stand for run-time arguments."""
        return [
            self._of_type(k, value)
            if _is_type(value) and self.hint_at(k).kind != "comptime"
            else classify(self.__qualname__, self.name_at(k), self.hint_at(k), value)
            for k, value in enumerate(bound)
        ]

    def _of_type(self, place: int, given: Any) -> Argument:
        name, hint = self.name_at(place), self.hint_at(place)
        asked = parse_hint(given, name, self._scope())
        rank_known = asked.shape is not None or asked.kind == "scalar"
        fits = hint.kind in ("none", asked.kind) and hint.dtype in (None, asked.dtype)
        if hint.shape is not None and asked.shape is not None:
            fits = fits and len(hint.shape) == len(asked.shape)
        if (
            asked.dtype is None
            or not rank_known
            or not fits
            or (hint.kind == "none" and asked.kind == "scalar")
        ):
            raise errors.error(410, kernel=self.__qualname__, name=name, got=asked.text)
        if asked.kind == "scalar":
            return Argument("scalar", name, None, ("scalar",), asked.dtype, hint.weak or asked.weak)
        shape = hint.shape if hint.shape is not None else (None,) * len(asked.shape or ())
        key = ("array", asked.dtype.short, len(shape), "C")
        return Argument("array", name, None, key, asked.dtype, False, len(shape), "C", shape)

    # -- what was made ------------------------------------------------------------------------

    @property
    def signatures(self) -> list[str]:
        """What the kernel was compiled for, in order, as in `n=3, array: f8[:, :]`."""
        return [spec.info.signature for spec in self.specialisations]

    def compile(self, *types: Any, **keywords: Any) -> None:
        """Compile for types (`nm.f8[:, :]`, `nm.i8`, `float`) or values, one per parameter.

        A tuple of them as the only argument means the same. Compile-time parameters take a value.
        """
        if len(types) == 1 and isinstance(types[0], tuple):
            types = types[0]
        arguments = self._described(self.bind(*types, **keywords))
        with self.lock:
            self._take(compilation.build(self, arguments, compilation.trace(self, arguments)))

    def _take(self, spec: _call.Specialisation) -> None:
        self._newest = (spec, self.last)
        self.add(spec)

    def _last(self) -> _call.Specialisation:
        # A specialisation runs for the first time without becoming `last`: then the newest counts.
        newest, last_before = self._newest
        made = newest if self.last is last_before else self.last
        if made is None:
            raise errors.error(413, kernel=f"{self.__qualname__}()")
        return made

    def fortran(self, *args: Any, **kwargs: Any) -> str:
        """The emitted Fortran: of the last specialisation, or of the one for these arguments.

        With arguments or types it is traced and emitted for them, not compiled.
        """
        if not args and not kwargs and (self.specialisations or self._parameters()[0]):
            text: str = self._last().info.traced.emission.fortran
            return text
        arguments = self._described(self.bind(*args, **kwargs))
        with self.lock:
            return str(compilation.trace(self, arguments).emission.fortran)

    def asm(self) -> str:
        """The machine code of the last specialisation, as objdump shows it."""
        import subprocess

        command = ["objdump", "-d", "--no-show-raw-insn", "-C", self._last().info.path]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def timings(self) -> dict[str, float]:
        """Seconds that each step of the last specialisation took."""
        return dict(self._last().info.timings)

    def explain(self) -> str:
        """What each parameter is, what was compiled, from where, what is guarded.

        Named with their lines are loops that changed places and long code that was rolled or cut.
        """
        named, _ = self._all_hints()
        lines = [f"{self.__qualname__}"]
        for name, hint in zip(self.parameter_names, named, strict=False):
            stage = {
                "none": "not hinted: an array is run time, anything else compile time",
                "comptime": "compile time",
            }.get(hint.kind, f"run time, {hint.text}")
            lines.append(f"  {name}: {stage}")
        for spec in self.specialisations:
            info = spec.info
            lines.append(f"  compiled for ({info.signature})")
            lines.append(f"    {'found in the cache' if info.hit else 'built'}: {info.path}")
            steps = ", ".join(f"{k} {1e3 * v:.2f} ms" for k, v in info.timings.items())
            lines.append(f"    {steps}")
            guarded = sorted({g[2] for g in info.traced.guards if g[0] in ("global", "attr")})
            notes = info.traced.emission.notes
            lines += [f"    line {line}: {text}" for line, text in notes]
            if guarded:
                lines.append(f"    guarded: {', '.join(guarded)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        modes = [mode for mode in ("exact", "checks", "fast") if getattr(self, mode)]
        return f"<numeta kernel {self.__qualname__}{' ' + ' '.join(modes) if modes else ''}>"

    def __reduce__(self) -> tuple[Any, ...]:
        from . import pickling

        return pickling.reduce_kernel(self)


def _is_type(value: object) -> bool:
    import numpy as np

    if isinstance(value, DType | ArrayType | np.dtype):
        return True
    return isinstance(value, type) and (
        value in (int, float, complex, bool) or issubclass(value, np.generic)
    )


def _slow(kernel: Kernel, bound: tuple[Any, ...]) -> Any:
    """The specialisation for arguments that none fitted; called by the call path."""
    arguments = kernel._classified(bound)
    values = tuple(argument.value for argument in arguments)
    with kernel.lock:
        spec = kernel.find(values) if kernel.specialisations else None
        if spec is None:
            _complain_before_tracing(kernel, arguments)
            traced = compilation.trace(kernel, arguments)
            compilation.check_writeable(kernel, arguments, traced.written)
            spec = compilation.build(kernel, arguments, traced)
            kernel._take(spec)
            _warn_of_storm(kernel)
    return spec, values


def _complain_before_tracing(kernel: Kernel, arguments: Sequence[Argument]) -> None:
    """A read-only array fits no specialisation that writes it: say so without tracing again."""
    key = tuple(argument.key for argument in arguments)
    for spec in kernel.specialisations:
        if spec.info.key == key and spec.valid:
            compilation.check_writeable(kernel, arguments, spec.info.traced.written)


def _warn_of_storm(kernel: Kernel) -> None:
    """After 8 specialisations by value, say once which parameter to hint."""
    if kernel._warned or len(kernel.specialisations) <= _STORM:
        return
    by_name: dict[str, dict[str, object]] = {}
    for spec in kernel.specialisations:
        for name, value in spec.info.values.items():
            by_name.setdefault(name, {})[repr(value)] = value
    if not by_name:
        return
    name, values = max(by_name.items(), key=lambda item: len(item[1]))
    if len(values) <= _STORM:
        return
    kernel._warned = True
    kind = type(next(iter(values.values())))
    suggestion = kind.__name__ if kind in (int, float, complex, bool) else "nm.comptime"
    errors.warn(
        603,
        3,
        kernel=kernel.__qualname__,
        count=len(values),
        name=name,
        suggestion=suggestion,
    )


def _annotation_names(func: Any) -> dict[str, object]:
    """The caller's local names that string annotations of a nested function speak of."""
    texts = [text for text in func.__annotations__.values() if isinstance(text, str)]
    if not texts or "." not in func.__qualname__:
        return {}
    wanted: set[str] = set()
    for text in texts:
        try:
            wanted.update(compile(text, "<annotation>", "eval").co_names)
        except SyntaxError:
            continue
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    return {name: frame.f_locals[name] for name in wanted if name in frame.f_locals}


@overload
def jit(func: Callable[..., Any], /) -> Kernel: ...
@overload
def jit(
    *, exact: bool = False, checks: bool = False, fast: bool = False, inline: bool = False
) -> Callable[[Callable[..., Any]], Kernel]: ...


def jit(
    func: Callable[..., Any] | None = None,
    /,
    *,
    exact: bool = False,
    checks: bool = False,
    fast: bool = False,
    inline: bool = False,
) -> Any:
    """Compile a function at its first call; usable bare or with modes.

    `exact`: bit-equal to plain Python for real arithmetic, comparisons, casts and integers.
    `checks`: raise what Python raises (IndexError, ZeroDivisionError, OverflowError, ...).
    `fast`: contraction and reassociation allowed. `exact` and `fast` exclude each other.
    `inline`: a kernel that calls this one has its statements, not a call of a procedure.
    """
    if exact and fast:
        raise errors.error(414)
    if func is None:
        return functools.partial(_decorate, exact=exact, checks=checks, fast=fast, inline=inline)
    return _decorate(func, exact=exact, checks=checks, fast=fast, inline=inline)


def inline(func: Callable[..., Any], /) -> Kernel:
    """`jit(inline=True)`: inlined where another kernel calls it."""
    return _decorate(func, exact=False, checks=False, fast=False, inline=True)


def _decorate(func: Any, *, exact: bool, checks: bool, fast: bool, inline: bool) -> Kernel:
    if isinstance(func, Kernel):
        func = func.py_func
    if type(func).__name__ != "function":
        raise errors.error(409, got=describe(func))
    return Kernel(
        func,
        exact=exact,
        checks=checks,
        fast=fast,
        inline=inline,
        names=_annotation_names(func),
    )
