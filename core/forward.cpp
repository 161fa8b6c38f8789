// forward.cpp - decisions map by map in the order of the text, so that what a map costs includes
// the maps that it reads by then; after them one rebuild. See forward.hpp.
//
// Legality. A load at L of a map whose nest N stands in region R, in the body of R or inside of it
// after N, sees what N of this execution of R wrote. What the expression reads may be stored to
// between N and L, or in a loop around L by an iteration before. Each such store must meet the
// read never, or only afterwards: in a later iteration, or in the same one behind L. Loops that do
// nothing but copy the map run backwards where that makes it so.
#include "core/forward.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/backwards.hpp"
#include "core/index_sum.hpp"
#include "core/map_cost.hpp"
#include "core/rebuild.hpp"
#include "core/spread.hpp"
#include "core/statements.hpp"

namespace numeta::core {
namespace {

constexpr std::uint32_t kLongest = 256;
constexpr std::size_t kMostStreams = 12;
// Two arrays are read in as many places instead of one that would be written and read.
constexpr std::size_t kMostPlaces = 4;
// What is cheap is computed anew for neighbours, as long as an iteration does no more than this in
// all: vectors of it cost less than an array that is written and read beyond the caches (measured:
// 25 operations on 11 elements, 0.65 of the time beyond them, and the same time inside).
constexpr std::size_t kMostAnew = 8;  // loads of the array
constexpr std::size_t kMostOperations = 32;
constexpr std::size_t kMostElements = 16;

constexpr std::uint32_t kNoMap = UINT32_MAX;

/// A load of a forwarded map; what its expression reads is read here.
struct Site {
  const Map* map;
  NodeId load;
  const Site*
      outer;  // the site whose expression holds the load; nullptr for a statement that stays
};

class Forwarding {
 public:
  explicit Forwarding(const Graph& graph)
      : g_(graph),
        live_(live(graph)),
        timeline_(graph, live_),
        map_of_(graph.buffers().size(), kNoMap) {
    Recognised found = find_maps(g_, live_, timeline_);
    maps_ = std::move(found.maps);
    out_.obstacles = std::move(found.obstacles);
    out_.fates.assign(g_.buffers().size(), Fate::NoMap);
    costs_.resize(maps_.size());
    own_operations_.resize(maps_.size());
    for (std::uint32_t k = 0; k < maps_.size(); ++k) {
      measure(k);
      const Fate fate = fate_of(k);
      out_.fates[maps_[k].array] = fate;
      if (fate != Fate::Forwarded) continue;
      map_of_[maps_[k].array] = k;
      any_ = true;
    }
  }

  bool any() const { return any_; }
  const Fates& fates() const { return out_; }

  Graph run() {
    find_empty_nests();
    const Replace replace =
        of_statements(g_, [&](NodeId id, Copying& copying) { return is_replaced(id, copying); });
    Graph made = rebuild(g_, {}, {}, replace);
    for (const auto& [nest, inlined] : nests_) {
      made.notes.push_back(
          {g_.node(nest).origin,
           fmt::format("{} array operations became one loop nest", inlined.size() + 1)});
    }
    for (const RegionId loop : backwards_) {
      const NodeId owner = g_.regions()[loop].owner;
      if (backwards_.contains(g_.node(owner).region)) continue;  // said of the outermost
      made.notes.push_back({g_.node(owner).origin, kBackwardsNote});
    }
    return made;
  }

 private:
  static constexpr const char* kBackwardsNote =
      "runs backwards, so that each element is read before another one is stored there";

  bool is_forwarded(NodeId load) const { return map_of(load) != kNoMap; }
  std::uint32_t map_of(NodeId access) const { return map_of_[g_.node(access).bits[0]]; }

  // ---- profit ----

  void measure(std::uint32_t k) {
    MapCost& cost = costs_[k] = cost_of(g_, timeline_, maps_[k]);
    own_operations_[k] = cost.operations;
    for (const NodeId read : cost.reads) {
      const auto buffer = static_cast<BufferId>(g_.node(read).bits[0]);
      if (is_forwarded(read)) {
        cost.add(costs_[map_of(read)]);
        continue;
      }
      MapCost one;
      if (!g_.buffers()[buffer].local) {
        one.loads = 1;
        one.streams = {buffer};
      }
      cost.add(one);
    }
  }

  Fate fate_of(std::uint32_t k) {
    const Map& map = maps_[k];
    const MapCost& cost = costs_[k];
    const auto& loads = timeline_.loads(map.array);
    if (cost.size > kLongest || cost.streams.size() > kMostStreams) return Fate::Large;
    for (const NodeId load : loads) {
      if (!is_after(map, load)) return Fate::Escapes;
    }
    const Fate profit = profit_of(map, cost, loads);
    if (profit != Fate::Forwarded) return profit;
    for (const NodeId load : loads) {
      if (sees_the_same(k, load, kForwards)) continue;
      const std::vector<RegionId> loops = copying_loops(g_, live_, load, map.home);
      if (loads.size() > 1 || loops.empty() || !sees_the_same(k, load, kBackwards)) {
        return Fate::Changed;
      }
      backwards_.insert(loops.begin(), loops.end());
    }
    return Fate::Forwarded;
  }

  bool is_after(const Map& map, NodeId load) const {
    return timeline_.is_inside(g_.node(load).region, map.home) &&
           timeline_.at(load) > timeline_.end(map.root);
  }

  Fate profit_of(const Map& map, const MapCost& cost, const std::vector<NodeId>& loads) const {
    bool repeats = false;
    for (const NodeId load : loads) {
      const auto loops = loops_around(g_, load, map.home);
      repeats = repeats || !is_spread(g_, timeline_, load, loops);
    }
    if (repeats) {
      const bool pays = cost.is_trivial() && cost.loads <= 1 && reads_along_memory(g_, map, cost);
      return pays ? Fate::Forwarded : Fate::Repeated;
    }
    if (loads.size() == 1 || are_single_elements(map, loads)) return Fate::Forwarded;
    if (loads.size() <= kMostPlaces && are_apart(g_, timeline_, loads, map.home)) {
      return Fate::Forwarded;
    }
    const bool pays = cost.is_trivial() && (cost.loads <= 1 || loads.size() <= kMostPlaces);
    return pays || is_cheap_anew(map, cost, loads) ? Fate::Forwarded : Fate::Twice;
  }

  // What the loads of an array in one body cost, if it is computed there: each element once.
  struct Anew {
    bool known = true;
    std::size_t operations = 0;
    std::set<std::pair<std::uint32_t, std::vector<IndexSum>>> evaluated;  // of maps
    std::set<std::pair<std::uint32_t, std::vector<IndexSum>>> loaded;     // of buffers
  };

  /// Does it cost little to compute the elements at all the loads? An array is written, and then
  /// read by each nest; what it is made from is read by each nest instead.
  bool is_cheap_anew(const Map& map, const MapCost& cost, const std::vector<NodeId>& loads) const {
    if (cost.costly || loads.size() > kMostAnew) return false;
    if (kind(g_.buffers()[map.array].type) == Kind::Complex) return false;
    std::map<RegionId, Anew> places;
    for (const NodeId load : loads) {
      std::vector<IndexSum> at;
      for (const NodeId index : g_.operands(load)) at.push_back(index_sum(g_, index));
      const auto k = static_cast<std::uint32_t>(&map - maps_.data());
      evaluate_anew(k, std::move(at), places[g_.node(load).region]);
    }
    if ((places.size() - 1) * cost.streams.size() > places.size() + 2) return false;
    return std::ranges::all_of(places, [](const auto& place) {
      const Anew& anew = place.second;
      return anew.known && anew.operations <= kMostOperations &&
             anew.loaded.size() <= kMostElements;
    });
  }

  void evaluate_anew(std::uint32_t k, std::vector<IndexSum> at, Anew& out) const {
    const auto fits = [](const IndexSum& sum) { return sum.known; };
    out.known = out.known && std::ranges::all_of(at, fits);
    if (!out.known || out.operations > kMostOperations) return;
    if (!out.evaluated.emplace(k, at).second) return;
    const Map& map = maps_[k];
    out.operations += own_operations_[k];
    const auto known = [&](NodeId inner) -> std::optional<IndexSum> {
      if (g_.node(inner).op != Op::index) return std::nullopt;
      const auto axis = std::ranges::find(map.loops, g_.node(inner).region) - map.loops.begin();
      if (axis == std::ssize(map.loops)) return std::nullopt;
      return at[static_cast<std::size_t>(axis)];
    };
    for (const NodeId read : costs_[k].reads) {
      std::vector<IndexSum> inner;
      for (const NodeId index : g_.operands(read)) {
        inner.push_back(index_sum(g_, index, known));
        for (const auto& [node, factor] : inner.back().terms) {
          if (is_in_nest(g_, timeline_, map, node)) inner.back().known = false;
        }
      }
      out.known = out.known && std::ranges::all_of(inner, fits);
      if (is_forwarded(read)) {
        evaluate_anew(map_of(read), std::move(inner), out);
      } else {
        out.loaded.emplace(static_cast<std::uint32_t>(g_.node(read).bits[0]), std::move(inner));
      }
    }
  }

  /// Are there no loops around the loads, and is each of a constant element of its own?
  bool are_single_elements(const Map& map, const std::vector<NodeId>& loads) const {
    std::set<std::vector<NodeId>> elements;
    for (const NodeId load : loads) {
      const auto indices = g_.operands(load);
      const bool constant =
          std::ranges::all_of(indices, [&](NodeId index) { return g_.is_constant(index); });
      if (!constant || !loops_around(g_, load, map.home).empty()) return false;
      if (!elements.emplace(indices.begin(), indices.end()).second) return false;
    }
    return true;
  }

  // ---- legality ----

  /// What every read of a map's expression must be safe from, if it is read at a load.
  struct Window {
    NodeId load;
    RegionId home;
    std::uint32_t after;
    std::uint32_t before;
    std::vector<RegionId> loops;  // around the load inside of `home`
    std::int64_t direction;       // in which they run
  };
  static constexpr std::int64_t kForwards = 1;
  static constexpr std::int64_t kBackwards = -1;

  bool sees_the_same(std::uint32_t k, NodeId load, std::int64_t direction) const {
    const Map& map = maps_[k];
    Window window{load,
                  map.home,
                  timeline_.end(map.root),
                  timeline_.at(load),
                  loops_around(g_, load, map.home),
                  direction};
    if (!window.loops.empty()) window.before = timeline_.span(window.loops.front()).last;
    const Site site{&map, load, nullptr};
    return all_reads_are_safe(k, site, window);
  }

  bool all_reads_are_safe(std::uint32_t k, const Site& site, const Window& window) const {
    return std::ranges::all_of(costs_[k].reads, [&](NodeId read) {
      if (is_forwarded(read)) {
        const std::uint32_t inner = map_of(read);
        return all_reads_are_safe(inner, {&maps_[inner], read, &site}, window);
      }
      const auto writes = timeline_.writes(static_cast<BufferId>(g_.node(read).bits[0]),
                                           window.after, window.before);
      return std::ranges::all_of(
          writes, [&](const Write& write) { return is_safe(read, site, write, window); });
    });
  }

  bool is_safe(NodeId read, const Site& site, const Write& write, const Window& window) const {
    const Node& writer = g_.node(write.statement);
    if (writer.op != Op::store || write.buffer != g_.node(read).bits[0]) return false;
    std::vector<std::int64_t> steps;
    std::vector<RegionId> loops;  // around both
    bool in_order = true;
    for (const RegionId loop : window.loops) {
      if (!timeline_.is_inside(writer.region, loop)) break;
      loops.push_back(loop);
      steps.push_back(window.direction * step_of(loop));
      in_order = in_order && g_.regions()[loop].parallel == Parallel::No;
    }
    const auto role = [&](NodeId id) {
      const Node& n = g_.node(id);
      if (n.region == window.home || !timeline_.is_inside(n.region, window.home)) return kFixed;
      const auto found = n.op == Op::index ? std::ranges::find(loops, n.region) : loops.end();
      return found == loops.end() ? kVarying : static_cast<int>(found - loops.begin());
    };
    std::vector<IndexSum> stored;
    for (const NodeId index : g_.operands(write.statement).subspan(1)) {
      stored.push_back(index_sum(g_, index));
    }
    std::vector<IndexSum> wanted;
    for (const NodeId index : g_.operands(read)) wanted.push_back(at_site(index, &site));
    switch (meeting(stored, wanted, role, steps)) {
      case Meeting::Never: return true;
      case Meeting::After: return in_order;
      case Meeting::Same: return write.at > timeline_.at(window.load);
      case Meeting::Before:
      case Meeting::Unknown: break;
    }
    return false;
  }

  std::int64_t step_of(RegionId loop) const {
    const NodeId owner = g_.regions()[loop].owner;
    if (g_.node(owner).op != Op::loop) return 0;
    const NodeId step = g_.operands(owner)[2];
    return g_.is_constant(step) ? g_.integer_value(step) : 0;
  }

  /// An index inside of a map's nest, in terms of what stands at the site that reads the map.
  IndexSum at_site(NodeId id, const Site* site) const {
    if (site == nullptr) return index_sum(g_, id);
    const Map& map = *site->map;
    const auto known = [&](NodeId inner) -> std::optional<IndexSum> {
      if (g_.node(inner).op != Op::index) return std::nullopt;
      const auto axis = std::ranges::find(map.loops, g_.node(inner).region) - map.loops.begin();
      if (axis == std::ssize(map.loops)) return std::nullopt;
      return at_site(g_.operands(site->load)[static_cast<std::size_t>(axis)], site->outer);
    };
    IndexSum out = index_sum(g_, id, known);
    for (const auto& [node, factor] : out.terms) {
      if (is_in_nest(g_, timeline_, map, node)) return unknown();
    }
    return out;
  }

  // ---- rewriting ----

  /// Nests in which every store is one of a forwarded map.
  void find_empty_nests() {
    std::map<NodeId, std::size_t> gone;
    for (const Map& map : maps_) {
      if (is_forwarded(map.store)) ++gone[map.root];
    }
    for (const auto& [root, count] : gone) {
      if (stores_in(root) == count) empty_.insert(root);
    }
  }

  std::size_t stores_in(NodeId statement) const {
    std::size_t out = g_.node(statement).op == Op::store && live_.nodes[statement] ? 1 : 0;
    for (const RegionId inner : InnerRegions(g_.node(statement))) {
      for (const NodeId id : g_.regions()[inner].body) out += stores_in(id);
    }
    return out;
  }

  bool is_replaced(NodeId id, Copying& copying) {
    if (empty_.contains(id)) return true;
    const Node& n = g_.node(id);
    if (n.op == Op::loop && backwards_.contains(static_cast<RegionId>(n.bits[0]))) {
      const auto loop = static_cast<RegionId>(n.bits[0]);
      run_backwards(g_, loop, copying, [&] { copy_body(loop, copying); });
      return true;
    }
    if (n.op != Op::load && n.op != Op::store && n.op != Op::allocate) return false;
    if (!live_.nodes[id] || !is_forwarded(id)) return false;
    if (n.op != Op::load) return true;
    std::vector<NodeId> at;
    for (const NodeId index : g_.operands(id)) at.push_back(copying.copied(index));
    nest_ = nest_around(g_, live_, id);
    copying.stands_for(id, evaluated(map_of(id), at, copying));
    return true;
  }

  void copy_body(RegionId region, Copying& copying) {
    for (const NodeId id : g_.regions()[region].body) {
      if (live_.nodes[id] && !is_replaced(id, copying)) copying.statement(id);
    }
  }

  /// The expression of a map at indices of the graph that is being made.
  NodeId evaluated(std::uint32_t k, std::span<const NodeId> at, Copying& copying) {
    const Map& map = maps_[k];
    if (nest_ != kNone) nests_[nest_].insert(k);
    std::unordered_map<NodeId, NodeId> values;
    const auto value = [&](NodeId id) {
      const auto found = values.find(id);
      return found == values.end() ? copying.copied(id) : found->second;
    };
    for (const NodeId id : costs_[k].nodes) {
      const Node& n = g_.node(id);
      if (n.op == Op::index) {
        values[id] = at[static_cast<std::size_t>(std::ranges::find(map.loops, n.region) -
                                                 map.loops.begin())];
        continue;
      }
      std::vector<NodeId> operands;
      for (const NodeId operand : g_.operands(id)) operands.push_back(value(operand));
      if (n.op == Op::load && is_forwarded(id)) {
        values[id] = evaluated(map_of(id), operands, copying);
        continue;
      }
      copying.to.set_origin(n.origin);
      values[id] = n.op == Op::load ? copying.to.load(static_cast<BufferId>(n.bits[0]), operands)
                                    : copy_operation(g_, id, operands, copying.to);
    }
    const NodeId result = value(map.value);
    const Buffer& array = g_.buffers()[map.array];
    copying.to.set_origin(g_.node(map.store).origin);
    return copying.to.cast(result, array.type, array.weak);
  }

  const Graph& g_;
  Live live_;
  Timeline timeline_;
  std::vector<Map> maps_;
  std::vector<MapCost> costs_;                 // by map
  std::vector<std::uint32_t> own_operations_;  // by map
  std::vector<std::uint32_t> map_of_;          // by buffer: the map that is forwarded, or kNoMap
  Fates out_;
  bool any_ = false;
  std::set<NodeId> empty_;
  std::set<RegionId> backwards_;                     // loops that will run so
  NodeId nest_ = kNone;                              // around the load that is being replaced
  std::map<NodeId, std::set<std::uint32_t>> nests_;  // the maps that were inlined there
};

}  // namespace

Fates fates_of_arrays(const Graph& graph) { return Forwarding(graph).fates(); }

std::optional<Graph> forward(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  Forwarding forwarding(graph);
  if (!forwarding.any()) return std::nullopt;
  return forwarding.run();
}

}  // namespace numeta::core
