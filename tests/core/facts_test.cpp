// What conditions prove: ranges in the arms of a branch, differences of two values, indices of
// loops; and where a proof ends.
#include <gtest/gtest.h>

#include "core/rebuild.hpp"
#include "emit_fortran/emit.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

class Facts : public ::testing::Test {
 protected:
  NodeId lt(NodeId x, NodeId y) { return b.op(Op::lt, DType::b1, {x, y}, true); }
  NodeId le(NodeId x, NodeId y) { return b.op(Op::le, DType::b1, {x, y}, true); }
  NodeId sub(NodeId x, NodeId y) { return b.op(Op::sub, DType::i8, {x, y}, true); }
  NodeId add(NodeId x, NodeId y) { return b.op(Op::add, DType::i8, {x, y}, true); }
  std::int64_t least(NodeId id) { return b.g.range_here(id).low; }

  Building b;
  NodeId n = b.g.scalar("n", DType::i8, true);
  NodeId m = b.g.scalar("m", DType::i8, true);
  NodeId zero = b.g.integer(0);
};

TEST_F(Facts, ADifferenceIsKnownWhereItsConditionHolds) {
  b.g.begin_branch(lt(n, m));
  EXPECT_EQ(least(sub(m, n)), 1);
  EXPECT_EQ(least(sub(sub(m, b.g.integer(1)), n)), 0);
  EXPECT_EQ(least(sub(n, m)), INT64_MIN);
  b.g.begin_otherwise();
  EXPECT_EQ(least(sub(n, m)), 0);
  EXPECT_EQ(least(sub(m, n)), INT64_MIN);
  b.end();
  EXPECT_EQ(least(sub(m, n)), INT64_MIN);
}

TEST_F(Facts, ADifferenceAndARangeAddUp) {
  const NodeId row = b.g.scalar("row", DType::i8, true);
  b.g.begin_branch(le(zero, row));
  b.g.begin_branch(lt(n, m));
  EXPECT_EQ(least(add(sub(row, n), m)), 1);
  EXPECT_EQ(least(sub(sub(m, n), row)), INT64_MIN);
}

TEST_F(Facts, WrappingIntegersAreNotAddedUp) {
  const NodeId x = b.g.scalar("x", DType::i8, false);
  const NodeId y = b.g.scalar("y", DType::i8, false);
  b.g.begin_branch(lt(x, y));
  EXPECT_EQ(least(b.op(Op::sub, DType::i8, {y, x}, false)), INT64_MIN);
}

TEST_F(Facts, ALoopIndexIsBelowItsStop) {
  const NodeId stop = b.op(Op::maximum, DType::i8, {n, zero}, true);
  const RegionId loop = b.loop(stop);
  const NodeId i = b.index(loop);
  EXPECT_EQ(least(sub(sub(n, b.g.integer(1)), i)), 0);
  EXPECT_EQ(least(sub(sub(m, b.g.integer(1)), i)), INT64_MIN);
  const RegionId inner = b.g.begin_loop(i, n, b.g.integer(1), "j");
  EXPECT_EQ(least(sub(b.index(inner), i)), 0);
}

TEST_F(Facts, AConversionThatKeepsTheValueKeepsWhatIsKnown) {
  const NodeId x = b.g.scalar("x", DType::i8, false);
  b.g.begin_branch(b.op(Op::le, DType::b1, {b.i8(0), x}));
  EXPECT_EQ(least(b.g.cast(x, DType::i8, true)), 0);
  b.end();
  const NodeId y = b.g.scalar("y", DType::i4, false);
  b.g.begin_branch(le(zero, b.g.cast(y, DType::i8, true)));
  EXPECT_EQ(least(y), 0);
  b.end();
  b.g.begin_branch(le(zero, b.g.cast(b.g.cast(x, DType::i4, true), DType::i8, true)));
  EXPECT_EQ(least(x), INT64_MIN);
}

TEST_F(Facts, WhatAnArmDecidesStaysThere) {
  const BufferId a = b.vector("a");
  const auto wrapped = [&] {
    return b.op(Op::select, DType::i8, {le(zero, n), n, add(n, b.g.dim(a, 0))}, true);
  };
  b.g.begin_branch(le(zero, n));
  b.store(a, {wrapped()}, b.real(1));
  b.end();
  b.store(a, {wrapped()}, b.real(2));
  const std::string text = emit_fortran::emit(rebuild(b.g), {}).fortran;
  EXPECT_NE(text.find("a(n) = 1"), std::string::npos) << text;
  EXPECT_EQ(text.find("a(n) = 2"), std::string::npos) << text;
}

}  // namespace
}  // namespace numeta::core
