"""Fills a store with small kernels: `store_seed.py FIRST COUNT`, in NUMETA_CACHE_DIR.

The compilers are a script that copies what the real ones made of the first kernel: every entry is
built, keyed and stored as any other, in a fraction of the time.
"""

import os
import subprocess
import sys
from pathlib import Path

from numeta import _cache

STUB = (
    "#include <stdint.h>\nextern void numeta_k(double *);\n"
    "int32_t numeta_stub(int64_t *frame) { numeta_k((double *)frame); return 0; }\n"
)
FORTRAN = """subroutine k(a) bind(c, name="numeta_k")
  use, intrinsic :: iso_c_binding
  real(c_double), intent(inout) :: a(0:7)
  a(0) = a(0) + {}
end subroutine
"""
COPYING = """#!/bin/sh
for word; do
  [ "$before" = -o ] && out=$word
  before=$word
done
case "$out" in
  *.so) exec cp {work}/made.so "$out" ;;
  *.o) exec cp {work}/made.o "$out" ;;
esac
exec {real} "$@"
"""


def main() -> None:
    first, count = map(int, sys.argv[1:])
    work = Path.cwd()
    if not (work / "made.so").exists():
        (work / "k.f90").write_text(FORTRAN.format(0))
        (work / "k.c").write_text(STUB)
        made = ["-O1", "-fPIC", "k.f90", "k.c"]
        subprocess.run(["gfortran", "-shared", *made, "-o", "made.so"], check=True)
        subprocess.run(["gcc", "-O1", "-fPIC", "-c", "k.c", "-o", "made.o"], check=True)
        for name, real in (("fc", "gfortran"), ("cc", "gcc")):
            script = work / name
            script.write_text(COPYING.format(work=work, real=real))
            script.chmod(0o700)
    _cache.configure(
        dir=os.environ["NUMETA_CACHE_DIR"],
        fc=str(work / "fc"),
        cc=str(work / "cc"),
        driver_only=True,
    )
    for number in range(first, first + count):
        _cache.build(FORTRAN.format(number), STUB, "numeta_stub", ["-O3"], f"kernel_{number}")
    print("{}")
    sys.stdout.flush()
    os._exit(0)  # thousands of libraries need not be unloaded


main()
