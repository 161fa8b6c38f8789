// Ranges of integers: mathematical for Python's, wrapping for NumPy's, those of loop indices.
#include "core/interval.hpp"

#include <gtest/gtest.h>

#include "tests/core/building.hpp"

namespace numeta::core {

void PrintTo(const Interval& x, std::ostream* out) {
  *out << "[" << x.low << ", " << x.high << "]";
}

namespace {

constexpr Interval kAll{};

Interval python(Op op, Interval a, Interval b = {}) { return range_of(op, DType::i8, true, a, b); }
Interval numpy(Op op, DType type, Interval a, Interval b = {}) {
  return range_of(op, type, false, a, b);
}

TEST(Interval, PythonArithmeticIsMathematical) {
  EXPECT_EQ(python(Op::add, {1, 5}, {-2, 3}), (Interval{-1, 8}));
  EXPECT_EQ(python(Op::sub, {1, 5}, {-2, 3}), (Interval{-2, 7}));
  EXPECT_EQ(python(Op::mul, {-3, 2}, {-5, 4}), (Interval{-12, 15}));
  EXPECT_EQ(python(Op::square, {-3, 2}), (Interval{0, 9}));
  EXPECT_EQ(python(Op::neg, {-3, 2}), (Interval{-2, 3}));
  EXPECT_EQ(python(Op::abs, {-3, 2}), (Interval{0, 3}));
  EXPECT_EQ(python(Op::abs, {-9, -4}), (Interval{4, 9}));
  EXPECT_EQ(python(Op::floordiv, {-7, 7}, {2, 2}), (Interval{-4, 3}));
  EXPECT_EQ(python(Op::mod, {-7, 7}, {1, 5}), (Interval{0, 4}));
  EXPECT_EQ(python(Op::minimum, {-7, 7}, {1, 5}), (Interval{-7, 5}));
  EXPECT_EQ(python(Op::maximum, {-7, 7}, {1, 5}), (Interval{1, 7}));
}

TEST(Interval, AnEndOfInt64MeansOrBeyond) {
  EXPECT_EQ(python(Op::add, {0, INT64_MAX}, {1, 1}), (Interval{1, INT64_MAX}));
  EXPECT_EQ(python(Op::sub, {0, INT64_MAX}, {1, 1}), (Interval{-1, INT64_MAX}));
  EXPECT_EQ(python(Op::add, {INT64_MIN, 0}, {5, 5}), (Interval{INT64_MIN, 5}));
  EXPECT_EQ(python(Op::neg, {INT64_MIN, 0}), (Interval{0, INT64_MAX}));
  EXPECT_EQ(python(Op::mul, {INT64_MAX - 1, INT64_MAX - 1}, {2, 2}),
            (Interval{INT64_MAX, INT64_MAX}));
  EXPECT_EQ(python(Op::abs, kAll), (Interval{0, INT64_MAX}));
}

TEST(Interval, ShiftsAndRemaindersStayInsideTheType) {
  EXPECT_EQ(python(Op::shift_down, {-9, 9}, {1, 1}), (Interval{-5, 4}));
  EXPECT_EQ(python(Op::rshift, {4, 9}, {0, 2}), (Interval{1, 9}));
  EXPECT_EQ(python(Op::rshift, {4, 9}), (Interval{0, 9}));
  EXPECT_EQ(python(Op::rshift, {-9, 9}), kAll);
  EXPECT_EQ(python(Op::mod, {0, 3}, {10, 10}), (Interval{0, 3}));
  EXPECT_EQ(python(Op::mod, {0, INT64_MAX}, {10, INT64_MAX}), (Interval{0, INT64_MAX}));
  EXPECT_EQ(numpy(Op::bit_and, DType::i8, kAll, {0, INT64_MAX}), (Interval{0, INT64_MAX}));
  EXPECT_EQ(numpy(Op::maximum, DType::i8, kAll, {0, 0}), (Interval{0, INT64_MAX}));
  EXPECT_EQ(numpy(Op::shift_down, DType::u8, whole(DType::u8), {1, 1}), whole(DType::u8));
}

TEST(Interval, NothingIsClaimedOfADivisorThatMayBeZeroOrNegative) {
  EXPECT_EQ(python(Op::floordiv, {1, 9}, {0, 3}), kAll);
  EXPECT_EQ(python(Op::mod, {1, 9}, {-3, 3}), kAll);
}

TEST(Interval, NumpyArithmeticThatMayWrapHasTheWholeType) {
  EXPECT_EQ(numpy(Op::add, DType::i1, {100, 120}, {1, 7}), (Interval{101, 127}));
  EXPECT_EQ(numpy(Op::add, DType::i1, {100, 120}, {1, 8}), (Interval{-128, 127}));
  EXPECT_EQ(numpy(Op::sub, DType::u1, {0, 5}, {0, 1}), (Interval{0, 255}));
  EXPECT_EQ(numpy(Op::neg, DType::i8, kAll), kAll);
  EXPECT_EQ(numpy(Op::abs, DType::i8, kAll), kAll);  // that of the least is the least
  EXPECT_EQ(numpy(Op::add, DType::i8, {0, INT64_MAX - 1}, {1, 1}), kAll);
  EXPECT_EQ(numpy(Op::mul, DType::i4, {0, 46340}, {0, 46340}), (Interval{0, 2147395600}));
  EXPECT_EQ(numpy(Op::mul, DType::i4, {0, 46341}, {0, 46341}), whole(DType::i4));
}

TEST(Interval, IndicesOfRanges) {
  EXPECT_EQ(range_of_index({0, 0}, {10, 10}, {1, 1}), (Interval{0, 9}));
  EXPECT_EQ(range_of_index({2, 4}, {0, 10}, {3, 3}), (Interval{2, 9}));
  EXPECT_EQ(range_of_index({9, 9}, {-1, -1}, {-1, -1}), (Interval{0, 9}));
  EXPECT_EQ(range_of_index({0, 8}, {2, 5}, {-2, -1}), (Interval{3, 8}));
  EXPECT_EQ(range_of_index({0, 8}, {2, 5}, {-1, 1}), (Interval{0, 8}));
  EXPECT_EQ(range_of_index({5, 5}, {0, 0}, {1, 1}), (Interval{5, 5}));  // runs never
}

TEST(Interval, AnIndexCountedDownToMinusOneIsNotNegative) {
  Building b;
  const NodeId n = b.g.dim(b.vector("a"), 0);
  const NodeId last = b.op(Op::sub, DType::i8, {n, b.g.integer(1)}, true);
  const RegionId down = b.g.begin_loop(last, b.g.integer(-1), b.g.integer(-1), "i");
  EXPECT_EQ(b.g.range(b.g.regions()[down].index).low, 0);
}

TEST(Interval, ConversionsKeepWhatFits) {
  EXPECT_EQ(range_of_cast(DType::u1, DType::i8, {3, 200}), (Interval{3, 200}));
  EXPECT_EQ(range_of_cast(DType::i1, DType::u1, {3, 200}), whole(DType::i1));
  EXPECT_EQ(range_of_cast(DType::u8, DType::i8, {-1, 5}), whole(DType::u8));
}

TEST(Interval, AUint64AsInt64MayBeNegative) {
  Building b;
  const NodeId u = b.g.scalar("u", DType::u8, false);
  EXPECT_EQ(b.g.range(b.g.cast(u, DType::i8, false)), kAll);
  const NodeId small = b.op(Op::bit_and, DType::u8, {u, b.g.constant(DType::u8, false, {{7, 0}})});
  EXPECT_EQ(b.g.range(b.g.cast(small, DType::i8, false)), (Interval{0, 7}));
}

TEST(Interval, ASelectionHasBothRanges) {
  Building b;
  const NodeId p = b.g.scalar("p", DType::b1, false);
  const NodeId chosen = b.op(Op::select, DType::i8, {p, b.g.integer(-4), b.g.integer(9)}, true);
  EXPECT_EQ(b.g.range(chosen), (Interval{-4, 9}));
}

}  // namespace
}  // namespace numeta::core
