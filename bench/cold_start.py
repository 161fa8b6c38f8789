"""Claim: the first call of the seed kernel costs less than the gfortran driver on the same file.

Per round: numeta's first call in a warm process with an empty cache, trace to result (new process
and new cache folder each time); the wall time of `gfortran -O3 -shared -fPIC` on the file numeta
emitted; the first call under Numba, JAX (two forms of the kernel) and
pyccel, each in a warm process of its own. Every result is checked in the process that made it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from new_process import first_line, run_seed, spawn_wall_time
from side_by_side import AbsentError, Result, interleaved, rounds_from_command_line, versions

# Stands in where numeta cannot be imported, so that the peers can still be compared.
SAME_LOOPS = """\
subroutine mixed_loops(shape0, shape1, array) bind(c)
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in), value :: shape0, shape1
  real(c_double), intent(inout) :: array(0:shape1 - 1, 0:shape0 - 1)
  integer(c_int64_t) :: j
  do j = 0, 2
    array(0, j) = real(j, c_double)
  end do
  do j = 0, 2
    array(1, j) = real(1 + j, c_double)
  end do
  do j = 0, 2
    array(2, j) = real(2 + j, c_double)
  end do
end subroutine
"""


def main() -> None:
    rounds = rounds_from_command_line(9)
    with tempfile.TemporaryDirectory(prefix="numeta-bench-") as folder:
        work = Path(folder)
        source = work / "seed.f90"
        try:
            emitted = str(run_seed("numeta", "source", work)["fortran"])
        except AbsentError:
            emitted = SAME_LOOPS
        source.write_text(emitted, encoding="utf-8")
        command = ["gfortran", "-O3", "-shared", "-fPIC", "-o", "seed.so", "seed.f90"]

        def ours() -> float:
            with tempfile.TemporaryDirectory(dir=work) as empty:
                return run_seed("numeta", "cold", work, {"NUMETA_CACHE_DIR": empty})["seconds"]

        def pyccel() -> float:
            with tempfile.TemporaryDirectory(dir=work) as empty:
                return run_seed("pyccel", "cold", Path(empty))["seconds"]

        measured = interleaved(
            {
                "numeta": ours,
                "gfortran_driver": lambda: spawn_wall_time(command, work),
                "numba": lambda: run_seed("numba", "cold", work)["seconds"],
                "jax_loop": lambda: run_seed("jax", "cold", work)["seconds"],
                "jax_rows": lambda: run_seed("jax", "cold", work, form="rows")["seconds"],
                "pyccel": pyccel,
            },
            rounds,
        )
    result = Result(
        "cold start: first call of the seed kernel in a warm process, empty cache, trace to result",
        "ms",
        versions(
            "numeta",
            "numpy",
            "numba",
            "jax",
            "pyccel",
            gfortran=first_line(["gfortran", "--version"]),
        ),
        figures=dict(measured.medians(1e3)),
        absent=measured.absent,
        rounds=rounds,
    )
    result.demand_ratio(measured, "numeta", "gfortran_driver", 0.8)
    for peer in ("numba", "jax_loop", "jax_rows", "pyccel"):
        result.demand_ratio(measured, "numeta", peer, 1.0)
    result.print_and_exit()


if __name__ == "__main__":
    main()
