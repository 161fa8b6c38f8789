// statements.hpp - what a statement of a graph reaches: the regions that it executes and the
// buffers that it stores to.
// Every walk over regions goes through these two, so that a new kind of statement is known to all
// of them at once.
#pragma once

#include <array>

#include "core/graph.hpp"

namespace numeta::core {

/// The regions that a statement executes, in their order: none, one, or the arms of a branch.
class InnerRegions {
 public:
  explicit InnerRegions(const Node& statement) {
    if (!has_regions(statement.op)) return;
    add(statement.bits[0]);
    if (statement.op == Op::branch && statement.bits[1] != kNone) add(statement.bits[1]);
  }
  const RegionId* begin() const { return regions_.data(); }
  const RegionId* end() const { return regions_.data() + count_; }

 private:
  void add(std::uint64_t region) { regions_[count_++] = static_cast<RegionId>(region); }

  std::array<RegionId, 2> regions_{};
  std::size_t count_ = 0;
};

/// Calls `visit(BufferId)` for what a call may store to. What its procedure does to the arrays is
/// not known here.
template <typename Visit>
void each_stored(const Call& call, const Visit& visit) {
  for (const Parameter& argument : call.arguments) {
    if (argument.is_buffer) visit(argument.number);
  }
  for (const BufferId result : call.results) visit(result);
}

/// The same for any statement; what those in its regions store to is not included.
template <typename Visit>
void each_stored(const Graph& graph, const Node& statement, const Visit& visit) {
  const bool writes = statement.op == Op::store || statement.op == Op::allocate;
  if (writes) visit(static_cast<BufferId>(statement.bits[0]));
  if (statement.op == Op::call) each_stored(graph.calls()[statement.bits[0]], visit);
}

}  // namespace numeta::core
