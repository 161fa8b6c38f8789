"""`nm.external` and `nm.fortran`: procedures of C and Fortran, in kernels and in Python alike."""

import subprocess

import numpy as np
import pytest

import numeta as nm
from numeta.testing import same_as_python

C_SOURCE = r"""
#include <complex.h>
#include <stdint.h>
double weighted(int32_t n, const double *x, const double *w) {
  double total = 0;
  for (int32_t i = 0; i < n; ++i) total += x[i] * w[i];
  return total;
}
void scale(int64_t n, double factor, double *x) {
  for (int64_t i = 0; i < n; ++i) x[i] *= factor;
}
int8_t small(int8_t x) { return (int8_t)(x + 1); }
_Bool flip(_Bool x) { return !x; }
float half(float x) { return x / 2; }
uint64_t large(uint64_t x) { return x; }
void by_reference(const double *x, double *out) { out[0] = *x + 1; }
void rotate(const double complex *angle, double complex *z) { z[0] *= *angle; }
int64_t calls;
int64_t count(void) { return ++calls; }
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    (folder / "parts.c").write_text(C_SOURCE)
    command = ["gcc", "-shared", "-fPIC", "-O1", "parts.c", "-o", "libparts.so"]
    subprocess.run(command, cwd=folder, check=True)
    return str(folder / "libparts.so")


def test_a_function_of_two_arrays(library):
    weighted = nm.external(library, "weighted", [nm.i4, nm.f8[:], nm.f8[:]], nm.f8)

    @nm.jit
    def kernel(x: nm.f8[:], w: nm.f8[:]):
        return weighted(x.shape[0], x, w) + 1.0

    for n in (0, 1, 5):
        same_as_python(kernel, np.arange(n) + 0.5, np.arange(n) * 2.0)


def test_a_written_array_is_read_again_afterwards(library):
    scale = nm.external(library, "scale", [nm.i8, nm.f8, nm.inout(nm.f8[:])])

    @nm.jit
    def kernel(x: nm.f8[:]):
        before = x[0]
        scale(x.shape[0], 2.0, x)
        middle = x[0]
        scale(1, 10, x)
        return before, middle, x[0]

    same_as_python(kernel, np.array([1.0, 2.0, 3.0]))


def test_part_of_an_array_is_passed_by_its_first_element(library):
    scale = nm.external(library, "scale", [nm.i8, nm.f8, nm.inout(nm.f8[:])])

    @nm.jit
    def kernel(x: nm.f8[:, :], k: int):
        row = x[k]
        scale(2, 3.0, row[1:])
        scale(1, -1.0, x[k, 2:])

    same_as_python(kernel, np.arange(12.0).reshape(3, 4), 1)


def test_an_array_of_the_kernel_is_passed(library):
    scale = nm.external(library, "scale", [nm.i8, nm.f8, nm.inout(nm.f8[:])])
    weighted = nm.external(library, "weighted", [nm.i4, nm.f8[:], nm.f8[:]], nm.f8)

    @nm.jit
    def kernel(x: nm.f8[:]):
        work = x * 2.0
        scale(len(work), 0.5, work)
        return weighted(len(x), work, x)

    same_as_python(kernel, np.arange(5.0))


def test_scalars_of_all_kinds(library):
    small = nm.external(library, "small", [nm.i1], nm.i1)
    flip = nm.external(library, "flip", [nm.b1], nm.b1)
    half = nm.external(library, "half", [nm.f4], nm.f4)
    large = nm.external(library, "large", [nm.u8], nm.u8)

    @nm.jit
    def kernel(a: nm.i1, b: bool, c: nm.f4, d: nm.u8):
        return small(a), flip(b), half(c), half(3), large(d), large(True)

    same_as_python(kernel, np.int8(127), True, np.float32(3.0), np.uint64(2**63 + 5))


def test_references_and_complex_numbers(library):
    by_reference = nm.external(library, "by_reference", [nm.ref(nm.f8), nm.inout(nm.f8[:])])
    rotate = nm.external(library, "rotate", [nm.ref(nm.c16), nm.inout(nm.c16[:])])

    @nm.jit
    def kernel(x: float, out: nm.f8[:], z: nm.c16[:]):
        by_reference(x * 2, out)
        rotate(1j, z)

    same_as_python(kernel, 1.5, np.zeros(2), np.array([1 + 2j, 3.0]))


def test_each_call_is_made_once_and_in_order(library):
    count = nm.external(library, "count", [], nm.i8)

    @nm.jit
    def kernel(n: int):
        first = count()
        for _ in range(n):
            count()
        return count() - first

    assert kernel(5) == 6
    assert kernel(0) == 1
    assert kernel.py_func(5) == 6


def test_integers_that_do_not_fit_raise(library):
    small = nm.external(library, "small", [nm.i1], nm.i1)
    large = nm.external(library, "large", [nm.u8], nm.u8)

    @nm.jit
    def kernel(a: int):
        return small(a)

    @nm.jit
    def unsigned(a: int):
        return large(a)

    assert kernel(5) == 6
    for function in (kernel, kernel.py_func):
        with pytest.raises(OverflowError, match="argument 1 does not fit into int8"):
            function(300)
    for function in (unsigned, unsigned.py_func):
        assert function(7) == 7
        with pytest.raises(OverflowError, match="argument 1 does not fit into uint64"):
            function(-1)


def test_wrong_arguments_are_told_by_their_place(library):
    weighted = nm.external(library, "weighted", [nm.i4, nm.f8[:], nm.f8[:]], nm.f8)
    x = np.zeros(4)
    with pytest.raises(TypeError) as caught:
        weighted(1, x)
    assert str(caught.value) == "NM423: weighted() takes 3 argument(s), got 2"
    with pytest.raises(TypeError) as caught:
        weighted(1.5, x, x)
    assert str(caught.value) == "NM424: weighted(): argument 1 is declared nm.i4, got float"
    with pytest.raises(TypeError) as caught:
        weighted(1, x, x.astype("f4"))
    assert str(caught.value) == (
        "NM424: weighted(): argument 3 is declared nm.f8[:], got an array of float32"
    )
    with pytest.raises(ValueError) as caught:
        weighted(1, x[::2], x)
    assert str(caught.value) == (
        "NM425: weighted(): argument 2, declared nm.f8[:], has another shape or is not contiguous\n"
        "  Instead: pass a copy: np.ascontiguousarray(x), np.asfortranarray(x)"
    )


def test_a_strided_array_is_refused_in_a_kernel_as_in_python(library):
    weighted = nm.external(library, "weighted", [nm.i4, nm.f8[:], nm.f8[:]], nm.f8)

    @nm.jit
    def kernel(x: nm.f8[:], step: nm.comptime):
        return weighted(1, x[::step], x)

    same_as_python(kernel, np.arange(4.0), 1)
    for function in (kernel, kernel.py_func):
        with pytest.raises(ValueError, match="argument 2, declared nm.f8"):
            function(np.arange(4.0), 2)
        with pytest.raises(ValueError, match="argument 2, declared nm.f8"):
            function(np.arange(8.0)[::2], 1)


def test_what_cannot_be_declared():
    with pytest.raises(OSError) as caught:
        nm.external("/nowhere/libnone.so", "f")
    assert str(caught.value) == (
        "NM420: nm.external(): the library '/nowhere/libnone.so' cannot be loaded:"
        " /nowhere/libnone.so: cannot open shared object file: No such file or directory\n"
        "  Instead: give the path of a shared library, or a name such as 'libm.so.6'"
    )
    with pytest.raises(ValueError) as caught:
        nm.external("libm.so.6", "no_such_function")
    assert str(caught.value) == (
        "NM421: libm.so.6 has no procedure 'no_such_function'\n  Instead: look for its name with"
        " `nm -D`; a procedure of Fortran must stand outside of modules"
    )
    with pytest.raises(TypeError) as caught:
        nm.external("libm.so.6", "cos", ["f8!"], nm.f8)
    assert str(caught.value) == (
        "NM422: 'f8!' is not what an external procedure can be given\n  Instead: nm.f8 or"
        " nm.ref(nm.c16) for a scalar, nm.f8[:] or nm.inout(nm.f8[:]) for an array; a result is a"
        " real scalar"
    )
    with pytest.raises(ValueError) as caught:
        nm.external("libm.so.6", "cos", [nm.f8], nm.f8, language="pascal")
    assert str(caught.value) == (
        "NM426: nm.external(): 'pascal' is not a language\n  Instead: 'c' or 'fortran'"
    )


def test_a_library_is_found_by_its_name():
    cbrt = nm.external("libm.so.6", "cbrt", [nm.f8], nm.f8)

    @nm.jit
    def kernel(x: float) -> float:
        return cbrt(x) + cbrt(27)

    assert cbrt(8.0) == 2.0
    same_as_python(kernel, 8.0)


AXPY = """
subroutine axpy(n, a, x, y)
  implicit none
  integer(8), intent(in) :: n
  real(8), intent(in) :: a, x(n)
  real(8), intent(inout) :: y(n)
  y = y + a * x
end subroutine
"""
MATRIX = """
module parts
contains
  pure real(8) function twice(x)
    real(8), intent(in) :: x
    twice = 2 * x
  end function
end module
function corner(n, a) bind(C, name="corner_of") result(r)
  use iso_c_binding
  use parts
  integer(c_int64_t), value :: n
  real(c_double), intent(in) :: a(n, n)
  real(c_double) :: r
  r = twice(a(n, 1))
end function
"""


def test_fortran_source_is_called_from_kernels_and_from_python():
    axpy = nm.fortran(AXPY, "axpy", [nm.i8, nm.f8, nm.f8[:], nm.inout(nm.f8[:])])

    @nm.jit
    def kernel(x: nm.f8[:], y: nm.f8[:]) -> None:
        axpy(len(x), 2.0, x, y)
        axpy(1, y[1], x, y)

    same_as_python(kernel, np.arange(4.0) + 1, np.arange(4.0) * 10)


def test_fortran_with_bind_c_and_a_module():
    corner = nm.fortran(MATRIX, "corner", [nm.i8, nm.f8[:, :]], nm.f8)

    @nm.jit
    def kernel(a: nm.f8[:, :]):
        return corner(a.shape[0], a)

    same_as_python(kernel, np.asfortranarray(np.arange(9.0).reshape(3, 3)))


def test_fortran_that_does_not_compile():
    with pytest.raises(nm.CompileError, match="NM427: the Fortran source of f"):
        nm.fortran("subroutine f()\n  nonsense = = 1\nend subroutine\n", "f")
    with pytest.raises(ValueError, match="the source has no procedure 'g'"):
        nm.fortran(AXPY, "g")


def test_in_a_parallel_loop_rows_of_an_array_are_promised(library):
    scale = nm.external(library, "scale", [nm.i8, nm.f8, nm.inout(nm.f8[:])])

    @nm.jit
    def kernel(x: nm.f8[:, :]) -> None:
        for i in nm.prange(x.shape[0], assume_disjoint=True):
            scale(x.shape[1], 2.0, x[i])

    same_as_python(kernel, np.arange(12.0).reshape(4, 3))

    @nm.jit
    def refused(x: nm.f8[:, :]) -> None:
        for _ in nm.prange(x.shape[0]):
            scale(x.shape[1], 2.0, x[0])

    with pytest.raises(nm.TraceError, match="may touch the same element of 'x'"):
        refused(np.arange(12.0).reshape(4, 3))
