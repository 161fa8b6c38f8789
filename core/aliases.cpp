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

/// Two arrays are one.
struct Link {
  NodeId copy;   // says so
  bool is_told;  // the kernel knows at run time, and tells the caller
};

struct Stale {
  NodeId copy;   // why the two are one
  NodeId write;  // to the other one
};

struct State {
  std::map<Pair, Link> linked;
  std::map<BufferId, Stale> stale;

  /// Takes in another way to the same point; whether it says anything new.
  bool join(const State& other) {
    bool changed = false;
    for (const auto& [pair, link] : other.linked) changed |= add(pair, link);
    for (const auto& one : other.stale) changed |= stale.insert(one).second;
    return changed;
  }

  bool add(const Pair& pair, const Link& link) {
    const auto [place, is_new] = linked.emplace(pair, link);
    if (is_new || !place->second.is_told || link.is_told) return is_new;
    place->second = link;
    return true;
  }
};

BufferId other_of(const Node& copy) { return static_cast<BufferId>(copy.bits[1]); }

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
    for (const auto& [pair, link] : end->linked) {
      if (is_seen(pair.first) && is_seen(pair.second)) {
        throw AliasFault(Diag::alias_returned, g_, link.copy, link.copy, kNone);
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

  static void told(State& s, BufferId array) {
    std::erase_if(s.linked, [&](const auto& link) {
      return link.second.is_told && holds(link.first, array);
    });
  }

  void link(State& s, NodeId id) const {
    const auto array = static_cast<BufferId>(g_.node(id).bits[0]);
    const bool is_told = g_.node(id).bits[1] >> 32 != 0;
    const BufferId given = other_of(g_.node(id));
    if (given == kNone) return is_told ? told(s, array) : fresh(s, array);
    const BufferId other = representative(given);
    std::vector<std::pair<BufferId, bool>> all{{other, may_overlap(g_.buffers()[given])}};
    for (const auto& [pair, link] : s.linked) {
      if (!holds(pair, other)) continue;
      all.emplace_back(pair.first == other ? pair.second : pair.first, link.is_told);
    }
    for (const auto& [one, can_be_told] : all) {
      if (one != array) s.add(std::minmax(one, array), {id, is_told && can_be_told});
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
    for (const auto& [pair, link] : s.linked) {
      if (!holds(pair, one)) continue;
      s.stale.emplace(pair.first == one ? pair.second : pair.first, Stale{link.copy, where});
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
  const Buffer& other = graph.buffers()[other_of(copy)];
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
