// Loop interchange: for each rule of legality a nest that must stay as it is, beside one that
// moves; for the cost model, what it prefers. A nest is shown by the names of its loops, outermost
// first.
#include "core/interchange.hpp"

#include <gtest/gtest.h>

#include "core/passes.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

struct NestBuilding : Building {
  explicit NestBuilding(bool one_chain = false) : Building(one_chain) {
    n = g.scalar("n", DType::i8, true);
  }
  NodeId open(const char* name, NodeId start, NodeId stop, std::int64_t step = 1) {
    return g.regions()[g.begin_loop(start, stop, g.integer(step), name)].index;
  }
  NodeId open(const char* name) { return open(name, g.integer(1), n); }
  BufferId matrix(const char* name, Layout layout = Layout::C) {
    return g.buffer(name, DType::f8, layout, {std::nullopt, std::nullopt});
  }
  NodeId plus(NodeId a, std::int64_t by) {
    return op(Op::add, DType::i8, {a, g.integer(by)}, true);
  }
  /// target[indices] += value
  void accumulate(BufferId target, std::initializer_list<NodeId> indices, NodeId value) {
    store(target, indices, op(Op::add, DType::f8, {load(target, indices), value}));
  }
  void end_all() {
    while (g.depth() > 0) end();
  }
  NodeId n;
};

/// The names of the loops in the order of the program, after the pass.
std::string order(const Graph& graph) {
  const std::optional<Graph> made = interchange(graph);
  if (made) verify(*made);
  const Graph& g = made ? *made : graph;
  std::string out;
  for (RegionId r = 1; r < g.regions().size(); ++r) out += g.regions()[r].name;
  return out;
}

/// for i: for j: body(i, j), where j, i would be the order of the costs for an access [j, i].
template <class Body>
std::string order_of_pair(Body&& body, bool one_chain = false) {
  NestBuilding b(one_chain);
  const BufferId a = b.matrix("a");
  const NodeId i = b.open("i");
  const NodeId j = b.open("j");
  body(b, a, i, j);
  b.end_all();
  return order(b.g);
}

TEST(Interchange, MatmulInAnyOrderBecomesTheContiguousOne) {
  std::string names = "ijk";
  do {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const BufferId m = b.matrix("b");
    const BufferId c = b.matrix("c");
    NodeId index[3];
    for (const char name : names) index[name - 'i'] = b.open(std::string(1, name).c_str());
    const auto [i, j, k] = index;
    b.accumulate(c, {i, j}, b.op(Op::mul, DType::f8, {b.load(a, {i, k}), b.load(m, {k, j})}));
    b.end_all();
    EXPECT_EQ(order(b.g), "ikj") << names;
  } while (std::next_permutation(names.begin(), names.end()));
}

TEST(Interchange, FortranOrderIsContiguousAlongTheFirstAxis) {
  NestBuilding b;
  const BufferId a = b.matrix("a", Layout::F);
  const NodeId i = b.open("i");
  const NodeId j = b.open("j");
  b.store(a, {i, j}, b.real(1));
  b.end_all();
  EXPECT_EQ(order(b.g), "ji");
}

TEST(Interchange, TheFurtherAxisGoesFurtherOut) {
  NestBuilding b;
  const BufferId a = b.g.buffer("a", DType::f8, Layout::C, {{}, {}, {}});
  const NodeId k = b.open("k");
  const NodeId j = b.open("j");
  const NodeId i = b.open("i");
  b.store(a, {i, j, k}, b.real(1));
  b.end_all();
  EXPECT_EQ(order(b.g), "ijk");
}

TEST(Interchange, AnElementMayBeUsedByOneStepOfALoopOnly) {
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              b.accumulate(a, {j, i}, b.real(1));
            }),
            "ji");
}

TEST(Interchange, DependenceThatRunsForwardAndBackwardStays) {
  const auto body = [](auto& b, BufferId a, NodeId i, NodeId j, std::int64_t di, std::int64_t dj) {
    b.store(a, {j, i}, b.load(a, {b.plus(j, dj), b.plus(i, di)}));
  };
  const auto moved = [&](std::int64_t di, std::int64_t dj) {
    return order_of_pair(
        [&](auto& b, BufferId a, NodeId i, NodeId j) { body(b, a, i, j, di, dj); });
  };
  EXPECT_EQ(moved(-1, 1), "ij");
  EXPECT_EQ(moved(1, -1), "ij");
  EXPECT_EQ(moved(-1, -1), "ji");
  EXPECT_EQ(moved(1, 1), "ji");
  EXPECT_EQ(moved(-1, 0), "ji");
  EXPECT_EQ(moved(0, 1), "ji");
}

TEST(Interchange, ANegativeStepTurnsTheDirectionRound) {
  for (const std::int64_t dj : {1, -1}) {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const NodeId i = b.open("i");
    const NodeId j = b.open("j", b.n, b.g.integer(0), -1);
    b.store(a, {j, i}, b.load(a, {b.plus(j, dj), b.plus(i, 1)}));
    b.end_all();
    EXPECT_EQ(order(b.g), dj == 1 ? "ij" : "ji");
  }
}

TEST(Interchange, TwoIndexTuplesOfOneBufferStay) {
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              b.store(a, {j, i}, b.load(a, {i, j}));
              for (const char* name : {"b", "c"}) b.store(b.matrix(name), {j, i}, b.real(1));
            }),
            "ij");
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              b.store(a, {j, i}, b.real(1));
              b.store(a, {i, j}, b.real(2));
              for (const char* name : {"b", "c"}) b.store(b.matrix(name), {j, i}, b.real(1));
            }),
            "ij");
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              b.store(a, {j, i}, b.load(a, {b.op(Op::mod, DType::i8, {j, b.n}, true), i}));
            }),
            "ji");
}

TEST(Interchange, OneCellKeepsTheOrderOfItsSum) {
  const auto cell = [](auto& b, BufferId a, NodeId i, NodeId j, bool row) {
    const BufferId c = b.matrix("c");
    b.accumulate(c, {b.g.integer(0), row ? i : b.g.integer(0)}, b.load(a, {j, i}));
  };
  const auto run = [&](bool row) {
    return order_of_pair([&](auto& b, BufferId a, NodeId i, NodeId j) { cell(b, a, i, j, row); });
  };
  EXPECT_EQ(run(false), "ij");
  EXPECT_EQ(run(true), "ji");
}

TEST(Interchange, DifferentElementsAreIndependent) {
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              const BufferId c = b.g.buffer("c", DType::f8, Layout::C, {{}, {}, {}});
              b.store(c, {b.g.integer(0), j, i}, b.load(c, {b.g.integer(1), i, j}));
              b.store(a, {j, i}, b.real(1));
            }),
            "ji");
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              const BufferId c = b.matrix("c");
              b.store(c, {j, j}, b.load(c, {j, b.plus(j, 1)}));
              b.store(a, {j, i}, b.real(1));
            }),
            "ji");
}

TEST(Interchange, AnIndexThatIsNoOffsetStays) {
  const auto by = [](Op op) {
    return order_of_pair([op](auto& b, BufferId a, NodeId i, NodeId j) {
      const BufferId c = b.vector("c");
      b.store(c, {b.op(op, DType::i8, {i, j}, true)}, b.load(a, {j, i}));
    });
  };
  EXPECT_EQ(by(Op::add), "ij");
  EXPECT_EQ(by(Op::mul), "ij");
}

TEST(Interchange, AnIndexThatWrapsIsNoOffset) {
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              const NodeId before = b.plus(j, -2);
              const NodeId wrapped =
                  b.op(Op::select, DType::i8,
                       {b.op(Op::le, DType::b1, {b.g.integer(0), before}, true), before,
                        b.op(Op::add, DType::i8, {before, b.g.dim(a, 0)}, true)},
                       true);
              b.accumulate(a, {wrapped, b.g.integer(0)}, b.load(b.matrix("b"), {j, i}));
            }),
            "ij");
}

TEST(Interchange, BoundsThatUseTheOuterIndexStay) {
  for (const bool triangular : {true, false}) {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const NodeId i = b.open("i");
    const NodeId j = b.open("j", b.g.integer(0), triangular ? b.plus(i, 1) : b.plus(b.n, 1));
    b.store(a, {j, i}, b.real(1));
    b.end_all();
    EXPECT_EQ(order(b.g), triangular ? "ij" : "ji");
  }
}

TEST(Interchange, ABoundInWhichTheIndexCancelsStays) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  const NodeId i = b.open("i");
  const NodeId zero = b.op(Op::sub, DType::i8, {i, i}, true);
  const NodeId j = b.open("j", zero, b.n);
  b.store(a, {j, i}, b.real(1));
  b.end_all();
  EXPECT_EQ(order(b.g), "ij");
}

TEST(Interchange, ATriangleMayMoveAsAWhole) {
  NestBuilding b;
  const BufferId a = b.g.buffer("a", DType::f8, Layout::C, {{}, {}, {}});
  const NodeId k = b.open("k");
  const NodeId i = b.open("i");
  const NodeId j = b.open("j", b.g.integer(0), i);
  b.store(a, {i, j, k}, b.real(1));
  b.end_all();
  EXPECT_EQ(order(b.g), "ijk");
}

TEST(Interchange, AStatementBetweenTheLoopsStays) {
  for (const bool loads : {true, false}) {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const BufferId v = b.vector("v");
    const NodeId i = b.open("i");
    const NodeId x = loads ? b.load(v, {i}) : b.real(2);
    const NodeId j = b.open("j");
    b.store(a, {j, i}, x);
    b.end_all();
    EXPECT_EQ(order(b.g), loads ? "ij" : "ji");
  }
}

TEST(Interchange, AStatementAfterTheInnerLoopStays) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  const NodeId i = b.open("i");
  const NodeId j = b.open("j");
  b.store(a, {j, i}, b.real(1));
  b.end();
  b.store(b.vector("v"), {i}, b.real(1));
  b.end();
  EXPECT_EQ(order(b.g), "ij");
}

TEST(Interchange, ACheckStays) {
  for (const bool between : {true, false}) {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const NodeId i = b.open("i");
    const NodeId condition = b.op(Op::lt, DType::b1, {b.g.integer(7), b.n}, true);
    if (between) b.g.check(condition, 0, {});
    const NodeId j = b.open("j");
    if (!between) b.g.check(condition, 0, {});
    b.store(a, {j, i}, b.real(1));
    b.end_all();
    EXPECT_EQ(order(b.g), "ij");
  }
}

TEST(Interchange, AVariableThatIsReadStays) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  const BufferId last = b.g.variable("last", DType::i8, true);
  const NodeId i = b.open("i");
  const NodeId j = b.open("j");
  b.store(a, {j, i}, b.real(1));
  b.write(last, j);
  b.end_all();
  b.g.results = {{b.read(last), true}};
  EXPECT_EQ(order(b.g), "ij");
}

TEST(Interchange, AStepThatIsNotConstantStays) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  const NodeId i = b.open("i");
  const RegionId inner = b.g.begin_loop(b.g.integer(0), b.n, b.n, "j");
  b.store(a, {b.g.regions()[inner].index, i}, b.real(1));
  b.end_all();
  EXPECT_EQ(order(b.g), "ij");
}

TEST(Interchange, BuffersThatMayOverlapStay) {
  const auto body = [](auto& b, BufferId a, NodeId i, NodeId j) {
    b.store(a, {j, i}, b.load(b.matrix("b"), {j, i}));
  };
  EXPECT_EQ(order_of_pair(body, true), "ij");
  EXPECT_EQ(order_of_pair(body, false), "ji");
}

TEST(Interchange, ALoopInsideTheLastBodyStays) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  const NodeId i = b.open("i");
  const NodeId j = b.open("j");
  b.store(a, {j, i}, b.real(1));
  b.open("k");
  b.store(a, {j, i}, b.real(2));
  b.end_all();
  EXPECT_EQ(order(b.g), "ijk");
}

TEST(Interchange, EqualCostsStay) {
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              b.store(a, {j, i}, b.load(b.matrix("b"), {i, j}));
            }),
            "ij");
}

TEST(Interchange, AWrittenRowSumKeepsItsContiguousLoop) {
  EXPECT_EQ(order_of_pair([](auto& b, BufferId a, NodeId i, NodeId j) {
              b.accumulate(b.vector("s"), {i}, b.load(a, {i, j}));
            }),
            "ij");
}

TEST(Interchange, ASumIntoAVectorIsNoReasonToSweepTheVectorAgain) {
  for (const bool vector : {true, false}) {
    NestBuilding b;
    const BufferId x = b.vector("x");
    const BufferId w = b.vector("w");
    const BufferId y = vector ? b.vector("y") : b.matrix("y");
    const NodeId t = b.g.integer(0);
    const NodeId i = b.open("i");
    const NodeId j = b.open("j");
    const NodeId term = b.op(Op::mul, DType::f8,
                             {b.load(w, {j}), b.load(x, {b.op(Op::add, DType::i8, {i, j}, true)})});
    if (vector) b.accumulate(y, {i}, term);
    if (!vector) b.accumulate(y, {t, i}, term);
    b.end_all();
    EXPECT_EQ(order(b.g), vector ? "ij" : "ji");
  }
}

TEST(Interchange, AVectorThatIsSweptAgainAndAgainStays) {
  NestBuilding b;
  const BufferId x = b.vector("x");
  b.open("t");
  b.accumulate(x, {b.open("i")}, b.real(1));
  b.end_all();
  EXPECT_EQ(order(b.g), "ti");
}

TEST(Interchange, AShortInnerLoopIsLeftToBeUnrolled) {
  for (const std::int64_t count : {8, 9}) {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const NodeId i = b.open("i");
    const NodeId j = b.open("j", b.g.integer(0), b.g.integer(2 * count - 1), 2);
    b.store(a, {j, i}, b.real(1));
    b.end_all();
    EXPECT_EQ(order(b.g), count == 8 ? "ij" : "ji");
  }
}

TEST(Interchange, ALargeBodyStays) {
  for (const int statements : {256, 257}) {
    NestBuilding b;
    const BufferId a = b.matrix("a");
    const NodeId i = b.open("i");
    const NodeId j = b.open("j");
    for (int k = 0; k < statements; ++k) b.store(a, {j, i}, b.real(k));
    b.end_all();
    EXPECT_EQ(order(b.g), statements == 256 ? "ji" : "ij");
  }
}

TEST(Interchange, EachNestOfAKernelIsDecidedByItself) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  b.open("t");
  for (const bool across : {true, false, true}) {
    const NodeId i = b.open("i");
    const NodeId j = b.open("j");
    b.accumulate(a, {across ? j : i, across ? i : j}, b.real(1));
    b.end();
    b.end();
  }
  b.end_all();
  EXPECT_EQ(order(b.g), "tjiijji");
}

TEST(Interchange, NoNestIsNoNewGraph) {
  NestBuilding b;
  const NodeId i = b.open("i");
  b.store(b.vector("v"), {i}, b.real(1));
  b.end_all();
  EXPECT_FALSE(interchange(b.g).has_value());
  EXPECT_FALSE(run_passes(b.g).has_value());
}

TEST(Passes, AreObservedOneByOne) {
  NestBuilding b;
  const BufferId a = b.matrix("a");
  const NodeId i = b.open("i");
  const NodeId j = b.open("j");
  b.store(a, {j, i}, b.real(1));
  b.end_all();
  std::vector<std::string> seen;
  const auto made = run_passes(b.g, [&](const Pass& pass, double milliseconds, const Graph* graph) {
    EXPECT_GE(milliseconds, 0);
    // Without local variables there is nothing to narrow.
    EXPECT_EQ(graph != nullptr, pass.name == "interchange");
    seen.emplace_back(pass.name);
  });
  EXPECT_TRUE(made.has_value());
  EXPECT_EQ(seen, (std::vector<std::string>{"narrow", "assume", "forward", "interchange", "fuse",
                                            "rearrange", "split", "contract", "hoist", "pack",
                                            "strip", "any_flag", "fill", "explain", "roll"}));
  EXPECT_EQ(passes().size(), 15);
}

}  // namespace
}  // namespace numeta::core
