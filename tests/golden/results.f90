recursive subroutine statistics(a, a_shape, n, answer_0, answer_1, answer_2) &
    bind(C, name="numeta_db737a17a4bff79b_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  real(c_double), intent(in) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), value :: n
  real(c_double), intent(out) :: answer_0
  integer(c_int64_t), intent(out) :: answer_1
  logical(c_bool), intent(out) :: answer_2
  real(c_double) :: t1, t2

  t1 = a(0)
  t2 = (t1 + a(1)) / 2.0_c_double
  answer_0 = t2
  answer_1 = n * 2 + 1
  answer_2 = t2 < t1
end subroutine statistics
