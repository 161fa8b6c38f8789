// A rebuilt graph says what the graph said: the same Fortran, checks, origins, results, flags.
#include "core/rebuild.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "emit_fortran/emit.hpp"
#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

/// Something of every kind of node: a variable carried by nested loops, branches, an endless loop
/// in a block that is left, a check, loads that serve
/// again, results, a value that nothing uses.
Graph of_everything(bool one_chain) {
  Building b(one_chain);
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId a = b.vector("a");
  const BufferId out = b.g.buffer("out", DType::f4, Layout::F, {3, std::nullopt});
  const NodeId x = b.g.scalar("x", DType::f8, false);
  b.op(Op::sqrt, DType::f8, {x});
  b.g.set_origin({1, 10});
  b.g.check(b.op(Op::lt, DType::b1, {b.g.integer(0), n}, true), 4, std::array{n});
  b.g.set_origin({1, 20});
  const BufferId total = b.g.variable("total", DType::f8, false);
  b.write(total, b.real(0.5));
  const RegionId outer = b.loop(n);
  const NodeId i = b.index(outer);
  b.g.set_origin({1, 30});
  const NodeId sum = b.op(Op::add, DType::f8, {b.load(a, {i}), b.load(a, {i})});
  const RegionId inner = b.loop(b.g.dim(out, 1));
  const NodeId j = b.index(inner);
  b.g.set_origin({1, 40});
  b.store(out, {b.g.integer(1), j}, b.g.cast(b.op(Op::mul, DType::f8, {sum, x}), DType::f4, false));
  b.write(total, b.op(Op::add, DType::f8, {b.read(total), sum}));
  b.end();
  b.end();
  const RegionId block = b.g.begin_block("body");
  const RegionId endless = b.g.begin_repeat("while");
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.read(total), x}));
  b.g.leave(block);
  b.g.begin_otherwise();
  b.write(total, b.op(Op::sub, DType::f8, {b.read(total), x}));
  b.g.cycle(endless);
  b.end();
  b.end();
  b.g.end_block();
  b.g.results = {{b.read(total), false}, {b.g.integer(7), true}};
  b.g.set_origin({1, 50});
  return std::move(b.g);
}

std::string fortran(const Graph& g) { return emit_fortran::emit(g, {}).fortran; }

TEST(Rebuild, TheTextIsTheSame) {
  for (const bool one_chain : {false, true}) {
    const Graph before = of_everything(one_chain);
    const Graph after = rebuild(before);
    EXPECT_NO_THROW(verify(after));
    EXPECT_EQ(fortran(after), fortran(before));
    EXPECT_EQ(after.one_chain(), one_chain);
  }
}

TEST(Rebuild, ParametersResultsAndFlagsAreKept) {
  const Graph before = of_everything(false);
  const Graph after = rebuild(before);
  ASSERT_EQ(after.parameters().size(), 4);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(after.parameters()[k].is_buffer, before.parameters()[k].is_buffer);
    EXPECT_EQ(after.parameters()[k].number, before.parameters()[k].number);
  }
  EXPECT_TRUE(after.buffers()[2].local);
  EXPECT_EQ(after.buffers()[1].fixed_shape, before.buffers()[1].fixed_shape);
  EXPECT_EQ(after.results.size(), 2);
  EXPECT_TRUE(after.results[1].weak);
}

TEST(Rebuild, OriginsAndSitesAreKept) {
  const Graph after = rebuild(of_everything(false));
  std::vector<std::uint32_t> offsets;
  for (NodeId id = 0; id < after.size(); ++id) {
    const Node& n = after.node(id);
    if (n.op == Op::check) {
      EXPECT_EQ(n.bits[0], 4);
    }
    if (is_statement(n.op)) offsets.push_back(n.origin.offset);
  }
  EXPECT_EQ(offsets, (std::vector<std::uint32_t>{10, 20, 20, 30, 30, 40, 40, 40, 40, 40, 40, 40, 40,
                                                 40, 40, 40}));
  EXPECT_EQ(after.origin().offset, 50);
}

TEST(Rebuild, WhatNothingUsesIsLeftOut) {
  const Graph before = of_everything(false);
  const Graph after = rebuild(before);
  EXPECT_EQ(after.size() + 1, before.size());
  for (NodeId id = 0; id < after.size(); ++id) EXPECT_NE(after.node(id).op, Op::sqrt);
}

TEST(Rebuild, SharedOperandsAreCopiedOnce) {
  Building b;
  NodeId x = b.g.scalar("x", DType::f8, false);
  for (int k = 0; k < 100; ++k) x = b.op(Op::add, DType::f8, {x, x});
  b.g.results = {{x, false}};
  EXPECT_EQ(rebuild(b.g).size(), b.g.size());
}

TEST(Rebuild, ALongChainIsNoDeepRecursion) {
  Building b;
  const NodeId y = b.g.scalar("y", DType::f8, false);
  NodeId x = y;
  for (int k = 0; k < 200'000; ++k) x = b.op(Op::add, DType::f8, {x, y});
  b.g.results = {{x, false}};
  EXPECT_EQ(rebuild(b.g).size(), b.g.size());
}

/// for i in range(start, stop, step): a[i] = 1
std::string shown_loop(std::int64_t start, std::int64_t stop, std::int64_t step,
                       const std::function<void(Planning&, RegionId)>& more = {}) {
  Planning b;
  const BufferId a = b.array("a");
  const RegionId r =
      b.g.begin_loop(b.g.integer(start), b.g.integer(stop), b.g.integer(step), "i");
  b.store(a, {b.index(r)}, b.real(1));
  if (more) more(b, r);
  b.end();
  const Graph made = rebuild(b.g);
  verify(made);
  return statements(made);
}

TEST(Rebuild, ALoopOfOneIterationIsItsBody) {
  EXPECT_EQ(shown_loop(0, 1, 1), "a[0]=c");
  EXPECT_EQ(shown_loop(5, 8, 3), "a[5]=c");
  EXPECT_EQ(shown_loop(5, 4, -1), "a[5]=c");
  EXPECT_EQ(shown_loop(5, 6, INT64_MAX), "for 5:6:9223372036854775807{a[i]=c}");
}

TEST(Rebuild, OtherLoopsStay) {
  EXPECT_EQ(shown_loop(0, 2, 1), "for 2{a[i]=c}");
  EXPECT_EQ(shown_loop(0, 0, 1), "for 0{a[i]=c}");
  EXPECT_EQ(shown_loop(0, 1, -1), "for 1:-1{a[i]=c}");
  EXPECT_EQ(shown_loop(0, 1, 0), "for 1:0{a[i]=c}");
}

TEST(Rebuild, ALoopThatMayBeLeftStays) {
  const auto leave = [](Planning& b, RegionId r) {
    b.g.begin_branch(b.op(Op::lt, DType::b1, {b.n, b.m}, true));
    b.g.leave(r);
    b.end();
  };
  EXPECT_EQ(shown_loop(0, 1, 1, leave), "for 1{a[i]=c; if{leave}}");
  const auto parallel = [](Planning& b, RegionId) { b.g.set_parallel(Parallel::Yes); };
  EXPECT_EQ(shown_loop(0, 1, 1, parallel), "for 1{a[i]=c}");
}

}  // namespace
}  // namespace numeta::core
