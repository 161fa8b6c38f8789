"""`numeta cache`: the compiled kernels that are kept, one file each.

Here: where they are, which they are, what was counted. What always holds: only `prune`, `clear`,
`import` and `stats --zero` change what is stored; a key may be shortened to any beginning that is
unique; a damaged entry is listed as what it is, never loaded.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from numeta import _cache
from numeta.config import config

from .output import (
    fail,
    json_option,
    print_json,
    print_pairs,
    print_rows,
    size_text,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Enough of a key to tell entries apart in a list.
SHOWN_KEY = 12


@click.group()
def cache() -> None:
    """The compiled kernels that are kept."""
    config.apply_to_cache()


def metadata(text: str) -> dict[str, str]:
    """What the front wrote into an entry about its kernel; nothing where that is damaged."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return {name: str(value) for name, value in read.items()} if isinstance(read, dict) else {}


def when(seconds: float) -> str:
    """A time in the reader's zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def age(seconds: float) -> str:
    """A span of time for a reader: 40 s, 12 min, 3 h, 5 d."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{max(0, int(seconds))} s"


def complete_key(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The keys that begin so, with their kernels, for the shell's completion."""
    from click.shell_completion import CompletionItem

    config.apply_to_cache()
    rows = [row for row in _cache.entries(False) if row["key"].startswith(incomplete)]
    return [CompletionItem(row["key"][:SHOWN_KEY], help=row["label"]) for row in rows]


def whole_key(beginning: str, as_json: bool) -> str:
    """The one key that begins so; ends the command where there is none or more."""
    keys = [key for key in _cache.sizes() if key.startswith(beginning)]
    if len(keys) != 1:
        text = f"{len(keys) or 'no'} entries have a key that begins with {beginning}"
        fail(text, as_json, keys=keys)
    return keys[0]


@cache.command("dir")
@json_option
def directory(as_json: bool) -> None:
    """Print the folder of the cache."""
    folder, note = _cache.directory(), _cache.store_note()
    if as_json:
        print_json({"directory": folder, "note": note})
        return
    click.echo(folder)
    if note:
        click.echo(note, err=True)


@cache.command("ls")
@json_option
def list_entries(as_json: bool) -> None:
    """List the entries, the last used first. Checksums are looked at by `verify` and `show`."""
    entries = sorted(_cache.entries(False), key=lambda entry: -entry["mtime"])
    if as_json:
        print_json(entries)
        return
    now = time.time()
    rows = []
    for entry in entries:
        about = metadata(entry["metadata"])
        name = f"{about.get('kernel', entry['label'])}({about.get('signature', '')})"
        if entry["state"] != "sound":
            name = entry["state"]
        source = f"{about['file']}:{about.get('line', '')}" if "file" in about else ""
        compiled = f"{entry['compile_seconds'] * 1e3:.0f} ms"
        used = age(now - entry["mtime"])
        size, hits = size_text(entry["size"]), str(entry["hits"])
        rows.append((entry["key"][:SHOWN_KEY], used, size, hits, compiled, name, source))
    print_rows(("key", "used", "size", "hits", "compiled", "kernel", "from"), rows)


@cache.command()
@click.option("--zero", is_flag=True, help="Set all counters to zero.")
@json_option
def stats(zero: bool, as_json: bool) -> None:
    """Count hits, misses and times of all processes, and what is stored."""
    if zero:
        _cache.clear_stats()
    sizes = _cache.sizes()
    counted = _cache.stats()["all"]
    stored = {
        "entries": len(sizes),
        "bytes": sum(sizes.values()),
        "max_bytes": config.cache_max_size,
    }
    if as_json:
        print_json({"directory": _cache.directory(), **stored, "counters": counted})
        return
    limit = size_text(config.cache_max_size) if config.cache_max_size else "no limit"
    pairs = [
        ("folder", _cache.directory()),
        ("entries", str(stored["entries"])),
        ("size", f"{size_text(stored['bytes'])} of {limit}"),
    ]
    for name, value in counted.items():
        text = f"{value:.3f} s" if isinstance(value, float) else str(value)
        pairs.append((name.removesuffix("_seconds").replace("_", " "), text))
    print_pairs(pairs)
