! Two outer products added to an n x n array, then its products with two vectors.
subroutine gemver_reference(n, alpha, beta, a, u1, v1, u2, v2, w, x, y, z) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), value, intent(in) :: alpha, beta
  real(c_double), intent(inout) :: a(0:n - 1, 0:n - 1), w(0:n - 1), x(0:n - 1)
  real(c_double), intent(in), dimension(0:n - 1) :: u1, v1, u2, v2, y, z
  real(c_double) :: parts(0:7)
  integer(c_int64_t) :: i, j, k

  do i = 0, n - 1
    do j = 0, n - 1
      a(j, i) = a(j, i) + u1(i) * v1(j) + u2(i) * v2(j)
      x(j) = x(j) + beta * y(i) * a(j, i)
    end do
  end do
  do j = 0, n - 1
    x(j) = x(j) + z(j)
  end do
  do i = 0, n - 1
    parts = 0.0_c_double
    do j = 0, n - 8, 8
      do k = 0, 7
        parts(k) = parts(k) + a(j + k, i) * x(j + k)
      end do
    end do
    do k = j, n - 1
      parts(0) = parts(0) + a(k, i) * x(k)
    end do
    w(i) = w(i) + alpha * sum(parts)
  end do
end subroutine gemver_reference
