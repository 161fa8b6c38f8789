// schedule.cpp - placement by one backward pass (users before operands, since operands have smaller
// ids) and one forward pass that cuts large expressions.
#include "emit_fortran/schedule.hpp"

#include <algorithm>

#include "core/statements.hpp"

namespace numeta::emit_fortran {
namespace {

using core::BufferId;
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
    case Op::stride:
    case Op::index: return true;
    default: return false;
  }
}

class Scheduler {
 public:
  Scheduler(const Graph& graph, const core::Live& live)
      : g_(graph),
        uses_(graph.size(), 0),
        sequence_(graph.size(), 0),
        first_use_(graph.size()),
        undisturbed_(graph.size(), true),
        span_(graph.regions().size()),
        stores_(graph.buffers().size()) {
    plan_.live = live;
    plan_.form.assign(graph.size(), Form::Unused);
    plan_.position.assign(graph.size(), {});
    plan_.temporaries.resize(graph.regions().size());
  }

  Schedule run() {
    number_statements(0);
    const auto end = static_cast<std::uint32_t>(g_.regions()[0].body.size());
    for (const core::Result& result : g_.results) use(result.value, {0, end});
    for (NodeId id = static_cast<NodeId>(g_.size()); id-- > 0;) place(id);
    cut();
    return std::move(plan_);
  }

 private:
  struct Span {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };

  /// Numbers the live statements in the order of the text; a region has a span of numbers.
  void number_statements(RegionId r) {
    span_[r].first = next_;
    const auto& body = g_.regions()[r].body;
    for (std::uint32_t k = 0; k < body.size(); ++k) {
      const NodeId id = body[k];
      const Node& n = g_.node(id);
      sequence_[id] = next_++;
      plan_.position[id] = {r, k};
      if (!plan_.live.nodes[id] && n.op != Op::load) continue;
      plan_.form[id] = Form::Statement;
      core::each_stored(g_, n,
                        [&](BufferId stored) { stores_of(stored).push_back(sequence_[id]); });
      for (const RegionId inner : core::InnerRegions(n)) number_statements(inner);
    }
    span_[r].last = next_++;
  }

  /// Where the stores that may change what is read from a buffer are counted.
  std::vector<std::uint32_t>& stores_of(BufferId buffer) {
    const bool shared = g_.one_chain() && may_overlap(g_.buffers()[buffer]);
    return shared ? shared_stores_ : stores_[buffer];
  }

  Position own(NodeId statement) const { return plan_.position[statement]; }

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
    if (is_only_a_name(g_, id)) {
      plan_.form[id] = Form::Inline;
      return use(g_.operands(id)[0], where);
    }
    const Node& n = g_.node(id);
    if (n.op == Op::load) {
      if (g_.buffers()[n.bits[0]].local && undisturbed_[id]) {
        undisturbed_[id] = !is_disturbed(id, where);
      }
      first_use_[id] = uses_[id] == 0 ? where : meet(first_use_[id], where);
    } else {
      Position& known = plan_.position[id];
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

  /// A function of floats, which the compiler may not know to give the same each time.
  bool is_function(NodeId id) const {
    const Node& n = g_.node(id);
    if (core::is_integer(n.type) || n.type == core::DType::b1) return false;
    switch (core::row(n.op).rule) {
      case core::Rule::Power:
      case core::Rule::FloatUnary:
      case core::Rule::FloatBinary:
      case core::Rule::Fmod:
      case core::Rule::FloorDivide: return true;
      case core::Rule::TrueDivide: return core::kind(n.type) == core::Kind::Complex;
      default: return false;
    }
  }

  /// Before the loops around a place in which a value is the same in each iteration.
  Position before_loops(NodeId id, Position where) const {
    const auto& regions = g_.regions();
    const std::uint32_t depth = regions[g_.node(id).region].depth;
    while (regions[where.region].depth > depth) {
      const core::Region& region = regions[where.region];
      const bool is_loop = core::is_loop(g_.node(region.owner).op);
      if (!is_loop || region.parallel != core::Parallel::No) break;
      where = own(region.owner);
    }
    return where;
  }

  std::uint32_t sequence_at(Position where) const {
    const auto& body = g_.regions()[where.region].body;
    return where.index < body.size() ? sequence_[body[where.index]] : span_[where.region].last;
  }

  static std::size_t count(const std::vector<std::uint32_t>& stores, std::uint32_t after,
                           std::uint32_t before) {
    const auto low = std::upper_bound(stores.begin(), stores.end(), after);
    const auto high = std::lower_bound(low, stores.end(), before);
    return static_cast<std::size_t>(high - low);
  }

  /// Can a store between a load and a use of it have changed what the load read? Stores of a
  /// loop around the use count wherever they stand in it, those of the other arm of a branch never.
  bool is_disturbed(NodeId id, Position where) {
    const std::vector<std::uint32_t>& stores =
        stores_of(static_cast<BufferId>(g_.node(id).bits[0]));
    if (stores.empty()) return false;
    const RegionId home = g_.node(id).region;
    std::size_t excluded = 0;
    for (RegionId r = where.region; r != home; r = g_.node(g_.regions()[r].owner).region) {
      const Node& owner = g_.node(g_.regions()[r].owner);
      if (core::is_loop(owner.op) && count(stores, span_[r].first - 1, span_[r].last) > 0) {
        return true;
      }
      if (owner.op != Op::branch || owner.bits[1] != r) continue;
      const Span& other = span_[owner.bits[0]];
      excluded += count(stores, other.first - 1, other.last);
    }
    return count(stores, sequence_[id], sequence_at(where)) > excluded;
  }

  Position place_load(NodeId id) {
    const Position here = plan_.position[id];
    if (uses_[id] == 0) return here;
    const Node& n = g_.node(id);
    const Position there = first_use_[id];
    bool movable = false;
    if (g_.buffers()[n.bits[0]].local) {
      movable = undisturbed_[id];
    } else {
      movable = uses_[id] == 1 && there.region == here.region &&
                there.index - here.index <= kFurthestLoad && !is_disturbed(id, there);
    }
    if (!movable) return here;
    plan_.form[id] = Form::Inline;
    plan_.position[id] = there;
    return there;
  }

  void place(NodeId id) {
    const Node& n = g_.node(id);
    Position where = plan_.position[id];
    if (n.op == Op::load) {
      if (uses_[id] == 0 || plan_.form[id] == Form::Unused) {
        plan_.form[id] = Form::Unused;
        return;
      }
      where = place_load(id);
    } else if (core::is_statement(n.op)) {
      if (plan_.form[id] == Form::Unused) return;
    } else {
      if (uses_[id] == 0) return;
      bool inlined = uses_[id] == 1 || is_symbol(g_, id) || is_cheap(id);
      if (is_function(id)) {
        const RegionId used = where.region;
        where = plan_.position[id] = before_loops(id, where);
        inlined = inlined && where.region == used;
      }
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
      const bool is_name = g_.node(id).op == Op::load || is_only_a_name(g_, id);
      if (form == Form::Inline && total > kLargestExpression && !is_name) {
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
  std::vector<std::uint32_t> sequence_;  // of statements, in the order of the text
  std::vector<Position> first_use_;
  std::vector<bool> undisturbed_;  // of loads of local variables: at all their uses
  std::vector<Span> span_;         // by region
  std::vector<std::vector<std::uint32_t>> stores_;
  std::vector<std::uint32_t> shared_stores_;
  std::uint32_t next_ = 1;
};

}  // namespace

bool is_only_a_name(const Graph& graph, NodeId id) {
  if (graph.node(id).op != Op::cast) return false;
  const core::DType to = graph.node(id).type;
  const core::DType from = graph.node(graph.operands(id)[0]).type;
  return from == to ||
         (core::is_integer(from) && core::is_integer(to) && core::bits(from) == core::bits(to));
}

Schedule schedule(const Graph& graph, const core::Live& live) {
  return Scheduler(graph, live).run();
}

bool is_empty(const Graph& graph, const Schedule& plan, RegionId region) {
  if (!plan.temporaries[region].empty()) return false;
  const auto& body = graph.regions()[region].body;
  return std::none_of(body.begin(), body.end(),
                      [&](NodeId id) { return plan.form[id] == Form::Statement; });
}

}  // namespace numeta::emit_fortran
