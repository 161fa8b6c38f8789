! One explicit step of the heat equation on a C-ordered n x n array: the 5-point stencil on the
! interior, the border left alone. Same loops and same order of additions as the Python kernel.
subroutine stencil_reference(n, u, w) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), intent(in) :: u(0:n - 1, 0:n - 1)
  real(c_double), intent(inout) :: w(0:n - 1, 0:n - 1)
  integer(c_int64_t) :: i, j

  do i = 1, n - 2
    do j = 1, n - 2
      w(j, i) = u(j, i) + 0.1_c_double * (u(j, i - 1) + u(j, i + 1) + u(j - 1, i) + u(j + 1, i) &
                                          - 4.0_c_double * u(j, i))
    end do
  end do
end subroutine stencil_reference
