"""Keys that hold arrays or lists: `a[mask]`, `a[index]`, read and written."""

from __future__ import annotations

from typing import Any

from ..session import refuse


def get(array: Any, key: Any) -> Any:
    """`array[key]`."""
    refuse(230, name="array[key]", what=f"a key with a {type(key).__name__}", instead="integers")


def set_(array: Any, key: Any, value: Any) -> None:
    """`array[key] = value`."""
    get(array, key)
