// returned.hpp - the arrays that a kernel returns, as its caller has to know them. Where the
// lengths follow from the parameters alone, the caller makes the memory before the kernel starts,
// and for the kernel the array is a dummy argument like any other. Else the kernel works in memory
// of its own and copies into the caller's when it ends.
#pragma once

#include <span>
#include <vector>

#include "core/graph.hpp"

namespace numeta::core {

struct Returned {
  BufferId array;
  bool early;                   // its memory is there when the kernel starts
  std::vector<NodeId> lengths;  // of an early one
  NodeId statement;             // that allocates it, the last one of several; kNone: none is left
  bool once = false;            // each call executes it, and no other, unless it fails before
};

/// One for each array of `graph.returned`.
std::vector<Returned> returned_arrays(const Graph& graph);

/// A graph with the parameters of `graph` whose results are the lengths of the early arrays, in
/// order; what would be below 0, which a check of the kernel refuses, is 0.
Graph lengths_of(const Graph& graph, std::span<const Returned> arrays);

}  // namespace numeta::core
