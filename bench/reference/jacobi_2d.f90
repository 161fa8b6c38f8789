! Steps of a five-point mean between two n x n arrays, there and back.
subroutine jacobi_2d_reference(steps, n, a, b) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: steps, n
  real(c_double), intent(inout) :: a(0:n - 1, 0:n - 1), b(0:n - 1, 0:n - 1)
  integer(c_int64_t) :: t, i, j

  do t = 1, steps - 1
    do i = 1, n - 2
      do j = 1, n - 2
        b(j, i) = 0.2_c_double * (a(j, i) + a(j - 1, i) + a(j + 1, i) + a(j, i + 1) + a(j, i - 1))
      end do
    end do
    do i = 1, n - 2
      do j = 1, n - 2
        a(j, i) = 0.2_c_double * (b(j, i) + b(j - 1, i) + b(j + 1, i) + b(j, i + 1) + b(j, i - 1))
      end do
    end do
  end do
end subroutine jacobi_2d_reference
