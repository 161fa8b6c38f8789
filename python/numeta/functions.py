"""The function table: what a callable means in a kernel, looked up by identity.

One row per callable: builtins here, those of libraries in the modules that `LIBRARIES` names, which
are loaded when the first function of the library is met. A row's handler runs the callable itself
where all arguments are compile-time, and else gives its meaning in traced operations; compositions
are written with operators and so have one definition. Rows of refusals name what no kernel can do
and what to write instead. `every_row()` is the whole table.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

from . import _trace
from .control_merge import Poison, asked_for_type, raise_poison
from .iteration import enumerate_, goes_at_run_time, length_of, range_, reversed_, zip_
from .loops import CompiledRange
from .rows import Row, as_weak, need_real, to_int
from .session import current, refuse
from .texts import Text, text_of
from .traced_values import attribute_of, python_type

Scalar, Array = _trace.Scalar, _trace.Array
_traced = _trace.is_traced


def _inside(value: Any) -> bool:
    from .calls import is_traced_inside

    return is_traced_inside(value)


def _number_of(value: Any, name: str) -> Any:
    """The number that `value` is or, as an array without axes, holds."""
    if type(value) is not Array:
        return value
    if value.ndim:
        refuse(230, name=name, what="an array", instead="index it with one integer for each axis")
    return value[()]


def _float(*args: Any) -> Any:
    if len(args) != 1 or not _traced(args[0]):
        return float(*args)
    value = _number_of(args[0], "float")
    return as_weak(
        need_real(value, "float() argument must be a string or a real number, not"), "f8"
    )


def _int(*args: Any, **kwargs: Any) -> Any:
    if not any(map(_traced, args)):
        return int(*args, **kwargs)
    if len(args) != 1:
        refuse(230, name="int", what="a base", instead="int(x)")
    value = _number_of(args[0], "int")
    need_real(value, "int() argument must be a string, a bytes-like object or a real number, not")
    return to_int(value)


def _bool(*args: Any) -> Any:
    if len(args) != 1 or not _traced(args[0]):
        return bool(*args)
    return as_weak(_number_of(args[0], "bool"), "b1")


def _complex(*args: Any, **kwargs: Any) -> Any:
    if not (any(map(_traced, args)) or any(map(_traced, kwargs.values()))):
        return complex(*args, **kwargs)
    if kwargs:
        refuse(230, name="complex", what="keywords", instead="complex(re, im)")
    args = tuple(_number_of(value, "complex") for value in args)
    if len(args) == 1:
        return as_weak(args[0], "c16")
    for value in args:
        if isinstance(value, complex) or (_traced(value) and np.dtype(value.dtype).kind == "c"):
            refuse(230, name="complex", what="a complex part", instead="x + y * 1j")
    parts = tuple(as_weak(value, "f8") if _traced(value) else float(value) for value in args)
    return as_weak(_trace.apply("make_complex", parts, python=False), "c16")


def _abs(value: Any, /) -> Any:
    if not _traced(value) or type(value) is Array:
        return abs(value)
    if value.weak and np.dtype(value.dtype).kind == "b":
        return as_weak(value, "i8")
    return abs(value)


# -- min, max, sum --------------------------------------------------------------------------------


def _kind_of(value: Any) -> tuple[np.dtype[Any], bool]:
    """(dtype, weak) of a number, traced or not."""
    if _traced(value):
        return np.dtype(value.dtype), bool(value.weak)
    if isinstance(value, np.generic):
        return value.dtype, False
    for python, short in ((bool, "b1"), (int, "i8"), (float, "f8"), (complex, "c16")):
        if isinstance(value, python):
            return np.dtype(short), True
    raise TypeError(f"'<' not supported between a number and {type(value).__name__!r}")


_RANK = {"b": 0, "i": 1, "u": 1, "f": 2, "c": 3}


def _joined(name: str, values: list[Any]) -> tuple[str, bool]:
    """The one (dtype, weak) that holds all values exactly; refused where there is none."""
    kinds = [_kind_of(value) for value in values]
    strong = {dtype for dtype, weak in kinds if not weak}
    weak_kinds = [dtype for dtype, weak in kinds if weak]
    if not strong:
        best = max(weak_kinds, key=lambda dtype: "bifc".index(dtype.kind))
        return f"{best.kind}{best.itemsize}", True
    if len(strong) == 1:
        (only,) = strong
        if all(_fits(value, only) for value in values):
            return f"{only.kind}{only.itemsize}", False
    kinds_text = " and ".join(dict.fromkeys(f"{'Python ' if w else ''}{d.name}" for d, w in kinds))
    refuse(229, name=name, kinds=kinds_text)


def _fits(value: Any, dtype: np.dtype[Any]) -> bool:
    """Whether a value of another kind than `dtype` is the same number in it."""
    own, weak = _kind_of(value)
    if own == dtype:
        return True
    if not weak:
        return False
    if _traced(value):
        return dtype == np.dtype("f8") and own.kind in "bi"
    with np.errstate(all="ignore"):
        try:
            wide = _RANK[dtype.kind] >= _RANK[own.kind]
            return wide and bool(dtype.type(value).item() == value)
        except (OverflowError, TypeError):
            return False


def _not_iterated(value: Any) -> None:
    if type(value) is CompiledRange:
        refuse(202)
    if type(value) is Array:
        refuse(209)


def _as(value: Any, dtype: str, weak: bool) -> Any:
    return _trace.cast(value, dtype, weak)


def _extremum(name: str, native: Callable[..., Any]) -> Callable[..., Any]:
    def extremum(*args: Any, **kwargs: Any) -> Any:
        values = list(args)
        if len(args) == 1:
            if type(args[0]) is Array and not kwargs:
                from .arrays.builtins import best_of

                return best_of(name, args[0])
            if goes_at_run_time(args[0]) and not kwargs:
                return _folded(native, args[0])
            _not_iterated(args[0])
            values = list(args[0])
            args = (values,)
        if not any(map(_inside, values)):
            return native(*args, **kwargs)
        key = kwargs.pop("key", None)
        if kwargs:
            refuse(230, name=name, what="default=", instead=f"{name}(a, b)")
        for value in values:
            _number_of(value, name)
        if len(values) == 1:
            return values[0]
        dtype, weak = _joined(name, values)
        numbers = [_as(value, dtype, weak) for value in values]
        if key is None:
            return _best(name, numbers, numbers, dtype, weak)
        from .calls import call

        ranks = [call(key, value) for value in values]
        for rank in ranks:
            _number_of(rank, name)
        rank_kind = _joined(name, ranks)
        return _best(name, numbers, [_as(rank, *rank_kind) for rank in ranks], dtype, weak)

    return extremum


def _best(name: str, values: list[Any], ranks: list[Any], dtype: str, weak: bool) -> Any:
    """The first value of the best rank, all of one type."""
    best, best_rank = values[0], ranks[0]
    for value, rank in zip(values[1:], ranks[1:], strict=True):
        better = rank < best_rank if name == "min" else rank > best_rank
        if not _traced(better):  # two ranks that are known
            best, best_rank = (value, rank) if better else (best, best_rank)
            continue
        best = _as(_trace.apply("select", (better, value, best), python=False), dtype, weak)
        if rank is value:
            best_rank = best
        else:
            best_rank = _like(rank, _trace.apply("select", (better, rank, best_rank), python=False))
    return best


def _like(value: Any, other: Any) -> Any:
    """The other number as one of the value's type."""
    dtype, weak = _kind_of(value)
    return _as(other, f"{dtype.kind}{dtype.itemsize}", weak)


def _folded(native: Callable[..., Any], iterable: Any, *start: Any) -> Any:
    """`native(iterable, *start)` as a loop, where it may be compiled."""
    from .folds import Clause, fold_of

    return fold_of(native, Clause(iterable, lambda item: item), True, start, False)


def _sum(iterable: Any, /, start: Any = 0) -> Any:
    if type(iterable) is Array:
        from .arrays.builtins import sum_of

        return sum_of(iterable, start)
    if goes_at_run_time(iterable):
        return _folded(sum, iterable, start)
    values = list(iterable)
    if not (_inside(values) or _inside(start)):
        return sum(values, start)
    if sys.version_info >= (3, 12) and any(_is_python_float(v) for v in [start, *values]):
        return _compensated(values, start)
    for value in values:
        start = start + value
    return start


def _is_python_float(value: Any) -> bool:
    if _traced(value):
        return bool(value.weak) and np.dtype(value.dtype).kind in "fc"
    return type(value) in (float, complex)


def _compensated(values: list[Any], total: Any) -> Any:
    """`sum` of Python floats from 3.12 on: Neumaier's summation as CPython's `cs_add` writes it."""
    rest: list[Any] = list(values)
    while rest and not _is_python_float(total):
        total = total + rest.pop(0)
    if np.dtype(getattr(total, "dtype", type(total))).kind == "c" or not all(
        map(_is_python_float, rest)
    ):
        refuse(
            230,
            name="sum",
            what="floats mixed with other numbers",
            instead="a loop, or floats only",
        )
    low: Any = 0.0
    for value in rest:
        new = total + value
        larger = abs(total) >= abs(value)
        low = low + _select(larger, (total - new) + value, (value - new) + total)
        total = new
    if not _traced(low):
        return total + low
    use = (low != 0.0) & _trace.apply("isfinite", (low,), python=True)
    return _select(use, total + low, total)


def _select(condition: Any, yes: Any, no: Any) -> Any:
    if not _traced(condition):
        return yes if condition else no
    return _trace.cast(_trace.apply("select", (condition, yes, no), python=False), "f8", True)


def _truth_of(native: Callable[..., Any]) -> Callable[..., Any]:
    def truth_of(*args: Any) -> Any:
        if len(args) == 1 and type(args[0]) is Array:
            from .arrays.builtins import all_of, any_of

            return (any_of if native is any else all_of)(args[0])
        if len(args) == 1 and goes_at_run_time(args[0]):
            return _folded(native, args[0])
        from .calls import run_native

        return run_native(native, args)

    return truth_of


def _divmod(a: Any, b: Any, /) -> Any:
    return (a // b, a % b) if _traced(a) or _traced(b) else divmod(a, b)


def _pow(base: Any, exp: Any, mod: Any = None) -> Any:
    if not any(map(_traced, (base, exp, mod))):
        return pow(base, exp) if mod is None else pow(base, exp, mod)
    if mod is not None:
        refuse(230, name="pow", what="a modulus", instead="(base ** exp) % mod")
    return base**exp


# -- questions ------------------------------------------------------------------------------------


def _isinstance(value: Any, classes: Any, /) -> bool:
    if type(value) is Poison:
        raise_poison(value)
    if type(value) is Text:
        return issubclass(str, classes)
    if not _traced(value):
        return isinstance(value, classes)
    asked_for_type(value, "isinstance")
    return issubclass(python_type(value), classes)


def _type(*args: Any, **kwargs: Any) -> Any:
    if len(args) == 1 and not kwargs:
        if type(args[0]) is Poison:
            raise_poison(args[0])
        if type(args[0]) is Text:
            return str
        if _traced(args[0]):
            asked_for_type(args[0], "type")
            return python_type(args[0])
    return type(*args, **kwargs)


def _len(value: Any, /) -> Any:
    if type(value) is Array:
        if value.ndim == 0:
            raise TypeError("len() of unsized object")
        return value.shape[0]
    if _traced(value):
        raise TypeError(f"object of type {python_type(value).__name__!r} has no len()")
    if type(value) is CompiledRange and any(map(_traced, (value.start, value.stop, value.step))):
        return length_of(value)
    return len(value)


def _hasattr(owner: Any, name: str, /) -> bool:
    if type(owner) is Poison:
        raise_poison(owner)
    return hasattr(python_type(owner) if _traced(owner) else owner, name)


def _getattr(owner: Any, name: str, /, *default: Any) -> Any:
    if not _traced(owner):
        return getattr(owner, name, *default)
    if default and not hasattr(python_type(owner), name):
        return default[0]
    return attribute_of(owner, name)


def _text_of(native: Callable[..., Any]) -> Callable[..., Any]:
    def text(*args: Any, **kwargs: Any) -> Any:
        return text_of(native, args, kwargs)

    return text


def _of_runtime(name: str, native: Callable[..., Any]) -> Callable[..., Any]:
    def of_runtime(*args: Any, **kwargs: Any) -> Any:
        if current() is not None and _inside(args):
            refuse(225, what=name)
        return native(*args, **kwargs)

    return of_runtime


def _round(*args: Any, **kwargs: Any) -> Any:
    from .functions_rounding import round_number

    return round_number(*args, **kwargs)


def _print(*args: Any, **options: Any) -> None:
    from .functions_print import print_

    print_(*args, **options)


_BUILTINS = [
    Row(float, "float", _float),
    Row(int, "int", _int),
    Row(bool, "bool", _bool),
    Row(complex, "complex", _complex),
    Row(abs, "abs", _abs),
    Row(round, "round", _round),
    Row(print, "print", _print),
    Row(min, "min", _extremum("min", min)),
    Row(max, "max", _extremum("max", max)),
    Row(sum, "sum", _sum),
    Row(any, "any", _truth_of(any)),
    Row(all, "all", _truth_of(all)),
    Row(divmod, "divmod", _divmod),
    Row(pow, "pow", _pow),
    Row(isinstance, "isinstance", _isinstance),
    Row(type, "type", _type),
    Row(len, "len", _len),
    Row(hasattr, "hasattr", _hasattr),
    Row(getattr, "getattr", _getattr),
    Row(range, "range", range_),
    Row(enumerate, "enumerate", enumerate_),
    Row(zip, "zip", zip_),
    Row(reversed, "reversed", reversed_),
    Row(str, "str", _text_of(str)),
    Row(repr, "repr", _text_of(repr)),
    Row(ascii, "ascii", _text_of(ascii)),
    Row(format, "format", _text_of(format)),
    Row(bytes, "bytes", _of_runtime("bytes", bytes)),
    Row(bytearray, "bytearray", _of_runtime("bytearray", bytearray)),
    Row(hash, "hash", _of_runtime("hash", hash)),
    Row(id, "id", _of_runtime("id", id)),
    Row(set, "set", _of_runtime("set", set)),
    Row(frozenset, "frozenset", _of_runtime("frozenset", frozenset)),
]


# -- refusals -------------------------------------------------------------------------------------


def _refused(native: Callable[..., Any], name: str, why: str, instead: str) -> Row:
    def refused(*args: Any, **kwargs: Any) -> Any:
        if current() is None:
            return native(*args, **kwargs)
        refuse(224, name=name, why=why, instead=instead)

    return Row(native, name, refused, refused=True)


_ONCE = "it would run once, when the kernel is compiled, and not at each call"
_FRAME = "it reads the frame that calls it"
_RANDOM = "random numbers would be drawn once, when the kernel is compiled"
_OUTSIDE = "call it outside and pass the value"


def _module_rows(module: Any, why: str, only: tuple[str, ...] = ()) -> list[Row]:
    rows = []
    for name in only or dir(module):
        found = getattr(module, name, None)
        if callable(found) and not name.startswith("_") and not isinstance(found, type):
            rows.append(_refused(found, f"{module.__name__}.{name}", why, _OUTSIDE))
    return rows


_FRAME_READERS = (eval, exec, locals, globals, vars, dir, __import__, breakpoint)
_REFUSALS = [
    *(_refused(f, f.__name__, _FRAME, "plain statements") for f in _FRAME_READERS),
    *(_refused(f, f.__name__, _ONCE, _OUTSIDE) for f in (input, open)),
    _refused(sys._getframe, "sys._getframe", _FRAME, "plain statements"),
    _refused(np.seterr, "np.seterr", _ONCE, "call it outside of the kernel"),
    _refused(np.errstate, "np.errstate", _ONCE, "put it around the call of the kernel"),
    *_module_rows(os, _ONCE, ("urandom", "system", "getpid", "remove", "mkdir", "write", "read")),
]


# -- the table ------------------------------------------------------------------------------------

# Modules whose functions are refused, from when somebody has imported them: importing them here
# would make `import numeta` slow.
_LATE: dict[str, tuple[str, tuple[str, ...]]] = {
    "random": (_RANDOM, ()),
    "numpy.random": (_RANDOM, ()),
    "secrets": (_RANDOM, ()),
    "uuid": (_ONCE, ("uuid1", "uuid4", "getnode")),
}
# A library -> the modules here whose `rows()` are those of its functions.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "math": ("functions_math", "functions_math_parts"),
    "cmath": ("functions_cmath",),
    "numpy": ("functions_numpy", "functions_rounding", "arrays.table"),
    "numpy.fft": ("arrays.fft",),
    "_bisect": ("functions_bisect",),
}
_OWN = (*_BUILTINS, *_REFUSALS)
_taken: dict[str, tuple[Row, ...]] = {}  # kept: the table knows its callables by their ids
TABLE: dict[int, Callable[..., Any]] = {}


def _take(rows: Iterable[Row]) -> None:
    for row in rows:
        TABLE.setdefault(id(row.callable), row.handler)


_take(_OWN)


def home_of(callee: Any) -> str:
    """The module that a callable is from, of a Python function the one that it was written in."""
    kind = type(callee)
    if kind is FunctionType:
        return str(callee.__globals__.get("__name__", ""))
    if kind.__module__.partition(".")[0] in ("builtins", "numpy"):
        return str(getattr(callee, "__module__", None) or kind.__module__)
    return kind.__module__


def _is_of(home: str, library: str) -> bool:
    return home == library or home.startswith(library + ".")


def _is_own(row: Row, module: str) -> bool:
    """Whether a callable found in a module is none that it took from a library: random._sqrt."""
    home = home_of(row.callable)
    return _is_of(home, module) or not any(_is_of(home, library) for library in LIBRARIES)


def _rows_of(library: str) -> tuple[Row, ...]:
    """The rows of a library; what somebody has put in the place of a function of it has none."""
    found = _taken.get(library)
    if found is None:
        modules = [import_module(f".{name}", __package__) for name in LIBRARIES[library]]
        rows = (row for module in modules for row in module.rows())
        found = tuple(row for row in rows if _is_of(home_of(row.callable), library))
        _take(found)
        _taken[library] = found
    return found


def every_row() -> tuple[Row, ...]:
    """The whole table, with the rows of all libraries."""
    for library in LIBRARIES:
        import_module(library)
    return (*_OWN, *(row for library in LIBRARIES for row in _rows_of(library)))


def handler_of(callee: Any) -> Callable[..., Any] | None:
    """What stands for a callable in kernels; None where it is in no row."""
    handler = TABLE.get(id(callee))
    if handler is not None:
        return handler
    home = home_of(callee)
    if _is_of(home, __package__):
        return None
    for library in LIBRARIES:
        if library not in _taken and _is_of(home, library):
            _rows_of(library)
    for name in [name for name in _LATE if name in sys.modules]:
        why, only = _LATE.pop(name)
        refused = _module_rows(sys.modules[name], why, only)
        _taken[name] = tuple(row for row in refused if _is_own(row, name))
        _take(_taken[name])
    return TABLE.get(id(callee))


_SOURCES = {("random", "Random"), ("numpy.random", "Generator"), ("numpy.random", "RandomState")}


def is_random_source(value: object) -> bool:
    """Whether `value` is a generator of random numbers, told without importing their modules."""
    for base in type(value).__mro__:
        module = base.__module__
        if module.startswith("numpy.random."):
            module = "numpy.random"
        if (module, base.__name__) in _SOURCES:
            return True
    return False


def refusal_of_method(callee: Any, owner: Any) -> str:
    """Why a method that is no row by identity cannot run in a kernel: "" if it can."""
    if is_random_source(owner):
        return _RANDOM
    if home_of(callee) == "time" and not isinstance(callee, type):
        return _ONCE
    name = getattr(callee, "__name__", "")
    if name in ("now", "today", "utcnow") and getattr(owner, "__module__", "") == "datetime":
        return _ONCE
    if type(owner).__module__ in ("_io", "_thread", "_socket", "queue", "threading"):
        return _ONCE
    return ""
