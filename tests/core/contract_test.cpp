// Contraction: which arrays need one slice only, and which have to keep all.
#include "core/contract.hpp"

#include <gtest/gtest.h>

#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

std::string contracted(const Graph& graph) {
  const std::optional<Graph> made = contract(graph);
  if (!made) return "";
  verify(*made);
  return statements(*made);
}

/// own t(n, m); for i < n: {for j < m: t[...] = a[i, j]; for j < m: p[i, j] = t[...]}
struct Rows : Planning {
  explicit Rows(bool one_chain = false) : Planning(one_chain), a(array("a", 2)), p(array("p", 2)) {}
  using Place = std::function<Indices(NodeId i, NodeId j)>;
  void fill(NodeId i, const Place& place) {
    over({m}, [&](auto& j) { g.store(t, place(i, j[0]), at(a, {i, j[0]})); });
  }
  void use(NodeId i, const Place& place) {
    over({m}, [&](auto& j) { store(p, {i, j[0]}, at(t, place(i, j[0]))); });
  }
  void rows(const Place& stored, const Place& loaded, Parallel parallel = Parallel::No) {
    const RegionId r = loop(n);
    g.set_parallel(parallel);
    fill(index(r), stored);
    use(index(r), loaded);
    end();
  }
  BufferId a;
  BufferId p;
  BufferId t = 0;
};

const Rows::Place kSame = [](NodeId i, NodeId j) { return Indices{i, j}; };

TEST(Contract, OneRowIsEnough) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  b.rows(kSame, kSame);
  EXPECT_EQ(contracted(b.g), "own t; for n{for m{t[j]=a[i,j]}; for m{p[i,j]=t[j]}}");
}

TEST(Contract, OneColumnIsEnough) {
  Rows b;
  b.t = b.own("t", {b.m, b.n});
  const Rows::Place turned = [](NodeId i, NodeId j) { return Indices{j, i}; };
  b.rows(turned, turned);
  EXPECT_EQ(contracted(b.g), "own t; for n{for m{t[j]=a[i,j]}; for m{p[i,j]=t[j]}}");
}

TEST(Contract, AnotherRowIsNotThisOne) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  b.rows(kSame, [&](NodeId i, NodeId j) { return Indices{b.plus(i, -1), j}; });
  EXPECT_EQ(contracted(b.g), "");
  Rows c;
  c.t = c.own("t", {c.n, c.n});
  c.rows(kSame, [](NodeId i, NodeId j) { return Indices{j, i}; });
  EXPECT_EQ(contracted(c.g), "");
}

TEST(Contract, LoopsOneAfterTheOtherNeedAll) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  const RegionId one = b.loop(b.n);
  b.fill(b.index(one), kSame);
  b.end();
  const RegionId other = b.loop(b.n);
  b.use(b.index(other), kSame);
  b.end();
  EXPECT_EQ(contracted(b.g), "");
}

TEST(Contract, ALoopThatComesBackNeedsAll) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  b.loop(b.m);
  b.rows(kSame, kSame);
  b.end();
  EXPECT_EQ(contracted(b.g), "");
}

TEST(Contract, NestedLoopsOfTwoAxesNeedOneRow) {
  Rows b;
  b.t = b.own("t", {b.n, b.m, b.m});
  const NodeId outer = b.index(b.loop(b.n));
  const NodeId inner = b.index(b.loop(b.m));
  const Rows::Place place = [&](NodeId i, NodeId j) { return Indices{outer, i, j}; };
  b.fill(inner, place);
  b.use(inner, place);
  b.end();
  b.end();
  EXPECT_EQ(contracted(b.g), "own t; for n{for m{for m{t[k]=a[j,k]}; for m{p[j,k]=t[k]}}}");
}

TEST(Contract, ALoopOfNoAxisBetweenThemNeedsAllThatItComesBackTo) {
  Rows b;
  b.t = b.own("t", {b.n, b.m, b.m});
  const NodeId outer = b.index(b.loop(b.n));
  b.loop(b.m);
  const NodeId inner = b.index(b.loop(b.m));
  const Rows::Place place = [&](NodeId i, NodeId j) { return Indices{outer, i, j}; };
  b.fill(inner, place);
  b.use(inner, place);
  for (int k = 0; k < 3; ++k) b.end();
  EXPECT_EQ(contracted(b.g),
            "own t; for n{for m{for m{for m{t[k,l]=a[k,l]}; for m{p[k,l]=t[k,l]}}}}");
}

TEST(Contract, ALoopAroundTheAllocationDoesNot) {
  Rows b;
  b.loop(b.m);
  b.t = b.own("t", {b.n, b.m});
  b.rows(kSame, kSame);
  b.end();
  EXPECT_NE(contracted(b.g), "");
}

TEST(Contract, ThreadsHaveARowEach) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  b.rows(kSame, kSame, Parallel::Yes);
  EXPECT_EQ(contracted(b.g), "");
}

TEST(Contract, AReturnedArrayStays) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  b.rows(kSame, kSame);
  b.g.returned.push_back(b.t);
  EXPECT_EQ(contracted(b.g), "");
}

TEST(Contract, OnePlaceOutsideNeedsAll) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  b.rows(kSame, kSame);
  b.store(b.p, {b.m, b.m}, b.at(b.t, {b.m, b.m}));
  EXPECT_EQ(contracted(b.g), "");
}

TEST(Contract, WhatWasLoadedBeforeALoopIsLoadedAnewInIt) {
  Rows b;
  b.t = b.own("t", {b.n, b.m});
  const RegionId r = b.loop(b.n);
  const NodeId i = b.index(r);
  b.store(b.t, {i, b.m}, b.at(b.a, {i, i}));
  b.store(b.p, {i, b.n}, b.at(b.t, {i, b.m}));
  b.over({b.m}, [&](auto& j) {
    const NodeId old = b.at(b.t, {i, b.m});
    b.store(b.t, {i, b.m}, b.add(old, b.at(b.a, {i, j[0]})));
  });
  b.store(b.p, {i, i}, b.at(b.t, {i, b.m}));
  b.end();
  EXPECT_EQ(contracted(b.g),
            "own t; for n{t[m]=a[i,i]; p[i,n]=t[m]; for m{t[m]=t[m]+a[i,j]}; p[i,i]=t[m]}");
}

}  // namespace
}  // namespace numeta::core
