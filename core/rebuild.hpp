// rebuild.hpp - a graph copied node by node through the functions that build one. A pass that
// moves statements makes a new graph so, since ids, versions and regions follow from the order of
// building: nothing is patched in place, and what the builder guarantees holds for the copy too.
// Kept are parameters, buffers, results, names, origins and the numbers of error sites. Left out
// is what nothing sees (live.hpp).
#pragma once

#include <functional>
#include <span>

#include "core/graph.hpp"

namespace numeta::core {

/// The copy in the making, as a pass sees it that puts statements of its own in.
struct Copying {
  Graph& to;
  std::function<NodeId(NodeId)> copied;            // the copy of a value, made where it is not yet
  std::function<void(NodeId, NodeId)> stands_for;  // (old, new): from here on the copy of `old`
  std::function<void(NodeId)> statement;           // copies a statement as it is
  // Runs what builds in a region of its own: copies of values made meanwhile are forgotten.
  std::function<void(const std::function<void()>&)> apart;
};

/// Asked before the statement at a place of a region's body is copied, and once at its end.
/// True: it is not copied, what replaces it has been made.
using Replace = std::function<bool(RegionId region, std::size_t place, Copying& copying)>;
/// The same asked of the statements themselves.
Replace of_statements(const Graph& graph, std::function<bool(NodeId, Copying&)> is_replaced);

/// Has a counted loop exactly one iteration, whatever the values? Where nothing leaves it, its body
/// is copied without it.
bool runs_once(const Graph& graph, const Region& loop);

/// A pure operation, conversion or table entry of another graph, on operands of this one.
NodeId copy_operation(const Graph& from, NodeId id, std::span<const NodeId> operands, Graph& to);

/// `headers[r]` is the region whose header (bounds, name, index, origin) opens in the place of
/// region r; empty where every region keeps its own. Headers may change places only inside a
/// nest without statements between its loops. `ranges` are those of the buffers' values, where
/// they are known better than by type; empty where they are not.
Graph rebuild(const Graph& graph, std::span<const RegionId> headers = {},
              std::span<const Interval> ranges = {}, const Replace& replace = {});

/// `parts[r]`: loops whose bodies run at the start of the iterations of loop r, and no more where
/// they stood; empty where loop r runs its own body only.
using Fused = std::vector<std::vector<RegionId>>;
Graph rebuild_fused(const Graph& graph, const Fused& parts, const Replace& replace);

}  // namespace numeta::core
