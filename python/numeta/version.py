"""The version of numeta: the one place beside pyproject.toml.

A module of its own, so that the command line knows it without what `import numeta` loads.
"""

VERSION = "0.1.0"
