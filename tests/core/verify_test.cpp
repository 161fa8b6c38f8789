// The verifier: legal graphs pass; each rule names itself for one planted violation. A graph that
// its public functions refuse to build wrongly is damaged afterwards.
#include <gtest/gtest.h>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

std::string complaint(const Graph& graph) {
  try {
    verify(graph);
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "legal";
}

Node& damaged(Graph& graph, NodeId id) { return const_cast<Node&>(graph.node(id)); }
NodeId& operand(Graph& graph, NodeId id, std::size_t k) {
  return const_cast<NodeId&>(graph.operands(id)[k]);
}

TEST(Verify, ALegalGraphPasses) {
  Building b;
  const BufferId a = b.vector("a");
  const BufferId sum = b.g.variable("sum", DType::f8, false);
  b.write(sum, b.real(0));
  const RegionId loop = b.loop(b.g.dim(a, 0));
  b.write(sum, b.op(Op::add, DType::f8, {b.read(sum), b.load(a, {b.index(loop)})}));
  b.end();
  b.g.results = {{b.read(sum), false}};
  EXPECT_EQ(complaint(b.g), "legal");
}

TEST(Verify, OperandsAreOlder) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  const NodeId root = b.op(Op::sqrt, DType::f8, {x});
  operand(b.g, root, 0) = root;
  EXPECT_EQ(complaint(b.g),
            "verify: node %1 (sqrt) breaks the rule: operands are older than their user");
}

TEST(Verify, OperandsBelongToAnEnclosingRegion) {
  Building b;
  const RegionId loop = b.loop(b.g.integer(3));
  const NodeId index = b.g.regions()[loop].index;
  b.end();
  const NodeId root = b.op(Op::neg, DType::i8, {b.g.scalar("n", DType::i8, true)}, true);
  operand(b.g, root, 0) = index;
  EXPECT_EQ(complaint(b.g),
            "verify: node %6 (neg) breaks the rule: operands belong to an enclosing region");
}

TEST(Verify, TheNumberOfOperands) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  damaged(b.g, b.op(Op::add, DType::f8, {x, x})).count = 1;
  EXPECT_EQ(complaint(b.g),
            "verify: node %1 (add) breaks the rule: the number of operands is the table's");
}

TEST(Verify, TheOperandsHaveOneType) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  b.op(Op::add, DType::f8, {x, b.g.scalar("n", DType::i8, false)});
  EXPECT_EQ(complaint(b.g),
            "verify: node %2 (add) breaks the rule: the operands of an operation have one type");
}

TEST(Verify, TheTableSpellsTheOperation) {
  Building b;
  b.op(Op::bit_and, DType::f8,
       {b.g.scalar("x", DType::f8, false), b.g.scalar("y", DType::f8, false)});
  EXPECT_EQ(complaint(b.g),
            "verify: node %2 (bit_and) breaks the rule: the table spells the "
            "operation for its operands");
}

constexpr const char* kAccess =
    "an element access has an int64 index for each axis and the buffer's type";

TEST(Verify, AnIndexForEachAxis) {
  Building b;
  b.load(b.vector("a"), {b.g.integer(0), b.g.integer(1)});
  EXPECT_EQ(complaint(b.g), std::string("verify: node %2 (load) breaks the rule: ") + kAccess);
}

TEST(Verify, AnIndexIsInt64) {
  Building b;
  b.load(b.vector("a"), {b.g.scalar("k", DType::i4, false)});
  EXPECT_EQ(complaint(b.g), std::string("verify: node %1 (load) breaks the rule: ") + kAccess);
}

TEST(Verify, AStoredValueHasTheBuffersType) {
  Building b;
  b.store(b.vector("a"), {b.g.integer(0)}, b.real(1, DType::f4));
  EXPECT_EQ(complaint(b.g), std::string("verify: node %2 (store) breaks the rule: ") + kAccess);
}

TEST(Verify, RegionsAreClosed) {
  Building b;
  b.loop(b.g.integer(3));
  EXPECT_EQ(complaint(b.g), "verify: node %3 (loop) breaks the rule: regions are closed");
}

TEST(Verify, AConditionIsATruthValue) {
  Building b;
  b.g.begin_branch(b.g.scalar("n", DType::i8, true));
  b.end();
  EXPECT_EQ(complaint(b.g),
            "verify: node %1 (branch) breaks the rule: a condition is a truth value");
}

TEST(Verify, ControlLeavesAnEnclosingRegion) {
  Building b;
  const RegionId block = b.g.begin_block("body");
  const NodeId owner = b.g.regions()[block].owner;
  b.g.leave(block);
  b.g.end_block();
  EXPECT_EQ(complaint(b.g), "legal");
  damaged(b.g, owner + 1).region = 0;
  EXPECT_EQ(complaint(b.g),
            "verify: node %1 (leave) breaks the rule: control leaves an enclosing loop or block, "
            "and cycles a loop");
}

TEST(Verify, OnlyALoopIsCycled) {
  Building b;
  const RegionId block = b.g.begin_block("body");
  b.g.cycle(block);
  b.g.leave(block);
  b.g.end_block();
  EXPECT_EQ(complaint(b.g),
            "verify: node %1 (cycle) breaks the rule: control leaves an enclosing loop or block, "
            "and cycles a loop");
}

TEST(Verify, AResultBelongsToAnOpenRegion) {
  Building b;
  const RegionId loop = b.loop(b.g.integer(3));
  b.g.results = {{b.g.regions()[loop].index, true}};
  b.end();
  EXPECT_EQ(complaint(b.g), "verify: the result %4 belongs to a closed region");
}

TEST(Verify, ADamagedTypeIsFound) {
  Building b;
  const NodeId x = b.g.scalar("x", DType::f8, false);
  const NodeId sum = b.op(Op::add, DType::f8, {x, b.g.scalar("y", DType::f8, false)});
  EXPECT_EQ(complaint(b.g), "legal");
  damaged(b.g, x).type = DType::f4;
  EXPECT_NE(complaint(b.g), "legal") << sum;
}

}  // namespace
}  // namespace numeta::core
