// lower_compare.cpp - comparisons that are right for every value: integers of different signedness
// and Python ints beside floats are compared as numbers, not after a rounding conversion.
#include "core/lower.hpp"

#include <fmt/format.h>

namespace numeta::core {
namespace {

constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

bool is_whole(DType type) { return is_integer(type) || is_bool(type); }

}  // namespace

NodeId Lowering::compare(Op op, NodeId a, NodeId b) {
  const Type x = type(a);
  const Type y = type(b);
  if (is_whole(x.dtype) && is_whole(y.dtype)) return compare_integers(op, a, b);
  const bool weak = x.weak && y.weak;
  if (weak && is_whole(x.dtype) && is_float(y.dtype)) return compare_int_float(op, a, b);
  const bool symmetric = op == Op::eq || op == Op::ne;
  // NumPy orders complex numbers; Python does not.
  if (weak && !symmetric && (is_complex(x.dtype) || is_complex(y.dtype))) {
    throw PythonFault(Exception::TypeError,
                      fmt::format("'<' not supported between instances of '{}' and '{}'",
                                  python_name(x), python_name(y)));
  }
  if (weak && is_whole(y.dtype) && is_float(x.dtype)) {
    if (symmetric) return compare_int_float(op, b, a);
    // x < i is not (i <= x), NaN aside, which makes both false.
    const NodeId denied = compare_int_float(op == Op::lt ? Op::le : Op::lt, b, a);
    const NodeId operands[] = {denied};
    const NodeId turned = graph_.pure(Op::logical_not, DType::b1, true, operands);
    return op2(Op::logical_and, DType::b1, op2(Op::eq, DType::b1, a, a), turned);
  }
  const Type types[] = {x, y};
  const Typing typing = type_operation(op, types);
  if (!typing.error.text.empty()) refuse(op, types, typing.error);
  const NodeId operands[] = {a, b};
  return make(typing, operands);
}

/// Is it an integer constant that the type holds unchanged?
bool Lowering::fits_into(NodeId id, DType to) const {
  if (!graph_.is_constant(id) || !is_integer(graph_.node(id).type) || !is_integer(to)) return false;
  const bool huge = kind(graph_.node(id).type) == Kind::Uint && graph_.integer_value(id) < 0;
  const Interval range{graph_.integer_value(id), graph_.integer_value(id)};
  return !huge && range.within(int_min(to), int_max(to));
}

NodeId Lowering::compare_integers(Op op, NodeId a, NodeId b) {
  const Type x = type(a);
  const Type y = type(b);
  const bool weak = x.weak && y.weak;
  const auto ask = [&](NodeId left, NodeId right) {
    const NodeId operands[] = {left, right};
    return graph_.pure(op, DType::b1, weak, operands);
  };
  if (x.dtype == y.dtype && !(is_bool(x.dtype) && !is_spelled(op, x.dtype))) return ask(a, b);
  // A constant is compared in the type of the other side, where it has its value there.
  if (fits_into(b, x.dtype)) return ask(a, graph_.cast(b, x.dtype, y.weak));
  if (fits_into(a, y.dtype)) return ask(graph_.cast(a, y.dtype, x.weak), b);
  const bool wide_unsigned = x.dtype == DType::u8 || y.dtype == DType::u8;
  if (!wide_unsigned) {
    return ask(graph_.cast(a, DType::i8, x.weak), graph_.cast(b, DType::i8, y.weak));
  }
  // One side is uint64: a negative other side decides by its sign alone.
  const NodeId left = graph_.cast(a, DType::u8, x.weak);
  const NodeId right = graph_.cast(b, DType::u8, y.weak);
  const NodeId as_unsigned = ask(left, right);
  const bool left_signed = x.dtype != DType::u8;
  const NodeId other = left_signed ? a : b;
  if (kind(type(other).dtype) != Kind::Int) return as_unsigned;
  const NodeId wide = graph_.cast(other, DType::i8, type(other).weak);
  if (graph_.range(wide).low >= 0) return as_unsigned;
  const bool answer = op == Op::ne || ((op == Op::lt || op == Op::le) && left_signed);
  const NodeId negative[] = {op2(Op::lt, DType::b1, wide, graph_.integer(0)),
                             graph_.constant(DType::b1, weak, literal_int(answer)), as_unsigned};
  return graph_.pure(Op::select, DType::b1, weak, negative);
}

/// integer < real, integer <= real, integer == real, integer != real, for Python numbers.
NodeId Lowering::compare_int_float(Op op, NodeId integer, NodeId real) {
  const NodeId i = graph_.cast(integer, DType::i8, true);
  if (graph_.range(i).within(-kExactInDouble, kExactInDouble)) {
    return op2(op, DType::b1, graph_.cast(i, DType::f8, true), real);
  }
  const NodeId limit = graph_.constant(DType::f8, true, literal_float(DType::f8, 0x1p63));
  const NodeId least = graph_.constant(DType::f8, true, literal_float(DType::f8, -0x1p63));
  const Op toward = op == Op::lt ? Op::ceil : Op::floor;
  const NodeId operands[] = {real};
  const NodeId rounded = graph_.pure(toward, DType::f8, true, operands);
  const NodeId as_int = graph_.cast(rounded, DType::i8, true);
  NodeId inside = op2(op, DType::b1, i, as_int);
  if (op == Op::eq)
    inside = op2(Op::logical_and, DType::b1, inside, op2(Op::eq, DType::b1, rounded, real));
  if (op == Op::ne)
    inside = op2(Op::logical_or, DType::b1, inside, op2(Op::ne, DType::b1, rounded, real));
  const NodeId below_all = bool_constant(op == Op::ne);
  const NodeId above_all = bool_constant(op != Op::eq);
  const NodeId in_range[] = {op2(Op::le, DType::b1, least, real), inside, below_all};
  const NodeId not_above = graph_.pure(Op::select, DType::b1, true, in_range);
  // A float below every int64, or a NaN, answers as `below_all` says.
  const NodeId above[] = {op2(Op::le, DType::b1, limit, real), above_all, not_above};
  return graph_.pure(Op::select, DType::b1, true, above);
}

}  // namespace numeta::core
