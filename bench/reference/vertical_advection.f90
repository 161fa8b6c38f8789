! Implicit vertical advection: a tridiagonal system per column of an n x m x levels array, the
! levels contiguous; the coefficients of one column at a time.
subroutine vertical_advection_reference(n, m, levels, tendency, stage, wind, position, dtr) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, m, levels
  real(c_double), intent(inout) :: tendency(0:levels - 1, 0:m - 1, 0:n - 1)
  real(c_double), intent(in) :: stage(0:levels - 1, 0:m - 1, 0:n - 1)
  real(c_double), intent(in) :: wind(0:levels - 1, 0:m - 1, 0:n)
  real(c_double), intent(in) :: position(0:levels - 1, 0:m - 1, 0:n - 1)
  real(c_double), value, intent(in) :: dtr
  real(c_double) :: c(0:levels - 1), d(0:levels - 1), a, cs, divided, correction, x
  integer(c_int64_t) :: i, j, k

  do i = 0, n - 1
    do j = 0, m - 1
      do k = 0, levels - 1
        a = 0.0_c_double
        cs = 0.0_c_double
        correction = 0.0_c_double
        if (k > 0) then
          a = -0.125_c_double * (wind(k, j, i + 1) + wind(k, j, i))
          correction = -a * (stage(k - 1, j, i) - stage(k, j, i))
        end if
        if (k < levels - 1) then
          cs = 0.125_c_double * (wind(k + 1, j, i + 1) + wind(k + 1, j, i))
          correction = correction - cs * (stage(k + 1, j, i) - stage(k, j, i))
        end if
        x = dtr * position(k, j, i) + tendency(k, j, i) + correction
        if (k > 0) then
          divided = 1.0_c_double / (dtr - a - cs - c(k - 1) * a)
          d(k) = (x - d(k - 1) * a) * divided
        else
          divided = 1.0_c_double / (dtr - cs)
          d(k) = x * divided
        end if
        c(k) = cs * divided
      end do
      x = d(levels - 1)
      tendency(levels - 1, j, i) = dtr * (x - position(levels - 1, j, i))
      do k = levels - 2, 0, -1
        x = d(k) - c(k) * x
        tendency(k, j, i) = dtr * (x - position(k, j, i))
      end do
    end do
  end do
end subroutine vertical_advection_reference
