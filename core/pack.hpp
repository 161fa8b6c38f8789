// pack.hpp - what a nest reads column by column again and again is copied row by row first: in
// `for i: for k: for j: c(i, j) += x(i, k) * a(j, k)` the elements a(j, k) that the innermost loop
// reads lie far apart, so they are copied to where they lie side by side, once for all i. A sum
// that is gone through the other way, `for i: for j: for k`, changes its order of loops with that.
// What always holds: each element sees its reads and writes in the order of the program, so every
// result is the same to the last bit.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with such copies, or nothing where there are none.
std::optional<Graph> pack(const Graph& graph);

}  // namespace numeta::core
