// remake.hpp - the statements of a loop made once more, where a pass makes several loops of one:
// values that are made inside of the loop are made anew, for other indices; those from outside are
// the rebuild's copies. What stands beside inner loops is made where it is used.
#pragma once

#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/rebuild.hpp"
#include "core/timeline.hpp"

namespace numeta::core {

class Remaking {
 public:
  /// A load of the loop, given the indices in the new graph: what stands for it, or kNone.
  using Loaded = std::function<NodeId(NodeId load, std::span<const NodeId> at)>;

  Remaking(const Graph& from, const Timeline& timeline, RegionId loop, Copying& copying,
           Loaded loaded)
      : from_(from),
        timeline_(timeline),
        loop_(loop),
        copying_(copying),
        loaded_(std::move(loaded)) {}

  Graph& to() { return copying_.to; }
  /// Opens a loop as that of a region.
  void begin(RegionId loop);
  /// From here on `made` stands for a value.
  void set(NodeId value, NodeId made) { values_[value] = made; }
  NodeId value(NodeId id) { return values({&id, 1}).front(); }
  std::vector<NodeId> values(std::span<const NodeId> wanted);
  /// Makes a load, for those after it.
  void load(NodeId id) { values_[id] = loaded(id, values(from_.operands(id))); }

 private:
  NodeId loaded(NodeId id, std::span<const NodeId> at);

  const Graph& from_;
  const Timeline& timeline_;
  RegionId loop_;
  Copying& copying_;
  Loaded loaded_;
  std::unordered_map<NodeId, NodeId> values_;
};

/// May a value be computed although control may never come to where it is used? A division by
/// what may be 0 there may not.
bool may_be_early(const Graph& graph, NodeId value);

}  // namespace numeta::core
