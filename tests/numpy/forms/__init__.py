"""What the property test calls of each row: expressions, and what their operands may be."""

from __future__ import annotations

from . import elementwise, linear, making, ordering, reducing, shaping
from .form import Forms

FORMS: dict[str, Forms] = {
    **elementwise.FORMS,
    **linear.FORMS,
    **making.FORMS,
    **ordering.FORMS,
    **reducing.FORMS,
    **shaping.FORMS,
}
