"""NumPy's arrays in kernels: one file per family of functions."""
