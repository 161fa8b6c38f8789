// returned.cpp - see returned.hpp.
#include "core/returned.hpp"

#include <algorithm>
#include <stdexcept>

namespace numeta::core {
namespace {

/// The statements that allocate each array.
std::vector<std::vector<NodeId>> allocations(const Graph& graph) {
  std::vector<std::vector<NodeId>> out(graph.buffers().size());
  for (const Region& region : graph.regions()) {
    for (const NodeId id : region.body) {
      const Node& n = graph.node(id);
      if (n.op == Op::allocate) out[n.bits[0]].push_back(id);
    }
  }
  return out;
}

bool in_parallel(const Graph& graph, RegionId region) {
  for (; region != kNone; region = graph.regions()[region].parent) {
    if (graph.regions()[region].parallel != Parallel::No) return true;
  }
  return false;
}

/// The values and all that they are made of, operands first.
std::vector<NodeId> parts_of(const Graph& graph, std::span<const NodeId> values) {
  std::vector<NodeId> todo(values.begin(), values.end());
  std::vector<NodeId> out;
  std::vector<bool> seen(graph.size(), false);
  while (!todo.empty()) {
    const NodeId id = todo.back();
    todo.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    out.push_back(id);
    const auto operands = graph.operands(id);
    todo.insert(todo.end(), operands.begin(), operands.end());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Can it be computed before the kernel starts, where no check has been made yet?
bool can_go_first(const Graph& graph, NodeId id) {
  const Op op = graph.node(id).op;
  const bool divides = op == Op::quotient || op == Op::residue;  // which traps for a divisor of 0
  if (divides && !graph.is_constant(graph.operands(id)[1])) return false;
  return !is_statement(op) && op != Op::index;
}

bool follow_from_parameters(const Graph& graph, std::span<const NodeId> values) {
  const std::vector<NodeId> parts = parts_of(graph, values);
  return std::all_of(parts.begin(), parts.end(),
                     [&](NodeId id) { return can_go_first(graph, id); });
}

void copy_parameters(const Graph& from, Graph& to, std::vector<NodeId>& scalars,
                     std::vector<BufferId>& buffers) {
  scalars.resize(from.scalars().size());
  buffers.resize(from.buffers().size(), kNone);
  for (const Parameter& p : from.parameters()) {
    if (p.is_buffer) {
      const Buffer& b = from.buffers()[p.number];
      buffers[p.number] = to.buffer(b.name, b.type, b.layout, b.fixed_shape);
    } else {
      const Scalar& s = from.scalars()[p.number];
      scalars[p.number] = to.scalar(s.name, s.type, s.weak);
    }
  }
}

}  // namespace

std::vector<Returned> returned_arrays(const Graph& graph) {
  std::vector<Returned> out;
  if (graph.returned.empty()) return out;
  const std::vector<std::vector<NodeId>> all = allocations(graph);
  for (const BufferId array : graph.returned) {
    const std::vector<NodeId>& statements = all[array];
    if (statements.empty()) {  // no path comes to where it is made
      out.push_back({array, false, {}, kNone});
      continue;
    }
    Returned& one = out.emplace_back(Returned{array, false, {}, statements.back()});
    const NodeId first = statements.front();
    if (statements.size() > 1 || in_parallel(graph, graph.node(first).region)) continue;
    const auto lengths = graph.operands(first);
    one.early = follow_from_parameters(graph, lengths);
    if (one.early) one.lengths.assign(lengths.begin(), lengths.end());
    one.once = graph.node(first).region == 0;
  }
  return out;
}

Graph lengths_of(const Graph& graph, std::span<const Returned> arrays) {
  Graph out("lengths_of_" + graph.name(), graph.one_chain());
  std::vector<NodeId> scalars;
  std::vector<BufferId> buffers;
  copy_parameters(graph, out, scalars, buffers);
  std::vector<NodeId> wanted;
  for (const Returned& one : arrays) {
    wanted.insert(wanted.end(), one.lengths.begin(), one.lengths.end());
  }
  std::vector<NodeId> copies(graph.size(), kNone);
  for (const NodeId id : parts_of(graph, wanted)) {
    const Node& n = graph.node(id);
    std::vector<NodeId> operands;
    for (const NodeId operand : graph.operands(id)) operands.push_back(copies[operand]);
    switch (n.op) {
      case Op::constant: copies[id] = out.constant(n.type, n.weak, {{n.bits[0], n.bits[1]}}); break;
      case Op::argument: copies[id] = scalars[n.bits[0]]; break;
      case Op::dim:
        copies[id] = out.dim(buffers[n.bits[0]], static_cast<std::uint32_t>(n.bits[1]));
        break;
      case Op::stride:
        copies[id] = out.stride(buffers[n.bits[0]], static_cast<std::uint32_t>(n.bits[1]));
        break;
      case Op::table: copies[id] = out.entry(graph.tables()[n.bits[0]], operands[0]); break;
      case Op::cast: copies[id] = out.cast(operands[0], n.type, n.weak); break;
      default: copies[id] = out.pure(n.op, n.type, n.weak, operands);
    }
  }
  const NodeId zero = out.integer(0);
  for (const NodeId id : wanted) {
    const NodeId length = out.cast(copies[id], DType::i8, true);
    const NodeId both[] = {length, zero};
    const bool is_length = out.range(length).low >= 0;
    out.results.push_back(
        {is_length ? length : out.pure(Op::maximum, DType::i8, true, both), true});
  }
  return out;
}

}  // namespace numeta::core
