recursive subroutine scale_(a, a_shape, factor) &
    bind(C, name="numeta_68cfef0315bf1b96_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:1)
  real(c_double), intent(inout) :: a(0:a_shape(0) - 1, 0:a_shape(1) - 1)
  real(c_double), value :: factor
  integer(c_int64_t) :: j, i

  do j = 0, a_shape(1) - 1
    do i = 0, a_shape(0) - 1
      a(i, j) = a(i, j) * factor
    end do
  end do
end subroutine scale_
