"""`numeta cache why`: what makes two entries two, or why a kernel was compiled again.

A key is the digest of fields (`key_fields`), compared here in their order. For a kernel, the entry
that was compiled last is compared with the one before it that has the most fields in common.
"""

from __future__ import annotations

import difflib
from typing import Any

import click

from numeta import _cache

from .cache import SHOWN_KEY, cache, complete_key, metadata, whole_key
from .output import fail, json_option, print_json

# Lines of a difference that are shown; the rest is one `show` away.
SHOWN_LINES = 24


def differing(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """The key fields in which two entries differ, in the order of the key."""
    one, two = first["material"], second["material"]
    return [name for name in _cache.key_fields() if one.get(name) != two.get(name)]


def readable(value: str) -> str:
    """A field for a reader: lists have their items divided by a zero byte."""
    return value.rstrip("\0").replace("\0", "\n" if "\n" in value else " ")


def difference(one: str, two: str) -> list[str]:
    """The lines that differ."""
    first, second = readable(one).splitlines(), readable(two).splitlines()
    lines = list(difflib.unified_diff(first, second, lineterm="", n=1))[2:]
    more = len(lines) - SHOWN_LINES
    return lines[:SHOWN_LINES] + ([f"... and {more} more lines"] if more > 0 else [])


def entry_of(key: str, as_json: bool) -> dict[str, Any]:
    entry = _cache.entry(key)
    if entry is None or entry["state"] != "sound":
        fail(f"the entry {key} is gone or not sound", as_json)
    return entry


def of_kernel(name: str, as_json: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The kernel's last entry but one that is most alike, and its last."""
    rows = [
        row
        for row in _cache.entries(False)
        if name in (row["label"], metadata(row["metadata"]).get("kernel"))
    ]
    rows.sort(key=lambda row: (row["created"], row["mtime"]))
    if not rows:
        fail(f"no entry is of a kernel {name}", as_json)
    if len(rows) == 1:
        fail(f"{name} was compiled once: no entry of it was there to be found", as_json)
    entries = [entry_of(row["key"], as_json) for row in rows]
    last = entries.pop()
    return min(reversed(entries), key=lambda entry: len(differing(entry, last))), last


@cache.command()
@click.argument("first", metavar="KERNEL | KEY", shell_complete=complete_key)
@click.argument("second", metavar="[KEY]", default="", shell_complete=complete_key)
@json_option
def why(first: str, second: str, as_json: bool) -> None:
    """Say which part of the key makes two entries two, or why a kernel was compiled once more."""
    if second:
        one = entry_of(whole_key(first, as_json), as_json)
        two = entry_of(whole_key(second, as_json), as_json)
    else:
        one, two = of_kernel(first, as_json)
    names = differing(one, two)
    field = names[0] if names else ""
    values = [entry["material"].get(field, "") for entry in (one, two)]
    if as_json:
        keys = [one["key"], two["key"]]
        print_json({"keys": keys, "field": field, "values": values, "differing": names})
        return
    if not field:
        click.echo("the two are one")
        return
    click.echo(f"{one['key'][:SHOWN_KEY]} and {two['key'][:SHOWN_KEY]} differ in")
    click.echo(f"{field}: {_cache.key_fields()[field]}")
    for line in difference(*values):
        click.echo(f"  {line}")
    if len(names) > 1:
        click.echo(f"and in: {', '.join(names[1:])}")
