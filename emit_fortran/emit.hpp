// emit.hpp - from a graph to the Fortran procedure and the C stub that calls it.
// Emission only reads the graph and is total: every legal graph is emitted, or an EmitError names
// what a row of the op table does not spell. The text depends on the graph and the options alone:
// no file, line, time or path is in it.
#pragma once

#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/graph.hpp"

namespace numeta::emit_fortran {

struct Options {
  bool exact = false;    // libm itself for every function, no vector math
  bool fast = false;     // contraction, reassociation, reciprocals
  bool overlap = false;  // buffers may overlap: `target` dummies
};

/// A line of the Fortran text and where in the user's Python it comes from.
struct LineOrigin {
  std::uint32_t line;
  core::Origin origin;
};

struct Emission {
  std::string fortran;
  std::string stub;
  std::string symbol;  // of the stub: int32_t symbol(int64_t *frame)
  std::vector<std::string> flags;
  std::vector<LineOrigin> lines;
  std::vector<bool> written;        // by array parameter
  bool loops = false;               // is there any loop, or call?
  std::set<std::string> libraries;  // files to link
  bool recursive = false;
  std::size_t pieces = 0;   // the internal procedures that long code was cut into
  std::vector<bool> early;  // by array that is returned: is its memory made before the kernel runs?
  bool parallel = false;    // is there a parallel loop?
};

struct EmitError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The kernel is the first procedure; calls name the others by their place.
Emission emit(std::span<const core::Graph* const> procedures, const Options& options);
Emission emit(const core::Graph& graph, const Options& options);

}  // namespace numeta::emit_fortran
