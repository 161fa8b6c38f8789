// timeline.cpp - one walk over the statements; see timeline.hpp.
#include "core/timeline.hpp"

#include <algorithm>

namespace numeta::core {

Timeline::Timeline(const Graph& graph, const Live& live)
    : g_(graph),
      live_(live),
      at_(graph.size(), 0),
      spans_(graph.regions().size()),
      writes_(graph.buffers().size()),
      loads_(graph.buffers().size()) {
  number(0);
}

void Timeline::number(RegionId region) {
  spans_[region].first = next_++;
  for (const NodeId id : g_.regions()[region].body) {
    if (!live_.nodes[id]) continue;
    at_[id] = next_++;
    const Node& n = g_.node(id);
    const auto buffer = static_cast<BufferId>(n.bits[0]);
    if (n.op == Op::load) loads_[buffer].push_back(id);
    if (n.op == Op::store || n.op == Op::allocate) changes(buffer, id);
    if (n.op == Op::call) {
      const Call& call = g_.calls()[n.bits[0]];
      for (const Parameter& argument : call.arguments) {
        if (argument.is_buffer) changes(argument.number, id);
      }
      for (const BufferId result : call.results) changes(result, id);
    }
    if (!has_regions(n.op)) continue;
    number(static_cast<RegionId>(n.bits[0]));
    if (n.op == Op::branch && n.bits[1] != kNone) number(static_cast<RegionId>(n.bits[1]));
  }
  spans_[region].last = next_++;
}

void Timeline::changes(BufferId buffer, NodeId statement) {
  (is_shared(buffer) ? shared_ : writes_[buffer]).push_back({at_[statement], statement, buffer});
}

std::uint32_t Timeline::end(NodeId statement) const {
  const Node& n = g_.node(statement);
  if (!has_regions(n.op)) return at_[statement];
  const bool has_two = n.op == Op::branch && n.bits[1] != kNone;
  return spans_[n.bits[has_two ? 1 : 0]].last;
}

std::span<const Write> Timeline::writes(BufferId buffer, std::uint32_t after,
                                        std::uint32_t before) const {
  const std::vector<Write>& all = is_shared(buffer) ? shared_ : writes_[buffer];
  const auto low = std::ranges::upper_bound(all, after, {}, &Write::at);
  const auto high = std::ranges::lower_bound(all, before, {}, &Write::at);
  return {low, std::max(low, high)};
}

bool has_own_arrays(const Graph& graph) {
  return std::ranges::any_of(graph.buffers(), &Buffer::allocated);
}

}  // namespace numeta::core
