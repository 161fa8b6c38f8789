recursive subroutine mixed_loops(array, array_shape) &
    bind(C, name="numeta_e5a217c1cdf88e56_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: array_shape(0:1)
  real(c_double), intent(inout) :: array(0:array_shape(1) - 1, 0:array_shape(0) - 1)
  integer(c_int64_t) :: j

  do j = 0, 2
    array(0, j) = real(j, c_double)
  end do
  do j = 0, 2
    array(1, j) = real(j + 1, c_double)
  end do
  do j = 0, 2
    array(2, j) = real(j + 2, c_double)
  end do
end subroutine mixed_loops
