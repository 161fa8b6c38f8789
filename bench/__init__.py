"""Benchmarks: one file per claim, each prints one JSON object.

Run one as `python -m bench.<name>` or as `python bench/<name>.py`. The files import each other by
their bare names; for the first spelling this package puts its own folder on the path.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
