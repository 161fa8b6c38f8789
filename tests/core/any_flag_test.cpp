// Questions whether any of several flags is set: which are asked at once, what is tested before,
// and which stay as they were.
#include "core/any_flag.hpp"

#include <gtest/gtest.h>

#include "tests/core/planning.hpp"

namespace numeta::core {
namespace {

/// In a loop: if x: v = true; else: v = y. Then out[0] = v, where a result can be seen.
struct Asked : Planning {
  explicit Asked(bool one_chain = false)
      : Planning(one_chain),
        a(flags("a")),
        b(flags("b")),
        c(flags("c")),
        out(flags("out")),
        v(g.variable("v", DType::b1, true)),
        w(g.variable("w", DType::b1, true)) {
    i = index(loop(n));
  }
  BufferId flags(const char* name, std::size_t rank = 1) {
    return g.buffer(name, DType::b1, Layout::C, std::vector<std::optional<std::int64_t>>(rank));
  }
  NodeId truth(bool value) { return g.constant(DType::b1, true, literal_int(value)); }
  NodeId denied(NodeId x) { return op(Op::logical_not, DType::b1, {x}, true); }
  NodeId cast(NodeId x) { return g.cast(x, DType::b1, true); }
  /// A negative index counts from the end.
  NodeId wrapped(NodeId at, BufferId array) {
    const NodeId length = g.dim(array, 0);
    const NodeId below = op(Op::le, DType::b1, {g.integer(0), at}, true);
    return op(Op::select, DType::i8, {below, at, op(Op::add, DType::i8, {at, length}, true)}, true);
  }
  /// first or rest, or with `all` first and rest.
  template <typename Rest>
  NodeId either(BufferId variable, NodeId first, const Rest& rest, bool all = false) {
    g.begin_branch(all ? first : denied(first));
    write(variable, cast(rest()));
    g.begin_otherwise();
    write(variable, truth(!all));
    end();
    return read(variable);
  }
  std::string asked(NodeId answer) {
    g.store(out, Indices{i}, answer);
    end();
    const std::optional<Graph> made = any_flag(g);
    if (!made) return "";
    verify(*made);
    const std::string text = statements(*made);
    return text.substr(0, text.find("; out[i]=v}"));
  }
  BufferId a;
  BufferId b;
  BufferId c;
  BufferId out;
  BufferId v;
  BufferId w;
  NodeId i;
};

const char* const kBranch = "if{v=cast(b[m])}else{v=c}}";

TEST(AnyFlag, BothAreReadWhereTheIndexIsInside) {
  Asked x;
  EXPECT_EQ(x.asked(x.either(x.v, x.at(x.a, {x.i}), [&] { return x.at(x.b, {x.m}); })),
            std::string("for n{if{v=logical_or(a[i],b[m])}else{") + kBranch);
}

TEST(AnyFlag, NoneIsTheSameQuestion) {
  Asked x;
  const NodeId first = x.denied(x.at(x.a, {x.i}));
  const auto rest = [&] { return x.denied(x.at(x.b, {x.m})); };
  EXPECT_EQ(x.asked(x.either(x.v, first, rest, true)),
            "for n{if{v=logical_not(logical_or(a[i],b[m]))}"
            "else{if{v=logical_not(b[m])}else{v=c}}");
}

TEST(AnyFlag, WhatIsKnownToBeInsideIsNotTested) {
  Asked x;
  x.end();
  x.i = x.index(x.loop(x.g.dim(x.b, 0)));
  EXPECT_EQ(x.asked(x.either(x.v, x.at(x.a, {x.i}), [&] { return x.at(x.b, {x.i}); })),
            "for b.0{v=logical_or(a[i],b[i])");
}

TEST(AnyFlag, ANegativeIndexIsNoneOfTheFastWay) {
  Asked x;
  const NodeId at = x.op(Op::sub, DType::i8, {x.i, x.m}, true);
  const NodeId first = x.at(x.a, {x.wrapped(at, x.a)});
  const std::string text =
      x.asked(x.either(x.v, first, [&] { return x.at(x.b, {x.wrapped(at, x.b)}); }));
  EXPECT_EQ(text.substr(0, text.find("}else")), "for n{if{v=logical_or(a[sub(i,m)],b[sub(i,m)])");
  EXPECT_NE(text.find("if{v=cast(b[select("), std::string::npos);
}

TEST(AnyFlag, QuestionsInQuestionsAreOne) {
  Asked x;
  const NodeId answer = x.either(x.v, x.at(x.a, {x.i}), [&] {
    return x.either(x.w, x.at(x.b, {x.m}), [&] { return x.at(x.c, {x.m}); });
  });
  EXPECT_EQ(x.asked(answer),
            "for n{if{v=logical_or(logical_or(a[i],b[m]),c[m])}"
            "else{if{if{w=cast(c[m])}else{w=c}; v=w}else{v=c}}");
}

TEST(AnyFlag, QuestionsOfAnotherKindStay) {
  const auto stays = [](bool all, bool deny_first, bool deny_rest) {
    Asked x;
    const NodeId first = x.at(x.a, {x.i});
    const auto rest = [&] {
      const NodeId flag = x.at(x.b, {x.m});
      return deny_rest ? x.denied(flag) : flag;
    };
    return x.asked(x.either(x.v, deny_first ? x.denied(first) : first, rest, all)).empty();
  };
  EXPECT_FALSE(stays(false, false, false));
  EXPECT_FALSE(stays(true, true, true));
  for (const bool all : {false, true}) {
    EXPECT_TRUE(stays(all, true, false));
    EXPECT_TRUE(stays(all, false, true));
    EXPECT_TRUE(stays(all, !all, !all));
  }
}

TEST(AnyFlag, ConditionsThatAreNoFlagsStay) {
  Asked x;
  const NodeId less = x.op(Op::lt, DType::b1, {x.i, x.m}, true);
  EXPECT_EQ(x.asked(x.either(x.v, less, [&] { return x.at(x.b, {x.m}); })), "");
}

TEST(AnyFlag, WhatAnArmDoesBesidesKeepsTheBranch) {
  Asked stores;
  EXPECT_EQ(stores.asked(stores.either(stores.v, stores.at(stores.a, {stores.i}),
                                       [&] {
                                         const NodeId flag = stores.at(stores.b, {stores.m});
                                         stores.store(stores.c, {stores.m}, stores.truth(true));
                                         return flag;
                                       })),
            "");
  Asked checks;
  EXPECT_EQ(checks.asked(checks.either(checks.v, checks.at(checks.a, {checks.i}),
                                       [&] {
                                         checks.g.check(checks.at(checks.c, {checks.i}), 1, {});
                                         return checks.at(checks.b, {checks.m});
                                       })),
            "");
}

TEST(AnyFlag, AnIndexThatTheArmReadsKeepsTheBranch) {
  Asked x;
  const BufferId where = x.vector("where", DType::i8);
  const auto rest = [&] { return x.at(x.b, {x.g.cast(x.at(where, {x.i}), DType::i8, true)}); };
  EXPECT_EQ(x.asked(x.either(x.v, x.at(x.a, {x.i}), rest)), "");
}

TEST(AnyFlag, AnIndexThatMayTrapKeepsTheBranch) {
  Asked x;
  const auto rest = [&] { return x.at(x.b, {x.op(Op::quotient, DType::i8, {x.i, x.m}, true)}); };
  EXPECT_EQ(x.asked(x.either(x.v, x.at(x.a, {x.i}), rest)), "");
}

TEST(AnyFlag, TheFirstFlagIsReadWhereItWasIfOthersNeedIt) {
  Asked x;
  const NodeId first = x.at(x.a, {x.i});
  x.store(x.c, {x.i}, first);
  EXPECT_EQ(x.asked(x.either(x.v, first, [&] { return x.at(x.b, {x.m}); })),
            std::string("for n{c[i]=a[i]; if{v=logical_or(a[i],b[m])}else{") + kBranch);
}

TEST(AnyFlag, AFlagThatIterationsWriteAtTheSameTimeStays) {
  for (const bool written : {false, true}) {
    Asked x;
    x.g.set_parallel(Parallel::Disjoint);
    const NodeId answer = x.either(x.v, x.at(x.a, {x.i}), [&] { return x.at(x.b, {x.m}); });
    if (written) x.store(x.b, {x.i}, x.truth(true));
    EXPECT_EQ(x.asked(answer).empty(), written);
  }
}

TEST(AnyFlag, OutsideOfLoopsTheBranchStays) {
  Asked x;
  x.end();
  x.i = x.g.integer(0);
  const NodeId answer = x.either(x.v, x.at(x.a, {x.i}), [&] { return x.at(x.b, {x.m}); });
  x.store(x.out, {x.i}, answer);
  EXPECT_FALSE(any_flag(x.g));
}

TEST(AnyFlag, AnArrayOfTheKernelHasItsLengths) {
  Asked x;
  x.end();
  const BufferId own = x.own("own", {x.m}, DType::b1);
  x.store(own, {x.g.integer(0)}, x.truth(true));
  x.i = x.index(x.loop(x.n));
  EXPECT_EQ(x.asked(x.either(x.v, x.at(x.a, {x.i}), [&] { return x.at(own, {x.i}); })),
            "own own; own[0]=c; for n{if{v=logical_or(a[i],own[i])}"
            "else{if{v=cast(own[i])}else{v=c}}");
}

}  // namespace
}  // namespace numeta::core
