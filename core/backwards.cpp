// backwards.cpp - see backwards.hpp.
#include "core/backwards.hpp"

#include <algorithm>

#include "core/index_sum.hpp"
#include "core/spread.hpp"

namespace numeta::core {
namespace {

bool counts_up_from_0(const Graph& g, RegionId loop) {
  const Region& region = g.regions()[loop];
  if (g.node(region.owner).op != Op::loop || region.exits > 0) return false;
  if (region.parallel != Parallel::No) return false;
  const auto bounds = g.operands(region.owner);
  return g.is_integer_constant(bounds[0], 0) && g.is_integer_constant(bounds[2], 1);
}

/// The one live statement of a region besides a load; kNone where there are others.
NodeId only_statement(const Graph& g, const Live& live, RegionId region, NodeId load) {
  NodeId found = kNone;
  for (const NodeId id : g.regions()[region].body) {
    if (!live.nodes[id] || id == load) continue;
    if (found != kNone) return kNone;
    found = id;
  }
  return found;
}

bool stores_what_is_loaded(const Graph& g, NodeId store, NodeId load) {
  NodeId value = g.operands(store)[0];
  while (g.node(value).op == Op::cast) value = g.operands(value)[0];
  return value == load && g.node(store).bits[0] != g.node(load).bits[0];
}

/// Does the index of each loop stand once in the indices, and in another axis than the others?
bool are_elements_apart(const Graph& g, NodeId store, const std::vector<RegionId>& loops) {
  std::vector<bool> seen(loops.size(), false);
  for (const NodeId index : g.operands(store).subspan(1)) {
    const IndexSum sum = index_sum(g, index);
    if (!sum.known) return false;
    bool varies = false;
    for (const auto& [node, factor] : sum.terms) {
      const auto found = std::ranges::find(loops, g.node(node).region);
      if (found == loops.end()) continue;
      const auto k = static_cast<std::size_t>(found - loops.begin());
      if (g.node(node).op != Op::index || varies || seen[k]) return false;
      varies = seen[k] = true;
    }
  }
  return std::ranges::find(seen, false) == seen.end();
}

}  // namespace

std::vector<RegionId> copying_loops(const Graph& graph, const Live& live, NodeId load,
                                    RegionId home) {
  std::vector<RegionId> loops = loops_around(graph, load, home);
  for (std::size_t k = 0; k < loops.size(); ++k) {
    const bool is_innermost = k + 1 == loops.size();
    const NodeId only = only_statement(graph, live, loops[k], load);
    if (only == kNone || !counts_up_from_0(graph, loops[k])) return {};
    if (!is_innermost && only != graph.regions()[loops[k + 1]].owner) return {};
    if (!is_innermost) continue;
    if (graph.node(load).region != loops[k] || graph.node(only).op != Op::store) return {};
    if (!stores_what_is_loaded(graph, only, load)) return {};
    if (!are_elements_apart(graph, only, loops)) return {};
  }
  return loops;
}

void run_backwards(const Graph& graph, RegionId loop, Copying& copying,
                   const std::function<void()>& body) {
  const Region& region = graph.regions()[loop];
  Graph& to = copying.to;
  const NodeId count = copying.copied(graph.operands(region.owner)[1]);
  to.set_origin(graph.node(region.owner).origin);
  // gcc makes vectors of it only if it counts upwards.
  const RegionId made = to.begin_loop(to.integer(0), count, to.integer(1), region.name);
  const NodeId beyond[] = {count, to.regions()[made].index};
  const NodeId from_end[] = {to.pure(Op::sub, DType::i8, true, beyond), to.integer(1)};
  copying.stands_for(region.index, to.pure(Op::sub, DType::i8, true, from_end));
  copying.apart(body);
  to.end();
}

}  // namespace numeta::core
