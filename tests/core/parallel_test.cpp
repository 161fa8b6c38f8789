// Parallel loops: which variables are private, last, reductions or none of these; which elements
// two iterations may share.
#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

struct LoopBuilding : Building {
  explicit LoopBuilding(bool one_chain = false) : Building(one_chain) {
    n = g.scalar("n", DType::i8, true);
    a = vector("a");
    s = g.variable("s", DType::f8, false);
    write(s, real(0));
  }
  void open(std::int64_t step = 1, Parallel parallel = Parallel::Yes) {
    region = g.begin_loop(g.integer(0), n, g.integer(step), "i");
    g.set_parallel(parallel);
    i = index(region);
  }
  NodeId add(NodeId x, NodeId y) { return op(Op::add, DType::f8, {x, y}); }
  NodeId plus(NodeId x, std::int64_t by) {
    return op(Op::add, DType::i8, {x, g.integer(by)}, true);
  }
  NodeId times(NodeId x, std::int64_t by) {
    return op(Op::mul, DType::i8, {x, g.integer(by)}, true);
  }
  void give(BufferId variable) { g.results.push_back({read(variable), false}); }
  ParallelLoops loops() const { return parallel_loops(g, live(g), {{}, {}}); }
  ParallelLoop loop() const { return loops().at(region); }
  /// The diagnostic of a loop that is refused.
  Diag fault() const {
    try {
      loops();
    } catch (const ParallelFault& problem) {
      return problem.diag;
    }
    return Diag::no_trace;
  }

  NodeId n;
  NodeId i = kNone;
  BufferId a;
  BufferId s;
  RegionId region = 0;
};

TEST(Parallel, WrittenBeforeReadIsPrivate) {
  LoopBuilding b;
  b.open();
  b.write(b.s, b.load(b.a, {b.i}));
  b.store(b.a, {b.i}, b.add(b.read(b.s), b.real(1)));
  b.end();
  EXPECT_EQ(b.loop().privates, std::vector<BufferId>{b.s});
}

TEST(Parallel, WrittenBeforeReadAndReadAfterIsLast) {
  LoopBuilding b;
  b.open();
  b.write(b.s, b.load(b.a, {b.i}));
  b.end();
  b.give(b.s);
  EXPECT_EQ(b.loop().last, std::vector<BufferId>{b.s});
}

TEST(Parallel, WrittenInOneArmAndReadAfterIsRefused) {
  LoopBuilding b;
  b.open();
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.load(b.a, {b.i}), b.real(1)}));
  b.write(b.s, b.load(b.a, {b.i}));
  b.end();
  b.end();
  b.give(b.s);
  EXPECT_EQ(b.fault(), Diag::parallel_last);
}

TEST(Parallel, SumsAndDifferencesAreOneReduction) {
  LoopBuilding b;
  b.open();
  b.write(b.s, b.add(b.read(b.s), b.load(b.a, {b.i})));
  b.write(b.s, b.op(Op::sub, DType::f8, {b.read(b.s), b.real(2)}));
  b.end();
  b.give(b.s);
  const ParallelLoop loop = b.loop();
  ASSERT_EQ(loop.reductions.size(), 1u);
  EXPECT_EQ(loop.reductions[0].by, (Combine{Op::add, false}));
}

TEST(Parallel, GuardedStoreIsAnExtremum) {
  for (const bool greatest : {true, false}) {
    LoopBuilding b;
    b.open();
    const NodeId old = b.read(b.s);
    const NodeId x = b.load(b.a, {b.i});
    b.g.begin_branch(greatest ? b.op(Op::lt, DType::b1, {old, x})
                              : b.op(Op::lt, DType::b1, {x, old}));
    b.write(b.s, x);
    b.end();
    b.end();
    b.give(b.s);
    EXPECT_EQ(b.loop().reductions[0].by, (Combine{Op::lt, !greatest}));
  }
}

TEST(Parallel, AStaleReadIsNoReduction) {
  LoopBuilding b;
  b.open();
  const NodeId old = b.read(b.s);
  b.write(b.s, b.add(old, b.load(b.a, {b.i})));
  b.write(b.s, b.add(old, b.real(1)));
  b.end();
  b.give(b.s);
  EXPECT_EQ(b.fault(), Diag::parallel_carried);
}

TEST(Parallel, ReadElsewhereIsNoReduction) {
  LoopBuilding b;
  b.open();
  const NodeId sum = b.add(b.read(b.s), b.load(b.a, {b.i}));
  b.write(b.s, sum);
  b.store(b.a, {b.i}, sum);
  b.end();
  b.give(b.s);
  EXPECT_EQ(b.fault(), Diag::parallel_carried);
}

TEST(Parallel, KindsOfReductionsDoNotMix) {
  LoopBuilding b;
  b.open();
  b.write(b.s, b.add(b.read(b.s), b.real(1)));
  b.write(b.s, b.op(Op::mul, DType::f8, {b.read(b.s), b.load(b.a, {b.i})}));
  b.end();
  b.give(b.s);
  EXPECT_EQ(b.fault(), Diag::parallel_carried);
}

/// What is said of a[store] = a[load] in a loop with that step.
template <class Store, class Load>
Diag said_of(Store&& store, Load&& load, std::int64_t step = 1, Parallel parallel = Parallel::Yes) {
  LoopBuilding b;
  b.open(step, parallel);
  b.store(b.a, {store(b)}, b.add(b.load(b.a, {load(b)}), b.real(1)));
  b.end();
  return b.fault();
}

TEST(Parallel, ElementsOfOneIterationAreItsOwn) {
  const auto same = [](LoopBuilding& b) { return b.i; };
  const auto next = [](LoopBuilding& b) { return b.plus(b.i, 1); };
  const auto even = [](LoopBuilding& b) { return b.times(b.i, 2); };
  const auto odd = [](LoopBuilding& b) { return b.plus(b.times(b.i, 2), 1); };
  const auto shifted = [](LoopBuilding& b) { return b.op(Op::add, DType::i8, {b.i, b.n}, true); };
  const auto fixed = [](LoopBuilding& b) { return b.n; };
  EXPECT_EQ(said_of(same, same), Diag::no_trace);
  EXPECT_EQ(said_of(shifted, shifted), Diag::no_trace);
  EXPECT_EQ(said_of(even, odd), Diag::no_trace);
  EXPECT_EQ(said_of(same, next), Diag::parallel_element);
  EXPECT_EQ(said_of(same, next, 2), Diag::no_trace);
  EXPECT_EQ(said_of(same, even), Diag::parallel_element);
  EXPECT_EQ(said_of(same, shifted), Diag::parallel_element);
  EXPECT_EQ(said_of(fixed, fixed), Diag::parallel_update);
  EXPECT_EQ(said_of(fixed, fixed, 1, Parallel::Disjoint), Diag::no_trace);
}

TEST(Parallel, IntegerUpdatesOfAnyElementAreAtomic) {
  LoopBuilding b;
  const BufferId counts = b.vector("counts", DType::i8);
  const BufferId places = b.vector("places", DType::i8);
  b.open();
  const NodeId place = b.load(places, {b.i});
  b.store(counts, {place}, b.op(Op::add, DType::i8, {b.load(counts, {place}), b.i8(3)}));
  b.end();
  EXPECT_EQ(b.loop().atomics.size(), 1u);
}

TEST(Parallel, InnerAndOverlappingLoopsRunInOrder) {
  LoopBuilding b;
  const BufferId c = b.vector("c");
  b.open();
  const RegionId outer = b.region;
  b.open();
  b.write(b.s, b.load(c, {b.i}));
  b.store(b.a, {b.index(outer)}, b.read(b.s));
  b.end();
  b.end();
  ASSERT_EQ(b.loops().size(), 1u);
  EXPECT_EQ(b.loops().begin()->first, outer);

  LoopBuilding chain(true);
  chain.open();
  chain.store(chain.a, {chain.n}, chain.real(1));
  chain.end();
  EXPECT_TRUE(chain.loops().empty());
}

}  // namespace
}  // namespace numeta::core
