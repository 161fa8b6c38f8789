recursive subroutine literals(a, a_shape, b, b_shape, c, c_shape_) &
    bind(C, name="numeta_00cbea8ca4b2f16a_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  real(c_double), intent(inout) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), intent(in) :: b_shape(0:0)
  integer(c_int64_t), intent(inout) :: b(0:b_shape(0) - 1)
  integer(c_int64_t), intent(in) :: c_shape_(0:0)
  complex(c_double_complex), intent(inout) :: c(0:c_shape_(0) - 1)

  a(0) = transfer(9221120237041090560_c_int64_t, 0.0_c_double)
  a(1) = transfer(-4503599627370496_c_int64_t, 0.0_c_double)
  a(2) = -0.0_c_double
  a(3) = transfer(1_c_int64_t, 0.0_c_double)
  a(4) = 0.1_c_double
  b(0) = (-9223372036854775807_c_int64_t - 1_c_int64_t)
  b(1) = 9223372036854775807_c_int64_t
  c(0) = cmplx(1.5_c_double, -0.25_c_double, c_double)
end subroutine literals
