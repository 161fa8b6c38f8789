! Levenshtein's distance of two texts of n letters; table(j, i) is that of the first i letters of a
! and the first j of b (C order seen from Fortran).
integer(c_int64_t) function edit_distance_reference(n, a, b, table) result(distance) bind(c)
  use, intrinsic :: iso_c_binding, only: c_int8_t, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  integer(c_int8_t), intent(in) :: a(n), b(n)
  integer(c_int64_t), intent(inout) :: table(0:n, 0:n)
  integer(c_int64_t) :: i, j, best

  do i = 0, n
    table(0, i) = i
  end do
  do j = 0, n
    table(j, 0) = j
  end do
  do i = 1, n
    do j = 1, n
      best = table(j - 1, i - 1)
      if (a(i) /= b(j)) best = best + 1
      table(j, i) = min(best, table(j, i - 1) + 1, table(j - 1, i) + 1)
    end do
  end do
  distance = table(n, n)
end function edit_distance_reference
