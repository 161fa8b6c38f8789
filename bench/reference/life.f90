! Generations of Conway's game of life on an n x n board whose border stays dead. A byte holds the
! number of neighbours, as in the Python kernel.
subroutine life_reference(n, grid, new, generations) bind(c)
  use, intrinsic :: iso_c_binding, only: c_int8_t, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, generations
  integer(c_int8_t), intent(inout) :: grid(0:n - 1, 0:n - 1), new(0:n - 1, 0:n - 1)
  integer(c_int64_t) :: i, j, generation
  integer(c_int8_t) :: around

  do generation = 1, generations
    do i = 1, n - 2
      do j = 1, n - 2
        around = grid(j - 1, i - 1) + grid(j, i - 1) + grid(j + 1, i - 1) + grid(j - 1, i) &
                 + grid(j + 1, i) + grid(j - 1, i + 1) + grid(j, i + 1) + grid(j + 1, i + 1)
        if (around == 3) then
          new(j, i) = 1
        else if (around == 2) then
          new(j, i) = grid(j, i)
        else
          new(j, i) = 0
        end if
      end do
    end do
    grid(1:n - 2, 1:n - 2) = new(1:n - 2, 1:n - 2)
  end do
end subroutine life_reference
