// spread.hpp - how often the elements of an array are loaded: by the iterations of the loops around
// one load, and by several loads. What is computed instead of being loaded is computed as often.
#pragma once

#include <span>
#include <vector>

#include "core/graph.hpp"
#include "core/timeline.hpp"

namespace numeta::core {

/// The loops around a statement inside of `home`, outermost first, endless ones too.
std::vector<RegionId> loops_around(const Graph& graph, NodeId statement, RegionId home);

/// Does each iteration of those loops load another element?
bool is_spread(const Graph& graph, const Timeline& timeline, NodeId load,
               std::span<const RegionId> loops);

/// Does no element that one of the loads loads belong to another, whatever the iterations inside
/// of `home`, or is only one of the two made?
bool are_apart(const Graph& graph, const Timeline& timeline, std::span<const NodeId> loads,
               RegionId home);

/// The same of two elements, by their indices.
bool are_apart(const Graph& graph, std::span<const NodeId> one, std::span<const NodeId> other,
               RegionId home);

}  // namespace numeta::core
