// timeline.cpp - one walk over the statements; see timeline.hpp.
#include "core/timeline.hpp"

#include <algorithm>

#include "core/statements.hpp"

namespace numeta::core {

Timeline::Timeline(const Graph& graph, const Live& live)
    : g_(graph),
      live_(live),
      at_(graph.size(), 0),
      spans_(graph.regions().size()),
      writes_(graph.buffers().size()),
      loads_(graph.buffers().size()),
      given_(graph.buffers().size(), false) {
  number(0);
}

void Timeline::number(RegionId region) {
  spans_[region].first = next_++;
  for (const NodeId id : g_.regions()[region].body) {
    if (!live_.nodes[id]) continue;
    at_[id] = next_++;
    const Node& n = g_.node(id);
    if (n.op == Op::load) loads_[n.bits[0]].push_back(id);
    each_given(g_, n, [&](BufferId given) { given_[given] = true; });
    each_stored(g_, n, [&](BufferId stored) { changes(stored, id); });
    for (const RegionId inner : InnerRegions(n)) number(inner);
  }
  spans_[region].last = next_++;
}

void Timeline::changes(BufferId buffer, NodeId statement) {
  (is_shared(buffer) ? shared_ : writes_[buffer]).push_back({at_[statement], statement, buffer});
}

std::uint32_t Timeline::end(NodeId statement) const {
  std::uint32_t out = at_[statement];
  for (const RegionId inner : InnerRegions(g_.node(statement))) out = spans_[inner].last;
  return out;
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
