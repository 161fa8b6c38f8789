// hoist.hpp - memory that a loop allocates anew in each iteration is allocated once, before the
// outermost loop that does not change its lengths. What an array holds is undefined when it has
// been allocated, and no array of one iteration is used by another, so that the same memory serves
// all. Loops whose iterations run at the same time keep an array for each.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with its allocations before its loops, or nothing where none can move.
std::optional<Graph> hoist(const Graph& graph);

}  // namespace numeta::core
