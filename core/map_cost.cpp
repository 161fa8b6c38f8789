// map_cost.cpp - see map_cost.hpp.
#include "core/map_cost.hpp"

#include <algorithm>
#include <cstdlib>
#include <unordered_set>

namespace numeta::core {
namespace {

enum class Weight : std::uint8_t { Free, Cheap, Costly };

Weight weight(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  if (is_structural(n.op)) return Weight::Free;
  const bool is_complex = kind(n.type) == Kind::Complex;
  const bool counts = n.weak && is_integer(n.type);  // an index
  switch (row(n.op).rule) {
    case Rule::Negate:
    case Rule::IntegerOfBool:
    case Rule::Part: return n.op == Op::square ? Weight::Cheap : Weight::Free;
    case Rule::Absolute: {
      const bool is_root = kind(g.node(g.operands(id)[0]).type) == Kind::Complex;
      return is_root ? Weight::Costly : Weight::Free;
    }
    case Rule::Arithmetic:
    case Rule::Compare:
    case Rule::Logical:
    case Rule::Bitwise:
    case Rule::Select:
    case Rule::Shift:
    case Rule::Predicate:
    case Rule::RealPredicate: return counts ? Weight::Free : Weight::Cheap;
    case Rule::Extremum: return is_complex ? Weight::Costly : Weight::Cheap;
    case Rule::Structural:
    case Rule::TrueDivide:
    case Rule::FloorDivide:
    case Rule::Power:
    case Rule::FloatUnary:
    case Rule::FloatBinary:
    case Rule::Fmod:
    case Rule::Rounding:
    case Rule::Sign:
    case Rule::Integral:
    case Rule::MakeComplex: return Weight::Costly;
  }
  return Weight::Costly;
}

std::size_t contiguous_axis(Layout layout, std::size_t rank) {
  return layout == Layout::F ? 0 : rank - 1;
}

}  // namespace

void MapCost::add(const MapCost& inner) {
  operations += inner.operations;
  costly = costly || inner.costly;
  loads += inner.loads;
  size += inner.size;
  const std::size_t old = streams.size();
  streams.insert(streams.end(), inner.streams.begin(), inner.streams.end());
  std::inplace_merge(streams.begin(), streams.begin() + static_cast<std::ptrdiff_t>(old),
                     streams.end());
  streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
}

MapCost cost_of(const Graph& graph, const Timeline& timeline, const Map& map) {
  MapCost out;
  std::vector<NodeId> todo{map.value};
  std::unordered_set<NodeId> seen;
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    if (!is_in_nest(graph, timeline, map, id) || !seen.insert(id).second) continue;
    out.nodes.push_back(id);
    if (graph.node(id).op == Op::load) out.reads.push_back(id);
    out.operations += weight(graph, id) == Weight::Cheap ? 1 : 0;
    out.costly = out.costly || weight(graph, id) == Weight::Costly;
    const auto operands = graph.operands(id);
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
  std::ranges::sort(out.nodes);
  std::ranges::sort(out.reads);
  out.size = static_cast<std::uint32_t>(out.nodes.size());
  return out;
}

bool reads_along_memory(const Graph& graph, const Map& map, const MapCost& cost) {
  if (cost.reads.empty() || map.loops.empty()) return cost.loads == 0;
  const NodeId load = cost.reads.front();
  const Buffer& source = graph.buffers()[graph.node(load).bits[0]];
  if (cost.reads.size() > 1 || source.layout == Layout::Strided) return false;
  const auto indices = graph.operands(load);
  if (indices.empty()) return true;
  const Layout own = graph.buffers()[map.array].layout;
  const RegionId loop = map.loops[contiguous_axis(own, map.loops.size())];
  if (loop == kNone) return false;
  const IndexSum walk = index_sum(graph, indices[contiguous_axis(source.layout, indices.size())]);
  return walk.known && std::ranges::any_of(walk.terms, [&](const auto& term) {
           return term.first == graph.regions()[loop].index && std::abs(term.second) == 1;
         });
}

}  // namespace numeta::core
