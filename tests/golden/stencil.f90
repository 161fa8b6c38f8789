recursive subroutine stencil(u, u_shape, v, v_shape) &
    bind(C, name="numeta_e5488a7b6b55ba12_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: u_shape(0:1)
  real(c_double), intent(in) :: u(0:u_shape(1) - 1, 0:u_shape(0) - 1)
  integer(c_int64_t), intent(in) :: v_shape(0:1)
  real(c_double), intent(inout) :: v(0:v_shape(1) - 1, 0:v_shape(0) - 1)
  integer(c_int64_t) :: i, j

  do i = 1, u_shape(0) - 2
    do j = 1, u_shape(1) - 2
      v(j, i) = 0.25_c_double * (u(j, i - 1) + u(j, i + 1) + u(j - 1, i) + u(j + 1, i)) - u(j, i)
    end do
  end do
end subroutine stencil
