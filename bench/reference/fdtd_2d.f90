! Steps of the electric and magnetic fields of a plane, n x m arrays.
subroutine fdtd_2d_reference(steps, n, m, ex, ey, hz, source) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: steps, n, m
  real(c_double), intent(inout) :: ex(0:m - 1, 0:n - 1), ey(0:m - 1, 0:n - 1), hz(0:m - 1, 0:n - 1)
  real(c_double), intent(in) :: source(0:*)
  integer(c_int64_t) :: t, i, j

  do t = 0, steps - 1
    do j = 0, m - 1
      ey(j, 0) = source(t)
    end do
    do i = 1, n - 1
      do j = 0, m - 1
        ey(j, i) = ey(j, i) - 0.5_c_double * (hz(j, i) - hz(j, i - 1))
      end do
    end do
    do i = 0, n - 1
      do j = 1, m - 1
        ex(j, i) = ex(j, i) - 0.5_c_double * (hz(j, i) - hz(j - 1, i))
      end do
    end do
    do i = 0, n - 2
      do j = 0, m - 2
        hz(j, i) = hz(j, i) - 0.7_c_double * (ex(j + 1, i) - ex(j, i) + ey(j, i + 1) - ey(j, i))
      end do
    end do
  end do
end subroutine fdtd_2d_reference
