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

/// The same for a call of a procedure of a library.
template <typename Visit>
void each_stored(const Graph& graph, const ForeignCall& call, const Visit& visit) {
  const Foreign& declared = graph.foreigns()[call.procedure];
  for (std::size_t k = 0; k < call.buffers.size(); ++k) {
    if (declared.arguments[k].is_written) visit(call.buffers[k]);
  }
  if (call.result != kNone) visit(call.result);
}

/// The same for any statement; what those in its regions store to is not included.
template <typename Visit>
void each_stored(const Graph& graph, const Node& statement, const Visit& visit) {
  const bool writes = statement.op == Op::store || statement.op == Op::allocate;
  if (writes) visit(static_cast<BufferId>(statement.bits[0]));
  if (statement.op == Op::call) each_stored(graph.calls()[statement.bits[0]], visit);
  if (statement.op == Op::foreign) {
    each_stored(graph, graph.foreign_calls()[statement.bits[0]], visit);
  }
}

/// Calls `visit(BufferId)` for the arrays that a statement gives to a procedure of a library, which
/// reads any of their elements there.
template <typename Visit>
void each_given(const Graph& graph, const Node& statement, const Visit& visit) {
  if (statement.op != Op::foreign) return;
  for (const BufferId buffer : graph.foreign_calls()[statement.bits[0]].buffers) {
    if (buffer != kNone) visit(buffer);
  }
}

}  // namespace numeta::core
