// pack.cpp - see pack.hpp. The nest is two loops: the inner one holds nothing but loads and stores,
// the outer one holds that, loads, and checks whose conditions are the same in all iterations. One
// of both counts along the rows of what is stored, and goes inside; both together count the
// elements of the array that is copied, and nothing stores to that in the loop around, before which
// the memory is allocated.
//
// Copied are rows that the nest is about to read and that no nest before it has read, up to a mark:
// so no more is copied than is read, however the nest's length changes from one time to the next.
// Where a check fails, there are too few rows or columns, or the copy would be large, the nest runs
// as it was.
#include "core/pack.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/index_sum.hpp"
#include "core/nest_pass.hpp"
#include "core/rebuild.hpp"
#include "core/remake.hpp"

namespace numeta::core {
namespace {

constexpr std::int64_t kFewest = 8;         // rows and columns
constexpr std::int64_t kLargest = 1 << 21;  // elements of a copy
constexpr std::size_t kMostCopies = 3;      // of one nest
constexpr std::size_t kMostAccesses = 24;   // of one nest

/// A nest and what is copied for it.
struct Plan {
  RegionId around;               // before it the memory is allocated
  RegionId lines;                // goes outside, along the columns of what is copied
  RegionId row;                  // goes inside
  RegionId outer;                // the one of both that stands outside
  std::vector<NodeId> before;    // loads beside the inner loop
  std::vector<NodeId> accesses;  // of the inner loop
  std::vector<NodeId> checks;
  std::vector<NodeId> packed;  // loads of what is copied
};

/// What is made of a plan before its loop.
struct Memory {
  std::vector<BufferId> copies;  // of each load
  BufferId done;                 // how many rows have been copied
  NodeId rows;                   // there is room for
};

class Packing : NestPass {
 public:
  explicit Packing(const Graph& graph) : NestPass(graph) {
    for (RegionId r = 1; r < g_.regions().size(); ++r) {
      if (!live_.nodes[g_.regions()[r].owner] || !is_plain_loop(r)) continue;
      if (auto plan = plan_of(r)) {
        const NodeId owner = g_.regions()[plan->outer].owner;
        before_[g_.regions()[plan->around].owner].push_back(owner);
        plans_.emplace(owner, std::move(*plan));
      }
    }
  }

  bool any() const { return !plans_.empty(); }

  Graph run() {
    const Replace replace = of_statements(g_, [&](NodeId id, Copying& copying) {
      if (const auto found = before_.find(id); found != before_.end()) {
        for (const NodeId owner : found->second) allocate(plans_.at(owner), owner, copying);
      }
      const auto found = plans_.find(id);
      if (found == plans_.end() || originals_ > 0) return false;
      emit(found->second, id, copying);
      return true;
    });
    Graph made = rebuild(g_, {}, {}, replace);
    for (const auto& [owner, plan] : plans_) {
      std::string names;
      for (const NodeId load : plan.packed) {
        const std::string& name = g_.buffers()[buffer(load)].name;
        if (names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + name;
      }
      made.notes.push_back(
          {g_.node(owner).origin, fmt::format("of {} a copy is made in which what the loop {} "
                                              "reads lies side by side",
                                              names, g_.regions()[plan.row].name)});
    }
    return made;
  }

 private:
  bool is_fixed(NodeId id, RegionId loop) const { return !is_in(id, loop) && may_be_early(g_, id); }

  bool is_plain_loop(RegionId loop) const {
    const NodeId owner = g_.regions()[loop].owner;
    if (node(owner).op != Op::loop || g_.regions()[loop].parallel != Parallel::No) return false;
    return g_.is_integer_constant(bounds(loop)[2], 1);
  }

  bool is_parallel(RegionId region) const {
    for (RegionId r = region; r != 0; r = g_.regions()[r].parent) {
      if (g_.regions()[r].parallel != Parallel::No) return true;
    }
    return false;
  }

  // ---- which nests ----

  std::optional<Plan> plan_of(RegionId inner) const {
    const RegionId outer = node(g_.regions()[inner].owner).region;
    if (outer == 0 || !is_plain_loop(outer) || is_parallel(outer)) return std::nullopt;
    Plan plan{kNone, outer, inner, outer, {}, {}, {}, {}};
    if (!find_statements(plan, inner)) return std::nullopt;
    if (!walks_along_rows(plan)) {
      std::swap(plan.lines, plan.row);
      if (!walks_along_rows(plan) || !may_be_turned(plan)) return std::nullopt;
    }
    for (const RegionId loop : {plan.lines, plan.row}) {
      const auto all = bounds(loop);
      if (!std::ranges::all_of(all, [&](NodeId b) { return is_fixed(b, outer); })) return {};
    }
    for (const NodeId id : plan.accesses) {
      if (node(id).op != Op::load || !moves(id, plan.row)) continue;
      if (walks_along(id, plan.row)) continue;
      if (!is_column(id, plan)) return std::nullopt;
      plan.packed.push_back(id);
    }
    if (plan.packed.empty() || plan.packed.size() > kMostCopies) return std::nullopt;
    plan.around = loop_around(plan);
    if (plan.around == kNone) return std::nullopt;
    return plan;
  }

  bool find_statements(Plan& plan, RegionId inner) const {
    for (const NodeId id : g_.regions()[plan.outer].body) {
      if (!live_.nodes[id] || id == g_.regions()[inner].owner) continue;
      if (node(id).op == Op::load) {
        plan.before.push_back(id);
        continue;
      }
      if (node(id).op != Op::check) return false;
      const auto operands = g_.operands(id);
      const bool fixed =
          std::ranges::all_of(operands, [&](NodeId one) { return is_fixed(one, plan.outer); });
      if (!fixed) return false;
      plan.checks.push_back(id);
    }
    for (const NodeId id : g_.regions()[inner].body) {
      if (!live_.nodes[id]) continue;
      const Op op = node(id).op;
      if (op != Op::load && (op != Op::store || buffer_of(id).local)) return false;
      plan.accesses.push_back(id);
    }
    return plan.accesses.size() <= kMostAccesses;
  }

  /// Do all stores go along a row?
  bool walks_along_rows(const Plan& plan) const {
    bool stores = false;
    for (const NodeId id : plan.accesses) {
      if (node(id).op != Op::store) continue;
      if (!walks_along(id, plan.row)) return false;
      stores = true;
    }
    return stores;
  }

  bool moves(NodeId access, RegionId loop) const {
    return std::ranges::any_of(indices(access), [&](NodeId at) { return depends(at, loop); });
  }

  /// Does a value use the index of a loop?
  bool depends(NodeId value, RegionId loop) const {
    const IndexSum sum = index_sum(g_, value);
    const NodeId index = g_.regions()[loop].index;
    return !sum.known || std::ranges::any_of(sum.terms, [&](const auto& one) {
      if (one.first == index) return true;
      return is_in(one.first, loop) && node(one.first).op != Op::index;
    });
  }

  /// Is a value the index of a loop, and what is the same wherever the index of neither loop of the
  /// nest is known?
  bool counts(NodeId value, RegionId loop, RegionId fixed_in) const {
    IndexSum sum = index_sum(g_, value);
    sum.add(term(g_.regions()[loop].index), -1);
    return sum.known && std::ranges::none_of(
                            sum.terms, [&](const auto& one) { return is_in(one.first, fixed_in); });
  }

  bool walks_along(NodeId access, RegionId loop) const {
    const auto at = indices(access);
    if (at.empty() || buffer_of(access).layout == Layout::Strided) return false;
    const std::size_t near = near_axis(access);
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      if (axis != near && depends(at[axis], loop)) return false;
    }
    IndexSum sum = index_sum(g_, at[near]);
    sum.add(term(g_.regions()[loop].index), -1);
    return sum.known && std::ranges::none_of(sum.terms, [&](const auto& one) {
             return one.first == g_.regions()[loop].index ||
                    (is_in(one.first, loop) && node(one.first).op != Op::index);
           });
  }

  /// Does a load count the rows of its array in the one loop, and the columns in the other?
  bool is_column(NodeId load, const Plan& plan) const {
    const auto at = indices(load);
    if (buffer_of(load).layout == Layout::Strided || buffer_of(load).local) return false;
    if (!counts(at[near_axis(load)], plan.lines, plan.outer)) return false;
    std::size_t rows = 0;
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      if (axis == near_axis(load)) continue;
      const bool is_row = counts(at[axis], plan.row, plan.outer);
      rows += is_row ? 1 : 0;
      if (!is_row && is_in(at[axis], plan.outer)) return false;
    }
    return rows == 1;
  }

  /// May the loops of a nest change places? All that it stores to are elements of one row, each of
  /// which reads itself at most.
  bool may_be_turned(const Plan& plan) const {
    if (!plan.before.empty() || !plan.checks.empty()) return false;
    NodeId store = kNone;
    for (const NodeId id : plan.accesses) {
      if (node(id).op != Op::store) continue;
      if (store != kNone || moves(id, plan.lines)) return false;
      store = id;
    }
    return std::ranges::all_of(plan.accesses, [&](NodeId id) {
      return buffer(id) != buffer(store) || std::ranges::equal(indices(id), indices(store));
    });
  }

  /// The outermost loop around a nest in whose iterations a copy stays what it is, or kNone.
  RegionId loop_around(const Plan& plan) const {
    RegionId out = kNone;
    for (RegionId r = node(g_.regions()[plan.outer].owner).region; r != 0;
         r = g_.regions()[r].parent) {
      const NodeId owner = g_.regions()[r].owner;
      if (node(owner).op == Op::branch) continue;
      if (!is_plain_loop(r) || !stays(plan, r)) break;
      out = r;
    }
    return out;
  }

  bool stays(const Plan& plan, RegionId loop) const {
    const NodeId owner = g_.regions()[loop].owner;
    const auto line = bounds(plan.lines);
    const NodeId fixed[] = {line[0], line[1], bounds(plan.row)[0]};
    if (std::ranges::any_of(fixed, [&](NodeId id) { return is_in(id, loop); })) return false;
    return std::ranges::all_of(plan.packed, [&](NodeId load) {
      if (!timeline_.writes(buffer(load), timeline_.at(owner), timeline_.end(owner) + 1).empty()) {
        return false;
      }
      return std::ranges::all_of(indices(load), [&](NodeId at) {
        const IndexSum sum = index_sum(g_, at);
        return std::ranges::none_of(sum.terms, [&](const auto& one) {
          return is_in(one.first, loop) && one.first != g_.regions()[plan.lines].index &&
                 one.first != g_.regions()[plan.row].index;
        });
      });
    });
  }

  // ---- rewriting ----

  static NodeId chosen(Graph& to, NodeId condition, NodeId a, NodeId b) {
    const NodeId operands[] = {condition, a, b};
    return to.pure(Op::select, DType::i8, true, operands);
  }

  NodeId columns(const Plan& plan, Copying& copying) const {
    const auto line = bounds(plan.lines);
    return integers(copying.to, Op::sub, copying.copied(line[1]), copying.copied(line[0]));
  }

  /// How many rows an array has.
  NodeId rows_of(NodeId load, const Plan& plan, Copying& copying) const {
    const auto at = indices(load);
    std::uint32_t axis = 0;
    while (axis == near_axis(load) || !counts(at[axis], plan.row, plan.outer)) ++axis;
    return copying.to.dim(buffer(load), axis);
  }

  void allocate(const Plan& plan, NodeId owner, Copying& copying) {
    Graph& to = copying.to;
    const NodeId most = to.integer(kLargest);
    NodeId rows = kNone;
    for (const NodeId load : plan.packed) {
      const NodeId one = rows_of(load, plan, copying);
      rows = rows == kNone ? one : chosen(to, is_at_most(to, one, rows), one, rows);
    }
    const NodeId width = columns(plan, copying);
    NodeId fits = both(to, is_at_most(to, rows, most), is_at_most(to, width, most));
    fits = both(to, fits, is_at_most(to, to.integer(kFewest), width));
    fits = both(to, fits, is_at_most(to, integers(to, Op::mul, rows, width), most));
    const NodeId none = to.integer(0);
    Memory memory{{}, to.variable("copied", DType::i8, true, {0, kLargest}), kNone};
    memory.rows = chosen(to, fits, rows, none);
    const NodeId lengths[] = {chosen(to, fits, width, none), memory.rows};
    to.set_origin(node(owner).origin);
    for (const NodeId load : plan.packed) {
      const Buffer& old = buffer_of(load);
      memory.copies.push_back(to.array(old.name + "_rows", old.type, Layout::C, 2));
      to.allocate(memory.copies.back(), lengths, *g_.memory_site);
    }
    to.store(memory.done, {}, none);
    memory_.insert_or_assign(owner, std::move(memory));
  }

  void emit(const Plan& plan, NodeId owner, Copying& copying) {
    Graph& to = copying.to;
    to.set_origin(node(owner).origin);
    const Memory& memory = memory_.at(owner);
    const NodeId start = copying.copied(bounds(plan.row)[0]);
    const NodeId count = integers(to, Op::sub, copying.copied(bounds(plan.row)[1]), start);
    NodeId fits =
        both(to, is_at_most(to, to.integer(kFewest), count), is_at_most(to, count, memory.rows));
    for (const NodeId check : plan.checks) {
      fits = both(to, fits, to.cast(copying.copied(g_.operands(check)[0]), DType::b1, true));
    }
    to.begin_branch(fits);
    copying.apart([&] {
      copy_rows(plan, memory, start, count, copying);
      emit_nest(plan, memory, copying);
    });
    to.begin_otherwise();
    copying.apart([&] {
      ++originals_;
      copying.statement(owner);
      --originals_;
    });
    to.end();
  }

  void copy_rows(const Plan& plan, const Memory& memory, NodeId start, NodeId count,
                 Copying& copying) {
    Graph& to = copying.to;
    const NodeId one = to.integer(1);
    const NodeId done = to.load(memory.done, {});
    const RegionId rows = to.begin_loop(done, count, one, g_.regions()[plan.row].name);
    const NodeId row = to.regions()[rows].index;
    const RegionId lines =
        to.begin_loop(to.integer(0), columns(plan, copying), one, g_.regions()[plan.lines].name);
    const NodeId place[] = {to.regions()[lines].index, row};
    Remaking making(g_, timeline_, plan.outer, copying,
                    [](NodeId, std::span<const NodeId>) { return kNone; });
    making.set(g_.regions()[plan.row].index, integers(to, Op::add, start, row));
    const NodeId first = copying.copied(bounds(plan.lines)[0]);
    making.set(g_.regions()[plan.lines].index, integers(to, Op::add, first, place[0]));
    for (std::size_t k = 0; k < plan.packed.size(); ++k) {
      const NodeId load = plan.packed[k];
      const std::vector<NodeId> at = making.values(indices(load));
      to.set_origin(node(load).origin);
      to.store(memory.copies[k], place, to.load(buffer(load), at));
    }
    to.end();
    to.end();
    to.store(memory.done, {}, chosen(to, is_at_most(to, done, count), count, done));
  }

  void emit_nest(const Plan& plan, const Memory& memory, Copying& copying) {
    Graph& to = copying.to;
    NodeId place[] = {kNone, kNone};
    const auto loaded = [&](NodeId id, std::span<const NodeId>) {
      const auto found = std::ranges::find(plan.packed, id);
      if (found == plan.packed.end()) return kNone;
      return to.load(memory.copies[static_cast<std::size_t>(found - plan.packed.begin())], place);
    };
    Remaking making(g_, timeline_, plan.outer, copying, loaded);
    const auto begin = [&](RegionId loop) {
      making.begin(loop);
      const NodeId start = copying.copied(bounds(loop)[0]);
      return integers(to, Op::sub, making.value(g_.regions()[loop].index), start);
    };
    place[0] = begin(plan.lines);
    for (const NodeId id : plan.before) making.load(id);
    place[1] = begin(plan.row);
    for (const NodeId id : plan.accesses) {
      if (node(id).op == Op::load) {
        making.load(id);
        continue;
      }
      const std::vector<NodeId> operands = making.values(g_.operands(id));
      to.set_origin(node(id).origin);
      to.store(buffer(id), std::span(operands).subspan(1), operands[0]);
    }
    to.end();
    to.end();
  }

  std::map<NodeId, Plan> plans_;                  // by the outer loop
  std::map<NodeId, std::vector<NodeId>> before_;  // by the loop around: those of the plans
  std::map<NodeId, Memory> memory_;               // by the outer loop
  int originals_ = 0;                             // nests that are being copied as they were
};

}  // namespace

std::optional<Graph> pack(const Graph& graph) {
  if (graph.one_chain() || graph.regions().size() < 4 || !graph.memory_site) return std::nullopt;
  Packing packing(graph);
  if (!packing.any()) return std::nullopt;
  return packing.run();
}

}  // namespace numeta::core
