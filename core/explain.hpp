// explain.hpp - notes on what is left after the other passes, for kernels that make arrays: each loop
// nest with its lengths, and each array of the kernel's own that needs memory, with its shape and
// why its elements are not computed where they are read. Together with the arguments and the
// results these arrays are all the memory that a call takes.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with the notes, or nothing where there are none to make.
std::optional<Graph> explain(const Graph& graph);

}  // namespace numeta::core
