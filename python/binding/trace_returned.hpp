// trace_returned.hpp - arrays that a kernel returns, as the Python side asks for them.
#pragma once

#include <pybind11/pybind11.h>

namespace numeta::binding {

/// Adds to the module what says where in its buffer a view stands.
void bind_returned(pybind11::module_& m);

}  // namespace numeta::binding
