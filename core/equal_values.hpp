// equal_values.hpp - values that are known to be equal: lengths that a check compared, and the
// indices of loops that run together. A union-find without path compression, so that what was
// learnt last can be forgotten first.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "core/graph.hpp"

namespace numeta::core {

class EqualValues {
 public:
  explicit EqualValues(const Graph& graph) : g_(graph) {}

  /// Learns what a condition says that holds.
  void learn(NodeId condition);
  void learn(NodeId a, NodeId b);
  /// Does a condition follow from what is known?
  bool holds(NodeId condition) const;
  /// How much is known, to forget what comes after.
  std::size_t size() const { return joined_.size(); }
  void forget(std::size_t size);
  /// One for all that are equal.
  NodeId representative(NodeId value) const;
  bool are_equal(NodeId a, NodeId b) const { return representative(a) == representative(b); }

 private:
  const Graph& g_;
  std::unordered_map<NodeId, NodeId> parent_;
  std::vector<NodeId> joined_;  // whose parents were set, in order
};

}  // namespace numeta::core
