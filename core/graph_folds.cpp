// graph_folds.cpp - what gcc's folder is kept from. It computes some things otherwise than Python
// as it simplifies expressions, at any -O; the graph holds what it understands.
#include <algorithm>

#include "core/graph.hpp"

namespace numeta::core {
namespace {

constexpr int kDepth = 8;  // of expressions that are looked into

}  // namespace

/// Is it the constant 0.0 of a real type?
bool Graph::is_zero(NodeId value) const {
  return is_constant(value) && is_float(nodes_[value].type) && nodes_[value].bits[0] == 0;
}

/// Is it the magnitude of an integer that may be the least of its type? gcc makes x >= -c and
/// x <= c of abs(x) <= c also where the magnitude of the least integer is that integer itself.
bool Graph::may_wrap_to_itself(NodeId value) const {
  while (nodes_[value].op == Op::cast && is_integer(nodes_[operands(value)[0]].type)) {
    value = operands(value)[0];
  }
  const Node& n = nodes_[value];
  if (kind(n.type) != Kind::Int || ranges_[value].low >= 0) return false;
  if (n.op == Op::abs) return true;
  if (n.op != Op::select) return false;
  const auto is_negated = [&](NodeId a, NodeId b) {
    return nodes_[a].op == Op::neg && operands(a)[0] == b;
  };
  const std::span<const NodeId> arms = operands(value).subspan(1);
  return is_negated(arms[0], arms[1]) || is_negated(arms[1], arms[0]);
}

/// Is it a complex number that is made from its parts?
bool Graph::is_of_parts(NodeId value) const {
  const Node& n = nodes_[value];
  if (n.op == Op::constant || n.op == Op::make_complex) return true;
  if (n.op != Op::cast) return false;
  const NodeId from = operands(value)[0];
  return !is_complex(nodes_[from].type) || (nodes_[from].type == n.type && is_of_parts(from));
}

NodeId Graph::part_of(NodeId value, std::size_t k) {
  const Node n = nodes_[value];
  const DType type = real_part_type(n.type);
  if (n.op == Op::constant) return constant(type, n.weak, {{n.bits[k], 0}});
  if (n.op == Op::make_complex) return operands(value)[k];
  if (nodes_[operands(value)[0]].type == n.type) return part_of(operands(value)[0], k);
  return k == 0 ? cast(operands(value)[0], type, n.weak) : constant(type, n.weak, {});
}

/// Whether the folder may find a number to be a constant where the graph has not: of integers it
/// knows more rules, and functions of constants are left to it.
bool Graph::may_fold(NodeId value, int depth) const {
  const Node& n = nodes_[value];
  if (n.op == Op::constant) return true;
  const std::span<const NodeId> all = operands(value);
  if (all.empty() || is_statement(n.op)) return false;
  if (!is_float(n.type) || depth == 0) return true;
  return std::ranges::all_of(all, [&](NodeId operand) { return may_fold(operand, depth - 1); });
}

/// Whether the folder sees that a real number is never -0.0, as far as it is looked into here.
bool Graph::is_never_minus_zero(NodeId value, int depth) const {
  const Node& n = nodes_[value];
  if (depth == 0) return true;
  if (n.op == Op::select) {
    return is_never_minus_zero(operands(value)[1], depth - 1) &&
           is_never_minus_zero(operands(value)[2], depth - 1);
  }
  if (n.op == Op::cast) {
    const NodeId from = operands(value)[0];
    return !is_float(nodes_[from].type) || is_never_minus_zero(from, depth - 1);
  }
  return n.op == Op::constant || n.op == Op::abs;
}

/// gcc takes 0.0 - x for -x where it knows that x is never -0.0, and gives -0.0 for x = 0. It sees
/// as much of 0.0 + (-x), and of complex numbers that are made from their parts. So a difference
/// whose first number is or may be found to be 0.0 asks for x = 0; kNone for any other sum.
NodeId Graph::around_zero(Op op, DType type, bool weak, std::span<const NodeId> terms) {
  for (const std::size_t k : {0U, 1U}) {
    if (op == Op::sub && k == 1) break;
    if (op == Op::add && nodes_[terms[1 - k]].op != Op::neg) continue;
    const NodeId first = terms[k];
    const NodeId x = op == Op::sub ? terms[1] : operands(terms[1 - k])[0];
    const bool known = is_zero(first);
    if (!known) {
      if (is_constant(first) || !is_never_minus_zero(x, kDepth) || !may_fold(first, kDepth)) {
        continue;
      }
    }
    const NodeId both[] = {x, known ? first : constant(type, nodes_[x].weak, {})};
    const NodeId is_x_zero = pure(Op::eq, DType::b1, true, both);
    const NodeId difference = known ? pure(Op::neg, type, weak, {&x, 1})
                                    : intern({op, type, weak, terms, {0, 0}}, innermost(terms), {});
    const NodeId choice[] = {is_x_zero, first, difference};
    return pure(Op::select, type, weak, choice);
  }
  return kNone;
}

}  // namespace numeta::core
