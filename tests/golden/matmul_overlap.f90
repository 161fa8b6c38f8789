recursive subroutine matmul(a, a_shape, b, b_shape, c, c_shape_) &
    bind(C, name="numeta_01f885266652bbf5_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:1)
  real(c_double), intent(in), target :: a(0:a_shape(1) - 1, 0:a_shape(0) - 1)
  integer(c_int64_t), intent(in) :: b_shape(0:1)
  real(c_double), intent(in), target :: b(0:b_shape(1) - 1, 0:b_shape(0) - 1)
  integer(c_int64_t), intent(in) :: c_shape_(0:1)
  real(c_double), intent(inout), target :: c(0:c_shape_(1) - 1, 0:c_shape_(0) - 1)
  integer(c_int64_t) :: i, j, k

  do i = 0, a_shape(0) - 1
    do j = 0, b_shape(1) - 1
      do k = 0, a_shape(1) - 1
        c(j, i) = c(j, i) + a(k, i) * b(j, k)
      end do
    end do
  end do
end subroutine matmul
