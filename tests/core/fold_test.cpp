// Constant folding: every integer width wraps, unsigned ones count as unsigned, IEEE operations are
// rounded once, and what libm computes is left to run time.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

struct Width {
  DType type;
  std::int64_t least;
  std::uint64_t greatest;
};
constexpr Width kWidths[] = {
    {DType::i1, INT8_MIN, INT8_MAX},   {DType::u1, 0, UINT8_MAX},
    {DType::i2, INT16_MIN, INT16_MAX}, {DType::u2, 0, UINT16_MAX},
    {DType::i4, INT32_MIN, INT32_MAX}, {DType::u4, 0, UINT32_MAX},
    {DType::i8, INT64_MIN, INT64_MAX}, {DType::u8, 0, UINT64_MAX},
};

class Fold : public ::testing::TestWithParam<Width> {
 protected:
  NodeId value(std::uint64_t bits) { return b.g.constant(GetParam().type, false, {{bits, 0}}); }
  NodeId least() { return value(static_cast<std::uint64_t>(GetParam().least)); }
  NodeId greatest() { return value(GetParam().greatest); }
  Building b;
};

TEST_P(Fold, TheGreatestPlusOneIsTheLeast) {
  EXPECT_EQ(b.op(Op::add, GetParam().type, {greatest(), value(1)}), least());
}

TEST_P(Fold, TheLeastMinusOneIsTheGreatest) {
  EXPECT_EQ(b.op(Op::sub, GetParam().type, {least(), value(1)}), greatest());
}

TEST_P(Fold, ProductsWrap) {
  const DType type = GetParam().type;
  const bool is_unsigned = kind(type) == Kind::Uint;
  // Modulo 2^w: (2^w - 1)^2 = 1, and (2^(w-1) - 1)^2 = 1 too for w > 2.
  EXPECT_EQ(b.op(Op::mul, type, {greatest(), greatest()}), value(1));
  EXPECT_EQ(b.op(Op::square, type, {greatest()}), value(1));
  if (!is_unsigned) {
    EXPECT_EQ(b.op(Op::mul, type, {least(), value(UINT64_MAX)}), least());
  }
}

TEST_P(Fold, NegationAndMagnitudeWrap) {
  const DType type = GetParam().type;
  EXPECT_EQ(b.op(Op::neg, type, {least()}), least());
  EXPECT_EQ(b.op(Op::abs, type, {least()}), least());
  if (kind(type) == Kind::Uint) {
    EXPECT_EQ(b.op(Op::neg, type, {value(1)}), greatest());
    EXPECT_EQ(b.op(Op::abs, type, {greatest()}), greatest());
  }
}

TEST_P(Fold, ComplementStaysInTheWidth) {
  EXPECT_EQ(b.op(Op::invert, GetParam().type, {least()}), greatest());
  EXPECT_EQ(b.op(Op::invert, GetParam().type, {greatest()}), least());
}

TEST_P(Fold, ComparisonsKnowTheSign) {
  const NodeId yes = b.g.constant(DType::b1, false, literal_int(1));
  const NodeId no = b.g.constant(DType::b1, false, literal_int(0));
  EXPECT_EQ(b.op(Op::lt, DType::b1, {least(), greatest()}), yes);
  EXPECT_EQ(b.op(Op::le, DType::b1, {greatest(), least()}), no);
  EXPECT_EQ(b.op(Op::eq, DType::b1, {greatest(), greatest()}), yes);
  EXPECT_EQ(b.op(Op::ne, DType::b1, {greatest(), greatest()}), no);
}

TEST_P(Fold, ConversionsBetweenIntegersKeepTheLowBits) {
  for (const Width& to : kWidths) {
    const NodeId all_ones =
        value(kind(GetParam().type) == Kind::Uint ? GetParam().greatest : UINT64_MAX);
    const NodeId converted = b.g.cast(all_ones, to.type, false);
    ASSERT_TRUE(b.g.is_constant(converted));
    const bool widened = bits(to.type) > bits(GetParam().type);
    const std::uint64_t kept = kind(to.type) == Kind::Uint ? to.greatest : UINT64_MAX;
    const bool zero_extended = widened && kind(GetParam().type) == Kind::Uint;
    EXPECT_EQ(b.g.node(converted).bits[0], zero_extended ? GetParam().greatest : kept)
        << row(GetParam().type).name << " to " << row(to.type).name;
  }
}

TEST_P(Fold, PowersAndDivisorsAreLeftToRunTime) {
  for (const Op op : {Op::pow, Op::gcd}) {
    EXPECT_EQ(b.g.node(b.op(op, GetParam().type, {greatest(), value(2)})).op, op);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWidth, Fold, ::testing::ValuesIn(kWidths),
                         [](const auto& entry) { return std::string(row(entry.param.type).name); });

double folded(Building& b, NodeId id) {
  EXPECT_TRUE(b.g.is_constant(id));
  return std::bit_cast<double>(b.g.node(id).bits[0]);
}

TEST(FoldReal, IeeeOperationsAreExact) {
  Building b;
  const auto of = [&](Op op, double x, double y) {
    return folded(b, b.op(op, DType::f8, {b.real(x), b.real(y)}));
  };
  EXPECT_EQ(of(Op::add, 0.1, 0.2), 0.1 + 0.2);
  EXPECT_EQ(of(Op::sub, 1e16, 1.0), 1e16 - 1.0);
  EXPECT_EQ(of(Op::mul, 0.1, 3.0), 0.1 * 3.0);
  EXPECT_EQ(of(Op::truediv, 1.0, 3.0), 1.0 / 3.0);
  EXPECT_EQ(of(Op::truediv, -1.0, 0.0), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(of(Op::truediv, 0.0, 0.0)));
  EXPECT_TRUE(std::signbit(of(Op::mul, -1.0, 0.0)));
  EXPECT_EQ(folded(b, b.op(Op::sqrt, DType::f8, {b.real(2)})), std::sqrt(2.0));
}

TEST(FoldReal, SinglePrecisionIsRoundedToSingle) {
  Building b;
  const NodeId third = b.op(Op::truediv, DType::f4, {b.real(1, DType::f4), b.real(3, DType::f4)});
  ASSERT_TRUE(b.g.is_constant(third));
  EXPECT_EQ(std::bit_cast<float>(static_cast<std::uint32_t>(b.g.node(third).bits[0])), 1.0F / 3.0F);
}

TEST(FoldReal, ComparisonsWithNanAreFalseExceptUnequal) {
  Building b;
  const NodeId nan = b.real(std::numeric_limits<double>::quiet_NaN());
  for (const Op op : {Op::lt, Op::le, Op::eq}) {
    EXPECT_EQ(b.g.node(b.op(op, DType::b1, {nan, nan})).bits[0], 0U);
  }
  EXPECT_EQ(b.g.node(b.op(Op::ne, DType::b1, {nan, nan})).bits[0], 1U);
}

TEST(FoldReal, WhatLibmComputesIsNotFolded) {
  Building b;
  for (const Op op : {Op::exp, Op::log, Op::sin, Op::cbrt, Op::gamma}) {
    EXPECT_EQ(b.g.node(b.op(op, DType::f8, {b.real(0.5)})).op, op);
  }
  EXPECT_EQ(b.g.node(b.op(Op::pow, DType::f8, {b.real(2), b.real(0.5)})).op, Op::pow);
}

TEST(FoldBool, TruthTables) {
  Building b;
  const NodeId no = b.g.constant(DType::b1, false, literal_int(0));
  const NodeId yes = b.g.constant(DType::b1, false, literal_int(1));
  const auto of = [&](Op op, NodeId x, NodeId y) { return b.op(op, DType::b1, {x, y}); };
  EXPECT_EQ(of(Op::add, yes, yes), yes);
  EXPECT_EQ(of(Op::mul, yes, no), no);
  EXPECT_EQ(of(Op::bit_xor, yes, yes), no);
  EXPECT_EQ(of(Op::logical_or, no, yes), yes);
  EXPECT_EQ(of(Op::logical_xor, yes, yes), no);
  EXPECT_EQ(b.op(Op::logical_not, DType::b1, {yes}), no);
  EXPECT_EQ(b.op(Op::invert, DType::b1, {yes}), no);
  EXPECT_EQ(b.op(Op::invert, DType::b1, {no}), yes);
}

TEST(FoldCast, IntegersToFloatsAreRoundedOnce) {
  Building b;
  // Through float64 this integer would round to even at 2^53 and then down at float32.
  const std::int64_t value = (std::int64_t{1} << 60) + (std::int64_t{1} << 36) + 1;
  const NodeId single = b.g.cast(b.i8(value), DType::f4, false);
  EXPECT_EQ(std::bit_cast<float>(static_cast<std::uint32_t>(b.g.node(single).bits[0])),
            static_cast<float>(value));
  const NodeId huge = b.g.constant(DType::u8, false, {{UINT64_MAX, 0}});
  EXPECT_EQ(folded(b, b.g.cast(huge, DType::f8, false)), 0x1p64);
}

TEST(FoldCast, FloatsTruncateAndThoseOutOfRangeAreLeftToRunTime) {
  Building b;
  EXPECT_TRUE(b.g.is_integer_constant(b.g.cast(b.real(-2.7), DType::i8, false), -2));
  for (const double x : {1e19, -1e19, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(b.g.node(b.g.cast(b.real(x), DType::i8, false)).op, Op::cast);
  }
}

}  // namespace
}  // namespace numeta::core
