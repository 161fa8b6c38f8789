// Forwarding of maps: what becomes one nest, and for each rule a case that must stay as it is.
#include "core/forward.hpp"

#include <gtest/gtest.h>

#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

/// The statements after the pass.
std::string forwarded(const Graph& graph) {
  const std::optional<Graph> made = forward(graph);
  if (made) verify(*made);
  return statements(made ? *made : graph);
}

TEST(Forward, AnExpressionBecomesOneNestWithoutArrays) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId c = b.array("c", 2);
  const BufferId out = b.array("out", 2);
  const Indices shape{b.n, b.m};
  const BufferId t = b.map("t", shape, [&](auto& at) { return b.mul(b.at(c, at), b.real(2)); });
  const BufferId u = b.map("u", shape, [&](auto& at) { return b.add(b.at(a, at), b.at(t, at)); });
  b.over(shape, [&](auto& at) { b.g.store(out, at, b.at(u, at)); });
  const Graph made = *forward(b.g);
  verify(made);
  EXPECT_EQ(statements(made), "for n{for m{out[i,j]=a[i,j]+mul(c[i,j],c)}}");
  ASSERT_EQ(made.notes.size(), 1);
  EXPECT_EQ(made.notes[0].text, "3 array operations became one loop nest");
}

TEST(Forward, AGraphWithoutOwnArraysStays) {
  Planning b;
  const BufferId a = b.array("a");
  b.over({b.n}, [&](auto& at) { b.g.store(a, at, b.real(1)); });
  EXPECT_FALSE(forward(b.g));
}

TEST(Forward, ShiftedTransposedAndGatheredReadsAreForwarded) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId out = b.array("out", 2);
  const BufferId t = b.map("t", {b.n, b.m}, [&](auto& at) { return b.exp(b.at(a, at)); });
  b.over({b.m, b.n}, [&](auto& at) { b.g.store(out, at, b.at(t, {at[1], b.plus(at[0], 1)})); });
  EXPECT_EQ(forwarded(b.g), "for m{for n{out[i,j]=exp(a[j,i+1])}}");
}

/// t = a * 2 (or exp(a)), then body(t).
std::string after_map(bool costly,
                      const std::function<void(Planning&, BufferId a, BufferId t)>& body,
                      bool one_chain = false) {
  Planning b(one_chain);
  const BufferId a = b.array("a");
  const BufferId t = b.map("t", {b.n}, [&](auto& at) {
    return costly ? b.exp(b.at(a, at)) : b.mul(b.at(a, at), b.real(2));
  });
  body(b, a, t);
  return forwarded(b.g);
}

TEST(Forward, InPlaceAtTheSameElement) {
  EXPECT_EQ(after_map(true,
                      [](Planning& b, BufferId a, BufferId t) {
                        b.over({b.n}, [&](auto& at) {
                          b.g.store(a, at, b.add(b.at(a, at), b.at(t, at)));
                        });
                      }),
            "for n{a[i]=a[i]+exp(a[i])}");
}

std::string shifted(std::int64_t stored, std::int64_t read, std::int64_t step = 1) {
  return after_map(true, [&](Planning& b, BufferId a, BufferId t) {
    const NodeId from = step > 0 ? b.g.integer(0) : b.n;
    const NodeId to = step > 0 ? b.n : b.g.integer(0);
    const RegionId r = b.g.begin_loop(from, to, b.g.integer(step), "i");
    b.store(a, {b.plus(b.index(r), stored)}, b.load(t, {b.plus(b.index(r), read)}));
    b.end();
  });
}

TEST(Forward, AnElementStoredLaterIsStillTheOldOne) {
  EXPECT_EQ(shifted(0, 1), "for n{a[i]=exp(a[i+1])}");
  EXPECT_EQ(shifted(1, 3), "for n{a[i+1]=exp(a[i+3])}");
  EXPECT_EQ(shifted(1, 0, -1), "for n:0:-1{a[i+1]=exp(a[i])}");
}

TEST(Forward, AnElementStoredBeforeNeedsTheCopyOrALoopThatRunsBackwards) {
  EXPECT_EQ(shifted(0, 1, -1), "own t; for n{t[i]=exp(a[i])}; for n:0:-1{a[i]=t[i+1]}");
  EXPECT_EQ(shifted(1, 0), "for n{a[sub(sub(n,i),1)+1]=exp(a[sub(sub(n,i),1)])}");
}

/// a = a map of itself, by a nest of `n` and `n` whose innermost body is `body`.
bool goes_without_copy(
    const std::function<NodeId(Planning&, BufferId a, const Indices&)>& value,
    const std::function<void(Planning&, BufferId a, BufferId t, const Indices&)>& body) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId t = b.map("t", {b.n, b.n}, [&](auto& at) { return b.exp(value(b, a, at)); });
  b.over({b.n, b.n}, [&](auto& at) { body(b, a, t, at); });
  return forwarded(b.g).find("own t") == std::string::npos;
}

TEST(Forward, OnlyCopiesRunBackwards) {
  const auto before = [](Planning& b, BufferId a, const Indices& at) { return b.at(a, at); };
  const auto copied = [](Planning& b, BufferId a, BufferId t, const Indices& at) {
    b.store(a, {b.plus(at[0], 1), b.plus(at[1], 1)}, b.at(t, at));
  };
  EXPECT_TRUE(goes_without_copy(before, copied));
  // An element before and one behind.
  EXPECT_FALSE(goes_without_copy(
      [](Planning& b, BufferId a, const Indices& at) {
        return b.add(b.at(a, at), b.at(a, {b.plus(at[0], 2), at[1]}));
      },
      copied));
  // Another statement beside the copy, and more than a copy.
  EXPECT_FALSE(goes_without_copy(before, [&](Planning& b, BufferId a, BufferId t, auto& at) {
    copied(b, a, t, at);
    b.store(a, {b.g.integer(0), at[1]}, b.real(1));
  }));
  EXPECT_FALSE(goes_without_copy(before, [&](Planning& b, BufferId a, BufferId t, auto& at) {
    b.store(a, {b.plus(at[0], 1), at[1]}, b.add(b.at(t, at), b.at(a, at)));
  }));
  // The last of several stores to an element stays.
  EXPECT_FALSE(goes_without_copy(before, [&](Planning& b, BufferId a, BufferId t, auto& at) {
    b.store(a, {b.plus(at[0], 1), b.g.integer(0)}, b.at(t, at));
  }));
  EXPECT_FALSE(goes_without_copy(before, [&](Planning& b, BufferId a, BufferId t, auto& at) {
    b.store(a, {b.op(Op::add, DType::i8, {at[0], at[1]}, true), at[1]}, b.at(t, at));
  }));
}

TEST(Forward, OddAndEvenElementsNeverMeet) {
  EXPECT_EQ(
      after_map(true,
                [](Planning& b, BufferId a, BufferId t) {
                  b.over({b.n}, [&](auto& at) {
                    const NodeId twice = b.op(Op::mul, DType::i8, {at[0], b.g.integer(2)}, true);
                    b.store(a, {twice}, b.load(t, {b.plus(twice, 1)}));
                  });
                }),
      "for n{a[mul(i,2)]=exp(a[mul(i,2)+1])}");
}

TEST(Forward, AStoreBetweenKeepsTheArray) {
  for (const bool costly : {false, true}) {
    const std::string kept = after_map(costly, [](Planning& b, BufferId a, BufferId t) {
      b.store(a, {b.g.integer(0)}, b.real(9));
      b.over({b.n}, [&](auto& at) { b.g.store(a, at, b.at(t, at)); });
    });
    EXPECT_NE(kept.find("own t"), std::string::npos);
  }
}

TEST(Forward, AStoreOfTheSameElementBeforeTheReadKeepsTheArray) {
  EXPECT_NE(after_map(true,
                      [](Planning& b, BufferId a, BufferId t) {
                        b.over({b.n}, [&](auto& at) {
                          b.g.store(a, at, b.real(1));
                          b.g.store(a, at, b.at(t, at));
                        });
                      })
                .find("own t"),
            std::string::npos);
}

TEST(Forward, TransposedInPlaceKeepsTheCopy) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId t = b.map("t", {b.n, b.n}, [&](auto& at) { return b.at(a, at); });
  b.over({b.n, b.n}, [&](auto& at) { b.g.store(a, at, b.at(t, {at[1], at[0]})); });
  EXPECT_NE(forwarded(b.g).find("own t"), std::string::npos);
}

TEST(Forward, TheOuterLoopDecidesFirst) {
  const auto moved = [](std::int64_t di, std::int64_t dj) {
    Planning b;
    const BufferId a = b.array("a", 2);
    const BufferId t = b.map("t", {b.n, b.n}, [&](auto& at) { return b.at(a, at); });
    b.over({b.n, b.n}, [&](auto& at) {
      b.g.store(a, at, b.at(t, {b.plus(at[0], di), b.plus(at[1], dj)}));
    });
    return forwarded(b.g).find("own t") == std::string::npos;
  };
  EXPECT_TRUE(moved(1, -1));
  EXPECT_TRUE(moved(0, 1));
  EXPECT_TRUE(moved(0, 0));
  EXPECT_TRUE(moved(0, -1));  // backwards
  EXPECT_TRUE(moved(-1, 1));
}

TEST(Forward, ARowThatIsReadWhileItIsStoredKeepsTheCopy) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId t = b.map("t", {b.m}, [&](auto& at) { return b.at(a, {b.g.integer(3), at[0]}); });
  b.over({b.n, b.m}, [&](auto& at) { b.g.store(a, at, b.at(t, {at[1]})); });
  EXPECT_NE(forwarded(b.g).find("own t"), std::string::npos);
}

TEST(Forward, OtherArraysMayOverlapInOneChain) {
  const auto body = [](Planning& b, BufferId, BufferId t) {
    const BufferId out = b.array("out");
    b.over({b.n}, [&](auto& at) { b.g.store(out, at, b.at(t, at)); });
  };
  EXPECT_EQ(after_map(true, body), "for n{out[i]=exp(a[i])}");
  EXPECT_NE(after_map(true, body, true).find("own t"), std::string::npos);
}

TEST(Forward, AVariableThatChangesKeepsTheArray) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId s = b.g.variable("s", DType::f8, false);
  b.write(s, b.real(1));
  const BufferId t = b.map("t", {b.n}, [&](auto& at) { return b.mul(b.at(a, at), b.read(s)); });
  const BufferId u = b.map("u", {b.n}, [&](auto& at) { return b.exp(b.at(a, at)); });
  b.over({b.n}, [&](auto& at) { b.write(s, b.add(b.read(s), b.add(b.at(t, at), b.at(u, at)))); });
  b.g.results = {{b.read(s), false}};
  EXPECT_EQ(forwarded(b.g), "s=c; own t; for n{t[i]=mul(a[i],s)}; for n{s=s+t[i]+exp(a[i])}");
}

TEST(Forward, WhatIsCostlyIsComputedOnceOnly) {
  const auto twice = [](Planning& b, BufferId, BufferId t) {
    const BufferId p = b.array("p");
    const BufferId q = b.array("q");
    b.over({b.n}, [&](auto& at) { b.g.store(p, at, b.at(t, at)); });
    b.over({b.n}, [&](auto& at) { b.g.store(q, at, b.at(t, at)); });
  };
  EXPECT_EQ(after_map(false, twice), "for n{p[i]=mul(a[i],c)}; for n{q[i]=mul(a[i],c)}");
  EXPECT_NE(after_map(true, twice).find("own t"), std::string::npos);
}

/// Reads of a map at neighbours, as many as there are shifts; each is a difference of `terms`
/// terms.
std::string neighbours(int reads, int terms, bool costly = false) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  const BufferId t = b.map("t", {b.n}, [&](auto& at) {
    NodeId value = costly ? b.exp(b.at(a, at)) : b.at(a, at);
    for (int k = 1; k <= terms; ++k) value = b.add(value, b.at(a, {b.plus(at[0], k)}));
    return value;
  });
  b.over({b.n}, [&](auto& at) {
    NodeId sum = b.at(t, at);
    for (int k = 1; k < reads; ++k) sum = b.mul(sum, b.at(t, {b.plus(at[0], k)}));
    b.g.store(out, at, sum);
  });
  return forwarded(b.g);
}

TEST(Forward, WhatIsCheapIsComputedAnewForNeighbours) {
  EXPECT_EQ(neighbours(2, 2), "for n{out[i]=mul(a[i]+a[i+1]+a[i+2],a[i+1]+a[i+2]+a[i+3])}");
  EXPECT_EQ(neighbours(8, 2).find("own"), std::string::npos);
  EXPECT_NE(neighbours(9, 2).find("own"), std::string::npos);
  EXPECT_NE(neighbours(6, 6).find("own"), std::string::npos);
  EXPECT_NE(neighbours(2, 17).find("own"), std::string::npos);
  EXPECT_NE(neighbours(2, 2, true).find("own"), std::string::npos);
}

TEST(Forward, ElementsThatNeighboursShareCountOnce) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  BufferId last = a;
  for (const char* name : {"t", "u", "v"}) {
    last = b.map(name, {b.n}, [&, from = last](auto& at) {
      return b.add(b.add(b.at(from, at), b.at(from, {b.plus(at[0], 1)})),
                   b.at(from, {b.plus(at[0], 2)}));
    });
  }
  b.over({b.n}, [&](auto& at) {
    b.g.store(out, at, b.mul(b.at(last, at), b.at(last, {b.plus(at[0], 1)})));
  });
  EXPECT_EQ(forwarded(b.g).find("own"), std::string::npos);
}

TEST(Forward, OfManyArraysInTwoPlacesOneIsMade) {
  for (const int arrays : {4, 5}) {
    Planning b;
    const BufferId out = b.array("out", 2);
    const char* const names[] = {"a", "b", "c", "d", "e"};
    std::vector<BufferId> from;
    for (int k = 0; k < arrays; ++k) from.push_back(b.array(names[k]));
    const BufferId t = b.map("t", {b.n}, [&](auto& at) {
      NodeId sum = b.at(from[0], at);
      for (const BufferId one : from) sum = b.add(sum, b.at(one, at));
      return sum;
    });
    for (int k = 0; k < 2; ++k) {
      b.over({b.n}, [&](auto& at) { b.store(out, {b.g.integer(k), at[0]}, b.at(t, at)); });
    }
    EXPECT_EQ(forwarded(b.g).find("own") == std::string::npos, arrays == 4);
  }
}

TEST(Forward, NothingIsRepeatedInADeeperLoopUnlessTrivial) {
  const auto product = [](Planning& b, BufferId, BufferId t) {
    const BufferId p = b.array("p", 2);
    b.over({b.m, b.n}, [&](auto& at) { b.g.store(p, at, b.at(t, {at[1]})); });
  };
  EXPECT_EQ(after_map(false, product), "for m{for n{p[i,j]=mul(a[j],c)}}");
  EXPECT_NE(after_map(true, product).find("own t"), std::string::npos);
}

TEST(Forward, ATransposedCopyIsNotUndoneInADeeperLoop) {
  Planning b;
  const BufferId a = b.array("a", 2);
  const BufferId p = b.array("p", 2);
  const BufferId t = b.map("t", {b.n, b.n}, [&](auto& at) { return b.at(a, {at[1], at[0]}); });
  b.over({b.n, b.n, b.n}, [&](auto& at) {
    b.store(p, {at[0], at[1]}, b.mul(b.load(p, {at[0], at[1]}), b.load(t, {at[2], at[1]})));
  });
  EXPECT_NE(forwarded(b.g).find("own t"), std::string::npos);
}

TEST(Forward, InALoopEachIterationHasItsOwn) {
  Planning b;
  const BufferId a = b.array("a");
  b.loop(b.m);
  const BufferId t = b.map("t", {b.n}, [&](auto& at) { return b.exp(b.at(a, at)); });
  b.over({b.n}, [&](auto& at) { b.g.store(a, at, b.at(t, at)); });
  b.end();
  EXPECT_EQ(forwarded(b.g), "for m{for n{a[j]=exp(a[j])}}");
}

TEST(Forward, ReadAfterTheBranchThatFilledItStays) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  const BufferId t = b.own("t", {b.n});
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.n, b.m}, true));
  b.over({b.n}, [&](auto& at) { b.g.store(t, at, b.at(a, at)); });
  b.end();
  b.over({b.n}, [&](auto& at) { b.g.store(out, at, b.at(t, at)); });
  EXPECT_NE(forwarded(b.g).find("own t"), std::string::npos);
}

TEST(Forward, PartlyOrTwiceWrittenArraysStay) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  const BufferId part = b.own("part", {b.n});
  b.over({b.m}, [&](auto& at) { b.g.store(part, at, b.at(a, at)); });
  const BufferId twice = b.map("twice", {b.n}, [&](auto& at) { return b.at(a, at); });
  b.store(twice, {b.g.integer(0)}, b.real(1));
  b.over({b.n}, [&](auto& at) { b.g.store(out, at, b.add(b.at(part, at), b.at(twice, at))); });
  EXPECT_FALSE(forward(b.g));
}

TEST(Forward, ANestThatMayFailStays) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  const BufferId t = b.own("t", {b.n});
  b.over({b.n}, [&](auto& at) {
    const NodeId x = b.at(a, at);
    b.g.check(b.op(Op::lt, DType::b1, {x, b.real(1)}), 0, {});
    b.g.store(t, at, x);
  });
  b.over({b.n}, [&](auto& at) { b.g.store(out, at, b.at(t, at)); });
  EXPECT_FALSE(forward(b.g));
}

TEST(Forward, SingleElementsOfASmallArray) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  const BufferId t = b.map("t", {b.g.integer(3)}, [&](auto& at) { return b.exp(b.at(a, at)); });
  b.store(out, {b.g.integer(0)}, b.add(b.load(t, {b.g.integer(1)}), b.load(t, {b.g.integer(2)})));
  EXPECT_EQ(forwarded(b.g), "out[0]=exp(a[1])+exp(a[2])");
}

TEST(Forward, AReturnedArrayStays) {
  Planning b;
  const BufferId a = b.array("a");
  const BufferId out = b.array("out");
  const BufferId t = b.map("t", {b.n}, [&](auto& at) { return b.at(a, at); });
  b.over({b.n}, [&](auto& at) { b.g.store(out, at, b.at(t, at)); });
  b.g.returned = {t};
  EXPECT_FALSE(forward(b.g));
}

TEST(Forward, IterationsAtTheSameTimeReadNoElementOfAnother) {
  for (const bool parallel : {false, true}) {
    Planning b;
    const BufferId a = b.array("a");
    const BufferId t = b.map("t", {b.n}, [&](auto& at) { return b.exp(b.at(a, at)); });
    const RegionId r = b.loop(b.n);
    if (parallel) b.g.set_parallel(Parallel::Yes);
    b.store(a, {b.index(r)}, b.load(t, {b.plus(b.index(r), 1)}));
    b.end();
    EXPECT_EQ(forward(b.g).has_value(), !parallel);
  }
}

TEST(Forward, ManyOperationsStayManageable) {
  Planning b;
  const BufferId a = b.array("a");
  BufferId last = a;
  for (int k = 0; k < 1000; ++k) {
    const BufferId before = last;
    last = b.map("t", {b.n}, [&](auto& at) {
      return b.mul(b.at(before, at), b.at(before, {b.plus(at[0], k % 3)}));
    });
  }
  b.over({b.n}, [&](auto& at) { b.g.store(a, at, b.at(last, at)); });
  const Graph made = *forward(b.g);
  verify(made);
  EXPECT_LT(made.size(), 100'000);
}

}  // namespace
}  // namespace numeta::core
