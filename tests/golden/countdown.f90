recursive subroutine countdown(a, a_shape, start, step, error_values, status) &
    bind(C, name="numeta_39d2587b7807a16f_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  integer(c_int32_t), intent(inout) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), value :: start
  integer(c_int64_t), value :: step
  integer(c_int64_t), intent(inout) :: error_values(0:8)
  integer(c_int32_t), intent(out) :: status
  integer(c_int64_t) :: i, round

  status = 0
  do i = a_shape(0) - 1, 0, -1
    if (.not. (i <= 2147483647)) then
      error_values(0) = i
      error_values(8) = 0
      status = 1
      return
    end if
    a(i) = int(i, c_int32_t)
  end do
  if (.not. (step /= 0)) then
    error_values(8) = 0
    status = 2
    return
  end if
  do round = start, -sign(1_c_int64_t, step), step
    a(0) = a(0) + 1_c_int32_t
  end do
end subroutine countdown
