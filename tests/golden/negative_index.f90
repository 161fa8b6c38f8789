recursive subroutine ring(a, a_shape, k, answer) &
    bind(C, name="numeta_a80150e410d92aa1_f")
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int64_t), intent(in) :: a_shape(0:0)
  real(c_double), intent(in) :: a(0:a_shape(0) - 1)
  integer(c_int64_t), value :: k
  real(c_double), intent(out) :: answer
  integer(c_int64_t) :: t1

  t1 = k - 1
  answer = a(merge(k, k + a_shape(0), 0 <= k)) - a(merge(t1, t1 + a_shape(0), 0 <= t1)) + &
      a(a_shape(0) - 1)
end subroutine ring
