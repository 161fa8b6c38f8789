! Steps of a three-point mean between two rows of n numbers, there and back.
subroutine jacobi_1d_reference(steps, n, a, b) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: steps, n
  real(c_double), intent(inout) :: a(0:n - 1), b(0:n - 1)
  integer(c_int64_t) :: t, i

  do t = 1, steps - 1
    do i = 1, n - 2
      b(i) = 0.33333_c_double * (a(i - 1) + a(i) + a(i + 1))
    end do
    do i = 1, n - 2
      a(i) = 0.33333_c_double * (b(i - 1) + b(i) + b(i + 1))
    end do
  end do
end subroutine jacobi_1d_reference
