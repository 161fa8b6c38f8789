recursive subroutine loop_bounds(n, k, rows, rows_shape, out, out_shape) &
    bind(C, name="numeta_6f68aa32281d2f29_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), value :: n
  integer(c_int32_t), value :: k
  integer(c_int64_t), intent(in) :: rows_shape(0:0)
  integer(c_int64_t), intent(in) :: rows(0:rows_shape(0) - 1)
  integer(c_int64_t), intent(in) :: out_shape(0:0)
  integer(c_int64_t), intent(inout) :: out(0:out_shape(0) - 1)
  integer(c_int64_t) :: i, t1, t2, t4
  logical(c_bool) :: t3

  do i = 0, max(n, 0_c_int64_t) - 1
    out(i) = out(i) + 1
  end do
  do i = 1, n
    out(i) = out(i) + 2
  end do
  do i = 0, int(k, c_int64_t) - 1
    out(i) = out(i) + 3
  end do
  t1 = rows(0)
  t2 = rows(1)
  t3 = t1 < t2
  do i = merge(t1, 0_c_int64_t, t3), merge(t2, 0_c_int64_t, t3) - 1
    t4 = merge(i, i + out_shape(0), 0 <= i)
    out(t4) = out(t4) + 4
  end do
end subroutine loop_bounds
