! Prices of n calls and puts; the normal distribution by a polynomial.
subroutine black_scholes_reference(n, s, x, t, rate, vol, calls, puts) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  real(c_double), intent(in) :: s(0:n - 1), x(0:n - 1), t(0:n - 1)
  real(c_double), value, intent(in) :: rate, vol
  real(c_double), intent(out) :: calls(0:n - 1), puts(0:n - 1)
  real(c_double) :: root, d1, d2, discounted, one, two, tail_one, tail_two
  integer(c_int64_t) :: i

  do i = 0, n - 1
    root = vol * sqrt(t(i))
    d1 = (log(s(i) / x(i)) + (rate + 0.5_c_double * vol * vol) * t(i)) / root
    d2 = d1 - root
    discounted = x(i) * exp(-rate * t(i))
    tail_one = tail(d1)
    tail_two = tail(d2)
    one = merge(1.0_c_double - tail_one, tail_one, d1 > 0.0_c_double)
    two = merge(1.0_c_double - tail_two, tail_two, d2 > 0.0_c_double)
    calls(i) = s(i) * one - discounted * two
    one = merge(1.0_c_double - tail_one, tail_one, -d1 > 0.0_c_double)
    two = merge(1.0_c_double - tail_two, tail_two, -d2 > 0.0_c_double)
    puts(i) = discounted * two - s(i) * one
  end do

contains

  pure real(c_double) function tail(d)
    real(c_double), intent(in) :: d
    real(c_double) :: k
    k = 1.0_c_double / (1.0_c_double + 0.2316419_c_double * abs(d))
    tail = 0.3989422804014327_c_double * exp(-0.5_c_double * d * d) * (k * (0.31938153_c_double &
      + k * (-0.356563782_c_double + k * (1.781477937_c_double + k * (-1.821255978_c_double &
      + k * 1.330274429_c_double)))))
  end function tail
end subroutine black_scholes_reference
