// rebuild.hpp - a graph copied node by node through the functions that build one. A pass that
// moves statements makes a new graph so, since ids, versions and regions follow from the order of
// building: nothing is patched in place, and what the builder guarantees holds for the copy too.
// Kept are parameters, buffers, results, names, origins and the numbers of error sites. Left out
// is what nothing sees (live.hpp).
#pragma once

#include <span>

#include "core/graph.hpp"

namespace numeta::core {

/// `headers[r]` is the region whose header (bounds, name, index, origin) opens in the place of
/// region r; empty where every region keeps its own. Headers may change places only inside a
/// nest without statements between its loops. `ranges` are those of the buffers' values, where
/// they are known better than by type; empty where they are not.
Graph rebuild(const Graph& graph, std::span<const RegionId> headers = {},
              std::span<const Interval> ranges = {});

}  // namespace numeta::core
