// Copies in which columns lie side by side: for which nests they are made, and for which not.
#include <gtest/gtest.h>

#include "core/pack.hpp"
#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

std::string packed(const Graph& graph) {
  const std::optional<Graph> made = pack(graph);
  if (!made) return "";
  verify(*made);
  return statements(*made);
}

/// for i < n: for k < m: for j < i + 1: c[i, j] = c[i, j] + x[i, k] * a[place(k, j)]
struct Update : Planning {
  explicit Update(bool one_chain = false)
      : Planning(one_chain), a(array("a", 2)), x(array("x", 2)), c(array("c", 2)) {
    g.memory_site = 0;
  }
  using Place = std::function<Indices(NodeId i, NodeId k, NodeId j)>;
  using Then = std::function<void(NodeId i, NodeId k)>;
  void adds(
      const Place& place, const Then& then = [](NodeId, NodeId) {}) {
    over({n, m}, [&](auto& at_) {
      const NodeId i = at_[0];
      const NodeId k = at_[1];
      over({plus(i, 1)}, [&](auto& j) {
        const NodeId product = mul(at(x, {i, k}), at(a, place(i, k, j[0])));
        store(c, {i, j[0]}, add(at(c, {i, j[0]}), product));
      });
      then(i, k);
    });
  }
  BufferId a;
  BufferId x;
  BufferId c;
};

const Update::Place kColumn = [](NodeId, NodeId k, NodeId j) { return Indices{j, k}; };

TEST(Pack, ColumnsThatALoopReadsAgainAreCopiedAsRows) {
  Update b;
  b.adds(kColumn);
  const std::string made = packed(b.g);
  EXPECT_NE(made.find("own a_rows"), std::string::npos) << made;
  EXPECT_NE(made.find("}else{"), std::string::npos) << made;
}

TEST(Pack, RowsStay) {
  Update b;
  b.adds([](NodeId, NodeId k, NodeId j) { return Indices{k, j}; });
  EXPECT_EQ(packed(b.g), "");
}

TEST(Pack, ColumnsOfAnotherPlaceEachTimeStay) {
  Update b;
  b.adds([&](NodeId i, NodeId k, NodeId j) {
    return Indices{b.op(Op::add, DType::i8, {i, j}, true), k};
  });
  EXPECT_EQ(packed(b.g), "");
}

TEST(Pack, WhatIsStoredToStays) {
  Update b;
  b.adds(kColumn, [&](NodeId i, NodeId) { b.store(b.a, {i, i}, b.real(1)); });
  EXPECT_EQ(packed(b.g), "");
}

TEST(Pack, ANestThatRunsOnceStays) {
  Update b;
  const NodeId zero = b.g.integer(0);
  b.over({b.m, b.n}, [&](auto& at) {
    const NodeId product = b.mul(b.at(b.x, {zero, at[0]}), b.at(b.a, {at[1], at[0]}));
    b.store(b.c, {zero, at[1]}, b.add(b.at(b.c, {zero, at[1]}), product));
  });
  EXPECT_EQ(packed(b.g), "");
}

TEST(Pack, OverlappingArraysAndThreadsStay) {
  Update overlapping(true);
  overlapping.adds(kColumn);
  EXPECT_EQ(packed(overlapping.g), "");
  Update threads;
  const RegionId rows = threads.loop(threads.n);
  threads.g.set_parallel(Parallel::Yes);
  threads.adds(kColumn);
  threads.end();
  EXPECT_NE(rows, kNone);
  EXPECT_EQ(packed(threads.g), "");
}

/// for i < n: for j < n: for k < m: c[i, j] = c[i, j] + x[i, k] * a[j, k]
TEST(Pack, ASumGoesTheOtherWay) {
  Update b;
  b.over({b.n, b.n, b.m}, [&](auto& at) {
    const NodeId product = b.mul(b.at(b.x, {at[0], at[2]}), b.at(b.a, {at[1], at[2]}));
    b.store(b.c, {at[0], at[1]}, b.add(b.at(b.c, {at[0], at[1]}), product));
  });
  EXPECT_NE(packed(b.g).find("own a_rows"), std::string::npos) << packed(b.g);
}

TEST(Pack, ASumThatReadsItsNeighbourKeepsItsOrder) {
  Update b;
  b.over({b.n, b.n, b.m}, [&](auto& at) {
    const NodeId product = b.mul(b.at(b.c, {at[0], b.plus(at[1], 1)}), b.at(b.a, {at[1], at[2]}));
    b.store(b.c, {at[0], at[1]}, b.add(b.at(b.c, {at[0], at[1]}), product));
  });
  EXPECT_EQ(packed(b.g), "");
}

TEST(Pack, WithoutAPlaceToLeaveNothingIsCopied) {
  Update b;
  b.g.memory_site.reset();
  b.adds(kColumn);
  EXPECT_EQ(packed(b.g), "");
}

}  // namespace
}  // namespace numeta::core
