"""What Python itself raises while a kernel is traced: a call raises it where control comes to it.

An index out of a tuple's range, a division by a known zero: the trace cannot go on behind it, and
plain Python would not either. Outside of run-time control flow the kernel ends there. Inside of it
the trace begins again with code whose arms of `if`, loops and functions catch what is raised in
them (`staging.stage`), and the way that control took ends there.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING

from . import errors
from .control_state import CATCHES, Construct, Restart
from .staging import is_own_file, is_staged_code

if TYPE_CHECKING:
    from .session import Session

# What is raised for the values at hand. Others may say that a traced value is no plain number,
# which the undecorated function would never hear; or they tell an iteration to end.
_OF_VALUES = (ArithmeticError, LookupError, NameError, AssertionError, ValueError)


def raise_later(session: Session, problem: Exception) -> None:
    """The kernel raises after run-time work: each call does it, there.

    Restart where that is below run-time control flow; TraceError 228 where nothing could catch it.
    """
    if session.is_conditional() or not session.trace.alive:
        if not session.catches:
            raise Restart(CATCHES, "arms")
        what = f"{type(problem).__name__}: {problem}"
        raise errors.error(228, *_place_of(problem), what=what) from problem
    session.unwind(0)
    _fail(session, problem)


def ends_body(session: Session, construct: Construct) -> bool:
    """Whether what is being raised is now the end of the arm, iteration or function `construct`."""
    problem = sys.exc_info()[1]
    if not isinstance(problem, _OF_VALUES) or session.first_error is not None or session.guards:
        return False
    if construct not in session.open or not _is_called_plainly(session, sys._getframe(2)):
        return False
    inner = session.open[session.open.index(construct) + 1 :]
    if any(other.conditional for other in inner):
        return False
    if any(getattr(other, "adaptive", False) for other in session.open):
        return False
    session.unwind_to(construct)
    if session.trace.alive:
        _fail(session, problem)
    return True


def _is_called_plainly(session: Session, frame: FrameType | None) -> bool:
    """Whether only kernels and their helpers are around: nothing else that might handle it."""
    run = type(session)._traced.__code__
    while frame is not None and frame.f_code is not run:
        if not (is_staged_code(frame.f_code) or is_own_file(frame.f_code.co_filename)):
            return False
        frame = frame.f_back
    return True


def _place_of(problem: Exception) -> tuple[str, int]:
    """The user's file and line that raised."""
    filename, line = "", 0
    step = problem.__traceback__
    while step is not None:
        if not is_own_file(step.tb_frame.f_code.co_filename):
            filename, line = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    return filename, line


def _fail(session: Session, problem: Exception) -> None:
    from .control import again

    filename, line = _place_of(problem)
    make = again(problem)
    # The place of a failure is the line that runs: here one of the user's file.
    fail = compile("\n" * (max(line, 1) - 1) + "fail()", filename or "<kernel>", "exec")
    exec(fail, {"fail": lambda: session.fails(make, "")})
