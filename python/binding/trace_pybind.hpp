// trace_pybind.hpp - what the pybind11 parts of the module _trace share.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "python/binding/trace_values.hpp"

namespace numeta::binding {

namespace py = pybind11;

/// Runs `body` with the faults of tracing turned into Python exceptions, for pybind11.
template <class Body>
py::object run(const TraceState* state, Body&& body) {
  PyObject* made = guarded<PyObject*>(state, nullptr, std::forward<Body>(body));
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

inline core::DType dtype_by_code(const std::string& code) {
  for (const core::DTypeRow& entry : core::kDTypes) {
    if (entry.code == code) return entry.id;
  }
  throw py::value_error("no dtype " + code);
}

inline TraceState* required_current(const char* what) {
  TraceState* state = current_state();
  if (state != nullptr) return state;
  raise_fault(nullptr, core::TraceFault(core::Diag::no_trace, {what}));
  throw py::error_already_set();
}

/// Adds the functions of arrays to the module.
void bind_merges(pybind11::module_& m);
void bind_arrays(py::module_& m);
void bind_notes(py::module_& m);
/// Adds the functions that call procedures of libraries.
void bind_foreign(py::module_& m);

}  // namespace numeta::binding
