"""The call path: kernels, their specialisations, and how arguments become a frame of words."""

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any, Final, Literal, Self, final, overload

import numpy as np

@final
class _Missing: ...

MISSING: Final[_Missing]  # in guards: the name, content or attribute must not be there
watches_dicts: Final[bool]  # False: globals are compared at each call

# ('array', typenum, ndim, 'C' | 'F' | 'S', fixed shape or None, written)
# ('scalar', typenum, weak)       ('const', value)       ('const_key', key_of, key)
# ('captured', ndarray, typenum, ndim, layout, written): hidden, after all others
Parameter = tuple[Any, ...]
# ('global', dict, name, value)   ('cell', cell, content)
# ('attr', object, name, value)   ('content', object, key_of, key)
Guard = tuple[Any, ...]
# None, an int k for result k, ('tuple', ...), ('list', ...), ('const', object), ('arg', k)
# ('array', k)  ('view', template, (start, ...), ((length, ((axis, step), ...)), ...))
# ('choice', number, template, ...): numbers, starts, lengths and steps are k or ('const', int)
Template = None | int | tuple[Any, ...]

def set_num_threads(number: int, /) -> None:
    """How many threads parallel loops use; 0: as many as OpenMP would."""

def num_threads() -> int:
    """How many threads the next parallel loop of this Python thread uses."""

class Specialisation:
    """One compiled variant of a kernel: what it fits and how it is run.

    `raise_site(site, values)` raises for check `site` (0, 1, ...). `make_overlap(bound)`
    makes the variant for overlapping arrays when it is first needed. A `brief` one runs with
    the GIL held; a `recursive` one raises RecursionError where the stack ends; a `parallel` one is
    not interrupted. `keepalive` keeps the code loaded. Equal keys of one `key_of` must mean equal
    content, types and bits included.
    """

    info: Any  # for the maker's use
    def __init__(
        self,
        address: int,
        params: Sequence[Parameter],
        results: Sequence[tuple[int, bool]] = ...,
        template: Template = ...,
        guards: Sequence[Guard] = ...,
        raise_site: Callable[[int, tuple[float, ...]], Any] | None = ...,
        make_overlap: Callable[[tuple[Any, ...]], Specialisation] | None = ...,
        overlap: Specialisation | None = ...,
        keepalive: object = ...,
        brief: bool = ...,
        recursive: bool = ...,
        parallel: bool = ...,
        arrays: Sequence[tuple[int, int, bool, bool]] = ...,
    ) -> None: ...
    @property
    def address(self) -> int: ...
    @property
    def overlap(self) -> Specialisation | None: ...
    @property
    def keepalive(self) -> Any: ...
    @property
    def valid(self) -> bool:
        """Whether all guards hold now."""

class Kernel:
    """A callable that finds or makes a compiled variant for its arguments and runs it.

    Bound values are flat, one per positional parameter, then one per keyword-only parameter, then
    the dict of a `**` parameter, then the elements of a `*` parameter. `slow(kernel, bound)` makes
    (and adds) the specialisation for values that none fits; it may return other values to run on.
    `debug_call(kernel, args, kwargs)` is asked while a debug switch is open; NotImplemented means
    that the call goes on as usual. A call that cannot be bound raises the TypeError that the
    function raises.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        slow: Callable[
            [Any, tuple[Any, ...]], Specialisation | tuple[Specialisation, tuple[Any, ...]]
        ],
        debug_call: Callable[[Any, tuple[Any, ...], dict[str, Any]], Any] | None = ...,
    ) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    @overload
    def __get__(self, instance: None, owner: type | None = ...) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = ...) -> MethodType: ...
    def add(self, specialisation: Specialisation, /) -> None: ...
    def clear(self) -> None: ...
    def find(self, bound: tuple[Any, ...], /) -> Specialisation | None: ...
    def bind(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]: ...
    @property
    def specialisations(self) -> list[Specialisation]: ...
    @property
    def last(self) -> Specialisation | None: ...
    @property
    def py_func(self) -> FunctionType: ...
    @property
    def parameter_names(self) -> tuple[str, ...]: ...

def set_debug(change: Literal[-1, 1], /) -> int:
    """Open (1) or close (-1) a debug switch; returns how many are open."""

def layout(array: np.ndarray[Any, Any], /) -> Literal["C", "F", "S"] | None:
    """The one layout of an array; None for one that cannot be passed."""

def same_constant(first: object, second: object, /) -> bool:
    """Whether two compile-time values are the same by type and bits."""

def convert_scalar(value: object, typenum: int, weak: bool, /) -> Any:
    """The value as a kernel receives it, or NotImplemented where something would be lost."""
