"""`numeta cache`: the compiled kernels that are kept, one file each.

What always holds: only `clear` changes what is stored; a key may be shortened to any beginning
that is unique; a damaged entry is listed as what it is, never loaded.
"""

from __future__ import annotations

import json
import sys
import time

import click

from numeta import _cache
from numeta.config import config

from .output import (
    fail,
    json_option,
    print_json,
    print_pairs,
    print_rows,
    print_source,
    size_text,
)

# Enough of a key to tell entries apart in a list.
SHOWN_KEY = 12
# What verify says of an entry that it has compiled again to the same bytes, or cannot compare.
SOUND = ("equal", "another toolchain")


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
    """List the entries, the last used first."""
    entries = sorted(_cache.entries(), key=lambda entry: -entry["mtime"])
    if as_json:
        print_json(entries)
        return
    rows = []
    for entry in entries:
        about = metadata(entry["metadata"])
        name = f"{about.get('kernel', entry['label'])}({about.get('signature', '')})"
        size, used = size_text(entry["size"]), when(entry["mtime"])
        rows.append((entry["key"][:SHOWN_KEY], size, used, entry["state"], name))
    print_rows(("key", "size", "last used", "state", "kernel"), rows)


@cache.command()
@click.argument("key")
@json_option
def show(key: str, as_json: bool) -> None:
    """Show one entry: what it was compiled from, by what, how long it took."""
    keys = [entry["key"] for entry in _cache.entries() if entry["key"].startswith(key)]
    if len(keys) != 1:
        fail(f"{len(keys) or 'no'} entries have a key that begins with {key}", as_json, keys=keys)
    entry = _cache.entry(keys[0])
    if entry is None:
        fail(f"the entry {keys[0]} is gone", as_json)
    if as_json:
        print_json(entry)
        return
    about = metadata(entry["metadata"])
    pairs = [("key", entry["key"]), ("path", entry["path"]), ("state", entry["state"])]
    pairs += list(about.items())
    pairs += [
        ("size", size_text(entry["size"])),
        ("last used", when(entry["mtime"])),
        ("compiler", f"{entry['compiler']} {entry['compiler_version']}"),
        ("flags", " ".join(entry["flags"])),
        ("compiled in", f"{entry['compile_seconds'] * 1e3:.1f} ms"),
    ]
    print_pairs(pairs)
    click.echo()
    print_source(entry["fortran"], "fortran")


@cache.command()
@json_option
def stats(as_json: bool) -> None:
    """Count hits, misses and times of all processes, and what is stored."""
    entries = _cache.entries()
    counted = _cache.stats()["all"]
    stored = {
        "entries": len(entries),
        "bytes": sum(entry["size"] for entry in entries),
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


@cache.command()
@json_option
def clear(as_json: bool) -> None:
    """Remove all entries, toolchain records and counters."""
    removed = _cache.clear()
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{removed} {'entry' if removed == 1 else 'entries'} removed")


@cache.command()
@json_option
def verify(as_json: bool) -> None:
    """Check every entry: its checksum, and that it compiles to the same bytes again."""
    results = _cache.verify()
    bad = [row for row in results if row["outcome"] not in SOUND]
    if as_json:
        print_json({"sound": not bad, "entries": results})
    else:
        rows = [(row["key"][:SHOWN_KEY], row["outcome"], row["label"]) for row in results]
        if rows:
            print_rows(("key", "outcome", "kernel"), rows)
        click.echo(f"{len(results)} checked, {len(bad)} not sound")
    sys.exit(1 if bad else 0)
