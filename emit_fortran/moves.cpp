// moves.cpp - see moves.hpp. A copy is an allocation and, next to it, a nest of loops over the
// whole array that does nothing but store each element of the other one. All that is done with the
// other one must stand between its own allocation and that nest, in one region: then each way to a
// use of it comes through that allocation again, which gives it memory anew.
#include "emit_fortran/moves.hpp"

#include <algorithm>
#include <vector>

#include "core/statements.hpp"
#include "emit_fortran/body.hpp"

namespace numeta::emit_fortran {
namespace {

using core::BufferId;
using core::kNone;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

class Search {
 public:
  Search(const core::Graph& graph, const Schedule& plan)
      : g_(graph), plan_(plan), uses_(graph.buffers().size()) {}

  Moves run() {
    find_uses();
    for (RegionId r = 0; r < g_.regions().size(); ++r) {
      NodeId last = kNone;
      for (const NodeId id : g_.regions()[r].body) {
        if (plan_.form[id] != Form::Statement) continue;
        if (last != kNone && g_.node(last).op == Op::allocate) look(last, id);
        last = id;
      }
    }
    return std::move(found_);
  }

 private:
  /// Where each array is read, written or allocated: what is read is read where it is written down.
  void find_uses() {
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (plan_.form[id] == Form::Unused || !plan_.live.nodes[id]) continue;
      const Node& n = g_.node(id);
      const auto use = [&](BufferId buffer) { uses_[buffer].push_back(id); };
      if (n.op == Op::load) use(static_cast<BufferId>(n.bits[0]));
      if (!core::is_statement(n.op)) continue;
      core::each_stored(g_, n, use);
      core::each_given(g_, n, use);
    }
  }

  void look(NodeId allocation, NodeId nest) {
    const auto to = static_cast<BufferId>(g_.node(allocation).bits[0]);
    const BufferId from = copied(allocation, nest);
    if (from == kNone || from == to || !are_alike(from, to)) return;
    const RegionId home = g_.node(nest).region;
    for (RegionId r = home; r != 0; r = g_.regions()[r].parent) {
      if (g_.regions()[r].parallel != core::Parallel::No) return;
    }
    const NodeId made = only_allocation(from);
    if (made == kNone || g_.node(made).region != home) return;
    if (!std::ranges::equal(g_.operands(made), g_.operands(allocation))) return;
    const std::uint32_t first = plan_.position[made].index;
    const std::uint32_t last = plan_.position[nest].index;
    for (const NodeId use : uses_[from]) {
      const Position at = in_region(plan_.position[use], home);
      if (at.region != home || at.index < first || at.index > last) return;
    }
    found_.instead.emplace(nest, Move{from, to});
    found_.needless.insert(allocation);
  }

  /// The array whose elements the loops give to the one just allocated, each to its own; or kNone.
  BufferId copied(NodeId allocation, NodeId nest) const {
    const auto lengths = g_.operands(allocation);
    std::vector<RegionId> loops;
    NodeId inner = nest;
    while (g_.node(inner).op == Op::loop) {
      const auto r = static_cast<RegionId>(g_.node(inner).bits[0]);
      const auto bounds = g_.operands(inner);
      if (!g_.is_integer_constant(bounds[0], 0) || !g_.is_integer_constant(bounds[2], 1)) {
        return kNone;
      }
      loops.push_back(r);
      inner = only_statement(r);
      if (inner == kNone) return kNone;
    }
    const Node& store = g_.node(inner);
    if (store.op != Op::store || store.bits[0] != g_.node(allocation).bits[0]) return kNone;
    const auto stored = g_.operands(inner);
    const NodeId load = stored[0];
    if (g_.node(load).op != Op::load || loops.size() != lengths.size()) return kNone;
    if (!std::ranges::equal(stored.subspan(1), g_.operands(load))) return kNone;
    for (std::size_t axis = 0; axis < lengths.size(); ++axis) {
      const Node& index = g_.node(stored[axis + 1]);
      if (index.op != Op::index || std::ranges::find(loops, index.bits[0]) == loops.end()) {
        return kNone;
      }
      const NodeId loop = g_.regions()[index.bits[0]].owner;
      if (g_.operands(loop)[1] != lengths[axis]) return kNone;
      // Each index is of another loop, since there are as many as axes.
      for (std::size_t k = 0; k < axis; ++k) {
        if (stored[k + 1] == stored[axis + 1]) return kNone;
      }
    }
    return static_cast<BufferId>(g_.node(load).bits[0]);
  }

  NodeId only_statement(RegionId r) const {
    if (!plan_.temporaries[r].empty()) return kNone;
    NodeId found = kNone;
    for (const NodeId id : g_.regions()[r].body) {
      if (plan_.form[id] != Form::Statement) continue;
      if (found != kNone) return kNone;
      found = id;
    }
    return found;
  }

  bool are_alike(BufferId from, BufferId to) const {
    const core::Buffer& a = g_.buffers()[from];
    const core::Buffer& b = g_.buffers()[to];
    if (!a.allocated || a.type != b.type || a.layout != b.layout || a.rank() != b.rank()) {
      return false;
    }
    const auto is_fixed = [&](BufferId array) {
      return is_on_stack(g_.buffers()[array]) || is_handed_over(g_, array);
    };
    return a.rank() > 0 && !is_fixed(from) && !is_fixed(to);
  }

  NodeId only_allocation(BufferId array) const {
    NodeId found = kNone;
    for (const NodeId use : uses_[array]) {
      if (g_.node(use).op != Op::allocate) continue;
      if (found != kNone) return kNone;
      found = use;
    }
    return found;
  }

  /// The position in a region of the statement in which a position lies, if it lies in one.
  Position in_region(Position at, RegionId region) const {
    const auto& regions = g_.regions();
    while (at.region != region && at.region != 0) {
      at = plan_.position[regions[at.region].owner];
    }
    return at;
  }

  const core::Graph& g_;
  const Schedule& plan_;
  std::vector<std::vector<NodeId>> uses_;  // by buffer
  Moves found_;
};

}  // namespace

bool is_handed_over(const core::Graph& graph, BufferId array) {
  const auto& returned = graph.returned;
  if (std::find(returned.begin(), returned.end(), array) != returned.end()) return true;
  return std::ranges::any_of(graph.calls(), [&](const core::Call& call) {
    return std::ranges::any_of(call.arguments, [&](const core::Parameter& argument) {
      return argument.is_buffer && argument.number == array;
    });
  });
}

Moves moves(const core::Graph& graph, const Schedule& plan) { return Search(graph, plan).run(); }

}  // namespace numeta::emit_fortran
