// backwards.hpp - nests that may run in any order, since all that they do is to store what they
// load, each iteration to an element of its own. Where `u[1:] = t` gets the elements of a map of
// `u[:-1]`, the map can be computed there if the last one is stored first.
#pragma once

#include <functional>
#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"
#include "core/rebuild.hpp"

namespace numeta::core {

/// The loops around a load inside of `home`, outermost first, if they are such a nest, and each
/// counts from 0 by 1; else none.
std::vector<RegionId> copying_loops(const Graph& graph, const Live& live, NodeId load,
                                    RegionId home);

/// Makes a loop that counts from 0 by 1 in `copying`, the last iteration first; `body` makes its
/// statements.
void run_backwards(const Graph& graph, RegionId loop, Copying& copying,
                   const std::function<void()>& body);

}  // namespace numeta::core
