// live.hpp - which statements of a graph have an effect that anything sees.
// Stores to arrays of the caller, calls, checks and results are seen. A store to a local variable
// lives if a live
// value loads the variable; a construct lives if a statement in it does; what leaves a live
// construct lives. An endless loop always does. All else is never emitted.
#pragma once

#include <vector>

#include "core/graph.hpp"

namespace numeta::core {

struct Live {
  std::vector<bool> nodes;
  std::vector<bool> loaded;  // by buffer: does a live load read it
  std::vector<bool> stored;  // by buffer: does a live store write it
};

/// By procedure, then by parameter: does the procedure write the array that it is given there?
using Writes = std::vector<std::vector<bool>>;

/// `writes` says what calls do to their arguments; empty: they may write all of them.
Live live(const Graph& graph, const Writes& writes = {});
/// What each procedure of a kernel writes, calls of one another included.
Writes writes_of(std::span<const Graph* const> procedures);
/// Which procedures one calls, itself included, however indirectly.
std::vector<bool> reachable(std::span<const Graph* const> procedures, std::size_t from = 0);

}  // namespace numeta::core
