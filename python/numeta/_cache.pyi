"""The cache of compiled kernels (C++, python/binding/cache_module.cpp)."""

from collections.abc import Callable
from os import PathLike
from typing import Any, TypedDict

class BuildError(Exception):
    """A kernel could not be built or loaded.

    kind: "missing" (no compiler), "failed" (the compiler's status), "timeout", "interrupted",
    "load". output: what the compiler printed. kept: folder of the sources, if asked for.
    """

    kind: str
    command: str
    output: str
    kept: str

class Loaded:
    """A loaded kernel; it stays loaded until the process ends."""

    @property
    def address(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def hit(self) -> bool: ...
    @property
    def path(self) -> str: ...
    @property
    def timings(self) -> dict[str, float]:
        """Seconds per step: key, lookup, compile (with fortran, c, link in it), publish, load."""

class EntryRow(TypedDict):
    key: str
    path: str
    size: int
    mtime: float
    state: str  # "sound", or what is wrong with it
    label: str
    metadata: str
    compile_seconds: float
    created: int
    hits: int  # in all processes

class StatsPair(TypedDict):
    process: dict[str, float]
    all: dict[str, float]

class VerifyRow(TypedDict):
    key: str
    label: str
    outcome: str  # "equal", "differs", "another toolchain", or why it could not be built

def configure(
    *,
    dir: str | bytes | PathLike[str] | None = ...,
    path: str | bytes | PathLike[str] | None = ...,
    namespace: str | None = ...,
    mode: str | None = ...,
    max_size: int | None = ...,
    fc: str | None = ...,
    cc: str | None = ...,
    fflags: str | None = ...,
    march: str | None = ...,
    jobs: int | None = ...,
    shared: bool = ...,
    keep_failed: bool = ...,
    driver_only: bool = ...,
    compile_timeout: float = ...,
    lock_timeout: float = ...,
    log: Callable[[str], object] | None = ...,
) -> None:
    """Change settings; those not given stay. None stands for the default."""

def settings() -> dict[str, Any]: ...
def build(
    fortran: str,
    stub: str,
    symbol: str,
    flags: list[str],
    label: str = "",
    interrupted: Callable[[], bool] | None = None,
    libraries: list[str] = ...,
    about: Callable[[], tuple[str, str]] | None = None,
) -> Loaded:
    """Find or compile and load. Raises BuildError, or what `interrupted` or a signal raised.

    `about` is asked only where something is stored, for what `entry` shows: its metadata and its
    places, both JSON.
    """

def entries(thorough: bool = True) -> list[EntryRow]:
    """All entries. Not thorough: sizes are checked, checksums are not."""

def sizes() -> dict[str, int]:
    """The bytes of each entry by its key, none of them opened."""

def entry(key: str) -> dict[str, Any] | None:
    """One entry by its key or the beginning of it: sources, flags, commands, key material."""

def vectorised(key: str) -> str | None:
    """What gfortran says that it vectorised in an entry, which it compiles once more for that;
    None if the entry or its compiler is not there. Raises BuildError."""

def identity_of(sources: list[str], library: str) -> bytes | None:
    """A digest of path, size and time of `sources`, and of the contents of those that were just
    written, and of size and time of `library`; None where one of them is not there."""

def staged(asked: bytes) -> bytes | None:
    """What `keep_staged` was given for `asked`, by this or an earlier process."""

def keep_staged(asked: bytes, answer: bytes) -> None: ...
def stats() -> StatsPair: ...
def clear() -> int: ...
def clear_stats() -> None: ...
def prune(max_size: int) -> int: ...
def verify(interrupted: Callable[[], bool] | None = None, key: str = "") -> list[VerifyRow]: ...
def adopt(name: str, bytes: bytes) -> bool:
    """Take in an entry (<key>.so) or a record (<digest>.rec); False if it is not what it says."""

def directory() -> str: ...
def store_note() -> str:
    """Why entries are not kept where they should be; empty if they are."""

def toolchain(flags: list[str] = ...) -> dict[str, Any]: ...
def key_fields() -> dict[str, str]: ...
