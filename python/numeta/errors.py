"""Errors of numeta: one table row per numbered diagnostic, two exception types.

`TraceError` speaks of the user's code (line, reason, what to write instead), `CompileError` of the
toolchain (command, output, kept source). Wrong arguments raise Python's own types (TypeError,
ValueError, OverflowError) with texts from the same table, so that a documentation page can be made
from it. Numbers: 1xx the graph (rows in core/diag.def), 2xx staging, 3xx results and captures,
4xx arguments and hints, 5xx toolchain, 6xx settings. A number is never used for another meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .records import Record

# Told of every TraceError as it is made: a kernel that swallows one is refused all the same.
observers: list[Callable[[TraceError], None]] = []


class NumetaError(Exception):
    """Base of the errors that numeta itself defines."""


class TraceError(NumetaError):
    """The kernel cannot be compiled as written; `filename` and `line` say where."""

    def __init__(
        self, number: int, message: str, hint: str = "", filename: str = "", line: int = 0
    ) -> None:
        super().__init__(number, message, hint, filename, line)
        self.number = number
        self.message = message
        self.hint = hint
        self.filename = filename
        self.line = line
        for observer in tuple(observers):
            observer(self)

    def __str__(self) -> str:
        where = f'\n  File "{self.filename}", line {self.line}' if self.filename else ""
        hint = f"\n  Instead: {self.hint}" if self.hint else ""
        return f"NM{self.number}: {self.message}{where}{hint}"


class CompileError(NumetaError):
    """The toolchain failed: `command` and its `output`.

    The sources are removed unless NUMETA_KEEP_FAILED=1 (`nm.config.keep_failed`) asks for them:
    then `kept` is their folder, in which `command` can be run again; else it is "".
    `kernel.fortran(...)` gives the Fortran without compiling it.
    """

    def __init__(
        self,
        number: int,
        message: str,
        hint: str = "",
        filename: str = "",
        line: int = 0,
        command: str = "",
        output: str = "",
        kept: str = "",
    ) -> None:
        super().__init__(number, message, hint, filename, line, command, output, kept)
        self.number = number
        self.message = message
        self.hint = hint
        self.filename = filename
        self.line = line
        self.command = command
        self.output = output
        self.kept = kept

    def __str__(self) -> str:
        parts = [f"NM{self.number}: {self.message}"]
        if self.filename:
            parts.append(f'  File "{self.filename}", line {self.line}')
        if self.hint:
            parts.append(f"  Instead: {self.hint}")
        if self.command:
            parts.append(f"  Command: {self.command}")
        if self.output:
            parts.append("  Output:\n" + "\n".join("    " + s for s in self.output.splitlines()))
        if self.kept:
            parts.append(f"  Source kept at: {self.kept}")
        return "\n".join(parts)


class ConfigError(NumetaError, ValueError):
    """A setting (environment variable or `nm.config` attribute) has a value it cannot take."""


class SpecialisationWarning(UserWarning):
    """One kernel is compiled again and again for the values of an unhinted parameter."""


class ConfigWarning(UserWarning):
    """An environment variable named NUMETA_* is not one that numeta reads."""


class Diagnostic(Record):
    """One row: `text` and `hint` are `str.format` templates over the same named values."""

    number: int
    error: type[Exception]
    text: str
    hint: str = ""


# fmt: off
_ROWS = (
    # -- 2xx staging: what the kernel's Python does that one symbolic run cannot stand for --------
    Diagnostic(201, TraceError, "a compiled loop is left early by code without source",
               "give the kernel a source file, or loop over all indices"),
    Diagnostic(202, TraceError, "a run-time range is iterated by a comprehension, a generator or a"
               " call", "`for i in range(n):`, or a range(...) of compile-time"
               " bounds"),
    Diagnostic(208, TraceError, "a generator has run-time control flow",
               "write the loop where its values are used"),
    Diagnostic(209, TraceError, "an array of run-time length is unpacked, or iterated by something"
               " else than a `for` statement", "`for x in a:`, or index it"),
    Diagnostic(211, TraceError, "{kernel}() changes {name!r} ({kind}), which exists outside of the"
               " kernel; that would happen once, when it is compiled, and not at each call",
               "change it outside of the kernel, or use an array"),
    Diagnostic(212, TraceError, "{name!r} ({kind}) changes in the run-time {what} of line {place};"
               " that would happen once, when the kernel is compiled, and not each time",
               "use an array, a plain name, or compile-time control flow"),
    Diagnostic(213, TraceError, "{name!r} is re-bound in the run-time control flow of line {place}"
               " by code without source, or by a function that cannot be seen from there",
               "give the kernel a source file, or return the value"),
    Diagnostic(214, TraceError, "`{what}` assigns to {name!r} outside of the kernel",
               "return the value, or write it to an element of an array"),
    Diagnostic(221, TraceError, "{name}() uses `{what}`, which no kernel can",
               "a plain function that computes its result"),
    Diagnostic(222, TraceError, "run-time work inside a `{what}` statement",
               "move the statement out of the kernel, or the work out of the statement"),
    Diagnostic(223, TraceError, "{name}() is not known to numeta and cannot be given a run-time"
               " value", "a function of math, NumPy or operator, or one written in Python"),
    Diagnostic(224, TraceError, "{name}() cannot be used in a kernel: {why}", "{instead}"),
    Diagnostic(225, TraceError, "`{what}` needs a run-time value that is not known here",
               "compare numbers with == and <, test with isinstance, or use compile-time values"),
    Diagnostic(226, TraceError, "the text of a run-time value is not known in a kernel",
               "give it to print, raise or assert as it is, or return the value and format it"
               " outside"),
    Diagnostic(227, TraceError, "a run-time value is matched by `match`",
               "match by constants and names alone, or on compile-time values"),
    Diagnostic(228, TraceError, "the kernel raises {what} below run-time control flow, which"
               " cannot be known before it runs", "raise outside of run-time control flow"),
    Diagnostic(229, TraceError, "{name}() of {kinds} has no single type",
               "convert the values to one type first, as in nm.f8(x)"),
    Diagnostic(230, TraceError, "{name}() is called with {what}", "{instead}"),
    Diagnostic(231, TraceError, "{name!r} is an array that is made in the kernel",
               "make it outside and pass it as an argument"),
    Diagnostic(232, TraceError, "an augmented assignment to {name!r}, a whole array",
               "assign to its elements"),
    Diagnostic(233, TraceError, "{name}() is inlined with other modes than those of its caller",
               "give both kernels the same exact=, fast= and checks="),
    Diagnostic(234, TraceError, "{name}(): parameter {parameter!r} is hinted {expected}, got"
               " {got}"),
    Diagnostic(235, TraceError, "{name}() of {dtype} gives float16 in NumPy, which numeta does not"
               " compute with", "convert first, as in nm.f4(x)"),
    Diagnostic(236, TraceError, "{name!r} is {what} after the run-time control flow of line"
               " {place}: no one run-time value stands for it",
               "give it numbers on every way, or one object for all"),
    Diagnostic(237, TraceError, "a loop that cannot be compiled would be unrolled {count} times,"
               " the budget is {budget}", "raise nm.config.unroll_budget, or let the body work with"
               " a run-time index"),
    Diagnostic(238, TraceError, "{name} is raised at run time, and no copy of it can be made",
               "raise an exception that is made from its arguments alone"),
    Diagnostic(239, TraceError, "zip() of arrays whose length is known only at run time with"
               " compile-time items", "zip arrays and ranges, or index the items"),
    Diagnostic(240, TraceError, "{name}() calls itself without end: only a run-time value could"
               " end the recursion of a function that is inlined",
               "decorate {name}() with @nm.jit and hint its return type, or write a loop"),
    Diagnostic(241, TraceError, "{name}() calls itself, and its return hint does not say what it"
               " returns", "a hinted result, as in `def {name}(n: int) -> int:`"),
    Diagnostic(242, TraceError, "{name}() calls itself and captures an array",
               "pass the array as an argument"),
    Diagnostic(243, TraceError, "{name!r} is bound by := where it depends on a run-time value"
               " whether that happens", "an `if` statement, or a name of its own before it"),
    Diagnostic(244, TraceError, "{name}() calls itself and returns an array",
               "pass the array as an argument and write to it"),
    Diagnostic(245, TraceError, "an exception shows {count} run-time numbers, where a complex one"
               " counts twice, and at most {most} can be shown", "show fewer of them"),
    Diagnostic(246, TraceError, "an array is returned whole and as a view, and only the run tells"
               " which of several arrays it is", "return a copy, as in return x.copy()"),
    Diagnostic(247, TraceError, "numeta does not compute with arrays of dtype {dtype}",
               "bool, integers, float32, float64, complex64 or complex128, of native byte order"),
    Diagnostic(248, TraceError, "{name}() is not among the functions of NumPy that a kernel can"
               " call", "{instead}"),
    # -- 3xx results and captures ---------------------------------------------------------------
    Diagnostic(301, TraceError, "{kernel}() returns {what}, which a kernel cannot return yet",
               "return numbers, arrays, None, or a tuple of them"),
    Diagnostic(302, TraceError,
               "{kernel}() returns {got}, which does not convert to its return hint {hint} without"
               " loss",
               "convert in the kernel, as in `return {short}(value)`, or change the hint"),
    Diagnostic(303, TraceError, "{kernel}() returns {got} value(s), its return hint {hint} says"
               " {expected}",
               "make the return statement and the hint agree"),
    Diagnostic(304, TraceError, "the captured array {name!r} of {kernel}() is {what}",
               "capture a native, aligned array of a numeric type"),
    Diagnostic(305, TraceError,
               "{kernel}() returns {got}, which does not convert to its return hint {hint} without"
               " loss",
               "convert in the kernel, as in `return value.astype({short})`, or change the hint"),
    Diagnostic(306, TraceError,
               "{kernel}() returns an array that NumPy makes a view of the caller's memory or a"
               " copy of, as its strides allow",
               "return a copy, as in `return x.copy()`"),
    # -- 4xx arguments and hints ----------------------------------------------------------------
    Diagnostic(401, TypeError, "{kernel}(): parameter {name!r} is hinted {expected}, got {got}"),
    Diagnostic(402, TypeError, "{kernel}(): parameter {name!r} got {got}, which numeta does not"
               " compute with", "{advice}"),
    Diagnostic(403, ValueError, "{kernel}(): parameter {name!r} is written by the kernel, got a"
               " read-only array", "pass a copy, or an array whose flags.writeable is True"),
    Diagnostic(404, OverflowError, "{kernel}(): parameter {name!r} is hinted {expected}, got {got},"
               " which does not fit"),
    Diagnostic(405, TypeError, "{kernel}(): the hint {hint} of parameter {name!r} is not one that"
               " numeta knows",
               "a numeta type (nm.f8, nm.f8[:, :], nm.i8[3, :]), a NumPy scalar type, float, int,"
               " complex, bool, NDArray[...], str, an Enum, Callable or nm.comptime"),
    Diagnostic(406, TypeError, "{kernel}(): the hint {hint!r} of parameter {name!r} cannot be"
               " resolved: {reason}",
               "make the names of the annotation visible where the kernel is defined"),
    Diagnostic(407, TypeError, "{kernel}(): the compile-time parameter {name!r} got {got}, which"
               " cannot be compared by content: {reason}",
               "hint the parameter with a type, or pass numbers, strings, tuples, lists, dicts,"
               " dataclasses, arrays or objects made of them"),
    Diagnostic(408, TypeError, "{kernel}(): the return hint {hint} is not one that numeta knows",
               "a scalar type (nm.f8, float, np.float32), None, or tuple[...] of scalar types"),
    Diagnostic(409, TypeError, "jit() expects a Python function, got {got}"),
    Diagnostic(410, TypeError, "{kernel}(): compile() expects one type or value per parameter,"
               " got {got} for {name!r}",
               "hints such as nm.f8[:, :] or nm.i8, or a value for a compile-time parameter"),
    Diagnostic(411, TypeError, "{owner}[...]: {got} is not a dimension",
               "one entry per dimension: `:` for any length, or a length as in nm.i8[3, :]"),
    Diagnostic(412, TypeError, "{kernel}() cannot be pickled: {reason}",
               "define the kernel at the top level of a module, or where its source can be read"),
    Diagnostic(413, ValueError, "{kernel} has no specialisation yet",
               "call the kernel first, or give arguments or types as in kernel.fortran(3, a)"),
    Diagnostic(414, ValueError, "jit(): exact and fast exclude each other",
               "exact is bit-equal arithmetic, fast reorders it: choose one"),
    Diagnostic(420, OSError, "nm.external(): the library {library!r} cannot be loaded: {reason}",
               "give the path of a shared library, or a name such as 'libm.so.6'"),
    Diagnostic(421, ValueError, "{library} has no procedure {symbol!r}",
               "look for its name with `nm -D`; a procedure of Fortran must stand outside of"
               " modules"),
    Diagnostic(422, TypeError, "{got} is not what an external procedure can be given",
               "nm.f8 or nm.ref(nm.c16) for a scalar, nm.f8[:] or nm.inout(nm.f8[:]) for an array;"
               " a result is a real scalar"),
    Diagnostic(423, TypeError, "{name}() takes {expected} argument(s), got {got}"),
    Diagnostic(424, TypeError, "{name}(): argument {place} is declared {expected}, got {got}"),
    Diagnostic(425, ValueError, "{name}(): argument {place}, declared {expected}, has another"
               " shape or is not contiguous",
               "pass a copy: np.ascontiguousarray(x), np.asfortranarray(x)"),
    Diagnostic(426, ValueError, "nm.external(): {got} is not a language", "'c' or 'fortran'"),
    Diagnostic(427, CompileError, "the Fortran source of {name}() does not compile",
               "the compiler's own message follows"),
    # -- 5xx toolchain --------------------------------------------------------------------------
    Diagnostic(501, CompileError, "no Fortran compiler was found",
               "install gfortran (Debian: apt-get install gfortran), set NUMETA_FC, or name a store"
               " that has the kernel in NUMETA_CACHE_PATH"),
    Diagnostic(502, CompileError, "no C compiler was found",
               "install gcc (Debian: apt-get install gcc), set NUMETA_CC, or name a store that has"
               " the kernel in NUMETA_CACHE_PATH"),
    Diagnostic(503, CompileError, "the Fortran compiler failed on {kernel}()",
               "this is a fault of numeta, not of the kernel: please report it with the source,"
               " which NUMETA_KEEP_FAILED=1 keeps"),
    Diagnostic(504, CompileError, "the C compiler failed on the stub of {kernel}()",
               "this is a fault of numeta, not of the kernel: please report it with the source,"
               " which NUMETA_KEEP_FAILED=1 keeps"),
    Diagnostic(505, CompileError, "the linker failed on {kernel}()",
               "run `numeta doctor` to see what is missing"),
    Diagnostic(506, CompileError, "the shared object of {kernel}() could not be loaded",
               "run `numeta doctor` to see what is missing"),
    Diagnostic(507, CompileError, "building {kernel}() failed: {reason}",
               "run `numeta doctor` to see what is missing"),
    Diagnostic(508, CompileError, "the Fortran compiler failed on {kernel}() with the flags of"
               " NUMETA_FFLAGS", "compile without them to see whether they are the reason"),
    # -- 6xx settings ---------------------------------------------------------------------------
    Diagnostic(601, ConfigError, "{setting}: {value!r} is not valid", "{expected}"),
    Diagnostic(602, ConfigWarning, "{setting} is not a setting of numeta{nearest}"),
    Diagnostic(603, SpecialisationWarning,
               "{kernel}() was compiled for {count} values of its unhinted parameter {name!r}",
               "hint it with a type to compile once, as in `{name}: {suggestion}`, or with"
               " nm.comptime to keep it so"),
    Diagnostic(604, ConfigError, "nm.config has no setting {name!r}{nearest}"),
)
# fmt: on

TABLE: dict[int, Diagnostic] = {row.number: row for row in _ROWS}
assert len(TABLE) == len(_ROWS), "a diagnostic number is used twice"


def error(number: int, filename: str = "", line: int = 0, **values: Any) -> Exception:
    """The exception of row `number`, its templates filled with `values`; the caller raises it."""
    row = TABLE[number]
    text, hint = row.text.format(**values), row.hint.format(**values)
    if issubclass(row.error, TraceError | CompileError):
        return row.error(number, text, hint, filename, line)
    return row.error(f"NM{number}: {text}" + (f"\n  Instead: {hint}" if hint else ""))


def warn(number: int, stacklevel: int = 2, **values: Any) -> None:
    """Issue the warning of row `number`."""
    import warnings

    warning = error(number, **values)
    assert isinstance(warning, Warning)
    warnings.warn(warning, stacklevel=stacklevel + 1)
