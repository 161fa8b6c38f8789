// Control flow from the graph to the emitted text to the compiled procedure: names that loops carry
// and branches merge are local variables; what was read before a store stays what it was; blocks
// and loops are left from inside others; what nothing sees is not emitted.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <fstream>

#include "core/narrow.hpp"
#include "emit_fortran/emit.hpp"
#include "emit_fortran/frame.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

constexpr std::size_t kHead = emit_fortran::kErrorWords;

/// A procedure compiled from an emission; its frame is the stub's.
class Compiled {
 public:
  explicit Compiled(const emit_fortran::Emission& emission) {
    std::string folder = "/tmp/numeta_control_XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder");
    std::ofstream(folder + "/k.f90") << emission.fortran;
    std::ofstream(folder + "/k.c") << emission.stub;
    const std::string command = "cd " + folder + " && gcc -c -fPIC k.c -o c.o && gfortran -O2 " +
                                "-Wall -Werror -shared -fPIC k.f90 c.o -o k.so";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(emission.fortran);
    handle_ = dlopen((folder + "/k.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) throw std::runtime_error(dlerror());
    stub_ = reinterpret_cast<Stub>(dlsym(handle_, emission.symbol.c_str()));
    if (std::system(("rm -r " + folder).c_str()) != 0) throw std::runtime_error(folder);
  }
  ~Compiled() { dlclose(handle_); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  std::int32_t operator()(std::int64_t* frame) const { return stub_(frame); }

 private:
  using Stub = std::int32_t (*)(std::int64_t*);
  void* handle_ = nullptr;
  Stub stub_ = nullptr;
};

std::string executable(const Graph& g) {
  verify(g);
  const std::string text = emit_fortran::emit(g, {}).fortran;
  const std::size_t start = text.find("\n\n") + 2;
  return text.substr(start, text.find("end subroutine") - start);
}

TEST(Control, ASumIsAVariable) {
  Building b;
  const BufferId a = b.vector("a");
  const BufferId s = b.g.variable("s", DType::f8, false);
  const RegionId loop = b.loop(b.g.dim(a, 0));
  b.write(s, b.op(Op::add, DType::f8, {b.read(s), b.load(a, {b.index(loop)})}));
  b.end();
  b.g.store_before(loop, s, b.real(0));
  b.g.new_version(s);
  b.g.results = {{b.read(s), false}};
  EXPECT_EQ(executable(b.g),
            "  s = 0.0_c_double\n"
            "  do i = 0, a_shape(0) - 1\n"
            "    s = s + a(i)\n"
            "  end do\n"
            "  answer = s\n");
  double values[] = {1.5, 2.25, -1.0};
  std::int64_t frame[kHead + 3] = {};
  frame[kHead] = reinterpret_cast<std::int64_t>(values);
  frame[kHead + 1] = 3;
  EXPECT_EQ(Compiled(emit_fortran::emit(b.g, {}))(frame), 0);
  EXPECT_EQ(std::bit_cast<double>(frame[kHead + 2]), 2.75);
}

TEST(Control, ASwapReadsBothBeforeItWrites) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId x = b.g.variable("x", DType::i8, true);
  const BufferId y = b.g.variable("y", DType::i8, true);
  b.write(x, b.g.integer(0));
  b.write(y, b.g.integer(1));
  b.loop(n);
  const NodeId first = b.read(x);
  const NodeId second = b.read(y);
  b.write(x, second);
  b.write(y, b.op(Op::add, DType::i8, {first, second}, true));
  b.end();
  b.g.results = {{b.read(x), true}};
  EXPECT_EQ(executable(b.g),
            "  x = 0_c_int64_t\n"
            "  y = 1_c_int64_t\n"
            "  do i = 0, n - 1\n"
            "    t1 = x\n"
            "    x = y\n"
            "    y = t1 + y\n"
            "  end do\n"
            "  answer = x\n");
  std::int64_t frame[kHead + 2] = {};
  frame[kHead] = 10;
  EXPECT_EQ(Compiled(emit_fortran::emit(b.g, {}))(frame), 0);
  EXPECT_EQ(frame[kHead + 1], 55);
}

TEST(Control, WhatTheOtherArmStoresDisturbsNoRead) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId x = b.g.variable("x", DType::i8, true);
  const BufferId y = b.g.variable("y", DType::i8, true);
  b.write(x, n);
  const NodeId old = b.read(x);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {n, b.g.integer(5)}, true));
  b.write(x, b.g.integer(7));
  b.g.begin_otherwise();
  b.write(y, old);
  b.end();
  b.g.results = {{b.op(Op::add, DType::i8, {b.read(x), b.read(y)}, true), true}};
  EXPECT_EQ(executable(b.g),
            "  x = n\n"
            "  if (n < 5) then\n"
            "    x = 7_c_int64_t\n"
            "  else\n"
            "    y = x\n"
            "  end if\n"
            "  answer = x + y\n");
}

TEST(Control, AReadBeforeAStoreInABranchKeepsItsValue) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId x = b.g.variable("x", DType::i8, true);
  b.write(x, n);
  const NodeId old = b.read(x);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {n, b.g.integer(5)}, true));
  b.write(x, b.g.integer(7));
  b.end();
  b.g.results = {{b.op(Op::sub, DType::i8, {b.read(x), old}, true), true}};
  EXPECT_EQ(executable(b.g),
            "  x = n\n"
            "  t1 = x\n"
            "  if (n < 5) then\n"
            "    x = 7_c_int64_t\n"
            "  end if\n"
            "  answer = x - t1\n");
}

TEST(Control, AnInnerLoopLeavesTheBlockAround) {
  Building b;
  const BufferId a = b.vector("a");
  const BufferId x = b.g.variable("found", DType::i8, true);
  const RegionId block = b.g.begin_block("search");
  b.loop(b.g.integer(3));
  const RegionId inner = b.loop(b.g.integer(4));
  b.g.begin_branch(b.op(Op::lt, DType::b1, {b.load(a, {b.index(inner)}), b.real(0)}));
  b.g.leave(block);
  const RegionId arm = b.g.current_region();
  b.end();
  b.end();
  b.end();
  const RegionId end = b.g.current_region();
  EXPECT_FALSE(b.g.end_block());
  b.g.store_at_end(arm, x, b.index(inner));
  b.g.store_at_end(end, x, b.g.integer(-1));
  b.g.new_version(x);
  b.g.results = {{b.read(x), true}};
  EXPECT_EQ(executable(b.g),
            "  search: block\n"
            "    !GCC$ novector\n"
            "    do i = 0, 2\n"
            "      do i_2 = 0, 3\n"
            "        if (a(i_2) < 0.0_c_double) then\n"
            "          found = i_2\n"
            "          exit search\n"
            "        end if\n"
            "      end do\n"
            "    end do\n"
            "    found = -1_c_int64_t\n"
            "  end block search\n"
            "  answer = found\n");
}

TEST(Control, ABlockThatNothingLeavesIsPartOfItsParent) {
  Building b;
  const BufferId a = b.vector("a");
  b.g.begin_block("body");
  const NodeId x = b.load(a, {b.g.integer(0)});
  EXPECT_TRUE(b.g.end_block());
  EXPECT_TRUE(b.g.is_open(x));
  b.g.results = {{x, false}};
  EXPECT_EQ(executable(b.g), "  answer = a(0)\n");
}

TEST(Control, AnEndlessLoopIsLeft) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId k = b.g.variable("k", DType::i8, true);
  b.write(k, b.g.integer(0));
  const RegionId loop = b.g.begin_repeat("while");
  b.g.begin_branch(b.op(Op::le, DType::b1, {n, b.read(k)}, true));
  b.g.leave(loop);
  b.end();
  b.write(k, b.op(Op::add, DType::i8, {b.read(k), b.g.integer(3)}, true));
  b.end();
  b.g.results = {{b.read(k), true}};
  EXPECT_EQ(executable(b.g),
            "  k = 0_c_int64_t\n"
            "  do\n"
            "    if (n <= k) exit\n"
            "    k = k + 3\n"
            "  end do\n"
            "  answer = k\n");
}

TEST(Control, WhatNothingSeesIsNotEmitted) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId unseen = b.g.variable("unseen", DType::i8, true);
  const RegionId loop = b.loop(n);
  b.write(unseen, b.op(Op::add, DType::i8, {b.read(unseen), b.index(loop)}, true));
  b.end();
  b.g.results = {{n, true}};
  // The variable feeds itself alone; it lives for its own sake only.
  EXPECT_EQ(executable(b.g), "  answer = n\n");
}

TEST(Control, ChainsOfBranchesReadAsElseIf) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const BufferId x = b.g.variable("x", DType::i8, true);
  b.g.begin_branch(b.op(Op::lt, DType::b1, {n, b.g.integer(0)}, true));
  b.write(x, b.g.integer(1));
  b.g.begin_otherwise();
  b.g.begin_branch(b.op(Op::lt, DType::b1, {n, b.g.integer(9)}, true));
  b.write(x, b.g.integer(2));
  b.g.begin_otherwise();
  b.write(x, b.g.integer(3));
  b.end();
  b.end();
  b.g.results = {{b.read(x), true}};
  EXPECT_EQ(executable(b.g),
            "  if (n < 0) then\n"
            "    x = 1_c_int64_t\n"
            "  else if (n < 9) then\n"
            "    x = 2_c_int64_t\n"
            "  else\n"
            "    x = 3_c_int64_t\n"
            "  end if\n"
            "  answer = x\n");
}

TEST(Control, AConditionBoundsTheValuesBelowIt) {
  Building b;
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const NodeId at_least = b.op(Op::le, DType::b1, {b.g.integer(1), n}, true);
  b.g.begin_branch(at_least);
  EXPECT_EQ(b.g.range_here(n), (Interval{1, INT64_MAX}));
  const NodeId before = b.op(Op::sub, DType::i8, {n, b.g.integer(1)}, true);
  EXPECT_EQ(b.g.range_here(before).low, 0);
  b.g.begin_otherwise();
  EXPECT_EQ(b.g.range_here(n), (Interval{INT64_MIN, 0}));
  b.g.fail(0, {});
  b.end();
  // The arm that fails does not come back.
  EXPECT_EQ(b.g.range_here(n).low, 1);
  EXPECT_EQ(b.g.range(n), Interval{});
}

TEST(Control, RollingBackForgetsWhatWasAssumedAndRead) {
  Building b;
  const BufferId a = b.vector("a");
  const NodeId n = b.g.scalar("n", DType::i8, true);
  const RegionId block = b.g.begin_block("body");
  const Mark mark = b.g.mark();
  const NodeId read = b.load(a, {b.g.integer(0)});
  b.g.begin_branch(b.op(Op::lt, DType::b1, {n, b.g.integer(0)}, true));
  b.g.leave(block);
  b.end();
  EXPECT_EQ(b.g.range_here(n).low, 0);
  b.g.rollback(mark);
  EXPECT_EQ(b.g.range_here(n), Interval{});
  EXPECT_NE(b.load(a, {b.g.integer(0)}), read);
  EXPECT_TRUE(b.g.end_block());
  EXPECT_EQ(b.g.regions()[0].body.size(), 1U);
}

TEST(Control, AVariableThatIsNeverNegativeNeedsNoWrap) {
  Building b;
  const BufferId a = b.vector("a");
  const NodeId n = b.g.dim(a, 0);
  const BufferId k = b.g.variable("k", DType::i8, true);
  b.write(k, b.g.integer(0));
  const RegionId loop = b.g.begin_repeat("while");
  const NodeId at = b.read(k);
  b.g.begin_branch(b.op(Op::le, DType::b1, {n, at}, true));
  b.g.leave(loop);
  b.end();
  const NodeId choice[] = {b.op(Op::le, DType::b1, {b.g.integer(0), at}, true), at,
                           b.op(Op::add, DType::i8, {at, n}, true)};
  b.store(a, {b.g.pure(Op::select, DType::i8, true, choice)}, b.real(0));
  b.write(k, b.op(Op::add, DType::i8, {at, b.g.integer(1)}, true));
  b.end();
  EXPECT_NE(executable(b.g).find("merge"), std::string::npos);
  const auto narrowed = narrow(b.g);
  ASSERT_TRUE(narrowed);
  EXPECT_EQ(executable(*narrowed),
            "  k = 0_c_int64_t\n"
            "  do\n"
            "    if (a_shape(0) <= k) exit\n"
            "    a(k) = 0.0_c_double\n"
            "    k = k + 1\n"
            "  end do\n");
}

TEST(Control, NothingIsAddedAfterAStatementThatLeaves) {
  Building b;
  const BufferId a = b.vector("a");
  const RegionId block = b.g.begin_block("body");
  b.g.leave(block);
  b.store(a, {b.g.integer(0)}, b.real(1));
  EXPECT_FALSE(b.g.reachable());
  EXPECT_FALSE(b.g.end_block());
  EXPECT_EQ(b.g.regions()[block].body.size(), 1U);
}

}  // namespace
}  // namespace numeta::core
