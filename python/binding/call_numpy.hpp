// The one way the call module includes Python and NumPy.
//
// Every file of the module shares one table of NumPy functions, filled by call_module.cpp (which
// defines NUMETA_CALL_FILLS_NUMPY). Only the NumPy 2 interface is used.
#pragma once

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL numeta_call_numpy
#ifndef NUMETA_CALL_FILLS_NUMPY
#define NO_IMPORT_ARRAY
#endif

#include <Python.h>

#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
