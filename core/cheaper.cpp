// cheaper.cpp - division and shifts by constants. A floor division by a power of two is a shift and
// its remainder a mask, for every signed and unsigned value; where the dividend is known not to be
// negative, the truncating division of the machine is the floor. A shift whose count is inside the
// width needs no question about it.
#include <bit>

#include "core/graph.hpp"

namespace numeta::core {
namespace {

/// The constant as its type has it; nothing where it is negative.
std::optional<std::uint64_t> magnitude(const Graph& g, NodeId id) {
  if (!g.is_constant(id)) return std::nullopt;
  const Node& n = g.node(id);
  if (kind(n.type) == Kind::Int && g.integer_value(id) < 0) return std::nullopt;
  return n.bits[0];
}

std::optional<Cheaper> division(const Graph& g, Op op, NodeId dividend, NodeId divisor) {
  const auto by = magnitude(g, divisor);
  if (!by || *by == 0) return std::nullopt;
  if (std::has_single_bit(*by)) {
    if (op == Op::mod) return Cheaper{Op::bit_and, dividend, {{*by - 1, 0}}};
    const auto places = static_cast<std::uint64_t>(std::countr_zero(*by));
    return Cheaper{Op::shift_down, dividend, {{places, 0}}};
  }
  const bool is_signed = kind(g.node(dividend).type) == Kind::Int;
  if (!is_signed || g.range(dividend).low < 0) return std::nullopt;
  return Cheaper{op == Op::mod ? Op::residue : Op::quotient, dividend, {{*by, 0}}};
}

std::optional<Cheaper> shift(const Graph& g, Op op, NodeId shifted, NodeId count) {
  const auto places = magnitude(g, count);
  if (!places || *places >= static_cast<std::uint64_t>(bits(g.node(shifted).type))) {
    return std::nullopt;
  }
  return Cheaper{op == Op::lshift ? Op::shift_up : Op::shift_down, shifted, {{*places, 0}}};
}

}  // namespace

std::optional<Cheaper> cheaper(const Graph& graph, Op op, std::span<const NodeId> operands) {
  if (!is_integer(graph.node(operands[0]).type)) return std::nullopt;
  switch (op) {
    case Op::floordiv:
    case Op::mod: return division(graph, op, operands[0], operands[1]);
    case Op::lshift:
    case Op::rshift: return shift(graph, op, operands[0], operands[1]);
    default: return std::nullopt;
  }
}

}  // namespace numeta::core
