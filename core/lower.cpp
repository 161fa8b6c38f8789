// lower.cpp - arithmetic and conversions; comparisons stand in lower_compare.cpp, element access
// and loops in lower_memory.cpp.
#include "core/lower.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace numeta::core {
namespace {

constexpr std::int64_t kExactInDouble = std::int64_t{1} << 53;

bool is_exact_in_double(Interval range) { return range.within(-kExactInDouble, kExactInDouble); }

bool is_zero_possible(Interval range) { return range.low <= 0 && range.high >= 0; }

/// An end at the limit of int64 may mean "or beyond".
bool fits(Interval range) { return range.low != INT64_MIN && range.high != INT64_MAX; }

/// Operations that Python has an operator for, with rules of their own in `binary`.
bool is_operator(Rule rule) {
  switch (rule) {
    case Rule::Arithmetic:
    case Rule::TrueDivide:
    case Rule::FloorDivide:
    case Rule::Power:
    case Rule::Shift:
    case Rule::Bitwise:
    case Rule::Compare: return true;
    default: return false;
  }
}

}  // namespace

std::string_view python_name(Type type) {
  if (!type.weak) return row(type.dtype).name;
  switch (kind(type.dtype)) {
    case Kind::Bool: return "bool";
    case Kind::Int:
    case Kind::Uint: return "int";
    case Kind::Float: return "float";
    case Kind::Complex: return "complex";
  }
  return "";
}

NodeId Lowering::op2(Op op, DType type, NodeId a, NodeId b) {
  const NodeId operands[] = {a, b};
  return graph_.pure(op, type, true, operands);
}

std::uint64_t Sites::number_of(Site site) {
  const std::uint64_t next = all_.size();
  if (site.custom >= 0) {  // each has a type of its own
    all_.push_back(std::move(site));
    return next;
  }
  auto& here = at_[{site.origin.code, site.origin.offset}];
  for (const std::uint64_t known : here) {
    const Site& other = all_[known];
    if (other.exception == site.exception && other.message == site.message) return known;
  }
  here.push_back(next);
  all_.push_back(std::move(site));
  return next;
}

void Lowering::check(NodeId condition, Site site, std::span<const NodeId> values) {
  if (graph_.is_constant(condition) && graph_.node(condition).bits[0] != 0) return;
  site.origin = graph_.origin();
  graph_.check(condition, sites_.number_of(std::move(site)), values);
}

void Lowering::fail(Site site, std::span<const NodeId> values) {
  site.origin = graph_.origin();
  graph_.fail(sites_.number_of(std::move(site)), values);
}

void Lowering::say(Site site, std::span<const NodeId> values) {
  site.origin = graph_.origin();
  graph_.say(sites_.number_of(std::move(site)), values);
}

void Lowering::require(NodeId condition, Exception exception, std::string message,
                       std::initializer_list<NodeId> values) {
  check(condition, {exception, -1, std::move(message), {}}, {values.begin(), values.size()});
}

/// What NumPy asks of a number before it looks at elements, so also where there are none.
void Lowering::require_of_number(NodeId condition, NodeId number, Exception exception,
                                 std::string message) {
  if (elements_ == kNone || graph_.node(number).region >= elements_) {
    return require(condition, exception, std::move(message), {number});
  }
  Site site{exception, -1, std::move(message), {}};
  site.origin = graph_.origin();
  graph_.check_before(elements_, condition, sites_.number_of(std::move(site)), {&number, 1});
}

void Lowering::refuse(Op op, std::span<const Type> types, const Refusal& why) {
  std::string names;
  for (const Type& t : types) {
    names += fmt::format("{}{}", names.empty() ? "" : " and ", python_name(t));
  }
  throw TraceFault(Diag::operand_types, {std::string(row(op).name), names, std::string(why.text),
                                         std::string(why.instead)});
}

NodeId Lowering::make(const Typing& typing, std::span<const NodeId> operands) {
  std::array<NodeId, 3> converted{};
  const std::size_t kept = typing.op == Op::select ? 1 : 0;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    converted[k] = coerce(operands[k], k < kept ? DType::b1 : typing.operands);
  }
  return graph_.pure(typing.op, typing.result.dtype, typing.result.weak,
                     std::span(converted).first(operands.size()));
}

NodeId Lowering::binary(Op op, NodeId a, NodeId b, bool of_math) {
  const Type types[] = {type(a), type(b)};
  if (row(op).rule == Rule::Compare) return compare(op, a, b);
  const Typing typing = type_operation(op, types);
  if (!typing.error.text.empty()) refuse(op, types, typing.error);
  if (typing.result.weak && (types[0].dtype == DType::u8 || types[1].dtype == DType::u8)) {
    throw TraceFault(Diag::big_integer, {"of this operation"});
  }
  if (typing.result.weak && !of_math) {
    if (checks_) check_binary(op, a, b);
    if (!checks_ && growing_ && users_) check_growth(op, a, b);
  }
  if (op == Op::truediv) return true_divide(a, b);
  if (op == Op::pow) {
    const NodeId result = power(a, b);
    const bool real = type(result).weak && is_float(type(result).dtype);
    const bool complex = type(result).weak && is_complex(type(result).dtype);
    if (checks_ && real && !of_math) check_float_power(a, b, result);
    if (checks_ && complex) check_complex_power(a, b, result);
    return result;
  }
  const NodeId operands[] = {a, b};
  return make(typing, operands);
}

NodeId Lowering::true_divide(NodeId a, NodeId b) {
  const Type types[] = {type(a), type(b)};
  const Typing typing = type_operation(Op::truediv, types);
  const bool whole_numbers = !is_float(types[0].dtype) && !is_float(types[1].dtype) &&
                             !is_complex(types[0].dtype) && !is_complex(types[1].dtype);
  // Python rounds the quotient of two ints once; NumPy converts both first.
  if (typing.result.weak && whole_numbers) {
    const NodeId x = coerce(a, DType::i8);
    const NodeId y = coerce(b, DType::i8);
    if (!is_exact_in_double(graph_.range(x)) || !is_exact_in_double(graph_.range(y))) {
      return op2(Op::intdiv, DType::f8, x, y);
    }
  }
  const NodeId operands[] = {a, b};
  return make(typing, operands);
}

NodeId Lowering::power(NodeId a, NodeId b) {
  const Type types[] = {type(a), type(b)};
  Typing typing = type_operation(Op::pow, types);
  const DType compute = typing.operands;
  if (is_complex(compute) && typing.result.weak) {
    return op2(Op::polar_pow, compute, coerce(a, compute), coerce(b, compute));
  }
  if (is_integer(compute)) {
    const NodeId exponent = coerce(b, compute);
    const bool negative_possible = kind(compute) == Kind::Int && graph_.range(exponent).low < 0;
    if (negative_possible && graph_.is_constant(exponent)) {
      if (!typing.result.weak) {
        throw PythonFault(Exception::ValueError,
                          "Integers to negative integer powers are not allowed.");
      }
      const NodeId as_floats[] = {coerce(a, DType::f8), coerce(b, DType::f8)};
      return graph_.pure(Op::pow, DType::f8, true, as_floats);
    }
    if (negative_possible) {
      const NodeId zero = graph_.constant(compute, false, literal_int(0));
      require(op2(Op::le, DType::b1, zero, exponent), Exception::ValueError,
              "Integers to negative integer powers are not allowed.");
    }
    if (graph_.is_integer_constant(exponent, 2)) {
      const NodeId base[] = {coerce(a, compute)};
      return graph_.pure(Op::square, compute, typing.result.weak, base);
    }
  } else if (!exact_ && graph_.is_constant(b)) {
    const NodeId cheap = power_by_products(coerce(a, compute), coerce(b, compute), typing.result);
    if (cheap != kNone) return cheap;
  }
  const NodeId operands[] = {a, b};
  return make(typing, operands);
}

/// A float or complex number to a constant power of which products know as much; or kNone.
NodeId Lowering::power_by_products(NodeId base, NodeId exponent, Type result) {
  const DType compute = graph_.node(base).type;
  const bool complex = is_complex(compute);
  const Node& n = graph_.node(exponent);
  const auto is = [&](double value) {
    const Literal wanted =
        complex ? literal_complex(compute, value, 0) : literal_float(compute, value);
    return n.bits[0] == wanted.bits[0] && n.bits[1] == wanted.bits[1];
  };
  if (is(2)) {
    const NodeId product = graph_.pure(Op::square, compute, result.weak, {&base, 1});
    if (!complex) return product;
    // NumPy's power of a complex zero is +0 in both parts, whatever their signs.
    const NodeId zero = graph_.constant(compute, false, literal_complex(compute, 0, 0));
    const NodeId chosen[] = {op2(Op::eq, DType::b1, base, zero), zero, product};
    return graph_.pure(Op::select, compute, result.weak, chosen);
  }
  if (complex || result.weak || !is(-1.5)) return kNone;
  // Of r = 1/x, since x times its root would overflow where the power is a number yet. The sum
  // makes -0.0 a zero whose reciprocal has a root; that of -inf is -0.0, and the power 0.0.
  // Three roundings: within 2 units in the last place.
  const NodeId zero = graph_.constant(compute, false, literal_float(compute, 0));
  const NodeId sum[] = {base, zero};
  const NodeId quotient[] = {graph_.constant(compute, false, literal_float(compute, 1)),
                             graph_.pure(Op::add, compute, false, sum)};
  const NodeId r = graph_.pure(Op::truediv, compute, false, quotient);
  const NodeId product[] = {r, graph_.pure(Op::sqrt, compute, false, {&r, 1})};
  return graph_.pure(Op::mul, compute, false, product);
}

void Lowering::check_overflow(Op op, NodeId a, NodeId b) {
  const NodeId x = coerce(a, DType::i8);
  const NodeId y = coerce(b, DType::i8);
  Op question = Op::add_overflows;
  if (op == Op::sub) question = Op::sub_overflows;
  if (op == Op::mul) question = Op::mul_overflows;
  if (op == Op::pow) question = Op::pow_overflows;
  const Interval range = range_of(op, DType::i8, true, graph_.range(x), graph_.range(y));
  if (op != Op::pow && fits(range)) return;
  const NodeId overflows[] = {op2(question, DType::b1, x, y)};
  require(graph_.pure(Op::logical_not, DType::b1, true, overflows), Exception::OverflowError,
          "Python int too large to convert to int64");
}

/// What a Python int may grow by beyond 64 bits. A sum that grows by less than 2**31 a step would
/// take 2**32 steps.
void Lowering::check_growth(Op op, NodeId a, NodeId b) {
  const Type types[] = {type(a), type(b)};
  const DType common = common_type(types[0], types[1]).dtype;
  if (!is_integer(common) && !is_bool(common)) return;
  const auto is_small = [&](NodeId id) {
    constexpr std::int64_t k_step = std::int64_t{1} << 31U;
    return graph_.range(coerce(id, DType::i8)).within(-k_step, k_step);
  };
  const bool sums = op == Op::add || op == Op::sub;
  if (sums && !is_small(a) && !is_small(b)) check_overflow(op, a, b);
  if (op == Op::mul || op == Op::pow) check_overflow(op, a, b);
  if (op == Op::lshift) check_left_shift(a, coerce(b, DType::i8));
}

/// A negative power of an int is a float in Python, except of 0.
void Lowering::check_integer_power(NodeId a, NodeId b) {
  const NodeId x = coerce(a, DType::i8);
  const NodeId y = coerce(b, DType::i8);
  const NodeId zero = graph_.integer(0);
  if (graph_.range(y).low < 0 && is_zero_possible(graph_.range(x))) {
    require(op2(Op::logical_or, DType::b1, op2(Op::ne, DType::b1, x, zero),
                op2(Op::le, DType::b1, zero, y)),
            Exception::ZeroDivisionError, "0.0 cannot be raised to a negative power");
  }
  check_overflow(Op::pow, a, b);
}

/// A pole or an overflow of finite numbers raises; infinities and NaNs go through.
void Lowering::check_float_power(NodeId a, NodeId b, NodeId result) {
  const auto constant = [&](double v) {
    return graph_.constant(DType::f8, true, literal_float(DType::f8, v));
  };
  const auto none = [&](NodeId x, NodeId y) {  // not both
    const NodeId both[] = {op2(Op::logical_and, DType::b1, x, y)};
    return graph_.pure(Op::logical_not, DType::b1, true, both);
  };
  const auto finite = [&](NodeId x) {
    const NodeId operand[] = {x};
    return op2(Op::le, DType::b1, graph_.pure(Op::abs, DType::f8, true, operand),
               constant(std::numeric_limits<double>::max()));
  };
  const NodeId x = coerce(a, DType::f8);
  const NodeId y = coerce(b, DType::f8);
  const NodeId negative =
      op2(Op::logical_and, DType::b1, op2(Op::lt, DType::b1, y, constant(0)), finite(y));
  require(none(op2(Op::eq, DType::b1, x, constant(0)), negative), Exception::ZeroDivisionError,
          "0.0 cannot be raised to a negative power");
  const NodeId size[] = {result};
  const NodeId infinite = op2(Op::lt, DType::b1, constant(std::numeric_limits<double>::max()),
                              graph_.pure(Op::abs, DType::f8, true, size));
  require(none(infinite, op2(Op::logical_and, DType::b1, finite(x), finite(y))),
          Exception::OverflowError, "(34, 'Numerical result out of range')");
}

/// CPython's complex_pow: what has no value is a division by zero, and infinity is an overflow.
void Lowering::check_complex_power(NodeId a, NodeId b, NodeId result) {
  const auto never = [&](NodeId wrong, Exception exception, std::string message) {
    const NodeId operand[] = {wrong};
    require(graph_.pure(Op::logical_not, DType::b1, true, operand), exception, std::move(message));
  };
  never(op2(Op::polar_pow_fails, DType::b1, coerce(a, DType::c16), coerce(b, DType::c16)),
        Exception::ZeroDivisionError, "0.0 to a negative or complex power");
  const NodeId operand[] = {result};
  never(graph_.pure(Op::isinf, DType::b1, true, operand), Exception::OverflowError,
        "complex exponentiation");
}

void Lowering::check_left_shift(NodeId a, NodeId count) {
  const NodeId x = coerce(a, DType::i8);
  const NodeId shifted = op2(Op::lshift, DType::i8, x, count);
  require(op2(Op::eq, DType::b1, op2(Op::rshift, DType::i8, shifted, count), x),
          Exception::OverflowError, "Python int too large to convert to int64");
}

void Lowering::check_binary(Op op, NodeId a, NodeId b) {
  const Type types[] = {type(a), type(b)};
  const Type common = common_type(types[0], types[1]);
  const bool whole_numbers = is_integer(common.dtype) || is_bool(common.dtype);
  switch (op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
      if (whole_numbers) check_overflow(op, a, b);
      return;
    case Op::truediv:
    case Op::floordiv:
    case Op::mod: {
      const DType compute = whole_numbers ? DType::i8 : common.dtype;
      const NodeId divisor = coerce(b, compute);
      if (whole_numbers && !is_zero_possible(graph_.range(divisor))) return;
      const NodeId zero = graph_.cast(graph_.integer(0), compute, true);
      require(op2(Op::ne, DType::b1, divisor, zero), Exception::ZeroDivisionError,
              "division by zero");
      return;
    }
    case Op::pow: {
      if (whole_numbers) check_integer_power(a, b);
      return;
    }
    case Op::lshift:
    case Op::rshift: {
      const NodeId count = coerce(b, DType::i8);
      if (graph_.range(count).low < 0) {
        require(op2(Op::le, DType::b1, graph_.integer(0), count), Exception::ValueError,
                "negative shift count");
      }
      if (op == Op::lshift) check_left_shift(a, count);
      return;
    }
    default: return;
  }
}

NodeId Lowering::unary(Op op, NodeId a) {
  const Type types[] = {type(a)};
  if (op == Op::logical_not) {
    const NodeId truth[] = {convert(a, DType::b1, true)};
    return graph_.pure(op, DType::b1, true, truth);
  }
  const Typing typing = type_operation(op, types);
  if (!typing.error.text.empty()) refuse(op, types, typing.error);
  const NodeId operands[] = {a};
  if (checks_ && typing.result.weak && is_integer(typing.operands) &&
      (op == Op::neg || op == Op::abs)) {
    const NodeId least = graph_.constant(DType::i8, true, literal_int(INT64_MIN));
    const NodeId value = coerce(a, DType::i8);
    if (graph_.range(value).low == INT64_MIN) {
      require(op2(Op::ne, DType::b1, value, least), Exception::OverflowError,
              "Python int too large to convert to int64");
    }
  }
  return make(typing, operands);
}

NodeId Lowering::function(Op op, std::span<const NodeId> given, bool python) {
  std::vector<NodeId> operands(given.begin(), given.end());
  // A NumPy function sees Python numbers alone as NumPy scalars of the default types.
  const bool all_weak = std::all_of(operands.begin(), operands.end(),
                                    [&](NodeId id) { return graph_.node(id).weak; });
  if (!python && all_weak) {
    for (NodeId& id : operands) id = graph_.cast(id, graph_.node(id).type, false);
  }
  if (operands.size() == 2 && is_operator(row(op).rule)) {
    return binary(op, operands[0], operands[1], python);
  }
  std::vector<Type> types;
  types.reserve(operands.size());
  for (const NodeId id : operands) types.push_back(type(id));
  if (op == Op::select) types.erase(types.begin());
  const Typing typing = type_operation(op, types, python);
  if (!typing.error.text.empty()) refuse(op, types, typing.error);
  return make(typing, operands);
}

NodeId Lowering::convert(NodeId value, DType to, bool weak) {
  const Type from = type(value);
  if (is_complex(from.dtype) && !is_complex(to) && !is_bool(to)) {
    throw TraceFault(Diag::complex_into_real, {std::string(row(to).name)});
  }
  if (checks_ && weak && is_integer(to) && is_float(from.dtype)) {
    const NodeId limit = graph_.constant(from.dtype, true, literal_float(from.dtype, 0x1p63));
    const NodeId least = graph_.constant(from.dtype, true, literal_float(from.dtype, -0x1p63));
    const NodeId same = op2(Op::eq, DType::b1, value, value);
    require(same, Exception::ValueError, "cannot convert float NaN to integer");
    require(op2(Op::logical_and, DType::b1, op2(Op::le, DType::b1, least, value),
                op2(Op::lt, DType::b1, value, limit)),
            Exception::OverflowError, "cannot convert float to a 64-bit integer");
  }
  if (checks_ && weak && to == DType::i8 && from.dtype == DType::u8) {
    require(op2(Op::le, DType::b1, graph_.integer(0), graph_.cast(value, to, true)),
            Exception::OverflowError, "Python int too large to convert to int64");
  }
  // np.uint8(300) raises: a Python number that becomes a NumPy integer must fit.
  if (from.weak && !weak && is_integer(to)) {
    if (is_integer(from.dtype)) return graph_.cast(coerce(value, to), to, false);
    if (checks_ && is_float(from.dtype)) require_fit(value, to);
  }
  return cast(value, to, weak);
}

/// A Python int becomes float32 by way of float, rounded twice; an int64 is rounded once.
NodeId Lowering::cast(NodeId value, DType to, bool weak) {
  const Type from = type(value);
  if (from.weak && is_integer(from.dtype) && bits(real_part_type(to)) == 32 &&
      (is_float(to) || is_complex(to)) && !is_exact_in_double(graph_.range(value))) {
    value = graph_.cast(value, DType::f8, true);
  }
  return graph_.cast(value, to, weak);
}

NodeId Lowering::coerce(NodeId value, DType to) {
  const Type from = type(value);
  if (from.dtype == to) return value;
  if (is_complex(from.dtype) && !is_complex(to) && !is_bool(to)) {
    throw TraceFault(Diag::complex_into_real, {std::string(row(to).name)});
  }
  if (!from.weak || !is_integer(from.dtype) || !is_integer(to)) {
    return cast(value, to, from.weak);
  }
  if (graph_.is_constant(value)) {
    const std::int64_t v = graph_.integer_value(value);
    const bool huge = from.dtype == DType::u8;  // a Python int from 2**63 on
    if (huge || v < int_min(to) || v > int_max(to)) {
      const std::string shown =
          huge ? fmt::format("{}", static_cast<std::uint64_t>(v)) : fmt::format("{}", v);
      throw PythonFault(Exception::OverflowError,
                        fmt::format("Python integer {} out of bounds for {}", shown, row(to).name));
    }
    return graph_.cast(value, to, true);
  }
  if (!graph_.range(value).within(int_min(to), int_max(to))) {
    const NodeId above = op2(Op::le, DType::b1, graph_.integer(int_min(to)), value);
    const NodeId below = op2(Op::le, DType::b1, value, graph_.integer(int_max(to)));
    require_of_number(op2(Op::logical_and, DType::b1, above, below), value,
                      Exception::OverflowError,
                      fmt::format("Python integer {{0}} out of bounds for {}", row(to).name));
  }
  return graph_.cast(value, to, true);
}

}  // namespace numeta::core
