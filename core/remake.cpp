// remake.cpp - see remake.hpp.
#include "core/remake.hpp"

#include <algorithm>
#include <unordered_set>

namespace numeta::core {

void Remaking::begin(RegionId loop) {
  const Region& region = from_.regions()[loop];
  const std::vector<NodeId> bounds = values(from_.operands(region.owner));
  to().set_origin(from_.node(region.owner).origin);
  const RegionId made = to().begin_loop(bounds[0], bounds[1], bounds[2], region.name);
  values_[region.index] = to().regions()[made].index;
}

std::vector<NodeId> Remaking::values(std::span<const NodeId> wanted) {
  std::vector<NodeId> todo(wanted.begin(), wanted.end());
  std::vector<NodeId> missing;
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    if (values_.contains(id)) continue;
    if (!timeline_.is_inside(from_.node(id).region, loop_)) {
      values_[id] = copying_.copied(id);
      continue;
    }
    missing.push_back(id);
    const auto operands = from_.operands(id);
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
  std::ranges::sort(missing);  // operands are older than their users
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  for (const NodeId id : missing) {
    std::vector<NodeId> operands;
    for (const NodeId operand : from_.operands(id)) operands.push_back(values_.at(operand));
    to().set_origin(from_.node(id).origin);
    values_[id] = from_.node(id).op == Op::load ? loaded(id, operands)
                                                : copy_operation(from_, id, operands, to());
  }
  std::vector<NodeId> out;
  for (const NodeId id : wanted) out.push_back(values_.at(id));
  return out;
}

NodeId Remaking::loaded(NodeId id, std::span<const NodeId> at) {
  to().set_origin(from_.node(id).origin);
  const NodeId instead = loaded_(id, at);
  if (instead != kNone) return instead;
  return to().load(static_cast<BufferId>(from_.node(id).bits[0]), at);
}

bool may_be_early(const Graph& graph, NodeId value) {
  std::vector<NodeId> todo{value};
  std::unordered_set<NodeId> seen;
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    if (!seen.insert(id).second) continue;
    const Op op = graph.node(id).op;
    const auto operands = graph.operands(id);
    const bool divides = op == Op::quotient || op == Op::residue;
    if (divides && graph.range(operands[1]).low < 1) return false;
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
  return true;
}

}  // namespace numeta::core
