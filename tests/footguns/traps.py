"""What every test of a trap asks: the answer of plain Python or a TraceError, nothing else."""

import copy

import numpy as np

import numeta as nm
from numeta.testing import same_as_python
from tests.language.cases import raises_as_python

TRAP_MODES = ("default", "checks")


def right_or_raises(kernel, *args, modes=TRAP_MODES):
    """Assert that `kernel` does in `modes` what its function does, or is refused at a line.

    Results, their types and the arguments afterwards are compared; an exception of the function
    must come from the kernel too. True where the kernel was right, False where it was refused.
    """
    with nm.debug(), np.errstate(all="ignore"):
        try:
            kernel(*copy.deepcopy(args))
            judge = same_as_python
        except Exception as problem:
            assert not isinstance(problem, nm.NumetaError), "plain Python must judge"
            judge = raises_as_python
    for mode in modes:
        try:
            judge(kernel, *args, modes=(mode,))
        except nm.TraceError as refusal:
            assert refusal.line > 0
            return False
    return True
