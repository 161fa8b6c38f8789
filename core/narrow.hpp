// narrow.hpp - the ranges of local variables, from all that is stored into them, and the graph made
// anew with what they decide: wraps of indices that are never negative, branches on known
// conditions. Ranges are those of Python's arithmetic (interval.hpp), whatever the order of stores.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// Nothing where the graph has no local variables.
std::optional<Graph> narrow(const Graph& graph);

}  // namespace numeta::core
