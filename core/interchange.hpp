// interchange.hpp - loops of a perfect nest change places so that the innermost index is the one
// that walks along memory: C order along the last axis, Fortran order along the first.
// What always holds: each element sees its reads and writes in the order of the program, so every
// result is the same to the last bit, sums included.
#pragma once

#include <optional>
#include <vector>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with its nests in a better order, or nothing where all stand as they should.
std::optional<Graph> interchange(const Graph& graph);

/// Do accesses in two loops, of which the inner one is all that the outer one holds, gain if the
/// loops change places, and may they? `accesses`: in the order of their numbers. What the outer
/// one holds beside the inner one is the caller's to look at.
bool is_better_turned(const Graph& graph, RegionId outer, RegionId inner,
                      const std::vector<NodeId>& accesses);

}  // namespace numeta::core
