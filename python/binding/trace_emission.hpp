// trace_emission.hpp - what Python sees of the texts made from a finished trace: the emission of
// all procedures of a kernel, with its error sites, results and notes decoded to Python objects,
// files and lines.
#pragma once

#include <pybind11/pybind11.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "python/binding/trace_state.hpp"

namespace numeta::binding {

struct EmissionObject {
  std::string fortran;
  std::string stub;
  std::string symbol;
  std::vector<std::string> flags;
  std::set<std::string> libraries;
  std::vector<bool> written;
  pybind11::list sites;
  std::vector<std::pair<std::string, bool>> results;
  pybind11::list
      arrays;  // (dtype, rank, is it in Fortran order, is it made early) of each returned
  std::vector<emit_fortran::LineOrigin> lines;     // of the Fortran text
  std::shared_ptr<const Program> program;          // whose code objects the lines speak of
  std::vector<std::pair<int, std::string>> notes;  // the Python line and what was done there
  bool brief = false;
  bool recursive = false;
  bool interruptible = false;

  /// By Fortran line the Python file and line; asked for where a compiler complains.
  pybind11::dict line_map() const;
};

/// Verifies the kernel's procedures, runs the passes over them and emits what they made.
EmissionObject emitted(const TraceState& kernel);

void bind_emission(pybind11::module_& m);

}  // namespace numeta::binding
