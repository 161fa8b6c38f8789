// fuse.hpp - neighbouring loops that count alike run together where an array of the kernel's own
// goes from one to the other, or where nests share arrays: an element that is read in the iteration
// that stored it is a value, and an array that is read nowhere else needs no memory.
// What always holds: every element sees its reads and writes in the order of the program, and what
// is seen of a kernel that fails is the same.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with its loops brought together, or nothing where none belong together.
std::optional<Graph> fuse(const Graph& graph);

}  // namespace numeta::core
