! Steps of the heat equation on an n x n x n array, there and back between two arrays.
subroutine heat_3d_reference(steps, n, a, b) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: steps, n
  real(c_double), intent(inout) :: a(0:n - 1, 0:n - 1, 0:n - 1), b(0:n - 1, 0:n - 1, 0:n - 1)
  integer(c_int64_t) :: t

  do t = 1, steps - 1
    call step(a, b)
    call step(b, a)
  end do

contains

  subroutine step(from, to)
    real(c_double), intent(in) :: from(0:n - 1, 0:n - 1, 0:n - 1)
    real(c_double), intent(inout) :: to(0:n - 1, 0:n - 1, 0:n - 1)
    real(c_double) :: here
    integer(c_int64_t) :: i, j, k

    do i = 1, n - 2
      do j = 1, n - 2
        do k = 1, n - 2
          here = from(k, j, i)
          to(k, j, i) = &
            0.125_c_double * (from(k, j, i + 1) - 2.0_c_double * here + from(k, j, i - 1)) &
            + 0.125_c_double * (from(k, j + 1, i) - 2.0_c_double * here + from(k, j - 1, i)) &
            + 0.125_c_double * (from(k + 1, j, i) - 2.0_c_double * here + from(k - 1, j, i)) + here
        end do
      end do
    end do
  end subroutine step
end subroutine heat_3d_reference
