! Quicksort in place with Hoare's partition and a stack of its own; the larger part waits.
subroutine quicksort_reference(n, values, stack) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), intent(inout) :: values(0:n - 1)
  integer(c_int64_t), intent(inout) :: stack(0:255)
  integer(c_int64_t) :: i, j, low, high, top
  real(c_double) :: pivot, held

  stack(0) = 0
  stack(1) = n - 1
  top = 2
  do while (top > 0)
    top = top - 2
    low = stack(top)
    high = stack(top + 1)
    do while (low < high)
      pivot = values((low + high) / 2)
      i = low
      j = high
      do while (i <= j)
        do while (values(i) < pivot)
          i = i + 1
        end do
        do while (values(j) > pivot)
          j = j - 1
        end do
        if (i <= j) then
          held = values(i)
          values(i) = values(j)
          values(j) = held
          i = i + 1
          j = j - 1
        end if
      end do
      if (j - low < high - i) then
        stack(top) = i
        stack(top + 1) = high
        high = j
      else
        stack(top) = low
        stack(top + 1) = j
        low = i
      end if
      top = top + 2
    end do
  end do
end subroutine quicksort_reference
