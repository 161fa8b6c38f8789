! Steps of upwind advection of n numbers, from a copy of them.
subroutine advection_reference(steps, n, u, c) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: steps, n
  real(c_double), intent(inout) :: u(0:n - 1)
  real(c_double), value, intent(in) :: c
  real(c_double), allocatable :: before(:)
  integer(c_int64_t) :: t, i

  allocate(before(0:n - 1))
  do t = 1, steps
    do i = 0, n - 1
      before(i) = u(i)
    end do
    do i = 1, n - 1
      u(i) = before(i) - c * (before(i) - before(i - 1))
    end do
  end do
end subroutine advection_reference
