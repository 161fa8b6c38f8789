"""How a command prints: one JSON value, or lines and tables for a reader.

What always holds: JSON goes to stdout whole and alone; an aligned table is never cut to the width
of a terminal that is not there; escape codes are written to terminals only (and not there either
where NO_COLOR is set).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

# Wide enough that no table of ours is wrapped into a pipe or a file.
PIPE_COLUMNS = 1000

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


def console() -> Console:
    """The console of stdout, made when it is used: tests replace stdout."""
    width = None if sys.stdout.isatty() else PIPE_COLUMNS
    return Console(width=width, highlight=False, emoji=False)


def print_json(value: Any) -> None:
    """One JSON value, readable."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table with a heading."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console().print(table)


def print_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values, aligned."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in pairs:
        table.add_row(name, Text(str(value)))
    console().print(table)


def print_source(text: str, language: str) -> None:
    """A source as it is; coloured on a terminal."""
    if sys.stdout.isatty():
        console().print(Syntax(text, language, background_color="default"))
    else:
        click.echo(text.rstrip("\n"))


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
