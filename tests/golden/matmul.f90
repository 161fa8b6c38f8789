recursive subroutine matmul(a, a_shape, b, b_shape, c, c_shape_) &
    bind(C, name="numeta_ef9a3296b1c647b8_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:1)
  real(c_double), intent(in) :: a(0:a_shape(1) - 1, 0:a_shape(0) - 1)
  integer(c_int64_t), intent(in) :: b_shape(0:1)
  real(c_double), intent(in) :: b(0:b_shape(1) - 1, 0:b_shape(0) - 1)
  integer(c_int64_t), intent(in) :: c_shape_(0:1)
  real(c_double), intent(inout) :: c(0:c_shape_(1) - 1, 0:c_shape_(0) - 1)
  integer(c_int64_t) :: i, strip, j, k, t2
  real(c_double) :: sums(0:15), sums_2(0:15)
  logical(c_bool) :: t1

  do i = 0, a_shape(0) - 1
    t1 = 16 <= b_shape(1) .and. a_shape(1) <= 32768 .and. 4 <= a_shape(1) .and. b_shape(1) <= &
        32768 .and. a_shape(1) * b_shape(1) <= 32768
    t2 = iand(b_shape(1), -16_c_int64_t)
    do strip = 0, merge(t2, 0_c_int64_t, t1) - 1, 16
      do j = 0, 15
        sums(j) = c(strip + j, i)
      end do
      do k = 0, a_shape(1) - 1
        do j = 0, 15
          sums(j) = sums(j) + a(k, i) * b(strip + j, k)
        end do
      end do
      do j = 0, 15
        c(strip + j, i) = sums(j)
      end do
    end do
    if (t1) then
      if (t2 /= b_shape(1)) then
        do j = 0, 15
          sums_2(j) = c(b_shape(1) - 16 + j, i)
        end do
        do k = 0, a_shape(1) - 1
          do j = 0, 15
            sums_2(j) = sums_2(j) + a(k, i) * b(b_shape(1) - 16 + j, k)
          end do
        end do
        do j = t2 - (b_shape(1) - 16), 15
          c(b_shape(1) - 16 + j, i) = sums_2(j)
        end do
      end if
    else
      do k = 0, a_shape(1) - 1
        do j = 0, b_shape(1) - 1
          c(j, i) = c(j, i) + a(k, i) * b(j, k)
        end do
      end do
    end if
  end do
end subroutine matmul
