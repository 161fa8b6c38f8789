// hoist.cpp - see hoist.hpp.
#include "core/hoist.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/rebuild.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

/// The loop before which an allocation may stand, or kNone.
NodeId loop_to_leave(const Graph& g, const Timeline& timeline, NodeId allocate) {
  NodeId out = kNone;
  const auto lengths = g.operands(allocate);
  for (RegionId r = g.node(allocate).region; r != 0; r = g.regions()[r].parent) {
    const Region& region = g.regions()[r];
    if (!is_loop(g.node(region.owner).op) || region.parallel != Parallel::No) return out;
    const bool changes = std::ranges::any_of(
        lengths, [&](NodeId length) { return timeline.is_inside(g.node(length).region, r); });
    if (changes) return out;
    out = region.owner;
  }
  return out;
}

/// How many statements allocate each array. Where there are several, a name stands for it, and what
/// one iteration makes another one uses.
std::map<BufferId, int> allocations_of(const Graph& g, const Live& alive) {
  std::map<BufferId, int> out;
  for (NodeId id = 0; id < g.size(); ++id) {
    const Node& n = g.node(id);
    if (n.op == Op::allocate && alive.nodes[id]) ++out[static_cast<BufferId>(n.bits[0])];
  }
  return out;
}

}  // namespace

std::optional<Graph> hoist(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  const Live alive = live(graph);
  const Timeline timeline(graph, alive);
  const std::map<BufferId, int> allocations = allocations_of(graph, alive);
  std::map<NodeId, std::vector<NodeId>> before;  // by loop: the allocations that go before it
  std::vector<bool> moved(graph.size(), false);
  for (const Region& region : graph.regions()) {
    for (const NodeId id : region.body) {
      const Node& n = graph.node(id);
      if (n.op != Op::allocate || !alive.nodes[id]) continue;
      if (allocations.at(static_cast<BufferId>(n.bits[0])) > 1) continue;
      if (std::ranges::find(graph.returned, n.bits[0]) != graph.returned.end()) continue;
      const NodeId loop = loop_to_leave(graph, timeline, id);
      if (loop == kNone) continue;
      before[loop].push_back(id);
      moved[id] = true;
    }
  }
  if (before.empty()) return std::nullopt;
  const auto replace = [&](RegionId region, std::size_t place, Copying& copying) {
    const auto& body = graph.regions()[region].body;
    if (place == body.size()) return false;
    if (moved[body[place]]) return true;
    const auto found = before.find(body[place]);
    if (found == before.end()) return false;
    for (const NodeId id : found->second) {
      const Node& n = graph.node(id);
      std::vector<NodeId> lengths;
      for (const NodeId length : graph.operands(id)) lengths.push_back(copying.copied(length));
      copying.to.set_origin(n.origin);
      copying.to.allocate(static_cast<BufferId>(n.bits[0]), lengths, n.bits[1]);
    }
    return false;
  };
  Graph made = rebuild(graph, {}, {}, replace);
  for (const auto& [loop, allocations] : before) {
    const std::size_t count = allocations.size();
    made.notes.push_back({graph.node(loop).origin,
                          fmt::format("{} array{} of the loop {} allocated once, before it", count,
                                      count == 1 ? "" : "s", count == 1 ? "is" : "are")});
  }
  return made;
}

}  // namespace numeta::core
