// assume.hpp - checks that follow from the arguments alone, such as lengths that are compared, are
// made once, before anything else, so that loops on both sides of them can run together; a length
// that has to be a constant is that constant for all that follows. Where one of the checks fails,
// nothing has happened yet: the kernel declines the call, and the caller takes the variant for
// arguments that may overlap, which has every check in its place and fails, or does not, as the
// program does.
#pragma once

#include <optional>

#include "core/graph.hpp"

namespace numeta::core {

/// The graph with its checks at the beginning, or nothing where that would gain nothing.
std::optional<Graph> assume(const Graph& graph);

}  // namespace numeta::core
