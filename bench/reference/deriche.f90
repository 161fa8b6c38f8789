! Recursive smoothing of a w x h image along its rows and then along its columns, forward and back.
subroutine deriche_reference(w, h, alpha, image, out) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: w, h
  real(c_double), value, intent(in) :: alpha
  real(c_double), intent(in) :: image(0:h - 1, 0:w - 1)
  real(c_double), intent(out) :: out(0:h - 1, 0:w - 1)
  real(c_double), allocatable :: y1(:, :), y2(:, :)
  real(c_double) :: k, a1, a2, a3, a4, b1, b2
  integer(c_int64_t) :: i, j

  k = (1.0_c_double - exp(-alpha))**2 &
    / (1.0_c_double + alpha * exp(-alpha) - exp(2.0_c_double * alpha))
  a1 = k
  a2 = k * exp(-alpha) * (alpha - 1.0_c_double)
  a3 = k * exp(-alpha) * (alpha + 1.0_c_double)
  a4 = -k * exp(-2.0_c_double * alpha)
  b1 = 2.0_c_double**(-alpha)
  b2 = -exp(-2.0_c_double * alpha)
  allocate(y1(0:h - 1, 0:w - 1), y2(0:h - 1, 0:w - 1))
  do i = 0, w - 1
    y1(0, i) = a1 * image(0, i)
    y1(1, i) = a1 * image(1, i) + a2 * image(0, i) + b1 * y1(0, i)
    do j = 2, h - 1
      y1(j, i) = a1 * image(j, i) + a2 * image(j - 1, i) + b1 * y1(j - 1, i) + b2 * y1(j - 2, i)
    end do
    y2(h - 1, i) = 0.0_c_double
    y2(h - 2, i) = a3 * image(h - 1, i)
    do j = h - 3, 0, -1
      y2(j, i) = a3 * image(j + 1, i) + a4 * image(j + 2, i) + b1 * y2(j + 1, i) + b2 * y2(j + 2, i)
    end do
    do j = 0, h - 1
      out(j, i) = y1(j, i) + y2(j, i)
    end do
  end do
  do j = 0, h - 1
    y1(j, 0) = a1 * out(j, 0)
    y1(j, 1) = a1 * out(j, 1) + a2 * out(j, 0) + b1 * y1(j, 0)
    y2(j, w - 1) = 0.0_c_double
    y2(j, w - 2) = a3 * out(j, w - 1)
  end do
  do i = 2, w - 1
    do j = 0, h - 1
      y1(j, i) = a1 * out(j, i) + a2 * out(j, i - 1) + b1 * y1(j, i - 1) + b2 * y1(j, i - 2)
    end do
  end do
  do i = w - 3, 0, -1
    do j = 0, h - 1
      y2(j, i) = a3 * out(j, i + 1) + a4 * out(j, i + 2) + b1 * y2(j, i + 1) + b2 * y2(j, i + 2)
    end do
  end do
  do i = 0, w - 1
    do j = 0, h - 1
      out(j, i) = y1(j, i) + y2(j, i)
    end do
  end do
end subroutine deriche_reference
