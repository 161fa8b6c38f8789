"""How a command prints: one JSON value, or lines and tables for a reader.

What always holds: JSON goes to stdout whole and alone; an aligned table is never cut to the width
of a terminal that is not there; escape codes are written to terminals only (and not there either
where NO_COLOR is set).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


def is_coloured() -> bool:
    """Whether escape codes are welcome."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def styled(text: str, **style: Any) -> str:
    """The text with escape codes, where they are welcome."""
    return click.style(text, **style) if is_coloured() else text


def print_json(value: Any) -> None:
    """One JSON value, readable."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    line = "  ".join(f"{{:<{width}}}" for width in widths)  # thousands of rows are usual
    return [line.format(*row).rstrip() for row in rows]


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table with a heading."""
    heading, *lines = aligned([columns, *([str(cell) for cell in row] for row in rows)])
    click.echo("\n".join([styled(heading, bold=True), *lines]))


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values, aligned."""
    click.echo("\n".join(aligned([(name, str(value)) for name, value in pairs])))


def print_source(text: str, language: str) -> None:
    """A source as it is; coloured on a terminal."""
    if not is_coloured():
        click.echo(text.rstrip("\n"))
        return
    from rich.console import Console  # a third of the start of a command, and seldom needed
    from rich.syntax import Syntax

    Console(highlight=False, emoji=False).print(Syntax(text, language, background_color="default"))


def fail(message: str, as_json: bool, **details: Any) -> NoReturn:
    """Ends the command with 1; the message goes to stderr, or into the JSON value."""
    if as_json:
        print_json({"error": message, **details})
    else:
        click.echo(message, err=True)
    sys.exit(1)


def size_text(size: int) -> str:
    """A number of bytes for a reader: 812 B, 14.2 KiB, 3.0 MiB."""
    if size < 1024:
        return f"{size} B"
    scaled, unit = size / 1024, "KiB"
    for larger in ("MiB", "GiB"):
        if scaled >= 1024:
            scaled, unit = scaled / 1024, larger
    return f"{scaled:.1f} {unit}"
