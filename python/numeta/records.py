"""Records: immutable rows of named values, tuples whose classes are made at no cost.

`typing.NamedTuple` and dataclasses compile code for each class; the few dozen of this package would
take a tenth of the time to import it.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record(tuple[Any, ...]):
    """Base of records: the annotations of a class are its fields, in order, with their defaults."""

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()
    _count: ClassVar[int] = 0
    _defaults: ClassVar[tuple[Any, ...]] = ()  # of the last fields

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(cls.__annotations__)
        cls._count = len(cls._fields)
        cls._defaults = tuple([vars(cls)[name] for name in cls._fields if name in vars(cls)])
        for place, name in enumerate(cls._fields):
            setattr(cls, name, _tuplegetter(place, None))

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """A record of values in order, by name, and by default."""
        if named:
            values = cls._in_order(values, named)
        missing = cls._count - len(values)
        if missing:
            if not 0 < missing <= len(cls._defaults):
                raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}")
            values += cls._defaults[-missing:]
        return tuple.__new__(cls, values)

    @classmethod
    def _in_order(cls, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
        names = cls._fields[len(values) :]
        optional = cls._fields[cls._count - len(cls._defaults) :]
        given = {**dict(zip(optional, cls._defaults, strict=True)), **named}
        if not named.keys() <= set(names) <= given.keys():
            raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}")
        return (*values, *(given[name] for name in names))

    def replaced(self, **named: Any) -> Self:
        """The record with other values of these fields."""
        return type(self)(**{**dict(zip(self._fields, self, strict=True)), **named})

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({', '.join(shown)})"
