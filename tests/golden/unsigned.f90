recursive subroutine congruential(state, state_shape, out, out_shape) &
    bind(C, name="numeta_21b8dcbf1c999d96_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: state_shape(0:0)
  integer(c_int32_t), intent(inout) :: state(0:state_shape(0) - 1)
  integer(c_int64_t), intent(in) :: out_shape(0:0)
  integer(c_int64_t), intent(inout) :: out(0:out_shape(0) - 1)
  integer(c_int64_t) :: i, t1

  do i = 0, state_shape(0) - 1
    state(i) = state(i) * 1664525_c_int32_t + 1013904223_c_int32_t
    t1 = out(i)
    out(i) = unsigned_modulo_u8(ieor(t1, shiftr(t1, 33_c_int64_t)), -8446744073709551616_c_int64_t)
  end do

contains

  pure function unsigned_modulo_u8(a, b) result(r)
    integer(c_int64_t), value :: a, b
    integer(c_int64_t) :: r
    if (b == 0) then
      r = 0
    else if (b < 0) then
      r = merge(a - b, a, a < 0 .and. a >= b)
    else
      r = a - shiftl(shiftr(a, 1) / b, 1) * b
      if (.not. bgt(b, r)) r = r - b
    end if
  end function unsigned_modulo_u8
end subroutine congruential
