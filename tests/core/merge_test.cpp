// The one type of a name that holds several on different paths: no value is changed by it.
#include <gtest/gtest.h>

#include <limits>

#include "core/merge.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

struct Merging : Building {
  NodeId weak(std::int64_t value) { return g.integer(value); }
  NodeId weak_real(double value) {
    return g.constant(DType::f8, true, literal_float(DType::f8, value));
  }
  NodeId strong(DType type) { return g.scalar("x", type, false); }
  std::optional<Type> of(std::initializer_list<NodeId> values) {
    return merged_type(g, {values.begin(), values.size()});
  }
};

TEST(Merge, NumPyTypesHaveTheirCommonType) {
  Merging m;
  EXPECT_EQ(m.of({m.strong(DType::i4), m.strong(DType::f4)}), (Type{DType::f8, false}));
  EXPECT_EQ(m.of({m.strong(DType::u4), m.strong(DType::i4)}), (Type{DType::i8, false}));
  EXPECT_EQ(m.of({m.strong(DType::u8), m.strong(DType::i8)}), std::nullopt);
}

TEST(Merge, PythonNumbersHaveTheirs) {
  Merging m;
  EXPECT_EQ(m.of({m.weak(1), m.weak_real(0.5)}), (Type{DType::f8, true}));
  EXPECT_EQ(m.of({m.weak(1), m.weak(2)}), (Type{DType::i8, true}));
}

TEST(Merge, AConstantTakesTheNumPyTypeThatKeepsIt) {
  Merging m;
  EXPECT_EQ(m.of({m.weak(0), m.strong(DType::u1)}), (Type{DType::u1, false}));
  EXPECT_EQ(m.of({m.weak(300), m.strong(DType::u1)}), (Type{DType::i8, false}));
  EXPECT_EQ(m.of({m.weak(-1), m.strong(DType::u8)}), std::nullopt);
  EXPECT_EQ(m.of({m.weak_real(0.5), m.strong(DType::f4)}), (Type{DType::f4, false}));
  EXPECT_EQ(m.of({m.weak_real(0.1), m.strong(DType::f4)}), std::nullopt);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(m.of({m.weak_real(nan), m.strong(DType::f4)}), (Type{DType::f4, false}));
  EXPECT_EQ(m.of({m.weak_real(0.1), m.strong(DType::i4)}), (Type{DType::f8, false}));
}

TEST(Merge, ARunTimePythonNumberKeepsItsValueOrHasNoType) {
  Merging m;
  const NodeId n = m.g.scalar("n", DType::i8, true);
  const NodeId x = m.g.scalar("y", DType::f8, true);
  EXPECT_EQ(m.of({n, m.strong(DType::i4)}), (Type{DType::i8, false}));
  EXPECT_EQ(m.of({n, m.strong(DType::f4)}), std::nullopt);
  EXPECT_EQ(m.of({x, m.strong(DType::f4)}), std::nullopt);
  EXPECT_EQ(m.of({x, m.strong(DType::f8)}), (Type{DType::f8, false}));
  EXPECT_EQ(m.of({n, m.strong(DType::u8)}), std::nullopt);
}

TEST(Merge, TheOrderDoesNotMatter) {
  Merging m;
  const NodeId values[] = {m.weak(300), m.strong(DType::u1), m.weak_real(0.25)};
  const Type expected{DType::f8, false};
  EXPECT_EQ(m.of({values[0], values[1], values[2]}), expected);
  EXPECT_EQ(m.of({values[2], values[1], values[0]}), expected);
}

}  // namespace
}  // namespace numeta::core
