recursive subroutine taken(rows, rows_shape, columns, columns_shape, places, places_shape, row, &
    answer) &
    bind(C, name="numeta_097e7e19cc86bcc0_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: rows_shape(0:0)
  integer(c_int8_t), intent(in) :: rows(0:rows_shape(0) - 1)
  integer(c_int64_t), intent(in) :: columns_shape(0:0)
  integer(c_int8_t), intent(in) :: columns(0:columns_shape(0) - 1)
  integer(c_int64_t), intent(in) :: places_shape(0:1)
  integer(c_int64_t), intent(in) :: places(0:places_shape(1) - 1, 0:places_shape(0) - 1)
  integer(c_int64_t), value :: row
  integer(c_int64_t), intent(out) :: answer
  integer(c_int64_t) :: k, free, column, t1, t3, t5
  logical(c_bool) :: chosen_value, chosen_value_2, t2, t4

  free = 0_c_int64_t
  do k = 0, places_shape(0) - 1
    column = places(0, k)
    do
      t1 = row + column
      t2 = 0 <= t1
      t3 = column - 1
      t4 = 0 <= t3
      if (t2 .and. t4 .and. t3 < columns_shape(0)) then
        chosen_value = rows(t1) /= 0 .or. columns(t3) /= 0
      else if (.not. rows(merge(t1, t1 + rows_shape(0), t2)) /= 0) then
        chosen_value = columns(merge(t3, t3 + columns_shape(0), t4)) /= 0
      else
        chosen_value = .true._c_bool
      end if
      if (.not. chosen_value) exit
      column = column + 1
    end do
    if (.not. rows(k) /= 0) then
      t5 = places(1, k)
      chosen_value_2 = .not. columns(merge(t5, t5 + columns_shape(0), 0 <= t5)) /= 0
    else
      chosen_value_2 = .false._c_bool
    end if
    if (chosen_value_2) then
      free = free + 1
    else
    end if
  end do
  answer = free
end subroutine taken
