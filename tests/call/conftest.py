"""Stubs written by hand in C, compiled once, so that the call path is tested without a compiler.

A stub gets the frame of words described in `call_specialisation.hpp`. `record` keeps a copy of it.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeta import _call

HEAD = 9  # words of a frame before the parameters
F8, I8 = np.dtype("f8").num, np.dtype("i8").num

SOURCE = r"""
#include <stdint.h>
#include <string.h>
#include <unistd.h>
enum { VALUES = 8, HEAD = VALUES + 1 };  // the words of error values
int64_t seen[128];
int32_t nothing(int64_t *frame) { (void)frame; return 0; }
int32_t other(int64_t *frame) { (void)frame; return 0; }
int32_t record(int64_t *frame) { memcpy(seen, frame, sizeof seen); return 0; }
int32_t one(int64_t *frame) { frame[HEAD] = 1; return 0; }
int32_t two(int64_t *frame) { frame[HEAD] = 2; return 0; }
int32_t copy_scalar(int64_t *frame) { memcpy(frame + HEAD + 1, frame + HEAD, 8); return 0; }
int32_t copy_complex(int64_t *frame) { memcpy(frame + HEAD + 2, frame + HEAD, 16); return 0; }
int32_t fail(int64_t *frame) {
  double half = 0.5;
  frame[0] = -7;
  memcpy(frame + 1, &half, 8);
  frame[VALUES] = 2;
  return 3;
}
int32_t nap(int64_t *frame) { (void)frame; usleep(200000); return 0; }
int32_t increment(int64_t *frame) {
  double *data = (double *)frame[HEAD];
  for (int64_t i = 0; i < frame[HEAD + 1]; ++i) data[i] += 1;
  return 0;
}
int32_t sum_strided(int64_t *frame) {
  double *data = (double *)frame[HEAD], total = 0;
  const int64_t *a = frame + HEAD;
  for (int64_t i = 0; i < a[1]; ++i) total += data[a[3] + i * a[2]] * (double)(i + 1);
  memcpy(frame + HEAD + 4, &total, 8);
  return 0;
}
"""


class Stubs:
    """Addresses of the stubs, and the frame that `record` saw."""

    def __init__(self, path: Path) -> None:
        self.library = ctypes.CDLL(str(path))
        self.seen = (ctypes.c_int64 * 128).in_dll(self.library, "seen")

    def __getitem__(self, name: str) -> int:
        address = ctypes.cast(getattr(self.library, name), ctypes.c_void_p).value
        assert address is not None
        return address


@pytest.fixture(scope="session")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> Stubs:
    folder = tmp_path_factory.mktemp("stubs")
    (folder / "stubs.c").write_text(SOURCE)
    command = ["gcc", "-O2", "-shared", "-fPIC", "stubs.c", "-o", "stubs.so"]
    subprocess.run(command, cwd=folder, check=True)
    return Stubs(folder / "stubs.so")


class Refused(Exception):
    """What the slow path of a test kernel raises."""


def refuse(kernel: _call.Kernel, bound: tuple[object, ...]) -> _call.Specialisation:
    raise Refused(bound)


MakeKernel = Callable[..., _call.Kernel]


@pytest.fixture
def make(stubs: Stubs) -> MakeKernel:
    """make(params, stub="nothing", **fields): a kernel with one specialisation and no slow path."""

    def make_kernel(params: list[tuple[Any, ...]], stub: str = "nothing", **fields: Any) -> Any:
        count = sum(param[0] != "captured" for param in params)
        names = ", ".join(f"p{k}" for k in range(count))
        kernel = _call.Kernel(eval(f"lambda {names}: None"), refuse)
        kernel.add(_call.Specialisation(stubs[stub], params, **fields))
        return kernel

    return make_kernel


def array_param(
    ndim: int = 1, layout: str = "C", typenum: int = F8, fixed: Any = None, written: bool = False
) -> tuple[Any, ...]:
    return ("array", typenum, ndim, layout, fixed, written)
