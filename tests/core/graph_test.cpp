// Nodes of a graph: equal ones are one, loads serve again only while nothing can have changed the
// element, a value does not leave its loop, and the printed text.
#include <gtest/gtest.h>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

TEST(Graph, ANodeIsAtMost64Bytes) { EXPECT_LE(sizeof(Node), 64U); }

TEST(Graph, TheSameOperationOnTheSameOperandsIsOneNode) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  const NodeId y = b.g.scalar("y", DType::f8, false);
  const NodeId sum = b.op(Op::add, DType::f8, {x, y});
  const std::size_t size = b.g.size();
  EXPECT_EQ(b.op(Op::add, DType::f8, {x, y}), sum);
  EXPECT_EQ(b.g.size(), size);
  EXPECT_EQ(b.g.cast(sum, DType::f4, false), b.g.cast(sum, DType::f4, false));
}

TEST(Graph, TypeWeaknessAndOperandOrderDistinguishNodes) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  const NodeId y = b.g.scalar("y", DType::f8, false);
  const NodeId sum = b.op(Op::add, DType::f8, {x, y});
  EXPECT_NE(b.op(Op::add, DType::f8, {x, y}, true), sum);
  EXPECT_NE(b.op(Op::add, DType::f8, {y, x}), sum);  // a NaN's payload may follow the order
  EXPECT_NE(b.op(Op::sub, DType::f8, {x, y}), sum);
  EXPECT_NE(b.g.integer(1), b.i8(1));
}

TEST(Graph, AnOperationWithTooFewOperandsIsNamed) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, false);
  try {
    b.op(Op::add, DType::i8, {n});
    FAIL() << "made";
  } catch (const std::logic_error& fault) {
    EXPECT_STREQ(fault.what(), "pure add: 1 operand(s), the operation takes 2");
  }
  EXPECT_THROW(b.op(Op::neg, DType::i8, {n, n}), std::logic_error);
  EXPECT_THROW(b.op(Op::neg, DType::i8, {}), std::logic_error);
}

TEST(Graph, ConstantsAreOneNodeByTheirBits) {
  Building b;
  EXPECT_EQ(b.real(0.5), b.real(0.5));
  EXPECT_NE(b.real(0.0), b.real(-0.0));
  EXPECT_NE(b.real(1.0), b.real(1.0, DType::f4));
}

TEST(Graph, AnIntegerConstantStandsSecondInACommutativeOperation) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, false);
  EXPECT_EQ(b.op(Op::add, DType::i8, {b.i8(2), n}), b.op(Op::add, DType::i8, {n, b.i8(2)}));
  EXPECT_NE(b.op(Op::sub, DType::i8, {b.i8(2), n}), b.op(Op::sub, DType::i8, {n, b.i8(2)}));
}

TEST(Graph, ManyNodesKeepTheirIdentity) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, false);
  std::vector<NodeId> sums;
  for (std::int64_t k = 1; k < 5000; ++k) sums.push_back(b.op(Op::add, DType::i8, {n, b.i8(k)}));
  const std::size_t size = b.g.size();
  for (std::int64_t k = 1; k < 5000; ++k) {
    EXPECT_EQ(b.op(Op::add, DType::i8, {n, b.i8(k)}), sums[static_cast<std::size_t>(k - 1)]);
  }
  EXPECT_EQ(b.g.size(), size);
}

TEST(Load, ServesAgainUntilItsBufferIsStored) {
  Building b;
  const BufferId a = b.vector("a");
  const BufferId other = b.vector("other");
  const NodeId zero = b.g.integer(0);
  const NodeId first = b.load(a, {zero});
  EXPECT_EQ(b.load(a, {zero}), first);
  EXPECT_NE(b.load(a, {b.g.integer(1)}), first);
  b.store(other, {zero}, b.real(1));
  EXPECT_EQ(b.load(a, {zero}), first);
  b.store(a, {b.g.integer(1)}, b.real(1));
  EXPECT_NE(b.load(a, {zero}), first);
}

TEST(Load, WithOneChainAnyStoreEndsIt) {
  Building b(true);
  const BufferId a = b.vector("a");
  const BufferId other = b.vector("other");
  const NodeId zero = b.g.integer(0);
  const NodeId first = b.load(a, {zero});
  EXPECT_EQ(b.load(a, {zero}), first);
  b.store(other, {zero}, b.real(1));
  EXPECT_NE(b.load(a, {zero}), first);
}

TEST(Load, ServesNeitherIntoALoopNorBehindIt) {
  Building b;
  const BufferId a = b.vector("a");
  const NodeId zero = b.g.integer(0);
  const NodeId before = b.load(a, {zero});
  b.loop(b.g.integer(3));
  const NodeId inside = b.load(a, {zero});
  EXPECT_NE(inside, before);
  EXPECT_EQ(b.load(a, {zero}), inside);
  b.end();
  const NodeId behind = b.load(a, {zero});
  EXPECT_NE(behind, before);
  EXPECT_NE(behind, inside);
}

TEST(Graph, AFixedLengthIsAConstant) {
  Building b;
  const BufferId a = b.g.buffer("a", DType::f8, Layout::C, {3, std::nullopt});
  EXPECT_TRUE(b.g.is_integer_constant(b.g.dim(a, 0), 3));
  EXPECT_EQ(b.g.node(b.g.dim(a, 1)).op, Op::dim);
  EXPECT_EQ(b.g.range(b.g.dim(a, 1)).low, 0);
}

TEST(Graph, ATrueCheckIsNone) {
  Building b;
  b.g.check(b.g.constant(DType::b1, true, literal_int(1)), 0, {});
  EXPECT_TRUE(b.g.regions()[0].body.empty());
  b.g.check(b.g.constant(DType::b1, true, literal_int(0)), 0, {});
  EXPECT_EQ(b.g.regions()[0].body.size(), 1U);
}

TEST(Scope, AValueDoesNotLeaveItsLoop) {
  Building b;
  const BufferId a = b.vector("a");
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const RegionId loop = b.loop(n);
  const NodeId index = b.g.regions()[loop].index;
  const NodeId next = b.op(Op::add, DType::i8, {index, b.g.integer(1)}, true);
  const NodeId loaded = b.load(a, {index});
  b.end();
  for (const NodeId id : {index, next, loaded}) {
    EXPECT_THROW(b.g.cast(id, DType::f4, false), ScopeError);
    EXPECT_THROW(b.store(a, {b.g.integer(0)}, id), ScopeError);
    EXPECT_THROW(b.load(a, {id}), ScopeError);
    EXPECT_THROW(b.loop(id), ScopeError);
  }
  try {
    b.op(Op::add, DType::i8, {n, next}, true);
    FAIL() << "no ScopeError";
  } catch (const ScopeError& fault) {
    EXPECT_EQ(fault.node, next);
  }
}

TEST(Scope, WhatDependsOnNoLoopIsUsableBehindIt) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  b.loop(b.g.integer(3));
  const NodeId twice = b.op(Op::add, DType::f8, {x, x});
  b.end();
  EXPECT_EQ(b.g.node(twice).region, 0U);
  EXPECT_NO_THROW(b.g.cast(twice, DType::f4, false));
}

TEST(Print, OneNodeALineLoopsIndented) {
  Building b;
  const BufferId a = b.g.buffer("a", DType::f8, Layout::C, {std::nullopt, 2});
  const NodeId n = b.g.dim(a, 0);
  const RegionId loop = b.loop(n);
  const NodeId i = b.g.regions()[loop].index;
  const NodeId x = b.load(a, {i, b.g.integer(1)});
  const NodeId positive = b.op(Op::lt, DType::b1, {b.real(0), x});
  b.g.check(positive, 4, {});
  b.store(a, {i, b.g.integer(0)}, b.op(Op::sqrt, DType::f8, {x}));
  b.end();
  b.g.results = {{n, true}};
  EXPECT_EQ(print(b.g), R"(kernel kernel
  %1: i8~ = constant 0x1 0x0
  %0: i8~ = dim a, 0
  %2: i8~ = constant 0x0 0x0
  for i in %2, %0, %1
    %4: i8~ = index region 1
    %5: f8 = load a@2 [%4, %1]
    %6: f8 = constant 0x0 0x0
    %7: b1 = lt %6, %5
    check %7 site 4
    %9: f8 = sqrt %5
    store a@3 [%4, %2] = %9
  return %0
)");
}

}  // namespace
}  // namespace numeta::core
