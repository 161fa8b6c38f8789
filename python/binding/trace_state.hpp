// trace_state.hpp - one trace as the binding holds it: the graph, the lowering, and the Python
// objects that nodes speak of (code objects for lines, exception types of checks).
// A state is owned by its references: the Trace object and every traced value. All access is under
// the GIL.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/aliases.hpp"
#include "core/lower.hpp"
#include "core/parallel.hpp"
#include "emit_fortran/emit.hpp"

namespace numeta::binding {

struct TraceState;

/// What the procedures of one kernel share: error sites, and the code objects that origins name.
struct Program {
  Program() = default;
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// File and line of an origin.
  std::pair<std::string, int> place(core::Origin origin) const;

  core::Sites sites;
  std::vector<PyObject*> exceptions;    // owned; the custom exception types of sites
  std::vector<PyCodeObject*> codes;     // owned
  std::vector<TraceState*> procedures;  // borrowed; the kernel itself first
  std::unordered_map<PyCodeObject*, std::uint32_t> code_numbers;

 private:
  /// Where instructions of a line end, and the line, by code object and then by offset. CPython
  /// itself goes through a function's table from the beginning each time that it is asked.
  struct LineEnd {
    int end;
    int line;
  };
  const std::vector<LineEnd>& lines_of(std::uint32_t code) const;
  mutable std::unordered_map<std::uint32_t, std::vector<LineEnd>> lines_;
};

/// A copy of what NumPy makes a view of where its strides allow, which is not known here: as long
/// as Python holds the copy, neither it nor the array that it was copied from may be written.
struct StandIn {
  core::BufferId original;
  long holders = 0;
};

struct TraceState {
  /// `caller`: the trace of a procedure that calls this one, or nullptr for a kernel.
  TraceState(std::string name, const emit_fortran::Options& options, bool checks,
             const TraceState* caller)
      : program(caller != nullptr ? caller->program : std::make_shared<Program>()),
        graph(std::move(name), options.overlap),
        lowering(graph, program->sites, options.exact, checks),
        options(options),
        checks(checks),
        number(static_cast<std::uint32_t>(program->procedures.size())) {
    program->procedures.push_back(this);
    // The kernel keeps its procedures until it is emitted.
    if (number > 0) ++references;
  }
  ~TraceState();
  TraceState(const TraceState&) = delete;
  TraceState& operator=(const TraceState&) = delete;

  /// Notes the user's Python line that is being run; the nodes made next come from it.
  void note_origin();
  std::pair<std::string, int> place(core::Origin origin) const { return program->place(origin); }

  std::shared_ptr<Program> program;
  core::Graph graph;
  core::Lowering lowering;
  emit_fortran::Options options;
  bool checks;
  std::uint32_t number;                                   // among the procedures of the program
  long effects = 0;                                       // stores so far
  std::unordered_map<core::BufferId, StandIn> stand_ins;  // by the buffer of the copy
  long references = 1;

 private:
  std::uint32_t code_number(PyCodeObject* code);
  PyCodeObject* last_code_ = nullptr;
  std::uint32_t last_number_ = core::kNone;
};

inline void retain(TraceState* state) { ++state->references; }
void release(TraceState* state);

/// The trace that this thread is in, or nullptr.
TraceState*& current_state();

/// The callable that makes a TraceError: (number, message, hint, filename, line) -> exception.
void set_error_factory(PyObject* factory);
/// What is called with a buffer and an axis of length 1 that the trace has to know: it raises.
void set_unit_axis(PyObject* callable);
void raise_unit_axis(const core::UnitAxis& fault);
/// Files below this folder are not the user's.
void set_own_folder(const std::string& folder);

/// Sets the Python error for a fault of tracing; the caller returns its error value.
void raise_fault(const TraceState* state, const core::TraceFault& fault);
void raise_fault(const core::PythonFault& fault);
void raise_fault(const TraceState& state, const core::ParallelFault& fault);
void raise_fault(const TraceState& state, const core::AliasFault& fault);
PyObject* python_exception(core::Exception exception);

/// A Python error is set already; thrown to where it is given back to Python.
struct PythonError {};

/// Runs `body` and turns the faults of tracing into Python exceptions.
template <class Result, class Body>
Result guarded(const TraceState* state, Result failure, Body&& body) {
  try {
    return body();
  } catch (const PythonError&) {
    return failure;
  } catch (const core::TraceFault& fault) {
    raise_fault(state, fault);
  } catch (const core::PythonFault& fault) {
    raise_fault(fault);
  } catch (const core::UnitAxis& fault) {
    raise_unit_axis(fault);
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
