// ops.hpp - the operations, read from ops.def and structure.def.
// An Op is a row number. Structural nodes come first, scalar operations after them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/dtypes.hpp"

namespace numeta::core {

enum class Op : std::uint8_t {
#define NODE(id, ...) id,
#include "core/structure.def"
#undef NODE
#define OP(id, ...) id,
#include "core/ops.def"
#undef OP
};

enum class Rule : std::uint8_t {
  Structural,
  Arithmetic,
  TrueDivide,
  FloorDivide,
  Power,
  Shift,
  Bitwise,
  Negate,
  Absolute,
  Compare,
  Logical,
  Select,
  Extremum,
  FloatUnary,
  FloatBinary,
  Fmod,
  Rounding,
  Predicate,
  RealPredicate,
  Sign,
  Part,
  Integral,
  IntegerOfBool,
  MakeComplex,
};

enum class Traits : std::uint8_t { None, Commutative };

struct OpRow {
  Op id;
  std::string_view name;
  int arity;
  Rule rule;
  Traits traits;
  std::string_view spelling[5];  // by Kind
  std::string_view libm;
  bool statement;
  std::string_view meaning;
};

inline constexpr OpRow kOps[] = {
#define NODE(id, statement, meaning) \
  {Op::id, #id, -1, Rule::Structural, Traits::None, {"", "", "", "", ""}, "", statement, meaning},
#include "core/structure.def"
#undef NODE
#define OP(id, arity, rule, traits, b, i, u, r, c, libm, fold, meaning) \
  {Op::id, #id, arity, Rule::rule, Traits::traits, {b, i, u, r, c}, libm, false, meaning},
#include "core/ops.def"
#undef OP
};
inline constexpr std::size_t kOpCount = std::size(kOps);

constexpr const OpRow& row(Op op) { return kOps[static_cast<std::size_t>(op)]; }
constexpr bool is_structural(Op op) { return row(op).rule == Rule::Structural; }
constexpr bool is_statement(Op op) { return row(op).statement; }
/// Does it execute the statements of a region?
constexpr bool has_regions(Op op) {
  return op == Op::loop || op == Op::repeat || op == Op::block || op == Op::branch;
}
constexpr bool is_loop(Op op) { return op == Op::loop || op == Op::repeat; }
/// Does the table spell this operation for operands of this type?
constexpr bool is_spelled(Op op, DType operand) {
  return !row(op).spelling[static_cast<std::size_t>(kind(operand))].empty();
}

}  // namespace numeta::core
