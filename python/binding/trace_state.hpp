// trace_state.hpp - one trace as the binding holds it: the graph, the lowering, and the Python
// objects that nodes speak of (code objects for lines, exception types of checks).
// A state is owned by its references: the Trace object and every traced value. All access is under
// the GIL.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "core/lower.hpp"
#include "emit_fortran/emit.hpp"

namespace numeta::binding {

struct TraceState {
  TraceState(std::string name, const emit_fortran::Options& options, bool checks)
      : graph(std::move(name), options.overlap),
        lowering(graph, options.exact, checks),
        options(options),
        checks(checks) {}
  ~TraceState();
  TraceState(const TraceState&) = delete;
  TraceState& operator=(const TraceState&) = delete;

  /// Notes the user's Python line that is being run; the nodes made next come from it.
  void note_origin();
  /// File and line of a node.
  std::pair<std::string, int> place(core::Origin origin) const;

  core::Graph graph;
  core::Lowering lowering;
  emit_fortran::Options options;
  bool checks;
  std::vector<PyObject*> exceptions;  // owned; the custom exception types of checks
  long effects = 0;                   // stores so far
  long references = 1;

 private:
  std::uint32_t code_number(PyCodeObject* code);
  std::vector<PyCodeObject*> codes_;  // owned
  std::unordered_map<PyCodeObject*, std::uint32_t> code_numbers_;
  PyCodeObject* last_code_ = nullptr;
  std::uint32_t last_number_ = core::kNone;
};

inline void retain(TraceState* state) { ++state->references; }
void release(TraceState* state);

/// The trace that this thread is in, or nullptr.
TraceState*& current_state();

/// The callable that makes a TraceError: (number, message, hint, filename, line) -> exception.
void set_error_factory(PyObject* factory);
/// Files below this folder are not the user's.
void set_own_folder(const std::string& folder);

/// Sets the Python error for a fault of tracing; the caller returns its error value.
void raise_fault(const TraceState* state, const core::TraceFault& fault);
void raise_fault(const core::PythonFault& fault);
PyObject* python_exception(core::Exception exception);

/// Runs `body` and turns the faults of tracing into Python exceptions.
template <class Result, class Body>
Result guarded(const TraceState* state, Result failure, Body&& body) {
  try {
    return body();
  } catch (const core::TraceFault& fault) {
    raise_fault(state, fault);
  } catch (const core::PythonFault& fault) {
    raise_fault(fault);
  } catch (const core::ScopeError& fault) {
    const core::RegionId region = state->graph.node(fault.node).region;
    raise_fault(state,
                core::TraceFault(core::Diag::outside_loop, {state->graph.regions()[region].name}));
  } catch (const std::exception& fault) {
    PyErr_Format(PyExc_AssertionError, "numeta: %s", fault.what());
  }
  return failure;
}

}  // namespace numeta::binding
