// contract.cpp - see contract.hpp. What is asked of an array: one statement allocates it, nothing
// but loads and stores uses it, and there is a loop, no part of what repeats the allocation, whose
// index all of them have on the same axis. Loops around it would come back to a slice, unless
// theirs are the indices of other such axes.
#include "core/contract.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/rebuild.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

using Axes = std::vector<bool>;  // by axis: is it left out

class Contraction {
 public:
  explicit Contraction(const Graph& graph)
      : g_(graph), live_(live(graph)), timeline_(graph, live_) {
    for (BufferId array = 0; array < g_.buffers().size(); ++array) {
      if (!g_.buffers()[array].allocated || !is_plain(array)) continue;
      Axes axes = axes_of_slices(array);
      if (std::ranges::find(axes, true) != axes.end()) gone_.emplace(array, std::move(axes));
    }
  }

  bool any() const { return !gone_.empty(); }

  Graph run() {
    const Replace replace = of_statements(g_, [&](NodeId id, Copying& copying) {
      return live_.nodes[id] && is_replaced(id, copying);
    });
    Graph made = rebuild(g_, {}, {}, replace);
    for (const auto& [array, axes] : gone_) {
      made.notes.push_back({g_.node(allocation_of(array)).origin,
                            "an array needs memory for one iteration of a loop only"});
    }
    return made;
  }

 private:
  NodeId allocation_of(BufferId array) const {
    NodeId out = kNone;
    for (const Write& write : timeline_.writes(array)) {
      if (g_.node(write.statement).op == Op::allocate) out = write.statement;
    }
    return out;
  }

  bool is_plain(BufferId array) const {
    if (std::ranges::find(g_.returned, array) != g_.returned.end()) return false;
    if (timeline_.is_given(array)) return false;
    std::size_t allocations = 0;
    for (const Write& write : timeline_.writes(array)) {
      const Op op = g_.node(write.statement).op;
      if (op != Op::store && op != Op::allocate) return false;
      allocations += op == Op::allocate ? 1 : 0;
    }
    return allocations == 1 && !timeline_.loads(array).empty();
  }

  /// The axes on which every access stands in one iteration of a loop.
  Axes axes_of_slices(BufferId array) const {
    Axes axes(g_.buffers()[array].rank(), false);
    const RegionId home = g_.node(allocation_of(array)).region;
    std::vector<RegionId> left;  // the loops of the axes that are left out
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        const RegionId loop = axes[axis] ? kNone : loop_of(array, axis);
        if (loop == kNone || !comes_once(loop, home, left)) continue;
        axes[axis] = changed = true;
        left.push_back(loop);
      }
    }
    return axes;
  }

  /// The loop whose index all accesses have on an axis, or kNone.
  RegionId loop_of(BufferId array, std::size_t axis) const {
    RegionId loop = kNone;
    const auto fits = [&](NodeId access, std::size_t first) {
      const Node& at = g_.node(g_.operands(access)[first + axis]);
      if (at.op != Op::index || (loop != kNone && loop != at.bits[0])) return false;
      loop = static_cast<RegionId>(at.bits[0]);
      return true;
    };
    const auto& loads = timeline_.loads(array);
    if (!std::ranges::all_of(loads, [&](NodeId load) { return fits(load, 0); })) return kNone;
    for (const Write& write : timeline_.writes(array)) {
      if (g_.node(write.statement).op == Op::store && !fits(write.statement, 1)) return kNone;
    }
    return loop;
  }

  /// Does each index of a loop come once between two allocations, where those of the loops in
  /// `fixed` stay as they are?
  bool comes_once(RegionId loop, RegionId home, const std::vector<RegionId>& fixed) const {
    if (loop == home || !timeline_.is_inside(loop, home)) return false;
    for (RegionId r = loop; r != home; r = g_.regions()[r].parent) {
      const NodeId owner = g_.regions()[r].owner;
      if (g_.regions()[r].parallel != Parallel::No) return false;
      const bool is_fixed = std::ranges::find(fixed, r) != fixed.end();
      if (r != loop && !is_fixed && is_loop(g_.node(owner).op)) return false;
    }
    return true;
  }

  bool is_replaced(NodeId id, Copying& copying) {
    const Node& n = g_.node(id);
    if (n.op != Op::load && n.op != Op::store && n.op != Op::allocate) return false;
    const auto found = gone_.find(static_cast<BufferId>(n.bits[0]));
    if (found == gone_.end()) return false;
    const Axes& axes = found->second;
    const auto operands = g_.operands(id);
    const std::size_t first = n.op == Op::store ? 1 : 0;
    std::vector<NodeId> kept;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      if (!axes[axis]) kept.push_back(copying.copied(operands[first + axis]));
    }
    Graph& to = copying.to;
    to.set_origin(n.origin);
    const BufferId array = found->first;
    if (n.op == Op::allocate) {
      to.set_rank(array, kept.size());
      to.allocate(array, kept, n.bits[1]);
    } else if (n.op == Op::store) {
      const NodeId value = copying.copied(operands[0]);
      to.set_origin(n.origin);
      to.store(array, kept, value);
    } else {
      copying.stands_for(id, to.load(array, kept));
    }
    return true;
  }

  const Graph& g_;
  Live live_;
  Timeline timeline_;
  std::map<BufferId, Axes> gone_;
};

}  // namespace

std::optional<Graph> contract(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  Contraction contraction(graph);
  if (!contraction.any()) return std::nullopt;
  return contraction.run();
}

}  // namespace numeta::core
