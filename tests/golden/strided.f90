recursive subroutine scale_(a, a_shape, a_strides, a_offset, factor) &
    bind(C, name="numeta_f83d33f39b5f5947_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:1)
  integer(c_int64_t), intent(in) :: a_strides(0:1)
  integer(c_int64_t), value :: a_offset
  real(c_double), intent(inout) :: a(0:*)
  real(c_double), value :: factor
  integer(c_int64_t) :: i, j

  do i = 0, a_shape(0) - 1
    do j = 0, a_shape(1) - 1
      a(a_offset + i * a_strides(0) + j * a_strides(1)) = a(a_offset + i * a_strides(0) + j * &
          a_strides(1)) * factor
    end do
  end do
end subroutine scale_
