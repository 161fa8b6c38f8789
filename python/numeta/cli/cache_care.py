"""`numeta cache prune|clear|verify|export|import`: what changes a store, checks it, or carries it.

An archive is a tar file: `<key>.so` for each entry, `<digest>.rec` for what was learnt of the
compilers, so that a machine without any finds its kernels. What is taken in is checked as on every
load: an entry stands under the digest of what it was made of, or it is refused. That says that it
is whole, not who made it: who imports an archive runs the code in it.
"""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import click

from numeta import _cache
from numeta.config import byte_count, config

from .cache import SHOWN_KEY, cache, complete_key, whole_key
from .output import fail, json_option, print_json, print_rows, size_text

# What verify says of an entry that it has compiled again to the same bytes, or cannot compare.
SOUND = ("equal", "another toolchain")
# Nothing of a store is larger.
LARGEST_MEMBER = 1 << 30

Item = TypeVar("Item")


def progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """The items, with a bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def entries_text(count: int) -> str:
    return f"{count} {'entry' if count == 1 else 'entries'}"


@cache.command()
@click.option("--max-size", default=None, help="Keep at most this: 500M, 2G; else the limit set.")
@json_option
def prune(max_size: str | None, as_json: bool) -> None:
    """Remove the least recently used entries beyond a size, and what dead processes left."""
    try:
        limit = config.cache_max_size if max_size is None else byte_count(max_size)
    except ValueError:
        raise click.BadParameter("give a number of bytes, as in 500M or 2G") from None
    # To this limit exactly: for a store, 0 means that there is none.
    removed = _cache.prune(limit if limit or max_size is None else 1)
    left = sum(row["size"] for row in _cache.entries(False))
    if as_json:
        print_json({"removed": removed, "bytes": left})
    else:
        click.echo(f"{entries_text(removed)} removed, {size_text(left)} left")


@cache.command()
@json_option
def clear(as_json: bool) -> None:
    """Remove all entries, toolchain records and counters."""
    removed = _cache.clear()
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{entries_text(removed)} removed")


@cache.command()
@json_option
def verify(as_json: bool) -> None:
    """Check every entry: its checksum, and that it compiles to the same bytes again."""
    keys = [row["key"] for row in _cache.entries(False)]
    results = [row for key in progress(keys, "verifying") for row in _cache.verify(key=key)]
    bad = [row for row in results if row["outcome"] not in SOUND]
    if as_json:
        print_json({"sound": not bad, "entries": results})
    else:
        rows = [(row["key"][:SHOWN_KEY], row["outcome"], row["label"]) for row in results]
        if rows:
            print_rows(("key", "outcome", "kernel"), rows)
        click.echo(f"{len(results)} checked, {len(bad)} not sound")
    sys.exit(1 if bad else 0)


def exported(keys: Sequence[str], as_json: bool) -> list[Path]:
    """The files of these entries, of all where none is named, and the toolchain records."""
    wanted = {whole_key(key, as_json) for key in keys}
    files = []
    for row in _cache.entries():
        if row["state"] == "sound" and (not wanted or row["key"] in wanted):
            files.append(Path(row["path"]))
    folders = sorted({file.parent.parent for file in files})
    for folder in folders:
        files += sorted((folder / "toolchains").glob("*.rec"))
    return files


@cache.command("export")
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("keys", nargs=-1, shell_complete=complete_key)
@json_option
def export_entries(archive: Path, keys: tuple[str, ...], as_json: bool) -> None:
    """Write entries into an archive: those of the keys, or all.

    Their kernels are then found on machines that have the same processor, or for which all was
    compiled with NUMETA_MARCH; with the same compiler, or with none.
    """
    files = exported(keys, as_json)
    names: set[str] = set()
    written = 0
    try:
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            for file in progress(files, "exporting"):
                if file.name in names or file.is_symlink() or not file.is_file():
                    continue
                tar.add(file, arcname=file.name, recursive=False)
                names.add(file.name)
                written += file.suffix == ".so"
    except OSError as problem:
        fail(f"cannot write {archive}: {problem.strerror}", as_json)
    if as_json:
        print_json({"archive": str(archive), "exported": written})
    else:
        click.echo(f"{entries_text(written)} exported to {archive}")


@cache.command("import")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def import_entries(archive: Path, as_json: bool) -> None:
    """Take in the entries of an archive. Its code will run: know where it is from."""
    taken, refused = 0, []
    try:
        with tarfile.open(archive, "r:*") as tar:
            for member in progress(tar.getmembers(), "importing"):
                file = tar.extractfile(member) if member.isreg() else None
                whole = file is not None and member.size <= LARGEST_MEMBER
                if file is None or not whole or not _cache.adopt(member.name, file.read()):
                    refused.append(member.name)
                elif member.name.endswith(".so"):
                    taken += 1
    except (OSError, tarfile.TarError, EOFError) as problem:
        fail(f"cannot read {archive}: {problem}", as_json, imported=taken)
    if as_json:
        print_json({"imported": taken, "refused": refused})
    else:
        click.echo(f"{entries_text(taken)} imported, {len(refused)} refused")
        for name in refused:
            click.echo(f"refused: {name}", err=True)
    sys.exit(1 if refused else 0)
