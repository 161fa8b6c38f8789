recursive subroutine rotate(point, matrix) &
    bind(C, name="numeta_8fab0529214f98a1_f")
  use, intrinsic :: iso_c_binding
  implicit none
  real(c_double), intent(inout) :: point(0:1)
  real(c_double), intent(in) :: matrix(0:1, 0:1)
  real(c_double) :: t1, t2

  t1 = point(0)
  t2 = point(1)
  point(0) = matrix(0, 0) * t1 + matrix(1, 0) * t2
  point(1) = matrix(0, 1) * t1 + matrix(1, 1) * t2
end subroutine rotate
