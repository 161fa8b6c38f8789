// split.cpp - see split.hpp. The parts of a loop's body are the loops in it, which hold nothing but
// loads and stores, and the runs of stores between them. Loads that stand beside them are made anew
// in each part that uses them.
//
// Legality. Of two parts the first then runs for all iterations before the second does: where both
// access an element and one writes it, the iteration of the first must not come after that of the
// second. Between a load and the part that makes it anew nothing may be stored to its array. A part
// that is a loop may change places with the loop around it as in any nest (interchange.cpp).
//
// Checks whose conditions are the same in all iterations are asked before; where one fails, or the
// iterations are too few to gain, the loop runs as it was, and fails where it failed.
#include "core/split.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/index_sum.hpp"
#include "core/interchange.hpp"
#include "core/nest_pass.hpp"
#include "core/rebuild.hpp"
#include "core/remake.hpp"
#include "core/spread.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kMostParts = 16;
constexpr std::size_t kMostAccesses = 128;  // compared pair by pair
// Fewer columns than this are no run of memory worth the other order.
constexpr std::int64_t kFewest = 8;

struct Part {
  std::vector<NodeId> statements;  // in the order of the text: of a loop, what it holds
  RegionId loop = kNone;
  bool turned = false;           // the loop goes outside
  std::vector<NodeId> loads;     // from beside the parts, made anew here
  std::vector<NodeId> accesses;  // all of these, without those of widened arrays
};

struct Plan {
  RegionId loop;
  std::vector<Part> parts;
  std::vector<NodeId> checks;
  std::vector<NodeId> widened;  // what allocates numbers that become arrays
};

class Splitting : NestPass {
 public:
  explicit Splitting(const Graph& graph) : NestPass(graph) {
    for (const Write& write : all_allocations()) ++allocations_[write.buffer];
    for (RegionId r = 1; r < g_.regions().size(); ++r) {
      const NodeId owner = g_.regions()[r].owner;
      if (!live_.nodes[owner] || !is_plain_loop(r)) continue;
      if (auto plan = plan_of(r)) plans_.emplace(owner, std::move(*plan));
    }
  }

  bool any() const { return !plans_.empty(); }

  Graph run() {
    const Replace replace = of_statements(g_, [&](NodeId id, Copying& copying) {
      const auto found = plans_.find(id);
      if (found == plans_.end() || originals_ > 0) return false;
      emit(found->second, id, copying);
      return true;
    });
    Graph made = rebuild(g_, {}, {}, replace);
    for (const auto& [owner, plan] : plans_) {
      std::string turned;
      for (const Part& part : plan.parts) {
        if (!part.turned) continue;
        turned += (turned.empty() ? "" : ", ") + g_.regions()[part.loop].name;
      }
      made.notes.push_back(
          {g_.node(owner).origin, fmt::format("the loop {} is split, and runs inside of {}",
                                              g_.regions()[plan.loop].name, turned)});
    }
    return made;
  }

 private:
  std::vector<Write> all_allocations() const {
    std::vector<Write> out;
    for (BufferId array = 0; array < g_.buffers().size(); ++array) {
      for (const Write& write : timeline_.writes(array)) {
        if (node(write.statement).op == Op::allocate) out.push_back(write);
      }
    }
    return out;
  }

  bool is_plain_loop(RegionId region) const {
    const NodeId owner = g_.regions()[region].owner;
    if (node(owner).op != Op::loop || g_.regions()[region].parallel != Parallel::No) return false;
    return g_.is_constant(bounds(region)[2]);
  }

  // ---- which loops are split ----

  std::optional<Plan> plan_of(RegionId loop) const {
    if (!g_.is_integer_constant(bounds(loop)[2], 1)) return std::nullopt;
    Plan plan{loop, {}, {}, {}};
    if (!find_parts(plan) || plan.parts.size() > kMostParts) return std::nullopt;
    bool gains = false;
    for (Part& part : plan.parts) {
      if (!find_accesses(part, plan)) return std::nullopt;
      part.turned = part.loop != kNone && gains_turned(part, loop);
      gains = gains || part.turned;
    }
    if (!gains || !may_be_split(plan)) return std::nullopt;
    return plan;
  }

  bool find_parts(Plan& plan) const {
    for (const NodeId id : g_.regions()[plan.loop].body) {
      if (!live_.nodes[id]) continue;
      const Node& n = node(id);
      switch (n.op) {
        case Op::load: break;
        case Op::store:
          if (buffer_of(id).local) return false;
          if (plan.parts.empty() || plan.parts.back().loop != kNone) plan.parts.push_back({});
          plan.parts.back().statements.push_back(id);
          break;
        case Op::loop: {
          const auto inner = static_cast<RegionId>(n.bits[0]);
          plan.parts.push_back({accesses_in(inner), inner, false, {}, {}});
          if (plan.parts.back().statements.empty()) return false;
          break;
        }
        case Op::check:
          for (const NodeId operand : g_.operands(id)) {
            if (is_in(operand, plan.loop) || !may_be_early(g_, operand)) return false;
          }
          plan.checks.push_back(id);
          break;
        case Op::allocate:
          if (!may_be_widened(id, plan.loop)) return false;
          plan.widened.push_back(id);
          break;
        default: return false;
      }
    }
    return true;
  }

  /// What a loop holds, if that is loads, and stores to arrays; nothing otherwise.
  std::vector<NodeId> accesses_in(RegionId loop) const {
    std::vector<NodeId> out;
    if (!is_plain_loop(loop)) return out;
    for (const NodeId id : g_.regions()[loop].body) {
      if (!live_.nodes[id]) continue;
      const Op op = node(id).op;
      const bool fits = op == Op::load || (op == Op::store && !buffer_of(id).local);
      if (!fits || out.size() > kMostAccesses) return {};
      out.push_back(id);
    }
    return out;
  }

  /// Is it a number of one iteration?
  bool may_be_widened(NodeId allocate, RegionId loop) const {
    const BufferId array = buffer(allocate);
    if (g_.buffers()[array].rank() != 0 || allocations_.at(array) != 1) return false;
    if (timeline_.is_given(array)) return false;
    if (std::ranges::find(g_.returned, array) != g_.returned.end()) return false;
    const auto& loads = timeline_.loads(array);
    const auto is_here = [&](NodeId access) { return is_in(access, loop); };
    return std::ranges::all_of(loads, is_here) &&
           std::ranges::all_of(timeline_.writes(array), [&](const Write& write) {
             const Op op = node(write.statement).op;
             return (op == Op::store || op == Op::allocate) && is_here(write.statement);
           });
  }

  bool is_widened(const Plan& plan, NodeId access) const {
    return std::ranges::any_of(plan.widened,
                               [&](NodeId allocate) { return buffer(allocate) == buffer(access); });
  }

  /// The loads beside the parts that a part uses, if they may be made in it, and all accesses.
  bool find_accesses(Part& part, const Plan& plan) const {
    std::vector<bool> seen(g_.size(), false);
    std::vector<NodeId> users = part.statements;
    if (part.loop != kNone) users.push_back(g_.regions()[part.loop].owner);
    for (const NodeId statement : users) {
      std::vector<NodeId> todo(g_.operands(statement).begin(), g_.operands(statement).end());
      while (!todo.empty()) {
        const NodeId id = todo.back();
        todo.pop_back();
        if (seen[id] || !is_in(id, plan.loop)) continue;
        seen[id] = true;
        const auto operands = g_.operands(id);
        todo.insert(todo.end(), operands.begin(), operands.end());
        if (node(id).op != Op::load || node(id).region != plan.loop) continue;
        const std::uint32_t last = part.loop == kNone
                                       ? timeline_.at(statement)
                                       : timeline_.end(g_.regions()[part.loop].owner) + 1;
        if (!timeline_.writes(buffer(id), timeline_.at(id), last).empty()) return false;
        part.loads.push_back(id);
      }
    }
    part.accesses = part.loads;
    part.accesses.insert(part.accesses.end(), part.statements.begin(), part.statements.end());
    std::erase_if(part.accesses, [&](NodeId access) { return is_widened(plan, access); });
    std::ranges::sort(part.accesses);
    part.accesses.erase(std::unique(part.accesses.begin(), part.accesses.end()),
                        part.accesses.end());
    return part.accesses.size() <= kMostAccesses;
  }

  bool gains_turned(const Part& part, RegionId loop) const {
    for (const NodeId bound : bounds(part.loop)) {
      if (is_in(bound, loop) || !may_be_early(g_, bound)) return false;
    }
    return is_better_turned(g_, loop, part.loop, part.accesses);
  }

  // ---- legality ----

  bool may_be_split(const Plan& plan) const {
    for (std::size_t one = 0; one < plan.parts.size(); ++one) {
      for (std::size_t other = one + 1; other < plan.parts.size(); ++other) {
        for (const NodeId first : plan.parts[one].accesses) {
          for (const NodeId second : plan.parts[other].accesses) {
            if (!keeps_order(first, second, plan.loop)) return false;
          }
        }
      }
    }
    return true;
  }

  bool keeps_order(NodeId first, NodeId second, RegionId loop) const {
    if (buffer(first) != buffer(second)) return true;
    if (node(first).op != Op::store && node(second).op != Op::store) return true;
    const auto role = [&](NodeId id) {
      if (!is_in(id, loop)) return kFixed;
      return id == g_.regions()[loop].index ? 0 : kVarying;
    };
    const auto sums = [&](NodeId access) {
      std::vector<IndexSum> out;
      for (const NodeId index : indices(access)) out.push_back(index_sum(g_, index));
      return out;
    };
    const std::int64_t step = 1;
    const Meeting meets = meeting(sums(first), sums(second), role, {&step, 1});
    return meets == Meeting::Never || meets == Meeting::Before || meets == Meeting::Same ||
           are_apart(g_, indices(first), indices(second), g_.regions()[loop].parent);
  }

  // ---- rewriting ----

  void emit(const Plan& plan, NodeId owner, Copying& copying) {
    Graph& to = copying.to;
    const auto all = bounds(plan.loop);
    const NodeId start = copying.copied(all[0]);
    to.set_origin(node(owner).origin);
    const NodeId count = integers(to, Op::sub, copying.copied(all[1]), start);
    NodeId condition = is_at_most(to, to.integer(kFewest), count);
    for (const NodeId check : plan.checks) {
      const NodeId asked = to.cast(copying.copied(g_.operands(check)[0]), DType::b1, true);
      condition = both(to, condition, asked);
    }
    const auto truth = to.truth_here(condition);
    if (truth == true) return emit_parts(plan, start, count, copying);
    const auto original = [&] {
      ++originals_;
      copying.statement(owner);
      --originals_;
    };
    if (truth == false) return original();
    to.begin_branch(condition);
    copying.apart([&] { emit_parts(plan, start, count, copying); });
    to.begin_otherwise();
    copying.apart(original);
    to.end();
  }

  void emit_parts(const Plan& plan, NodeId start, NodeId count, Copying& copying) {
    Graph& to = copying.to;
    std::map<BufferId, BufferId> wide;
    for (const NodeId allocate : plan.widened) {
      const Buffer& old = buffer_of(allocate);
      const BufferId array = to.array(old.name, old.type, Layout::C, 1);
      to.set_origin(node(allocate).origin);
      to.allocate(array, {&count, 1}, node(allocate).bits[1]);
      wide.emplace(buffer(allocate), array);
    }
    for (const Part& part : plan.parts) emit_part(plan, part, start, wide, copying);
  }

  void emit_part(const Plan& plan, const Part& part, NodeId start,
                 const std::map<BufferId, BufferId>& wide, Copying& copying) {
    Graph& to = copying.to;
    NodeId place = kNone;  // of this iteration in the arrays over all of them
    const auto loaded = [&](NodeId id, std::span<const NodeId>) {
      const auto found = wide.find(buffer(id));
      return found == wide.end() ? kNone : to.load(found->second, {&place, 1});
    };
    Remaking making(g_, timeline_, plan.loop, copying, loaded);
    const bool is_inner = part.loop != kNone;
    if (part.turned) making.begin(part.loop);
    making.begin(plan.loop);
    const NodeId distance[] = {making.value(g_.regions()[plan.loop].index), start};
    place = to.pure(Op::sub, DType::i8, true, distance);
    if (is_inner && !part.turned) making.begin(part.loop);
    for (const NodeId statement : part.statements) {
      if (node(statement).op == Op::load) {
        making.load(statement);
        continue;
      }
      const std::vector<NodeId> made = making.values(g_.operands(statement));
      to.set_origin(node(statement).origin);
      const auto found = wide.find(buffer(statement));
      if (found == wide.end()) {
        to.store(buffer(statement), std::span(made).subspan(1), made[0]);
      } else {
        to.store(found->second, {&place, 1}, made[0]);
      }
    }
    to.end();
    if (is_inner) to.end();
  }

  std::map<BufferId, int> allocations_;
  std::map<NodeId, Plan> plans_;  // by loop statement
  int originals_ = 0;             // loops that are being copied as they were
};

}  // namespace

std::optional<Graph> split(const Graph& graph) {
  if (graph.one_chain() || graph.regions().size() < 3) return std::nullopt;
  Splitting splitting(graph);
  if (!splitting.any()) return std::nullopt;
  return splitting.run();
}

}  // namespace numeta::core
