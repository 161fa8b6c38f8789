! First-order recurrence x(i) = 0.5 x(i-1) + b(i): each element needs the one before, so the latency
! of one multiplication and one addition bounds the time and nothing may be reordered.
subroutine prefix_reference(n, b, x) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), intent(in) :: b(0:n - 1)
  real(c_double), intent(inout) :: x(0:n - 1)
  integer(c_int64_t) :: i

  do i = 1, n - 1
    x(i) = 0.5_c_double * x(i - 1) + b(i)
  end do
end subroutine prefix_reference
