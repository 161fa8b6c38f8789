// interchange.hpp - loops of a perfect nest change places so that the innermost index is the one
// that walks along memory: C order along the last axis, Fortran order along the first.
// What always holds: each element sees its reads and writes in the order of the program, so every
// result is the same to the last bit, sums included.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with its nests in a better order, or nothing where all stand as they should.
std::optional<Graph> interchange(const Graph& graph);

}  // namespace numeta::core
