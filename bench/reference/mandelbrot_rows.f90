! The escape counts of mandelbrot.f90 with the rows shared among threads.
subroutine mandelbrot_rows_reference(n, threads, counts, most) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int32_t, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, threads, most
  integer(c_int32_t), intent(inout) :: counts(0:n - 1, 0:n - 1)
  integer(c_int64_t) :: row, column, steps
  real(c_double) :: cx, cy, x, y, next

  !$omp parallel do num_threads(int(threads, c_int)) private(column, steps, cx, cy, x, y, next)
  do row = 0, n - 1
    do column = 0, n - 1
      cx = 3.0_c_double * real(column, c_double) / real(n, c_double) - 2.0_c_double
      cy = 3.0_c_double * real(row, c_double) / real(n, c_double) - 1.5_c_double
      x = 0.0_c_double
      y = 0.0_c_double
      steps = 0
      do while (steps < most .and. x * x + y * y <= 4.0_c_double)
        next = x * x - y * y + cx
        y = 2.0_c_double * x * y + cy
        x = next
        steps = steps + 1
      end do
      counts(column, row) = int(steps, c_int32_t)
    end do
  end do
  !$omp end parallel do
end subroutine mandelbrot_rows_reference
