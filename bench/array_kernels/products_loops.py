"""The products as explicit loops, for Numba."""
