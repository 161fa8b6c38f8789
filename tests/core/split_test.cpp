// Loops split into loops of their parts, and rows that are summed strip by strip: what gains, and
// what has to stay as it is.
#include <gtest/gtest.h>

#include "core/split.hpp"
#include "core/strip.hpp"
#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

std::string made_by(std::optional<Graph> (*pass)(const Graph&), const Graph& graph) {
  const std::optional<Graph> made = pass(graph);
  if (!made) return "";
  verify(*made);
  return statements(*made);
}

std::string split_up(const Graph& graph) { return made_by(split, graph); }
std::string stripped(const Graph& graph) { return made_by(strip, graph); }

/// for j < m: {own t(); t = 0; for i < n: t = t + a[place]; then(j, t)}
struct Columns : Planning {
  explicit Columns(bool one_chain = false) : Planning(one_chain), a(array("a", 2)), r(array("r")) {}
  using Then = std::function<void(NodeId j, BufferId t)>;
  void sums(const Then& then, std::int64_t step = 1, Parallel parallel = Parallel::No) {
    const RegionId columns = g.begin_loop(g.integer(0), m, g.integer(step), "j", std::nullopt);
    g.set_parallel(parallel);
    const NodeId j = index(columns);
    const BufferId t = own("t", {});
    g.store(t, {}, real(0));
    over({n}, [&](auto& i) { g.store(t, {}, add(at(t, {}), at(a, {i[0], j}))); });
    then(j, t);
    end();
  }
  BufferId a;
  BufferId r;
};

TEST(Split, SumsOfColumnsGoRowByRow) {
  Columns b;
  b.sums([&](NodeId j, BufferId t) { b.store(b.r, {j}, b.at(t, {})); });
  const std::string made = split_up(b.g);
  EXPECT_NE(made.find("for n{for m{"), std::string::npos) << made;
  EXPECT_NE(made.find("}else{"), std::string::npos) << made;
}

TEST(Split, SumsOfRowsStay) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId r = b.array("r");
  b.over({b.m}, [&](auto& j) {
    const BufferId t = b.own("t", {});
    b.g.store(t, {}, b.at(r, {j[0]}));
    b.over({b.n}, [&](auto& i) { b.g.store(t, {}, b.add(b.at(t, {}), b.at(a, {j[0], i[0]}))); });
    b.g.store(r, j, b.at(t, {}));
  });
  EXPECT_EQ(split_up(b.g), "");
}

TEST(Split, WhatTheNextColumnReadsIsStoredBefore) {
  Columns b;
  b.sums([&](NodeId j, BufferId t) { b.store(b.a, {b.g.integer(0), b.plus(j, 1)}, b.at(t, {})); });
  EXPECT_EQ(split_up(b.g), "");
}

TEST(Split, WhatTheLastColumnReadMayBeStored) {
  Columns b;
  b.sums([&](NodeId j, BufferId t) { b.store(b.a, {b.g.integer(0), j}, b.at(t, {})); });
  EXPECT_NE(split_up(b.g), "");
}

TEST(Split, CarriedNumbersStay) {
  Columns b;
  const BufferId last = b.g.variable("last", DType::f8, false);
  b.sums([&](NodeId, BufferId t) { b.g.store(last, {}, b.at(t, {})); });
  EXPECT_EQ(split_up(b.g), "");
}

TEST(Split, OverlappingArraysOtherStepsAndThreadsStay) {
  const auto store_of = [](Columns& b) {
    return [&b](NodeId j, BufferId t) { b.store(b.r, {j}, b.at(t, {})); };
  };
  Columns overlapping(true);
  overlapping.sums(store_of(overlapping));
  EXPECT_EQ(split_up(overlapping.g), "");
  Columns step;
  step.sums(store_of(step), 2);
  EXPECT_EQ(split_up(step.g), "");
  Columns threads;
  threads.sums(store_of(threads), 1, Parallel::Yes);
  EXPECT_EQ(split_up(threads.g), "");
}

/// for p < n: for j < m: r[j] = r[j] + x[p] * a[p, j]
struct Row : Planning {
  explicit Row(bool one_chain = false)
      : Planning(one_chain), a(array("a", 2)), x(array("x")), r(array("r")) {}
  using Place = std::function<NodeId(NodeId p, NodeId j)>;
  void adds(const Place& stored, const Place& loaded) {
    over({n, m}, [&](auto& place) {
      const NodeId product = mul(at(x, {place[0]}), at(a, place));
      store(r, {stored(place[0], place[1])}, add(at(r, {loaded(place[0], place[1])}), product));
    });
  }
  BufferId a;
  BufferId x;
  BufferId r;
};

const Row::Place kColumn = [](NodeId, NodeId j) { return j; };

TEST(Strip, ARowOfSumsIsKeptInRegisters) {
  Row b;
  b.adds(kColumn, kColumn);
  const std::string made = stripped(b.g);
  EXPECT_NE(made.find("own sums"), std::string::npos) << made;
  EXPECT_NE(made.find("if{"), std::string::npos) << made;
}

TEST(Strip, AnotherElementIsNoSum) {
  Row b;
  b.adds([&](NodeId, NodeId j) { return b.plus(j, 1); }, kColumn);
  EXPECT_EQ(stripped(b.g), "");
}

TEST(Strip, ARowThatMovesStays) {
  Row b;
  const Row::Place moving = [&](NodeId p, NodeId j) {
    return b.op(Op::add, DType::i8, {p, j}, true);
  };
  b.adds(moving, moving);
  EXPECT_EQ(stripped(b.g), "");
}

TEST(Strip, OverlappingArraysStay) {
  Row b(true);
  b.adds(kColumn, kColumn);
  EXPECT_EQ(stripped(b.g), "");
}

TEST(Strip, WhatIsAlsoReadElsewhereStays) {
  Row b;
  b.over({b.n, b.m}, [&](auto& at) {
    const NodeId other = b.at(b.r, {at[0]});
    b.store(b.r, {at[1]}, b.add(b.at(b.r, {at[1]}), b.mul(other, b.at(b.a, at))));
  });
  EXPECT_EQ(stripped(b.g), "");
}

TEST(Strip, AShortRowThatTheCompilerSeesStays) {
  Row b;
  b.over({b.n, b.g.integer(16)},
         [&](auto& at) { b.store(b.r, {at[1]}, b.add(b.at(b.r, {at[1]}), b.at(b.a, at))); });
  EXPECT_EQ(stripped(b.g), "");
}

}  // namespace
}  // namespace numeta::core
