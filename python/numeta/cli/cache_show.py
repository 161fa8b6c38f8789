"""`numeta cache show`: one entry, from its key to its sources.

The Fortran stands there as it was compiled; comments behind its lines, which are not in the entry,
say which line of Python each comes from and which loops have become vector code. For these gfortran
compiles it once more: what it says is known only while it does.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from numeta import _cache

from .cache import cache, complete_key, metadata, when, whole_key
from .output import fail, json_option, print_json, print_pairs, print_source, size_text

# Comments stand in this column, or behind longer lines.
_COLUMN = 64
_NOTE = re.compile(
    r"^[^:\n]+:(\d+):\d+: optimized: (?:loop|basic block part) vectorized using (\d+) byte vectors",
    re.MULTILINE,
)


def loops(notes: str) -> dict[int, list[int]]:
    """The bytes of the vectors that each line was compiled to, from the compiler's words."""
    found: dict[int, list[int]] = {}
    for line, size in _NOTE.findall(notes):
        sizes = found.setdefault(int(line), [])
        if int(size) not in sizes:
            sizes.append(int(size))
    return found


def commented(fortran: str, places: list[list[Any]], vectors: dict[int, list[int]]) -> str:
    """The source with comments behind its lines."""
    said: dict[int, list[str]] = {}
    for line, python_line, *file in places:
        where = f"{Path(file[0]).name}:{python_line}" if file else f"line {python_line}"
        said.setdefault(line, []).append(where)
    for line, sizes in vectors.items():
        widths = " and ".join(map(str, sorted(sizes, reverse=True)))
        said.setdefault(line, []).append(f"vectors of {widths} bytes")
    lines = fortran.splitlines()
    for line, words in said.items():
        if line <= len(lines):
            lines[line - 1] = f"{lines[line - 1]:{_COLUMN}}  ! {', '.join(words)}"
    return "\n".join(lines)


def vectors_of(key: str) -> tuple[dict[int, list[int]], str]:
    """What was vectorised in an entry, and why that is not known where it is not."""
    try:
        notes = _cache.vectorised(key)
    except _cache.BuildError as problem:
        return {}, str(problem)
    if notes is None:
        return {}, "not known: another compiler, or other settings, made it"
    found = loops(notes)
    return found, "" if found else "none"


@cache.command()
@click.argument("key", shell_complete=complete_key)
@json_option
def show(key: str, as_json: bool) -> None:
    """Show one entry: what it was compiled from, by what, how long it took, what was vectorised."""
    found = whole_key(key, as_json)
    entry = _cache.entry(found)
    if entry is None:
        fail(f"the entry {found} is gone", as_json)
    places = json.loads(entry["places"] or "[]")
    vectors, why_none = vectors_of(found) if entry["state"] == "sound" else ({}, "not known")
    if as_json:
        print_json({**entry, "places": places, "vectorised": vectors})
        return
    about = metadata(entry["metadata"])
    pairs = [("key", entry["key"]), ("path", entry["path"]), ("state", entry["state"])]
    pairs += list(about.items())
    parts = ", ".join(f"{part} {1e3 * spent:.1f} ms" for part, spent in entry["timings"].items())
    pairs += [
        ("size", size_text(entry["size"])),
        ("compiled at", when(entry["created"])),
        ("last used", when(entry["mtime"])),
        ("compiler", f"{entry['compiler'].partition(chr(10))[0]} {entry['compiler_version']}"),
        ("flags", " ".join(entry["flags"])),
        ("compiled in", f"{entry['compile_seconds'] * 1e3:.1f} ms{parts and f' ({parts})'}"),
        ("vectorised", why_none or "see the comments in the Fortran"),
    ]
    print_pairs(pairs)
    click.echo()
    print_source(commented(entry["fortran"], places, vectors), "fortran")
    click.echo()
    print_source(entry["stub"], "c")
