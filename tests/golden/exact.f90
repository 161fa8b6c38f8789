recursive subroutine transcendental(x, x_shape) &
    bind(C, name="numeta_9b80f35f64ed0359_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: x_shape(0:0)
  real(c_double), intent(inout) :: x(0:x_shape(0) - 1)
  integer(c_int64_t) :: i
  real(c_double) :: t1
  interface
    pure function libm_cbrt(x) result(z) bind(C, name="cbrt")
      import :: c_double
      real(c_double), value :: x
      real(c_double) :: z
    end function libm_cbrt
    pure function libm_exp(x) result(z) bind(C, name="exp")
      import :: c_double
      real(c_double), value :: x
      real(c_double) :: z
    end function libm_exp
    pure function libm_pow(x, y) result(z) bind(C, name="pow")
      import :: c_double
      real(c_double), value :: x, y
      real(c_double) :: z
    end function libm_pow
    pure function libm_sin(x) result(z) bind(C, name="sin")
      import :: c_double
      real(c_double), value :: x
      real(c_double) :: z
    end function libm_sin
  end interface

  do i = 0, x_shape(0) - 1
    t1 = x(i)
    x(i) = libm_exp(t1) + libm_pow(libm_sin(t1), 2.5_c_double) + libm_cbrt(t1)
  end do
end subroutine transcendental
