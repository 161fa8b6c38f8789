! A damped sum of waves for every index, the indices shared among threads.
subroutine waves_reference(n, threads, x, y, terms) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, threads, terms
  real(c_double), intent(in) :: x(0:n - 1)
  real(c_double), intent(inout) :: y(0:n - 1)
  integer(c_int64_t) :: i, k
  real(c_double) :: total

  !$omp parallel do num_threads(int(threads, c_int)) private(k, total)
  do i = 0, n - 1
    total = 0.0_c_double
    do k = 1, terms
      total = total + sin(k * x(i)) * exp(-0.01_c_double * k * x(i))
    end do
    y(i) = total
  end do
  !$omp end parallel do
end subroutine waves_reference
