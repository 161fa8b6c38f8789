// verify.cpp - what a legal graph is. Each rule is a row with the sentence that a violation prints.
#include <algorithm>

#include <fmt/format.h>

#include "core/graph.hpp"
#include "core/statements.hpp"

namespace numeta::core {
namespace {

struct VerifyRow {
  const char* rule;
  bool (*holds)(const Graph&, NodeId);
};

bool operands_are_older(const Graph& g, NodeId id) {
  for (const NodeId operand : g.operands(id)) {
    if (operand >= id) return false;
  }
  return true;
}

/// Is `inner` the region `outer` or inside it?
bool encloses(const Graph& g, RegionId outer, RegionId inner) {
  while (inner != kNone && inner != outer) inner = g.regions()[inner].parent;
  return inner == outer;
}

bool operands_are_visible(const Graph& g, NodeId id) {
  for (const NodeId operand : g.operands(id)) {
    if (!encloses(g, g.node(operand).region, g.node(id).region)) return false;
  }
  return true;
}

bool arity_is_the_tables(const Graph& g, NodeId id) {
  const OpRow& entry = row(g.node(id).op);
  return entry.arity < 0 || g.node(id).count == entry.arity;
}

bool operands_have_one_type(const Graph& g, NodeId id) {
  if (is_structural(g.node(id).op)) return true;
  const auto all = g.operands(id);
  const std::size_t start = g.node(id).op == Op::select ? 1 : 0;
  for (const NodeId operand : all.subspan(start)) {
    if (g.node(operand).type != g.node(all[start]).type) return false;
  }
  return true;
}

bool is_spelled_for_its_operands(const Graph& g, NodeId id) {
  if (is_structural(g.node(id).op)) return true;
  return is_spelled(g.node(id).op, g.node(g.operands(id).back()).type);
}

bool indices_match_the_rank(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  if (n.op == Op::allocate) return n.count == g.buffers()[n.bits[0]].rank();
  if (n.op != Op::load && n.op != Op::store) return true;
  const std::size_t extra = n.op == Op::store ? 1 : 0;
  const Buffer& buffer = g.buffers()[n.bits[0]];
  if (n.count != buffer.rank() + extra) return false;
  for (const NodeId index : g.operands(id).subspan(extra)) {
    if (g.node(index).type != DType::i8) return false;
  }
  return extra == 0 || g.node(g.operands(id)[0]).type == buffer.type;
}

bool calls_match_their_declaration(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  if (n.op != Op::foreign) return true;
  const ForeignCall& call = g.foreign_calls()[n.bits[0]];
  const Foreign& declared = g.foreigns()[call.procedure];
  if (call.buffers.size() != declared.arguments.size()) return false;
  std::size_t next = 0;
  for (std::size_t k = 0; k < call.buffers.size(); ++k) {
    const ForeignArgument& argument = declared.arguments[k];
    const bool is_array = call.buffers[k] != kNone;
    const std::size_t count = is_array ? g.buffers()[call.buffers[k]].rank() : 1;
    if (is_array != argument.is_array || count == 0 || next + count > n.count) return false;
    const DType given =
        is_array ? g.buffers()[call.buffers[k]].type : g.node(g.operands(id)[next]).type;
    if (given != argument.type) return false;
    next += count;
  }
  return next == n.count && (call.result != kNone) == declared.result.has_value();
}

bool regions_are_closed(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  if (n.op == Op::block) return true;
  return std::ranges::all_of(InnerRegions(n), [&](RegionId r) { return g.regions()[r].closed; });
}

bool conditions_are_truths(const Graph& g, NodeId id) {
  const Op op = g.node(id).op;
  if (op != Op::branch && op != Op::check) return true;
  return g.node(g.operands(id)[0]).type == DType::b1;
}

bool targets_enclose(const Graph& g, NodeId id) {
  const Node& n = g.node(id);
  if (n.op != Op::leave && n.op != Op::cycle) return true;
  const Op owner = g.node(g.regions()[n.bits[0]].owner).op;
  const bool fits = is_loop(owner) || (owner == Op::block && n.op == Op::leave);
  return fits && encloses(g, static_cast<RegionId>(n.bits[0]), n.region);
}

constexpr VerifyRow kRules[] = {
    {"operands are older than their user", operands_are_older},
    {"operands belong to an enclosing region", operands_are_visible},
    {"the number of operands is the table's", arity_is_the_tables},
    {"the operands of an operation have one type", operands_have_one_type},
    {"the table spells the operation for its operands", is_spelled_for_its_operands},
    {"an element access has an int64 index for each axis and the buffer's type",
     indices_match_the_rank},
    {"a call of a library's procedure has the arguments that it declares",
     calls_match_their_declaration},
    {"regions are closed", regions_are_closed},
    {"a condition is a truth value", conditions_are_truths},
    {"control leaves an enclosing loop or block, and cycles a loop", targets_enclose},
};

}  // namespace

void verify(const Graph& graph) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    for (const VerifyRow& entry : kRules) {
      if (entry.holds(graph, id)) continue;
      throw std::logic_error(fmt::format("verify: node %{} ({}) breaks the rule: {}", id,
                                         row(graph.node(id).op).name, entry.rule));
    }
  }
  for (const Result& result : graph.results) {
    if (!graph.is_open(result.value)) {
      throw std::logic_error(
          fmt::format("verify: the result %{} belongs to a closed region", result.value));
    }
  }
  for (const BufferId array : graph.returned) {
    if (!graph.buffers().at(array).allocated) {
      throw std::logic_error("verify: an array that is not the kernel's own is returned");
    }
  }
}

}  // namespace numeta::core
