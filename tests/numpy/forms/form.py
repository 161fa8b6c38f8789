"""One row's forms."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.numpy.operands import Operand


@dataclass(frozen=True)
class Forms:
    """`forms` are expressions, or statements with a `return`; `operands` are the names in them.

    `near`: results are compared with a tolerance. `text`: messages of exceptions are compared.
    `memory`: it is compared whose memory results are in. `refused`: a TraceError says so.
    `weight`: so many times the usual number of examples.
    """

    forms: tuple[str, ...]
    operands: dict[str, Operand] = field(default_factory=dict)
    near: bool = False
    text: bool = True
    weight: int = 1
    memory: bool = True
    refused: bool = False


def forms(
    *texts: str,
    near: bool = False,
    text: bool = True,
    weight: int = 1,
    memory: bool = True,
    refused: bool = False,
    **operands: Operand,
) -> Forms:
    """A row's forms, by operand."""
    return Forms(texts, operands, near, text, weight, memory, refused)
