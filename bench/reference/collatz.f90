! The start below `limit` whose Collatz chain is the longest. The values stay positive, where
! Fortran's truncating division is Python's.
integer(c_int64_t) function collatz_reference(limit) result(best) bind(c)
  use, intrinsic :: iso_c_binding, only: c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: limit
  integer(c_int64_t) :: start, number, steps, longest

  best = 1
  longest = 1
  do start = 1, limit - 1
    number = start
    steps = 1
    do while (number /= 1)
      if (mod(number, 2_c_int64_t) == 0) then
        number = number / 2
      else
        number = 3 * number + 1
      end if
      steps = steps + 1
    end do
    if (steps > longest) then
      longest = steps
      best = start
    end if
  end do
end function collatz_reference
