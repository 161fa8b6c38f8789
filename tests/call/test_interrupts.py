"""Ctrl-C while a kernel runs: KeyboardInterrupt in the caller, whatever the kernel does."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "interrupted_kernels.py"
CASES = {
    "of_an_endless_loop": [True, True, True],
    "of_a_counted_loop": True,
    "of_a_recursion": (True, "RecursionError"),
    "with_a_handler_that_returns": ([(2, "with_a_handler_that_returns", 55)], True),
    "with_a_handler_that_raises": "mine",
    "of_another_thread": (True, True),
    "in_a_fork": 7,
    "of_a_parallel_loop": sum(k % 7 for k in range(10**8 % 7)) + 10**8 // 7 * 21,
}


@pytest.mark.parametrize("case", CASES)
def test_an_interrupt(case):
    command = [sys.executable, "-X", "faulthandler", str(SCRIPT), case]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.stderr == ""
    assert done.stdout == f"{CASES[case]!r}\n"
