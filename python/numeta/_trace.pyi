"""The graph from Python: traces, traced values, and the operations on them."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, TypedDict

import numpy as np

class DTypeRow(TypedDict):
    short: str
    name: str
    typenum: int
    kind: str
    bits: int

class Emission:
    fortran: str
    stub: str
    symbol: str
    flags: list[str]
    written: list[bool]
    sites: list[tuple[Any, str, str, int]]
    results: list[tuple[str, bool]]
    line_map: Any
    brief: bool

class Scalar:
    dtype: np.dtype[Any]
    weak: bool

class Array:
    shape: tuple[Any, ...]
    ndim: int
    dtype: np.dtype[Any]
    size: Any
    def __getitem__(self, index: Any, /) -> Any: ...
    def __setitem__(self, index: Any, value: Any, /) -> None: ...

class Trace:
    depth: int
    nodes: int
    effects: int
    checks: bool
    exact: bool
    fast: bool
    def __init__(
        self,
        name: str,
        *,
        exact: bool = False,
        checks: bool = False,
        fast: bool = False,
        overlap: bool = False,
    ) -> None: ...
    def __enter__(self) -> Trace: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...
    def add_array(
        self,
        name: str,
        dtype: str,
        ndim: int,
        layout: str,
        fixed_shape: Sequence[int | None],
    ) -> Array: ...
    def add_scalar(self, name: str, dtype: str, weak: bool) -> Scalar: ...
    def begin_loop(self, start: Any, stop: Any, step: Any, name: str) -> Scalar: ...
    def end_loop(self) -> None: ...
    def check(self, cond: Scalar, exc: type[BaseException], message: str, *values: Any) -> None: ...
    def set_result(self, values: Sequence[tuple[object, str | None, bool]]) -> None: ...
    def emit(self) -> Emission: ...
    def dump(self) -> str: ...
    def passes(self) -> list[tuple[str, float, str | None]]: ...

def current() -> Trace | None: ...
def apply(op: str, args: tuple[Any, ...], *, python: bool) -> Any: ...
def cast(value: Any, dtype: str, weak: bool) -> Any: ...
def is_traced(x: object) -> bool: ...
def dtypes() -> list[DTypeRow]: ...
def set_error_type(cls: type[BaseException]) -> None: ...
def set_own_folder(folder: str) -> None: ...
