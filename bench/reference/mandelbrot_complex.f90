! Escape counts of an n x n raster in complex numbers.
subroutine mandelbrot_complex_reference(n, counts, most) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_double_complex, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, most
  integer(c_int64_t), intent(inout) :: counts(0:n - 1, 0:n - 1)
  integer(c_int64_t) :: row, column, step, steps
  complex(c_double_complex) :: c, z

  do row = 0, n - 1
    do column = 0, n - 1
      c = cmplx(3.0_c_double * real(column, c_double) / real(n, c_double) - 2.0_c_double, &
                3.0_c_double * real(row, c_double) / real(n, c_double) - 1.5_c_double, c_double)
      z = (0.0_c_double, 0.0_c_double)
      steps = most
      do step = 0, most - 1
        if (real(z) * real(z) + aimag(z) * aimag(z) > 4.0_c_double) then
          steps = step
          exit
        end if
        z = z * z + c
      end do
      counts(column, row) = steps
    end do
  end do
end subroutine mandelbrot_complex_reference
