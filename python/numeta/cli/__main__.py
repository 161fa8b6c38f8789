"""`python -m numeta.cli` is `numeta`, for where the scripts of an environment are not on PATH."""

from . import main

main(prog_name="numeta")
