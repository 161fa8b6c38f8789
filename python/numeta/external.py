"""Procedures of other languages: `nm.external` of a shared library, `nm.fortran` of source text.

Both give an object that is called alike in kernels and in Python. In a kernel the call is a
statement of the graph: the library is linked to the kernel, the text stands beside the kernel's
own. In Python it goes by way of `ctypes`. Arguments are converted only where nothing can be lost;
an array is passed by its address, so it has to lie in memory as the declaration says.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any, NoReturn

import numpy as np

from . import _cache, _trace, errors
from .config import config
from .fingerprint import frozen
from .records import Record
from .session import current
from .types import ArrayType, DType, dtype_of

Array, Scalar = _trace.Array, _trace.Scalar
_PYTHON = {bool: "b1", int: "i8", float: "f8", complex: "c16"}


class Passed(Record):
    """How an argument is passed: an element type or array type, by reference, written."""

    hint: Any
    by_reference: bool = False
    written: bool = False


def ref(hint: Any) -> Passed:
    """A scalar argument that the procedure takes by reference and does not write."""
    return Passed(_hint(hint), by_reference=True)


def inout(hint: Any) -> Passed:
    """An array argument that the procedure writes."""
    found = _hint(hint)
    if not isinstance(found, ArrayType):
        raise errors.error(422, got=f"inout({hint!r})")
    return Passed(found, written=True)


def _hint(hint: Any) -> Any:
    known = _PYTHON.get(hint) if isinstance(hint, type) else None
    if isinstance(hint, DType | ArrayType):
        found: Any = hint
    else:
        found = dtype_of(known or hint) if known or not isinstance(hint, Passed) else None
    is_sized = isinstance(found, ArrayType) and found.dtype is not None and found.shape
    if found is None or (isinstance(found, ArrayType) and not is_sized):
        raise errors.error(422, got=repr(hint))
    return found


def _passed(hint: Any, language: str) -> Passed:
    made = hint if isinstance(hint, Passed) else Passed(_hint(hint))
    is_scalar = isinstance(made.hint, DType)
    if is_scalar and language == "fortran":
        made = made.replaced(by_reference=True)
    if is_scalar and made.hint.kind == "c" and not made.by_reference:
        raise errors.error(422, got=f"{made.hint!r} by value")
    return made


class External:
    """A procedure that is not Python's. Made by `nm.external` and `nm.fortran`."""

    __slots__ = (
        "__weakref__",
        "_address",
        "_native",
        "arguments",
        "language",
        "library",
        "name",
        "returns",
        "source",
        "symbol",
    )

    def __init__(
        self,
        name: str,
        symbol: str,
        address: int,
        arguments: tuple[Passed, ...],
        returns: DType | None,
        language: str,
        library: str = "",
        source: str = "",
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.arguments = arguments
        self.returns = returns
        self.language = language
        self.library = library
        self.source = source
        self._address = address
        self._native: Any = None
        frozen(self)

    def __repr__(self) -> str:
        return f"<external procedure {self.name}>"

    def __call__(self, *values: Any) -> Any:
        if len(values) != len(self.arguments):
            raise errors.error(423, name=self.name, expected=len(self.arguments), got=len(values))
        if current() is not None:
            return self._traced(values)
        return self._run(values)

    # -- in a kernel ------------------------------------------------------------------------------

    def _traced(self, values: tuple[Any, ...]) -> Any:
        from .arrays.conversion import as_array

        ways, given = [], []
        for place, (passed, value) in enumerate(zip(self.arguments, values, strict=True), 1):
            if isinstance(passed.hint, DType):
                ways.append((passed.hint.short, "reference" if passed.by_reference else "value"))
                given.append(self._scalar(place, passed.hint, value))
                continue
            array = as_array(value) if isinstance(value, np.ndarray) else value
            self._check_array(place, passed, array)
            ways.append((passed.hint.dtype.short, "written" if passed.written else "read"))
            given.append(array)
        result = self.returns.short if self.returns else None
        return _trace.foreign(self.symbol, self.library, self.source, ways, result, False, given)

    def _scalar(self, place: int, declared: DType, value: Any) -> Any:
        """The value as the declared type; where a wider integer does not fit: OverflowError."""
        if isinstance(value, Array) and value.ndim == 0:
            value = value[()]
        if not isinstance(value, Scalar):
            return self._number(place, declared, value)
        given = np.dtype(value.dtype)
        if value.weak:
            value = _trace.cast(value, given.str[1:], False)  # the check below names the place
        if not _converts(given, declared.numpy):
            self._refuse(place, declared, str(given))
        if declared.kind in "iu" and not np.can_cast(given, declared.numpy):
            converted = _trace.cast(value, declared.short, False)
            trace = _trace.current()
            assert trace is not None
            fits = converted == value
            if declared.kind == "u" or given.kind == "u":
                fits = (_trace.cast(converted, "f8", False) >= 0) == (value >= 0)
                fits = fits & (_trace.cast(converted, given.str[1:], False) == value)
            if isinstance(fits, Scalar):
                trace.check(fits, OverflowError, self._too_large(place, declared))
            return converted
        return _trace.cast(value, declared.short, False)

    def _check_array(self, place: int, passed: Passed, array: Any) -> None:
        hint = passed.hint
        is_array = isinstance(array, Array | np.ndarray)
        if not is_array or np.dtype(array.dtype) != hint.dtype.numpy:
            self._refuse(place, hint, _kind_of(array))
        if array.ndim != len(hint.shape):
            self._refuse(place, hint, f"an array of {array.ndim} dimension(s)")
        for length, wanted in zip(array.shape, hint.shape, strict=True):
            if wanted is not None:
                self._require(length == wanted, place, hint)
        if type(array) is not Array:
            flag = "F_CONTIGUOUS" if self.language == "fortran" else "C_CONTIGUOUS"
            self._require(array.flags[flag], place, hint)
            if passed.written and not array.flags.writeable:
                raise ValueError("assignment destination is read-only")
            return
        strides = _trace.strides(array)
        if strides is None:
            self._require(False, place, hint)
            return
        axes = range(array.ndim) if self.language == "fortran" else reversed(range(array.ndim))
        expected: Any = None
        for axis in axes:
            length = array.shape[axis]
            due = 1 if expected is None else expected
            if not _trace.same(strides[axis], due):
                self._require((strides[axis] == due) | (length <= 1), place, hint)
            expected = length if expected is None else expected * length

    def _require(self, holds: Any, place: int, hint: Any) -> None:
        problem = errors.error(425, name=self.name, place=place, expected=repr(hint))
        if isinstance(holds, Scalar):
            trace = _trace.current()
            assert trace is not None
            trace.check(holds, ValueError, str(problem).replace("{", "{{").replace("}", "}}"))
        elif not holds:
            raise problem

    # -- in Python --------------------------------------------------------------------------------

    def _run(self, values: tuple[Any, ...]) -> Any:
        given: list[Any] = []
        keep: list[Any] = []
        for place, (passed, value) in enumerate(zip(self.arguments, values, strict=True), 1):
            if not isinstance(passed.hint, DType):
                self._check_array(place, passed, value)
                given.append(ctypes.c_void_p(value.ctypes.data))
                continue
            number = self._number(place, passed.hint, value)
            if not passed.by_reference:
                given.append(np.ctypeslib.as_ctypes_type(passed.hint.numpy)(number.item()))
                continue
            cell = np.array(number)
            keep.append(cell)
            given.append(ctypes.c_void_p(cell.ctypes.data))
        if self._native is None:
            result = np.ctypeslib.as_ctypes_type(self.returns.numpy) if self.returns else None
            self._native = ctypes.CFUNCTYPE(result)(self._address)
        answer = self._native(*given)
        return self.returns.numpy.type(answer) if self.returns else None

    def _number(self, place: int, declared: DType, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if not isinstance(value, bool | int | float | complex | np.number | np.bool_):
            self._refuse(place, declared, _kind_of(value))
        if not _converts(np.dtype(type(value)), declared.numpy):
            self._refuse(place, declared, type(value).__name__)
        if declared.kind in "iu":
            limits = np.iinfo(declared.numpy)
            if not limits.min <= int(value.real) <= limits.max:
                raise OverflowError(self._too_large(place, declared))
        return declared.numpy.type(value)

    # -- both -------------------------------------------------------------------------------------

    def _too_large(self, place: int, declared: DType) -> str:
        return f"{self.name}(): argument {place} does not fit into {declared.name}"

    def _refuse(self, place: int, hint: Any, got: str) -> NoReturn:
        raise errors.error(424, name=self.name, place=place, expected=repr(hint), got=got)


def _kind_of(value: Any) -> str:
    if isinstance(value, Array | np.ndarray):
        return f"an array of {np.dtype(value.dtype)}"
    return type(value).__name__


def _converts(given: np.dtype[Any], to: np.dtype[Any]) -> bool:
    """bool -> int -> float -> complex; the width of floats is not looked at."""
    rank = "biufc".replace("u", "")
    kinds = [dtype.kind.replace("u", "i") for dtype in (given, to)]
    return kinds[0] in rank and rank.index(kinds[0]) <= rank.index(kinds[1])


class _LinkMap(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


def _file_of(library: ctypes.CDLL) -> str:
    """The file that a loaded library came from (dlinfo(3), RTLD_DI_LINKMAP)."""
    link_map = ctypes.POINTER(_LinkMap)()
    ctypes.CDLL(None).dlinfo(ctypes.c_void_p(library._handle), 2, ctypes.byref(link_map))
    return link_map.contents.name.decode()  # type: ignore[no-any-return]


def _loaded(library: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(library)
    except OSError as problem:
        reason = str(problem)
    if "/" not in library:
        from ctypes.util import find_library

        found = find_library(library)
        if found is not None:
            return ctypes.CDLL(found)
    raise errors.error(420, library=library, reason=reason)


def _language(language: str) -> str:
    if language not in ("c", "fortran"):
        raise errors.error(426, got=repr(language))
    return language


def external(
    library: str,
    symbol: str,
    arguments: Any = (),
    returns: Any = None,
    *,
    language: str = "c",
) -> External:
    """A procedure of a shared library, to be called in kernels and in Python.

    `library`: a path, or a name as the loader or `ctypes.util.find_library` knows it. `arguments`:
    one type each; `nm.f8` is a scalar by value, `nm.ref(nm.f8)` one by reference, `nm.f8[:]` an
    array that is read, `nm.inout(nm.f8[:])` one that is written. Arrays are passed by their
    address and must be C-contiguous. `returns`: a real scalar type or None. With
    `language="fortran"` scalars go by reference, arrays of several axes must be F-contiguous, and
    `symbol` may be the name in the source.

        cbrt = nm.external("libm.so.6", "cbrt", [nm.f8], nm.f8)

    Raises OSError where there is no such library, ValueError where it has no such symbol, TypeError
    for what is no type. A call raises TypeError, ValueError or OverflowError for arguments that are
    not as declared.
    """
    passed = tuple(_passed(hint, _language(language)) for hint in arguments)
    loaded = _loaded(str(library))
    names = [symbol, symbol.lower() + "_"] if language == "fortran" else [symbol]
    found = next((name for name in names if hasattr(loaded, name)), None)
    if found is None:
        raise errors.error(421, library=library, symbol=symbol)
    address = ctypes.cast(getattr(loaded, found), ctypes.c_void_p).value
    assert address is not None
    return External(
        symbol, found, address, passed, _result(returns), language, library=_file_of(loaded)
    )


def _result(returns: Any) -> DType | None:
    if returns is None:
        return None
    found = _hint(returns)
    if not isinstance(found, DType) or found.kind == "c":
        raise errors.error(422, got=f"{returns!r} as a result")
    return found


_STUB = "int numeta_fortran_source;\n"


def fortran(source: str, name: str, arguments: Any = (), returns: Any = None) -> External:
    """A subroutine or function of Fortran source, to be called in kernels and in Python.

    `source`: free-form Fortran, one or more program units; `name`: the procedure that is called,
    not one inside of a module. `arguments` and `returns` are as in `nm.external` with
    `language="fortran"`; a procedure with `bind(C)` takes scalars by value where the type stands
    alone, and by reference where it is `nm.ref(...)`.

        axpy = nm.fortran('''
        subroutine axpy(n, a, x, y)
          integer(8), intent(in) :: n
          real(8), intent(in) :: a, x(n)
          real(8), intent(inout) :: y(n)
          y = y + a * x
        end subroutine''', "axpy", [nm.i8, nm.f8, nm.f8[:], nm.inout(nm.f8[:])])

    Raises nm.CompileError with the compiler's message where the source is wrong.
    """
    bound = _binding(source, name)
    language = "fortran" if bound is None else "bind(c)"
    passed = tuple(_passed(hint, language) for hint in arguments)
    symbol = bound or name.lower() + "_"
    config.apply_to_cache()
    source = source if source.endswith("\n") else source + "\n"
    try:
        loaded = _cache.build(source, _STUB, symbol, ["-O3", "-fwrapv"], name)
    except _cache.BuildError as problem:
        number = 421 if problem.kind == "load" else 427
        if number == 421:
            raise errors.error(421, library="the source", symbol=name) from None
        raise _source_error(name, problem) from None
    _loaded_sources.append(loaded)
    return External(
        name, symbol, loaded.address, passed, _result(returns), "fortran", source=source
    )


_loaded_sources: list[_cache.Loaded] = []


def _source_error(name: str, problem: _cache.BuildError) -> Exception:
    row = errors.TABLE[427]
    return errors.CompileError(
        427,
        row.text.format(name=name),
        row.hint,
        "",
        0,
        problem.command,
        problem.output,
        problem.kept,
    )


def _binding(source: str, name: str) -> str | None:
    """The C name of a procedure that has one."""
    joined = re.sub(r"&\s*\n\s*&?", " ", source)
    head = re.search(
        rf"\b(?:subroutine|function)\s+{re.escape(name)}\b([^\n]*)", joined, re.IGNORECASE
    )
    if head is None:
        raise errors.error(421, library="the source", symbol=name)
    found = re.search(
        r"bind\s*\(\s*c\s*(?:,\s*name\s*=\s*[\"']([^\"']*)[\"'])?", head[1], re.IGNORECASE
    )
    return None if found is None else found[1] or name.lower()
