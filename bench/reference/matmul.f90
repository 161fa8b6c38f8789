! Naive matrix product c = c + a b for C-ordered n x n arrays: the loops of the Python kernel in its
! order, as a Fortran programmer would type them (indices reversed: C order is the Fortran order of
! the transposed). Nothing is interchanged or blocked by hand: that is for the compiler.
subroutine matmul_reference(n, a, b, c) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), intent(in) :: a(0:n - 1, 0:n - 1), b(0:n - 1, 0:n - 1)
  real(c_double), intent(inout) :: c(0:n - 1, 0:n - 1)
  integer(c_int64_t) :: i, j, k

  do i = 0, n - 1
    do j = 0, n - 1
      do k = 0, n - 1
        c(j, i) = c(j, i) + a(k, i) * b(j, k)
      end do
    end do
  end do
end subroutine matmul_reference
