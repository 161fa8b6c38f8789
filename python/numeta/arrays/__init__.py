"""NumPy's arrays inside kernels: what operators, keys, methods and functions of arrays mean.

The traced array (a C type of `_trace`) is a view of memory; every operation on it is traced at once
as NumPy runs it. Here stands what needs no speed at the trace: conversion, keys with arrays,
methods, and NumPy's functions, one row each (`table.py` gathers them). Functions that need loops of
their own are written in the language of kernels (see `staged.py`). Nothing of it is loaded before
a kernel needs it.
"""
