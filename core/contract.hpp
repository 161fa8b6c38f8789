// contract.hpp - an array of the kernel's own that a loop goes through slice by slice, each used in
// one iteration only, needs the memory of one slice. No slice is read that the same iteration has
// not written, since what fresh memory holds is undefined.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with such arrays as small as they can be, or nothing where there are none.
std::optional<Graph> contract(const Graph& graph);

}  // namespace numeta::core
