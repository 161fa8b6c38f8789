// fill.hpp - a loop that only stores, and what it stores depends on its index by a comparison with
// a constant alone, as in `for i in range(n): prime[i] = i >= 2`, is two loops that store one
// value each: the compiler makes a fill of memory of each. Nothing is stored in another order.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with such loops in two parts, or nothing where there are none.
std::optional<Graph> fill(const Graph& graph);

}  // namespace numeta::core
