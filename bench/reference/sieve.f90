! Eratosthenes' sieve: marks the primes among 0 .. n-1 and counts them.
integer(c_int64_t) function sieve_reference(n, prime) result(found) bind(c)
  use, intrinsic :: iso_c_binding, only: c_bool, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n
  logical(c_bool), intent(inout) :: prime(0:n - 1)
  integer(c_int64_t) :: i

  prime(:1) = .false.
  prime(2:) = .true.
  found = 0
  do i = 2, n - 1
    if (prime(i)) then
      found = found + 1
      prime(i * i::i) = .false.
    end if
  end do
end function sieve_reference
