// map_cost.hpp - what it costs to evaluate the expression of a map once, forwarded maps that it
// reads included.
#pragma once

#include <vector>

#include "core/elementwise.hpp"
#include "core/index_sum.hpp"

namespace numeta::core {

struct MapCost {
  std::uint32_t operations = 0;  // cheap ones; a sign, a conversion, an index are free
  bool costly = false;           // a division, a root, a power, a function
  std::uint32_t loads = 0;
  std::uint32_t size = 0;         // nodes in all
  std::vector<BufferId> streams;  // arrays that it reads, in order
  std::vector<NodeId> nodes;      // of its own nest, in order
  std::vector<NodeId> reads;      // the loads among them

  /// No dearer than to load the element.
  bool is_trivial() const { return !costly && operations <= 1 && loads <= 2; }
  void add(const MapCost& inner);
};

/// Of the map's own expression; the caller adds what its loads cost.
MapCost cost_of(const Graph& graph, const Timeline& timeline, const Map& map);

/// Does the only array that a map reads lie in memory as the map itself would?
bool reads_along_memory(const Graph& graph, const Map& map, const MapCost& cost);

}  // namespace numeta::core
