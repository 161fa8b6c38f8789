// rolled_loop.cpp - see rolled_loop.hpp. The index counts as the first access does whose index is a
// progression (`a(k + 1)` for k from 3 rather than `a(k + 4)` from 0); where tables are read it
// counts from 0.
#include "core/rolled_loop.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace numeta::core {
namespace {

/// first + step * (number of the repetition)
struct Progression {
  std::int64_t first = 0;
  std::int64_t step = 0;
};

constexpr std::int64_t kCountable = std::int64_t{1} << 40;

bool is_small(const Progression& p) {
  return std::abs(p.first) < kCountable && std::abs(p.step) < kCountable;
}

/// The integer that a constant is, exactly.
std::optional<std::int64_t> whole_number(const Node& n) {
  if (is_integer(n.type)) return static_cast<std::int64_t>(n.bits[0]);
  if (!is_float(n.type)) return std::nullopt;
  const bool single = bits(n.type) == 32;
  const double value = single ? std::bit_cast<float>(static_cast<std::uint32_t>(n.bits[0]))
                              : std::bit_cast<double>(n.bits[0]);
  const double limit = single ? 0x1p24 : 0x1p53;
  if (!(std::abs(value) < limit) || value != std::floor(value)) return std::nullopt;
  if (value == 0 && std::signbit(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

/// The slots whose values the loop computes, an operand after its user.
std::vector<bool> computed_slots(const Run& run, const Tape& tape) {
  std::vector<bool> out(run.slots.size(), false);
  for (const std::uint32_t root : run.roots) out[root] = true;
  for (std::uint32_t k = 0; k < run.slots.size(); ++k) {
    if (!out[k]) continue;
    for (const std::uint32_t child : run.slots[k].children) {
      out[child] = !run.is_invariant(child, tape);
    }
  }
  return out;
}

class Loop {
 public:
  Loop(const Graph& graph, const Tape& tape, const Run& run, const std::vector<bool>& kept,
       Copying& copying)
      : g_(graph),
        tape_(tape),
        run_(run),
        kept_(kept),
        copying_(copying),
        to_(copying.to),
        computed_(computed_slots(run, tape)),
        progressions_(run.slots.size()),
        values_(run.slots.size(), kNone),
        made_(run.period, kNone),
        variables_(run.period, kNone),
        carried_(run.period, kNone) {}

  void make() {
    find_progressions();
    copy_what_is_before();
    const NodeId first = tape_.items()[run_.first];
    to_.set_origin(g_.node(first).origin);
    const std::int64_t stop = header_.first + header_.step * run_.count;
    region_ = to_.begin_loop(to_.integer(header_.first), to_.integer(stop),
                             to_.integer(header_.step), "k");
    for (std::uint32_t role = 0; role < run_.period; ++role) {
      if (carried_[role] != kNone) carried_[role] = to_.load(variables_[role], {});
    }
    for (std::uint32_t role = 0; role < run_.period; ++role) make_role(role);
    for (std::uint32_t role = 0; role < run_.period; ++role) {
      if (variables_[role] != kNone) to_.store(variables_[role], {}, made_[role]);
    }
    to_.end();
    for (std::uint32_t role = 0; role < run_.period; ++role) {
      const NodeId last = last_of(role);
      if (kept_[last]) copying_.stands_for(last, to_.load(variables_[role], {}));
    }
    to_.notes.push_back({g_.node(first).origin, note()});
  }

 private:
  NodeId last_of(std::uint32_t role) const {
    return tape_.items()[run_.end() - run_.period + role];
  }

  std::string note() const {
    std::size_t statements = 0;
    for (const std::uint32_t root : run_.roots) {
      const Op op = g_.node(run_.slots[root].node).op;
      statements += op == Op::store || op == Op::check ? 1 : 0;
    }
    const std::size_t count = statements > 0 ? statements : run_.period;
    const char* what = statements > 0 ? "statement" : "operation";
    return fmt::format("{} repetitions of {} {}{} became a loop", run_.count, count, what,
                       count == 1 ? "" : "s");
  }

  // ---- constants ----

  void find_progressions() {
    bool has_tables = false;
    for (std::uint32_t k = 0; k < run_.slots.size(); ++k) {
      if (!computed_[k] || run_.slots[k].kind != SlotKind::Constant) continue;
      progressions_[k] = progression_of(k);
      has_tables = has_tables || !progressions_[k];
    }
    if (!has_tables) choose_header();
  }

  std::optional<Progression> progression_of(std::uint32_t slot) const {
    const auto at = [&](std::uint32_t row) { return whole_number(g_.node(run_.rows[row][slot])); };
    const auto first = at(0);
    const auto second = at(1);
    std::int64_t step = 0;
    if (!first || !second || __builtin_sub_overflow(*second, *first, &step)) return std::nullopt;
    std::int64_t wanted = *first;
    for (std::uint32_t row = 1; row < run_.count; ++row) {
      if (__builtin_add_overflow(wanted, step, &wanted) || at(row) != wanted) return std::nullopt;
    }
    return Progression{*first, step};
  }

  /// The progression of the first index, if all others follow from it without a division.
  void choose_header() {
    std::optional<Progression> best;  // the first that counts upwards by one, or the first
    for (std::uint32_t k = 0; k < run_.slots.size(); ++k) {
      const auto& p = progressions_[k];
      if (!p || !is_integer(g_.node(run_.slots[k].node).type)) continue;
      if (!best || (best->step != 1 && p->step == 1)) best = p;
    }
    if (!best) return;
    const bool fits = std::ranges::all_of(progressions_, [&](const auto& other) {
      return !other || (is_small(*other) && other->step % best->step == 0);
    });
    if (fits) header_ = *best;
  }

  NodeId index() const { return to_.regions()[region_].index; }

  NodeId constant(std::uint32_t slot) {
    const Node& n = g_.node(run_.slots[slot].node);
    if (!progressions_[slot]) {
      Table table{n.type, n.weak, {}};
      for (const auto& row : run_.rows) {
        const Node& one = g_.node(row[slot]);
        table.values.push_back({{one.bits[0], one.bits[1]}});
      }
      return to_.entry(std::move(table), index());
    }
    const Progression& p = *progressions_[slot];
    const std::int64_t factor = p.step / header_.step;
    const std::int64_t offset = p.first - factor * header_.first;
    const auto apply = [&](Op op, NodeId a, NodeId b) {
      const NodeId operands[] = {a, b};
      return to_.pure(op, DType::i8, true, operands);
    };
    const bool falls = factor < 0 && factor > -kCountable && offset > 0;  // reads as 9 - 2 * k
    const NodeId scaled = apply(Op::mul, index(), to_.integer(falls ? -factor : factor));
    NodeId sum = kNone;
    if (falls) {
      sum = apply(Op::sub, to_.integer(offset), scaled);
    } else if (offset < 0 && offset > -kCountable) {
      sum = apply(Op::sub, scaled, to_.integer(-offset));
    } else {
      sum = apply(Op::add, scaled, to_.integer(offset));
    }
    return to_.cast(sum, n.type, n.weak);
  }

  // ---- values ----

  void copy_what_is_before() {
    for (const NodeId id : values_before(run_, tape_)) copying_.copied(id);
    for (std::uint32_t k = 0; k < run_.slots.size(); ++k) {
      const Slot& slot = run_.slots[k];
      if (!computed_[k] || slot.kind != SlotKind::Link || slot.offset >= 0) continue;
      carried_[role_before(slot)] = run_.rows[0][k];
    }
    for (std::uint32_t role = 0; role < run_.period; ++role) {
      if (carried_[role] == kNone && !kept_[last_of(role)]) continue;
      const Node& n = g_.node(last_of(role));
      to_.set_origin(n.origin);
      variables_[role] = to_.variable("running", n.type, n.weak);
      if (carried_[role] == kNone) continue;
      to_.store(variables_[role], {}, copying_.copied(carried_[role]));
    }
  }

  std::uint32_t role_before(const Slot& slot) const {
    return static_cast<std::uint32_t>(slot.offset + static_cast<std::int32_t>(run_.period));
  }

  void make_role(std::uint32_t role) {
    for (auto k = static_cast<std::uint32_t>(run_.slots.size()); k-- > 0;) {
      const Slot& slot = run_.slots[k];
      if (!computed_[k] || slot.kind != SlotKind::Load || slot.place != role) continue;
      const std::vector<NodeId> indices = operands_of(slot);
      to_.set_origin(g_.node(slot.node).origin);
      values_[k] = to_.load(static_cast<BufferId>(g_.node(slot.node).bits[0]), indices);
    }
    const Slot& root = run_.slots[run_.roots[role]];
    const Node& n = g_.node(root.node);
    const std::vector<NodeId> operands = operands_of(root);
    to_.set_origin(n.origin);
    const auto rest = std::span(operands).subspan(n.op == Op::load ? 0 : 1);
    const auto buffer = static_cast<BufferId>(n.bits[0]);
    switch (n.op) {
      case Op::store: return to_.store(buffer, rest, operands[0]);
      case Op::check: return to_.check(operands[0], n.bits[0], rest);
      case Op::load: made_[role] = to_.load(buffer, rest); return;
      default: made_[role] = operation(n, operands);
    }
  }

  NodeId operation(const Node& n, const std::vector<NodeId>& operands) {
    if (n.op == Op::cast) return to_.cast(operands[0], n.type, n.weak);
    if (n.op == Op::table) return to_.entry(g_.tables()[n.bits[0]], operands[0]);
    return to_.pure(n.op, n.type, n.weak, operands);
  }

  std::vector<NodeId> operands_of(const Slot& slot) {
    std::vector<NodeId> out;
    for (const std::uint32_t child : slot.children) out.push_back(value(child));
    return out;
  }

  NodeId value(std::uint32_t number) {
    const Slot& slot = run_.slots[number];
    if (!computed_[number]) return copying_.copied(slot.node);
    switch (slot.kind) {
      case SlotKind::Constant: return constant(number);
      case SlotKind::Link:
        return slot.offset >= 0 ? made_[static_cast<std::uint32_t>(slot.offset)]
                                : carried_[role_before(slot)];
      case SlotKind::Load: return values_[number];
      case SlotKind::Operation: {
        const std::vector<NodeId> operands = operands_of(slot);
        to_.set_origin(g_.node(slot.node).origin);
        return operation(g_.node(slot.node), operands);
      }
      case SlotKind::Outside: break;
    }
    throw std::logic_error("roll: a value from outside that changes");
  }

  const Graph& g_;
  const Tape& tape_;
  const Run& run_;
  const std::vector<bool>& kept_;
  Copying& copying_;
  Graph& to_;
  std::vector<bool> computed_;                            // by slot
  std::vector<std::optional<Progression>> progressions_;  // by slot
  std::vector<NodeId> values_;                            // of loads, by slot
  std::vector<NodeId> made_;                              // by role
  std::vector<BufferId> variables_;                       // by role, where one is needed
  std::vector<NodeId> carried_;  // by role: its value in the repetition before
  Progression header_{0, 1};
  RegionId region_ = 0;
};

}  // namespace

std::vector<NodeId> values_before(const Run& run, const Tape& tape) {
  const std::vector<bool> computed = computed_slots(run, tape);
  std::vector<NodeId> out;
  for (std::uint32_t k = 0; k < run.slots.size(); ++k) {
    const Slot& slot = run.slots[k];
    if (!computed[k]) continue;
    if (slot.kind == SlotKind::Link && slot.offset < 0) out.push_back(run.rows[0][k]);
    for (const std::uint32_t child : slot.children) {
      if (!computed[child]) out.push_back(run.slots[child].node);
    }
  }
  return out;
}

void make_loop(const Graph& graph, const Tape& tape, const Run& run, const std::vector<bool>& kept,
               Copying& copying) {
  Loop(graph, tape, run, kept, copying).make();
}

}  // namespace numeta::core
