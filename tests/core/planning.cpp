// planning.cpp - see planning.hpp.
#include "tests/core/planning.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/live.hpp"

namespace numeta::core {
namespace {

std::string shown_all(const Graph& g, std::span<const NodeId> values) {
  std::vector<std::string> out;
  for (const NodeId id : values) out.push_back(shown(g, id));
  return fmt::format("{}", fmt::join(out, ","));
}

std::string statements(const Graph& g, const Live& live, RegionId region) {
  std::string out;
  for (const NodeId id : g.regions()[region].body) {
    const Node& n = g.node(id);
    if (!live.nodes[id] || n.op == Op::load) continue;
    if (!out.empty()) out += "; ";
    if (n.op == Op::allocate) out += fmt::format("own {}", g.buffers()[n.bits[0]].name);
    if (n.op == Op::check || n.op == Op::call || n.op == Op::leave || n.op == Op::cycle) {
      out += row(n.op).name;
    }
    if (n.op == Op::store) {
      std::string at = shown_all(g, g.operands(id).subspan(1));
      if (!at.empty()) at = fmt::format("[{}]", at);
      out += fmt::format("{}{}={}", g.buffers()[n.bits[0]].name, at, shown(g, g.operands(id)[0]));
    }
    if (n.op == Op::loop) {
      const auto bounds = g.operands(id);
      out += "for ";
      if (!g.is_integer_constant(bounds[0], 0)) out += fmt::format("{}:", shown(g, bounds[0]));
      out += shown(g, bounds[1]);
      if (!g.is_integer_constant(bounds[2], 1)) out += fmt::format(":{}", shown(g, bounds[2]));
    }
    if (n.op == Op::branch) out += "if";
    if (n.op == Op::repeat) out += "repeat";
    if (n.op == Op::block) out += "block";
    if (!has_regions(n.op)) continue;
    out += fmt::format("{{{}}}", statements(g, live, static_cast<RegionId>(n.bits[0])));
    if (n.op != Op::branch || n.bits[1] == kNone) continue;
    out += fmt::format("else{{{}}}", statements(g, live, static_cast<RegionId>(n.bits[1])));
  }
  return out;
}

}  // namespace

std::string shown(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  switch (n.op) {
    case Op::constant: return is_integer(n.type) ? std::to_string(g.integer_value(id)) : "c";
    case Op::argument: return g.scalars()[n.bits[0]].name;
    case Op::dim: return fmt::format("{}.{}", g.buffers()[n.bits[0]].name, n.bits[1]);
    case Op::index: {
      // i, j, k by depth among the loops around
      std::size_t depth = 0;
      for (RegionId r = g.regions()[n.bits[0]].parent; r != kNone; r = g.regions()[r].parent) {
        depth += r != 0 && is_loop(g.node(g.regions()[r].owner).op) ? 1 : 0;
      }
      return fmt::format("{}", static_cast<char>('i' + depth));
    }
    default: break;
  }
  const std::string inner = shown_all(g, g.operands(id));
  if (n.op == Op::load) {
    const Buffer& buffer = g.buffers()[n.bits[0]];
    return buffer.rank() > 0 ? fmt::format("{}[{}]", buffer.name, inner) : buffer.name;
  }
  if (n.op == Op::add && g.operands(id).size() == 2) {
    return fmt::format("{}+{}", shown(g, g.operands(id)[0]), shown(g, g.operands(id)[1]));
  }
  return fmt::format("{}({})", row(n.op).name, inner);
}

std::string statements(const Graph& g) { return statements(g, live(g), 0); }

}  // namespace numeta::core
