// trace_syntax.hpp - nodes of Python's syntax, which staging makes by the thousand.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace numeta::binding {

/// Adds `placed` to the module; -1 with a Python error set where that fails.
int add_syntax(PyObject* module);

}  // namespace numeta::binding
