// fuse.cpp - one walk over the bodies of regions; see fuse.hpp. In a body each loop looks back for
// those that count alike, which then run at its place: what stands between has to commute with
// them. The bodies of loops that run together are one body for the loops inside.
//
// Legality. If loops A and B run together, iteration i of A precedes iteration i of B. Where both
// access an element and one writes it, the iteration of A must not come after that of B.
#include "core/fuse.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/effects.hpp"
#include "core/equal_values.hpp"
#include "core/index_sum.hpp"
#include "core/rebuild.hpp"
#include "core/statements.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kFurthest = 48;       // statements looked back over
constexpr std::size_t kMostAccesses = 256;  // of loops that run together
constexpr std::size_t kMostStreams = 12;    // arrays that one loop walks along

using Loops = std::vector<RegionId>;

/// Loops that run together, at the place of the last.
struct Group {
  Loops members;
  Effects effects;
  std::size_t place;  // in the body
};

class Fusion {
 public:
  explicit Fusion(const Graph& graph)
      : g_(graph),
        live_(live(graph)),
        timeline_(graph, live_),
        equal_(graph),
        parts_(graph.regions().size()) {
    plan(g_.regions()[0].body);
  }

  bool any() const { return !notes_.empty() || !needless_.empty(); }

  Graph run() {
    const Replace replace = of_statements(g_, [&](NodeId id, Copying& copying) {
      return live_.nodes[id] && is_replaced(id, copying);
    });
    Graph made = rebuild_fused(g_, parts_, replace);
    made.notes.insert(made.notes.end(), notes_.begin(), notes_.end());
    return made;
  }

 private:
  // ---- which loops run together ----

  void plan(const std::vector<NodeId>& body) {
    std::vector<Group> groups;
    const std::size_t known = equal_.size();
    for (std::size_t place = 0; place < body.size(); ++place) {
      const NodeId id = body[place];
      if (!live_.nodes[id]) continue;
      const Node& n = g_.node(id);
      if (n.op == Op::check) learn_from_check(id);
      if (n.op != Op::loop) {
        for (const RegionId inner : InnerRegions(n)) plan(g_.regions()[inner].body);
        continue;
      }
      add_loop(groups, body, place);
    }
    equal_.forget(known);
    std::size_t next = 0;
    std::ranges::sort(groups, {}, &Group::place);
    for (const Group& group : groups) {
      for (; next < group.place; ++next) {
        const bool says = live_.nodes[body[next]] && g_.node(body[next]).op == Op::check;
        if (says) equal_.learn(g_.operands(body[next])[0]);
      }
      plan_inside(group);
    }
    equal_.forget(known);
  }

  /// Lengths are compared by each operation on arrays; one that is known to be right is left out.
  void learn_from_check(NodeId check) {
    const NodeId condition = g_.operands(check)[0];
    if (equal_.holds(condition)) needless_.insert(check);
    equal_.learn(condition);
  }

  void plan_inside(const Group& group) {
    const std::size_t known = equal_.size();
    const RegionId last = group.members.back();
    std::vector<NodeId> body;
    for (const RegionId member : group.members) {
      const auto& own = g_.regions()[member].body;
      body.insert(body.end(), own.begin(), own.end());
      equal_.learn(index(last), index(member));
    }
    if (group.members.size() > 1) {
      parts_[last].assign(group.members.begin(), group.members.end() - 1);
      notes_.push_back({g_.node(g_.regions()[last].owner).origin,
                        fmt::format("{} loops became one", group.members.size())});
    }
    plan(body);
    equal_.forget(known);
  }

  void add_loop(std::vector<Group>& groups, const std::vector<NodeId>& body, std::size_t place) {
    const NodeId id = body[place];
    Group mine{{static_cast<RegionId>(g_.node(id).bits[0])}, effects(id), place};
    Effects between;
    for (std::size_t at = place; at-- > 0 && place - at <= kFurthest;) {
      if (!live_.nodes[body[at]] || needless_.contains(body[at])) continue;
      const auto group = std::ranges::find(groups, at, &Group::place);
      if (group != groups.end() && may_join(*group, between, mine)) {
        mine.members.insert(mine.members.begin(), group->members.begin(), group->members.end());
        mine.effects = together(group->effects, mine.effects);
        groups.erase(group);
        continue;
      }
      const Effects& passed = group != groups.end() ? group->effects : effects(body[at]);
      between = together(passed, between);
      if (between.jumps || between.accesses.size() > kMostAccesses) break;
    }
    groups.push_back(std::move(mine));
  }

  bool may_join(const Group& group, const Effects& between, const Group& mine) const {
    if (!count_alike(group.members.back(), mine.members.back())) return false;
    if (group.effects.jumps || mine.effects.jumps) return false;
    if (group.effects.accesses.size() + mine.effects.accesses.size() > kMostAccesses) return false;
    if (!may_swap(group.effects, between)) return false;
    if (!may_interleave(group.effects, mine.effects)) return false;
    if (streams(group.effects, mine.effects) > kMostStreams) return false;
    const bool in_order =
        all_conflicts(group.effects, mine.effects, [&](const Access& first, const Access& second) {
          const Meeting meets = meeting_of(first, second, mine.members, 1);
          return meets == Meeting::Never || meets == Meeting::Before || meets == Meeting::Same;
        });
    return in_order && pays(group, mine);
  }

  const Effects& effects(NodeId statement) {
    const auto found = effects_.find(statement);
    if (found != effects_.end()) return found->second;
    return effects_.emplace(statement, effects_of(g_, live_, statement)).first->second;
  }

  NodeId index(RegionId loop) const { return g_.regions()[loop].index; }
  std::span<const NodeId> bounds(RegionId loop) const {
    return g_.operands(g_.regions()[loop].owner);
  }

  bool count_alike(RegionId a, RegionId b) const {
    if (g_.regions()[a].parallel != Parallel::No || g_.regions()[b].parallel != Parallel::No) {
      return false;
    }
    const auto one = bounds(a);
    const auto other = bounds(b);
    return g_.is_constant(one[2]) && one[2] == other[2] && equal_.are_equal(one[0], other[0]) &&
           equal_.are_equal(one[1], other[1]);
  }

  // ---- where their accesses meet ----

  /// The loops from one around `statement`, of the loops of `candidates`, inwards.
  Loops loops_to(NodeId statement, std::span<const RegionId> candidates) const {
    Loops out;
    for (RegionId r = g_.node(statement).region; r != 0; r = g_.regions()[r].parent) {
      if (g_.node(g_.regions()[r].owner).op == Op::loop) out.push_back(r);
      if (std::ranges::find(candidates, r) != candidates.end()) break;
    }
    std::ranges::reverse(out);
    return out;
  }

  /// `members`: the loops of which one is around the second.
  Meeting meeting_of(const Access& first, const Access& second, const Loops& members,
                     std::size_t depth, const Loops* outer = nullptr) const {
    const auto is_element = [&](const Access& access) {
      const Op op = g_.node(access.statement).op;
      return op == Op::load || op == Op::store;
    };
    if (!is_element(first) || !is_element(second)) return Meeting::Unknown;
    if (g_.node(first.statement).bits[0] != g_.node(second.statement).bits[0]) {
      return Meeting::Unknown;
    }
    const Loops around_first = outer != nullptr ? *outer : outermost(first.statement, members[0]);
    const Loops around_second = loops_to(second.statement, members);
    std::vector<std::int64_t> steps;
    for (std::size_t k = 0; k < depth; ++k) {
      steps.push_back(g_.integer_value(bounds(around_second[k])[2]));
    }
    const auto number = [&](const Loops& loops, RegionId region) {
      const auto found = std::ranges::find(loops, region) - loops.begin();
      return found < static_cast<std::ptrdiff_t>(depth) ? static_cast<int>(found) : kVarying;
    };
    const auto role = [&](NodeId id) {
      const Node& n = g_.node(id);
      const bool in_first = timeline_.is_inside(n.region, around_first.front());
      if (!in_first && !timeline_.is_inside(n.region, around_second.front())) return kFixed;
      if (n.op != Op::index) return kVarying;
      return number(in_first ? around_first : around_second, n.region);
    };
    return meeting(element(first.statement), element(second.statement), role, steps);
  }

  /// The loop around a statement that stands in the same body as another loop.
  Loops outermost(NodeId statement, RegionId beside) const {
    const std::uint32_t depth = g_.regions()[beside].depth;
    RegionId r = g_.node(statement).region;
    while (g_.regions()[r].depth > depth) r = g_.regions()[r].parent;
    return {r};
  }

  std::vector<IndexSum> element(NodeId access) const {
    std::vector<IndexSum> out;
    const Known known = [this](NodeId id) -> std::optional<IndexSum> {
      const NodeId same = equal_.representative(id);
      if (same == id || g_.is_constant(id) || g_.is_constant(same)) return std::nullopt;
      return term(same);
    };
    for (const NodeId at : g_.operands(access).subspan(g_.node(access).op == Op::store ? 1 : 0)) {
      out.push_back(index_sum(g_, at, known));
    }
    return out;
  }

  // ---- profit ----

  bool is_array(BufferId buffer) const { return g_.buffers()[buffer].rank() > 0; }

  /// How many arrays the loops walk along, those that need no memory any more left out.
  std::size_t streams(const Effects& first, const Effects& second) const {
    std::set<BufferId> arrays;
    std::unordered_map<BufferId, std::size_t> loads;
    for (const auto* accesses : {&first.accesses, &second.accesses}) {
      for (const Access& access : *accesses) {
        const auto buffer = static_cast<BufferId>(g_.node(access.statement).bits[0]);
        const Op op = g_.node(access.statement).op;
        if (op == Op::call || op == Op::foreign || !is_array(buffer)) continue;
        arrays.insert(buffer);
        if (!access.writes) ++loads[buffer];
      }
    }
    return static_cast<std::size_t>(std::ranges::count_if(arrays, [&](BufferId buffer) {
      const bool gone =
          g_.buffers()[buffer].allocated && loads[buffer] == timeline_.loads(buffer).size();
      return !gone;
    }));
  }

  bool pays(const Group& group, const Group& mine) const {
    bool has_link = false;
    all_conflicts(group.effects, mine.effects, [&](const Access& first, const Access& second) {
      has_link =
          is_link(group, first, second, mine.members) || is_slice(first, second, mine.members);
      return !has_link;
    });
    if (has_link || share_slices(group, mine)) return true;
    return group.effects.carries == mine.effects.carries &&
           share_arrays(group.effects, mine.effects) &&
           are_alike_nests(group.members.back(), mine.members.back());
  }

  /// Is an element of an own array stored by the first and read by the second, in the same
  /// iteration of all loops around the store?
  bool is_link(const Group& group, const Access& first, const Access& second,
               const Loops& members) const {
    if (!first.writes || second.writes || !g_.buffers()[first.buffer].allocated) return false;
    if (g_.node(first.statement).op != Op::store) return false;
    const Loops from = loops_to(first.statement, group.members);
    const Loops to = loops_to(second.statement, members);
    if (from.size() > to.size() || !is_array(first.buffer)) return false;
    for (std::size_t k = 1; k < from.size(); ++k) {
      if (!count_alike(from[k], to[k])) return false;
    }
    return meeting_of(first, second, members, from.size(), &from) == Meeting::Same;
  }

  /// Does each iteration of the second read only what the same one of the first stored of an own
  /// array? The slice is still in the cache then, and may be all that is needed of the array.
  bool is_slice(const Access& first, const Access& second, const Loops& members) const {
    if (!first.writes || second.writes || !g_.buffers()[first.buffer].allocated) return false;
    if (g_.node(first.statement).op != Op::store || !is_array(first.buffer)) return false;
    return meeting_of(first, second, members, 1) == Meeting::Same;
  }

  bool are_flat(const Loops& loops) const {
    return std::ranges::all_of(loops, [&](RegionId loop) { return has_no_loop(loop); });
  }

  /// Do loops that hold loops go through an array slice by slice, both by the same?
  bool share_slices(const Group& group, const Group& mine) const {
    if (are_flat(group.members) || are_flat(mine.members)) return false;
    return std::ranges::any_of(group.effects.accesses, [&](const Access& first) {
      if (g_.buffers()[first.buffer].rank() < 2) return false;
      const auto& others = mine.effects.accesses;
      auto second = std::ranges::lower_bound(others, first.buffer, {}, &Access::buffer);
      for (; second != others.end() && second->buffer == first.buffer; ++second) {
        if (meeting_of(first, *second, mine.members, 1) == Meeting::Same) return true;
      }
      return false;
    });
  }

  bool share_arrays(const Effects& first, const Effects& second) const {
    return std::ranges::any_of(first.accesses, [&](const Access& access) {
      return is_array(access.buffer) &&
             std::ranges::binary_search(second.accesses, access.buffer, {}, &Access::buffer);
    });
  }

  /// Perfect nests of the same loops, which go on running together inside.
  bool are_alike_nests(RegionId a, RegionId b) const {
    while (true) {
      const RegionId inner = only_loop(a);
      const RegionId other = only_loop(b);
      if (inner == kNone || other == kNone) return has_no_loop(a) && has_no_loop(b);
      if (!count_alike(inner, other)) return false;
      a = inner;
      b = other;
    }
  }

  RegionId only_loop(RegionId region) const {
    RegionId out = kNone;
    for (const NodeId id : g_.regions()[region].body) {
      const Op op = g_.node(id).op;
      if (!live_.nodes[id] || op == Op::load) continue;
      if (op != Op::loop || out != kNone) return kNone;
      out = static_cast<RegionId>(g_.node(id).bits[0]);
    }
    return out;
  }

  bool has_no_loop(RegionId region) const {
    return std::ranges::none_of(g_.regions()[region].body, [&](NodeId id) {
      return live_.nodes[id] && has_regions(g_.node(id).op);
    });
  }

  // ---- rewriting ----

  /// The last store to an own array, as it is in the graph that is being made.
  struct Held {
    std::uint32_t version = 0;
    RegionId region = 0;
    std::vector<NodeId> indices;
    NodeId value = kNone;
  };

  /// A load of the element that was stored last gives the value; versions tell whether it still is.
  bool is_replaced(NodeId id, Copying& copying) {
    const Node& n = g_.node(id);
    if (needless_.contains(id)) return true;
    if (n.op != Op::load && n.op != Op::store) return false;
    const auto buffer = static_cast<BufferId>(n.bits[0]);
    if (!g_.buffers()[buffer].allocated) return false;
    std::vector<NodeId> operands;
    for (const NodeId operand : g_.operands(id)) operands.push_back(copying.copied(operand));
    Graph& to = copying.to;
    to.set_origin(n.origin);
    Held& held = held_[buffer];
    if (n.op == Op::store) {
      const NodeId value = operands.front();
      operands.erase(operands.begin());
      to.store(buffer, operands, value);
      held = {to.buffers()[buffer].version, to.current_region(), std::move(operands), value};
      return true;
    }
    const bool holds = held.value != kNone && held.version == to.buffers()[buffer].version &&
                       held.indices == operands && !to.regions()[held.region].closed &&
                       to.is_open(held.value);
    if (!holds) return false;
    const Node& value = to.node(held.value);
    copying.stands_for(id, value.weak == n.weak ? held.value : to.cast(held.value, n.type, n.weak));
    return true;
  }

  const Graph& g_;
  Live live_;
  Timeline timeline_;
  EqualValues equal_;
  std::unordered_map<NodeId, Effects> effects_;  // by statement
  std::set<NodeId> needless_;                    // checks
  Fused parts_;
  std::vector<Note> notes_;
  std::unordered_map<BufferId, Held> held_;
};

}  // namespace

std::optional<Graph> fuse(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  Fusion fusion(graph);
  if (!fusion.any()) return std::nullopt;
  return fusion.run();
}

}  // namespace numeta::core
