"""The command `numeta`: look into the cache, ask what was found on this machine, see a kernel.

The only place that imports click and rich; `import numeta` never imports it. What always holds:
every command takes `--json` and then prints one JSON value and nothing else; there is no colour
where the output is no terminal; the exit code is 0 when all is well, 1 when what was asked for
was not found, not sound or not compilable, 2 when the command itself was wrong. A command is
imported when it is called: `cache` needs neither NumPy nor the tracer.
"""

from __future__ import annotations

import importlib

import click

from numeta.version import VERSION

# The modules that make a command; it is an attribute of the first.
COMMANDS = {
    "cache": (".cache", ".cache_care", ".cache_show", ".cache_why"),
    "doctor": (".doctor",),
    "emit": (".emit",),
}


class Commands(click.Group):
    """The commands of the table, imported when they are looked up."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        modules = [importlib.import_module(part, __name__) for part in COMMANDS.get(name, ())]
        return getattr(modules[0], name) if modules else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="numeta")
def main() -> None:
    """A just-in-time compiler for numerical Python, by way of readable Fortran."""
