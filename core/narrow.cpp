// narrow.cpp - a fixpoint over the nodes in the order of their ids; a range that still grows after
// a few rounds is opened to the end of its type.
#include "core/narrow.hpp"

#include <algorithm>

#include "core/live.hpp"
#include "core/rebuild.hpp"

namespace numeta::core {
namespace {

constexpr int kRoundsBeforeWidening = 3;

class Ranges {
 public:
  explicit Ranges(const Graph& graph)
      : g_(graph),
        live_(live(graph)),
        values_(graph.size()),
        reached_(graph.size(), false),
        variables_(graph.buffers().size()),
        known_(graph.buffers().size(), false) {}

  std::vector<Interval> run() {
    for (int round = 0; pass(round > kRoundsBeforeWidening); ++round) {
    }
    for (BufferId k = 0; k < variables_.size(); ++k) {
      if (!known_[k]) variables_[k] = whole(g_.buffers()[k].type);
    }
    return std::move(variables_);
  }

 private:
  /// One walk over all nodes; did the range of a variable change?
  bool pass(bool widens) {
    bool changed = false;
    for (NodeId id = 0; id < g_.size(); ++id) {
      const Node& n = g_.node(id);
      reached_[id] = is_reached(id);
      if (!reached_[id]) continue;
      values_[id] = range_of_node(id);
      if (n.op == Op::call) {
        for (const BufferId result : g_.calls()[n.bits[0]].results) {
          changed = grow(result, whole(g_.buffers()[result].type), widens) || changed;
        }
      }
      if (n.op == Op::foreign) {
        const BufferId result = g_.foreign_calls()[n.bits[0]].result;
        if (result != kNone) {
          changed = grow(result, whole(g_.buffers()[result].type), widens) || changed;
        }
      }
      if (n.op != Op::store || !live_.nodes[id] || !g_.buffers()[n.bits[0]].local) continue;
      changed =
          grow(static_cast<BufferId>(n.bits[0]), values_[g_.operands(id)[0]], widens) || changed;
    }
    return changed;
  }

  /// A value that depends on a variable which nothing was stored into yet has no range yet.
  bool is_reached(NodeId id) const {
    const Node& n = g_.node(id);
    if (n.op == Op::load && g_.buffers()[n.bits[0]].local && !known_[n.bits[0]]) return false;
    const auto operands =
        n.op == Op::index ? g_.operands(g_.regions()[n.bits[0]].owner) : g_.operands(id);
    return std::all_of(operands.begin(), operands.end(),
                       [&](NodeId operand) { return reached_[operand]; });
  }

  bool grow(BufferId variable, Interval stored, bool widens) {
    const Interval all = whole(g_.buffers()[variable].type);
    Interval& range = variables_[variable];
    Interval wider = known_[variable] ? join(range, stored) : stored;
    if (widens && known_[variable]) {
      if (wider.low < range.low) wider.low = all.low;
      if (wider.high > range.high) wider.high = all.high;
    }
    if (known_[variable] && wider == range) return false;
    known_[variable] = true;
    range = wider;
    return true;
  }

  Interval range_of_node(NodeId id) const {
    const Node& n = g_.node(id);
    const auto operands = g_.operands(id);
    const auto value = [&](std::size_t k) { return values_[operands[k]]; };
    switch (n.op) {
      case Op::load: {
        const auto buffer = static_cast<BufferId>(n.bits[0]);
        const bool tracked = g_.buffers()[buffer].local && known_[buffer];
        return tracked ? variables_[buffer] : g_.range(id);
      }
      case Op::index: {
        const auto bounds = g_.operands(g_.regions()[n.bits[0]].owner);
        return range_of_index(values_[bounds[0]], values_[bounds[1]], values_[bounds[2]]);
      }
      case Op::select: return join(value(1), value(2));
      case Op::cast: {
        const DType from = g_.node(operands[0]).type;
        if (!is_integer(n.type) || !is_integer(from)) return g_.range(id);
        return range_of_cast(n.type, from, value(0));
      }
      default: break;
    }
    if (is_structural(n.op) || !is_integer(n.type)) return g_.range(id);
    return meet(g_.range(id), range_of(n.op, n.type, n.weak, value(0),
                                       operands.size() > 1 ? value(1) : Interval{}));
  }

  const Graph& g_;
  Live live_;
  std::vector<Interval> values_;     // by node
  std::vector<bool> reached_;        // by node
  std::vector<Interval> variables_;  // by buffer
  std::vector<bool> known_;          // has anything been stored there yet
};

}  // namespace

std::optional<Graph> narrow(const Graph& graph) {
  const auto& buffers = graph.buffers();
  const bool has_locals = std::any_of(buffers.begin(), buffers.end(),
                                      [](const Buffer& buffer) { return buffer.local; });
  const auto& regions = graph.regions();
  const bool has_needless = std::ranges::any_of(regions, [&](const Region& region) {
    return region.index != kNone && runs_once(graph, region);
  });
  if (!has_locals && !has_needless) return std::nullopt;
  return rebuild(graph, {}, Ranges(graph).run());
}

}  // namespace numeta::core
