// fill.cpp - see fill.hpp. The parts are the same loop with other bounds: the ranges of their
// indices decide the comparison.
#include "core/fill.hpp"

#include <vector>

#include "core/live.hpp"
#include "core/rebuild.hpp"

namespace numeta::core {
namespace {

class Filling {
 public:
  explicit Filling(const Graph& graph) : g_(graph), live_(live(graph)) {}

  /// The index at which the second part of a loop begins, or nothing where it has one part.
  std::optional<std::int64_t> second_part(NodeId loop) const {
    const auto bounds = g_.operands(loop);
    const Region& region = g_.regions()[g_.node(loop).bits[0]];
    if (region.parallel != Parallel::No || !g_.is_integer_constant(bounds[2], 1)) return {};
    std::optional<std::int64_t> out;
    for (const NodeId id : region.body) {
      if (!live_.nodes[id]) continue;
      if (g_.node(id).op != Op::store) return {};
      const NodeId value = g_.operands(id)[0];
      if (!depends(value, region.index)) continue;
      const auto place = changes_at(value, region.index);
      if (!place || (out && *out != *place)) return {};
      out = place;
    }
    const Interval start = g_.range(bounds[0]);
    const Interval stop = g_.range(bounds[1]);
    return out && start.high < *out && *out < stop.high ? out : std::nullopt;
  }

  bool is_live(NodeId id) const { return live_.nodes[id]; }

 private:
  bool depends(NodeId value, NodeId index) const {
    return g_.node(value).region == g_.node(index).region;
  }

  /// Where in the loop a value becomes another one, which is then kept.
  std::optional<std::int64_t> changes_at(NodeId value, NodeId index) const {
    const Node& n = g_.node(value);
    const auto operands = g_.operands(value);
    if (n.op == Op::cast || n.op == Op::logical_not) return changes_at(operands[0], index);
    if (n.op == Op::select) {
      if (depends(operands[1], index) || depends(operands[2], index)) return {};
      return changes_at(operands[0], index);
    }
    const bool is_order = n.op == Op::lt || n.op == Op::le;
    if (!is_order || is_float(g_.node(operands[0]).type)) return {};
    // c <= i and i < c change at c, c < i and i <= c after it.
    const bool is_above = operands[1] == index;
    const NodeId constant = operands[is_above ? 0 : 1];
    if (operands[is_above ? 1 : 0] != index || !g_.is_constant(constant)) return {};
    const std::int64_t c = g_.integer_value(constant);
    if (g_.node(constant).type != DType::i8 || c == INT64_MAX) return {};
    return is_above == (n.op == Op::le) ? c : c + 1;
  }

  const Graph& g_;
  Live live_;
};

}  // namespace

std::optional<Graph> fill(const Graph& graph) {
  const Filling filling(graph);
  std::vector<std::optional<std::int64_t>> middles(graph.size());  // by loop statement
  bool any = false;
  for (NodeId id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != Op::loop || !filling.is_live(id)) continue;
    middles[id] = filling.second_part(id);
    any = any || middles[id];
  }
  if (!any) return std::nullopt;
  const Replace replace = of_statements(graph, [&](NodeId loop, Copying& copying) {
    if (!middles[loop]) return false;
    const Region& whole = graph.regions()[graph.node(loop).bits[0]];
    Graph& to = copying.to;
    const NodeId start = copying.copied(graph.operands(loop)[0]);
    const NodeId stop = copying.copied(graph.operands(loop)[1]);
    const NodeId middle = to.integer(*middles[loop]);
    const NodeId both[] = {stop, middle};
    to.set_origin(graph.node(loop).origin);
    const NodeId first_stop = to.pure(Op::minimum, DType::i8, true, both);
    const auto part = [&](NodeId from, NodeId end) {
      const RegionId made = to.begin_loop(from, end, to.integer(1), whole.name);
      copying.stands_for(whole.index, to.regions()[made].index);
      copying.apart([&] {
        for (const NodeId id : whole.body) {
          if (filling.is_live(id)) copying.statement(id);
        }
      });
      to.end();
    };
    part(start, first_stop);
    part(middle, stop);
    return true;
  });
  return rebuild(graph, {}, {}, replace);
}

}  // namespace numeta::core
