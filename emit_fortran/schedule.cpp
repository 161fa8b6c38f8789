// schedule.cpp - placement by one backward pass (users before operands, since operands have smaller
// ids) and one forward pass that cuts large expressions.
#include "emit_fortran/schedule.hpp"

#include <algorithm>

namespace numeta::emit_fortran {
namespace {

using core::Graph;
using core::kNone;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

constexpr std::uint32_t kLargestExpression = 40;
constexpr std::uint32_t kFurthestLoad = 64;

bool is_symbol(const Graph& g, NodeId id) {
  switch (g.node(id).op) {
    case Op::constant:
    case Op::argument:
    case Op::dim:
    case Op::index:
    case Op::carried:
    case Op::result: return true;
    default: return false;
  }
}

class Scheduler {
 public:
  explicit Scheduler(const Graph& graph)
      : g_(graph), uses_(graph.size(), 0), order_(graph.size(), 0), first_use_(graph.size()) {
    plan_.form.assign(graph.size(), Form::Unused);
    plan_.position.assign(graph.size(), {});
    plan_.temporaries.resize(graph.regions().size());
  }

  Schedule run() {
    number_statements();
    const auto end = static_cast<std::uint32_t>(g_.regions()[0].body.size());
    for (const core::Result& result : g_.results) use(result.value, {0, end});
    for (RegionId r = 0; r < g_.regions().size(); ++r) {
      const auto last = static_cast<std::uint32_t>(g_.regions()[r].body.size());
      for (const NodeId id : g_.regions()[r].yields) use(id, {r, last});
    }
    for (NodeId id = static_cast<NodeId>(g_.size()); id-- > 0;) place(id);
    cut();
    return std::move(plan_);
  }

 private:
  void number_statements() {
    for (RegionId r = 0; r < g_.regions().size(); ++r) {
      const auto& body = g_.regions()[r].body;
      for (std::uint32_t k = 0; k < body.size(); ++k) {
        order_[body[k]] = k;
        plan_.position[body[k]] = {r, k};
        plan_.form[body[k]] = Form::Statement;
      }
    }
  }

  Position own(NodeId statement) const {
    return {g_.node(statement).op == Op::loop ? g_.regions()[g_.node(statement).bits[0]].parent
                                              : g_.node(statement).region,
            order_[statement]};
  }

  /// The last position before both: in the innermost region that encloses them.
  Position meet(Position a, Position b) const {
    const auto& regions = g_.regions();
    const auto climb = [&](Position& p) { p = own(regions[p.region].owner); };
    while (regions[a.region].depth > regions[b.region].depth) climb(a);
    while (regions[b.region].depth > regions[a.region].depth) climb(b);
    while (a.region != b.region) {
      climb(a);
      climb(b);
    }
    return {a.region, std::min(a.index, b.index)};
  }

  void use(NodeId id, Position where) {
    Position& known = plan_.position[id];
    if (g_.node(id).op == Op::load) {
      first_use_[id] = uses_[id] == 0 ? where : meet(first_use_[id], where);
    } else {
      known = uses_[id] == 0 ? where : meet(known, where);
    }
    ++uses_[id];
  }

  bool is_cheap(NodeId id) const {
    const Node& n = g_.node(id);
    const bool bound = core::row(n.op).rule == core::Rule::Extremum;  // of a loop
    const bool sum = n.op == Op::add || n.op == Op::sub || n.op == Op::neg;
    if (!sum && !bound && n.op != Op::cast) return false;
    if (!core::is_integer(n.type) && n.op != Op::cast) return false;
    const auto all = g_.operands(id);
    return std::all_of(all.begin(), all.end(), [&](NodeId o) { return is_symbol(g_, o); });
  }

  /// Can a statement in (from, to) of the region change what the load reads?
  bool is_disturbed(const Node& load, RegionId region, std::uint32_t from, std::uint32_t to) const {
    const auto& body = g_.regions()[region].body;
    for (std::uint32_t k = from + 1; k < to; ++k) {
      const Node& n = g_.node(body[k]);
      if (n.op == Op::loop) return true;
      if (n.op == Op::store && (g_.one_chain() || n.bits[0] == load.bits[0])) return true;
    }
    return false;
  }

  Position place_load(NodeId id) {
    const Node& n = g_.node(id);
    const Position here = plan_.position[id];
    const Position there = uses_[id] == 0 ? here : first_use_[id];
    const bool movable = uses_[id] == 1 && there.region == here.region &&
                         there.index - here.index <= kFurthestLoad &&
                         !is_disturbed(n, here.region, here.index, there.index);
    if (!movable) return here;
    plan_.form[id] = Form::Inline;
    plan_.position[id] = there;
    return there;
  }

  void place(NodeId id) {
    const Node& n = g_.node(id);
    Position where = plan_.position[id];
    if (n.op == Op::load) {
      if (uses_[id] == 0) {
        plan_.form[id] = Form::Unused;
        return;
      }
      where = place_load(id);
    } else if (!core::is_statement(n.op)) {
      if (uses_[id] == 0) return;
      const bool inlined = uses_[id] == 1 || is_symbol(g_, id) || is_cheap(id);
      plan_.form[id] = inlined ? Form::Inline : Form::Temporary;
    }
    for (const NodeId operand : g_.operands(id)) use(operand, where);
  }

  void cut() {
    std::vector<std::uint32_t> size(g_.size(), 1);
    for (NodeId id = 0; id < g_.size(); ++id) {
      Form& form = plan_.form[id];
      if (form == Form::Unused) continue;
      std::uint32_t total = 1;
      for (const NodeId operand : g_.operands(id)) {
        if (plan_.form[operand] == Form::Inline) total += size[operand];
      }
      size[id] = total;
      const bool is_load = g_.node(id).op == Op::load;
      if (form == Form::Inline && total > kLargestExpression && !is_load) {
        form = Form::Temporary;
      }
      if (form == Form::Temporary) {
        const Position at = plan_.position[id];
        plan_.temporaries[at.region].emplace_back(at.index, id);
      }
    }
    for (auto& list : plan_.temporaries) std::sort(list.begin(), list.end());
  }

  const Graph& g_;
  Schedule plan_;
  std::vector<std::uint32_t> uses_;
  std::vector<std::uint32_t> order_;
  std::vector<Position> first_use_;
};

}  // namespace

Schedule schedule(const Graph& graph) { return Scheduler(graph).run(); }

}  // namespace numeta::emit_fortran
