recursive subroutine floor_pairs(a, a_shape, x, x_shape, b) &
    bind(C, name="numeta_c8b920e6e33b4cc1_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  integer(c_int64_t), intent(inout) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), intent(in) :: x_shape(0:0)
  real(c_double), intent(inout) :: x(0:x_shape(0) - 1)
  integer(c_int64_t), value :: b
  integer(c_int64_t) :: i, t1

  do i = 0, a_shape(0) - 1
    t1 = a(i)
    a(i) = floor_divide_i8(t1, b) + floor_modulo_i8(t1, b)
    x(i) = float_floor_divide_f8(x(i), 0.5_c_double)
  end do

contains

  pure function float_floor_divide_f8(a, b) result(q)
    real(c_double), value :: a, b
    real(c_double) :: q, r
    if (b == 0) then
      q = a / b
      return
    end if
    r = mod(a, b)
    q = (a - r) / b
    if (r /= 0 .and. ((b < 0) .neqv. (r < 0))) q = q - 1
    if (q /= 0) then
      r = aint(q)
      if (r > q) r = r - 1
      if (q - r > 0.5_c_double) r = r + 1
      q = r
    else
      q = sign(0.0_c_double, a / b)
    end if
  end function float_floor_divide_f8

  pure function floor_divide_i8(a, b) result(q)
    integer(c_int64_t), value :: a, b
    integer(c_int64_t) :: q
    if (b == 0) then
      q = 0
    else if (b == -1) then
      q = -a
    else
      q = a / b
      if (q * b /= a .and. ((a < 0) .neqv. (b < 0))) q = q - 1_c_int64_t
    end if
  end function floor_divide_i8

  pure function floor_modulo_i8(a, b) result(r)
    integer(c_int64_t), value :: a, b
    integer(c_int64_t) :: r
    if (b == 0 .or. b == -1) then
      r = 0
    else
      r = mod(a, b)
      if (r /= 0 .and. ((r < 0) .neqv. (b < 0))) r = r + b
    end if
  end function floor_modulo_i8
end subroutine floor_pairs
