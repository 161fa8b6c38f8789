// Fusion of loops: what runs together and which arrays go, and for each rule of legality a pair
// that must stay apart.
#include "core/fuse.hpp"

#include <gtest/gtest.h>

#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

/// The statements after the pass.
std::string fused(const Graph& graph) {
  const std::optional<Graph> made = fuse(graph);
  if (made) verify(*made);
  return statements(made ? *made : graph);
}

struct Pair : Planning {
  explicit Pair(bool one_chain = false) : Planning(one_chain) {
    a = array("a");
    p = array("p");
    q = array("q");
  }
  BufferId costly(const char* name = "t") {
    return map(name, {n}, [&](auto& i) { return exp(at(a, i)); });
  }
  BufferId a;
  BufferId p;
  BufferId q;
};

TEST(Fuse, TwoReadersOfOneArrayTakeItAsAValue) {
  Pair b;
  const BufferId t = b.costly();
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.add(b.at(t, i), b.real(1))); });
  b.over({b.n}, [&](auto& i) { b.g.store(b.q, i, b.mul(b.at(t, i), b.real(2))); });
  const Graph made = *fuse(b.g);
  verify(made);
  EXPECT_EQ(statements(made), "for n{p[i]=exp(a[i])+c; q[i]=mul(exp(a[i]),c)}");
  ASSERT_EQ(made.notes.size(), 1);
  EXPECT_EQ(made.notes[0].text, "3 loops became one");
}

TEST(Fuse, NestsOfAllDepthsAndTheirOwnArrays) {
  Planning b;
  const BufferId x = b.array("x", 2);
  const BufferId out = b.array("out", 2);
  // softmax of rows, the largest taken as the first
  const BufferId e = b.map("e", {b.n, b.m}, [&](auto& at) { return b.exp(b.at(x, at)); });
  const BufferId total = b.own("total", {b.n});
  const BufferId s = b.g.variable("s", DType::f8, false);
  b.over({b.n}, [&](auto& i) {
    b.write(s, b.real(0));
    b.over({b.m}, [&](auto& j) { b.write(s, b.add(b.read(s), b.at(e, {i[0], j[0]}))); });
    b.g.store(total, i, b.read(s));
  });
  b.over({b.n, b.m}, [&](auto& at) {
    b.g.store(out, at, b.op(Op::truediv, DType::f8, {b.at(e, at), b.at(total, {at[0]})}));
  });
  EXPECT_EQ(fused(b.g),
            "own e; for n{s=c; for m{e[i,j]=exp(x[i,j]); s=s+exp(x[i,j])}; "
            "for m{out[i,j]=truediv(e[i,j],s)}}");
}

TEST(Fuse, AGraphWithoutOwnArraysStays) {
  Pair b;
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.at(b.a, i)); });
  b.over({b.n}, [&](auto& i) { b.g.store(b.q, i, b.at(b.a, i)); });
  EXPECT_FALSE(fuse(b.g));
}

/// t[i] = exp(a[i]); p[i] = t[i + by]
std::string shifted(std::int64_t by, std::int64_t step = 1) {
  Pair b;
  const NodeId from = step > 0 ? b.g.integer(0) : b.n;
  const NodeId to = step > 0 ? b.n : b.g.integer(0);
  const BufferId t = b.own("t", {b.n});
  const RegionId first = b.g.begin_loop(from, to, b.g.integer(step), "i");
  b.store(t, {b.index(first)}, b.exp(b.load(b.a, {b.index(first)})));
  b.end();
  const RegionId second = b.g.begin_loop(from, to, b.g.integer(step), "i");
  b.store(b.p, {b.index(second)},
          b.add(b.load(t, {b.index(second)}), b.load(t, {b.plus(b.index(second), by)})));
  b.end();
  return fused(b.g);
}

TEST(Fuse, AnElementIsNotReadBeforeItIsStored) {
  EXPECT_NE(shifted(1).find("}; for"), std::string::npos);
  EXPECT_EQ(shifted(-1), "own t; for n{t[i]=exp(a[i]); p[i]=exp(a[i])+t[i+-1]}");
  EXPECT_EQ(shifted(1, -1), "own t; for n:0:-1{t[i]=exp(a[i]); p[i]=exp(a[i])+t[i+1]}");
  EXPECT_NE(shifted(-1, -1).find("}; for"), std::string::npos);
}

TEST(Fuse, AnElementIsNotOverwrittenBeforeItIsRead) {
  for (const std::int64_t by : {-1, 0, 1}) {
    Pair b;
    const BufferId t = b.map("t", {b.n}, [&](auto& i) { return b.load(b.a, {b.plus(i[0], by)}); });
    b.over({b.n}, [&](auto& i) { b.g.store(b.a, i, b.mul(b.at(t, i), b.real(2))); });
    EXPECT_EQ(fuse(b.g).has_value(), by >= 0) << by;
  }
}

TEST(Fuse, OtherLengthsStayApartUnlessTheyWereCompared) {
  for (const int compared : {0, 1, 2}) {
    Pair b;
    const NodeId same = b.op(Op::eq, DType::b1, {b.n, b.m}, true);
    const BufferId t = b.costly();
    if (compared == 1) b.g.check(same, 0, {});
    b.over({b.m}, [&](auto& i) { b.g.store(b.p, i, b.at(t, i)); });
    if (compared == 2) b.g.check(same, 0, {});
    EXPECT_EQ(fused(b.g), compared == 1 ? "check; for m{p[i]=exp(a[i])}"
                          : compared == 0
                              ? "own t; for n{t[i]=exp(a[i])}; for m{p[i]=t[i]}"
                              : "own t; for n{t[i]=exp(a[i])}; for m{p[i]=t[i]}; check");
  }
}

TEST(Fuse, ACheckThatFollowsFromAnotherGoes) {
  Pair b;
  const NodeId same = b.op(Op::eq, DType::b1, {b.n, b.m}, true);
  b.g.check(same, 0, {});
  const BufferId t = b.costly();
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.at(t, i)); });
  b.g.check(same, 1, {});
  b.over({b.m}, [&](auto& i) { b.g.store(b.q, i, b.at(t, i)); });
  EXPECT_EQ(fused(b.g), "check; for m{p[i]=exp(a[i]); q[i]=exp(a[i])}");
}

TEST(Fuse, ACheckOnOnePathIsNoneOnAnother) {
  Pair b;
  const NodeId same = b.op(Op::eq, DType::b1, {b.n, b.m}, true);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.n, b.m}, true));
  b.g.check(same, 0, {});
  b.end();
  b.g.check(same, 1, {});
  b.g.results = {{b.n, true}};
  b.costly();
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, WhatStandsBetweenMustCommute) {
  const auto between = [](const std::function<void(Pair&)>& body) {
    Pair b;
    const BufferId s = b.g.variable("s", DType::f8, false);
    b.write(s, b.real(1));
    const BufferId t = b.own("t", {b.n});
    b.over({b.n}, [&](auto& i) { b.g.store(t, i, b.mul(b.read(s), b.at(b.a, i))); });
    body(b);
    b.over({b.n}, [&](auto& i) { b.g.store(b.q, i, b.mul(b.at(t, i), b.read(s))); });
    return fuse(b.g).has_value();
  };
  EXPECT_TRUE(between([](Pair&) {}));
  EXPECT_TRUE(between([](Pair& b) { b.store(b.p, {b.n}, b.real(1)); }));
  EXPECT_TRUE(between([](Pair& b) {
    b.g.check(b.op(Op::lt, DType::b1, {b.n, b.m}, true), 0, {});
  }));
  EXPECT_TRUE(
      between([](Pair& b) { b.over({b.m}, [&](auto& i) { b.g.store(b.p, i, b.real(2)); }); }));
  EXPECT_FALSE(between([](Pair& b) { b.store(b.a, {b.n}, b.real(1)); }));
  EXPECT_FALSE(between([](Pair& b) { b.write(3, b.real(2)); }));
  EXPECT_FALSE(
      between([](Pair& b) { b.over({b.m}, [&](auto& i) { b.g.store(b.a, i, b.real(2)); }); }));
}

TEST(Fuse, WhatIsSeenBeforeAFailureStays) {
  Pair b;
  const BufferId t = b.own("t", {b.n});
  b.over({b.n}, [&](auto& i) {
    const NodeId value = b.exp(b.at(b.a, i));
    b.g.store(t, i, value);
    b.g.store(b.p, i, value);
  });
  b.g.check(b.op(Op::lt, DType::b1, {b.n, b.m}, true), 0, {});
  b.over({b.n}, [&](auto& i) { b.g.store(b.q, i, b.at(t, i)); });
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, FailuresComeInTheirOrder) {
  Pair b;
  const auto filled = [&](const char* name, BufferId from) {
    const BufferId t = b.own(name, {b.n});
    b.over({b.n}, [&](auto& i) {
      const NodeId x = b.at(from, i);
      b.g.check(b.op(Op::lt, DType::b1, {x, b.real(1)}), 0, {});
      b.g.store(t, i, x);
    });
    return t;
  };
  const BufferId u = filled("u", filled("t", b.a));
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.at(u, i)); });
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, ALoopThatMayBeLeftStaysAlone) {
  Pair b;
  const BufferId t = b.own("t", {b.n});
  const RegionId r = b.loop(b.n);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.load(b.a, {b.index(r)}), b.real(0)}));
  b.g.leave(r);
  b.end();
  b.store(t, {b.index(r)}, b.real(1));
  b.end();
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.at(t, i)); });
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, ArraysThatMayOverlapAreOne) {
  for (const bool one_chain : {false, true}) {
    Pair b(one_chain);
    const BufferId t = b.costly();
    b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.add(b.at(t, i), b.real(1))); });
    b.over({b.n}, [&](auto& i) { b.g.store(b.q, i, b.add(b.at(t, i), b.at(b.a, i))); });
    EXPECT_EQ(fused(b.g).find("own t") == std::string::npos, !one_chain);
  }
}

TEST(Fuse, AVariableThatBothUseKeepsThemApart) {
  Pair b;
  const BufferId s = b.g.variable("s", DType::f8, false);
  const BufferId t = b.own("t", {b.n});
  b.over({b.n}, [&](auto& i) {
    b.write(s, b.at(b.a, i));
    b.g.store(t, i, b.read(s));
  });
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.add(b.at(t, i), b.read(s))); });
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, ParallelLoopsStay) {
  Pair b;
  const BufferId t = b.own("t", {b.n});
  const RegionId r = b.loop(b.n);
  b.g.set_parallel(Parallel::Yes);
  b.store(t, {b.index(r)}, b.real(1));
  b.end();
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.at(t, i)); });
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, AStoreOfAnotherElementEndsWhatIsHeld) {
  Pair b;
  const BufferId t = b.costly();
  b.over({b.n}, [&](auto& i) {
    b.store(t, {b.g.integer(0)}, b.real(9));
    b.g.store(b.p, i, b.at(t, i));
  });
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, RowsThatAreReadAsTheyWereMadeRunTogether) {
  Pair b;
  const BufferId t = b.own("t", {b.n, b.m});
  b.over({b.n, b.m}, [&](auto& i) { b.g.store(t, i, b.exp(b.at(b.a, {i[1]}))); });
  const RegionId r = b.loop(b.n);
  b.store(b.p, {b.index(r)}, b.at(t, {b.index(r), b.n}));
  b.end();
  EXPECT_EQ(statements(fuse(b.g).value()), "own t; for n{for m{t[i,j]=exp(a[j])}; p[i]=t[i,n]}");
}

TEST(Fuse, RowsOfAnotherIterationDoNot) {
  Pair b;
  const BufferId t = b.own("t", {b.n, b.m});
  b.over({b.n, b.m}, [&](auto& i) { b.g.store(t, i, b.exp(b.at(b.a, {i[1]}))); });
  const RegionId r = b.loop(b.n);
  b.store(b.p, {b.index(r)}, b.at(t, {b.n, b.index(r)}));
  b.end();
  EXPECT_FALSE(fuse(b.g));
}

TEST(Fuse, InsideABranchAndALoop) {
  Pair b;
  b.loop(b.m);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.n, b.m}, true));
  const BufferId t = b.costly();
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.add(b.at(t, i), b.at(t, i))); });
  b.end();
  b.end();
  EXPECT_EQ(fused(b.g), "for m{if{for n{p[j]=exp(a[j])+exp(a[j])}}}");
}

TEST(Fuse, ManyLoopsTakeLinearTime) {
  Pair b;
  BufferId last = b.a;
  for (int k = 0; k < 300; ++k) {
    const BufferId before = last;
    last = b.map("t", {b.n}, [&](auto& i) {
      return b.exp(b.add(b.at(before, i), b.at(before, {b.plus(i[0], k % 2)})));
    });
  }
  b.over({b.n}, [&](auto& i) { b.g.store(b.p, i, b.at(last, i)); });
  verify(*fuse(b.g));
}

}  // namespace
}  // namespace numeta::core
