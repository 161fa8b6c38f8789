// kept_arrays.hpp - a note for each array of the kernel's own that needs memory in the end: its
// shape, and why its elements are not computed where they are read.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with the notes, or nothing where there are none to make.
std::optional<Graph> explain_arrays(const Graph& graph);

}  // namespace numeta::core
