"""Rows of products: `@`, dot, and what is made of them."""

from __future__ import annotations

from typing import Any

from ..rows import Row
from ..session import refuse


def matmul(a: Any, b: Any) -> Any:
    """`a @ b`."""
    refuse(230, name="@", what="arrays", instead="loops")


ROWS: tuple[Row, ...] = ()
