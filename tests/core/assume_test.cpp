// Checks that go to the beginning, and those that stay in their place.
#include "core/assume.hpp"

#include <gtest/gtest.h>

#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

struct Checked : Planning {
  explicit Checked(bool one_chain = false)
      : Planning(one_chain), a(array("a")), p(array("p")), q(array("q")) {
    g.may_decline = true;
    own("t", {n});
  }
  NodeId less(NodeId x, NodeId y) { return op(Op::lt, DType::b1, {x, y}, true); }
  void check(NodeId x, NodeId y) { g.check(less(x, y), 3, {}); }
  void write() {
    over({n}, [&](auto& i) { g.store(p, i, at(a, i)); });
  }
  /// What becomes of it, "" where it stays.
  std::string assumed() const {
    const std::optional<Graph> made = assume(g);
    if (!made) return "";
    verify(*made);
    for (const Region& region : made->regions()) {
      for (const NodeId id : region.body) {
        if (made->node(id).op != Op::check) continue;
        EXPECT_EQ(made->node(id).bits[0], id == first_check(*made) ? kDeclines : 3);
      }
    }
    return statements(*made);
  }
  static NodeId first_check(const Graph& made) {
    for (const NodeId id : made.regions()[0].body) {
      if (made.node(id).op == Op::check) return id;
    }
    return kNone;
  }
  BufferId a;
  BufferId p;
  BufferId q;
};

TEST(Assume, WhatStandsAfterAStoreGoesFirst) {
  Checked b;
  b.write();
  b.check(b.n, b.m);
  b.write();
  EXPECT_EQ(b.assumed(), "check; for n{p[i]=a[i]}; for n{p[i]=a[i]}");
}

TEST(Assume, WhatStandsFirstStays) {
  Checked b;
  b.check(b.n, b.m);
  b.write();
  EXPECT_EQ(b.assumed(), "");
}

TEST(Assume, LoopsCheckOnce) {
  Checked b;
  b.loop(b.m);
  b.check(b.n, b.m);
  b.write();
  b.end();
  EXPECT_EQ(b.assumed(), "check; for m{for n{p[j]=a[j]}}");
}

TEST(Assume, ALengthThatHasToBeAConstantIsOne) {
  Checked b;
  const NodeId length = b.g.dim(b.a, 0);
  b.write();
  b.g.check(b.op(Op::eq, DType::b1, {b.g.integer(3), length}, true), 3, {});
  b.over({length}, [&](auto& i) { b.g.store(b.q, i, b.at(b.a, i)); });
  const std::optional<Graph> made = assume(b.g);
  ASSERT_TRUE(made);
  const NodeId last = made->regions()[0].body.back();
  EXPECT_TRUE(made->is_integer_constant(made->operands(last)[1], 3));
}

TEST(Assume, APathMayBeRightNotToCheck) {
  Checked b;
  b.write();
  b.g.begin_branch(b.less(b.n, b.g.integer(5)));
  b.check(b.n, b.m);
  b.end();
  EXPECT_EQ(b.assumed(), "");
}

TEST(Assume, WhatIsComputedOnTheWayIsCheckedThere) {
  Checked b;
  b.write();
  b.g.check(b.op(Op::lt, DType::b1, {b.at(b.a, {b.n}), b.real(1)}), 3, {});
  const RegionId r = b.loop(b.m);
  b.check(b.index(r), b.n);
  b.end();
  EXPECT_EQ(b.assumed(), "");
}

TEST(Assume, ADivisionThatMayTrapStays) {
  Checked b;
  b.write();
  const NodeId quotient = b.op(Op::quotient, DType::i8, {b.n, b.m}, true);
  b.check(quotient, b.m);
  EXPECT_EQ(b.assumed(), "");
}

TEST(Assume, OnlyWhereThereIsAnotherVariant) {
  Checked b;
  b.g.may_decline = false;
  b.write();
  b.check(b.n, b.m);
  EXPECT_EQ(b.assumed(), "");
  Checked c(true);
  c.write();
  c.check(c.n, c.m);
  EXPECT_EQ(c.assumed(), "");
}

TEST(Assume, OthersKeepTheirOrder) {
  Checked b;
  b.check(b.m, b.n);
  b.write();
  b.check(b.n, b.m);
  b.g.check(b.op(Op::lt, DType::b1, {b.at(b.a, {b.n}), b.real(1)}), 3, {});
  EXPECT_EQ(b.assumed(), "check; check; for n{p[i]=a[i]}; check");
}

}  // namespace
}  // namespace numeta::core
