// order.hpp - the order of consecutive stores into different local variables. Such stores commute:
// their values are computed from what was read before. At the end of an iteration the one that
// overwrites a variable goes after those whose values still read it, so that nothing old has to be
// kept in a copy; a swap needs one copy in any order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::core {

class StoreOrder {
 public:
  StoreOrder(const Graph& graph, const Live& live);

  /// The live statements of a region, in an order that means the same.
  std::vector<NodeId> statements(RegionId region) const;

 private:
  void arrange(std::span<NodeId> stores) const;
  std::vector<std::vector<std::uint32_t>> readers(std::span<const NodeId> stores) const;

  const Graph& g_;
  const Live& live_;
  std::vector<std::uint32_t> uses_;  // by node: how often live nodes take it as an operand
};

}  // namespace numeta::core
