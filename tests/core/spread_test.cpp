// Elements of an array that loops read once each, so that what fills it can be computed there.
#include "core/spread.hpp"

#include <gtest/gtest.h>

#include "core/forward.hpp"
#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

/// t = exp(a), which is read where a test says.
struct Costly : Planning {
  Costly() : a(array("a")), p(array("p")) {
    t = map("t", {n}, [&](auto& i) { return exp(at(a, i)); });
  }
  NodeId times(NodeId x, std::int64_t by) {
    return op(Op::mul, DType::i8, {x, g.integer(by)}, true);
  }
  NodeId sum(NodeId x, NodeId y) { return op(Op::add, DType::i8, {x, y}, true); }
  NodeId lesser(NodeId x, NodeId y) {
    return op(Op::select, DType::i8, {op(Op::lt, DType::b1, {x, y}, true), x, y}, true);
  }
  void use(NodeId element) { store(p, {element}, at(t, {element})); }
  RegionId from(NodeId start, NodeId stop, std::int64_t step = 1) {
    return g.begin_loop(start, stop, g.integer(step), "k");
  }
  bool is_forwarded() { return fates_of_arrays(g).fates[t] == Fate::Forwarded; }
  BufferId a;
  BufferId p;
  BufferId t;
};

void in_lanes(Costly& b, std::int64_t factor, std::int64_t lanes) {
  const NodeId k = b.index(b.loop(b.m));
  const NodeId j = b.index(b.loop(b.g.integer(lanes)));
  b.use(b.sum(b.times(k, factor), j));
  b.end();
  b.end();
}

TEST(Spread, LanesAreDigits) {
  Costly b;
  in_lanes(b, 32, 32);
  EXPECT_TRUE(b.is_forwarded());
}

TEST(Spread, LanesThatOverlapAreNot) {
  Costly b;
  in_lanes(b, 31, 32);
  EXPECT_FALSE(b.is_forwarded());
  Costly c;
  in_lanes(c, 0, 32);
  EXPECT_FALSE(c.is_forwarded());
}

TEST(Spread, LanesBackwardsAreDigitsToo) {
  Costly b;
  in_lanes(b, -32, 32);
  EXPECT_TRUE(b.is_forwarded());
}

TEST(Spread, ALaneOfUnknownLengthMayReachTheNext) {
  Costly b;
  const NodeId k = b.index(b.loop(b.m));
  const NodeId j = b.index(b.loop(b.n));
  b.use(b.sum(b.times(k, 32), j));
  b.end();
  b.end();
  EXPECT_FALSE(b.is_forwarded());
}

/// for f in range(0, m, step): for k in range(f, stop(f)): t[k]
bool in_parts(std::int64_t step, const std::function<NodeId(Costly&, NodeId)>& stop) {
  Costly b;
  const NodeId f = b.index(b.from(b.g.integer(0), b.m, step));
  b.use(b.index(b.from(f, stop(b, f))));
  b.end();
  b.end();
  return b.is_forwarded();
}

TEST(Spread, PartsOfALoopAreTheLoop) {
  EXPECT_TRUE(in_parts(16, [](Costly& b, NodeId f) { return b.plus(f, 16); }));
  EXPECT_TRUE(in_parts(16, [](Costly& b, NodeId f) { return b.lesser(b.m, b.plus(f, 16)); }));
  EXPECT_TRUE(in_parts(16, [](Costly& b, NodeId f) { return b.lesser(b.plus(f, 15), b.m); }));
  EXPECT_FALSE(in_parts(16, [](Costly& b, NodeId f) { return b.plus(f, 17); }));
  EXPECT_FALSE(in_parts(16, [](Costly& b, NodeId) { return b.m; }));
  EXPECT_FALSE(in_parts(-1, [](Costly& b, NodeId f) { return b.plus(f, 16); }));
  EXPECT_FALSE(in_parts(16, [](Costly& b, NodeId f) {  // the greater
    const NodeId end = b.plus(f, 16);
    return b.op(Op::select, DType::i8, {b.op(Op::lt, DType::b1, {b.m, end}, true), end, b.m}, true);
  }));
}

TEST(Spread, PlacesThatShareNoElementCountAsOne) {
  Costly b;
  const NodeId whole = b.op(Op::shift_down, DType::i8, {b.n, b.g.integer(5)}, true);
  const NodeId k = b.index(b.loop(whole));
  const NodeId j = b.index(b.loop(b.g.integer(32)));
  b.use(b.sum(b.times(k, 32), j));
  b.end();
  b.end();
  const NodeId rest = b.index(b.loop(b.m));
  b.use(b.sum(b.times(whole, 32), rest));
  b.end();
  EXPECT_TRUE(b.is_forwarded());
}

/// for i < m: t[one(i)], t[other(i)]
bool twice(const std::function<NodeId(Costly&, NodeId)>& one,
           const std::function<NodeId(Costly&, NodeId)>& other) {
  Costly b;
  const NodeId i = b.index(b.loop(b.m));
  b.use(one(b, i));
  b.use(other(b, i));
  b.end();
  return b.is_forwarded();
}

TEST(Spread, NeighboursMeetInAnotherIteration) {
  const auto here = [](Costly&, NodeId i) { return i; };
  EXPECT_FALSE(twice(here, [](Costly& b, NodeId i) { return b.plus(i, 1); }));
  EXPECT_TRUE(twice(here, [](Costly& b, NodeId i) { return b.sum(b.m, i); }));
  EXPECT_FALSE(twice(here, [](Costly& b, NodeId i) { return b.sum(b.plus(b.m, -1), i); }));
}

}  // namespace
}  // namespace numeta::core
