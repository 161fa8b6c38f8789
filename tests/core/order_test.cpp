// Consecutive stores of variables: what overwrites a variable comes after what still reads it.
#include "core/order.hpp"

#include <gtest/gtest.h>

#include "tests/core/building.hpp"

namespace numeta::core {
namespace {

class Order : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"x", "y", "z"}) {
      variables.push_back(b.g.variable(name, DType::f8, false));
      b.write(variables.back(), b.real(1));
    }
    b.g.begin_repeat("while");
  }

  /// The variables in the order of their stores in the loop, once all are read after it.
  std::string order() {
    const RegionId loop = b.g.current_region();
    b.end();
    for (const BufferId v : variables) b.g.results.push_back({b.read(v), false});
    const Live known = live(b.g);
    std::string out;
    for (const NodeId id : StoreOrder(b.g, known).statements(loop)) {
      if (b.g.node(id).op == Op::store) out += b.g.buffers()[b.g.node(id).bits[0]].name;
    }
    return out;
  }

  NodeId sum(NodeId a, NodeId c) { return b.op(Op::add, DType::f8, {a, c}); }

  Building b;
  std::vector<BufferId> variables;
};

TEST_F(Order, AReaderComesBeforeTheStore) {
  const NodeId x = b.read(variables[0]);
  const NodeId y = b.read(variables[1]);
  b.write(variables[0], b.real(2));
  b.write(variables[1], sum(x, b.real(3)));
  b.write(variables[2], sum(y, b.real(4)));
  EXPECT_EQ(order(), "zyx");
}

TEST_F(Order, StoresThatDoNotMeetKeepTheirOrder) {
  const NodeId x = b.read(variables[0]);
  b.write(variables[0], sum(x, b.real(2)));
  b.write(variables[1], b.real(3));
  EXPECT_EQ(order(), "xy");
}

TEST_F(Order, ASwapKeepsItsOrder) {
  const NodeId x = b.read(variables[0]);
  const NodeId y = b.read(variables[1]);
  b.write(variables[0], y);
  b.write(variables[1], x);
  EXPECT_EQ(order(), "xy");
}

TEST_F(Order, AValueUsedTwiceInTheRunReadsBeforeTheStore) {
  const NodeId square = b.op(Op::square, DType::f8, {b.read(variables[0])});
  b.write(variables[2], square);
  b.write(variables[0], b.real(2));
  b.write(variables[1], sum(square, b.real(3)));
  EXPECT_EQ(order(), "zyx");
}

TEST_F(Order, TwoStoresOfOneVariableStayInTheirOrder) {
  const NodeId x = b.read(variables[0]);
  b.write(variables[0], b.real(2));
  b.write(variables[0], sum(x, b.real(3)));
  EXPECT_EQ(order(), "xx");
}

}  // namespace
}  // namespace numeta::core
