// fold.cpp - constant folding, only where the result is exact: integers with their wrap-around,
// comparisons, and the IEEE operations that round correctly (+ - * / sqrt). What libm computes is
// never folded here. The rules stand in the table's FOLD column.
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/graph.hpp"

namespace numeta::core {
namespace {

struct Nothing {};
constexpr Nothing kNothing{};
#define NOTHING kNothing

struct Folded {
  std::optional<std::uint64_t> integer;
  std::optional<double> real;

  Folded() = default;
  Folded(Nothing) {}
  Folded(bool value) : integer(value) {}
  Folded(int value) : integer(static_cast<std::uint64_t>(value)) {}
  Folded(std::uint64_t value) : integer(value) {}
  Folded(std::int64_t value) : integer(static_cast<std::uint64_t>(value)) {}
  Folded(double value) : real(value) {}
};

template <class T>
std::uint64_t wrap(T value) {
  return static_cast<std::uint64_t>(value);
}

#define NOFOLD return {};
// One case for each row of the tables; FOLD chooses the column, the other is not expanded.
#define NODE(id, ...) case Op::id:
#define OP(id, arity, rule, traits, s1, s2, s3, s4, s5, libm, fold, meaning) \
  case Op::id: fold

template <class T>
Folded fold_integer(Op op, [[maybe_unused]] T a, [[maybe_unused]] T b) {
#define FOLD(on_integers, on_reals) return Folded(on_integers);
  switch (op) {
#include "core/structure.def"
    return {};
#include "core/ops.def"
  }
#undef FOLD
  return {};
}

Folded fold_real(Op op, [[maybe_unused]] double x, [[maybe_unused]] double y) {
#define FOLD(on_integers, on_reals) return Folded(on_reals);
  switch (op) {
#include "core/structure.def"
    return {};
#include "core/ops.def"
  }
#undef FOLD
  return {};
}

#undef OP
#undef NODE
#undef NOFOLD

double real_value(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (bits(node.type) == 32) return std::bit_cast<float>(static_cast<std::uint32_t>(node.bits[0]));
  return std::bit_cast<double>(node.bits[0]);
}

/// Brings 64 bits into the width of an integer type, sign- or zero-extended.
std::uint64_t narrow(DType type, std::uint64_t value) {
  if (is_bool(type)) return value != 0;
  const int unused = 64 - bits(type);
  if (kind(type) == Kind::Uint) return value << unused >> unused;
  const auto shifted = static_cast<std::int64_t>(value << unused);
  return static_cast<std::uint64_t>(shifted >> unused);
}

}  // namespace

std::optional<Literal> fold(const Graph& graph, Op op, DType type,
                            std::span<const NodeId> operands) {
  if (operands.empty() || operands.size() > 2) return std::nullopt;
  for (const NodeId id : operands) {
    if (!graph.is_constant(id)) return std::nullopt;
  }
  const NodeId first = operands.front();
  const NodeId second = operands.back();
  const DType from = graph.node(first).type;
  // The complement of a truth value is its negation; that of the integer 1 would be true again.
  if (is_bool(from) && op == Op::invert) op = Op::logical_not;
  Folded value;
  if (is_float(from)) {
    value = fold_real(op, real_value(graph, first), real_value(graph, second));
  } else if (kind(from) == Kind::Uint) {
    value = fold_integer<std::uint64_t>(op, graph.node(first).bits[0], graph.node(second).bits[0]);
  } else if (!is_complex(from) && is_spelled(op, from)) {
    value = fold_integer<std::int64_t>(op, graph.integer_value(first), graph.integer_value(second));
  }
  if (value.integer && !is_float(type) && !is_complex(type)) {
    return Literal{{narrow(type, *value.integer), 0}};
  }
  // A float32 result of + - * / sqrt rounded from the float64 one is correctly rounded.
  if (value.real && is_float(type)) return literal_float(type, *value.real);
  return std::nullopt;
}

std::optional<Literal> fold_cast(const Graph& graph, NodeId value, DType type) {
  if (!graph.is_constant(value)) return std::nullopt;
  const Node& node = graph.node(value);
  if (is_complex(node.type) && !is_complex(type)) return std::nullopt;
  if (node.type == type) return Literal{{node.bits[0], node.bits[1]}};
  const bool from_real = is_float(node.type) || is_complex(node.type);
  if (!from_real && !is_float(type) && !is_complex(type)) {
    return Literal{{narrow(type, node.bits[0]), 0}};
  }
  double re = 0;
  double im = 0;
  if (is_complex(node.type)) {
    const bool single = bits(node.type) == 64;
    re = single ? std::bit_cast<float>(static_cast<std::uint32_t>(node.bits[0]))
                : std::bit_cast<double>(node.bits[0]);
    im = single ? std::bit_cast<float>(static_cast<std::uint32_t>(node.bits[1]))
                : std::bit_cast<double>(node.bits[1]);
  } else if (is_float(node.type)) {
    re = real_value(graph, value);
  } else {
    // Through float64 an integer would be rounded twice on its way to float32.
    const bool is_unsigned = kind(node.type) == Kind::Uint;
    const auto integer = graph.integer_value(value);
    const bool single = bits(real_part_type(type)) == 32;
    if (is_unsigned) {
      re = single ? static_cast<double>(static_cast<float>(node.bits[0]))
                  : static_cast<double>(node.bits[0]);
    } else {
      re = single ? static_cast<double>(static_cast<float>(integer)) : static_cast<double>(integer);
    }
  }
  if (is_float(type)) return literal_float(type, re);
  if (is_complex(type)) return literal_complex(type, re, im);
  if (is_bool(type)) return Literal{{re != 0, 0}};
  // Narrow integers are converted by way of int32, so what lies beyond it is not their low bits.
  const double limit = bits(type) < 64 && type != DType::u4 ? 0x1p31 : 9e18;
  if (re > -limit && re < limit) {
    return Literal{{narrow(type, static_cast<std::uint64_t>(static_cast<std::int64_t>(re))), 0}};
  }
  return std::nullopt;
}

}  // namespace numeta::core
