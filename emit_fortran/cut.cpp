// cut.cpp - see cut.hpp.
#include "emit_fortran/cut.hpp"

#include "core/statements.hpp"

namespace numeta::emit_fortran {

using core::Graph;
using core::kNone;
using core::Node;
using core::NodeId;
using core::Op;
using core::RegionId;

std::vector<bool> long_regions(const Graph& graph, const Schedule& plan) {
  const auto& regions = graph.regions();
  std::vector<std::uint32_t> size(regions.size(), 0);
  std::vector<bool> out(regions.size(), false);
  for (auto r = static_cast<RegionId>(regions.size()); r-- > 0;) {
    size[r] += static_cast<std::uint32_t>(plan.temporaries[r].size());
    for (const NodeId id : regions[r].body) {
      if (plan.form[id] == Form::Statement) ++size[r];
    }
    out[r] = size[r] > kLargestRegion;
    if (out[r]) size[r] /= kLinesOfPiece;  // the calls are left
    const RegionId parent = regions[r].parent;
    if (parent != kNone && plan.live.nodes[regions[r].owner]) size[parent] += size[r];
  }
  return out;
}

bool jumps_out(const Graph& graph, NodeId statement) {
  const auto& regions = graph.regions();
  const std::uint32_t depth = regions[graph.node(statement).region].depth;
  std::vector<NodeId> open{statement};
  while (!open.empty()) {
    const Node& n = graph.node(open.back());
    open.pop_back();
    const bool jumps = n.op == Op::leave || n.op == Op::cycle;
    if (jumps && regions[n.bits[0]].depth <= depth) return true;
    for (const RegionId inner : core::InnerRegions(n)) {
      open.insert(open.end(), regions[inner].body.begin(), regions[inner].body.end());
    }
  }
  return false;
}

std::vector<std::string> optimisation(std::size_t pieces) {
  if (pieces == 0) return {"-O3"};
  const char* inlining = "-fno-inline-functions-called-once";
  if (pieces <= kManyPieces) return {"-O2", "-fno-tree-slp-vectorize", inlining};
  return {"-O1", "-fstrict-aliasing", "-ftree-loop-vectorize", inlining};
}

}  // namespace numeta::emit_fortran
