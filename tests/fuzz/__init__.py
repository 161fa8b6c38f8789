"""The differential fuzzer: generated kernels against their undecorated functions, in all modes."""
