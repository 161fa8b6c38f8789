! exp(x) * sin(x) over n numbers.
subroutine exp_sin_reference(n, x, out) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), intent(in) :: x(0:n - 1)
  real(c_double), intent(out) :: out(0:n - 1)
  integer(c_int64_t) :: i

  do i = 0, n - 1
    out(i) = exp(x(i)) * sin(x(i))
  end do
end subroutine exp_sin_reference
