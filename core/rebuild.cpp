// rebuild.cpp - the walk over regions and statements; see rebuild.hpp. Pure nodes are copied when
// the first statement needs them, in the order of their ids (operands before users).
#include "core/rebuild.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/live.hpp"
#include "core/order.hpp"
#include "core/statements.hpp"

namespace numeta::core {
namespace {

/// By region: does a live statement leave it, or go on with its next iteration?
std::vector<bool> jumped_to(const Graph& graph, const Live& live) {
  std::vector<bool> out(graph.regions().size(), false);
  for (const Region& region : graph.regions()) {
    for (const NodeId id : region.body) {
      const Node& n = graph.node(id);
      if (live.nodes[id] && (n.op == Op::leave || n.op == Op::cycle)) out[n.bits[0]] = true;
    }
  }
  return out;
}

class Rebuilder {
 public:
  Rebuilder(const Graph& from, std::span<const RegionId> headers, std::span<const Interval> ranges,
            const Replace& replace, const Fused& parts = {})
      : from_(from),
        headers_(headers),
        ranges_(ranges),
        replace_(replace),
        parts_(parts),
        moved_(from.regions().size(), false),
        live_(live(from)),
        jumps_(jumped_to(from, live_)),
        order_(from, live_),
        stores_(from.regions().size()),
        to_(from.name(), from.one_chain()),
        copies_(from.size(), kNone),
        asked_(from.size(), false),
        regions_(from.regions().size(), kNone),
        copying_{to_,
                 [this](NodeId id) {
                   return copied({&id, 1}).front();
                 },
                 [this](NodeId old, NodeId made) { copies_[old] = made; },
                 [this](NodeId id) { copy_any(id); },
                 [this](const std::function<void()>& build) { copy_apart(build); }} {
    regions_[0] = 0;
    for (const auto& moved : parts_) {
      for (const RegionId part : moved) moved_[part] = true;
    }
    to_.notes = from.notes;
    to_.may_decline = from.may_decline;
  }

  Graph run() {
    to_.decide_by_facts();
    copy_parameters();
    collect_stores(0);
    copy_body(0);
    for (const Result& result : from_.results) to_.results.push_back(copied_result(result));
    to_.returned = from_.returned;
    to_.set_origin(from_.origin());
    return std::move(to_);
  }

 private:
  /// Numbers are given in the order of making, so every number stays what it was.
  void copy_parameters() {
    for (const Parameter& p : from_.parameters()) {
      if (p.is_buffer) {
        copy_locals(p.number);
        const Buffer& b = from_.buffers()[p.number];
        to_.buffer(b.name, b.type, b.layout, b.fixed_shape);
      } else {
        const Scalar& s = from_.scalars()[p.number];
        arguments_.push_back(to_.scalar(s.name, s.type, s.weak));
      }
    }
    copy_locals(static_cast<BufferId>(from_.buffers().size()));
  }

  /// The variables and arrays of the kernel's own before buffer `end` that are not there yet.
  void copy_locals(BufferId end) {
    for (auto k = static_cast<BufferId>(to_.buffers().size()); k < end; ++k) {
      const Buffer& b = from_.buffers()[k];
      if (b.allocated) {
        to_.array(b.name, b.type, b.layout, b.rank());
        continue;
      }
      to_.variable(b.name, b.type, b.weak, ranges_.empty() ? b.range : ranges_[k]);
    }
  }

  /// What the live statements of a region store to, those of inner regions included.
  void collect_stores(RegionId region) {
    std::vector<BufferId>& all = stores_[region];
    for (const NodeId id : from_.regions()[region].body) {
      if (!live_.nodes[id]) continue;
      const Node& n = from_.node(id);
      each_stored(from_, n, [&](BufferId stored) { all.push_back(stored); });
      for (const RegionId inner : InnerRegions(n)) {
        collect_stores(inner);
        all.insert(all.end(), stores_[inner].begin(), stores_[inner].end());
      }
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }

  /// A region of its own: values made in it are forgotten at its end, since what is known only
  /// there may have decided them.
  void copy_inner(RegionId region) {
    copy_apart([&] {
      if (!parts_.empty()) {
        for (const RegionId part : parts_[region]) copy_body(part);
      }
      copy_body(region);
    });
  }

  void copy_apart(const std::function<void()>& build) {
    const std::size_t before = made_.size();
    build();
    for (; made_.size() > before; made_.pop_back()) {
      copies_[made_.back()] = kNone;
      asked_[made_.back()] = false;
    }
  }

  /// The statements of a region; those that execute regions bring them along.
  void copy_body(RegionId region) {
    if (!replace_) {
      for (const NodeId id : order_.statements(region)) copy_any(id);
      return;
    }
    const auto& body = from_.regions()[region].body;
    for (std::size_t place = 0; place < body.size(); ++place) {
      if (replace_(region, place, copying_)) continue;
      if (live_.nodes[body[place]]) copy_any(body[place]);
    }
    replace_(region, body.size(), copying_);
  }

  void copy_any(NodeId id) {
    const Node& n = from_.node(id);
    const auto inner = static_cast<RegionId>(n.bits[0]);
    switch (n.op) {
      case Op::load:
      case Op::store:
      case Op::say:
      case Op::check: copy_statement(id); break;
      case Op::allocate: {
        const std::vector<NodeId> lengths = copied(from_.operands(id));
        to_.set_origin(n.origin);
        to_.allocate(static_cast<BufferId>(n.bits[0]), lengths, n.bits[1]);
        break;
      }
      case Op::loop:
        if (!moved_[inner]) copy_loop(inner);
        break;
      case Op::branch: copy_branch(id); break;
      case Op::repeat:
        to_.set_origin(n.origin);
        regions_[inner] = to_.begin_repeat(from_.regions()[inner].name, stores_[inner]);
        copy_inner(inner);
        to_.end();
        break;
      case Op::block:
        to_.set_origin(n.origin);
        regions_[inner] = to_.begin_block(from_.regions()[inner].name);
        copy_inner(inner);
        to_.end_block();
        break;
      case Op::call: {
        const Call& call = from_.calls()[n.bits[0]];
        const std::vector<NodeId> scalars = copied(from_.operands(id));
        to_.set_origin(n.origin);
        to_.call(call.procedure, scalars, call.arguments, call.results);
        break;
      }
      case Op::foreign: {
        const ForeignCall& call = from_.foreign_calls()[n.bits[0]];
        const std::vector<NodeId> operands = copied(from_.operands(id));
        to_.set_origin(n.origin);
        to_.foreign(from_.foreigns()[call.procedure], operands, call);
        break;
      }
      case Op::leave: to_.leave(regions_[inner]); break;
      case Op::cycle: to_.cycle(regions_[inner]); break;
      default: throw std::logic_error("rebuild: no such statement");
    }
  }

  void copy_branch(NodeId id) {
    const Node& n = from_.node(id);
    const NodeId condition = copied(from_.operands(id)).front();
    to_.set_origin(n.origin);
    if (const auto truth = to_.truth_here(condition)) {  // known by now: one arm is left
      const std::uint64_t arm = n.bits[*truth ? 0 : 1];
      if (arm != kNone) copy_body(static_cast<RegionId>(arm));
      return;
    }
    to_.begin_branch(condition);
    copy_inner(static_cast<RegionId>(n.bits[0]));
    if (n.bits[1] != kNone) {
      to_.begin_otherwise();
      copy_inner(static_cast<RegionId>(n.bits[1]));
    }
    to_.end();
  }

  void copy_statement(NodeId id) {
    const Node& n = from_.node(id);
    const std::vector<NodeId> operands = copied(from_.operands(id));
    const bool is_whole = n.op == Op::load || n.op == Op::say;
    const auto rest = std::span(operands).subspan(is_whole ? 0 : 1);
    to_.set_origin(n.origin);
    const auto buffer = static_cast<BufferId>(n.bits[0]);
    if (n.op == Op::load) copies_[id] = to_.load(buffer, rest);
    if (n.op == Op::store) to_.store(buffer, rest, operands[0]);
    if (n.op == Op::say) to_.say(n.bits[0], rest);
    if (n.op != Op::check) return;
    // A check that is known to fail is where control ends.
    to_.check(operands[0], n.bits[0], rest);
    if (to_.is_constant(operands[0]) && to_.integer_value(operands[0]) == 0) to_.set_unreachable();
  }

  void copy_loop(RegionId place) {
    const Region& header = from_.regions()[headers_.empty() ? place : headers_[place]];
    if (!jumps_[place] && runs_once(from_, header)) return copy_single_iteration(place, header);
    const std::vector<NodeId> bounds = copied(from_.operands(header.owner));
    to_.set_origin(from_.node(header.owner).origin);
    std::vector<BufferId> stores = stores_[place];
    const std::vector<RegionId> parts = parts_.empty() ? std::vector<RegionId>{} : parts_[place];
    for (const RegionId part : parts) {
      stores.insert(stores.end(), stores_[part].begin(), stores_[part].end());
    }
    const RegionId made =
        to_.begin_loop(bounds[0], bounds[1], bounds[2], header.name, std::move(stores));
    to_.set_parallel(header.parallel);
    regions_[place] = made;
    copies_[header.index] = to_.regions()[made].index;
    for (const RegionId part : parts) {
      copies_[from_.regions()[part].index] = to_.regions()[made].index;
    }
    copy_inner(place);
    to_.end();
  }

  /// The body of a loop that has one iteration, in its place.
  void copy_single_iteration(RegionId place, const Region& header) {
    const NodeId only = copied(from_.operands(header.owner)).front();
    copies_[header.index] = only;
    if (!parts_.empty()) {
      for (const RegionId part : parts_[place]) copies_[from_.regions()[part].index] = only;
    }
    copy_inner(place);
  }

  /// Where control is known by now not to reach the end, what the result was made of is gone.
  Result copied_result(const Result& result) {
    if (to_.reachable()) return {copied({&result.value, 1}).front(), result.weak};
    const Node& n = from_.node(result.value);
    return {to_.constant(n.type, n.weak, {}), result.weak};
  }

  /// The copies of some values; what they are made of is copied first where it is not yet.
  std::vector<NodeId> copied(std::span<const NodeId> wanted) {
    std::vector<NodeId> missing(wanted.begin(), wanted.end());
    std::vector<NodeId> needed;
    while (!missing.empty()) {
      const NodeId id = missing.back();
      missing.pop_back();
      if (copies_[id] != kNone || asked_[id]) continue;
      asked_[id] = true;
      needed.push_back(id);
      const auto operands = from_.operands(id);
      missing.insert(missing.end(), operands.begin(), operands.end());
    }
    std::sort(needed.begin(), needed.end());
    for (const NodeId id : needed) copies_[id] = copy_value(id);
    made_.insert(made_.end(), needed.begin(), needed.end());
    std::vector<NodeId> out;
    for (const NodeId id : wanted) out.push_back(copies_[id]);
    return out;
  }

  NodeId copy_value(NodeId id) {
    const Node& n = from_.node(id);
    to_.set_origin(n.origin);
    switch (n.op) {
      case Op::constant: return to_.constant(n.type, n.weak, {{n.bits[0], n.bits[1]}});
      case Op::argument: return arguments_[n.bits[0]];
      case Op::dim:
        return to_.dim(static_cast<BufferId>(n.bits[0]), static_cast<std::uint32_t>(n.bits[1]));
      case Op::stride:
        return to_.stride(static_cast<BufferId>(n.bits[0]), static_cast<std::uint32_t>(n.bits[1]));
      default: break;
    }
    std::vector<NodeId> operands;
    for (const NodeId operand : from_.operands(id)) operands.push_back(copies_[operand]);
    return copy_operation(from_, id, operands, to_);
  }

  const Graph& from_;
  std::span<const RegionId> headers_;
  std::span<const Interval> ranges_;
  const Replace& replace_;
  const Fused& parts_;
  std::vector<bool> moved_;  // by region: is its body run by another loop
  Live live_;
  std::vector<bool> jumps_;  // by region: does a statement leave it, or go on with its next turn
  StoreOrder order_;
  std::vector<std::vector<BufferId>> stores_;  // by region
  Graph to_;
  std::vector<NodeId> copies_;     // by node of from_; kNone: not copied yet
  std::vector<bool> asked_;        // pure nodes that are copied or about to be
  std::vector<NodeId> made_;       // pure nodes that are copied, in the order of copying
  std::vector<RegionId> regions_;  // by place
  std::vector<NodeId> arguments_;  // by the number of the scalar
  Copying copying_;
};

}  // namespace

bool runs_once(const Graph& graph, const Region& loop) {
  const auto bounds = graph.operands(loop.owner);
  const bool known = std::ranges::all_of(bounds, [&](NodeId id) { return graph.is_constant(id); });
  if (!known || loop.parallel != Parallel::No) return false;
  const std::int64_t start = graph.integer_value(bounds[0]);
  const std::int64_t stop = graph.integer_value(bounds[1]);
  const std::int64_t step = graph.integer_value(bounds[2]);
  std::int64_t next = 0;
  const bool wraps = __builtin_add_overflow(start, step, &next);
  return step > 0 ? start < stop && !wraps && next >= stop
                  : step < 0 && start > stop && !wraps && next <= stop;
}

NodeId copy_operation(const Graph& from, NodeId id, std::span<const NodeId> operands, Graph& to) {
  const Node& n = from.node(id);
  if (n.op == Op::table) return to.entry(from.tables()[n.bits[0]], operands[0]);
  if (n.op == Op::cast) return to.cast(operands[0], n.type, n.weak);
  if (is_structural(n.op)) throw std::logic_error("rebuild: used where it is not known");
  return to.pure(n.op, n.type, n.weak, operands);
}

Replace of_statements(const Graph& graph, std::function<bool(NodeId, Copying&)> is_replaced) {
  return [&graph, is_replaced = std::move(is_replaced)](RegionId region, std::size_t place,
                                                        Copying& copying) {
    const auto& body = graph.regions()[region].body;
    return place < body.size() && is_replaced(body[place], copying);
  };
}

Graph rebuild(const Graph& graph, std::span<const RegionId> headers,
              std::span<const Interval> ranges, const Replace& replace) {
  return Rebuilder(graph, headers, ranges, replace).run();
}

Graph rebuild_fused(const Graph& graph, const Fused& parts, const Replace& replace) {
  return Rebuilder(graph, {}, {}, replace, parts).run();
}

}  // namespace numeta::core
