// kept_arrays.cpp - see kept_arrays.hpp.
#include "core/kept_arrays.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "core/forward.hpp"
#include "core/live.hpp"
#include "core/timeline.hpp"

namespace numeta::core {
namespace {

const char* reason(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::WrittenTwice: return "it is written in several places";
    case Obstacle::NotWhole: return "it is written in parts, or read by several loops";
    case Obstacle::NotPure: return "its elements are made from others of its own";
    case Obstacle::Passed: return "another kernel uses it";
    case Obstacle::None:
    case Obstacle::Unused: break;
  }
  return nullptr;
}

const char* reason(Fate fate) {
  switch (fate) {
    case Fate::Large: return "its elements are made from many others";
    case Fate::Changed: return "what it is made from changes before it is read";
    case Fate::Repeated: return "its elements are read several times";
    case Fate::Twice: return "it is read in several places";
    case Fate::Escapes: return "it is read where it may not have been computed";
    case Fate::NoMap:
    case Fate::Forwarded: break;
  }
  return nullptr;
}

std::string length_text(const Graph& g, NodeId length) {
  const Node& n = g.node(length);
  switch (n.op) {
    case Op::constant: return fmt::format("{}", g.integer_value(length));
    case Op::argument: return g.scalars()[n.bits[0]].name;
    case Op::dim: return fmt::format("{}.shape[{}]", g.buffers()[n.bits[0]].name, n.bits[1]);
    default: return "...";
  }
}

std::string shape_of(const Graph& g, NodeId allocate) {
  std::string out;
  for (const NodeId length : g.operands(allocate)) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", length_text(g, length));
  }
  return fmt::format("({}{})", out, g.operands(allocate).size() == 1 ? "," : "");
}

}  // namespace

std::optional<Graph> explain_arrays(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  const Live alive = live(graph);
  std::vector<NodeId> kept;
  for (const Region& region : graph.regions()) {
    for (const NodeId id : region.body) {
      const Node& n = graph.node(id);
      if (n.op != Op::allocate || !alive.nodes[id]) continue;
      if (std::ranges::find(graph.returned, n.bits[0]) == graph.returned.end()) kept.push_back(id);
    }
  }
  if (kept.empty()) return std::nullopt;
  const Fates fates = fates_of_arrays(graph);
  Graph made = graph;
  for (const NodeId id : kept) {
    const std::uint64_t array = graph.node(id).bits[0];
    const Fate fate = fates.fates[array];
    const char* why = fate == Fate::NoMap ? reason(fates.obstacles[array]) : reason(fate);
    if (why == nullptr) continue;
    made.notes.push_back(
        {graph.node(id).origin, fmt::format("an array {} is kept: {}", shape_of(graph, id), why)});
  }
  if (made.notes.size() == graph.notes.size()) return std::nullopt;
  return made;
}

}  // namespace numeta::core
