// building.hpp - short ways to write graphs in the tests of core/ and emit_fortran/: operands as a
// braced list, int64 and float64 constants. Everything goes through the public functions of Graph.
#pragma once

#include <initializer_list>
#include <string>

#include "core/graph.hpp"

namespace numeta::core {

struct Building {
  explicit Building(bool one_chain = false) : g("kernel", one_chain) {}

  NodeId op(Op op, DType type, std::initializer_list<NodeId> operands, bool weak = false) {
    return g.pure(op, type, weak, {operands.begin(), operands.size()});
  }
  NodeId i8(std::int64_t value) { return g.constant(DType::i8, false, literal_int(value)); }
  NodeId real(double value, DType type = DType::f8) {
    return g.constant(type, false, literal_float(type, value));
  }
  NodeId load(BufferId buffer, std::initializer_list<NodeId> indices) {
    return g.load(buffer, {indices.begin(), indices.size()});
  }
  void store(BufferId buffer, std::initializer_list<NodeId> indices, NodeId value) {
    g.store(buffer, {indices.begin(), indices.size()}, value);
  }
  BufferId vector(const std::string& name, DType type = DType::f8) {
    return g.buffer(name, type, Layout::C, {std::nullopt});
  }
  RegionId loop(NodeId stop) { return g.begin_loop(g.integer(0), stop, g.integer(1), "i"); }
  NodeId index(RegionId loop) { return g.regions()[loop].index; }
  void end() { g.end(); }
  NodeId read(BufferId variable) { return g.load(variable, {}); }
  void write(BufferId variable, NodeId value) { g.store(variable, {}, value); }

  Graph g;
};

}  // namespace numeta::core
