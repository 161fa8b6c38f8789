! Fibonacci numbers by the recursion that defines them: the time is that of the calls.
recursive integer(c_int64_t) function fib_reference(n) result(number) bind(c)
  use, intrinsic :: iso_c_binding, only: c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n

  if (n < 2) then
    number = n
  else
    number = fib_reference(n - 1) + fib_reference(n - 2)
  end if
end function fib_reference
