// aliases.cpp - see aliases.hpp. What is known at a point of the kernel is which arrays may be one
// in NumPy (`linked`), and which ones would have other elements there (`stale`). Both only grow
// where ways meet, so following loops until nothing changes ends.
#include "core/aliases.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/statements.hpp"

namespace numeta::core {
namespace {

using Pair = std::pair<BufferId, BufferId>;

struct Stale {
  NodeId copy;   // why the two are one
  NodeId write;  // to the other one
};

struct State {
  std::map<Pair, NodeId> linked;  // by which copy
  std::map<BufferId, Stale> stale;

  /// Takes in another way to the same point; whether it says anything new.
  bool join(const State& other) {
    const std::size_t before = linked.size() + stale.size();
    linked.insert(other.linked.begin(), other.linked.end());
    stale.insert(other.stale.begin(), other.stale.end());
    return linked.size() + stale.size() != before;
  }
};

using Way = std::optional<State>;  // none: control does not come there

void join(Way& into, const Way& other) {
  if (!other) return;
  if (into) {
    into->join(*other);
  } else {
    into = other;
  }
}

class Checker {
 public:
  explicit Checker(const Graph& graph) : g_(graph) {
    left_.resize(graph.regions().size());
    cycled_.resize(graph.regions().size());
  }

  void run() {
    const Way end = body(0, State{});
    if (!end) return;
    for (BufferId k = 0; k < g_.buffers().size(); ++k) {
      if (is_seen(k)) read(*end, k, kNone);
    }
    for (const auto& [pair, copy] : end->linked) {
      if (is_seen(pair.first) && is_seen(pair.second)) {
        throw AliasFault(Diag::alias_returned, g_, copy, copy, kNone);
      }
    }
  }

 private:
  /// Parameters that may overlap are one array.
  BufferId representative(BufferId buffer) const {
    if (!g_.one_chain() || !may_overlap(g_.buffers()[buffer])) return buffer;
    for (BufferId k = 0; k < buffer; ++k) {
      if (may_overlap(g_.buffers()[k])) return k;
    }
    return buffer;
  }

  /// By the caller, when the kernel has ended.
  bool is_seen(BufferId buffer) const {
    return may_overlap(g_.buffers()[buffer]) ||
           std::find(g_.returned.begin(), g_.returned.end(), buffer) != g_.returned.end();
  }

  static bool holds(const Pair& pair, BufferId array) {
    return pair.first == array || pair.second == array;
  }

  static void fresh(State& s, BufferId array) {
    std::erase_if(s.linked, [&](const auto& link) { return holds(link.first, array); });
    s.stale.erase(array);
  }

  void link(State& s, NodeId id) const {
    const auto array = static_cast<BufferId>(g_.node(id).bits[0]);
    if (g_.node(id).bits[1] == kNone) return fresh(s, array);
    const BufferId other = representative(static_cast<BufferId>(g_.node(id).bits[1]));
    std::vector<BufferId> all{other};
    for (const auto& [pair, copy] : s.linked) {
      if (holds(pair, other)) all.push_back(pair.first == other ? pair.second : pair.first);
    }
    for (const BufferId one : all) {
      if (one != array) s.linked.emplace(std::minmax(one, array), id);
    }
  }

  void read(const State& s, BufferId array, NodeId where) const {
    const auto found = s.stale.find(representative(array));
    if (found == s.stale.end()) return;
    const Stale& why = found->second;
    throw AliasFault(Diag::alias_written, g_, why.copy, why.write, where);
  }

  void write(State& s, BufferId array, NodeId where) const {
    const BufferId one = representative(array);
    for (const auto& [pair, copy] : s.linked) {
      if (!holds(pair, one)) continue;
      s.stale.emplace(pair.first == one ? pair.second : pair.first, Stale{copy, where});
    }
  }

  Way body(RegionId region, Way way) {
    for (const NodeId id : g_.regions()[region].body) {
      if (!way) break;
      way = after(id, std::move(way));
    }
    return way;
  }

  Way after(NodeId id, Way way) {
    const Node& n = g_.node(id);
    const auto number = static_cast<BufferId>(n.bits[0]);
    switch (n.op) {
      case Op::alias: link(*way, id); break;
      case Op::allocate: fresh(*way, number); break;
      case Op::load: read(*way, number, id); break;
      case Op::store: write(*way, number, id); break;
      case Op::call: called(*way, id); break;
      case Op::branch: return branch(id, way);
      case Op::block: {
        Way end = body(number, std::move(way));
        join(end, std::exchange(left_[number], std::nullopt));
        return end;
      }
      case Op::loop:
      case Op::repeat: return loop(number, n.op == Op::repeat, std::move(*way));
      case Op::leave: join(left_[number], way); return std::nullopt;
      case Op::cycle: join(cycled_[number], way); return std::nullopt;
      default: break;
    }
    return way;
  }

  void called(State& s, NodeId id) const {
    const Call& call = g_.calls()[g_.node(id).bits[0]];
    for (const Parameter& argument : call.arguments) {
      if (argument.is_buffer) read(s, argument.number, id);
    }
    for (const Parameter& argument : call.arguments) {
      if (argument.is_buffer) write(s, argument.number, id);
    }
  }

  Way branch(NodeId id, const Way& way) {
    const Node& n = g_.node(id);
    Way end = body(static_cast<RegionId>(n.bits[0]), way);
    join(end, n.bits[1] != kNone ? body(static_cast<RegionId>(n.bits[1]), way) : way);
    return end;
  }

  Way loop(RegionId region, bool is_endless, State begun) {
    for (bool changed = true; changed;) {
      Way end = body(region, begun);
      join(end, std::exchange(cycled_[region], std::nullopt));
      changed = end && begun.join(*end);
    }
    Way out = std::exchange(left_[region], std::nullopt);
    if (!is_endless) join(out, begun);
    return out;
  }

  const Graph& g_;
  std::vector<Way> left_;
  std::vector<Way> cycled_;
};

std::string in_words(const Graph& graph, const Node& copy) {
  const Buffer& other = graph.buffers()[copy.bits[1]];
  return other.allocated ? "one that the kernel has made" : "the argument '" + other.name + "'";
}

}  // namespace

AliasFault::AliasFault(Diag d, const Graph& graph, NodeId copy, NodeId where, NodeId read)
    : std::runtime_error("an array of two names is copied"),
      diag(d),
      name(graph.buffers()[graph.node(copy).bits[0]].name),
      other(in_words(graph, graph.node(copy))),
      copied(graph.node(copy).origin),
      origin(graph.node(where).origin) {
  if (read != kNone) seen = graph.node(read).origin;
}

void check_aliases(const Graph& graph) {
  for (const Region& region : graph.regions()) {
    for (const NodeId id : region.body) {
      if (graph.node(id).op == Op::alias) return Checker(graph).run();
    }
  }
}

}  // namespace numeta::core
