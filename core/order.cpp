// order.cpp - a topological order of stores; see order.hpp.
#include "core/order.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace numeta::core {
namespace {

constexpr std::size_t kMostStores = 64;

using Counts = std::unordered_map<NodeId, std::uint32_t>;

/// Counts how often each node of a region below a value is used there.
void count_uses(const Graph& g, RegionId region, NodeId value, Counts& counts) {
  std::vector<NodeId> todo{value};
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    if (g.node(id).region != region || counts[id]++ > 0) continue;
    const auto operands = g.operands(id);
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
}

}  // namespace

StoreOrder::StoreOrder(const Graph& graph, const Live& live)
    : g_(graph), live_(live), uses_(graph.size(), 0) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (!live.nodes[id]) continue;
    for (const NodeId operand : graph.operands(id)) ++uses_[operand];
  }
  for (const Result& result : graph.results) ++uses_[result.value];
}

std::vector<NodeId> StoreOrder::statements(RegionId region) const {
  std::vector<NodeId> out;
  std::vector<BufferId> run;  // the variables of the stores at the end of `out`
  const auto close_run = [&] {
    if (run.size() > 1) arrange(std::span(out).last(run.size()));
    run.clear();
  };
  for (const NodeId id : g_.regions()[region].body) {
    if (!live_.nodes[id]) continue;
    const Node& n = g_.node(id);
    const bool is_local = n.op == Op::store && g_.buffers()[n.bits[0]].local;
    const auto variable = static_cast<BufferId>(n.bits[0]);
    const bool goes_on = is_local && run.size() < kMostStores &&
                         std::find(run.begin(), run.end(), variable) == run.end();
    if (!goes_on) close_run();
    out.push_back(id);
    if (is_local) run.push_back(variable);
  }
  close_run();
  return out;
}

/// For each store the others whose values read its variable when they are assigned. What is also
/// used elsewhere is a temporary by then, and reads nothing any more.
std::vector<std::vector<std::uint32_t>> StoreOrder::readers(std::span<const NodeId> stores) const {
  const RegionId region = g_.node(stores[0]).region;
  Counts inside;
  std::unordered_map<std::uint64_t, std::uint32_t> place;  // by variable
  for (std::uint32_t k = 0; k < stores.size(); ++k) {
    place[g_.node(stores[k]).bits[0]] = k;
    count_uses(g_, region, g_.operands(stores[k])[0], inside);
  }
  std::vector<std::vector<std::uint32_t>> out(stores.size());
  for (std::uint32_t k = 0; k < stores.size(); ++k) {
    std::vector<NodeId> todo{g_.operands(stores[k])[0]};
    std::unordered_set<NodeId> seen;
    while (!todo.empty()) {
      const NodeId id = todo.back();
      todo.pop_back();
      if (g_.node(id).region != region || !seen.insert(id).second) continue;
      const Node& n = g_.node(id);
      if (n.op == Op::load && g_.buffers()[n.bits[0]].local) {
        const auto found = place.find(n.bits[0]);
        if (found != place.end() && found->second != k) out[found->second].push_back(k);
        continue;
      }
      if (uses_[id] > inside[id]) continue;
      const auto operands = g_.operands(id);
      todo.insert(todo.end(), operands.begin(), operands.end());
    }
  }
  return out;
}

void StoreOrder::arrange(std::span<NodeId> stores) const {
  const auto before = readers(stores);
  std::vector<NodeId> arranged;
  std::vector<bool> done(stores.size(), false);
  const auto is_free = [&](std::size_t k) {
    return !done[k] && std::all_of(before[k].begin(), before[k].end(),
                                   [&](std::uint32_t reader) { return done[reader]; });
  };
  while (arranged.size() < stores.size()) {
    std::size_t next = 0;
    while (next < stores.size() && !is_free(next)) ++next;
    // A cycle: the first that is left keeps its place, and what it overwrites is copied.
    if (next == stores.size())
      next = static_cast<std::size_t>(std::ranges::find(done, false) - done.begin());
    done[next] = true;
    arranged.push_back(stores[next]);
  }
  std::ranges::copy(arranged, stores.begin());
}

}  // namespace numeta::core
