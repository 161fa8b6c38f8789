// nest_pass.hpp - what the passes that write nests of loops anew share: how they look at accesses
// and loops of the graph they read, and conditions on lengths in the one they make.
#pragma once

#include <span>

#include "core/graph.hpp"
#include "core/live.hpp"
#include "core/timeline.hpp"

namespace numeta::core {

class NestPass {
 protected:
  explicit NestPass(const Graph& graph) : g_(graph), live_(live(graph)), timeline_(graph, live_) {}

  const Node& node(NodeId id) const { return g_.node(id); }
  BufferId buffer(NodeId access) const { return static_cast<BufferId>(node(access).bits[0]); }
  const Buffer& buffer_of(NodeId access) const { return g_.buffers()[buffer(access)]; }
  std::span<const NodeId> bounds(RegionId loop) const {
    return g_.operands(g_.regions()[loop].owner);
  }
  std::span<const NodeId> indices(NodeId access) const {
    return g_.operands(access).subspan(node(access).op == Op::store ? 1 : 0);
  }
  bool is_in(NodeId id, RegionId loop) const { return timeline_.is_inside(node(id).region, loop); }
  /// The axis whose elements are neighbours.
  std::size_t near_axis(NodeId access) const {
    return buffer_of(access).layout == Layout::F ? 0 : indices(access).size() - 1;
  }

  static NodeId integers(Graph& to, Op op, NodeId a, NodeId b) {
    const NodeId operands[] = {a, b};
    return to.pure(op, DType::i8, true, operands);
  }
  static NodeId is_at_most(Graph& to, NodeId a, NodeId b) {
    const NodeId operands[] = {a, b};
    return to.pure(Op::le, DType::b1, true, operands);
  }
  static NodeId both(Graph& to, NodeId a, NodeId b) {
    const NodeId operands[] = {a, b};
    return to.pure(Op::bit_and, DType::b1, true, operands);
  }

  const Graph& g_;
  Live live_;
  Timeline timeline_;
};

}  // namespace numeta::core
