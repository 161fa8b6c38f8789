// repetition.cpp - see repetition.hpp. Trees are no higher than kHigh and no larger than
// kLargestTree, so that recursion over them is bounded; along a chain there is none.
#include "core/repetition.hpp"

#include <algorithm>
#include <utility>

namespace numeta::core {
namespace {

constexpr std::size_t kLargestPattern = 1024;

class Pattern {
 public:
  Pattern(const Graph& graph, const Tape& tape, std::uint32_t first, std::uint32_t period,
          bool lead)
      : g_(graph), tape_(tape), lead_(lead) {
    run_.first = first;
    run_.period = period;
    run_.count = 0;
    stretch_ = place_of_item(first).stretch;
  }

  /// The slots, from the repetition that begins at item `start`. Too large a pattern is none.
  bool make(std::uint32_t start) {
    for (std::uint32_t role = 0; role < run_.period; ++role) {
      run_.roots.push_back(static_cast<std::uint32_t>(run_.slots.size()));
      add_slot(tape_.items()[start + role], role, role, start, true);
      if (run_.slots.size() > kLargestPattern) return false;
    }
    return true;
  }

  /// Lays the next repetition over the pattern; false leaves everything as it was.
  bool take_next() {
    start_ = run_.first + run_.period * run_.count;
    row_.assign(run_.slots.size(), kNone);
    places_.assign(run_.slots.size(), 0);
    for (std::uint32_t role = 0; role < run_.period; ++role) {
      const NodeId root = tape_.items()[start_ + role];
      fill(run_.roots[role], root, role, true);
    }
    same_.assign(run_.slots.size(), false);
    open_.assign(run_.slots.size(), false);
    for (std::size_t k = run_.slots.size(); k-- > 0;) compare(static_cast<std::uint32_t>(k));
    for (const std::uint32_t root : run_.roots) {
      if (!open_[root]) return false;
    }
    for (std::size_t k = 0; k < run_.slots.size(); ++k) {
      run_.slots[k].same = same_[k];
      run_.slots[k].open = open_[k];
    }
    run_.rows.push_back(row_);
    ++run_.count;
    return true;
  }

  Run& run() { return run_; }

 private:
  const Place& place_of_item(std::uint32_t item) const { return tape_.at(tape_.items()[item]); }

  SlotKind kind_of(NodeId id) const {
    const Place& place = tape_.at(id);
    const Op op = g_.node(id).op;
    if (place.is_item && place.stretch == stretch_) return SlotKind::Link;
    if (place.is_link) return SlotKind::Outside;
    if (op == Op::constant) return SlotKind::Constant;
    if (op == Op::load) return place.stretch == stretch_ ? SlotKind::Load : SlotKind::Outside;
    const bool leaf = op == Op::argument || op == Op::dim || op == Op::stride || op == Op::index;
    return leaf ? SlotKind::Outside : SlotKind::Operation;
  }

  /// The role before which a load that is needed before role `before` is made, if it can be.
  std::optional<std::uint32_t> place_of_load(NodeId id, std::uint32_t before,
                                             std::uint32_t start) const {
    const std::uint32_t store = tape_.next_store(id, tape_.at(id).position);
    if (store == kNone || store >= start + before) return before;
    if (store < start) return std::nullopt;
    return store - start;
  }

  void add_slot(NodeId id, std::uint32_t role, std::uint32_t before, std::uint32_t start,
                bool is_root) {
    const auto number = run_.slots.size();
    const SlotKind kind = is_root ? SlotKind::Operation : kind_of(id);
    run_.slots.push_back({.node = id, .kind = kind, .role = role, .children = {}});
    Slot& slot = run_.slots.back();
    if (kind == SlotKind::Link) {
      slot.offset =
          static_cast<std::int32_t>(tape_.at(id).position) - static_cast<std::int32_t>(start);
    }
    if (kind == SlotKind::Load) {
      before = place_of_load(id, before, start).value_or(before);
      slot.place = before;
    }
    if (kind != SlotKind::Operation && kind != SlotKind::Load) return;
    for (const NodeId operand : g_.operands(id)) {
      if (run_.slots.size() > kLargestPattern) return;
      const auto child = static_cast<std::uint32_t>(run_.slots.size());
      run_.slots[number].children.push_back(child);
      add_slot(operand, role, before, start, false);
      // How a power is computed may depend on a constant exponent.
      if (row(g_.node(id).op).rule == Rule::Power) run_.slots[child].pinned = true;
    }
  }

  bool is_alike(const Slot& slot, NodeId id) const {
    const Node& a = g_.node(slot.node);
    const Node& b = g_.node(id);
    if (a.op != b.op || a.type != b.type || a.weak != b.weak || a.count != b.count) return false;
    const bool has_bits =
        a.op == Op::load || a.op == Op::store || a.op == Op::check || a.op == Op::table;
    return !has_bits || a.bits[0] == b.bits[0];
  }

  /// Notes which node stands for a slot and those below it; kNone where there is none.
  void fill(std::uint32_t number, NodeId id, std::uint32_t before, bool is_root) {
    const Slot& slot = run_.slots[number];
    row_[number] = id;
    if (slot.kind != SlotKind::Operation && slot.kind != SlotKind::Load) return;
    const bool is_item = tape_.at(id).is_link && !is_root;
    if (is_item || !is_alike(slot, id)) return;
    if (slot.kind == SlotKind::Load) {
      if (tape_.at(id).stretch != stretch_) return;
      before = place_of_load(id, before, start_).value_or(kNone);
      places_[number] = before;
      if (before == kNone) return;
    }
    const auto operands = g_.operands(id);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      fill(slot.children[k], operands[k], before, false);
    }
  }

  void compare(std::uint32_t number) {
    const Slot& slot = run_.slots[number];
    const NodeId id = row_[number];
    same_[number] = slot.same && id == slot.node;
    if (id == kNone || !slot.open) return;
    switch (slot.kind) {
      case SlotKind::Outside: return;
      case SlotKind::Constant: open_[number] = fits_constant(slot, id); return;
      case SlotKind::Link: open_[number] = fits_link(slot, id); return;
      case SlotKind::Load:
        if (places_[number] != slot.place || !is_alike(slot, id)) return;
        break;
      case SlotKind::Operation:
        if (!is_alike(slot, id)) return;
    }
    open_[number] = std::ranges::all_of(slot.children, [&](std::uint32_t child) {
      return open_[child] || (same_[child] && tape_.at(row_[child]).latest <= run_.first);
    });
  }

  bool fits_constant(const Slot& slot, NodeId id) const {
    if (!is_alike(slot, id)) return false;
    return !slot.pinned || id == slot.node;
  }

  bool fits_link(const Slot& slot, NodeId id) const {
    const Place& place = tape_.at(id);
    const auto period = static_cast<std::int32_t>(run_.period);
    if (slot.offset < -period) return false;
    const bool is_first = start_ == run_.first;
    if (slot.offset < 0 && is_first && lead_) {
      const Node& a = g_.node(slot.node);
      const Node& b = g_.node(id);
      return a.type == b.type && a.weak == b.weak && place.latest <= run_.first;
    }
    return place.is_item && place.stretch == stretch_ &&
           static_cast<std::int32_t>(place.position) - static_cast<std::int32_t>(start_) ==
               slot.offset;
  }

  const Graph& g_;
  const Tape& tape_;
  bool lead_;
  Run run_;
  std::uint32_t stretch_;
  std::uint32_t start_ = 0;  // of the repetition that is being compared
  std::vector<NodeId> row_;
  std::vector<std::uint32_t> places_;
  std::vector<bool> same_;
  std::vector<bool> open_;
};

}  // namespace

std::optional<Run> find_run(const Graph& graph, const Tape& tape, std::uint32_t first,
                            std::uint32_t period, std::uint32_t count, std::uint32_t fewest,
                            bool lead, std::uint32_t* reached) {
  Pattern pattern(graph, tape, first, period, lead);
  const bool made = pattern.make(lead ? first + period : first);
  while (made && pattern.run().count < count && pattern.take_next()) {
  }
  *reached = pattern.run().count;
  if (*reached < fewest) return std::nullopt;
  return std::move(pattern.run());
}

}  // namespace numeta::core
