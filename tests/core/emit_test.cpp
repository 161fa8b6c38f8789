// The emitted text beyond the golden files: names, the bounds of loops, long lines, many locals.
#include "emit_fortran/emit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "emit_fortran/names.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

std::string text_of(const Graph& graph) { return emit_fortran::emit(graph, {}).fortran; }

TEST(Names, AUsersNameStaysWhereFortranAllowsIt) {
  emit_fortran::Names names;
  EXPECT_EQ(names.claim("array"), "array");
  EXPECT_EQ(names.claim("Theta_1"), "Theta_1");
}

TEST(Names, TheSecondOfANameIsNumberedRegardlessOfCase) {
  emit_fortran::Names names;
  EXPECT_EQ(names.claim("i"), "i");
  EXPECT_EQ(names.claim("i"), "i_2");
  EXPECT_EQ(names.claim("I"), "I_3");
  EXPECT_EQ(names.claim("i_2"), "i_2_2");
}

TEST(Names, WhatTheEmittedTextUsesItselfIsNotHidden) {
  emit_fortran::Names names;
  EXPECT_EQ(names.claim("sin"), "sin_");
  EXPECT_EQ(names.claim("Sin"), "Sin_2");
  EXPECT_EQ(names.claim("c_double"), "c_double_");
  EXPECT_EQ(names.claim("libm_exp"), "libm_exp_");
  EXPECT_EQ(names.claim("status"), "status_");
}

TEST(Names, EveryNameIsLegal) {
  emit_fortran::Names names;
  EXPECT_EQ(names.claim("_private"), "private");
  EXPECT_EQ(names.claim("<lambda>"), "lambda");
  EXPECT_EQ(names.claim("\xCF\x80"), "xcfx80");
  EXPECT_EQ(names.claim("2nd"), "v2nd");
  EXPECT_EQ(names.claim(""), "v");
  EXPECT_EQ(names.claim(std::string(80, 'a')).size(), 50U);
}

std::string loop_line(std::int64_t start, std::int64_t stop, std::int64_t step) {
  Building b;
  const BufferId a = b.vector("a", DType::i8);
  const RegionId loop =
      b.g.begin_loop(b.g.integer(start), b.g.integer(stop), b.g.integer(step), "i");
  b.store(a, {b.g.integer(0)}, b.g.regions()[loop].index);
  b.end();
  const std::string text = text_of(b.g);
  const auto at = text.find("  do ");
  return text.substr(at + 2, text.find('\n', at) - at - 2);
}

TEST(Loop, BoundsAreThoseOfRange) {
  EXPECT_EQ(loop_line(0, 10, 1), "do i = 0, 9");
  EXPECT_EQ(loop_line(2, 10, 3), "do i = 2, 9, 3");
  EXPECT_EQ(loop_line(9, -1, -1), "do i = 9, 0, -1");
}

TEST(Emission, LongExpressionsAreCutAndLongLinesContinued) {
  Building b;
  const BufferId a = b.vector("a_rather_long_name_of_an_array");
  NodeId sum = b.load(a, {b.g.integer(0)});
  for (std::int64_t k = 1; k < 200; ++k) {
    sum = b.op(Op::add, DType::f8, {sum, b.load(a, {b.g.integer(k)})});
  }
  b.g.results = {{sum, false}};
  std::istringstream lines(text_of(b.g));
  std::size_t continued = 0;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 102U);
    continued = line.ends_with("&") ? continued + 1 : 0;
    EXPECT_LT(continued, 40U);
  }
}

TEST(Emission, LocalsOfOneTypeShareALine) {
  Building b;
  const BufferId a = b.vector("a");
  for (std::int64_t k = 0; k < 40; ++k) {
    const NodeId x = b.load(a, {b.g.integer(k)});
    b.store(a, {b.g.integer(k)}, b.op(Op::mul, DType::f8, {x, x}));
  }
  const std::string text = text_of(b.g);
  EXPECT_NE(text.find("  real(c_double) :: t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, "),
            std::string::npos);
  EXPECT_NE(text.find("t40\n"), std::string::npos);
}

TEST(Emission, ADeniedConditionOfACheckReadsPlainly) {
  Building b;
  const NodeId p = b.g.scalar("p", DType::b1, false);
  b.g.check(b.op(Op::logical_not, DType::b1, {p}), 0, {});
  EXPECT_NE(text_of(b.g).find("  if (p) then\n"), std::string::npos);
  Building c;
  c.g.check(c.g.scalar("p", DType::b1, false), 0, {});
  EXPECT_NE(text_of(c.g).find("  if (.not. (p)) then\n"), std::string::npos);
}

TEST(Emission, ALoadIsNotMovedBehindAStoreToItsBuffer) {
  Building b;
  const BufferId a = b.vector("a");
  const BufferId other = b.vector("b");
  const NodeId before = b.load(a, {b.g.integer(0)});
  b.store(a, {b.g.integer(0)}, b.real(1));
  b.store(other, {b.g.integer(0)}, before);
  EXPECT_NE(text_of(b.g).find("  t1 = a(0)\n  a(0) = 1.0_c_double\n  b(0) = t1\n"),
            std::string::npos);
}

/// out[i, j] = sin(row[i]) * a[i, j], or of one more value that changes in the inner loop.
std::string function_in_a_loop(bool changes) {
  Building b;
  const std::vector<std::optional<std::int64_t>> vector{std::nullopt};
  const BufferId row = b.g.buffer("row", DType::f8, Layout::C, vector);
  const BufferId out = b.g.buffer("out", DType::f8, Layout::C, {std::nullopt, std::nullopt});
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const NodeId i = b.index(b.loop(n));
  const NodeId x = b.load(row, {i});
  const NodeId j = b.index(b.loop(n));
  const NodeId at = b.load(out, {i, j});
  const NodeId value = b.op(Op::mul, DType::f8, {x, changes ? at : x});
  b.store(out, {i, j}, b.op(Op::mul, DType::f8, {b.op(Op::sin, DType::f8, {value}), at}));
  b.end();
  b.end();
  return emit_fortran::emit(b.g, {}).fortran;
}

TEST(Emission, WhatAFunctionGivesIsComputedBeforeTheLoopsInWhichItIsTheSame) {
  const auto is_between_loops = [](const std::string& text) {
    return text.find("sin(") < text.rfind("  do ");
  };
  EXPECT_TRUE(is_between_loops(function_in_a_loop(false)));
  EXPECT_FALSE(is_between_loops(function_in_a_loop(true)));
}

TEST(Emission, ParenthesesKeepTheOrderOfTheGraphAndNoMore) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  const NodeId y = b.g.scalar("y", DType::f8, false);
  const NodeId z = b.g.scalar("z", DType::f8, false);
  const auto answer = [&](NodeId id) {
    b.g.results = {{id, false}};
    const std::string text = text_of(b.g);
    const auto at = text.find("  answer = ") + 11;
    return text.substr(at, text.find('\n', at) - at);
  };
  const auto op = [&](Op op, NodeId left, NodeId right) {
    return b.op(op, DType::f8, {left, right});
  };
  EXPECT_EQ(answer(op(Op::sub, op(Op::sub, x, y), z)), "x - y - z");
  EXPECT_EQ(answer(op(Op::sub, x, op(Op::sub, y, z))), "x - (y - z)");
  EXPECT_EQ(answer(op(Op::add, x, op(Op::add, y, z))), "x + (y + z)");
  EXPECT_EQ(answer(op(Op::mul, op(Op::add, x, y), z)), "(x + y) * z");
  EXPECT_EQ(answer(op(Op::add, op(Op::mul, x, y), z)), "x * y + z");
  EXPECT_EQ(answer(b.op(Op::neg, DType::f8, {op(Op::mul, x, y)})), "-x * y");
  EXPECT_EQ(answer(op(Op::mul, b.op(Op::neg, DType::f8, {x}), y)), "(-x) * y");
  EXPECT_EQ(answer(op(Op::pow, b.op(Op::neg, DType::f8, {x}), y)), "(-x)**y");
  EXPECT_EQ(answer(op(Op::mul, x, b.real(-2))), "x * (-2.0_c_double)");
}

/// `while true: x = 1 or 2`, or with a count.
std::vector<std::string> flags_of_a_choice(bool counted) {
  Building b;
  const NodeId p = b.g.scalar("p", DType::b1, true);
  const BufferId x = b.g.variable("x", DType::f8, false);
  if (counted) b.loop(b.g.integer(5));
  if (!counted) b.g.begin_repeat("while");
  b.g.begin_branch(p);
  b.write(x, b.real(1));
  b.g.begin_otherwise();
  b.write(x, b.real(2));
  b.end();
  b.end();
  return emit_fortran::emit(b.g, {}).flags;
}

TEST(Emit, AChoiceInALoopWithoutACountIsMadeWithoutAJump) {
  const auto has = [](const std::vector<std::string>& flags) {
    return std::find(flags.begin(), flags.end(), "-fno-split-paths") != flags.end();
  };
  EXPECT_TRUE(has(flags_of_a_choice(false)));
  EXPECT_FALSE(has(flags_of_a_choice(true)));
}

}  // namespace
}  // namespace numeta::core
