// promote.cpp - one case for each type rule of ops.def; the tests compare every pair of dtypes and
// every operation with NumPy.
#include "core/promote.hpp"

#include <algorithm>

namespace numeta::core {
namespace {

constexpr Refusal kNotForBool{"NumPy does not define this operation for bool",
                              "convert it to an integer, as in nm.i8(x)"};
constexpr Refusal kNotForComplex{"this operation is not defined for complex numbers",
                                 "use its parts, x.real and x.imag"};
constexpr Refusal kNotReal{"must be real number, not complex", "use its parts, x.real and x.imag"};
constexpr Refusal kNotForFloat{"this operation is not defined for floats",
                               "convert it to an integer, as in int(x)"};
constexpr Refusal kMixedSigns{
    "NumPy has no integer type for both and would compute in floats, where it is not defined",
    "convert one of them to the other's type, as in nm.i8(x)"};
constexpr Refusal kHalf{"NumPy's result would be float16, which is not supported",
                        "convert it first, as in nm.f4(x)"};
constexpr Refusal kNoScalarOperation{"this is no operation on scalars", ""};

/// Rank of a kind for weak promotion: a weak operand of a higher kind raises a strong one.
int rank(DType type) {
  switch (kind(type)) {
    case Kind::Bool: return 0;
    case Kind::Int:
    case Kind::Uint: return 1;
    case Kind::Float: return 2;
    case Kind::Complex: return 3;
  }
  return 0;
}

DType promote_integers(DType a, DType b) {
  if (kind(a) == kind(b)) return bits(a) >= bits(b) ? a : b;
  const DType with_sign = kind(a) == Kind::Int ? a : b;
  const DType without = kind(a) == Kind::Int ? b : a;
  if (bits(with_sign) > bits(without)) return with_sign;
  return bits(without) == 64 ? DType::f8 : dtype_of(Kind::Int, bits(without) * 2);
}

/// The float that holds an integer type in NumPy's promotion with floats: f4 up to 16 bits.
int float_bits_for(DType type) {
  if (is_bool(type)) return 32;
  if (is_integer(type)) return bits(type) <= 16 ? 32 : 64;
  return bits(real_part_type(type));
}

DType promote_strong(DType a, DType b) {
  if (a == b) return a;
  if (is_bool(a)) return b;
  if (is_bool(b)) return a;
  if (is_integer(a) && is_integer(b)) return promote_integers(a, b);
  const int width = std::max(float_bits_for(a), float_bits_for(b));
  if (is_complex(a) || is_complex(b)) return dtype_of(Kind::Complex, width * 2);
  return dtype_of(Kind::Float, width);
}

DType promote_weak(DType strong, DType weak) {
  if (rank(weak) <= rank(strong)) return strong;
  if (is_complex(weak)) {
    return is_float(strong) ? dtype_of(Kind::Complex, bits(strong) * 2) : DType::c16;
  }
  return weak;
}

/// What NumPy's float functions compute an integer argument in; b1 stands for "refused" (float16).
DType float_for(DType type) {
  if (is_float(type) || is_complex(type)) return type;
  if (bits(type) == 8) return DType::b1;
  return bits(type) == 16 ? DType::f4 : DType::f8;
}

Typing refused(Op op, const Refusal& why) { return {op, DType::b1, {DType::b1, false}, why}; }
Typing typed(Op op, DType operands, Type result) { return {op, operands, result, {}}; }

/// Python's bools are ints in arithmetic.
Type arithmetic_type(Type type) {
  return type.weak && is_bool(type.dtype) ? Type{DType::i8, true} : type;
}

Typing type_arithmetic(Op op, Type common) {
  common = arithmetic_type(common);
  if (!is_spelled(op, common.dtype)) {
    return refused(op, is_bool(common.dtype)      ? kNotForBool
                       : is_complex(common.dtype) ? kNotForComplex
                                                  : kNotForFloat);
  }
  return typed(op, common.dtype, common);
}

Typing type_true_divide(Op op, Type common) {
  common = arithmetic_type(common);
  if (is_integer(common.dtype) || is_bool(common.dtype)) common.dtype = DType::f8;
  return typed(op, common.dtype, common);
}

Typing type_integer_of_bool(Op op, Type common) {
  common = arithmetic_type(common);
  if (is_bool(common.dtype)) common.dtype = DType::i1;
  return type_arithmetic(op, common);
}

Typing type_bitwise(Op op, Type common) {
  if (op == Op::invert) common = arithmetic_type(common);
  if (is_float(common.dtype)) return refused(op, kNotForFloat);
  if (is_complex(common.dtype)) return refused(op, kNotForComplex);
  return typed(op, common.dtype, common);
}

Typing type_compare(Op op, Type common) {
  const Type answer{DType::b1, common.weak};
  if (is_bool(common.dtype) && !is_spelled(op, common.dtype)) common.dtype = DType::i1;
  if (!is_spelled(op, common.dtype)) return refused(op, kNotForComplex);
  return typed(op, common.dtype, answer);
}

Typing type_float(Op op, Type common, bool python) {
  if (python) {
    if (is_complex(common.dtype)) return refused(op, kNotReal);
    return typed(op, DType::f8, {DType::f8, true});
  }
  const DType compute = float_for(common.dtype);
  if (is_bool(compute)) return refused(op, kHalf);
  if (!is_spelled(op, compute)) return refused(op, kNotForComplex);
  return typed(op, compute, {compute, false});
}

Typing type_predicate(Op op, Type common, bool python) {
  const DType compute = python ? DType::f8 : float_for(common.dtype);
  const DType used = is_bool(compute) ? DType::f4 : compute;
  if (!is_spelled(op, used)) return refused(op, kNotForComplex);
  return typed(op, used, {DType::b1, python});
}

Typing type_unary_kept(Op op, Type common) {
  if (!is_spelled(op, common.dtype)) {
    return refused(op, is_complex(common.dtype) ? kNotForComplex : kNotForBool);
  }
  return typed(op, common.dtype, {common.dtype, false});
}

Typing type_by_rule(Op op, Type common, bool python) {
  switch (row(op).rule) {
    case Rule::Arithmetic: return type_arithmetic(op, common);
    case Rule::TrueDivide: return type_true_divide(op, common);
    case Rule::FloorDivide:
    case Rule::Power:
    case Rule::Shift:
    case Rule::IntegerOfBool: return type_integer_of_bool(op, common);
    case Rule::Fmod:
      return python ? type_float(op, common, python) : type_integer_of_bool(op, common);
    case Rule::Bitwise: return type_bitwise(op, common);
    case Rule::Negate: return type_arithmetic(op, common);
    case Rule::Absolute: {
      common = arithmetic_type(common);
      return typed(op, common.dtype, {real_part_type(common.dtype), common.weak});
    }
    case Rule::Compare: return type_compare(op, common);
    case Rule::Logical: return typed(op, DType::b1, {DType::b1, false});
    case Rule::Select: return typed(op, common.dtype, common);
    case Rule::Extremum: return type_unary_kept(op, common);
    case Rule::FloatUnary:
    case Rule::FloatBinary: return type_float(op, common, python);
    case Rule::Rounding: return type_unary_kept(op, common);
    case Rule::Predicate:
    case Rule::RealPredicate: return type_predicate(op, common, python);
    case Rule::Sign: return type_unary_kept(op, common);
    case Rule::Part: {
      if (!is_spelled(op, common.dtype)) return refused(op, kNotForFloat);
      return typed(op, common.dtype, {real_part_type(common.dtype), common.weak});
    }
    case Rule::Integral:
      if (is_bool(common.dtype)) return refused(op, kNotForBool);
      if (!is_integer(common.dtype)) return refused(op, kNotForFloat);
      return typed(op, common.dtype, common);
    case Rule::MakeComplex:
      return typed(op, common.dtype,
                   {dtype_of(Kind::Complex, bits(common.dtype) * 2), common.weak});
    case Rule::Structural: break;
  }
  return refused(op, kNoScalarOperation);
}

/// A float function of two NumPy integers computes in the least float that holds each of them, not
/// in the one for their common integer type: np.hypot(int16, uint16) is a float32.
Type float_common(std::span<const Type> operands, Type common) {
  const Type a = operands.front();
  const Type b = operands.back();
  const auto is_whole = [](Type t) {
    return !t.weak && !is_float(t.dtype) && !is_complex(t.dtype);
  };
  if (!is_whole(a) || !is_whole(b)) return common;
  const DType x = float_for(a.dtype);
  const DType y = float_for(b.dtype);
  if (is_bool(x)) return is_bool(y) ? a : Type{y, false};
  return {is_bool(y) ? x : promote_strong(x, y), false};
}

}  // namespace

Type common_type(Type a, Type b) {
  // A Python bool is a NumPy bool beside a NumPy scalar, and an int beside another Python number.
  if (a.weak && b.weak) return rank(a.dtype) >= rank(b.dtype) ? a : b;
  if (a.weak) return {promote_weak(b.dtype, a.dtype), false};
  if (b.weak) return {promote_weak(a.dtype, b.dtype), false};
  return {promote_strong(a.dtype, b.dtype), false};
}

Typing type_operation(Op op, std::span<const Type> operands, bool python) {
  Type common = operands.front();
  for (const Type& next : operands.subspan(1)) common = common_type(common, next);
  if (row(op).rule == Rule::FloatBinary && !python) common = float_common(operands, common);
  Typing typing = type_by_rule(op, common, python);
  const bool from_integers =
      std::none_of(operands.begin(), operands.end(), [](Type t) { return is_float(t.dtype); });
  if (typing.error.text == kNotForFloat.text && from_integers) typing.error = kMixedSigns;
  return typing;
}

}  // namespace numeta::core
