// assume.cpp - see assume.hpp. Taken are checks that run whenever control comes to their place in
// the kernel or in its loops; one on a path of its own may be right to fail with these arguments.
// There has to be a gain: something before the check that the caller sees, or a loop around it.
#include "core/assume.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/live.hpp"
#include "core/rebuild.hpp"
#include "core/statements.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kMostChecks = 64;
constexpr std::size_t kLargestCondition = 64;

class Assumptions {
 public:
  explicit Assumptions(const Graph& graph)
      : g_(graph), live_(live(graph)), taken_(graph.size(), false) {
    walk(0, false);
  }

  const std::vector<NodeId>& checks() const { return checks_; }
  bool is_taken(NodeId id) const { return taken_[id]; }

 private:
  void walk(RegionId region, bool in_loop) {
    for (const NodeId id : g_.regions()[region].body) {
      if (!live_.nodes[id]) continue;
      const Node& n = g_.node(id);
      if (n.op == Op::check && (in_loop || is_seen_)) take(id);
      see(id);
      const bool unconditional = is_loop(n.op) || n.op == Op::block;
      if (unconditional) walk(static_cast<RegionId>(n.bits[0]), in_loop || is_loop(n.op));
    }
  }

  /// Is there anything that the caller sees in a statement?
  void see(NodeId id) {
    const Node& n = g_.node(id);
    if (!live_.nodes[id]) return;
    is_seen_ = is_seen_ || n.op == Op::call || n.op == Op::say;
    each_stored(g_, n,
                [&](BufferId stored) { is_seen_ = is_seen_ || may_overlap(g_.buffers()[stored]); });
    for (const RegionId inner : InnerRegions(n)) {
      if (n.op != Op::branch) continue;  // what others hold is walked through
      for (const NodeId below : g_.regions()[inner].body) see(below);
    }
  }

  void take(NodeId check) {
    const NodeId condition = g_.operands(check)[0];
    if (checks_.size() == kMostChecks || !follows_from_arguments(condition)) return;
    checks_.push_back(check);
    taken_[check] = true;
  }

  bool follows_from_arguments(NodeId condition) const {
    if (g_.is_constant(condition)) return false;
    std::vector<NodeId> todo{condition};
    for (std::size_t k = 0; k < todo.size(); ++k) {
      const Node& n = g_.node(todo[k]);
      const auto operands = g_.operands(todo[k]);
      const bool divides = n.op == Op::quotient || n.op == Op::residue;  // traps for 0
      if (divides && !g_.is_constant(operands[1])) return false;
      if (is_statement(n.op) || n.op == Op::index || todo.size() > kLargestCondition) return false;
      todo.insert(todo.end(), operands.begin(), operands.end());
    }
    return true;
  }

  const Graph& g_;
  Live live_;
  std::vector<NodeId> checks_;
  std::vector<bool> taken_;  // by node
  bool is_seen_ = false;
};

/// A length of an argument that a condition says to be a constant is that constant from here on.
void know_lengths(const Graph& g, NodeId condition, Copying& copying) {
  const Node& n = g.node(condition);
  if (n.op != Op::eq && n.op != Op::logical_and && !(n.op == Op::cast && is_bool(n.type))) return;
  const auto operands = g.operands(condition);
  if (n.op != Op::eq) {
    for (const NodeId part : operands) know_lengths(g, part, copying);
    return;
  }
  for (const std::size_t k : {0U, 1U}) {
    const NodeId length = operands[k];
    const NodeId value = operands[1 - k];
    if (g.node(length).op != Op::dim || !g.is_constant(value)) continue;
    copying.stands_for(length, copying.copied(value));
  }
}

}  // namespace

std::optional<Graph> assume(const Graph& graph) {
  const bool may_decline = graph.may_decline && !graph.one_chain();
  if (!may_decline || !has_own_arrays(graph)) return std::nullopt;
  const Assumptions found(graph);
  const std::vector<NodeId>& checks = found.checks();
  if (checks.empty()) return std::nullopt;
  const auto replace = [&](RegionId region, std::size_t place, Copying& copying) {
    const auto& body = graph.regions()[region].body;
    if (region == 0 && place == 0) {
      Graph& to = copying.to;
      NodeId all = kNone;
      for (const NodeId check : checks) {
        const NodeId one = copying.copied(graph.operands(check)[0]);
        const NodeId both[] = {all, one};
        all = all == kNone || all == one ? one : to.pure(Op::logical_and, DType::b1, true, both);
      }
      to.check(all, kDeclines, {});
      for (const NodeId check : checks) know_lengths(graph, graph.operands(check)[0], copying);
    }
    return place < body.size() && found.is_taken(body[place]);
  };
  Graph made = rebuild(graph, {}, {}, replace);
  made.notes.push_back(
      {graph.node(checks.front()).origin,
       fmt::format("{} check{} of the arguments {} made before all else", checks.size(),
                   checks.size() == 1 ? "" : "s", checks.size() == 1 ? "is" : "are")});
  return made;
}

}  // namespace numeta::core
