! clip(x, 2, 10) * a + y * b + c over n integers.
subroutine compute_reference(n, x, y, a, b, c, out) bind(c)
  use, intrinsic :: iso_c_binding, only: c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, a, b, c
  integer(c_int64_t), intent(in) :: x(0:n - 1), y(0:n - 1)
  integer(c_int64_t), intent(out) :: out(0:n - 1)
  integer(c_int64_t) :: i

  do i = 0, n - 1
    out(i) = min(max(x(i), 2_c_int64_t), 10_c_int64_t) * a + y(i) * b + c
  end do
end subroutine compute_reference
