! Diffusion with limited fluxes: the Laplacian is kept, fluxes are made where they are used.
subroutine horizontal_diffusion_reference(nx, ny, nz, field, coeff, out) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int64_t
  implicit none
  integer(c_int64_t), value, intent(in) :: nx, ny, nz
  real(c_double), intent(in) :: field(0:nz - 1, 0:ny + 3, 0:nx + 3)
  real(c_double), intent(in) :: coeff(0:nz - 1, 0:ny - 1, 0:nx - 1)
  real(c_double), intent(out) :: out(0:nz - 1, 0:ny - 1, 0:nx - 1)
  real(c_double), allocatable :: lap(:, :, :)
  real(c_double) :: here, up, down, right, left
  integer(c_int64_t) :: i, j, k

  allocate(lap(0:nz - 1, 0:ny + 1, 0:nx + 1))
  do i = 0, nx + 1
    do j = 0, ny + 1
      do k = 0, nz - 1
        lap(k, j, i) = 4.0_c_double * field(k, j + 1, i + 1) &
          - (field(k, j + 1, i + 2) + field(k, j + 1, i) &
             + field(k, j + 2, i + 1) + field(k, j, i + 1))
      end do
    end do
  end do
  do i = 0, nx - 1
    do j = 0, ny - 1
      do k = 0, nz - 1
        here = field(k, j + 2, i + 2)
        up = limited(lap(k, j + 1, i + 2) - lap(k, j + 1, i + 1), field(k, j + 2, i + 3) - here)
        down = limited(lap(k, j + 1, i + 1) - lap(k, j + 1, i), here - field(k, j + 2, i + 1))
        right = limited(lap(k, j + 2, i + 1) - lap(k, j + 1, i + 1), field(k, j + 3, i + 2) - here)
        left = limited(lap(k, j + 1, i + 1) - lap(k, j, i + 1), here - field(k, j + 1, i + 2))
        out(k, j, i) = here - coeff(k, j, i) * (up - down + right - left)
      end do
    end do
  end do

contains

  pure real(c_double) function limited(flux, slope)
    real(c_double), intent(in) :: flux, slope
    limited = merge(0.0_c_double, flux, flux * slope > 0.0_c_double)
  end function limited
end subroutine horizontal_diffusion_reference
