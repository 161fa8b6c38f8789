// What may become a loop and what may not: one test for each rule.
#include "core/roll.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

constexpr int kCount = 64;

struct RollBuilding : Building {
  using Building::Building;
  BufferId a = vector("a");
  BufferId b = vector("b");
  NodeId at(std::int64_t k) { return g.integer(k); }
  NodeId twice(NodeId x) { return op(Op::add, DType::f8, {op(Op::mul, DType::f8, {x, x}), x}); }
};

std::size_t count(const Graph& g, Op op) {
  std::size_t found = 0;
  for (NodeId id = 0; id < g.size(); ++id) found += g.node(id).op == op ? 1 : 0;
  return found;
}

/// How many loops the pass makes; what it makes is legal.
std::size_t loops(const Graph& g) {
  const std::optional<Graph> made = roll(g);
  if (!made) return 0;
  EXPECT_NO_THROW(verify(*made));
  EXPECT_EQ(made->notes.size(), count(*made, Op::loop) - count(g, Op::loop));
  return count(*made, Op::loop) - count(g, Op::loop);
}

TEST(Roll, StoresThatFollowAProgressionAreOne) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    b.store(b.a, {b.at(3 * k + 1)}, b.twice(b.load(b.b, {b.at(2 * k)})));
  }
  const std::optional<Graph> made = roll(b.g);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(count(*made, Op::store), 1);
  EXPECT_EQ(count(*made, Op::load), 1);
  EXPECT_TRUE(made->tables().empty());
  ASSERT_EQ(made->notes.size(), 1);
  EXPECT_EQ(made->notes[0].text, "64 repetitions of 1 statement became a loop");
}

TEST(Roll, OtherConstantsStandInTables) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    const NodeId value = b.op(Op::mul, DType::f8, {b.load(b.b, {b.at(k * k)}), b.real(0.1 + k)});
    b.store(b.a, {b.at(k)}, b.twice(value));
  }
  const std::optional<Graph> made = roll(b.g);
  ASSERT_TRUE(made.has_value());
  ASSERT_EQ(made->tables().size(), 2);
  EXPECT_EQ(made->tables()[0].values.size(), kCount);
}

TEST(Roll, EqualTablesAreOne) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    const NodeId value = b.load(b.a, {b.at(k * k)});
    b.store(b.b, {b.at(k * k)}, b.twice(value));
  }
  const std::optional<Graph> made = roll(b.g);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->tables().size(), 1);
}

TEST(Roll, OtherOperationsAreNotTheSame) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    const NodeId x = b.load(b.b, {b.at(k)});
    b.store(b.a, {b.at(k)}, b.twice(b.op(k % 15 == 0 ? Op::sub : Op::mul, DType::f8, {x, x})));
  }
  EXPECT_EQ(loops(b.g), 0);
}

TEST(Roll, FewRepetitionsStay) {
  RollBuilding b;
  for (int k = 0; k < 15; ++k) {
    NodeId value = b.load(b.b, {b.at(k)});
    for (int depth = 0; depth < 5; ++depth) value = b.twice(value);
    b.store(b.a, {b.at(k)}, value);
  }
  EXPECT_EQ(loops(b.g), 0);
}

TEST(Roll, LittleCodeStays) {
  RollBuilding b;
  for (int k = 0; k < 20; ++k) b.store(b.a, {b.at(k)}, b.load(b.b, {b.at(k)}));
  EXPECT_EQ(loops(b.g), 0);
}

/// All loads stand before all stores.
Graph loads_first(bool one_chain, bool same_array) {
  RollBuilding b(one_chain);
  std::vector<NodeId> values;
  for (int k = 0; k < kCount; ++k) values.push_back(b.load(b.a, {b.at(k)}));
  for (int k = 0; k < kCount; ++k) {
    b.store(same_array ? b.a : b.b, {b.at(k + 1)}, b.twice(values[static_cast<std::size_t>(k)]));
  }
  return std::move(b.g);
}

TEST(Roll, ALoadIsMadeAnewWhereNoStoreCameBetween) {
  EXPECT_EQ(loops(loads_first(false, false)), 1);
}

TEST(Roll, ALoadStaysWhereAStoreMayHaveChangedIt) { EXPECT_EQ(loops(loads_first(false, true)), 0); }

TEST(Roll, AnyStoreMayHaveChangedALoadOfOneChain) { EXPECT_EQ(loops(loads_first(true, false)), 0); }

TEST(Roll, OneChainRollsWhatIsLoadedInItsRepetition) {
  RollBuilding b(true);
  for (int k = 0; k < kCount; ++k) {
    b.store(b.b, {b.at(k + 1)}, b.twice(b.load(b.a, {b.at(k)})));
  }
  EXPECT_EQ(loops(b.g), 1);
}

TEST(Roll, AnOldValueIsKept) {
  RollBuilding b;
  const NodeId old = b.load(b.a, {b.at(0)});
  for (int k = 0; k < kCount; ++k) {
    const NodeId product = b.op(Op::mul, DType::f8, {b.load(b.a, {b.at(k + 1)}), old});
    b.store(b.a, {b.at(k)}, b.twice(product));
  }
  const std::optional<Graph> made = roll(b.g);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(count(*made, Op::load), 2);
}

TEST(Roll, ALoadBeforeTheStoreOfItsRepetitionStaysBeforeIt) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    const NodeId x = b.load(b.a, {b.at(k)});
    const NodeId y = b.load(b.b, {b.at(k)});
    b.store(b.a, {b.at(k)}, b.twice(y));
    b.store(b.b, {b.at(k)}, b.twice(x));
  }
  const std::optional<Graph> made = roll(b.g);
  ASSERT_TRUE(made.has_value());
  std::vector<std::pair<Op, BufferId>> order;
  for (const NodeId id : made->regions()[1].body) {
    order.emplace_back(made->node(id).op, static_cast<BufferId>(made->node(id).bits[0]));
  }
  const auto read = std::ranges::find(order, std::pair{Op::load, b.a});
  const auto written = std::ranges::find(order, std::pair{Op::store, b.a});
  EXPECT_LT(read - order.begin(), written - order.begin());
}

Graph chain_of(int length, int looked_at) {
  RollBuilding b;
  NodeId s = b.g.scalar("s", DType::f8, false);
  NodeId seen = s;
  for (int k = 0; k < length; ++k) {
    s = b.op(Op::add, DType::f8,
             {b.op(Op::mul, DType::f8, {s, b.real(0.1 + k)}), b.load(b.a, {b.at(k % 50)})});
    if (k == looked_at) seen = s;
  }
  b.g.results = {{s, false}};
  if (looked_at >= 0) b.g.results.push_back({seen, false});
  return std::move(b.g);
}

TEST(Roll, AChainIsALoopWithAVariable) {
  const std::optional<Graph> made = roll(chain_of(kCount, -1));
  ASSERT_TRUE(made.has_value());
  EXPECT_NO_THROW(verify(*made));
  EXPECT_EQ(count(*made, Op::loop), 1);
  EXPECT_TRUE(std::ranges::any_of(made->buffers(), [](const Buffer& x) { return x.local; }));
  EXPECT_LT(made->size(), 40);
}

TEST(Roll, AChainThatIsLookedAtMidwayIsTwoLoops) {
  EXPECT_EQ(loops(chain_of(4 * kCount, 2 * kCount)), 2);
}

TEST(Roll, AChainThatIsAlwaysLookedAtStays) {
  RollBuilding b;
  NodeId s = b.g.scalar("s", DType::f8, false);
  std::vector<NodeId> all;
  for (int k = 0; k < kCount; ++k) {
    s = b.op(Op::add, DType::f8, {b.op(Op::mul, DType::f8, {s, s}), b.load(b.a, {b.at(k)})});
    all.push_back(s);
  }
  for (const NodeId one : all) b.g.results.push_back({one, false});
  EXPECT_EQ(loops(b.g), 0);
}

TEST(Roll, ALongChainIsNoDeepRecursion) {
  EXPECT_EQ(loops(chain_of(60'000, -1)), 1);
  EXPECT_EQ(loops(chain_of(70'000, -1)), 2);  // a table has 65535 entries
}

Graph checked(bool one_site) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    const NodeId within = b.op(Op::lt, DType::b1, {b.at(k), b.g.dim(b.a, 0)}, true);
    b.g.check(within, one_site ? 3 : static_cast<std::uint64_t>(k), std::array{b.at(k)});
    b.store(b.a, {b.at(k)}, b.twice(b.load(b.b, {b.at(k)})));
  }
  return std::move(b.g);
}

TEST(Roll, ChecksOfOneSiteAreRolledInTheirPlace) {
  const std::optional<Graph> made = roll(checked(true));
  ASSERT_TRUE(made.has_value());
  const auto& body = made->regions()[1].body;
  ASSERT_EQ(body.size(), 3);
  EXPECT_EQ(made->node(body[0]).op, Op::check);
}

TEST(Roll, ChecksOfSeveralSitesStay) { EXPECT_EQ(loops(checked(false)), 0); }

TEST(Roll, ConstantExponentsStayConstants) {
  RollBuilding b;
  for (int k = 0; k < kCount; ++k) {
    const NodeId power =
        b.op(Op::pow, DType::f8, {b.load(b.b, {b.at(k)}), b.real(static_cast<double>(k + 2))});
    b.store(b.a, {b.at(k)}, b.twice(power));
  }
  EXPECT_EQ(loops(b.g), 0);
}

TEST(Roll, ConstructsEndARun) {
  RollBuilding b;
  for (int k = 0; k < 2 * kCount; ++k) {
    if (k == kCount) {
      b.loop(b.g.dim(b.a, 0));
      b.store(b.a, {b.at(0)}, b.real(1));
      b.end();
    }
    b.store(b.a, {b.at(k)}, b.twice(b.load(b.b, {b.at(k)})));
  }
  EXPECT_EQ(loops(b.g), 2);
}

TEST(Roll, ShortPolynomialsInALoopStay) {
  for (const int degree : {50, 500}) {
    RollBuilding b;
    const RegionId loop = b.loop(b.g.dim(b.a, 0));
    const NodeId x = b.load(b.a, {b.index(loop)});
    NodeId y = x;
    for (int k = 0; k < degree; ++k) {
      y = b.op(Op::add, DType::f8, {b.op(Op::mul, DType::f8, {y, x}), b.real(0.1 + k)});
    }
    b.store(b.b, {b.index(loop)}, y);
    b.end();
    EXPECT_EQ(loops(b.g), degree == 50 ? 0 : 1);
  }
}

}  // namespace
}  // namespace numeta::core
