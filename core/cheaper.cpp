// cheaper.cpp - operations with constants. Two constants that are added one after the other are
// one, modulo the width: an element that is reached in two ways has one index. A floor division by
// a power of two is a shift and its remainder a mask, for every signed and unsigned value; where
// the dividend is known not to be negative, the truncating division of the machine is the floor. A
// shift whose count is inside the width needs no question about it.
#include <bit>
#include <cstdint>

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

/// x + a + b, where both constants are of 64 bits, and x is what elements are found by. What a loop
/// adds to a variable stays as it is written: its reductions are recognised by that.
std::optional<Cheaper> sum(const Graph& g, Op op, NodeId inner, NodeId constant) {
  const Node& n = g.node(inner);
  if (n.type != DType::i8 || (n.op != Op::add && n.op != Op::sub)) return std::nullopt;
  const Op what = g.node(g.operands(inner)[0]).op;
  if (what != Op::index && what != Op::dim && what != Op::argument) return std::nullopt;
  const NodeId first = g.operands(inner)[1];
  if (!g.is_constant(first) || !g.is_constant(constant)) return std::nullopt;
  const std::int64_t a = g.integer_value(first);
  const std::int64_t b = g.integer_value(constant);
  std::int64_t total = 0;
  const bool wraps =
      (n.op == op) ? __builtin_add_overflow(a, b, &total) : __builtin_sub_overflow(b, a, &total);
  if (wraps || total == INT64_MIN) return std::nullopt;
  const Op other = op == Op::add ? Op::sub : Op::add;
  const auto distance = static_cast<std::uint64_t>(total < 0 ? -total : total);
  return Cheaper{total < 0 ? other : op, g.operands(inner)[0], {{distance, 0}}};
}

}  // namespace

std::optional<Cheaper> cheaper(const Graph& graph, Op op, std::span<const NodeId> operands) {
  if (!is_integer(graph.node(operands[0]).type)) return std::nullopt;
  switch (op) {
    case Op::add:
    case Op::sub: return sum(graph, op, operands[0], operands[1]);
    case Op::floordiv:
    case Op::mod: return division(graph, op, operands[0], operands[1]);
    case Op::lshift:
    case Op::rshift: return shift(graph, op, operands[0], operands[1]);
    default: return std::nullopt;
  }
}

}  // namespace numeta::core
