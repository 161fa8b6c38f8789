// planning.hpp - array code as it is traced, for the tests of the planner: each operation allocates
// its result and fills it in a nest of its own. What a pass made is shown in short: a loop as
// `for(...)`, what stands in it as the names of the buffers, `out=t+a` for a store of an addition.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/core/building.hpp"

namespace numeta::core {

using Indices = std::vector<NodeId>;

struct Planning : Building {
  explicit Planning(bool one_chain = false) : Building(one_chain) {
    n = g.scalar("n", DType::i8, true);
    m = g.scalar("m", DType::i8, true);
  }
  BufferId array(const char* name, std::size_t rank = 1, Layout layout = Layout::C) {
    return g.buffer(name, DType::f8, layout, std::vector<std::optional<std::int64_t>>(rank));
  }
  /// for i < shape[0]: for j < shape[1]: ... body(indices)
  void over(const Indices& shape, const std::function<void(const Indices&)>& body) {
    Indices at;
    for (const NodeId length : shape) at.push_back(index(loop(length)));
    body(at);
    for (std::size_t k = 0; k < shape.size(); ++k) end();
  }
  BufferId own(const char* name, const Indices& shape, DType type = DType::f8) {
    const BufferId out = g.array(name, type, Layout::C, shape.size());
    g.allocate(out, shape, 0);
    return out;
  }
  /// A new array with the value of an expression for each element.
  BufferId map(const char* name, const Indices& shape,
               const std::function<NodeId(const Indices&)>& value) {
    const BufferId out = own(name, shape);
    over(shape, [&](const Indices& at) { g.store(out, at, value(at)); });
    return out;
  }
  NodeId at(BufferId buffer, const Indices& indices) { return g.load(buffer, indices); }
  NodeId add(NodeId a, NodeId b) { return op(Op::add, DType::f8, {a, b}); }
  NodeId mul(NodeId a, NodeId b) { return op(Op::mul, DType::f8, {a, b}); }
  NodeId exp(NodeId a) { return op(Op::exp, DType::f8, {a}); }
  NodeId plus(NodeId a, std::int64_t by) {
    return op(Op::add, DType::i8, {a, g.integer(by)}, true);
  }
  NodeId n;
  NodeId m;
};

/// A value in short; loads as the buffer's name with its indices.
std::string shown(const Graph& g, NodeId id);
/// The live statements but loads: `own t`, `t[i]=a[i]`, `for n{...}`, `if{..}else{..}`, `check`.
std::string statements(const Graph& g);

}  // namespace numeta::core
