// Arrays that a kernel returns: which have lengths that are known before it runs, what gives them,
// and that what makes their elements is not dropped.
#include "core/returned.hpp"

#include <gtest/gtest.h>

#include "core/live.hpp"
#include "core/rebuild.hpp"
#include "emit_fortran/emit.hpp"
#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

/// A kernel of `n` that returns an array of one axis.
struct Returning : Building {
  Returning() : n(g.scalar("n", DType::i8, true)) {}
  void returns(NodeId length) {
    array = g.array("t", DType::f8, Layout::C, 1);
    g.allocate(array, {&length, 1}, 0);
    store(array, {g.integer(0)}, real(1));
    g.returned = {array};
  }
  bool is_early() const { return returned_arrays(g).front().early; }

  NodeId n;
  BufferId array = kNone;
};

TEST(Returned, LengthsOfParametersAreKnownBefore) {
  Returning b;
  b.returns(b.op(Op::mul, DType::i8, {b.n, b.n}, true));
  EXPECT_TRUE(b.is_early());
  const Graph lengths = lengths_of(b.g, returned_arrays(b.g));
  ASSERT_EQ(lengths.results.size(), 1);
  EXPECT_TRUE(lengths.regions()[0].body.empty());
}

TEST(Returned, LengthsThatAreReadAreNot) {
  Returning b;
  const BufferId counts = b.vector("counts", DType::i8);
  b.returns(b.load(counts, {b.g.integer(0)}));
  EXPECT_FALSE(b.is_early());
}

TEST(Returned, LengthsBehindADivisionThatACheckGuardsAreNot) {
  Returning b;
  const NodeId d = b.g.scalar("d", DType::i8, true);
  b.returns(b.op(Op::quotient, DType::i8, {b.n, d}, true));
  EXPECT_FALSE(b.is_early());
}

TEST(Returned, AnArrayThatIsAllocatedTwiceIsNot) {
  Returning b;
  b.returns(b.n);
  b.g.allocate(b.array, {&b.n, 1}, 1);
  EXPECT_FALSE(b.is_early());
}

TEST(Returned, NegativeLengthsAreZero) {
  Returning b;
  b.returns(b.n);
  const Graph lengths = lengths_of(b.g, returned_arrays(b.g));
  EXPECT_EQ(lengths.node(lengths.results[0].value).op, Op::maximum);
}

TEST(Returned, WhatFillsTheArrayLives) {
  Returning b;
  b.returns(b.n);
  const Live known = live(b.g);
  for (const NodeId id : b.g.regions()[0].body) EXPECT_TRUE(known.nodes[id]);
  b.g.returned.clear();
  const Live unseen = live(b.g);
  for (const NodeId id : b.g.regions()[0].body) EXPECT_FALSE(unseen.nodes[id]);
}

TEST(Returned, ACopyOfTheGraphReturnsItToo) {
  Returning b;
  b.returns(b.n);
  EXPECT_EQ(rebuild(b.g).returned, b.g.returned);
}

TEST(Returned, AnEarlyArrayIsADummyWithoutAllocation) {
  Returning b;
  b.returns(b.n);
  const std::string text = emit_fortran::emit(b.g, {}).fortran;
  EXPECT_NE(text.find("real(c_double), intent(out) :: t(0:t_shape(0) - 1)"), std::string::npos);
  EXPECT_NE(text.find("if (.not. t_made) then"), std::string::npos);
  EXPECT_EQ(text.find("allocate("), std::string::npos);
}

TEST(Returned, ALateArrayIsMadeByItsOneAllocation) {
  Returning b;
  const BufferId counts = b.vector("counts", DType::i8);
  b.returns(b.load(counts, {b.g.integer(0)}));
  EXPECT_TRUE(returned_arrays(b.g).front().once);
  const std::string text = emit_fortran::emit(b.g, {}).fortran;
  EXPECT_EQ(text.find("allocate("), std::string::npos);
  EXPECT_LT(text.find("t_memory = numeta_new_array(t_words)"), text.find("t(0:) => t_returned"));
  EXPECT_LT(text.find("t(0:) => t_returned"), text.find("t(0) = 1"));
}

TEST(Returned, ALateArrayThatIsAllocatedTwiceIsCopiedWhenTheKernelEnds) {
  Returning b;
  const BufferId counts = b.vector("counts", DType::i8);
  const NodeId length = b.load(counts, {b.g.integer(0)});
  b.returns(length);
  b.g.allocate(b.array, {&length, 1}, 1);
  EXPECT_FALSE(returned_arrays(b.g).front().once);
  const std::string text = emit_fortran::emit(b.g, {}).fortran;
  EXPECT_LT(text.find("allocate(t("), text.find("t_memory = numeta_new_array(t_words)"));
  EXPECT_NE(text.find("t_returned = t\n"), std::string::npos);
}

TEST(Returned, AParameterIsNoResult) {
  Building b;
  b.g.returned = {b.vector("a")};
  EXPECT_THROW(verify(b.g), std::logic_error);
}

}  // namespace
}  // namespace numeta::core
