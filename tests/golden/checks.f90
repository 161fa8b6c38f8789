recursive subroutine checked(a, a_shape, k, d, answer, error_values, status) &
    bind(C, name="numeta_052d153b34f479b9_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  real(c_double), intent(in) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), value :: k
  integer(c_int64_t), value :: d
  real(c_double), intent(out) :: answer
  integer(c_int64_t), intent(inout) :: error_values(0:8)
  integer(c_int32_t), intent(out) :: status

  status = 0
  if (add_overflows_i8(k, 1_c_int64_t)) then
    error_values(8) = 0
    status = 1
    return
  end if
  if (.not. (-a_shape(0) <= k + 1 .and. k + 1 < a_shape(0))) then
    error_values(0) = k + 1
    error_values(1) = a_shape(0)
    error_values(8) = 0
    status = 2
    return
  end if
  answer = a(merge(k + 1, k + 1 + a_shape(0), 0 <= k + 1)) / real(d, c_double)

contains

  pure function add_overflows_i8(a, b) result(p)
    integer(c_int64_t), value :: a, b
    logical(c_bool) :: p
    p = int(a, 16) + int(b, 16) /= int(a + b, 16)
  end function add_overflows_i8
end subroutine checked
