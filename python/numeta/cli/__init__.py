"""The command `numeta`: look into the cache, ask what was found on this machine, see a kernel.

The only place that imports click and rich; `import numeta` never imports it. What always holds:
every command takes `--json` and then prints one JSON value and nothing else; there is no colour
where the output is no terminal; the exit code is 0 when all is well, 1 when what was asked for
was not found, not sound or not compilable, 2 when the command itself was wrong.
"""

from __future__ import annotations

import click

import numeta

from . import cache_care, cache_why  # noqa: F401 - they add their commands to `cache`
from .cache import cache
from .doctor import doctor
from .emit import emit


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(numeta.__version__, prog_name="numeta")
def main() -> None:
    """A just-in-time compiler for numerical Python, by way of readable Fortran."""


main.add_command(cache)
main.add_command(doctor)
main.add_command(emit)
