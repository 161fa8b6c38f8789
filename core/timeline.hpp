// timeline.hpp - where the live statements of a graph stand in the order of the text, and which of
// them change which memory. Passes that move reads ask it what may happen on the way: statements
// have numbers, a region is a span of numbers, and so is all that runs between two statements.
// Memory that may be shared (the arrays of the caller, where they may overlap) is one to all
// questions; local variables are memory as arrays are.
#pragma once

#include <span>
#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::core {

/// A statement that changes a buffer: a store, an allocation, a call.
struct Write {
  std::uint32_t at;
  NodeId statement;
  BufferId buffer;
};

class Timeline {
 public:
  Timeline(const Graph& graph, const Live& live);

  /// The number of a live statement; what it executes has larger ones.
  std::uint32_t at(NodeId statement) const { return at_[statement]; }
  /// The numbers of the statements in a region.
  struct Span {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  Span span(RegionId region) const { return spans_[region]; }
  /// The last number of a statement and of what it executes.
  std::uint32_t end(NodeId statement) const;
  bool is_inside(RegionId inner, RegionId outer) const {
    return spans_[outer].first <= spans_[inner].first && spans_[inner].last <= spans_[outer].last;
  }

  /// Of all that may change what is read from a buffer, in the order of the text, what has a number
  /// above `after` and below `before`.
  std::span<const Write> writes(BufferId buffer, std::uint32_t after = 0,
                                std::uint32_t before = UINT32_MAX) const;
  /// The live loads of a buffer itself.
  const std::vector<NodeId>& loads(BufferId buffer) const { return loads_[buffer]; }
  /// Is it given to a procedure of a library?
  bool is_given(BufferId buffer) const { return given_[buffer]; }
  bool is_shared(BufferId buffer) const {
    return g_.one_chain() && may_overlap(g_.buffers()[buffer]);
  }

 private:
  void number(RegionId region);
  void changes(BufferId buffer, NodeId statement);

  const Graph& g_;
  const Live& live_;
  std::uint32_t next_ = 1;
  std::vector<std::uint32_t> at_;           // by node
  std::vector<Span> spans_;                 // by region
  std::vector<std::vector<Write>> writes_;  // by buffer
  std::vector<Write> shared_;
  std::vector<std::vector<NodeId>> loads_;  // by buffer
  std::vector<bool> given_;                 // by buffer
};

/// Has a graph arrays of its own? Without any there is nothing to plan.
bool has_own_arrays(const Graph& graph);

}  // namespace numeta::core
