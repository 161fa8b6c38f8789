recursive subroutine shift(a, a_shape, b, b_shape) &
    bind(C, name="numeta_3c57b914ff3017b3_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  real(c_double), intent(in) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), intent(in) :: b_shape(0:0)
  real(c_double), intent(inout) :: b(0:b_shape(0) - 1)
  integer(c_int64_t) :: i

  do i = 1, a_shape(0) - 1
    b(i) = a(i - 1) + a(i)
  end do
end subroutine shift
