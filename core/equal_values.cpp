// equal_values.cpp - see equal_values.hpp.
#include "core/equal_values.hpp"

namespace numeta::core {

void EqualValues::learn(NodeId condition) {
  const Node& n = g_.node(condition);
  if (n.op == Op::cast && is_bool(n.type)) return learn(g_.operands(condition)[0]);
  if (n.op == Op::logical_and) {
    learn(g_.operands(condition)[0]);
    return learn(g_.operands(condition)[1]);
  }
  if (n.op != Op::eq || g_.node(g_.operands(condition)[0]).type != DType::i8) return;
  learn(g_.operands(condition)[0], g_.operands(condition)[1]);
}

void EqualValues::learn(NodeId a, NodeId b) {
  const NodeId root = representative(a);
  const NodeId other = representative(b);
  if (root == other) return;
  parent_[other] = root;
  joined_.push_back(other);
}

bool EqualValues::holds(NodeId condition) const {
  const Node& n = g_.node(condition);
  const auto operands = g_.operands(condition);
  if (n.op == Op::cast && is_bool(n.type)) return holds(operands[0]);
  if (n.op == Op::logical_and) return holds(operands[0]) && holds(operands[1]);
  return n.op == Op::eq && g_.node(operands[0]).type == DType::i8 &&
         are_equal(operands[0], operands[1]);
}

void EqualValues::forget(std::size_t size) {
  for (; joined_.size() > size; joined_.pop_back()) parent_.erase(joined_.back());
}

NodeId EqualValues::representative(NodeId value) const {
  for (auto it = parent_.find(value); it != parent_.end(); it = parent_.find(value)) {
    value = it->second;
  }
  return value;
}

}  // namespace numeta::core
