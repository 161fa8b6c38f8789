// explain.cpp - see explain.hpp.
#include "core/explain.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "core/forward.hpp"
#include "core/live.hpp"
#include "core/statements.hpp"
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
  const auto operands = g.operands(length);
  switch (n.op) {
    case Op::constant: return fmt::format("{}", g.integer_value(length));
    case Op::argument: return g.scalars()[n.bits[0]].name;
    case Op::dim: return fmt::format("{}.shape[{}]", g.buffers()[n.bits[0]].name, n.bits[1]);
    case Op::cast: return length_text(g, operands[0]);
    case Op::maximum:  // a length that is not below 0
      return g.is_integer_constant(operands[1], 0) ? length_text(g, operands[0]) : "...";
    case Op::add:
    case Op::sub:
      return fmt::format("{} {} {}", length_text(g, operands[0]), n.op == Op::add ? '+' : '-',
                         length_text(g, operands[1]));
    default: return "...";
  }
}

std::string tuple(const Graph& g, std::span<const NodeId> lengths) {
  std::string out;
  for (const NodeId length : lengths) {
    out += fmt::format("{}{}", out.empty() ? "" : ", ", length_text(g, length));
  }
  return fmt::format("({}{})", out, lengths.size() == 1 ? "," : "");
}

bool is_counted_from_0(const Graph& g, NodeId loop) {
  const auto bounds = g.operands(loop);
  return g.is_integer_constant(bounds[0], 0) && g.is_integer_constant(bounds[2], 1);
}

/// The loops of a perfect nest, and how many loops there are inside of the last.
struct Nest {
  std::vector<NodeId> loops;
  std::size_t inside = 0;
};

std::size_t loops_in(const Graph& g, const Live& alive, NodeId statement) {
  std::size_t out = 0;
  for (const RegionId inner : InnerRegions(g.node(statement))) {
    for (const NodeId id : g.regions()[inner].body) {
      if (!alive.nodes[id]) continue;
      out += (is_loop(g.node(id).op) ? 1 : 0) + loops_in(g, alive, id);
    }
  }
  return out;
}

Nest nest_of(const Graph& g, const Live& alive, NodeId loop) {
  Nest out;
  for (NodeId next = loop; next != kNone;) {
    out.loops.push_back(next);
    const auto& body = g.regions()[g.node(next).bits[0]].body;
    const NodeId outer = next;
    next = kNone;
    for (const NodeId id : body) {
      if (!alive.nodes[id] || g.node(id).op == Op::load) continue;
      const bool is_only = next == kNone && g.node(id).op == Op::loop && is_counted_from_0(g, id);
      if (!is_only) {
        out.inside = loops_in(g, alive, outer);
        return out;
      }
      next = id;
    }
  }
  return out;
}

std::string text_of(const Graph& g, const Nest& nest) {
  std::vector<NodeId> ends;
  for (const NodeId loop : nest.loops) ends.push_back(g.operands(loop)[1]);
  std::string out = fmt::format("a loop over {}", tuple(g, ends));
  if (nest.inside > 0) {
    out += fmt::format(" with {} loop{} inside", nest.inside, nest.inside == 1 ? "" : "s");
  }
  return out;
}

/// Notes on the outermost loops that count from 0, and on those in other loops.
void explain_loops(const Graph& g, const Live& alive, RegionId region, std::vector<Note>& notes) {
  for (const NodeId id : g.regions()[region].body) {
    if (!alive.nodes[id]) continue;
    const Node& n = g.node(id);
    if (n.op == Op::loop && is_counted_from_0(g, id)) {
      notes.push_back({n.origin, text_of(g, nest_of(g, alive, id))});
      continue;
    }
    for (const RegionId inner : InnerRegions(n)) explain_loops(g, alive, inner, notes);
  }
}

/// Why an array needs memory.
const char* reason(const Fates& fates, std::uint64_t array) {
  const Fate fate = fates.fates[array];
  const char* why = fate == Fate::NoMap ? reason(fates.obstacles[array]) : reason(fate);
  return why == nullptr ? "it is needed as a whole" : why;
}

}  // namespace

std::optional<Graph> explain(const Graph& graph) {
  if (!has_own_arrays(graph)) return std::nullopt;
  const Live alive = live(graph);
  std::vector<Note> notes;
  explain_loops(graph, alive, 0, notes);
  const Fates fates = fates_of_arrays(graph);
  for (const Region& region : graph.regions()) {
    for (const NodeId id : region.body) {
      const Node& n = graph.node(id);
      if (n.op != Op::allocate || !alive.nodes[id]) continue;
      if (std::ranges::find(graph.returned, n.bits[0]) != graph.returned.end()) continue;
      notes.push_back({n.origin, fmt::format("an array {} is kept: {}",
                                             tuple(graph, graph.operands(id)),
                                             reason(fates, n.bits[0]))});
    }
  }
  if (notes.empty()) return std::nullopt;
  Graph made = graph;
  made.notes.insert(made.notes.end(), notes.begin(), notes.end());
  return made;
}

}  // namespace numeta::core
