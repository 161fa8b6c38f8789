! The number of solutions of the n queens problem, by backtracking without recursion. The arrays of
! what is taken are all false before and after.
integer(c_int64_t) function queens_reference(n, place, column_taken, up_taken, down_taken) &
    result(solutions) bind(c)
  use, intrinsic :: iso_c_binding, only: c_bool, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  integer(c_int64_t), intent(inout) :: place(0:n - 1)
  logical(c_bool), intent(inout) :: column_taken(0:n - 1), up_taken(0:2 * n), down_taken(0:2 * n)
  integer(c_int64_t) :: row, column

  solutions = 0
  row = 0
  place(0) = -1
  do while (row >= 0)
    column = place(row)
    if (column >= 0) then
      column_taken(column) = .false.
      up_taken(row + column) = .false.
      down_taken(row - column + n) = .false.
    end if
    column = column + 1
    do while (column < n)
      if (.not. (column_taken(column) .or. up_taken(row + column) &
                 .or. down_taken(row - column + n))) exit
      column = column + 1
    end do
    if (column == n) then
      row = row - 1
    else if (row == n - 1) then
      solutions = solutions + 1
      row = row - 1
    else
      place(row) = column
      column_taken(column) = .true.
      up_taken(row + column) = .true.
      down_taken(row - column + n) = .true.
      row = row + 1
      place(row) = -1
    end if
  end do
end function queens_reference
