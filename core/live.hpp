// live.hpp - which statements of a graph have an effect that anything sees.
// Stores to arrays, checks and results are seen. A store to a local variable lives if a live value
// loads the variable; a construct lives if a statement in it does; what leaves a live construct
// lives. An endless loop always does. All else is never emitted.
#pragma once

#include <vector>

#include "core/graph.hpp"

namespace numeta::core {

struct Live {
  std::vector<bool> nodes;
  std::vector<bool> loaded;  // by buffer: does a live load read it
  std::vector<bool> stored;  // by buffer: does a live store write it
};

Live live(const Graph& graph);

}  // namespace numeta::core
