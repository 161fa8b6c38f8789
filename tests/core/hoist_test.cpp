// Hoisting of allocations: where they go, and which stay in their loop.
#include "core/hoist.hpp"

#include <gtest/gtest.h>

#include "core/explain.hpp"
#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

std::string hoisted(const Graph& graph) {
  const std::optional<Graph> made = hoist(graph);
  if (made) verify(*made);
  return statements(made ? *made : graph);
}

/// t = exp(a); a = t + t, of `length` elements.
void use(Planning& b, BufferId a, NodeId length) {
  const BufferId t = b.map("t", {length}, [&](auto& i) { return b.exp(b.at(a, i)); });
  b.over({length}, [&](auto& i) { b.g.store(a, i, b.add(b.at(t, i), b.at(t, {b.n}))); });
}

TEST(Hoist, MemoryIsAllocatedBeforeTheLoops) {
  Planning b;
  const BufferId a = b.array("a");
  b.loop(b.m);
  b.loop(b.m);
  use(b, a, b.n);
  b.end();
  b.end();
  EXPECT_EQ(hoisted(b.g), "own t; for m{for m{for n{t[k]=exp(a[k])}; for n{a[k]=t[k]+t[n]}}}");
}

TEST(Hoist, ALengthThatChangesKeepsItsLoop) {
  Planning b;
  const BufferId a = b.array("a");
  b.loop(b.m);
  const RegionId inner = b.loop(b.m);
  use(b, a, b.index(inner));
  b.end();
  b.end();
  EXPECT_FALSE(hoist(b.g));
  Planning c;
  const BufferId x = c.array("x");
  const RegionId outer = c.loop(c.m);
  c.loop(c.m);
  use(c, x, c.index(outer));
  c.end();
  c.end();
  EXPECT_EQ(hoisted(c.g).substr(0, 20), "for m{own t; for m{f");
}

TEST(Hoist, AnArrayThatIterationsHandOnStays) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId t = b.map("t", {b.n}, [&](auto& i) { return b.at(a, i); });
  b.loop(b.m);
  const BufferId u = b.map("u", {b.n}, [&](auto& i) { return b.exp(b.at(t, i)); });
  const Indices lengths{b.n};
  b.g.allocate(t, lengths, 0);
  b.over({b.n}, [&](auto& i) { b.g.store(t, i, b.at(u, i)); });
  b.end();
  b.over({b.n}, [&](auto& i) { b.g.store(a, i, b.at(t, i)); });
  EXPECT_EQ(hoisted(b.g),
            "own t; for n{t[i]=a[i]}; own u; for m{for n{u[j]=exp(t[j])}; own t; for n{t[j]=u[j]}}; "
            "for n{a[i]=t[i]}");
}

TEST(Hoist, ParallelLoopsAndBranchesKeepTheirs) {
  Planning b;
  const BufferId a = b.array("a");
  const RegionId r = b.loop(b.m);
  b.g.set_parallel(Parallel::Yes);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.index(r), b.n}, true));
  use(b, a, b.n);
  b.end();
  b.end();
  EXPECT_FALSE(hoist(b.g));
}

TEST(Explain, NotesSayWhatIsThereAndWhy) {
  Planning b;
  const BufferId a = b.array("a");
  use(b, a, b.n);
  const Graph made = *explain(b.g);
  ASSERT_EQ(made.notes.size(), 3);
  EXPECT_EQ(made.notes[0].text, "a loop over (n,)");
  EXPECT_EQ(made.notes[1].text, "a loop over (n,)");
  EXPECT_EQ(made.notes[2].text, "an array (n,) is kept: its elements are read several times");
}

}  // namespace
}  // namespace numeta::core
