"""What the processes of the fault tests run: kernels by number, and what must hold of a store.

Imported by children that the tests start, never by pytest: it loads the extension module alone, so
that a process costs no import of NumPy. A child that ends with status 0 has found all it asserted.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORTRAN = """\
recursive subroutine k(a) bind(c, name="numeta_k")
  use, intrinsic :: iso_c_binding
  implicit none
  real(c_double), intent(inout) :: a(0:2)
  a = a * 2 + {n}
end subroutine
"""
STUB = """\
#include <stdint.h>
extern void numeta_k(double *);
int32_t numeta_stub(int64_t *frame) { numeta_k((double *)frame); return 0; }
"""
FLAGS = ["-O1"]
NEVER = 1 << 30


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("_cache", os.environ["FAULT_MODULE"])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


c = _load()
lines: list[str] = []
shim = ctypes.CDLL(None)


def use(folder: str | Path, **settings: Any) -> None:
    """Another store from now on, with no line of the log yet and no counter."""
    c.configure(dir=str(folder), mode="on", log=lines.append, **settings)
    lines.clear()  # the store before wrote its statistics just now, if it still could


def build(n: int, flags: list[str] = FLAGS) -> Any:
    return c.build(FORTRAN.format(n=n), STUB, "numeta_stub", flags, f"k{n}")


def call(loaded: Any) -> list[float]:
    values = (ctypes.c_double * 3)(1, 2, 3)
    function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(loaded.address)
    assert function(ctypes.addressof(values)) == 0
    return list(values)


def right(n: int, flags: list[str] = FLAGS) -> Any:
    """Builds or finds kernel n, and sees that it computes what it should."""
    loaded = build(n, flags)
    assert call(loaded) == [2.0 + n, 4.0 + n, 6.0 + n], (n, call(loaded))
    return loaded


def counted(name: str) -> int:
    """A counter of this process since `use`."""
    return int(c.stats()["process"][name])


def entry_files(folder: str | Path) -> list[Path]:
    return sorted(Path(folder).glob("??/*.so"))


def left_behind(folder: str | Path) -> list[Path]:
    """Temporaries and locks: nobody's once all builds have ended."""
    return sorted([*Path(folder).glob("*/.tmp-*"), *Path(folder).glob("??/*.lock")])


def all_sound(folder: str | Path) -> None:
    """What stands under a final name passes every check."""
    use(folder)
    states = {row["key"]: row["state"] for row in c.entries()}
    assert set(states.values()) <= {"sound"}, states


def arm(folder: str | Path, calls: str, nth: int, error: int = 0, times: int = 1, action: int = 0):
    shim.fault_arm(str(folder).encode(), calls.encode(), nth, times, error, action)


def disarm() -> int:
    """Ends the spoiling; how many calls were seen since `arm`."""
    shim.fault_disarm()
    return int(shim.fault_count())


def in_child(work: Callable[[], object]) -> int:
    """Runs it in a forked child: 0, 1 for an exception, or minus the signal that ended it."""
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def together(count: int, work: Callable[[int], object], seconds: float = 120) -> list[bytes]:
    """Runs work(0), work(1), ... in processes that start at one moment; what each returned."""
    begin_read, begin_write = os.pipe()
    pipes, children = [], []
    for index in range(count):
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(begin_write)
            os.read(begin_read, 1)
            status = 1
            try:
                os.write(write_end, repr(work(index)).encode())
                status = 0
            except BaseException:
                import traceback

                traceback.print_exc()
                sys.stderr.flush()
            os._exit(status)
        os.close(write_end)
        pipes.append(read_end)
        children.append(child)
    os.close(begin_read)
    os.close(begin_write)
    answers = [os.read(pipe, 65536) for pipe in pipes]
    deadline = time.monotonic() + seconds
    for child in children:
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            assert time.monotonic() < deadline, "a process does not end"
            time.sleep(0.002)
    for pipe in pipes:
        os.close(pipe)
    assert all(answers), f"{answers.count(b'')} of {count} processes failed"
    return answers
