// elementwise.cpp - recognition of maps; see elementwise.hpp.
#include "core/elementwise.hpp"

#include <algorithm>

#include "core/statements.hpp"

namespace numeta::core {
namespace {

bool counts_from_0_to(const Graph& g, NodeId loop, NodeId length) {
  const auto bounds = g.operands(loop);
  return g.is_integer_constant(bounds[0], 0) && bounds[1] == length &&
         g.is_integer_constant(bounds[2], 1);
}

constexpr std::size_t kMostSeen = 256;  // statements looked back over

/// What statements do with one array.
struct Uses {
  std::size_t stores = 0;
  std::size_t others = 0;
  std::size_t seen = 0;
};

void count_uses(const Graph& g, NodeId statement, BufferId array, Uses& out) {
  const Node& n = g.node(statement);
  if (++out.seen > kMostSeen) return;
  const bool is_access = n.op == Op::load || n.op == Op::store;
  if (is_access && n.bits[0] == array) ++(n.op == Op::store ? out.stores : out.others);
  const auto other = [&](BufferId buffer) { out.others += buffer == array ? 1 : 0; };
  if (!is_access) each_stored(g, n, other);
  each_given(g, n, other);
  for (const RegionId inner : InnerRegions(n)) {
    for (const NodeId id : g.regions()[inner].body) count_uses(g, id, array, out);
  }
}

class Recognition {
 public:
  Recognition(const Graph& graph, const Live& live, const Timeline& timeline)
      : g_(graph), live_(live), timeline_(timeline), simple_(graph.regions().size(), kUnseen) {}

  Recognised run() {
    Recognised out;
    const auto& buffers = g_.buffers();
    out.obstacles.assign(buffers.size(), Obstacle::None);
    for (BufferId array = 0; array < buffers.size(); ++array) {
      if (!buffers[array].allocated) continue;
      Map map{};
      map.array = array;
      out.obstacles[array] = recognise(map);
      if (out.obstacles[array] == Obstacle::None) out.maps.push_back(std::move(map));
    }
    std::ranges::sort(out.maps, {}, [&](const Map& map) { return timeline_.at(map.store); });
    return out;
  }

 private:
  Obstacle recognise(Map& map) {
    map.allocate = map.store = kNone;
    if (std::ranges::find(g_.returned, map.array) != g_.returned.end()) return Obstacle::Passed;
    if (timeline_.is_given(map.array)) return Obstacle::Passed;
    for (const Write& write : timeline_.writes(map.array)) {
      const Op op = g_.node(write.statement).op;
      if (op != Op::store && op != Op::allocate) return Obstacle::Passed;
      NodeId& known = op == Op::store ? map.store : map.allocate;
      if (known != kNone) return Obstacle::WrittenTwice;
      known = write.statement;
    }
    if (map.store == kNone || map.allocate == kNone || timeline_.loads(map.array).empty()) {
      return Obstacle::Unused;
    }
    if (!find_loops(map)) return Obstacle::NotWhole;
    return is_pure(map) ? Obstacle::None : Obstacle::NotPure;
  }

  /// The loops by axis: each counts over the length of its axis, and nothing but loops, loads and
  /// stores stands in them, so that every element is written. An axis of length 1 needs none.
  bool find_loops(Map& map) {
    const auto indices = g_.operands(map.store).subspan(1);
    const auto lengths = g_.operands(map.allocate);
    map.value = g_.operands(map.store)[0];
    map.root = map.store;
    map.home = g_.node(map.store).region;
    map.loops.assign(indices.size(), kNone);
    std::size_t loops = indices.size();
    for (std::size_t axis = 0; axis < indices.size(); ++axis) {
      const bool is_single =
          g_.is_integer_constant(lengths[axis], 1) && g_.is_integer_constant(indices[axis], 0);
      loops -= is_single ? 1 : 0;
    }
    for (std::size_t depth = 0; depth < loops; ++depth) {
      const Region& region = g_.regions()[map.home];
      if (map.home == 0 || g_.node(region.owner).op != Op::loop) return false;
      const auto axis = std::ranges::find(indices, region.index) - indices.begin();
      if (axis == std::ssize(indices)) return false;
      const auto k = static_cast<std::size_t>(axis);
      if (map.loops[k] != kNone || region.parallel != Parallel::No) return false;
      if (!counts_from_0_to(g_, region.owner, lengths[k]) || !is_simple(map.home)) return false;
      map.loops[k] = map.home;
      map.root = region.owner;
      map.home = g_.node(region.owner).region;
    }
    return g_.node(map.allocate).region == map.home &&
           timeline_.at(map.allocate) < timeline_.at(map.root);
  }

  /// Do all statements of a region run, whatever the values?
  bool is_simple(RegionId region) {
    char& known = simple_[region];
    if (known != kUnseen) return known == kSimple;
    const auto& body = g_.regions()[region].body;
    const bool simple = std::ranges::all_of(body, [&](NodeId id) {
      const Op op = g_.node(id).op;
      return !live_.nodes[id] || op == Op::load || op == Op::store ||
             (op == Op::loop && is_simple(static_cast<RegionId>(g_.node(id).bits[0])));
    });
    simple_[region] = simple ? kSimple : kOther;
    return simple;
  }

  /// Does nothing that the nest stores change what the expression reads?
  bool is_pure(const Map& map) {
    ++mark_;
    seen_.resize(g_.size(), 0);
    std::vector<NodeId> todo{map.value};
    while (!todo.empty()) {
      const NodeId id = todo.back();
      todo.pop_back();
      if (seen_[id] == mark_ || !is_in_nest(g_, timeline_, map, id)) continue;
      seen_[id] = mark_;
      const Node& n = g_.node(id);
      if (n.op == Op::load) {
        const auto buffer = static_cast<BufferId>(n.bits[0]);
        const std::uint32_t start = timeline_.at(map.root);
        if (!timeline_.writes(buffer, start, timeline_.end(map.root)).empty()) return false;
      }
      const auto operands = g_.operands(id);
      todo.insert(todo.end(), operands.begin(), operands.end());
    }
    return true;
  }

  static constexpr char kUnseen = 0;
  static constexpr char kSimple = 1;
  static constexpr char kOther = 2;

  const Graph& g_;
  const Live& live_;
  const Timeline& timeline_;
  std::vector<char> simple_;         // by region
  std::vector<std::uint32_t> seen_;  // by node: the last mark
  std::uint32_t mark_ = 0;
};

}  // namespace

Recognised find_maps(const Graph& graph, const Live& live, const Timeline& timeline) {
  return Recognition(graph, live, timeline).run();
}

bool is_new_map(const Graph& graph, BufferId array) {
  if (!graph.buffers()[array].allocated) return false;
  const auto& body = graph.regions()[graph.current_region()].body;
  Uses uses;
  for (std::size_t place = body.size(); place-- > 0;) {
    const Node& n = graph.node(body[place]);
    if (n.op == Op::allocate && n.bits[0] == array) return uses.stores == 1 && uses.others == 0;
    count_uses(graph, body[place], array, uses);
    if (uses.seen > kMostSeen || uses.stores > 1 || uses.others > 0) return false;
  }
  return false;
}

bool is_new_gather(const Graph& graph, BufferId array) {
  if (!is_new_map(graph, array)) return false;
  auto id = static_cast<NodeId>(graph.size());
  do {
    --id;
  } while (graph.node(id).op != Op::store || graph.node(id).bits[0] != array);
  const NodeId value = graph.operands(id)[0];
  if (graph.node(value).op != Op::load) return false;
  std::vector<NodeId> todo(graph.operands(value).begin(), graph.operands(value).end());
  for (std::size_t k = 0; k < todo.size() && k < kMostSeen; ++k) {
    if (graph.node(todo[k]).op == Op::load) return true;
    const auto operands = graph.operands(todo[k]);
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
  return false;
}

bool is_in_nest(const Graph& graph, const Timeline& timeline, const Map& map, NodeId id) {
  const Timeline::Span span = timeline.span(graph.node(id).region);
  return span.first > timeline.at(map.root) && span.last <= timeline.end(map.root);
}

NodeId nest_around(const Graph& graph, const Live& live, NodeId statement) {
  NodeId out = kNone;
  for (RegionId r = graph.node(statement).region; r != 0;) {
    const NodeId owner = graph.regions()[r].owner;
    if (graph.node(owner).op != Op::loop) return out;
    const auto& body = graph.regions()[r].body;
    const bool is_only = std::ranges::all_of(body, [&](NodeId id) {
      return !live.nodes[id] || id == out || graph.node(id).op == Op::load;
    });
    if (out != kNone && !is_only) return out;
    out = owner;
    r = graph.node(owner).region;
  }
  return out;
}

}  // namespace numeta::core
