// tape.cpp - links from heights, the order from ids, shapes from the operands up; see tape.hpp.
#include "core/tape.hpp"

#include <algorithm>
#include <array>

#include "core/statements.hpp"

namespace numeta::core {
namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29);
}

bool may_be_link(Op op) { return !is_structural(op) || op == Op::cast || op == Op::load; }

}  // namespace

Tape::Tape(const Graph& graph)
    : g_(graph),
      live_(live(graph)),
      places_(graph.size()),
      links_(graph.regions().size()),
      stores_(graph.buffers().size() + 1) {
  find_links();
  const std::vector<NodeId> last = last_statements();
  for (RegionId r = 0; r < g_.regions().size(); ++r) lay_out(r, last);
  measure();
  find_last_uses();
}

/// Nodes above kHigh are links. Downwards from there a chain goes on through the operands that hold
/// links in the operations above: its first operations are links too.
void Tape::find_links() {
  std::vector<std::uint32_t> height(g_.size(), 0);
  std::array<std::uint32_t, kOpCount> through{};  // the operands of an operation that hold links
  for (NodeId id = 0; id < g_.size(); ++id) {
    const Node& n = g_.node(id);
    if (!may_be_link(n.op)) continue;
    const auto operands = g_.operands(id);
    for (const NodeId o : operands) height[id] = std::max(height[id], height[o] + 1);
    places_[id].is_link = height[id] > kHigh;
    if (!places_[id].is_link) continue;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      if (height[operands[k]] > kHigh) through[static_cast<std::size_t>(n.op)] |= 1U << k;
    }
  }
  for (auto id = static_cast<NodeId>(g_.size()); id-- > 0;) {
    if (!places_[id].is_link || !live_.nodes[id]) continue;
    const auto operands = g_.operands(id);
    if (g_.node(id).op != Op::load) links_[g_.node(id).region].push_back(id);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const bool goes_on = (through[static_cast<std::size_t>(g_.node(id).op)] >> k & 1U) != 0;
      const Op op = g_.node(operands[k]).op;
      if (goes_on && may_be_link(op) && op != Op::load) places_[operands[k]].is_link = true;
    }
  }
  for (auto& list : links_) std::ranges::reverse(list);
}

/// The greatest id of a statement in each region and those inside it.
std::vector<NodeId> Tape::last_statements() const {
  std::vector<NodeId> last(g_.regions().size(), 0);
  for (auto r = static_cast<RegionId>(last.size()); r-- > 0;) {
    const Region& region = g_.regions()[r];
    for (const NodeId id : region.body) last[r] = std::max(last[r], id);
    if (region.parent != kNone) last[region.parent] = std::max(last[region.parent], last[r]);
  }
  return last;
}

/// Statements and links of a region in the order of their ids, which is that of the program as long
/// as the ids of the body rise; a region of which this is not so has no stretches.
void Tape::lay_out(RegionId region, const std::vector<NodeId>& last_statement) {
  const auto& body = g_.regions()[region].body;
  if (!std::ranges::is_sorted(body)) return;
  const auto& links = links_[region];
  auto link = links.begin();
  open_stretch(region);
  for (const NodeId id : body) {
    for (; link != links.end() && *link < id; ++link) put(*link);
    const Node& n = g_.node(id);
    if (n.op == Op::call || n.op == Op::foreign || n.op == Op::allocate) {
      close_stretch();
      open_stretch(region);
      continue;
    }
    if (!has_regions(n.op)) {
      if (live_.nodes[id]) put(id);
      continue;
    }
    // Links that were made inside a construct belong to no stretch: they may be needed in it.
    NodeId last = id;
    for (const RegionId inner : InnerRegions(n)) last = std::max(last, last_statement[inner]);
    while (link != links.end() && *link <= last) ++link;
    close_stretch();
    open_stretch(region);
  }
  for (; link != links.end(); ++link) put(*link);
  close_stretch();
}

void Tape::open_stretch(RegionId region) {
  const auto first = static_cast<std::uint32_t>(items_.size());
  stretches_.push_back({region, first, first});
}

void Tape::close_stretch() { stretches_.back().last = static_cast<std::uint32_t>(items_.size()); }

void Tape::put(NodeId id) {
  const Node& n = g_.node(id);
  Place& place = places_[id];
  place.stretch = static_cast<std::uint32_t>(stretches_.size() - 1);
  place.position = static_cast<std::uint32_t>(items_.size());
  if (n.op == Op::load && !place.is_link) return loads_.push_back(id);
  if (n.op == Op::store) stores_[chain_of(n)].push_back(place.position);
  place.is_item = true;
  items_.push_back(id);
}

/// Accesses that may meet have one number.
std::size_t Tape::chain_of(const Node& access) const {
  const bool shared = g_.one_chain() && may_overlap(g_.buffers()[access.bits[0]]);
  return shared ? stores_.size() - 1 : access.bits[0];
}

std::uint32_t Tape::next_store(NodeId load, std::uint32_t position) const {
  const auto& stores = stores_[chain_of(g_.node(load))];
  const auto next = std::ranges::lower_bound(stores, position);
  if (next == stores.end()) return kNone;
  return *next < stretches_[places_[load].stretch].last ? *next : kNone;
}

void Tape::measure() {
  for (NodeId id = 0; id < g_.size(); ++id) {
    const Node& n = g_.node(id);
    Place& place = places_[id];
    const std::uint64_t own[] = {static_cast<std::uint64_t>(n.op),
                                 static_cast<std::uint64_t>(n.type), n.weak, n.count};
    for (const std::uint64_t part : own) place.shape = mixed(place.shape, part);
    const bool is_kept = n.op != Op::constant && is_structural(n.op) && !has_regions(n.op);
    if (is_kept) place.shape = mixed(place.shape, n.bits[0]);
    if (n.op == Op::dim || n.op == Op::stride) place.shape = mixed(place.shape, n.bits[1]);
    if (n.op == Op::load && place.stretch != kNone) place.latest = place.position;
    for (const NodeId operand : g_.operands(id)) {
      const Place& part = places_[operand];
      place.latest = std::max(place.latest, part.latest);
      place.size = std::min(place.size + (part.is_link ? 1 : part.size), kLargestTree + 1);
      place.shape = mixed(place.shape, part.is_link ? 1 : part.shape);
    }
    if (place.is_item) place.latest = place.position + 1;
    // Too large to be compared: like nothing else.
    if (place.size > kLargestTree) place.shape = mixed(place.shape, id);
  }
}

void Tape::find_last_uses() {
  for (const Result& result : g_.results) use(result.value, kAnywhere, kNone);
  for (auto id = static_cast<NodeId>(g_.size()); id-- > 0;) {
    if (!live_.nodes[id]) continue;
    const Place& place = places_[id];
    const Op op = g_.node(id).op;
    const bool has_place = !is_statement(op) || op == Op::load;
    for (const NodeId operand : g_.operands(id)) {
      if (place.is_item) {
        use(operand, place.position, place.stretch);
      } else if (has_place) {
        use(operand, place.last_use, place.used_in);
      } else {
        use(operand, kAnywhere, kNone);
      }
    }
  }
}

void Tape::use(NodeId id, std::uint32_t position, std::uint32_t stretch) {
  Place& place = places_[id];
  const bool elsewhere = place.stretch != kNone && stretch != place.stretch;
  const bool both = place.used_in != kNone && stretch != place.used_in;
  if (elsewhere || both || place.last_use == kAnywhere) {
    place.last_use = kAnywhere;
    return;
  }
  place.used_in = stretch;
  place.last_use = std::max(place.last_use, position);
}

}  // namespace numeta::core
