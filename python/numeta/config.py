"""Settings: one row per environment variable, mirrored as attributes of `nm.config`.

A variable is read once, when numeta is imported, and validated then; assigning to an attribute at
run time validates in the same way and takes effect at the next build. What belongs to the cache
and the toolchain is handed to `_cache.configure` lazily, so that importing numeta touches no file.
An unknown NUMETA_* variable warns with the nearest name: a misspelt setting is never silent.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from . import errors
from .records import Record

CACHE_MODES = ("on", "off", "readonly", "refresh", "verify")
LOG_LEVELS = ("off", "debug", "info", "warning", "error")
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def _text(value: object) -> str:
    if not isinstance(value, str | os.PathLike):
        raise ValueError
    return os.fspath(value)


def _one_of(*choices: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        text = str(value).strip().lower()
        if text not in choices:
            raise ValueError
        return text

    return parse


def _flag(value: object) -> bool:
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("", "0", "false", "no", "off"):
        return False
    raise ValueError


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    number = int(value)
    if number < 0:
        raise ValueError
    return number


def byte_count(value: object) -> int:
    """A size as settings and commands take it: a number, or text as in 500M or 2G."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if not isinstance(value, str):
        raise ValueError
    text = value.strip().upper().removesuffix("B").removesuffix("I")
    unit = text[-1:] if text[-1:] in _UNITS and not text[-1:].isdigit() else ""
    number = float(text.removesuffix(unit) if unit else text)
    if not 0 <= number < 2**40:
        raise ValueError
    return int(number * _UNITS[unit])


class Setting(Record):
    """One row: the variable, the attribute, the `_cache.configure` key (or ""), how to read it."""

    variable: str
    attribute: str
    cache_key: str
    parse: Callable[[object], Any]
    default: Any
    expected: str
    meaning: str


# fmt: off
SETTINGS = (
    Setting("NUMETA_CACHE_DIR", "cache_dir", "dir", _text, "", "give a folder",
            "the folder of compiled kernels; empty: $XDG_CACHE_HOME/numeta"),
    Setting("NUMETA_CACHE_PATH", "cache_path", "path", _text, "", "give folders divided by colons",
            "stores: the first, in place of NUMETA_CACHE_DIR, is written to, the others only read"),
    Setting("NUMETA_CACHE_NAMESPACE", "cache_namespace", "namespace", _text, "", "give a name",
            "part of every key: what is kept under one name is not seen under another"),
    Setting("NUMETA_CACHE_SHARED", "cache_shared", "shared", _flag, False, "0 or 1",
            "trust stores that others write to, and let the group write: they can run code as you"),
    Setting("NUMETA_CACHE", "cache", "mode", _one_of(*CACHE_MODES), "on",
            "one of on, off, readonly, refresh, verify", "how the cache is used"),
    Setting("NUMETA_CACHE_MAX_SIZE", "cache_max_size", "max_size", byte_count, 1 << 30,
            "a number of bytes, as in 500M or 2G; 0 means no limit",
            "the least recently used entries go beyond this size"),
    Setting("NUMETA_FC", "fc", "fc", _text, "", "give the name or path of a compiler",
            "the Fortran compiler; empty: the first gfortran found"),
    Setting("NUMETA_CC", "cc", "cc", _text, "", "give the name or path of a compiler",
            "the C compiler; empty: the gcc beside the Fortran compiler"),
    Setting("NUMETA_FFLAGS", "fflags", "fflags", _text, "", "give flags as on a command line",
            "flags added after numeta's own"),
    Setting("NUMETA_MARCH", "march", "march", _text, "native", "a value of gcc's -march",
            "the instruction set that is compiled for"),
    Setting("NUMETA_DISABLE_JIT", "disable_jit", "", _flag, False, "0 or 1",
            "run undecorated Python, arguments converted to their hints"),
    Setting("NUMETA_LOG", "log", "", _one_of(*LOG_LEVELS), "off",
            "one of off, debug, info, warning, error",
            "send messages of the logger 'numeta' from this level to stderr"),
    Setting("NUMETA_KEEP_FAILED", "keep_failed", "keep_failed", _flag, False, "0 or 1",
            "keep the sources that a compiler or the linker fails on; the error names the folder"),
    Setting("NUMETA_COMPILE_JOBS", "compile_jobs", "jobs", _count, 0,
            "a whole number; 0 means one per core", "compilers that run at the same time"),
    Setting("NUMETA_COMPILE_TIMEOUT", "compile_timeout", "compile_timeout", _count, 600,
            "a whole number of seconds", "a compiler that takes longer is ended"),
    Setting("NUMETA_UNROLL_LIMIT", "unroll_limit", "", _count, 256, "a whole number",
            "a plain range with more iterations, or a while loop, is compiled if it can be"),
    Setting("NUMETA_UNROLL_BUDGET", "unroll_budget", "", _count, 20000, "a whole number",
            "iterations that such loops may have where they cannot be compiled"),
    Setting("NUMETA_NUM_THREADS", "num_threads", "", _count, 0,
            "a whole number; 0 means OMP_NUM_THREADS, or one per core",
            "threads of a parallel loop"),
    Setting("NUMETA_BLAS", "blas", "", _text, "", "give the path of a shared library",
            "BLAS and LAPACK; empty: OpenBLAS, the serial build first"),
)
# fmt: on

_BY_ATTRIBUTE = {row.attribute: row for row in SETTINGS}


def _nearest(name: str, choices: list[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, choices, 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""


def _parse(row: Setting, value: object, shown: str) -> Any:
    try:
        return row.parse(value)
    except (ValueError, OverflowError):
        raise errors.error(601, setting=shown, value=value, expected=row.expected) from None


class Config:
    """`nm.config`: the settings as attributes. Assigning validates; `cache` etc. apply lazily."""

    __slots__ = ("_applied", "_generation", "_values")

    def __init__(self, environment: dict[str, str]) -> None:
        object.__setattr__(self, "_generation", 0)
        object.__setattr__(self, "_applied", -1)
        object.__setattr__(self, "_values", {row.attribute: row.default for row in SETTINGS})
        known = {row.variable: row for row in SETTINGS}
        for name in [n for n in environment if n.startswith("NUMETA_")]:
            if name in known:
                row = known[name]
                self._values[row.attribute] = _parse(row, environment[name], name)
            else:
                errors.warn(602, 4, setting=name, nearest=_nearest(name, list(known)))

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, "_values")[name]
        except KeyError:
            raise AttributeError(f"nm.config has no setting {name!r}") from None

    def __setattr__(self, name: str, value: object) -> None:
        row = _BY_ATTRIBUTE.get(name)
        if row is None:
            raise errors.error(604, name=name, nearest=_nearest(name, list(_BY_ATTRIBUTE)))
        self._values[name] = _parse(row, value, f"nm.config.{name}")
        object.__setattr__(self, "_generation", self._generation + 1)
        if name == "log":
            from . import log

            log.show_from(self._values[name])
        elif name == "num_threads":
            from ._call import set_num_threads

            set_num_threads(self._values[name])
        elif name == "disable_jit":
            from .debug import settings_changed

            settings_changed()

    def __dir__(self) -> list[str]:
        return list(_BY_ATTRIBUTE)

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"Config({inner})"

    def apply_to_cache(self) -> None:
        """Hand the settings of the cache and the toolchain to `_cache` if any of them changed."""
        if self._applied == self._generation:
            return
        from . import _cache, log

        settings = {row.cache_key: self._values[row.attribute] for row in SETTINGS if row.cache_key}
        _cache.configure(**settings, log=log.from_cache)
        object.__setattr__(self, "_applied", self._generation)


config = Config(dict(os.environ))
