// effects.cpp - see effects.hpp.
#include "core/effects.hpp"

#include <algorithm>

#include "core/statements.hpp"

namespace numeta::core {
namespace {

class Collection {
 public:
  Collection(const Graph& graph, const Live& live) : g_(graph), live_(live) {
    const auto& buffers = graph.buffers();
    const auto first = std::ranges::find_if(buffers, may_overlap);
    shared_ = static_cast<BufferId>(first - buffers.begin());
  }

  Effects run(NodeId statement) {
    visit(statement);
    std::ranges::sort(out_.accesses, {}, &Access::buffer);
    return std::move(out_);
  }

 private:
  void visit(NodeId id) {
    const Node& n = g_.node(id);
    if (!live_.nodes[id]) return;
    if (n.op == Op::load) add(id, static_cast<BufferId>(n.bits[0]), false);
    each_given(g_, n, [&](BufferId given) { add(id, given, false); });
    if (n.op == Op::foreign) {
      const ForeignCall& call = g_.foreign_calls()[n.bits[0]];
      out_.fails = out_.fails || !g_.foreigns()[call.procedure].only_writes;
    }
    each_stored(g_, n, [&](BufferId stored) {
      add(id, stored, true);
      out_.is_seen = out_.is_seen || may_overlap(g_.buffers()[stored]);
      out_.carries = out_.carries || g_.buffers()[stored].local;
    });
    out_.fails = out_.fails || n.op == Op::check || n.op == Op::call || n.op == Op::repeat;
    out_.jumps = out_.jumps || n.op == Op::leave || n.op == Op::cycle;
    for (const RegionId inner : InnerRegions(n)) {
      for (const NodeId below : g_.regions()[inner].body) visit(below);
    }
  }

  void add(NodeId statement, BufferId buffer, bool writes) {
    const bool is_shared = g_.one_chain() && may_overlap(g_.buffers()[buffer]);
    out_.accesses.push_back({statement, is_shared ? shared_ : buffer, writes});
  }

  const Graph& g_;
  const Live& live_;
  Effects out_;
  BufferId shared_;
};

}  // namespace

Effects effects_of(const Graph& graph, const Live& live, NodeId statement) {
  return Collection(graph, live).run(statement);
}

Effects together(const Effects& first, const Effects& second) {
  Effects out;
  std::ranges::merge(first.accesses, second.accesses, std::back_inserter(out.accesses), {},
                     &Access::buffer, &Access::buffer);
  out.fails = first.fails || second.fails;
  out.jumps = first.jumps || second.jumps;
  out.is_seen = first.is_seen || second.is_seen;
  out.carries = first.carries || second.carries;
  return out;
}

bool may_swap(const Effects& first, const Effects& second) {
  if (first.jumps || second.jumps || !may_interleave(first, second)) return false;
  return all_conflicts(first, second, [](const Access&, const Access&) { return false; });
}

bool may_interleave(const Effects& first, const Effects& second) {
  const bool first_matters = first.fails || first.is_seen;
  const bool second_matters = second.fails || second.is_seen;
  return !(first.fails && second_matters) && !(second.fails && first_matters);
}

}  // namespace numeta::core
