// tape.hpp - the code of a graph as a sequence of items, in which repetitions can be looked for.
// A stretch is what stands in a region's body between two constructs (loops, branches, blocks) or
// calls of procedures. Its items, in the order of the program, are its stores and checks and the
// links of long chains: of a value that is computed through more than kHigh operations, the
// operations on the way. All else (short expressions, loads) is part of the trees of the items that
// use it.
#pragma once

#include <vector>

#include "core/graph.hpp"
#include "core/live.hpp"

namespace numeta::core {

/// A tree without links is no higher than this.
inline constexpr std::uint32_t kHigh = 16;
inline constexpr std::uint32_t kLargestTree = 256;
/// Seen from beyond the stretch, or never known.
inline constexpr std::uint32_t kAnywhere = UINT32_MAX;

struct Stretch {
  RegionId region;
  std::uint32_t first;  // items [first, last)
  std::uint32_t last;
};

/// What is known of a node. `position` counts items: an item's own number; for a load that is no
/// item, that of the next item of its stretch.
struct Place {
  std::uint32_t stretch = kNone;
  std::uint32_t position = kNone;
  bool is_item = false;
  bool is_link = false;        // of a chain; an item, unless it stands in no stretch
  std::uint32_t latest = 0;    // no item from this position on, no load behind it, is in its tree
  std::uint32_t last_use = 0;  // the last item that needs it, or kAnywhere
  std::uint32_t used_in = kNone;  // the stretch of these items
  std::uint32_t size = 1;         // nodes of its tree
  std::uint64_t shape = 0;        // of its tree, constants and the numbers of links left out
};

class Tape {
 public:
  explicit Tape(const Graph& graph);

  const Place& at(NodeId id) const { return places_[id]; }
  bool is_live(NodeId id) const { return live_.nodes[id]; }
  const std::vector<NodeId>& items() const { return items_; }
  const std::vector<Stretch>& stretches() const { return stretches_; }
  /// Loads that are no items, in the order of the program within a stretch.
  const std::vector<NodeId>& loads() const { return loads_; }
  /// The first item from `position` on in the stretch that may write what a load reads, or kNone.
  std::uint32_t next_store(NodeId load, std::uint32_t position) const;

 private:
  void find_links();
  std::vector<NodeId> last_statements() const;
  void lay_out(RegionId region, const std::vector<NodeId>& last_statement);
  void open_stretch(RegionId region);
  void put(NodeId id);
  void close_stretch();
  void measure();
  void find_last_uses();
  void use(NodeId id, std::uint32_t position, std::uint32_t stretch);
  std::size_t chain_of(const Node& access) const;

  const Graph& g_;
  Live live_;
  std::vector<Place> places_;
  std::vector<NodeId> items_;
  std::vector<NodeId> loads_;
  std::vector<Stretch> stretches_;
  std::vector<std::vector<NodeId>> links_;          // by region
  std::vector<std::vector<std::uint32_t>> stores_;  // positions, by chain
};

}  // namespace numeta::core
