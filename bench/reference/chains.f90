! The lengths of Collatz's chains from the numbers from `first` on, the starts shared among threads.
subroutine chains_reference(n, threads, lengths, first) bind(c)
  use, intrinsic :: iso_c_binding, only: c_int, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: n, threads, first
  integer(c_int64_t), intent(inout) :: lengths(0:n - 1)
  integer(c_int64_t) :: k, number, steps

  !$omp parallel do num_threads(int(threads, c_int)) private(number, steps)
  do k = 0, n - 1
    number = first + k
    steps = 1
    do while (number /= 1)
      if (mod(number, 2_c_int64_t) == 0) then
        number = number / 2
      else
        number = 3 * number + 1
      end if
      steps = steps + 1
    end do
    lengths(k) = steps
  end do
  !$omp end parallel do
end subroutine chains_reference
