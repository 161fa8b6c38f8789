// strip.cpp - see strip.hpp. A nest is found from its innermost loop outwards: what that stores is
// one element of one array, which it has read, which moves with its index and with that of no loop
// around. The loops hold nothing else but loads of other arrays, and checks whose conditions are
// the same in all iterations. So the iterations of one element depend on no other element, and the
// innermost loop may be cut into strips that go outside.
//
// A strip reads all that the nest does in parts as narrow as it is: so only a nest whose arrays
// stay in the cache is cut. A row that is no multiple of a strip ends with one that overlaps the
// last but one.
#include "core/strip.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/index_sum.hpp"
#include "core/nest_pass.hpp"
#include "core/rebuild.hpp"
#include "core/remake.hpp"

namespace numeta::core {
namespace {

constexpr std::int64_t kLaneBits = 1024;
constexpr std::int64_t kMostLanes = 16;
constexpr std::int64_t kLargest = 32768;  // iterations of a nest that is cut
constexpr std::size_t kMostLoops = 4;     // so that the product of their lengths fits
constexpr std::int64_t kFewest = 4;       // additions to an element, for which it is fetched once
constexpr std::size_t kMostMoving = 2;    // elements loaded for an addition; of more, one is little
constexpr std::size_t kMostAccesses = 24;

struct Plan {
  std::vector<RegionId> loops;  // outermost first
  NodeId store;
  std::vector<NodeId> accesses;  // of the innermost loop
  std::vector<NodeId> checks;    // of all loops
};

/// So many elements from `first` on, of which the first `done` are stored already.
struct Strip {
  NodeId first;
  NodeId done;
  std::int64_t lanes;
};

class Stripping : NestPass {
 public:
  explicit Stripping(const Graph& graph) : NestPass(graph) {
    for (RegionId r = 1; r < g_.regions().size(); ++r) {
      if (!live_.nodes[g_.regions()[r].owner]) continue;
      auto plan = plan_of(r);
      if (plan) plans_.emplace(g_.regions()[plan->loops.front()].owner, std::move(*plan));
    }
  }

  bool any() const { return !plans_.empty(); }

  Graph run() {
    const Replace replace = of_statements(g_, [&](NodeId id, Copying& copying) {
      const auto found = plans_.find(id);
      if (found == plans_.end()) return false;
      emit(found->second, copying);
      return true;
    });
    Graph made = rebuild(g_, {}, {}, replace);
    for (const auto& [owner, plan] : plans_) {
      made.notes.push_back(
          {g_.node(owner).origin, fmt::format("what the loop {} sums is kept in registers",
                                              g_.regions()[plan.loops.back()].name)});
    }
    return made;
  }

 private:
  // ---- which nests ----

  std::optional<Plan> plan_of(RegionId loop) const {
    Plan plan{{loop}, kNone, {}, {}};
    if (!is_plain_loop(loop) || is_fixed(loop) || !find_accesses(plan)) return std::nullopt;
    while (plan.loops.size() < kMostLoops && add_outer(plan)) {
    }
    if (plan.loops.size() < 2 || are_few(plan)) return std::nullopt;
    return plan;
  }

  /// Is it known that a strip would not be added to often enough?
  bool are_few(const Plan& plan) const {
    const auto outer = bounds(plan.loops.front());
    return plan.loops.size() == 2 && g_.is_constant(outer[0]) &&
           g_.range(outer[1]).high < g_.integer_value(outer[0]) + kFewest;
  }

  bool is_plain_loop(RegionId loop) const {
    const NodeId owner = g_.regions()[loop].owner;
    if (node(owner).op != Op::loop || g_.regions()[loop].parallel != Parallel::No) return false;
    return g_.is_integer_constant(bounds(loop)[2], 1);
  }

  /// The compiler sees how long such a loop is.
  bool is_fixed(RegionId loop) const {
    return g_.is_constant(bounds(loop)[0]) && g_.is_constant(bounds(loop)[1]);
  }

  bool find_accesses(Plan& plan) const {
    const RegionId loop = plan.loops.back();
    for (const NodeId id : g_.regions()[loop].body) {
      if (!live_.nodes[id]) continue;
      const Op op = node(id).op;
      if (op == Op::store && plan.store == kNone) {
        plan.store = id;
      } else if (op != Op::load) {
        return false;
      }
      plan.accesses.push_back(id);
    }
    if (plan.store == kNone || plan.accesses.size() > kMostAccesses) return false;
    const auto at = indices(plan.store);
    if (at.empty() || !walks_along(plan.store, loop)) return false;
    bool reads = false;
    std::size_t moving = 0;
    for (const NodeId id : plan.accesses) {
      if (id == plan.store) continue;
      if (buffer(id) == buffer(plan.store)) {
        if (!std::ranges::equal(indices(id), at)) return false;
        reads = true;
      } else if (moves(id, loop)) {
        if (!walks_along(id, loop)) return false;
        ++moving;
      }
    }
    if (moving > kMostMoving) return false;
    IndexSum walk = index_sum(g_, at[near_axis(plan.store)]);
    walk.add(term(g_.regions()[loop].index), -1);
    return reads && walk.known && std::ranges::none_of(walk.terms, [&](const auto& one) {
             return is_in(one.first, loop);
           });
  }

  bool moves(NodeId access, RegionId loop) const {
    return std::ranges::any_of(indices(access), [&](NodeId at) { return is_in(at, loop); });
  }

  /// Does an access move along the axis whose elements are neighbours, and no other? A strip of
  /// what is far apart is put together anew for each addition.
  bool walks_along(NodeId access, RegionId loop) const {
    const auto at = indices(access);
    const std::size_t near = near_axis(access);
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      if (axis != near && is_in(at[axis], loop)) return false;
    }
    return buffer_of(access).layout != Layout::Strided;
  }

  /// Is the next loop outwards one that adds to the same row?
  bool add_outer(Plan& plan) const {
    const RegionId inner = plan.loops.front();
    const RegionId outer = node(g_.regions()[inner].owner).region;
    if (outer == 0 || !is_plain_loop(outer)) return false;
    std::vector<NodeId> checks = plan.checks;
    for (const NodeId id : g_.regions()[outer].body) {
      if (!live_.nodes[id] || id == g_.regions()[inner].owner) continue;
      const Op op = node(id).op;
      if (op == Op::check) {
        checks.push_back(id);
      } else if (op != Op::load || buffer(id) == buffer(plan.store)) {
        return false;
      }
    }
    const auto is_outside = [&](NodeId id) { return !is_in(id, outer); };
    const auto may_be_asked = [&](NodeId id) { return is_outside(id) && may_be_early(g_, id); };
    for (const NodeId check : checks) {
      if (!std::ranges::all_of(g_.operands(check), may_be_asked)) return false;
    }
    for (const RegionId loop : plan.loops) {
      if (!std::ranges::all_of(bounds(loop), may_be_asked)) return false;
    }
    for (const NodeId at : indices(plan.store)) {
      const IndexSum sum = index_sum(g_, at);
      const bool fixed = std::ranges::all_of(sum.terms, [&](const auto& one) {
        return is_outside(one.first) || one.first == g_.regions()[plan.loops.back()].index;
      });
      if (!sum.known || !fixed) return false;
    }
    plan.loops.insert(plan.loops.begin(), outer);
    plan.checks = std::move(checks);
    return true;
  }

  // ---- rewriting ----

  void emit(const Plan& plan, Copying& copying) {
    Graph& to = copying.to;
    const RegionId row = plan.loops.back();
    to.set_origin(node(g_.regions()[row].owner).origin);
    const std::int64_t lanes =
        std::min<std::int64_t>(kMostLanes, kLaneBits / bits(buffer_of(plan.store).type));
    const NodeId start = copying.copied(bounds(row)[0]);
    const NodeId count = integers(to, Op::sub, copying.copied(bounds(row)[1]), start);
    NodeId fits = is_at_most(to, to.integer(lanes), count);
    NodeId product = to.integer(1);
    for (const RegionId loop : plan.loops) {
      if (loop == row) fits = both(to, fits, is_at_most(to, to.integer(kFewest), product));
      const NodeId length =
          integers(to, Op::sub, copying.copied(bounds(loop)[1]), copying.copied(bounds(loop)[0]));
      fits = both(to, fits, is_at_most(to, length, to.integer(kLargest)));
      product = integers(to, Op::mul, product, length);
    }
    fits = both(to, fits, is_at_most(to, product, to.integer(kLargest)));
    for (const NodeId check : plan.checks) {
      const NodeId condition = copying.copied(g_.operands(check)[0]);
      fits = both(to, fits, to.cast(condition, DType::b1, true));
    }
    const NodeId whole = integers(to, Op::bit_and, count, to.integer(-lanes));
    const NodeId choice[] = {fits, whole, to.integer(0)};
    const NodeId cut = to.pure(Op::select, DType::i8, true, choice);  // so many are in whole strips
    const RegionId strips = to.begin_loop(to.integer(0), cut, to.integer(lanes), "strip");
    copying.apart([&] {
      const NodeId first = integers(to, Op::add, start, to.regions()[strips].index);
      emit_strip(plan, {first, to.integer(0), lanes}, copying);
    });
    to.end();
    to.begin_branch(fits);
    copying.apart([&] { emit_last(plan, start, count, whole, lanes, copying); });
    to.begin_otherwise();
    copying.apart([&] { emit_whole(plan, copying); });
    to.end();
  }

  /// What whole strips leave is the end of a strip that begins where the last one had not ended:
  /// what it computes once more it does not store.
  void emit_last(const Plan& plan, NodeId start, NodeId count, NodeId whole, std::int64_t lanes,
                 Copying& copying) {
    Graph& to = copying.to;
    const NodeId ends[] = {whole, count};
    to.begin_branch(to.pure(Op::ne, DType::b1, true, ends));
    copying.apart([&] {
      const NodeId first = integers(to, Op::sub, count, to.integer(lanes));
      const NodeId done = integers(to, Op::sub, whole, first);
      emit_strip(plan, {integers(to, Op::add, start, first), done, lanes}, copying);
    });
    to.end();
  }

  void emit_strip(const Plan& plan, const Strip& strip, Copying& copying) {
    Graph& to = copying.to;
    const RegionId row = plan.loops.back();
    const std::string& name = g_.regions()[row].name;
    const Buffer& array = g_.buffers()[buffer(plan.store)];
    const BufferId sums = to.array("sums", array.type, Layout::C, 1);
    const NodeId length = to.integer(strip.lanes);
    to.allocate(sums, {&length, 1}, 0);
    NodeId lane = kNone;
    const auto loaded = [&](NodeId id, std::span<const NodeId>) {
      return buffer(id) == buffer(plan.store) ? to.load(sums, {&lane, 1}) : kNone;
    };
    const auto begin_lanes = [&](Remaking& making, NodeId from) {
      const RegionId loop = to.begin_loop(from, length, to.integer(1), name);
      lane = to.regions()[loop].index;
      making.set(g_.regions()[row].index, integers(to, Op::add, strip.first, lane));
    };
    const RegionId outermost = plan.loops.front();
    Remaking before(g_, timeline_, outermost, copying, loaded);
    begin_lanes(before, to.integer(0));
    to.store(sums, {&lane, 1}, to.load(buffer(plan.store), before.values(indices(plan.store))));
    to.end();
    Remaking making(g_, timeline_, outermost, copying, loaded);
    for (std::size_t k = 0; k + 1 < plan.loops.size(); ++k) making.begin(plan.loops[k]);
    begin_lanes(making, to.integer(0));
    const NodeId value = making.value(g_.operands(plan.store)[0]);
    to.set_origin(node(plan.store).origin);
    to.store(sums, {&lane, 1}, value);
    for (std::size_t k = 0; k < plan.loops.size(); ++k) to.end();
    Remaking after(g_, timeline_, outermost, copying, loaded);
    begin_lanes(after, strip.done);
    to.store(buffer(plan.store), after.values(indices(plan.store)), to.load(sums, {&lane, 1}));
    to.end();
  }

  /// The nest as it is.
  void emit_whole(const Plan& plan, Copying& copying) {
    Graph& to = copying.to;
    Remaking making(g_, timeline_, plan.loops.front(), copying,
                    [](NodeId, std::span<const NodeId>) { return kNone; });
    for (const RegionId loop : plan.loops) {
      if (loop == plan.loops.back()) break;
      making.begin(loop);
      for (const NodeId check : plan.checks) {
        if (node(check).region != loop) continue;
        const std::vector<NodeId> operands = making.values(g_.operands(check));
        to.set_origin(node(check).origin);
        to.check(operands[0], node(check).bits[0], std::span(operands).subspan(1));
      }
    }
    making.begin(plan.loops.back());
    for (const NodeId id : plan.accesses) {
      if (node(id).op == Op::load) {
        making.load(id);
        continue;
      }
      const std::vector<NodeId> operands = making.values(g_.operands(id));
      to.set_origin(node(id).origin);
      to.store(buffer(id), std::span(operands).subspan(1), operands[0]);
    }
    for (std::size_t k = 0; k < plan.loops.size(); ++k) to.end();
  }

  std::map<NodeId, Plan> plans_;  // by the outermost loop
};

}  // namespace

std::optional<Graph> strip(const Graph& graph) {
  if (graph.one_chain() || graph.regions().size() < 3) return std::nullopt;
  Stripping stripping(graph);
  if (!stripping.any()) return std::nullopt;
  return stripping.run();
}

}  // namespace numeta::core
