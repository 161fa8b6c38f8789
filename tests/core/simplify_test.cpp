// The rewrite rules, and the rules of algebra that do not hold for floats and so must not be there.
#include <gtest/gtest.h>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

class Simplify : public ::testing::Test {
 protected:
  Building b;
  NodeId n = b.g.scalar("n", DType::i8, false);
  NodeId m = b.g.scalar("m", DType::i8, false);
  NodeId x = b.g.scalar("x", DType::f8, false);
  NodeId p = b.g.scalar("p", DType::b1, false);
};

TEST_F(Simplify, IntegerSumsWithZero) {
  EXPECT_EQ(b.op(Op::add, DType::i8, {n, b.i8(0)}), n);
  EXPECT_EQ(b.op(Op::add, DType::i8, {b.i8(0), n}), n);
  EXPECT_EQ(b.op(Op::sub, DType::i8, {n, b.i8(0)}), n);
  EXPECT_EQ(b.op(Op::bit_or, DType::i8, {n, b.i8(0)}), n);
  EXPECT_NE(b.op(Op::sub, DType::i8, {b.i8(0), n}), n);
}

TEST_F(Simplify, IntegerProductsWithOneAndZero) {
  EXPECT_EQ(b.op(Op::mul, DType::i8, {n, b.i8(1)}), n);
  EXPECT_EQ(b.op(Op::mul, DType::i8, {b.i8(1), n}), n);
  EXPECT_EQ(b.op(Op::mul, DType::i8, {n, b.i8(0)}), b.i8(0));
  EXPECT_EQ(b.op(Op::mul, DType::i8, {b.i8(0), n}), b.i8(0));
  EXPECT_EQ(b.op(Op::floordiv, DType::i8, {n, b.i8(1)}), n);
  EXPECT_NE(b.op(Op::floordiv, DType::i8, {n, b.i8(-1)}), n);
}

TEST_F(Simplify, DoubleNegationsEnd) {
  EXPECT_EQ(b.op(Op::neg, DType::i8, {b.op(Op::neg, DType::i8, {n})}), n);
  EXPECT_EQ(b.op(Op::neg, DType::f8, {b.op(Op::neg, DType::f8, {x})}), x);
  EXPECT_EQ(b.op(Op::invert, DType::i8, {b.op(Op::invert, DType::i8, {n})}), n);
}

TEST_F(Simplify, IdempotentBitOperations) {
  EXPECT_EQ(b.op(Op::bit_and, DType::i8, {n, n}), n);
  EXPECT_EQ(b.op(Op::bit_or, DType::i8, {n, n}), n);
  EXPECT_NE(b.op(Op::bit_and, DType::i8, {n, m}), n);
}

TEST_F(Simplify, ASelectionThatIsKnown) {
  const NodeId yes = b.g.constant(DType::b1, true, literal_int(1));
  const NodeId no = b.g.constant(DType::b1, true, literal_int(0));
  EXPECT_EQ(b.op(Op::select, DType::i8, {p, n, n}), n);
  EXPECT_EQ(b.op(Op::select, DType::i8, {yes, n, m}), n);
  EXPECT_EQ(b.op(Op::select, DType::i8, {no, n, m}), m);
  EXPECT_EQ(b.g.node(b.op(Op::select, DType::i8, {p, n, m})).op, Op::select);
}

TEST_F(Simplify, AndWithAConstant) {
  const NodeId yes = b.g.constant(DType::b1, false, literal_int(1));
  const NodeId no = b.g.constant(DType::b1, false, literal_int(0));
  EXPECT_EQ(b.op(Op::logical_and, DType::b1, {p, yes}), p);
  EXPECT_EQ(b.op(Op::logical_and, DType::b1, {yes, p}), p);
  EXPECT_EQ(b.op(Op::logical_and, DType::b1, {p, no}), no);
  EXPECT_EQ(b.op(Op::logical_and, DType::b1, {no, p}), no);
}

TEST_F(Simplify, FloatRulesThatKeepEveryBit) {
  EXPECT_EQ(b.op(Op::add, DType::f8, {x, b.real(-0.0)}), x);
  EXPECT_EQ(b.op(Op::add, DType::f8, {b.real(-0.0), x}), x);
  EXPECT_EQ(b.op(Op::sub, DType::f8, {x, b.real(0.0)}), x);
  EXPECT_EQ(b.op(Op::mul, DType::f8, {x, b.real(1.0)}), x);
  EXPECT_EQ(b.op(Op::mul, DType::f8, {b.real(1.0), x}), x);
  EXPECT_EQ(b.op(Op::truediv, DType::f8, {x, b.real(1.0)}), x);
}

TEST_F(Simplify, FloatRulesThatWouldBeWrongAreNotApplied) {
  const auto stays = [&](Op op, NodeId left, NodeId right) {
    const NodeId id = b.op(op, DType::f8, {left, right});
    return b.g.node(id).op == op && b.g.operands(id)[0] == left && b.g.operands(id)[1] == right;
  };
  EXPECT_TRUE(stays(Op::add, x, b.real(0.0)));  // -0.0 + 0.0 is 0.0
  EXPECT_TRUE(stays(Op::add, b.real(0.0), x));
  EXPECT_TRUE(stays(Op::sub, x, b.real(-0.0)));
  EXPECT_TRUE(stays(Op::mul, x, b.real(0.0)));  // NaN, infinities, the sign
  EXPECT_TRUE(stays(Op::mul, b.real(0.0), x));
  EXPECT_TRUE(stays(Op::sub, x, x));  // inf - inf is NaN
  EXPECT_TRUE(stays(Op::truediv, x, x));
  EXPECT_TRUE(stays(Op::truediv, x, b.real(3.0)));  // no product with a rounded reciprocal
  EXPECT_TRUE(stays(Op::truediv, b.real(0.0), x));
}

TEST_F(Simplify, ZeroMinusAValueAsksWhetherItIsZero) {
  const NodeId id = b.op(Op::sub, DType::f8, {b.real(0.0), x});  // 0.0 - 0.0 is 0.0, -(0.0) is not
  ASSERT_EQ(b.g.node(id).op, Op::select);
  EXPECT_EQ(b.g.node(b.g.operands(id)[0]).op, Op::eq);
  EXPECT_EQ(b.g.operands(id)[1], b.real(0.0));
  EXPECT_EQ(b.g.node(b.g.operands(id)[2]).op, Op::neg);
}

TEST_F(Simplify, FloatComparisonsOfAValueWithItselfAskForNan) {
  for (const Op op : {Op::eq, Op::ne, Op::le}) {
    EXPECT_EQ(b.g.node(b.op(op, DType::b1, {x, x})).op, op);
  }
}

TEST_F(Simplify, OtherComparisonsOfAValueWithItselfAreKnown) {
  const auto answer = [&](Op op, NodeId of) {
    const Node& node = b.g.node(b.op(op, DType::b1, {of, of}));
    return node.op == Op::constant ? static_cast<int>(node.bits[0]) : -1;
  };
  EXPECT_EQ(answer(Op::lt, x), 0);
  for (const NodeId of : {n, p}) {
    EXPECT_EQ(answer(Op::lt, of), 0);
    EXPECT_EQ(answer(Op::le, of), 1);
    EXPECT_EQ(answer(Op::eq, of), 1);
    EXPECT_EQ(answer(Op::ne, of), 0);
  }
}

TEST_F(Simplify, FloatSumsAreNotReassociated) {
  const NodeId inner = b.op(Op::add, DType::f8, {x, b.real(1.0)});
  const NodeId outer = b.op(Op::add, DType::f8, {inner, b.real(2.0)});
  EXPECT_EQ(b.g.operands(outer)[0], inner);
}

TEST_F(Simplify, ARuleDoesNotChangeTypeOrWeakness) {
  const NodeId weak = b.op(Op::add, DType::i8, {n, b.i8(0)}, true);
  EXPECT_NE(weak, n);
  EXPECT_TRUE(b.g.node(weak).weak);
}

TEST_F(Simplify, ConstantsThatAreAddedOneAfterTheOtherAreOne) {
  const auto add = [&](NodeId a, std::int64_t by) {
    return b.op(Op::add, DType::i8, {a, b.i8(by)});
  };
  const auto sub = [&](NodeId a, std::int64_t by) {
    return b.op(Op::sub, DType::i8, {a, b.i8(by)});
  };
  EXPECT_EQ(add(add(n, 1), 2), add(n, 3));
  EXPECT_EQ(b.op(Op::add, DType::i8, {b.i8(1), add(n, 2)}), add(n, 3));
  EXPECT_EQ(sub(sub(n, 1), 2), sub(n, 3));
  EXPECT_EQ(sub(add(n, 5), 2), add(n, 3));
  EXPECT_EQ(sub(add(n, 2), 5), sub(n, 3));
  EXPECT_EQ(add(sub(n, 2), 5), add(n, 3));
  EXPECT_EQ(add(sub(n, 5), 2), sub(n, 3));
  EXPECT_EQ(sub(add(n, 4), 4), n);
  EXPECT_EQ(add(add(add(n, INT64_MAX), -1), 2), add(add(n, INT64_MAX - 1), 2));
  EXPECT_EQ(b.g.operands(add(add(n, INT64_MAX), 1))[0], add(n, INT64_MAX));
  const NodeId narrow = b.g.scalar("narrow", DType::i4, false);
  const NodeId one = b.g.constant(DType::i4, false, literal_int(1));
  const NodeId once = b.op(Op::add, DType::i4, {narrow, one});
  EXPECT_EQ(b.g.operands(b.op(Op::add, DType::i4, {once, one}))[0], once);
}

TEST_F(Simplify, DivisionByAPowerOfTwoIsAShiftAndAMask) {
  EXPECT_EQ(b.op(Op::floordiv, DType::i8, {n, b.i8(8)}),
            b.op(Op::shift_down, DType::i8, {n, b.i8(3)}));
  EXPECT_EQ(b.op(Op::mod, DType::i8, {n, b.i8(8)}), b.op(Op::bit_and, DType::i8, {n, b.i8(7)}));
  for (const std::int64_t divisor :
       {std::int64_t{0}, std::int64_t{-2}, std::int64_t{6}, INT64_MIN}) {
    EXPECT_EQ(b.g.node(b.op(Op::floordiv, DType::i8, {n, b.i8(divisor)})).op, Op::floordiv);
    EXPECT_EQ(b.g.node(b.op(Op::mod, DType::i8, {n, b.i8(divisor)})).op, Op::mod);
  }
}

TEST_F(Simplify, TheGreatestPowerOfAnUnsignedTypeCounts) {
  const NodeId u = b.g.scalar("u", DType::u8, false);
  const NodeId half = b.g.constant(DType::u8, false, {{std::uint64_t{1} << 63, 0}});
  const NodeId places = b.g.constant(DType::u8, false, {{63, 0}});
  EXPECT_EQ(b.op(Op::floordiv, DType::u8, {u, half}), b.op(Op::shift_down, DType::u8, {u, places}));
}

TEST_F(Simplify, ADividendThatIsNotNegativeIsDividedByTheMachine) {
  const NodeId low = b.op(Op::bit_and, DType::i8, {n, b.i8(1000)});
  EXPECT_EQ(b.g.node(b.op(Op::floordiv, DType::i8, {low, b.i8(10)})).op, Op::quotient);
  EXPECT_EQ(b.g.node(b.op(Op::mod, DType::i8, {low, b.i8(10)})).op, Op::residue);
  EXPECT_EQ(b.g.node(b.op(Op::mod, DType::i8, {low, m})).op, Op::mod);
}

TEST_F(Simplify, AShiftInsideTheWidthAsksNothing) {
  EXPECT_EQ(b.g.node(b.op(Op::lshift, DType::i8, {n, b.i8(63)})).op, Op::shift_up);
  EXPECT_EQ(b.g.node(b.op(Op::rshift, DType::i8, {n, b.i8(0)})).op, Op::shift_down);
  EXPECT_EQ(b.g.node(b.op(Op::lshift, DType::i8, {n, b.i8(64)})).op, Op::lshift);
  EXPECT_EQ(b.g.node(b.op(Op::rshift, DType::i8, {n, b.i8(-1)})).op, Op::rshift);
}

}  // namespace
}  // namespace numeta::core
