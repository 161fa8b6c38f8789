// Loops that fill arrays by comparing their index with a constant: where they are cut, and which
// stay whole.
#include "core/fill.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

struct Filled : Planning {
  explicit Filled() : a(array("a")), p(array("p")) {}
  NodeId compared(Op by, NodeId x, NodeId y) { return op(by, DType::b1, {x, y}, true); }
  NodeId chosen(NodeId condition) {
    return op(Op::select, DType::f8, {condition, real(1), real(2)});
  }
  /// for i in range(start, n, step): value(i), and what becomes of it; "" where it stays.
  std::string over(const std::function<void(NodeId)>& body, std::int64_t start = 0,
                   std::int64_t step = 1) {
    const RegionId loop = g.begin_loop(g.integer(start), n, g.integer(step), "i");
    body(index(loop));
    end();
    const std::optional<Graph> made = fill(g);
    if (!made) return "";
    verify(*made);
    return statements(*made);
  }
  std::string by(Op op, bool constant_first, std::int64_t constant, std::int64_t start = 0) {
    return over(
        [&](NodeId i) {
          const NodeId c = g.integer(constant);
          const NodeId asked = constant_first ? compared(op, c, i) : compared(op, i, c);
          g.store(a, Indices{i}, chosen(asked));
        },
        start);
  }
  BufferId a;
  BufferId p;
};

TEST(Fill, ALoopIsCutWhereItsValueChanges) {
  const std::string at_two = "for minimum(n,2){a[i]=c}; for 2:n{a[i]=c}";
  const std::string at_three = "for minimum(n,3){a[i]=c}; for 3:n{a[i]=c}";
  EXPECT_EQ(Filled().by(Op::le, true, 2), at_two);
  EXPECT_EQ(Filled().by(Op::lt, true, 2), at_three);
  EXPECT_EQ(Filled().by(Op::lt, false, 2), at_two);
  EXPECT_EQ(Filled().by(Op::le, false, 2), at_three);
}

TEST(Fill, APlaceOutsideTheLoopIsNone) {
  EXPECT_EQ(Filled().by(Op::le, true, 0), "");
  EXPECT_EQ(Filled().by(Op::le, true, -3), "");
  EXPECT_EQ(Filled().by(Op::le, true, 5, 5), "");
  EXPECT_NE(Filled().by(Op::le, true, 6, 5), "");
  EXPECT_EQ(Filled().by(Op::le, false, INT64_MAX), "");
}

TEST(Fill, StoresThatChangeAtOnePlaceGoTogether) {
  const auto at = [](std::int64_t first, std::int64_t second) {
    Filled b;
    return b.over([&](NodeId i) {
      b.g.store(b.a, Indices{i}, b.chosen(b.compared(Op::lt, i, b.g.integer(first))));
      b.g.store(b.p, Indices{b.plus(i, 1)}, b.chosen(b.compared(Op::le, b.g.integer(second), i)));
      b.g.store(b.p, Indices{i}, b.real(4));
    });
  };
  EXPECT_EQ(at(3, 3),
            "for minimum(n,3){a[i]=c; p[i+1]=c; p[i]=c}; for 3:n{a[i]=c; p[i+1]=c; p[i]=c}");
  EXPECT_EQ(at(3, 4), "");
}

TEST(Fill, LoopsThatReadOrComputeStay) {
  Filled reads;
  EXPECT_EQ(reads.over([&](NodeId i) {
    const NodeId asked = reads.compared(Op::lt, i, reads.g.integer(2));
    reads.g.store(reads.a, Indices{i},
                  reads.op(Op::select, DType::f8, {asked, reads.at(reads.p, {i}), reads.real(1)}));
  }),
            "");
  Filled computes;
  EXPECT_EQ(computes.over([&](NodeId i) {
    const NodeId asked = computes.compared(Op::lt, i, computes.g.integer(2));
    const NodeId value = computes.g.cast(i, DType::f8, false);
    computes.g.store(computes.a, Indices{i},
                     computes.op(Op::select, DType::f8, {asked, value, computes.real(1)}));
  }),
            "");
  Filled other;
  EXPECT_EQ(other.over([&](NodeId i) {
    other.g.store(other.a, Indices{i}, other.chosen(other.compared(Op::lt, i, other.m)));
  }),
            "");
}

TEST(Fill, OtherStepsAndParallelLoopsStay) {
  const auto with = [](std::int64_t step, bool parallel) {
    Filled b;
    return b.over(
        [&](NodeId i) {
          if (parallel) b.g.set_parallel(Parallel::Yes);
          b.g.store(b.a, Indices{i}, b.chosen(b.compared(Op::lt, i, b.g.integer(2))));
        },
        0, step);
  };
  EXPECT_NE(with(1, false), "");
  EXPECT_EQ(with(2, false), "");
  EXPECT_EQ(with(1, true), "");
}

}  // namespace
}  // namespace numeta::core
