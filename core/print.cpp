// print.cpp - the graph as text for people and tests: one node a line, loop bodies indented.
#include <fmt/format.h>

#include "core/graph.hpp"
#include "core/statements.hpp"

namespace numeta::core {
namespace {

std::string list(std::span<const NodeId> ids) {
  std::string out;
  for (const NodeId id : ids) out += fmt::format("{}%{}", out.empty() ? "" : ", ", id);
  return out;
}

std::string head(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  std::string out =
      fmt::format("%{}: {}{} = {}", id, row(n.type).code, n.weak ? "~" : "", row(n.op).name);
  switch (n.op) {
    case Op::constant: return out + fmt::format(" {:#x} {:#x}", n.bits[0], n.bits[1]);
    case Op::argument: return out + " " + g.scalars()[n.bits[0]].name;
    case Op::dim: return out + fmt::format(" {}, {}", g.buffers()[n.bits[0]].name, n.bits[1]);
    case Op::stride: return out + fmt::format(" {}, {}", g.buffers()[n.bits[0]].name, n.bits[1]);
    case Op::load:
      return out + fmt::format(" {}@{} [{}]", g.buffers()[n.bits[0]].name, n.bits[1],
                               list(g.operands(id)));
    case Op::store:
      return fmt::format("store {}@{} [{}] = %{}", g.buffers()[n.bits[0]].name, n.bits[1],
                         list(g.operands(id).subspan(1)), g.operands(id)[0]);
    case Op::allocate:
      return fmt::format("allocate {} [{}]", g.buffers()[n.bits[0]].name, list(g.operands(id)));
    case Op::alias:
      return fmt::format("alias {} {}", g.buffers()[n.bits[0]].name,
                         n.bits[1] == kNone ? "none" : g.buffers()[n.bits[1]].name);
    case Op::check: return fmt::format("check {} site {}", list(g.operands(id)), n.bits[0]);
    case Op::loop:
      return fmt::format("for {} in {}{}", g.regions()[n.bits[0]].name, list(g.operands(id)),
                         g.regions()[n.bits[0]].parallel == Parallel::No ? "" : " in parallel");
    case Op::repeat:
    case Op::block:
    case Op::leave:
    case Op::cycle: return fmt::format("{} region {}", row(n.op).name, n.bits[0]);
    case Op::branch: return fmt::format("branch %{}", g.operands(id)[0]);
    case Op::call:
      return fmt::format("call procedure {} {}", g.calls()[n.bits[0]].procedure,
                         list(g.operands(id)));
    case Op::foreign:
      return fmt::format("call {} {}", g.foreigns()[g.foreign_calls()[n.bits[0]].procedure].symbol,
                         list(g.operands(id)));
    case Op::table: return out + fmt::format(" {}[%{}]", n.bits[0], g.operands(id)[0]);
    case Op::index: return out + fmt::format(" region {}", n.bits[0]);
    default: break;
  }
  return out + " " + list(g.operands(id));
}

void print_region(const Graph& g, RegionId region, std::vector<bool>& done, std::string& out);

/// Prints a node's pure operands first, then itself; iterative, since chains may be long.
void print_node(const Graph& g, NodeId root, std::vector<bool>& done, std::string& out,
                const std::string& indent) {
  std::vector<NodeId> stack{root};
  while (!stack.empty()) {
    const NodeId id = stack.back();
    bool ready = true;
    for (const NodeId operand : g.operands(id)) {
      if (done[operand] || is_statement(g.node(operand).op)) continue;
      stack.push_back(operand);
      ready = false;
    }
    if (!ready) continue;
    stack.pop_back();
    if (done[id]) continue;
    done[id] = true;
    out += indent + head(g, id) + "\n";
    const InnerRegions inner(g.node(id));
    for (const RegionId& region : inner) {
      if (&region != inner.begin()) out += indent + "otherwise\n";
      print_region(g, region, done, out);
    }
  }
}

void print_region(const Graph& g, RegionId region, std::vector<bool>& done, std::string& out) {
  const Region& body = g.regions()[region];
  const std::string indent(2 * (body.depth + 1), ' ');
  for (const NodeId id : body.body) print_node(g, id, done, out, indent);
}

}  // namespace

std::string print(const Graph& graph) {
  std::string out = fmt::format("kernel {}\n", graph.name());
  std::vector<bool> done(graph.size(), false);
  print_region(graph, 0, done, out);
  for (const Result& result : graph.results) {
    print_node(graph, result.value, done, out, "  ");
    out += fmt::format("  return %{}\n", result.value);
  }
  for (const BufferId array : graph.returned) {
    out += fmt::format("  return {}\n", graph.buffers()[array].name);
  }
  return out;
}

}  // namespace numeta::core
