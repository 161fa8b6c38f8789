"""How many threads parallel loops use: `nm.set_num_threads`, `nm.get_num_threads`.

The number belongs to the process and is passed with each call, so nothing is compiled again. As
long as it is not set (0), OpenMP's own counts: OMP_NUM_THREADS, what threadpoolctl sets, or one per
core. A process forked after a parallel loop has run uses one thread: see call_threads.hpp.
"""

from __future__ import annotations

from . import _call
from .config import config


def set_num_threads(number: int) -> None:
    """Parallel loops use `number` threads from now on; 0 leaves it to OpenMP again."""
    config.num_threads = number


def get_num_threads() -> int:
    """How many threads a parallel loop would use now."""
    return _call.num_threads()


if config.num_threads:
    _call.set_num_threads(config.num_threads)
