// live.cpp - marking from what is seen to what it needs; see live.hpp.
#include "core/live.hpp"

#include "core/statements.hpp"

namespace numeta::core {
namespace {

class Marking {
 public:
  Marking(const Graph& graph, const Writes& writes)
      : g_(graph),
        writes_(writes),
        stores_(graph.buffers().size()),
        leaving_(graph.regions().size()) {
    out_.nodes.assign(graph.size(), false);
    out_.loaded.assign(graph.buffers().size(), false);
    out_.stored.assign(graph.buffers().size(), false);
  }

  Live run() {
    visit(0);
    for (const Result& result : g_.results) mark(result.value);
    for (const BufferId array : g_.returned) read(array);
    while (!todo_.empty()) {
      const NodeId id = todo_.back();
      todo_.pop_back();
      needs(id);
    }
    return std::move(out_);
  }

 private:
  /// Collects the statements below a region; marks those that are seen.
  void visit(RegionId region) {
    for (const NodeId id : g_.regions()[region].body) {
      const Node& n = g_.node(id);
      if (n.op == Op::allocate) stores_[n.bits[0]].push_back(id);
      if (n.op == Op::store) {
        if (!may_overlap(g_.buffers()[n.bits[0]])) {
          stores_[n.bits[0]].push_back(id);
        } else {
          mark(id);
        }
      }
      if (n.op == Op::foreign) visit_foreign(id);
      if (n.op == Op::check || n.op == Op::call || n.op == Op::repeat) mark(id);
      if (n.op == Op::leave || n.op == Op::cycle) leaving_[n.bits[0]].push_back(id);
      for (const RegionId inner : InnerRegions(n)) visit(inner);
    }
  }

  /// A procedure that only writes arrays is seen by who reads them.
  void visit_foreign(NodeId id) {
    const ForeignCall& call = g_.foreign_calls()[g_.node(id).bits[0]];
    bool is_seen = !g_.foreigns()[call.procedure].only_writes;
    each_stored(g_, call, [&](BufferId stored) {
      is_seen = is_seen || may_overlap(g_.buffers()[stored]);
      stores_[stored].push_back(id);
    });
    if (is_seen) mark(id);
  }

  void mark(NodeId id) {
    if (out_.nodes[id]) return;
    out_.nodes[id] = true;
    todo_.push_back(id);
  }

  /// What a buffer holds is seen, and so is what stores to it.
  void read(BufferId buffer) {
    if (out_.loaded[buffer]) return;
    out_.loaded[buffer] = true;
    for (const NodeId store : stores_[buffer]) mark(store);
  }

  void needs(NodeId id) {
    const Node& n = g_.node(id);
    for (const NodeId operand : g_.operands(id)) mark(operand);
    if (n.op == Op::load) read(static_cast<BufferId>(n.bits[0]));
    if (n.op == Op::store) out_.stored[n.bits[0]] = true;
    if (n.op == Op::call) touched(g_.calls()[n.bits[0]]);
    if (n.op == Op::foreign) {
      const ForeignCall& call = g_.foreign_calls()[n.bits[0]];
      each_given(g_, n, [&](BufferId given) { read(given); });
      each_stored(g_, call, [&](BufferId stored) { out_.stored[stored] = true; });
    }
    if (is_statement(n.op)) enclosing(n.region);
    if (n.op == Op::index) enclosing(n.region);
    if (!has_regions(n.op) || n.op == Op::branch) return;
    for (const NodeId leave : leaving_[n.bits[0]]) mark(leave);
  }

  void touched(const Call& call) {
    for (std::size_t k = 0; k < call.arguments.size(); ++k) {
      if (!call.arguments[k].is_buffer) continue;
      const BufferId buffer = call.arguments[k].number;
      read(buffer);
      if (writes_.empty() || writes_[call.procedure][k]) out_.stored[buffer] = true;
    }
    for (const BufferId result : call.results) out_.stored[result] = true;
  }

  void enclosing(RegionId region) {
    if (region != 0) mark(g_.regions()[region].owner);
  }

  const Graph& g_;
  const Writes& writes_;
  Live out_;
  std::vector<std::vector<NodeId>> stores_;   // of memory that is not the caller's
  std::vector<std::vector<NodeId>> leaving_;  // statements that leave or cycle a region
  std::vector<NodeId> todo_;
};

}  // namespace

Live live(const Graph& graph, const Writes& writes) { return Marking(graph, writes).run(); }

Writes writes_of(std::span<const Graph* const> procedures) {
  Writes out;
  for (const Graph* graph : procedures) out.emplace_back(graph->parameters().size(), false);
  const std::vector<bool> used = reachable(procedures);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t p = 0; p < procedures.size(); ++p) {
      if (!used[p]) continue;
      const Live known = live(*procedures[p], out);
      const auto& parameters = procedures[p]->parameters();
      for (std::size_t k = 0; k < parameters.size(); ++k) {
        if (!parameters[k].is_buffer || !known.stored[parameters[k].number] || out[p][k]) continue;
        out[p][k] = true;
        changed = true;
      }
    }
  }
  return out;
}

std::vector<bool> reachable(std::span<const Graph* const> procedures, std::size_t from) {
  std::vector<bool> out(procedures.size(), false);
  std::vector<std::size_t> open{from};
  out[from] = true;
  while (!open.empty()) {
    const Graph& graph = *procedures[open.back()];
    open.pop_back();
    for (const Call& call : graph.calls()) {
      if (out[call.procedure]) continue;
      out[call.procedure] = true;
      open.push_back(call.procedure);
    }
  }
  return out;
}

}  // namespace numeta::core
